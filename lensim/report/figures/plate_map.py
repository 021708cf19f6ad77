"""The picture of a plate map: what is in each well of each plate."""

from collections.abc import Mapping
from typing import Final

from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from lensim.plate_map.check import dose_in, role_in
from lensim.plate_map.contents import Place, PlateMap
from lensim.report.figures.style import PALETTE, literal, new_figure, short_name
from lensim.tables.well_names import letters_of_row

MOST_PLATES: Final = 12
"""Plates of one picture."""
_LETTERED: Final = 96
"""Wells up to which each has its texts inside."""
_INSIDE: Final = 8
"""Letters of a text in a well."""


def plot_map(plate_map: PlateMap, most: int = MOST_PLATES) -> Figure:
    """Each plate of a map: dose by colour, else gene or line; controls have a thick rim."""
    meanings = plate_map.meanings
    plates = list(plate_map.plates.items())[:most]
    rows, columns = plate_map.shape
    across = 1 if len(plates) == 1 else 2
    down = -(-len(plates) // across)
    wide = 7.6 if across == 1 else 6.4
    figure, axes = new_figure(down, across, figsize=(wide * across, down * (wide * rows / columns + 1.1)))
    colours = _Colours(plate_map, meanings)
    for axis, (name, wells) in zip(axes.flat, plates, strict=False):
        _plate(axis, name, wells, (rows, columns), meanings, colours)
    for axis in axes.flat[len(plates) :]:
        axis.set_axis_off()
    figure.tight_layout()
    return figure


class _Colours:
    """The colour of a well: by its dose where there are doses, else by the first of gene, line, compound and role."""

    def __init__(self, plate_map: PlateMap, meanings: dict[str, str]) -> None:
        wells = [said for own in plate_map.plates.values() for said in own.values()]
        kinds = ("dose", "gene", "cell_line", "subject", "compound", "condition", "role", "task")
        self.factor = next((meanings[what] for what in kinds if what in meanings), (*plate_map.factors, "")[0])
        self.is_dose = self.factor == meanings.get("dose")
        texts = list(dict.fromkeys(said.get(self.factor, "") for said in wells if said.get(self.factor)))
        doses = sorted({dose for text in texts if (dose := dose_in(text)) is not None})
        self._level = {dose: at / max(len(doses) - 1, 1) for at, dose in enumerate(doses)}
        self._number = {text: at for at, text in enumerate(texts)}

    def of(self, text: str) -> tuple[object, str]:
        """The fill and the colour of letters on it."""
        if not text:
            return "white", "black"
        if self.is_dose:
            level = self._level.get(dose_in(text) or 0.0, 0.0)
            return colormaps["cividis"](1 - level), "white" if level > 0.45 else "black"
        return PALETTE[self._number[text] % (len(PALETTE) - 1)], "white"


def _plate(
    axis: Axes,
    name: str,
    wells: Mapping[Place, Mapping[str, str]],
    shape: Place,
    meanings: dict[str, str],
    colours: _Colours,
) -> None:
    rows, columns = shape
    kinds = ("cell_line", "subject", "sample", "compound", "condition")
    inside = list(dict.fromkeys([*[meanings[what] for what in kinds if what in meanings][:2], colours.factor]))
    for row in range(rows):
        for column in range(columns):
            said = wells.get((row, column))
            if said is None:
                axis.add_patch(Circle((column, row), 0.4, facecolor="none", edgecolor="0.85", lw=0.5))
                continue
            fill, letters = colours.of(said.get(colours.factor, ""))
            role = role_in(said, meanings)
            is_plain = role in ("treated", "used", "unknown")
            hatch = "///" if role in ("blank", "ignored", "no_template") else None
            edge, width = ("0.4", 0.8) if hatch else ("0.2", 0.6) if is_plain else ("black", 1.6)
            fill, letters = ("white", "black") if hatch else (fill, letters)
            axis.add_patch(Circle((column, row), 0.43, facecolor=fill, edgecolor=edge, lw=width, hatch=hatch))
            if rows * columns <= _LETTERED:
                shown = "\n".join(
                    _short(said[factor], factor == meanings.get("dose")) for factor in inside if said.get(factor)
                )
                axis.text(
                    column, row, literal(shown), ha="center", va="center", fontsize=4.5, color=letters,
                )  # fmt: skip
    axis.set_xlim(-0.6, columns - 0.4)
    axis.set_ylim(rows - 0.4, -0.6)
    axis.set_aspect("equal")
    axis.set_xticks(range(columns), [str(column + 1) for column in range(columns)], fontsize=7)
    axis.set_yticks(range(rows), [letters_of_row(row) for row in range(rows)], fontsize=7)
    axis.xaxis.tick_top()
    said_inside = ", ".join(inside)
    title = f"{short_name(name)}. " if name else ""
    axis.set_xlabel(
        literal(f"{title}Colour: {colours.factor}. In wells: {said_inside}. Thick rim: control; hatched: blank"),
        fontsize=6.5,
    )


def _short(text: str, is_dose: bool) -> str:
    dose = dose_in(text) if is_dose else None
    text = text if dose is None or not text.replace(".", "").isdigit() else f"{dose:.3g}"
    return text if len(text) <= _INSIDE else f"{text[: _INSIDE - 1]}."

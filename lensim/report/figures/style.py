"""What all figures share: colours, how they are made and written, and how names of a user are drawn."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from lensim.plain_text import visible
from lensim.report.figures.letters import drawable, give_fonts

# Okabe and Ito's colours: distinct for colour-blind readers and in grey print
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

PRINT_DPI = 160
POINTS_AN_INCH = 72
HANDLE_INCHES = 0.45
"""Of the mark of a legend's entry with the room around it."""
LONGEST_LABEL = 40
"""Letters of a name at a tick, above a panel or in a legend."""
LONGEST_TEXT = 300
"""Letters of a line with names in it."""
LETTER_SHARE = 0.55
"""Width of a letter on average, of its size."""


class ShownFigure(Figure):
    """A Figure that a notebook shows as the value of a cell, with any backend of pyplot.

    TeX never reads its texts, whatever the user's rcParams say: names are no commands. A text in another script takes a
    font that has its letters, where one is installed.
    """

    def draw(self, renderer: RendererBase) -> None:
        """As `Figure.draw`."""
        self._settle_texts()
        super().draw(renderer)

    def tight_layout(self, **settings: Any) -> None:
        """As `Figure.tight_layout`."""
        self._settle_texts()
        super().tight_layout(**settings)

    def _settle_texts(self) -> None:
        for text in self.findobj(Text):
            assert isinstance(text, Text)
            text.set_usetex(False)
        give_fonts(self)

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", bbox_inches="tight")
        return buffer.getvalue()


def empty_figure(figsize: tuple[float, float], layout: str | None = None) -> Figure:
    """A figure without axes, outside pyplot; `new_figure` says why.

    Parameters
    ----------
    figsize
        Width and height [inches].
    layout
        Of matplotlib: "constrained", or none.
    """
    figure = ShownFigure(figsize=figsize, layout=layout)  # type: ignore[arg-type]
    FigureCanvasAgg(figure)
    return figure


def new_figure(
    rows: int = 1,
    columns: int = 1,
    *,
    figsize: tuple[float, float],
    sharex: bool = False,
    sharey: bool = False,
    width_ratios: Sequence[float] | None = None,
    height_ratios: Sequence[float] | None = None,
    layout: str | None = None,
) -> tuple[Figure, np.ndarray]:
    """A figure and its axes, as an array (rows, columns).

    pyplot is not asked: it would load the user's backend, which needs a display where that is a window, is of one
    thread, and keeps each figure until it is closed. A notebook would then show a figure twice, as the value of the
    cell and as one that is open. So the figure draws with Agg, takes the user's rcParams, and nothing else holds it.
    It is shown once, where it is the value of a cell; `figure.savefig(path)` writes it, and with matplotlib 3.11
    `pyplot.figure(figure)` gives it to pyplot, whose `show()` opens a window.

    Parameters
    ----------
    rows, columns
        Of axes.
    figsize
        Width and height [inches].
    sharex, sharey
        Whether all axes have the same limits and ticks.
    width_ratios, height_ratios
        Of columns and rows; all alike without them.
    layout
        Of matplotlib: "constrained", or none.
    """
    figure = empty_figure(figsize, layout)
    axes = figure.subplots(
        rows, columns, sharex=sharex, sharey=sharey, squeeze=False, width_ratios=width_ratios,
        height_ratios=height_ratios,
    )  # fmt: skip
    return figure, axes


def figure_of(ax: Axes | None, *, figsize: tuple[float, float], layout: str | None = None) -> tuple[Figure, Axes]:
    """Axes to draw into: the user's with the figure that they are of, or those of a new figure.

    Parameters
    ----------
    ax
        The user's; None for a new figure.
    figsize
        Width and height of a new figure [inches].
    layout
        Of a new figure.
    """
    if ax is None:
        figure, axes = new_figure(figsize=figsize, layout=layout)
        return figure, axes[0, 0]
    found = ax.get_figure(root=True)
    if found is None:
        raise ValueError("ax must be axes of a figure, got axes that were removed from theirs")
    return found, ax


def legend_columns(handles: Sequence[Artist], inches: float, most: int, fontsize: float = 8) -> int:
    """Number of legend columns that fit a width in inches, at most `most`; users' names may be long."""
    letters = max(len(str(handle.get_label())) for handle in handles)
    across = HANDLE_INCHES + LETTER_SHARE * letters * fontsize / POINTS_AN_INCH
    return max(1, min(most, len(handles), int(inches / across)))


def legend_above(figure: Figure, ax: Axes | None, handles: Sequence[Artist], most: int) -> float:
    """A legend at the top of a new figure (`ax` is None), or above the user's axes; and the inches that it takes.

    It has `most` columns, fewer where names are long. Its entries are handles, so that a name that starts with `_`
    is listed too.
    """
    style: dict[str, Any] = {"handles": handles, "fontsize": 8, "frameon": False}
    if ax is not None:
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=min(most, len(handles)), **style)
        return 0.0
    columns = legend_columns(handles, figure.get_figwidth(), most)
    figure.legend(loc="upper center", ncols=columns, **style)
    return 0.1 + 0.2 * -(-len(handles) // columns)


def head_column(axis: Axes, x: float, text: str, **style: Any) -> None:
    """The heading of a column of words right of the axes, just above their top, at `x` in data coordinates."""
    axis.annotate(
        text, (x, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3), textcoords="offset points", va="bottom",
        ha="left", **style,
    )  # fmt: skip


def literal(text: object, most: int = LONGEST_TEXT) -> str:
    """A text with names of a user, written so that matplotlib draws each letter and takes no `$` as a formula.

    Letters that cannot be seen, or that no font has, are escapes; lines above `most` letters are cut in their middle.
    """
    return "\n".join(_seen(line, most) for line in str(text).split("\n")).replace("$", r"\$")


def literal_name(name: object) -> str:
    """A user's name as a tick, a title or an entry of a legend, which have room for a short one: see `literal`."""
    return literal(short_name(name))


def short_name(name: object, most: int = LONGEST_LABEL) -> str:
    """A user's name on one line and short, as a part of a text that goes through `literal`."""
    return _seen(str(name), most)


def _seen(line: str, most: int) -> str:
    """The line with escapes for what is not drawn, which make it longer, and cut before and after that."""
    return _cut(drawable(visible(_cut(line, most), keep="")), most)


def _cut(line: str, most: int) -> str:
    return line if len(line) <= most else f"{line[: most // 2]}\N{HORIZONTAL ELLIPSIS}{line[-(most // 2) + 1 :]}"


def save_figure(figure: Figure, path: str | Path | IO[Any]) -> None:
    """Write a figure at print resolution; the ending of the path says in which format."""
    figure.savefig(path, dpi=PRINT_DPI)

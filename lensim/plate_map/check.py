"""What is on a filled map, and what is odd about it, before a plate is pipetted or read."""

import difflib
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from lensim.dose_response.read.columns import Roles, role_of
from lensim.dose_response.read.dose_cells import is_untreated_word, number_in
from lensim.expression.read.tasks import task_of
from lensim.plain_text import few_of
from lensim.plate_map.contents import MEANINGS, Place, PlateMap
from lensim.tables.columns import names_any
from lensim.tables.names import plain_name
from lensim.tables.names_alike import names_alike
from lensim.tables.number_text import parse_number
from lensim.tables.well_names import well_name

SHOWN: Final = 6
"""Wells of an oddity that are named one by one."""
_NAMES: Final = ("cell_line", "subject", "sample", "gene", "compound", "condition", "experiment", "cell_type", "parent")
_NOT_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "blank": frozenset(
        {"cell_line", "dose", "compound", "condition", "subject", "sample", "molecular_group", "parent"}
    ),
    "ignored": frozenset(MEANINGS),
    "untreated": frozenset({"dose", "dose_unit", "compound", "condition"}),
    "no_template": frozenset({"subject", "sample", "condition", "cell_line", "cell_type", "quantity", "experiment"}),
    "no_rt": frozenset({"quantity"}),
    "standard": frozenset({"subject", "sample", "condition", "cell_line", "cell_type", "experiment"}),
}
_MAY_BE_EMPTY: Final = frozenset({"role", "task", "quantity", "dose_unit", "parent", "molecular_group", "sample"})


@dataclass(frozen=True)
class MapCheck:
    """What a map holds.

    Attributes
    ----------
    wells
        A row for each plate and role: plate, role, wells.
    contents
        A row for each plate and set of names: plate, names, what (the factor of doses or genes), values (these), and
        replicates (wells of each), fewest to most.
    odd
        A row for each oddity: plate, where, what; empty where nothing is odd.
    """

    wells: pd.DataFrame
    contents: pd.DataFrame
    odd: pd.DataFrame


@dataclass(frozen=True)
class _Well:
    at: Place
    said: Mapping[str, str]
    role: str
    dose: float | None


def check_map(plate_map: PlateMap) -> MapCheck:
    """What a map holds: wells by role, doses and genes with their replicates, and what is odd.

    Odd are a factor that a used well lacks, a plate or line without untreated wells, names that differ by signs alone,
    a dose that is no number, a word for a role that is not known, doses with fewer wells than others, and a factor that
    no reader knows by its name.
    """
    meanings = plate_map.meanings
    plates = {
        name: [_well(at, said, meanings) for at, said in wells.items()] for name, wells in plate_map.plates.items()
    }
    counts = [
        {"plate": name, "role": role, "wells": number}
        for name, wells in plates.items()
        for role, number in sorted(Counter(well.role for well in wells).items())
    ]
    contents = [row for name, wells in plates.items() for row in _contents(name, wells, meanings)]
    odd = _unknown_factors(plate_map)
    odd += [{"plate": name, "where": "", "what": "no well has any text"} for name, wells in plates.items() if not wells]
    for name, wells in plates.items():
        odd += [{"plate": name, **one} for one in _odd(name, wells, meanings, plate_map)]
    odd += _alike(plate_map, meanings)
    return MapCheck(
        pd.DataFrame(counts, columns=["plate", "role", "wells"]),
        pd.DataFrame(contents, columns=["plate", "names", "what", "values", "replicates"]),
        pd.DataFrame(odd, columns=["plate", "where", "what"]),
    )


def role_in(said: Mapping[str, str], meanings: Mapping[str, str]) -> str:
    """The role of a well: by its word, else by its dose; "used" where nothing says it, "unclear" for a word unknown."""
    word = said.get(meanings.get("role", ""), "") or said.get(meanings.get("task", ""), "")
    if word:
        of_task = "gene" in meanings
        return str((task_of(word) if of_task else role_of(word, Roles())) or "unclear")
    if "gene" in meanings:
        return "unknown"
    dose = said.get(meanings.get("dose", ""), "")
    if is_untreated_word(dose) or dose_in(dose) == 0 or is_untreated_word(said.get(meanings.get("compound", ""), "")):
        return "untreated"
    return "treated" if dose else "used"


def dose_in(text: str) -> float | None:
    """The number of a dose, whatever its unit; None where the cell has none."""
    number = number_in(text)
    value = parse_number(number, ".") if number else None
    if value is None and number:
        value = parse_number(number, ",")
    return value if value is not None and math.isfinite(value) else None


def _well(at: Place, said: Mapping[str, str], meanings: Mapping[str, str]) -> _Well:
    role = role_in(said, meanings)
    return _Well(at, said, role, dose_in(said.get(meanings.get("dose", ""), "")))


def _names_of(well: _Well, meanings: Mapping[str, str], without: Sequence[str] = ()) -> tuple[str, ...]:
    return tuple(well.said.get(meanings[what], "") for what in _NAMES if what in meanings and what not in without)


def _contents(plate: str, wells: Sequence[_Well], meanings: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """One row for each set of names: its doses, or its genes, and how often each is there."""
    what = "gene" if "gene" in meanings else "dose" if "dose" in meanings else ""
    groups: defaultdict[tuple[str, ...], list[_Well]] = defaultdict(list)
    for well in wells:
        if well.role in ("treated", "used", "unknown", "unclear", "standard") or (
            well.role == "untreated" and what == "dose"
        ):
            without = ("gene",) if what == "gene" else ()
            groups[_names_of(well, meanings, without)].append(well)
    for names, own in groups.items():
        if what == "gene":
            counts = Counter(well.said.get(meanings["gene"], "") for well in own)
            values = ", ".join(name or "(empty)" for name in counts)
        elif what == "dose":
            doses = Counter(0.0 if well.role == "untreated" else well.dose for well in own)
            counts = Counter({f"{dose:g}" if dose is not None else "(none)": n for dose, n in doses.items()})
            values = ", ".join(f"{dose:g}" for dose in sorted(dose for dose in doses if dose is not None))
        else:
            counts, values = Counter({"": len(own)}), ""
        few, many = min(counts.values()), max(counts.values())
        yield {
            "plate": plate,
            "names": ", ".join(filter(None, names)) or "(no name)",
            "what": meanings.get(what, ""),
            "values": values,
            "replicates": str(few) if few == many else f"{few} to {many}",
        }


def _odd(
    plate: str, wells: Sequence[_Well], meanings: Mapping[str, str], plate_map: PlateMap
) -> Iterator[dict[str, str]]:
    for what, factor in meanings.items():
        if what in ("well", "plate") or what in _MAY_BE_EMPTY:
            continue
        lacking = [
            well for well in wells if not well.said.get(factor) and what not in _NOT_NEEDED.get(well.role, frozenset())
        ]
        if lacking and len(lacking) < len(wells):
            yield _oddity(plate, lacking, factor, plate_map, f"{factor} is empty in used wells")
    unclear = [well for well in wells if well.role == "unclear"]
    if unclear:
        factor = meanings.get("role") or meanings["task"]
        words = ", ".join(sorted({repr(well.said.get(factor, "")) for well in unclear}))
        yield _oddity(plate, unclear, factor, plate_map, f"{factor}: the word {words} is no role that readers know")
    if "dose" in meanings:
        yield from _odd_doses(plate, wells, meanings, plate_map)
    if "gene" in meanings and "task" in meanings and wells and not any(well.role == "no_template" for well in wells):
        yield {"where": "", "what": "no well is without template (no_template, NTC)"}


def _odd_doses(
    plate: str, wells: Sequence[_Well], meanings: Mapping[str, str], plate_map: PlateMap
) -> Iterator[dict[str, str]]:
    factor = meanings["dose"]
    wrong = [
        well
        for well in wells
        if well.role == "treated" and (text := well.said.get(factor, "")) and well.dose is None
        and not is_untreated_word(text)
    ]  # fmt: skip
    if wrong:
        yield _oddity(plate, wrong, factor, plate_map, f"{factor} is no number")
    cultures = [what for what in ("cell_line", "condition", "experiment") if what in meanings]
    treated: dict[tuple[str, ...], str] = {}
    controls: set[str] = set()
    replicates: defaultdict[tuple[str, ...], Counter[float]] = defaultdict(Counter)
    for well in wells:
        names = tuple(well.said.get(meanings[what], "") for what in cultures)
        line = well.said.get(meanings.get("cell_line", ""), "")
        if well.role in ("treated", "used"):
            treated[names] = line
            if well.dose is not None:
                replicates[(*names, well.said.get(meanings.get("compound", ""), ""))][well.dose] += 1
        elif well.role == "untreated":
            controls.add(line)
    for names, line in treated.items():
        if line not in controls:
            yield {"where": "", "what": f"{', '.join(filter(None, names)) or 'the plate'} has no untreated well"}
    for names, counts in replicates.items():
        most = max(counts.values())
        fewer = [f"{dose:g}" for dose, number in sorted(counts.items()) if number < most]
        if fewer and len(fewer) * 2 <= len(counts):
            of = ", ".join(filter(None, names)) or "the plate"
            yield {"where": "", "what": f"{of}: fewer wells at {factor} {', '.join(fewer)} than the {most} at others"}


def _oddity(plate: str, wells: Sequence[_Well], factor: str, plate_map: PlateMap, what: str) -> dict[str, str]:
    """What is odd, with its wells, and the cell of the first in a map of blocks."""
    names = [well_name(*well.at) for well in wells]
    cell = plate_map.cells.get((plate, wells[0].at, factor), "")
    where = few_of(names, SHOWN) + (f" (first: {cell})" if cell else "")
    return {"where": where, "what": what}


def _alike(plate_map: PlateMap, meanings: Mapping[str, str]) -> list[dict[str, str]]:
    found = []
    for what, factor in meanings.items():
        if what not in _NAMES:
            continue
        names = [said.get(factor, "") for wells in plate_map.plates.values() for said in wells.values()]
        for group in names_alike(names):
            shown = ", ".join(map(repr, group))
            found.append(
                {"plate": "", "where": "", "what": f"{factor}: the names {shown} differ by case or signs alone"}
            )
    return found


def _unknown_factors(plate_map: PlateMap) -> list[dict[str, str]]:
    known = {plain_name(name): name for one in MEANINGS.values() for name in one.names}
    found = []
    for factor in plate_map.factors:
        if any(names_any([factor], one) for one in MEANINGS.values()):
            continue
        close = difflib.get_close_matches(plain_name(factor), known, n=1)
        hint = f" (closest: {known[close[0]]!r})" if close else ""
        found.append({"plate": "", "where": "", "what": f"the factor {factor!r} is no name that readers know{hint}"})
    return found

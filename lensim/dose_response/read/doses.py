"""A dose column as a whole: its scale, units and words for untreated wells, decided before any row is read."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lensim.checks import FaultReport, one_of
from lensim.dose_response.read import units
from lensim.dose_response.read.columns import Role, Roles, WellColumns, role_of
from lensim.dose_response.read.dose_cells import is_untreated_word, parse_dose_cell
from lensim.dose_response.read.dose_pattern import choices_of_scale
from lensim.dose_response.read.role_choice import choice_of_roles, written
from lensim.tables.log_scale import DOSE_SCALES, DoseScale, bases_by_steps, scale_in_name
from lensim.tables.names import plain_name
from lensim.tables.number_text import DecimalMark, decimal_mark_in_doubt, is_missing, parse_number
from lensim.tables.table import TextTable

_MANY_VEHICLE_DOSES: Final = 3
_FEWEST_BELOW_ZERO: Final = 2


@dataclass(frozen=True)
class _Row:
    """A row that is neither ignored nor blank, with what its dose cell holds."""

    line: int
    cells: list[str]
    role: Role | None
    text: str
    number: float | None
    unit: str


@dataclass
class _Kinds:
    """How untreated wells are written in a dose column: each writing with the lines that have it."""

    words: dict[str, list[int]] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    zeros: list[int] = field(default_factory=list)


def understand_doses(
    table: TextTable,
    found: WellColumns,
    roles: Roles,
    dose_scale: DoseScale | None,
    mark: DecimalMark,
    faults: FaultReport,
) -> WellColumns:
    """The columns of a table with the scale and unit of its doses, and the compounds that are a vehicle.

    A scale is known by the user's word, else by the column's name; where a name says log alone, by steps between doses
    that only log10 or only ln has. A unit is known by the user's word, by the name, or by the cells ("10 nM"). A word
    such as DMSO in place of a dose means an untreated well where the column writes untreated wells in no other way, and
    so does a vehicle in the column of compounds.

    Raises
    ------
    InputError
        With all the faults so far, if a scale, a unit or the untreated wells are in doubt.
    """
    one_of("dose_scale", dose_scale or "linear", DOSE_SCALES)
    before = len(faults.faults)
    rows = list(_rows(table, found, roles, mark))
    found = _with_scale(found, dose_scale, rows, faults)
    found = _with_unit(found, rows, faults)
    _check_signs(found, rows, faults)
    if len(faults.faults) > before:
        faults.raise_if_any()  # what is untreated depends on the scale
    if not found.is_same("role", "dose"):  # whose words say by themselves which wells are untreated
        _settle_words(found, rows, faults)
        found = _with_vehicles(found, rows, faults)
        by_word = any(is_untreated_word(row.text) or (row.role == "untreated" and not row.text) for row in rows)
        zeros = tuple(dict.fromkeys(row.text for row in rows if row.number == 0 and row.role != "untreated"))
        found = replace(found, untreated_by_word=by_word, has_zero=bool(zeros), zeros=zeros)
    if len(faults.faults) > before:
        faults.raise_if_any()
    return found


def are_logarithms(found: WellColumns, stated: DoseScale | None) -> bool:
    """Whether the user or the column's name says that doses are logarithms, and so below 1000."""
    return scale_in_name(found.column("dose")) is not None or (stated or "linear") != "linear"


def mark_of_map(
    doses: Sequence[str],
    found: WellColumns,
    dose_scale: DoseScale | None,
    stated: DecimalMark | None,
    table: TextTable,
    faults: FaultReport,
) -> DecimalMark:
    """The decimal mark of a map's doses, for which a stated one counts only in doubt."""
    are_logs = are_logarithms(found, dose_scale)
    cells, below = ([], doses) if are_logs else (doses, [])
    return decimal_mark_in_doubt(cells, stated, table.has_decimal_points, faults, below_thousand=below)


def _rows(table: TextTable, found: WellColumns, roles: Roles, mark: DecimalMark) -> Iterator[_Row]:
    for cells, line in zip(table.rows, table.lines, strict=True):
        role = role_of(found.cell("role", cells), roles) if found.has("role") else None
        if role in ("ignored", "blank"):
            continue
        text = found.cell("dose", cells)
        parts = parse_dose_cell(text)
        number = parse_number(parts.number or text, mark)
        yield _Row(line, cells, role, text, number, parts.unit)


def _with_scale(found: WellColumns, stated: DoseScale | None, rows: Sequence[_Row], faults: FaultReport) -> WellColumns:
    column = found.column("dose")
    if stated is not None:
        return replace(found, dose_scale=stated, scale_is_stated=True)
    named = scale_in_name(column)
    if named is None:
        return found
    if named.is_shifted:
        faults.add(
            f"the column {column!r} has logarithms of the dose and 1, which cannot be told from others: give the doses "
            'themselves; or say dose_scale="linear" if they are doses',
            line=1,
        )
        return found
    scales: Sequence[DoseScale] = named.scales
    if len(scales) > 1:
        bases = bases_by_steps(row.number for row in rows if row.number is not None)
        scales = [scale for scale in scales if scale.lstrip("-") in bases] or scales
    if len(scales) > 1:
        choices = " or ".join(f'dose_scale="{scale}"' for scale in scales)
        faults.add(f"the column {column!r} does not say which logarithm {named.word!r} is: say {choices}", line=1)
    elif len(named.scales) > 1:
        faults.tell(f"the doses of {column!r} are read as {scales[0]}, as their steps show")
    else:
        faults.tell(f"the doses of {column!r} are read as {scales[0]}, as its name says")
    return replace(found, dose_scale=scales[0])


def _with_unit(found: WellColumns, rows: Sequence[_Row], faults: FaultReport) -> WellColumns:
    """The unit of doses; cells may each have their own where neither the name nor the user says one."""
    column = found.column("dose")
    if not found.unit_is_said:
        without = [row for row in rows if row.number and not row.unit and row.role != "untreated"]
        has_any = any(row.unit for row in rows)
        if without and has_any:
            said = list(dict.fromkeys(row.unit for row in rows if row.unit))
            molar = {units.molar_name(unit) for unit in said}
            one = f'say dose_unit="{next(iter(molar))}" if these are in {said[0]} as well, else ' * (len(molar) == 1)
            faults.add(
                f"{column} has a unit in some cells and none in {len(without)}, such as {without[0].text!r}: "
                f"{one}write the unit behind each number, or in a column dose_unit",
                line=without[0].line,
            )
        elif without or not has_any:
            faults.add(
                f"the column {column!r} does not say its unit: say dose_unit=, one of {', '.join(units.UM_PER_UNIT)}, "
                'or dose_unit="as-is:UNIT" for a UNIT that is not molar',
                line=1,
            )
    _check_units_of_cells(found, rows, faults)
    inside = {units.molar_name(row.unit) for row in rows if row.unit and row.number}
    if not found.unit_is_said and len(inside) == 1 and (name := inside.pop()):
        return replace(found, dose_unit=units.parse_dose_unit(name))
    return replace(found, has_mixed_units=len(inside) > 1)


def _check_units_of_cells(found: WellColumns, rows: Sequence[_Row], faults: FaultReport) -> None:
    column = found.column("dose")
    strange: dict[str, _Row] = {}
    other: dict[str, _Row] = {}
    for row in rows:
        if not row.unit or row.number is None or is_untreated_word(row.text):
            continue
        molar = units.molar_name(row.unit)
        if not found.dose_unit.is_molar and plain_name(row.unit) == plain_name(found.dose_unit.units):
            continue
        if molar is None:
            strange.setdefault(row.unit, row)
        elif found.unit_is_said and units.parse_dose_unit(molar).factor != found.dose_unit.factor:
            other.setdefault(molar, row)
    for unit, row in strange.items():
        hint = f', or dose_unit="as-is:{unit}" if all doses are in {unit}' if '"' not in unit else ""
        faults.add(
            f"{column} must have a unit of {', '.join(units.UM_PER_UNIT)} behind its number{hint}, got {row.text!r}",
            line=row.line,
        )
    for row in other.values():
        said = found.dose_unit.stated
        faults.add(
            f"{column} has {row.text!r}, but its unit is {said} by its name or by dose_unit: correct one of them, or "
            "leave out the unit of the column",
            line=row.line,
        )


def _check_signs(found: WellColumns, rows: Sequence[_Row], faults: FaultReport) -> None:
    """Note numbers below 0 that are surely logarithms, since several rows have some; a single row has its own fault."""
    numbers = {row.number for row in rows if row.number is not None and math.isfinite(row.number)}
    below = sorted(number for number in numbers if number < 0)
    rows_below = sum(row.number is not None and -math.inf < row.number < 0 for row in rows)
    if found.dose_scale != "linear" or rows_below < _FEWEST_BELOW_ZERO:
        return
    above = numbers - set(below)
    faults.add(
        f"{found.column('dose')} has {_values_below(below)}, as "
        f"logarithms have: say {choices_of_scale(below[0], max([*above, below[-1]]), found.dose_unit)}"
    )


def _values_below(below: Sequence[float]) -> str:
    if len(below) == 1:
        return f"a value below 0 ({below[0]:g}) in several wells"
    return f"{len(below)} different values below 0 ({below[0]:g} to {below[-1]:g})"


def _settle_words(found: WellColumns, rows: Sequence[_Row], faults: FaultReport) -> None:
    """Tell of the word for untreated wells, or refuse where several writings leave it open which these are."""
    kinds = _Kinds()
    for row in rows:
        if row.role == "untreated":
            continue
        if is_untreated_word(row.text):
            kinds.words.setdefault(plain_name(row.text), []).append(row.line)
            kinds.spelled.setdefault(plain_name(row.text), row.text)
        elif row.number == 0 and found.dose_scale == "linear":
            kinds.zeros.append(row.line)
    if not kinds.words:
        return
    column = found.column("dose")
    writings = [f"{kinds.spelled[word]!r} in {_rows_of(len(lines))}" for word, lines in kinds.words.items()]
    if kinds.zeros:
        writings.append(f"0 in {_rows_of(len(kinds.zeros))}")
    if len(writings) == 1:
        told = next(iter(kinds.spelled.values()))
        faults.tell(f"{writings[0].removeprefix(repr(told) + ' in ')} with {told!r} as {column} are read as untreated")
        return
    first, others = next(iter(kinds.spelled.values())), list(kinds.spelled.values())[1:] + ["0"] * bool(kinds.zeros)
    faults.add(
        f"{column} has {' and '.join(writings)}: which are the untreated wells that others are measured against? Say "
        f"it with {choice_of_roles(column, first, others)}",
        line=min(lines[0] for lines in [*kinds.words.values(), kinds.zeros] if lines),
    )


def _with_vehicles(found: WellColumns, rows: Sequence[_Row], faults: FaultReport) -> WellColumns:
    """The columns with the compound that is a vehicle, and so means untreated wells whatever their dose."""
    if not found.has("compound") or found.has("role") or found.is_same("role", "compound"):
        return found
    names: dict[str, list[_Row]] = {}
    for row in rows:
        names.setdefault(found.cell("compound", row.cells), []).append(row)
    vehicles = {name: own for name, own in names.items() if name and is_untreated_word(name)}
    vehicles = {name: own for name, own in vehicles.items() if any(row.number or is_missing(row.text) for row in own)}
    drugs = [row for name, own in names.items() if name and not is_untreated_word(name) for row in own]
    if not vehicles or not drugs:
        return found
    column = found.column("compound")
    untreated = [row for own in names.values() for row in own if row.number == 0 or is_untreated_word(row.text)]
    doses = {row.number for own in vehicles.values() for row in own}
    name = next(iter(vehicles))
    if untreated or len(vehicles) > 1 or len(doses) >= _MANY_VEHICLE_DOSES:
        why = "and other wells have dose 0" if untreated else "in several ways or doses"
        by_compound = f"columns={written({'role': column})}"
        faults.add(
            f"{column} has {name!r} in {_rows_of(len(vehicles[name]))}, {why}: if these are the untreated wells, "
            f"say {choice_of_roles(column, name)}; if it is a compound under test, say {by_compound} "
            'and roles={"treated": "*"}',
            line=vehicles[name][0].line,
        )
        return found
    faults.tell(f"{_rows_of(len(vehicles[name]))} with {name!r} as {column} are read as untreated, whatever their dose")
    return replace(found, vehicles=frozenset({name}))


def _rows_of(count: int) -> str:
    return f"{count} row{'s' * (count != 1)}"

"""Tables with a column for each replicate of a dose, such as "RLU 1", "RLU 2", to one row a well."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lensim.checks import InputError
from lensim.dose_response.read.columns import COLUMNS
from lensim.tables.columns import CONSTANT_MARK, as_stated, names_any, places_of_pattern, places_of_stated
from lensim.tables.names import plain_name
from lensim.tables.source import Source
from lensim.tables.table import TextTable

REPLICATE: Final = "replicate"
RESPONSES: Final = ("signal", "viability", "inhibition")
_COUNTED: Final = re.compile(
    r"(?P<name>.+?)(?:_(?P<word>(?:tech_|technical_|well_)?(?:replicate|repl|rep|repeat|r|n)|tech|technical|well))?"
    r"_?(?P<number>[0-9]{1,2}|(?<=_)[a-d])"
)
_SUMMARIES: Final = frozenset(
    {"mean", "means", "average", "avg", "median", "sd", "std", "stdev", "stddev", "sem", "se", "cv", "var", "variance",
     "sum", "total", "n", "count", "mittelwert", "mittel", "stabw", "standardabweichung", "varianz", "summe", "anzahl",
     "moyenne", "mediane", "m\xe9diane", "ecart", "\xe9cart", "somme", "nombre", "mw", "durchschnitt",
     "promedio", "plusminus", "sigma", "min", "max"}
)  # fmt: skip
"""Words for what was computed from replicates."""
_ENDS: Final = " _-.,:;#"


@dataclass(frozen=True)
class _Replicates:
    """Columns of one response: their places, what they hold, their name without the number, and how each is called."""

    places: tuple[int, ...]
    response: str
    name: str
    numbers: tuple[str, ...]
    is_technical: bool = False
    summaries: tuple[int, ...] = ()


def is_replicated(header: Sequence[str]) -> bool:
    """Whether a header has a column for each replicate of a dose."""
    return _replicates_of(header, {}) is not None


def with_replicates(
    sources: Sequence[Source], columns: Mapping[str, str] | None, ignore: Sequence[str] = ()
) -> tuple[list[Source], dict[str, str] | None]:
    """Tables with one row a well, and the columns that a user names as they are called there.

    Of a table whose header has no signal, viability or inhibition, but two columns or more that are named as one of
    these with a number from 1 (RLU 1, RLU 2; "Viability (%) rep A", "Viability (%) rep B"), or that a user names with
    a pattern (signal=Rep *), each row becomes as many rows. A column of the numbers is added: `replicate`, which is
    an experiment where the user says so, or `technical_replicate` where the names say so. A cell without anything in it
    is a replicate that was not made where another of its row has a value. Of the columns that a pattern fits, those
    whose names say a mean, an SD or the like are left out, and this is noted.

    Raises
    ------
    InputError
        If a table has no experiments, and it is not said whether replicates are experiments or wells of one culture.
    """
    stated = dict(columns or {})
    found = [(source, _of_source(source, stated)) for source in sources]
    if not any(own for _, own in found):
        return list(sources), None if columns is None else stated
    for source, own in found:
        _ask(source, own, stated, ignore)
    longer = [source.with_table(_long(source.table, own)) if own else source for source, own in found]
    for _, own in found:
        if own and own.response in stated:
            stated[own.response] = own.name
    return longer, (stated if columns is not None else None)


def _ask(source: Source, own: _Replicates | None, stated: Mapping[str, str], ignore: Sequence[str]) -> None:
    header = as_stated(source.table.header, stated)
    is_told = names_any(header, COLUMNS["experiment"]) or "experiment" in stated
    if own is None or own.is_technical or is_told or any(plain_name(name) == REPLICATE for name in ignore):
        return
    names = ", ".join(repr(source.table.header[at]) for at in own.places)
    raise InputError(
        f'{source.place}: the columns {names} are replicates: say columns={{"experiment": "{REPLICATE}"}} if they are '
        f'experiments, or ignore=["{REPLICATE}"] if they are wells of one culture'
    )


def _of_source(source: Source, stated: Mapping[str, str]) -> _Replicates | None:
    return _replicates_of(source.table.header, stated) if any(map(_may_be, source.headers)) else None


def _may_be(header: Sequence[str]) -> bool:
    """Whether a header may be that of a table of doses, so that a file of another kind is not read as a table."""
    return len(header) > 2


def _replicates_of(header: Sequence[str], stated: Mapping[str, str]) -> _Replicates | None:
    named = [what for what in RESPONSES if what in stated]
    if named:
        return _by_pattern(header, named[0], stated[named[0]])
    if any(names_any(header, COLUMNS[what]) for what in RESPONSES):
        return None
    return _by_name(header)


def _by_pattern(header: Sequence[str], response: str, pattern: str) -> _Replicates | None:
    if pattern.startswith(CONSTANT_MARK) or places_of_stated(header, pattern):
        return None
    fitting = places_of_pattern(header, pattern)
    said = {at: set(plain_name(_behind_star(header[at], pattern)).split("_")) for at in fitting}
    has_m = any("m" in words for words in said.values())  # then n is the letter behind it
    summaries = tuple(at for at in fitting if said[at] & (_SUMMARIES - {"n"} if has_m else _SUMMARIES))
    places = tuple(at for at in fitting if at not in summaries)
    if len(places) < 2:
        return None
    return _Replicates(places, response, response, tuple(header[at] for at in places), summaries=summaries)


def _behind_star(name: str, pattern: str) -> str:
    """What a name has in place of the pattern's *, from the first to the last."""
    before, behind = (" ".join(pattern.split()).split("*")[at] for at in (0, -1))
    plain = " ".join(name.split())
    return plain[len(before) : len(plain) - len(behind)]


def _by_name(header: Sequence[str]) -> _Replicates | None:
    by_name: dict[tuple[str, str], list[tuple[int, str, str]]] = {}
    for at, name in enumerate(header):
        match = _COUNTED.fullmatch(plain_name(name))
        response = _response_of(match["name"].strip("_")) if match else ""
        if match and response and (match["number"].isdigit() or match["word"]):
            own = (at, match["number"], match["word"] or "")
            by_name.setdefault((response, match["name"].strip("_")), []).append(own)
    if len(by_name) != 1:
        return None
    [((response, plain), found)] = by_name.items()
    numbers = [number for _, number, _ in found]
    if len(found) < 2 or numbers != _counted_like(numbers):
        return None
    first = header[found[0][0]]
    prefix = next(first[:at] for at in range(len(first), 0, -1) if plain_name(first[:at]) == plain).strip(_ENDS)
    shown = prefix if COLUMNS[response].rank(prefix) is not None else response
    is_technical = all("tech" in word or "well" in word for _, _, word in found)
    return _Replicates(tuple(at for at, _, _ in found), response, shown, tuple(numbers), is_technical)


def _counted_like(numbers: Sequence[str]) -> list[str]:
    """The numbers, or letters, from the first on that are as many."""
    if numbers[0].isdigit():
        return [str(at + 1).zfill(len(numbers[0])) for at in range(len(numbers))]
    return [chr(ord("a") + at) for at in range(len(numbers))]


def _response_of(plain: str) -> str:
    """Which response a plain name is of, such as luminescence_rlu; empty for another."""
    parts = plain.split("_")
    cuts = [(plain,), *(("_".join(parts[:at]), "_".join(parts[at:])) for at in range(1, len(parts)))]
    for cut in cuts:
        for what in RESPONSES:
            if all(COLUMNS[what].rank(part) is not None for part in cut):
                return what
    return ""


def _long(table: TextTable, own: _Replicates) -> TextTable:
    kept = [at for at in range(len(table.header)) if at not in (*own.places, *own.summaries)]
    added = "technical_replicate" if own.is_technical else REPLICATE
    while any(plain_name(name) == plain_name(added) for name in (table.header[at] for at in kept)):
        added += " 2"
    rows: list[list[str]] = []
    lines: list[int] = []
    for row, line in zip(table.rows, table.lines, strict=True):
        has_any = any(row[at].strip() for at in own.places)
        for at, number in zip(own.places, own.numbers, strict=True):
            if row[at].strip() or not has_any:
                rows.append([*(row[k] for k in kept), row[at], number])
                lines.append(line)
    names = ", ".join(table.header[at] for at in own.places)
    notes = [f"{len(own.places)} columns are read as replicates, each a row of its own: {names}"]
    if own.summaries:
        names = ", ".join(table.header[at] for at in own.summaries)
        notes.append(f"columns of means, SDs and the like are not read as replicates: {names}")
    header = (*(table.header[at] for at in kept), own.name, added)
    return replace(table, header=header, rows=rows, lines=lines, notes=(*table.notes, *notes))

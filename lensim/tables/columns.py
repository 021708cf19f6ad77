"""Find the columns of a table by name: one finder for every assay, which gives it the names."""

import difflib
import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lensim.checks import FaultReport, InputError
from lensim.tables.names import is_inverted, plain_name
from lensim.tables.summary_words import names_a_summary
from lensim.tables.table import TextTable
from lensim.tables.unit_words import without_unit

CONSTANT_MARK: Final = "="
_WILD: Final = "*"
"""Before a value that all rows have, where a table has no column for it: "=lenalidomide"."""

EXPERIMENT_NAMES: Final = (
    "experiment", "experiment_id", "exp", "biological_replicate", "biological_rep", "bio_replicate", "bio_rep",
    "biorep", "independent_experiment", "run", "date", "day", "batch",
)  # fmt: skip
"""Names of a column that tells independent experiments apart, the more particular first."""
PLATE_NAMES: Final = (
    "plate", "plate_id", "barcode", "plate_barcode", "plate_name", "plate_number", "plate_no", "plate_nr",
)  # fmt: skip
"""Names of a column that tells plates apart, the more particular first."""


@dataclass(frozen=True)
class Meaning:
    """A meaning of a column, and the names by which it is known.

    Attributes
    ----------
    names
        Names that are understood without `--column`, as `plain_name` gives them: case, blanks and signs do not count.
        The first is the usual one, and counts before the others.
    units
        Plain names of units that may follow a name: dose_um, "Conc. (nM)".
    may_be_constant
        Whether a value for all rows may be stated instead of a column.
    is_optional
        Whether a column that is empty in all rows is as good as none.
    is_ranked
        Whether the names are in order of preference, so that a table may have several of them.
    may_share
        Whether a column that is stated for this meaning may have another one as well.
    last
        Names that count only where the table has none of the others.
    likely
        Whether a plain name is likely to mean this, though it is none of the names. It counts only where the table has
        none of the names, and only one that is likely.
    inverted
        Whether the reader knows a name with a sign before it, such as -log10 dose. Without it no such name fits: see
        `lensim.tables.names.is_inverted`.
    """

    names: tuple[str, ...]
    units: frozenset[str] = frozenset()
    may_be_constant: bool = True
    is_optional: bool = False
    is_ranked: bool = False
    may_share: bool = False
    last: tuple[str, ...] = ()
    likely: Callable[[str], bool] | None = None
    inverted: Callable[[str], bool] | None = None

    def rank(self, name: str) -> int | None:
        """How well a column's name fits, 0 the best; None where the name does not fit."""
        if is_inverted(name) and not (self.inverted is not None and self.inverted(name)):
            return None
        plain = plain_name(name)
        for rank, known in enumerate(self.names):
            if self._fits(plain, known):
                return rank if self.is_ranked else min(rank, 1)
        if any(self._fits(plain, known) for known in self.last):
            return len(self.names) + 1
        return self._rank_of_likely if self.likely is not None and self.likely(plain) else None

    @property
    def _rank_of_likely(self) -> int:
        return len(self.names) + 2

    def is_likely(self, name: str) -> bool:
        """Whether a column's name is none of the names, but likely to mean this."""
        return self.rank(name) == self._rank_of_likely

    def _fits(self, plain: str, known: str) -> bool:
        return plain == known or (plain.startswith(f"{known}_") and plain[len(known) + 1 :] in self.units)


Meanings = Mapping[str, Meaning]


@dataclass(frozen=True)
class Found:
    """Where in a table each thing is: `position` of a column, its `name` in the file, or a `constant`."""

    position: Mapping[str, int]
    name: Mapping[str, str]
    constant: Mapping[str, str] = field(default_factory=dict)

    def has(self, what: str) -> bool:
        """Whether the table has a column or a constant for a meaning."""
        return what in self.position or what in self.constant

    def cell(self, what: str, row: Sequence[str]) -> str:
        """Text of a row for a meaning, with single blanks; empty where the table has none."""
        if what in self.position:
            return " ".join(row[self.position[what]].split())
        return self.constant.get(what, "")

    def column(self, what: str) -> str:
        """The column's name as the file writes it."""
        return self.name.get(what, what)


def as_stated(header: Sequence[str], stated: Mapping[str, str]) -> tuple[str, ...]:
    """A header in which the columns that a user names have the names of their meanings; constants stand behind."""
    named = list(header)
    for what, name in stated.items():
        if name.startswith(CONSTANT_MARK):
            named.append(what)
        elif len(places := places_of_stated(header, name) or places_of_pattern(header, name)) == 1 or _WILD in name:
            for at in places:
                named[at] = what
    return tuple(named)


def places_of_pattern(header: Sequence[str], pattern: str) -> list[int]:
    """The columns whose names are as a pattern with * says, such as Rep *; none for a name without it."""
    if _WILD not in pattern:
        return []
    wanted = " ".join(pattern.split()).casefold()
    return [at for at, name in enumerate(header) if fnmatch.fnmatchcase(" ".join(name.split()).casefold(), wanted)]


def places_of_stated(header: Sequence[str], name: str) -> list[int]:
    """The columns with exactly this name, or else those that differ in case, blanks, signs or a unit behind alone."""
    places = [at for at, known in enumerate(header) if known == name.strip()]
    plain, sign = plain_name(name), is_inverted(name)
    alike = [at for at, known in enumerate(header) if plain and is_inverted(known) == sign]
    places = places or [at for at in alike if plain_name(header[at]) == plain]
    return places or [at for at in alike if plain_name(without_unit(header[at])) == plain]


def names_any(header: Sequence[str], meaning: Meaning) -> bool:
    """Whether a header has a name that is understood."""
    return any(meaning.rank(name) is not None for name in header)


def find_columns(
    table: TextTable,
    meanings: Meanings,
    faults: FaultReport,
    *,
    stated: Mapping[str, str] | None = None,
    needed: Sequence[str] = (),
) -> Found:
    """The columns of a table, by the names that the user states or else by usual names.

    Parameters
    ----------
    table
        The table.
    meanings
        What is sought.
    faults
        Where faults are noted: a stated or needed column that is missing, with the closest name that there is; a name
        that is in the header twice; two columns that may be the same thing.
    stated
        The user's names by meaning, or constants behind an equals sign; see `check_stated`. None where a reader has no
        such choice, which its messages then do not offer.
    needed
        What must be there.

    Raises
    ------
    InputError
        With all the faults so far, if any was found here.
    """
    can_be_stated, stated = stated is not None, stated or {}
    check_stated(stated, meanings)
    before = len(faults.faults)
    position: dict[str, int] = {}
    constant: dict[str, str] = {}
    for what, name in stated.items():
        if name.startswith(CONSTANT_MARK):
            constant[what] = " ".join(name[len(CONSTANT_MARK) :].split())
        elif (at := _by_stated_name(table, name, faults)) is not None:
            position[what] = at
    for what, meaning in meanings.items():
        if what in stated:
            continue
        taken = {at for other, at in position.items() if not meanings[other].may_share}
        at = _by_usual_name(table, what, meaning, taken, faults, can_be_stated=can_be_stated)
        if at is not None and not (meaning.is_optional and what not in needed and _is_empty(table, at)):
            position[what] = at
        elif at is None and what in needed:
            faults.add(missing(table, what) + (name_one(what, meaning) if can_be_stated else ""), line=1)
    if len(faults.faults) > before:
        faults.raise_if_any()
    return Found(position, {what: table.header[at] for what, at in position.items()}, constant)


def check_stated(stated: Mapping[str, str], meanings: Meanings) -> None:
    """Refuse stated columns that cannot be used: an unknown meaning, an empty name, a constant in place of a column.

    Raises
    ------
    InputError
        If a meaning is not known, a name is empty, or a constant is given where a column is needed.
    """
    for what, name in stated.items():
        if what not in meanings:
            close = difflib.get_close_matches(what, meanings, n=1)
            hint = f" (closest: {close[0]!r})" if close else ""
            raise InputError(f"column must say which is {', '.join(meanings)}, got {what!r}{hint}")
        if not name.strip(CONSTANT_MARK + " "):
            raise InputError(f"column {what} must be a name, or a value behind {CONSTANT_MARK!r}, got {name!r}")
        if name.startswith(CONSTANT_MARK) and not meanings[what].may_be_constant:
            allowed = ", ".join(one for one, meaning in meanings.items() if meaning.may_be_constant)
            raise InputError(f"column {what} must be a name, only {allowed} may be a value for all rows, got {name!r}")


def missing(table: TextTable, wanted: str) -> str:
    """The sentence about a column that is not there, with those that are and the closest of them."""
    plain = [plain_name(name) for name in table.header]
    data = [one for one, name in zip(plain, table.header, strict=True) if not names_a_summary(name)]
    close = difflib.get_close_matches(plain_name(wanted), data, n=1, cutoff=0.5)
    near = table.header[plain.index(close[0])] if close else None
    there = ", ".join(repr(name) for name in table.header)
    return f"the column {wanted!r} is missing; there are {there}" + (f" (closest: {near!r})" if near else "")


def name_one(what: str, meaning: Meaning) -> str:
    """The way out where a column is missing: its name, or a value for all rows where that is possible."""
    named = f': name one, columns={{"{what}": "NAME"}}'
    if not meaning.may_be_constant:
        return named
    return f'{named}, or give a value for all rows, columns={{"{what}": "{CONSTANT_MARK}VALUE"}}'


def _by_stated_name(table: TextTable, name: str, faults: FaultReport) -> int | None:
    """The column with exactly this name, or else the only one that differs in case, blanks and signs alone."""
    places = places_of_stated(table.header, name)
    if len(places) == 1:
        return places[0]
    if places:
        faults.add(f"the column {name!r} is in the header {len(places)} times", line=1)
    else:
        faults.add(missing(table, name), line=1)
    return None


def _by_usual_name(
    table: TextTable, what: str, meaning: Meaning, taken: set[int], faults: FaultReport, *, can_be_stated: bool
) -> int | None:
    """The column whose name fits best; several that fit as well are a fault."""
    ranks = {at: meaning.rank(name) for at, name in enumerate(table.header) if at not in taken}
    fits = {at: rank for at, rank in ranks.items() if rank is not None}
    best = [at for at, rank in fits.items() if rank == min(fits.values())]
    filled = [at for at in best if not _is_empty(table, at)] if len(best) > 1 else best
    best = filled or best[:1]
    if len(best) > 1 and meaning.is_likely(table.header[best[0]]):
        return None
    if len(best) > 1:
        names = " and ".join(repr(table.header[at]) for at in best)
        first = table.header[best[0]]
        way = f"name one, columns={{{what!r}: {first!r}}}" if can_be_stated else "rename or delete the others"
        faults.add(f"the columns {names} may each be {what}: {way}", line=1)
    return best[0] if best else None


def _is_empty(table: TextTable, at: int) -> bool:
    return not any(row[at].strip() for row in table.rows)

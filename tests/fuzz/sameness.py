"""Changes of a table that change no meaning must give the same data."""

import codecs
import csv
import random
from pathlib import Path, PurePath

from tests.fuzz import judge
from tests.fuzz.case import Case, Door, rng_of
from tests.fuzz.lineage import Lineage, door_bases
from tests.fuzz.mutations.tables import rows_of, written

TEXT = (".csv", ".tsv")


def _ends(rng: random.Random, raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", rng.choice((b"\r\n", b"\r")))


def _mark(_rng: random.Random, raw: bytes) -> bytes:
    return codecs.BOM_UTF8 + raw


def _wide(rng: random.Random, raw: bytes) -> bytes:
    return raw.decode().encode(rng.choice(("utf-16", "utf-32")))


def _quoted(_rng: random.Random, raw: bytes) -> bytes:
    rows, mark = rows_of(raw)
    return written(rows, mark, quoting=csv.QUOTE_ALL)


def _parted(rng: random.Random, raw: bytes) -> bytes:
    rows, _ = rows_of(raw)
    return written(rows, rng.choice("\t;,"))


def _columns(rng: random.Random, raw: bytes) -> bytes:
    rows, mark = rows_of(raw)
    order = list(range(len(rows[0])))
    rng.shuffle(order)
    return written([[row[at] for at in order] for row in rows if len(row) == len(order)], mark)


def _rows(rng: random.Random, raw: bytes) -> bytes:
    rows, mark = rows_of(raw)
    rest = rows[1:]
    rng.shuffle(rest)
    return written([rows[0], *rest], mark)


def _blanks(rng: random.Random, raw: bytes) -> bytes:
    rows, mark = rows_of(raw)
    width = len(rows[0])
    rows.insert(rng.randint(1, len(rows)), [""] * width)
    return written([[f" {cell} " if rng.random() < 0.3 else cell for cell in row] for row in rows], mark)


CHANGES = {
    "other line ends": _ends, "a byte order mark": _mark, "UTF-16": _wide, "quoted": _quoted, "another separator": _parted,
    "columns moved": _columns, "rows moved": _rows, "blanks": _blanks,
}  # fmt: skip
OF_TABLES = ("columns moved", "rows moved", "blanks")
"""Changes that mean nothing in a table with one header; a plate has its wells by their place."""
_READ: dict[tuple[str, str], list[str] | None] = {}


def sameness(door: Door, lineage: Lineage, folder: Path) -> judge.Outcome:
    """Read a base as it is and otherwise written: the same rows must come of it, in any order."""
    case = door_bases(door)[lineage.base]
    rng = rng_of(lineage.root, door.name, f"{lineage.base}/same", lineage.numbers[-1])
    names = [name for name in case.files if PurePath(name).suffix in TEXT]
    key = (door.name, lineage.base)
    if key not in _READ:
        _READ[key] = _lines(door, case, folder)[0]
    before = _READ[key]
    if before is None or not names:
        return judge.entered(door, case, folder)
    name = rng.choice(names)
    rows, _ = rows_of(case.files[name])
    is_table = len({len(row) for row in rows}) == 1
    said = rng.choice([one for one in CHANGES if is_table or one not in OF_TABLES])
    other = case.with_file(name, CHANGES[said](rng, case.files[name]), said)
    after, outcome = _lines(door, other, folder)
    if after == before or outcome.finding is not None:
        return outcome
    told = f"{lineage.base}, {name}, {said}: {outcome.told or _first_difference(before, after or [])}"
    return judge.Outcome("meaning", finding=judge.Finding("meaning", f"{lineage.base} {said}", told))


def _lines(door: Door, case: Case, folder: Path) -> tuple[list[str] | None, judge.Outcome]:
    outcome, result = judge.entered_with_result(door, case, folder)
    if outcome.what != "read" or door.table_of is None:
        return None, outcome
    return sorted(door.table_of(result, folder)), outcome


def _first_difference(before: list[str], after: list[str]) -> str:
    return next(
        (f"{a!r} is {b!r}" for a, b in zip(before, after, strict=False) if a != b),
        f"{len(before)} rows are {len(after)}",
    )

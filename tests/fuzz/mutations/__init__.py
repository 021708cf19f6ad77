"""Mutations by kind of file; each takes a stream and a case, and gives another case."""

import random
from collections.abc import Callable, Sequence
from pathlib import PurePath

from tests.fuzz.case import Case, Door
from tests.fuzz.mutations import archives, cytometer, nested, octets, options, tables, texts, trees

Change = Callable[[random.Random, bytes], tuple[bytes, str] | None]

LARGEST = 300_000
"""Bytes of an input; larger ones have tests of their own, and take too long here."""

OCTETS: tuple[Change, ...] = octets.CHANGES
TEXT: tuple[Change, ...] = (*octets.FEW, *texts.CHANGES)
TABLE: tuple[Change, ...] = (*octets.FEW, *texts.CHANGES, *tables.CHANGES, *tables.CHANGES)
OF_SUFFIX: dict[str, tuple[Change, ...]] = {
    ".csv": TABLE,
    ".tsv": TABLE,
    ".txt": TABLE,
    ".rdml": (*octets.FEW, *archives.CHANGES, *archives.CHANGES),
    ".xlsx": (*octets.FEW, *archives.CHANGES, *archives.CHANGES),
    ".xlsb": (*octets.FEW, *archives.CHANGES, *archives.CHANGES),
    ".ods": (*octets.FEW, *archives.CHANGES, *archives.CHANGES),
    ".fcs": (*octets.FEW, *cytometer.CHANGES, *cytometer.CHANGES),
    ".parquet": (*OCTETS, *tables.PARQUET),
    ".toml": (*octets.FEW, *texts.CHANGES, *nested.TOML, *nested.TOML, *nested.TOML),
    ".json": (*octets.FEW, *nested.JSON, *nested.JSON, *nested.JSON),
    ".nc": (*octets.FEW, *trees.CHANGES, *trees.CHANGES, *trees.CHANGES),
}


def mutated(rng: random.Random, case: Case, door: Door, others: Sequence[bytes]) -> Case:
    """The case after one to four changes; one that does not fit what is there is passed over."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        try:
            found = _changed(rng, case, door, others)
        except Exception:  # a change that has no meaning for what an earlier one left
            continue
        if found is not None and found.size <= LARGEST:
            case = found
    return case


def _changed(rng: random.Random, case: Case, door: Door, others: Sequence[bytes]) -> Case | None:
    of_files = bool(case.files)
    draw = rng.random()
    if door.changes and (draw < 0.15 or (not of_files and not door.choices)):
        return rng.choice(door.changes)(rng, case)
    if door.choices and (not of_files or draw < 0.3):
        return options.changed(rng, case, door.choices)
    if not of_files:
        return None
    name = rng.choice(list(case.files))
    content = case.files[name]
    if others and rng.random() < 0.03:
        spliced = octets.spliced(rng, content, rng.choice(others))
        return case.with_file(name, spliced, "spliced with another")
    change = rng.choice(OF_SUFFIX.get(PurePath(name).suffix.lower(), OCTETS))
    found = change(rng, content)
    return case.with_file(name, *found) if found is not None else None

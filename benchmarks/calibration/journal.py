"""A journal of simulations that are done: what makes one the same, and which are lacking."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.calibration.study import Task
from benchmarks.journal import Entry, Key, read_entries


def key_of(entry: Entry) -> Key:
    """What makes a simulation the same one."""
    return tuple(str(entry[name]) for name in ("model", "engine", "twin", "seed", "number"))


def read_journal(path: Path, sources: str = "") -> dict[Key, dict[str, Any]]:
    """Records by key; those of other sources than `sources`, where given, are passed over."""
    return read_entries(path, key_of, sources=sources)


def lacking(tasks: Iterable[Task], done: Mapping[Key, Any]) -> list[Task]:
    """Tasks that have no record, in their order."""
    return [task for task in tasks if key_of(asdict(task)) not in done]

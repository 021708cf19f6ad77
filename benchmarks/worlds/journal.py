"""A journal of studies that are done: what makes one the same, and which are lacking."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.journal import Entry, Key, read_entries
from benchmarks.worlds.study import ASSAYS, Task


def key_of(entry: Entry) -> Key:
    """What makes a study the same one: assay, world with its settings, engine, seed and number."""
    return tuple(str(entry[name]) for name in ("assay", "world", "engine", "seed", "study", "digest"))


def entry_of(task: Task) -> dict[str, Any]:
    """What the journal says of a task beside its record."""
    return asdict(task) | {"digest": hashlib.sha256(task.digest.encode()).hexdigest()[:16]}


def read_journal(path: Path) -> dict[Key, dict[str, Any]]:
    """Records by key."""
    return read_entries(path, key_of)


def current(done: Mapping[Key, dict[str, Any]]) -> list[dict[str, Any]]:
    """Records of the worlds as they are now, in the order of their catalogues, by engine, seed and number."""
    order = {(assay, name): place for assay, own in ASSAYS.items() for place, name in enumerate(own)}
    kept = []
    for entry in done.values():
        place = entry["assay"], entry["world"]
        if place in order and entry["digest"] == entry_of(Task(*place, entry["engine"], 0, 0))["digest"]:
            kept.append(entry)
    return sorted(
        kept,
        key=lambda one: (one["assay"], order[one["assay"], one["world"]], one["engine"], one["seed"], one["study"]),
    )


def lacking(tasks: Iterable[Task], done: Mapping[Key, Any]) -> list[Task]:
    """Tasks that have no record, in their order."""
    return [task for task in tasks if key_of(entry_of(task)) not in done]

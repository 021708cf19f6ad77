"""What a run did, line by line, so that a killed one loses nothing."""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.case import Case
from tests.fuzz.judge import Finding
from tests.fuzz.lineage import Lineage


@dataclass
class Journal:
    """One file a worker, JSON a line: counts, findings, and lineages that reached new lines."""

    path: Path

    def write(self, **entry: Any) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def find(self, finding: Finding, lineage: Lineage, case: Case) -> None:
        self.write(
            finding=finding.kind,
            place=finding.place,
            told=finding.told,
            lineage=str(lineage),
            options=repr(case.options),
            said=case.said,
            files={name: base64.b64encode(content[:200_000]).decode() for name, content in case.files.items()},
        )


def entries(folder: Path) -> Iterator[dict[str, Any]]:
    """All lines of all journals of a folder; a line cut by a kill is passed over."""
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except ValueError:
                continue


@dataclass
class Sum:
    """What was done at one door."""

    inputs: int = 0
    seconds: float = 0.0
    peak_mb: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    findings: set[tuple[str, str]] = field(default_factory=set)
    slowest: float = 0.0
    slowest_input: str = ""


def sums(folder: Path) -> dict[str, Sum]:
    """Inputs, minutes, memory and findings by door."""
    found: dict[str, Sum] = defaultdict(Sum)
    for entry in entries(folder):
        if "inputs" in entry:
            own = found[entry["door"]]
            own.inputs += entry["inputs"]
            own.seconds += entry["seconds"]
            own.peak_mb = max(own.peak_mb, entry["peak_mb"])
            own.outcomes.update(entry["outcomes"])
            if entry["slowest"] > own.slowest:
                own.slowest, own.slowest_input = entry["slowest"], entry["slowest_input"]
        elif "finding" in entry:
            found[entry["lineage"].split(":")[0]].findings.add((entry["finding"], entry["place"]))
    return dict(found)


def table(folder: Path) -> str:
    """The sums as a table of text."""
    lines = [
        f"{'door':<22}{'inputs':>10}{'minutes':>9}{'a second':>10}{'MB':>7}{'slowest s':>11}{'read':>9}{'refused':>9}{'found':>7}"
    ]
    everything = sums(folder)
    for name, own in sorted(everything.items()):
        rate = own.inputs / own.seconds if own.seconds else 0.0
        lines.append(
            f"{name:<22}{own.inputs:>10}{own.seconds / 60:>9.1f}{rate:>10.0f}{own.peak_mb:>7.0f}{own.slowest:>11.2f}"
            f"{own.outcomes['read']:>9}{own.outcomes['refused']:>9}{len(own.findings):>7}"
        )
    inputs, minutes = (
        sum(one.inputs for one in everything.values()),
        sum(one.seconds for one in everything.values()) / 60,
    )
    lines.append(f"{'all':<22}{inputs:>10}{minutes:>9.1f}")
    return "\n".join(lines)

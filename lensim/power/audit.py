"""Studies of a run that are fitted again by NUTS: a random sample of all that the run analysed.

Every stored study has the same chance, of every point and chunk. Compiling takes most of the time, so studies
of one design and analysis go to a worker together. Of a run with many designs only a few are used. They are drawn with
a probability equal to their share of the studies, so each study keeps the same chance.
"""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from lensim import seeding
from lensim.power.chunk import run_audit
from lensim.power.scenario import Scenario

MOST_DESIGNS: Final = 4
"""Most designs of a run that are audited, as each is compiled anew."""


@dataclass(frozen=True)
class StoredPoint:
    """The stored studies of one point of the grid.

    Attributes
    ----------
    number, setting, scenario
        Which point it is.
    chunks
        Studies of each stored chunk.
    """

    number: int
    setting: Mapping[str, Any]
    scenario: Scenario
    chunks: Sequence[int]

    @property
    def design(self) -> str:
        """Design and analysis as text: points with the same text share a compiled model."""
        own = self.scenario
        return json.dumps([own.design.model_dump(mode="json"), own.analysis.model_dump(mode="json")], sort_keys=True)


@dataclass(frozen=True)
class AuditPart:
    """Some studies of one chunk, by their positions in the chunk."""

    point: StoredPoint
    chunk: int
    studies: tuple[int, ...]


def draw_audit(seed: int, studies: int, points: Sequence[StoredPoint]) -> list[list[AuditPart]]:
    """Draw studies of a run at random, as tasks: a list of parts for each design.

    Depends on the seed and on what is stored, not on who did the work.
    """
    rng = seeding.stream(seed, "audit")
    designs: dict[str, list[StoredPoint]] = {}
    for point in points:
        if sum(point.chunks):
            designs.setdefault(point.design, []).append(point)
    sizes = np.array([sum(sum(point.chunks) for point in own) for own in designs.values()], dtype=int)
    wanted = min(studies, int(sizes.sum()))
    if not wanted:
        return []
    if len(designs) <= MOST_DESIGNS or wanted <= MOST_DESIGNS:
        bounds = np.concatenate([[0], np.cumsum(sizes)])
        drawn = np.sort(rng.choice(bounds[-1], size=wanted, replace=False))
        picked = [drawn[(drawn >= a) & (drawn < b)] - a for a, b in itertools.pairwise(bounds)]
    else:
        counts = _shares(sizes, wanted, rng)
        picked = [
            np.sort(rng.choice(size, size=min(n, size), replace=False)) for size, n in zip(sizes, counts, strict=True)
        ]
    return [list(_parts(own, at)) for own, at in zip(designs.values(), picked, strict=True) if len(at)]


def _shares(sizes: np.ndarray, wanted: int, rng: np.random.Generator) -> np.ndarray:
    """How many studies of each design, in a systematic draw of designs by size."""
    order = rng.permutation(len(sizes))
    ticks = (rng.uniform() + np.arange(MOST_DESIGNS)) * sizes.sum() / MOST_DESIGNS
    hit = order[np.searchsorted(np.cumsum(sizes[order]), ticks, side="right")]
    of_tick = np.full(MOST_DESIGNS, wanted // MOST_DESIGNS)
    of_tick[rng.permutation(MOST_DESIGNS)[: wanted % MOST_DESIGNS]] += 1
    return np.bincount(hit, weights=of_tick, minlength=len(sizes)).astype(int)


def _parts(points: Sequence[StoredPoint], picked: np.ndarray) -> Iterator[AuditPart]:
    """Where studies are stored, by their number among all of a design."""
    first = 0
    for point in points:
        for chunk, size in enumerate(point.chunks):
            own = picked[(picked >= first) & (picked < first + size)] - first
            if len(own):
                yield AuditPart(point, chunk, tuple(int(study) for study in own))
            first += size


def run_parts(parts: Sequence[AuditPart]) -> pd.DataFrame:
    """The audit of one design, the task of a worker; see `run_audit`. The column `point` has the point of each row."""
    found = []
    for part in parts:
        own = part.point
        rows = run_audit(own.scenario, dict(own.setting), part.chunk, own.chunks[part.chunk], part.studies)
        if not rows.empty:
            found.append(rows.assign(point=own.number))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()

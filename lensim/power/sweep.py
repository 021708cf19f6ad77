"""The studies of a scenario: chunks go to workers and are stored in order, so no number depends on the workers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lensim.checks import InputError
from lensim.power.assays import assay_of
from lensim.power.audit import AuditPart, StoredPoint, draw_audit, run_parts
from lensim.power.chunk import run_chunk
from lensim.power.diagnosands import CEILING, OF_SIGN, SCORES, Tally, verdict
from lensim.power.pool import Pool, pool_of
from lensim.power.processes import require_workers
from lensim.power.result import PowerResult
from lensim.power.scenario import Scenario, points_of
from lensim.power.store import Store, open_store
from lensim.power.stored_part import require_audit, require_chunk


@dataclass
class _Point:
    """One point of the grid on its way."""

    number: int
    setting: Mapping[str, Any]
    scenario: Scenario
    tallies: dict[tuple[int, int], Tally]
    submitted: int = 0
    stored: int = 0
    waiting: dict[int, pd.DataFrame] = field(default_factory=dict)
    done: bool = False

    @property
    def chunks(self) -> int:
        """Number of chunks if the point is not decided before."""
        return -(-self.scenario.studies.count // self.scenario.studies.chunk)

    def size(self, chunk: int) -> int:
        """Studies of a chunk; the last may be smaller."""
        return min(self.scenario.studies.chunk, self.scenario.studies.count - chunk * self.scenario.studies.chunk)

    def first(self, chunk: int) -> int:
        """Number of the first study of a chunk."""
        return chunk * self.scenario.studies.chunk

    @property
    def targets(self) -> list[int]:
        """Number of targets of each rule."""
        return [len(self.scenario.items(rule)) for rule in self.scenario.rules]

    def task(self, chunk: int) -> tuple[Any, ...]:
        """What a worker needs to simulate a chunk."""
        return self.scenario, dict(self.setting), chunk, self.size(chunk)

    def take(self, rows: pd.DataFrame) -> None:
        """Add a chunk to the sums, and see whether the point is decided."""
        for (rule, target), tally in self.tallies.items():
            tally.add(rows[(rows["rule"] == rule) & (rows["target"] == target)])
        self.stored += 1
        at = self.scenario.studies.decide_at
        decided = at is not None and all(
            low > at or high < at for low, high in (tally.share_bounds() for tally in self.tallies.values())
        )
        self.done = decided or self.stored >= self.chunks


def sweep(
    scenario: Scenario,
    folder: Path,
    *,
    workers: int = 1,
    scheduler: str = "",
    trust_network: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> PowerResult:
    """Simulate, analyse and judge every point of a scenario; `lensim.power.run.run_power` also writes what was found.

    Parameters
    ----------
    scenario
        What is asked.
    folder
        Where results are kept; an interrupted run continues there and repeats no finished chunk.
    workers
        Processes on this machine; 1 works in this process.
    scheduler
        Address of a dask scheduler that someone started; its workers are used instead. Whoever can reach it can run
        code here and there: see `lensim.power.scheduler`.
    trust_network
        Take a scheduler on another machine without encryption.
    progress
        Called with chunks done and the most that there can be.

    Raises
    ------
    InputError
        If a posterior will not do, the folder is another scenario's or cannot be written to, or the scheduler cannot be
        reached.
    """
    require_workers(workers)
    points = [
        _Point(
            number,
            setting,
            own,
            {(r, t): Tally() for r, rule in enumerate(own.rules) for t in range(len(own.items(rule)))},
        )
        for number, (setting, own) in enumerate(points_of(scenario))
    ]
    for point in points:  # a posterior that will not do is refused before there is a folder
        assay_of(point.scenario).not_in_posterior(point.scenario)
    with open_store(folder, scenario, [point.setting for point in points]) as store, ExitStack() as stack:
        pool = None

        def workforce() -> Pool:
            """Workers, once there is something to do for them."""
            nonlocal pool
            if pool is None:
                pool = stack.enter_context(pool_of(workers, scheduler, trust_network=trust_network))
            return pool

        return _swept(scenario, points, store, workforce, progress)


def _swept(
    scenario: Scenario,
    points: list[_Point],
    store: Store,
    workforce: Callable[[], Pool],
    progress: Callable[[int, int], None],
) -> PowerResult:
    """What a store has of the studies, and those that it lacks."""
    remarks: list[str] = []
    for point in points:
        while not point.done and store.has(path := store.chunk_path(point.number, point.stored)):
            try:
                rows = store.read(path)
                if not {*SCORES} <= {*rows.columns}:  # of an earlier lensim: the same studies are simulated again
                    break
                require_chunk(path, rows, point.first(point.stored), point.size(point.stored), point.targets)
            except InputError as error:
                remarks.append(f"{error}; its studies were simulated again")
                again = (point, point.task(point.stored))
                ((_, rows),) = workforce()(run_chunk, iter([again]))
                store.write(path, rows)
            point.take(rows)
        point.submitted = point.stored
    total = sum(point.chunks for point in points)
    progress(sum(point.stored for point in points), total)
    if any(not point.done for point in points):
        _run_chunks(points, store, workforce(), progress, total)
    tasks = _audit_tasks(scenario, points)
    audit = _audited(tasks, store, workforce, remarks)
    return PowerResult(scenario, _table(scenario, points), audit, remarks=tuple(remarks))


def _audited(
    tasks: list[list[AuditPart]], store: Store, workforce: Callable[[], Pool], remarks: list[str]
) -> pd.DataFrame:
    """What a store has of the audit, and the parts that it lacks."""
    found: dict[int, pd.DataFrame] = {}
    for number in range(len(tasks)):
        if store.has(path := store.audit_path(number)):
            try:
                found[number] = store.read(path)
                require_audit(path, found[number])
            except InputError as error:
                remarks.append(f"{error}; it was made again")
                found.pop(number, None)
    wanted = [(number, (parts,)) for number, parts in enumerate(tasks) if number not in found]
    if wanted:
        for number, rows in workforce()(run_parts, iter(wanted)):
            store.write(store.audit_path(number), rows)
            found[number] = rows
    kept = [found[number] for number in range(len(tasks)) if not found[number].empty]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()


def _run_chunks(
    points: list[_Point], store: Store, pool: Pool, progress: Callable[[int, int], None], total: int
) -> None:
    def tasks() -> Iterator[tuple[tuple[_Point, int], tuple[Any, ...]]]:
        """Round the points, one chunk each; a point that is done gets no more."""
        while True:
            open_points = [point for point in points if not point.done and point.submitted < point.chunks]
            if not open_points:
                return
            for point in open_points:
                chunk, point.submitted = point.submitted, point.submitted + 1
                yield (point, chunk), point.task(chunk)

    for (point, chunk), rows in pool(run_chunk, tasks()):
        point.waiting[chunk] = rows
        while not point.done and point.stored in point.waiting:
            ready = point.waiting.pop(point.stored)
            store.write(store.chunk_path(point.number, point.stored), ready)
            point.take(ready)
        if point.done:
            point.waiting.clear()
        progress(sum(p.stored for p in points), total)


def _audit_tasks(scenario: Scenario, points: list[_Point]) -> list[list[AuditPart]]:
    """What is to be fitted again, of all that is stored; see `draw_audit`."""
    if not scenario.audit.studies or not any(rule.needs_posterior for rule in scenario.rules):
        return []
    stored = [
        StoredPoint(point.number, point.setting, point.scenario, [point.size(chunk) for chunk in range(point.stored)])
        for point in points
    ]
    return draw_audit(scenario.seed, scenario.audit.studies, stored)


def _table(scenario: Scenario, points: list[_Point]) -> pd.DataFrame:
    rows, absent = [], []
    for point in points:
        word = "power" if point.scenario.is_conditional else "assurance"
        for (rule, target), tally in point.tallies.items():
            own = point.scenario.rules[rule]
            said = {"rule": own.label, "target": point.scenario.items(own)[target]}
            found = tally.describe()
            has_ceiling = word == "assurance" and own.can_be_false
            absent.append({*(() if own.has_sign else OF_SIGN), *(() if has_ceiling else CEILING)})
            found |= dict.fromkeys(absent[-1], np.nan)
            rows.append({**_plain(point.setting), **said, "quantity": word, **found, **_verdicts(found, point)})
    return pd.DataFrame(rows).drop(columns=[*set.intersection(*absent)])


def _verdicts(found: Mapping[str, float], point: _Point) -> dict[str, Any]:
    """Whether a share is at least what was asked, with failures read as missing and as no finds."""
    at = point.scenario.studies.decide_at
    if at is None:
        return {}
    said: dict[str, Any] = {"decide_at": at}
    for share in ("share", "share_if_failures_are_no_find"):
        said[share.replace("share", "verdict", 1)] = verdict(found[f"{share}_low"], found[f"{share}_high"], at)
    return said


def _plain(setting: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the grid as a table can hold them."""
    return {key: value if isinstance(value, int | float | str | bool) else str(value) for key, value in setting.items()}

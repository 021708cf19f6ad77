"""A complete screen into one folder: each compound by a worker, stored as it comes, and one table of all."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import xarray as xr

from lensim.checks import InputError, fault_of
from lensim.input_digests import NamedDigest, digests_in
from lensim.plain_text import shown_name
from lensim.power.pool import Pool, pool_of
from lensim.power.processes import require_workers
from lensim.results_folder import Manifest
from lensim.screen.memory import after_reading
from lensim.screen.one import Done, fit_one
from lensim.screen.part import Part, failed
from lensim.screen.settings import ScreenSettings, digest_of
from lensim.screen.store import Store, open_screen
from lensim.screen.words import Counts
from lensim.tables.excluded_record import digests_of_record

LEAST_SECONDS: Final = 2.0
"""Between two writings of the tables while a screen runs."""
SPARED: Final = 50.0
"""Writing the tables takes at most one part in so many of the time."""
COLUMN: Final = "compound"
Fitting = Callable[[str, xr.Dataset, ScreenSettings], Done]


def run_screen(
    studies: Mapping[str, xr.Dataset],
    folder: Path,
    settings: ScreenSettings,
    *,
    by: str = COLUMN,
    workers: int = 1,
    scheduler: str = "",
    trust_network: bool = False,
    force: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    tell: Callable[[str], None] = lambda _: None,
    fitting: Fitting = fit_one,
) -> Counts:
    """Fit every compound of a screen, and write what was found.

    Parameters
    ----------
    studies
        The data of each compound by its name; one whose data are refused, as they are asked for, has a row that says
        why. They are asked for one by one.
    folder
        Gets summary.csv, compounds.csv, findings.txt, manifest.json, screen.json and the files of each compound. A run
        that was broken off goes on there; what was done is not done again.
    settings
        How each compound is fitted.
    by
        The column that names compounds.
    workers
        Processes on this machine; 1 works in this process. Results do not depend on them.
    scheduler, trust_network
        As for `lensim.power.sweep.sweep`.
    force
        Remove results of other settings, data or compounds from the folder.
    progress
        Called with compounds done and their number.
    tell
        Called with a sentence when there is something to say on the way.
    fitting
        What a worker does with a compound.

    Raises
    ------
    InputError
        If the folder is another screen's or cannot be written to, or there is no compound.
    """
    require_workers(workers)
    if not studies:
        raise InputError("a screen must have at least one compound, got none")
    started = time.perf_counter()
    digests, faults, files = _digests(studies)
    after_reading()
    with open_screen(folder, by, digests, settings, files=files, force=force) as store:
        counts, todo = _done_before(store, digests)
        if counts.done:
            tell(f"{counts.done:,} of {counts.total:,} were done before, and are not done again")
        for name in [one for one in todo if one in faults]:
            _take(Done(failed(Part(name, store.record.of, digests[name]), faults[name])), store, counts)
        progress(counts.done, counts.total)
        writing, tasks = _Writing(store), [name for name in todo if name not in faults]
        workforce = pool_of(_count(workers, tasks), scheduler if tasks else "", trust_network=trust_network)
        with _written_when_stopped(store), workforce as pool:
            for one in _worked_on(pool, fitting, tasks, studies, settings, digests):
                _take(one, store, counts)
                progress(counts.done, counts.total)
                writing.now_and_then()
        counts = _counted(store)
        manifest = Manifest(settings.seed, {"compounds": round(time.perf_counter() - started, 2)})
        if verdict := _verdict(counts):
            manifest.verdicts["screen"] = verdict
        store.write_tables("\n".join(counts.sentences(by)), manifest.content())
    return counts


def _counted(store: Store) -> Counts:
    """All compounds in the order of the screen, so that what is said of them does not depend on workers."""
    counts = Counts(len(store.record.names))
    for part in store.parts():
        counts.add(part)
    return counts


def _digests(studies: Mapping[str, xr.Dataset]) -> tuple[dict[str, str], dict[str, str], list[NamedDigest]]:
    """Digest of the data of each compound, why those of some are refused, and the files of all."""
    digests, faults = {}, {}
    files: dict[NamedDigest, None] = {}
    for name in studies:
        try:
            data = studies[name]
            digests[name] = digest_of(data)
            files |= dict.fromkeys(digests_in(data.attrs))
            files |= dict.fromkeys((shown_name(name), own) for name, own in digests_of_record(data))
        except InputError as error:
            faults[name] = fault_of(error)
            digests[name] = hashlib.sha256(faults[name].encode()).hexdigest()[:32]
    return digests, faults, list(files)


def _done_before(store: Store, digests: Mapping[str, str]) -> tuple[Counts, list[str]]:
    """What the store has, counted, and the names that it lacks."""
    counts, todo = Counts(len(digests)), []
    for name, data in digests.items():
        part = store.find(name, data)
        if part is None:
            todo.append(name)
        else:
            counts.add(part)
    return counts, todo


def _count(workers: int, tasks: Sequence[str]) -> int:
    """Workers that have something to do; one works in this process."""
    return max(1, min(workers, len(tasks)))


def _worked_on(
    pool: Pool,
    fitting: Fitting,
    names: Sequence[str],
    studies: Mapping[str, xr.Dataset],
    settings: ScreenSettings,
    digests: Mapping[str, str],
) -> Iterator[Done]:
    """What comes of each compound, in any order, as workers get done; their data are made as they get free."""

    def lost(name: str, why: str) -> Done:
        part = Part(name, settings.digest(), digests[name])
        return Done(failed(part, f"{why}: where memory is short, take fewer (workers=1)", is_final=False))

    tasks = ((name, (name, studies[name], settings)) for name in names)
    for _, one in pool(fitting, tasks, lost):
        yield one


def _take(done: Done, store: Store, counts: Counts) -> None:
    store.write(done)
    counts.add(done.part)


@dataclass
class _Writing:
    """The tables while a screen runs: at most one second in fifty is spent on them."""

    store: Store
    last: float = 0.0
    cost: float = 0.0

    def now_and_then(self) -> None:
        """Write the tables where it is time to."""
        started = time.monotonic()
        if started - self.last < max(LEAST_SECONDS, SPARED * self.cost):
            return
        self.store.write_tables()
        self.last = time.monotonic()
        self.cost = self.last - started


@contextmanager
def _written_when_stopped(store: Store) -> Iterator[None]:
    """Ctrl-C, and whatever ends a screen early, leaves tables of all that is done."""
    try:
        yield
    except BaseException:
        with suppress(Exception):
            store.write_tables()
        raise


def _verdict(counts: Counts) -> str:
    """The verdict of a screen; '' of approximate answers that are all trusted, since no gate has judged them."""
    judged = counts.passed + counts.approximate + counts.not_passed
    if counts.is_approximate:
        return f"NOT trusted: {counts.not_passed:,} of {judged:,}" if counts.not_passed else ""
    if counts.not_passed:
        return f"NOT converged: {counts.not_passed:,} of {judged:,}"
    return f"converged: {counts.passed:,} of {judged:,}"

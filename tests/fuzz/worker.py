"""One process that mutates inputs and lets them in, door after door, and its parent that outlives its crashes."""

import faulthandler
import gc
import mmap
import os
import random
import signal
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.fuzz import judge, reached
from tests.fuzz.case import Case, Door
from tests.fuzz.journal import Journal, entries
from tests.fuzz.lineage import Lineage, case_of, door_bases, grown
from tests.fuzz.minimise import minimised
from tests.fuzz.sameness import sameness

MEMORY_BYTES: Final = 1_500_000_000
SLOW_SECONDS: Final = 2.0
LARGEST_KEPT: Final = 30_000
DEAD_SECONDS: Final = 60
DEEPEST: Final = 40
FLUSH_SECONDS: Final = 3.0


@dataclass(frozen=True)
class Plan:
    """What a worker does."""

    doors: Sequence[Door]
    root: int
    seconds: float
    folder: Path
    scratch: Path
    number: int
    workers: int
    slice_seconds: float = 12.0


def work(plan: Plan) -> None:
    """Run one worker's share to the end; its child is begun again after each crash."""
    page = mmap.mmap(-1, 4096)
    end = time.monotonic() + plan.seconds
    begun = _begun(plan.folder)
    start = {door.name: begun.get(door.name, 0) for door in plan.doors}
    while time.monotonic() < end:
        page[:] = b"\x00" * 4096
        child = os.fork()
        if child == 0:
            os._exit(_run_to_the_end(plan, start, end, page))
        status = _watched(child, page)
        at = page[8:].split(b"\x00", 1)[0].decode()  # behind it lies the end of a longer name before
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) in (0, 1):
            return
        if not at:
            return  # before any input: nothing that a further try would mend
        lineage = Lineage.of(at)
        how = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
        door = next(one for one in plan.doors if one.name == lineage.door)
        finding = judge.Finding(how, lineage.door, f"the process ended: {how}")
        Journal(plan.folder / f"crashes-{plan.number}.jsonl").find(finding, lineage, case_of(lineage, door))
        start[door.name] = lineage.numbers[-1] + plan.workers


def _run_to_the_end(plan: Plan, start: dict[str, int], end: float, page: mmap.mmap) -> int:
    """The exit status of a child: 1 where someone stopped it, 70 where the fuzz itself is at fault."""
    faulthandler.enable()
    try:
        _run(plan, start, end, page)
    except KeyboardInterrupt:
        return 1
    except BaseException:
        traceback.print_exc()
        return 70
    return 0


def _watched(child: int, page: mmap.mmap) -> int:
    """The status of a child that ended; it is killed when it stays at one input for a minute."""
    last, since = b"", time.monotonic()
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        now = bytes(page)
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > DEAD_SECONDS and now[8:9] != b"\x00":
            os.kill(child, signal.SIGABRT)  # its threads are printed, see faulthandler
            time.sleep(2)
            os.kill(child, signal.SIGKILL)
        time.sleep(0.25)


def _begun(folder: Path) -> dict[str, int]:
    """The highest number that earlier runs used at each door."""
    found: dict[str, int] = {}
    for entry in entries(folder):
        if "next" in entry:
            found[entry["door"]] = max(found.get(entry["door"], 0), entry["next"])
    return found


def _run(plan: Plan, start: dict[str, int], end: float, page: mmap.mmap) -> None:
    judge.limit_memory(MEMORY_BYTES)
    reached.start()
    journal = Journal(plan.folder / f"run-{os.getpid()}-{plan.number}.jsonl")
    known = {(e["finding"], e["place"], e["lineage"].split(":")[0]) for e in entries(plan.folder) if "finding" in e}
    states = [_State(door, plan, start[door.name], journal, known, page) for door in plan.doors]
    for state in states:
        state.take_up()
    while time.monotonic() < end:
        for state in states:
            if time.monotonic() >= end:
                break
            state.spend(min(plan.slice_seconds, end - time.monotonic()))


class _State:
    """A door with the inputs that reached new lines."""

    def __init__(
        self, door: Door, plan: Plan, start: int, journal: Journal, known: set[tuple[str, str, str]], page: mmap.mmap
    ) -> None:
        self.door, self.plan, self.journal, self.known, self.page = door, plan, journal, known, page
        self.number = start - start % plan.workers + plan.number
        self.folder = plan.scratch / f"{door.name}-{plan.number}"
        self.bases = door_bases(door)
        self.kept: list[tuple[Lineage, Case]] = []
        self.rng = random.Random(f"{plan.root}/{start}/{plan.number}")

    def take_up(self) -> None:
        """The bases, then what an earlier run kept, so that only new lines count."""
        for name, case in self.bases.items():
            lineage = Lineage(self.door.name, self.plan.root, name, ())
            outcome = judge.entered(self.door, case, self.folder)
            if outcome.finding is not None:
                self._found(outcome.finding, lineage, case)
            self.kept.append((lineage, case))
        reached.taken()
        for entry in entries(self.plan.folder):
            if "kept" in entry and entry["door"] == self.door.name:
                lineage = Lineage.of(entry["kept"])
                if lineage.base in self.bases:
                    self.kept.append((lineage, case_of(lineage, self.door)))

    def spend(self, seconds: float) -> None:
        """Let inputs in for some seconds; counts are written every few of these."""
        end = time.monotonic() + seconds
        while (begin := time.monotonic()) < end:
            self._spend(begin, min(end, begin + FLUSH_SECONDS))
            gc.collect()

    def _spend(self, begin: float, end: float) -> None:
        outcomes: Counter[str] = Counter()
        slowest, slowest_input = 0.0, ""
        judge.forget_peak()
        while time.monotonic() < end:
            lineage, case = self._next()
            now = time.process_time()  # of this process alone: the machine may have other work
            outcome = self._entered(lineage, case)
            took = time.process_time() - now
            outcomes[outcome.what] += 1
            if took > slowest:
                slowest, slowest_input = took, str(lineage)
            if took > SLOW_SECONDS and outcome.finding is None:
                told = f"{took:.1f} s: {outcome.told}"
                outcome = judge.Outcome("slow", finding=judge.Finding("slow", self.door.name, told))
            if outcome.finding is not None:
                self._found(outcome.finding, lineage, case)
            if reached.taken() and case.size < LARGEST_KEPT and len(lineage.numbers) < DEEPEST:
                self.kept.append((lineage, case))
                self.journal.write(kept=str(lineage), door=self.door.name)
        self.journal.write(
            door=self.door.name, inputs=sum(outcomes.values()), seconds=time.monotonic() - begin, peak_mb=judge.peak_mb(),
            outcomes=dict(outcomes), slowest=slowest, slowest_input=slowest_input, next=self.number,
        )  # fmt: skip

    def _next(self) -> tuple[Lineage, Case]:
        parent, case = self.kept[self.rng.randrange(len(self.kept))] if self.rng.random() < 0.6 else self._base()
        number, self.number = self.number, self.number + self.plan.workers
        lineage = parent.next(number)
        self._mark(lineage)  # before it is made, which can fail as well
        return lineage, grown(case, parent, number, self.door)

    def _base(self) -> tuple[Lineage, Case]:
        name = self.rng.choice(list(self.bases))
        return Lineage(self.door.name, self.plan.root, name, ()), self.bases[name]

    def _entered(self, lineage: Lineage, case: Case) -> judge.Outcome:
        if (
            self.door.table_of is not None
            and lineage.numbers[-1] % 32 < self.plan.workers
            and len(lineage.numbers) == 1
        ):
            return sameness(self.door, lineage, self.folder)
        return judge.entered(self.door, case, self.folder)

    def _mark(self, lineage: Lineage) -> None:
        text = str(lineage).encode()[:4000]
        self.page[:8] = (self.number % 2**63).to_bytes(8, "little")
        self.page[8 : 8 + len(text) + 1] = text + b"\x00"

    def _found(self, finding: judge.Finding, lineage: Lineage, case: Case) -> None:
        key = (*finding.key, self.door.name)
        if key in self.known:
            return
        self.known.add(key)
        small = (
            case if finding.kind in ("slow", "hang", "meaning") else minimised(self.door, case, finding, self.folder)
        )
        self.journal.find(finding, lineage, small)

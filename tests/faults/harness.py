"""Walks over every call that writes, and kills at random moments, with what must hold after each."""

import errno
import gc
import importlib
import itertools
import json
import os
import random
import shutil
import time
import warnings
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.faults import trial
from tests.faults.commands import COMMANDS, Command, without_sampler, write_inputs

ERRORS: Final = {name: getattr(errno, name) for name in ("ENOSPC", "EIO", "EACCES")}
SHOWN: Final = 400
MOST_CALLS: Final = 2000
PROGRESS: Final = 5
"""Rounds of kills over all commands, between two lines that say how far they are."""


def chosen(names: list[str] | None) -> list[Command]:
    """The commands of these names; all without any."""
    return [COMMANDS[name] for name in names] if names else list(COMMANDS.values())


class Trials:
    """Inputs, and the modules that commands load, made ready once."""

    def __init__(self, root: Path, commands: list[Command]) -> None:
        self.root, self.inputs = root, root / "inputs"
        self._in_child(lambda: write_inputs(self.inputs))
        without_sampler()()  # made once, for all children
        self.reference: dict[str, trial.Ended] = {}
        self.present: dict[str, set[str]] = {}
        for command in commands:
            self._load(command, self.place())
            place = self.place()
            ended = self.must(command, place, force=False)
            self.reference[command.name], self.present[command.name] = ended, trial.present(command, place)
            shutil.copytree(place.results, root / "old" / command.name)
        gc.freeze()  # children copy less of the memory

    def _in_child(self, work) -> None:  # type: ignore[no-untyped-def]
        process = os.fork()
        if not process:
            try:
                work()
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(process, 0)[1] == 0, "inputs could not be made"

    def _load(self, command: Command, place: trial.Place) -> None:
        """Import here what the command imports, in a child that runs it."""
        listing = self.root / "modules"

        def work() -> None:
            import sys

            with suppress(BaseException):
                trial._run(command, place, force=False)
            listing.write_text(json.dumps(sorted(sys.modules)))

        self._in_child(work)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in json.loads(listing.read_text()):
                with suppress(BaseException):
                    importlib.import_module(name)

    def place(self, old: Command | None = None) -> trial.Place:
        """Empty folders, or with the results of an earlier run."""
        place = trial.Place.new(self.root, self.inputs)
        if old is not None:
            shutil.rmtree(place.results)
            shutil.copytree(self.root / "old" / old.name, place.results)
        return place

    def must(self, command: Command, place: trial.Place, *, force: bool) -> trial.Ended:
        """A run without a fault, that must end well."""
        ended = trial.run(command, place, force=force)
        if ended.status != 0:
            raise RuntimeError(f"{command.name} without a fault ended with {ended.status}: {ended.error[-2000:]}")
        return ended


def after_fault(trials: Trials, command: Command, place: trial.Place, ended: trial.Ended, *, old: bool) -> list[str]:
    """What is wrong behind a run in which one call failed."""
    found = []
    if "Traceback" in ended.error or "Exception ignored" in ended.error:
        found.append("traceback")
    errors = [line for line in ended.error.splitlines() if line.startswith("error: ")]
    if ended.status not in (0, 2):
        found.append(f"status {ended.status}")
    if ended.status == 2 and len(errors) != 1 and not command.kept:
        found.append(f"{len(errors)} sentences")
    if ended.status == 2 and not errors:
        found.append("no sentence")
    if ended.status == 2 and any(".lensim-unfinished" in line for line in errors):
        found.append("names a hidden folder")
    if ended.status == 2 and "the new results are in" in ended.error:
        found += trial.taken_elsewhere(command, place)
    there = trial.present(command, place)
    if ended.status == 0 and there != trials.present[command.name]:
        found.append(f"status 0 without {sorted(trials.present[command.name] - there)}")
    if old and there < trials.present[command.name]:
        found.append(f"lost {sorted(trials.present[command.name] - there)}")
    if ended.status == 2 and command.kept and not list(place.working.glob("*.nc")):
        wanted = {name for name in trials.present[command.name] if name.endswith(".nc")}
        if not wanted <= there:
            found.append("the fit is lost")
    return found + trial.damaged(command, place)


def after_next(trials: Trials, command: Command, place: trial.Place) -> list[str]:
    """What is wrong behind the next run: it must succeed, and leave nothing hidden."""
    found = []
    ended = trial.run(command, place, force=True)
    if ended.status != 0:
        found.append(f"next run: status {ended.status}: {ended.error[-300:]}")
    if left := trial.leftovers(place):
        found.append(f"next run leaves {left}")
    if trial.present(command, place) != trials.present[command.name]:
        found.append("next run lacks files")
    return found + [f"next run: {one}" for one in trial.damaged(command, place)]


def walk(root: Path, names: list[str] | None, errors: list[str] | None, every: int = 1, *, stays: bool = False) -> int:
    """Let each call of each command fail once, with each error, over nothing and over an old result.

    `every` leaves out calls: each so many one is tried, others with each error. An error that
    `stays` meets all calls behind the first too.
    """
    commands = chosen(names)
    trials = Trials(root, commands)
    wrong = 0
    for command in commands:
        started, runs, statuses = time.monotonic(), 0, Counter[int]()
        said = Counter[str]()
        for old in (False, True):
            for first, name in enumerate(errors or ERRORS, start=1):
                for call in range(min(first, every), MOST_CALLS, every):
                    place = trials.place(command if old else None)
                    before = trial.content(place)
                    ended = trial.run(command, place, force=old, call=call, number=ERRORS[name], stays=stays)
                    if not ended.failed and ended.status == 0:
                        break
                    runs += 1
                    statuses[ended.status] += 1
                    found = after_fault(trials, command, place, ended, old=old)
                    if trial.content(place) != before:  # otherwise the next run is as without a fault
                        found += after_next(trials, command, place)
                    for one in found:
                        wrong += 1
                        said[one] += 1
                        if said[one] <= 2:
                            last = " | ".join(ended.error.strip().splitlines()[-3:])[:SHOWN]
                            what = f"{command.name}, old={old}, {name} at call {call} ({ended.failed})"
                            print(f"  {what}: {one}\n      {last}", flush=True)
        print(
            f"{command.name}: {runs} faults, status {dict(statuses)}, {sum(said.values())} wrong, "
            f"{time.monotonic() - started:.0f} s", flush=True,
        )  # fmt: skip
    return int(wrong > 0)


def kills(root: Path, names: list[str] | None, count: int, seed: int) -> int:
    """Kill commands at random moments, half of them with --force over an old result."""
    commands = chosen(names)
    trials = Trials(root, commands)
    rng = random.Random(seed)
    wrong, table = 0, {command.name: Counter[str]() for command in commands}
    started = time.monotonic()
    for number in itertools.count():
        if sum(counts["killed"] for counts in table.values()) >= count:
            break
        command = commands[number % len(commands)]
        old = number // len(commands) % 2 == 1
        reference = trials.reference[command.name]
        place = trials.place(command if old else None)
        if rng.random() < 0.5:  # at a call that writes, any moment of which is short
            ended = trial.run(command, place, force=old, call=rng.randint(1, reference.calls), number=0)
        else:
            begun = time.monotonic()
            process = trial.start(command, place, force=old)
            time.sleep(rng.uniform(0, 1.1) * reference.seconds)
            with suppress(ProcessLookupError):
                os.kill(process, 9)
            ended = trial.ended(process, place, begun)
        counts = table[command.name]
        counts["killed" if ended.status == -9 else "ended before"] += 1
        counts["over an old result"] += old
        found = trial.damaged(command, place)
        there = trial.present(command, place)
        counts["whole after"] += there == trials.present[command.name]
        counts["left behind"] += bool(trial.leftovers(place))
        if old and there != trials.present[command.name]:
            found.append(f"lost {sorted(trials.present[command.name] - there)}")
        if ended.status not in (-9, 0):
            found.append(f"status {ended.status}: {ended.error[-500:]}")
        found += after_next(trials, command, place)
        for one in found:
            wrong += 1
            print(f"  {command.name}, old={old}, kill {number}: {one}", flush=True)
        if not (number + 1) % (PROGRESS * len(commands)):
            print(f"  {sum(counts['killed'] for counts in table.values())} of {count}, wrong: {wrong}", flush=True)
    for name, counts in table.items():
        print(f"{name}: {dict(counts)}")
    total = sum((counts for counts in table.values()), Counter[str]())
    print(f"all: {dict(total)}; wrong: {wrong}; {time.monotonic() - started:.0f} s")
    return int(wrong > 0)


def times(root: Path, names: list[str] | None) -> int:
    """Calls and seconds of each command without a fault."""
    trials = Trials(root, chosen(names))
    for name, ended in trials.reference.items():
        print(f"{name}: {ended.calls} calls, {ended.seconds:.2f} s, {sorted(trials.present[name])}")
    return 0

"""What an input must not do, whatever it is."""

import os
import re
import resource
import shutil
import signal
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from lensim.checks import InputError
from lensim.result_file import LOOK
from lensim.tables.workbook_looked import LOOK as WORKBOOK_LOOK
from tests.fuzz.case import Case, Door

HANG_SECONDS: Final = 20
LONGEST_LINE: Final = 4_000
"""More than a message may have, because signs that cannot be seen are written as escapes after it was cut."""
LONGEST_MESSAGE: Final = 20_000
MOST_LINES: Final = 100
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_HERE: Final = str(Path(__file__).resolve().parents[2])
_WRITING: Final = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree",
                   "subprocess.Popen", "os.system", "socket.connect", "socket.bind")  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What an input did that it must not do: of a kind, at a place of our code."""

    kind: str
    place: str
    told: str

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.place


@dataclass(frozen=True)
class Outcome:
    """What came of an input: read, refused with a message, or a finding."""

    what: str
    told: str = ""
    finding: Finding | None = None


class Hang(BaseException):
    """An input took too long."""


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise Hang


class _Watch:
    """What is opened for writing, removed or started while an input is inside, by the audit events of Python."""

    def __init__(self) -> None:
        self.folder = ""
        self.seen: list[str] = []
        self.is_on = False
        self.hooked = False

    def start(self, folder: Path) -> None:
        if not self.hooked:
            sys.addaudithook(self._hear)
            self.hooked = True
        self.folder, self.seen, self.is_on = str(folder), [], True

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.is_on or (event != "open" and event not in _WRITING):
            return
        if event == "open":
            path, mode, flags = args
            writes = (isinstance(mode, str) and any(c in mode for c in "wax+")) or (mode is None and flags & 0o3)
            if not writes or isinstance(path, int):
                return
        what = args[0] if args else ""
        if event == "subprocess.Popen" and what == "git":
            return  # a manifest names the commit
        if event == "subprocess.Popen" and {str(LOOK), str(WORKBOOK_LOOK)} & set(map(str, args[1])):
            return  # a result is looked through in a process of its own
        if isinstance(what, str | bytes | os.PathLike):
            self.is_on = False
            what = os.path.abspath(os.fsdecode(what))
            self.is_on = True
        self.seen.append(f"{event} {what}")


WATCH: Final = _Watch()


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `Hang` after so many seconds; processes that compiled code keeps busy are ended by their parent."""
    former = signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def limit_memory(more_bytes: int) -> None:
    """Let this process take so much more address space than it has; Linux alone."""
    status = Path("/proc/self/status")
    if status.exists():
        size = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmSize"))
        resource.setrlimit(resource.RLIMIT_AS, (size * 1024 + more_bytes, resource.RLIM_INFINITY))


def forget_peak() -> None:
    """Count the peak of memory from now on, where the system can (Linux)."""
    marks = Path("/proc/self/clear_refs")
    if marks.exists():
        marks.write_text("5")


def peak_mb() -> float:
    """The most memory that this process had since `forget_peak`."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def entered(door: Door, case: Case, folder: Path, *, seconds: float = HANG_SECONDS) -> Outcome:
    """Let a case in at a door, in an empty folder, and judge what comes of it."""
    outcome, _ = entered_with_result(door, case, folder, seconds=seconds)
    return outcome


def entered_with_result(door: Door, case: Case, folder: Path, *, seconds: float = HANG_SECONDS) -> tuple[Outcome, Any]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    result = None
    WATCH.start(folder)
    try:
        with warnings.catch_warnings(), limited(seconds):
            warnings.simplefilter("error")
            result = door.enter(folder, case)
        outcome = Outcome("read")
    except InputError as error:
        outcome = _refused(str(error), door, case)
    except Hang as error:
        outcome = Outcome("hang", finding=Finding("hang", place_of(error), traceback_of(error)))
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        outcome = Outcome("error", finding=Finding(type(error).__name__, place_of(error), traceback_of(error)))
    finally:
        WATCH.is_on = False
    return (outcome if outcome.finding else _touched(door, case, folder) or outcome), result


def _refused(message: str, door: Door, case: Case) -> Outcome:
    fault = fault_of_message(message, case)
    if fault:
        return Outcome("message", message, Finding(f"message {fault}", _pattern(message), message[:3000]))
    return Outcome("refused", message)


def fault_of_message(message: str, case: Case) -> str:
    """What is wrong with a message; '' where nothing is."""
    lines = message.splitlines()
    if not message.strip():
        return "is empty"
    if control := _CONTROL.search(message):
        return f"has the control character {ord(control.group()):#04x}"
    if max(map(len, lines)) > LONGEST_LINE:
        return "has a line too long"
    if len(message) > LONGEST_MESSAGE or len(lines) > MOST_LINES:
        return "is too long"
    if len(lines) > 1 and any(not line.strip() for line in lines):
        return "has an empty line"
    if re.search(r"Traceback|0x[0-9a-f]{8,}|<class '|object at ", message):
        return "shows code"
    return ""


def _pattern(message: str) -> str:
    """A message without what an input put into it, so that alike ones are found once."""
    first = max(message.splitlines() or [""], key=len)[:300]
    return re.sub(r"'[^']*'|\"[^\"]*\"|[\d.]+|[^\x20-\x7e]+", "_", first)[:90]


def _touched(door: Door, case: Case, folder: Path) -> Outcome | None:
    """A finding where something was written that must not be, or an input was changed."""
    own = [one for one in WATCH.seen if door.may_write and str(folder) in one]
    foreign = [one for one in WATCH.seen if one not in own and "/dev/null" not in one and "__pycache__" not in one]
    if foreign:
        return Outcome(
            "wrote", finding=Finding("wrote", re.sub(r"\d+", "_", foreign[0])[:120], "\n".join(foreign[:10]))
        )
    if WATCH.seen:
        for name, content in case.files.items():
            if not (folder / name).is_file() or (folder / name).read_bytes() != content:
                return Outcome("changed", finding=Finding("changed", name, f"the input {name} is changed"))
    return None


def traceback_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-4000:]


def place_of(error: BaseException) -> str:
    """File and function of the last frame that is ours."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if one.filename.startswith(_HERE) and "/tests/fuzz/" not in one.filename]
    if not own:
        return f"{frames[-1].filename.rsplit('/', 2)[-1]}:{frames[-1].name}" if frames else "nowhere"
    return f"{own[-1].filename[len(_HERE) + 1 :]}:{own[-1].name}"

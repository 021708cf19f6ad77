"""One bar for all that takes long: after two seconds at a terminal; elsewhere a plain line at times."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from lensim.cli.shared import err, out, say

SILENT_SECONDS: Final = 2.0
"""What takes less shows no bar."""
LINE_SECONDS: Final = 60.0
"""Between two lines where there is no terminal."""

Progress = Callable[[int, int], None]
"""Called with what is done, and all there is; 0 where that is not known."""


@contextmanager
def progress_bar(what: str, *, silent_seconds: float = SILENT_SECONDS) -> Iterator[Progress]:
    """Show how much is done of something that is counted, on standard error.

    Parameters
    ----------
    what
        That is counted, in the plural: "compounds".
    silent_seconds
        For how long nothing is shown.
    """
    shown = _Bar(what) if err.is_terminal else _Lines(what)
    timer = threading.Timer(silent_seconds, shown.start)
    timer.daemon = True
    timer.start()
    try:
        yield shown.update
    finally:
        timer.cancel()
        shown.stop()


class _Bar:
    """A bar at a terminal, which goes when all is done."""

    def __init__(self, what: str) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        # what is piped elsewhere stays in its pipe
        self._progress = Progress(*columns, console=err, transient=True, redirect_stdout=out.is_terminal)
        self._task = self._progress.add_task(what, total=None)
        self._lock = threading.Lock()
        self._is_over = self._is_shown = False

    def start(self) -> None:
        """Show it, unless all is done."""
        with self._lock:
            if not self._is_over:
                self._progress.start()
                self._is_shown = True

    def update(self, done: int, total: int) -> None:
        """Take what is done."""
        self._progress.update(self._task, completed=done, total=total or None)

    def stop(self) -> None:
        """Take it away."""
        with self._lock:
            self._is_over = True
            if self._is_shown:
                self._progress.stop()


class _Lines:
    """A plain line at times, for a log file or a pipe."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + LINE_SECONDS

    def start(self) -> None:
        """Nothing is there to be shown at first."""

    def update(self, done: int, total: int) -> None:
        """Say it where the last line is long ago."""
        now = time.monotonic()
        if now >= self._next and done < total:
            self._next = now + LINE_SECONDS
            say(f"{self._what}: {done:,} of {total:,} done", quietly=True)

    def stop(self) -> None:
        """Nothing is left behind."""

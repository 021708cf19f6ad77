"""The library of failing calls: compiled once, loaded before the C library, and told which call fails."""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).with_name("failing_calls.c")
LIBRARY: Final = "LENSIM_FAILING_CALLS"


PROBE: Final = "import ctypes; ctypes.CDLL(None).faults_counted"


@cache
def why_not() -> str:
    """Why no call can be made to fail here; empty where it can."""
    if sys.platform != "linux":
        return "calls are intercepted on Linux alone"
    if not shutil.which("cc"):
        return "there is no C compiler (cc)"
    with tempfile.TemporaryDirectory(prefix="lensim-faults-") as folder:
        library = Path(folder) / "failing_calls.so"
        if _compile(library).returncode:
            return "the C compiler (cc) makes no library"
        preloaded = {**os.environ, "LD_PRELOAD": str(library)}
        tried = subprocess.run([sys.executable, "-c", PROBE], env=preloaded, capture_output=True, check=False)
    return "libraries cannot be loaded in front of others (LD_PRELOAD)" if tried.returncode else ""


def _compile(library: Path) -> subprocess.CompletedProcess[bytes]:
    command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
    return subprocess.run(command, capture_output=True, check=False)


def environment() -> dict[str, str]:
    """Variables with which a new process runs under the library, on one thread, so that it may be forked."""
    library = Path(tempfile.mkdtemp(prefix="lensim-faults-")) / "failing_calls.so"
    _compile(library).check_returncode()
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    return {**os.environ, **threads, "LD_PRELOAD": str(library), LIBRARY: str(library), "COLUMNS": "200"}


def is_loaded() -> bool:
    """Whether this process runs under the library."""
    return LIBRARY in os.environ


@contextmanager
def removed_at_the_end() -> Iterator[None]:
    """Remove the library behind the block."""
    try:
        yield
    finally:
        shutil.rmtree(Path(os.environ[LIBRARY]).parent, ignore_errors=True)


class Calls:
    """The calls of this process that write below one folder."""

    def __init__(self) -> None:
        self.library = ctypes.CDLL(os.environ[LIBRARY])
        self.library.faults_failed.restype = ctypes.c_char_p
        self.library.faults_counted.restype = ctypes.c_long
        self.library.faults_at.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_int)

    def watch(self, folder: Path, call: int = 0, number: int = 0, *, stays: bool = False) -> None:
        """Count from now on; the call of that position fails with an error number, or kills the process where 0.

        An error that stays meets the calls behind it too.
        """
        self.library.faults_at(call, number, stays)
        self.library.faults_watch(os.fsencode(folder))

    @property
    def counted(self) -> int:
        """Calls so far."""
        return int(self.library.faults_counted())

    @property
    def failed(self) -> str:
        """The call that failed."""
        return os.fsdecode(self.library.faults_failed())

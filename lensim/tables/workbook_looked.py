"""Workbooks that are looked through in a process of their own before this one reads them."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from lensim import limits
from lensim.checks import InputError

LOOK: Final = Path(__file__).with_name("workbook_look.py")
MEMORY: Final = 4_000_000_000
SECONDS: Final = 20
"""Processor time for a file, beside that for its size: one that takes more is made to hang a reader."""
BYTES_PER_SECOND: Final = limits.MEGABYTE
WAIT: Final = 20.0
"""So many times longer is waited where the machine is busy."""
_AGAIN: Final = "open it in a spreadsheet and save it again, as .xlsx"


def require_readable(raw: bytes, place: str) -> None:
    """Refuse a workbook at which the library fails, breaks off its process, or hangs.

    Raises
    ------
    InputError
        With what the library says, and a remedy.
    """
    seconds = SECONDS + len(raw) // BYTES_PER_SECOND
    try:
        ended = subprocess.run(
            [sys.executable, "-P", str(LOOK), str(MEMORY), str(seconds)],
            input=raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WAIT * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"{place} was not read within {WAIT * seconds:.0f} s: if the machine was busy, try again; if not, {_AGAIN}"
        ) from None
    except OSError as error:
        raise InputError(
            f"{place} must be looked through in a process of its own, which cannot be started "
            f"({error.strerror or error}): try again when there is memory"
        ) from None
    said = ended.stdout.decode("utf-8", "replace")
    if ended.returncode == -getattr(signal, "SIGXCPU", 0) != 0:
        said = f"not read within {seconds} s of processor time"
    elif ended.returncode:
        said = f"the library that reads workbooks breaks off at it, exit status {ended.returncode}"
    if said == "PasswordError":
        raise InputError(
            f"{place}: the workbook is protected by a password: open it in the spreadsheet, save it without one, "
            "and read that"
        )
    if said:
        raise InputError(f"{place}: the workbook is damaged, it cannot be read ({said}): {_AGAIN}")

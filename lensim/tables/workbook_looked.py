"""Workbooks that are looked through in a process of their own before this one reads them."""

from pathlib import Path
from typing import Final

from lensim import limits
from lensim.checks import InputError
from lensim.looked_through import looked_through
from lensim.tables.workbook_look import PASSWORD

LOOK: Final = Path(__file__).with_name("workbook_look.py")
MEMORY: Final = 4_000_000_000
SECONDS: Final = 20
"""Processor time for a file, beside that for its size: one that takes more is made to hang a reader."""
BYTES_PER_SECOND: Final = limits.MEGABYTE
_AGAIN: Final = "open it in a spreadsheet and save it again, as .xlsx"


def require_readable(raw: bytes, place: str) -> None:
    """Refuse a workbook at which the library fails, breaks off its process, or hangs.

    Raises
    ------
    InputError
        With what the library says, and a remedy.
    """
    seconds = SECONDS + len(raw) // BYTES_PER_SECOND
    if_slow = f"if the machine was busy, try again; if not, {_AGAIN}"
    look = looked_through(LOOK, raw, MEMORY, seconds, place, if_slow)
    said = look.said
    if look.is_too_slow:
        said = f"not read within {seconds} s of processor time"
    elif look.exit_status:
        said = f"the library that reads workbooks breaks off at it, exit status {look.exit_status}"
    if said == PASSWORD:
        raise InputError(
            f"{place}: the workbook is protected by a password: open it in the spreadsheet, save it without one, "
            "and read that"
        )
    if said:
        raise InputError(f"{place}: the workbook is damaged, it cannot be read ({said}): {_AGAIN}")

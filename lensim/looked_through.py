"""A look through a file in a process of its own, before a library reads it here: what it does there harms nobody."""

import math
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lensim.checks import InputError

WAIT: Final = 20.0
"""So many times longer than its processor time is waited, where the machine is busy."""


@dataclass(frozen=True)
class Look:
    """How a look ended.

    Attributes
    ----------
    said
        What the script wrote: a fault of the file, or nothing.
    exit_status
        Of the process; not 0 where the library ended it.
    is_too_slow
        Whether the process took more processor time than it has.
    """

    said: str
    exit_status: int
    is_too_slow: bool


def looked_through(script: Path, content: bytes, size: int, seconds: float, place: str, if_slow: str) -> Look:
    """Look through a file by a script, whose process it may crash or hang.

    Parameters
    ----------
    script
        Takes the bytes of the file on its input, and `size` and `seconds` as its arguments.
    content
        Of the file.
    size
        Bytes by which the script bounds its memory.
    seconds
        Processor time that it has.
    place
        The file, as messages name it.
    if_slow
        What to do where it was waited for in vain.

    Raises
    ------
    InputError
        If the process cannot be started, or does not end after `WAIT` times its seconds.
    """
    try:
        ended = subprocess.run(
            [sys.executable, "-P", str(script), str(size), str(math.ceil(seconds))],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WAIT * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"{place} was not read within {WAIT * seconds:.0f} s: {if_slow}") from None
    except OSError as error:
        raise InputError(
            f"{place} must be looked through in a process of its own, which cannot be started "
            f"({error.strerror or error}): try again when there is memory"
        ) from None
    is_too_slow = ended.returncode == -getattr(signal, "SIGXCPU", 0) != 0
    return Look(ended.stdout.decode("utf-8", "replace"), ended.returncode, is_too_slow)

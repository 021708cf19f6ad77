"""Memory of a process that works for hours: what is done with is given back before more is taken."""

import ctypes
import gc
from contextlib import suppress
from itertools import count
from typing import Final

from lensim.tables.known_texts import forget_texts

EVERY: Final = 10
"""Compounds after which a process that is not a worker looks for what they left: it takes a tenth of a second."""
_fitted = count(1)


def after_compound(*, is_worker: bool) -> None:
    """Take apart what one fit has left behind.

    Groups of a result point at each other, so that only a search finds them. In a worker, the search passes over all
    that was there after the first fit, and takes no time.

    Parameters
    ----------
    is_worker
        Whether the process is there for this alone.
    """
    number = next(_fitted)
    if is_worker or number % EVERY == 0:
        gc.collect()
    if is_worker and number == 1:
        gc.freeze()


def after_reading() -> None:
    """Give back what reading a large table took, before workers are started."""
    forget_texts()
    gc.collect()
    with suppress(OSError, AttributeError):  # of the C library of Linux alone
        ctypes.CDLL(None).malloc_trim(0)

"""A first answer while a fit takes long: each row by itself, before the final table is there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import xarray as xr

from lensim.assay import Asked, Assay, ResultTable, read_result

PATIENCE_SECONDS: Final = 2.0


@contextmanager
def first_answer_shown(
    assay: Assay,
    data: xr.Dataset,
    seed: int,
    show: Callable[[ResultTable], None],
    patience_seconds: float = PATIENCE_SECONDS,
) -> Iterator[None]:
    """Show the first table of a first answer where the block takes long, and the assay has such an answer.

    Parameters
    ----------
    assay, data, seed
        What is fitted.
    show
        Called with the table, from another thread and before the block ends. What it raises ends no fit.
    patience_seconds
        How long the block may take without.
    """
    over = threading.Event()

    def answer() -> None:
        with suppress(Exception, SystemExit):  # a first answer that fails, or that nobody reads, ends no fit
            result = assay.first_answer(data, seed)
            if result is None or over.is_set():
                return
            table = read_result(result, Asked()).tables[0]
            if not over.is_set():
                show(table)

    timer = threading.Timer(patience_seconds, answer)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        over.set()
        timer.cancel()

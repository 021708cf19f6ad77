"""A first table while a fit takes longer than two seconds: it is called preliminary, and the final one follows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from lensim.cli.shared import err

if TYPE_CHECKING:
    import xarray as xr

    from lensim.assay import Assay

PATIENCE_SECONDS: Final = 2.0
CAPTION: Final = (
    "preliminary, each row by itself and without what the model knows of days and other rows; the final table follows"
)


@contextmanager
def first_table(
    assay: "Assay", data: "xr.Dataset", seed: int, words: str = "", *, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[None]:
    """Print a preliminary table to standard error where the block takes long, and the assay has a first answer.

    Parameters
    ----------
    assay, data, seed
        What is fitted.
    words
        What goes before the caption: which of several studies it is.
    patience_seconds
        How long the block may take without.
    """
    over = threading.Event()

    def show() -> None:
        with suppress(Exception, SystemExit):  # a first answer that fails, or that nobody reads, ends no fit
            _show(assay, data, seed, words, over)

    timer = threading.Timer(patience_seconds, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        over.set()
        timer.cancel()


def _show(assay: "Assay", data: "xr.Dataset", seed: int, words: str, over: threading.Event) -> None:
    from lensim.assay import Asked, read_result
    from lensim.cli.tables import print_text
    from lensim.report.text import text_table

    result = assay.first_answer(data, seed)
    if result is None or over.is_set():
        return
    table = read_result(result, Asked()).tables[0]
    if not over.is_set():
        print_text(text_table(table), f"{words}{CAPTION}", console=err)

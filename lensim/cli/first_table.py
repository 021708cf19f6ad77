"""A first table while a fit takes longer than two seconds: it is called preliminary, and the final one follows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from lensim.cli.shared import err

if TYPE_CHECKING:
    import xarray as xr

    from lensim.assay import Assay, ResultTable

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
    from lensim.first_answer import first_answer_shown

    def show(table: "ResultTable") -> None:
        from lensim.cli.tables import print_text
        from lensim.report.text import text_table

        print_text(text_table(table), f"{words}{CAPTION}", console=err)

    with first_answer_shown(assay, data, seed, show, patience_seconds):
        yield

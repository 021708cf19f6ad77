"""Files to data, one function an assay: `lensim.read.dose_response("wells.csv", dose_unit="uM")`.

Each takes a file or several, with the options of the command `lensim fit` of that assay, and returns a Dataset with the
assay's name in attrs["assay"]; with `by="time_h"` a dict of such, one for each value of that column. An assay of
another package is found by its name: `lensim.read.toy("file.csv")`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lensim.bioassay.read import read_bioassay as bioassay
    from lensim.cell_cycle.read import read_cell_cycle as cell_cycle
    from lensim.dose_response.read import read_dose_response as dose_response
    from lensim.expression.read import read_expression as expression

__all__ = ["bioassay", "cell_cycle", "dose_response", "expression"]


def __getattr__(name: str) -> Callable[..., Any]:
    from lensim.arguments import checked
    from lensim.assay import assay_names, find_assay

    if name not in assay_names():
        raise AttributeError(f"lensim.read has no {name!r}: the assays are {', '.join(assay_names())}")
    return checked(find_assay(name).read)


def __dir__() -> list[str]:
    from lensim.assay import assay_names

    return list(assay_names())

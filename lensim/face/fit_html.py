"""A fit as HTML, for a notebook."""

import xarray as xr

from lensim.assay import Asked
from lensim.inference.verdict import Verdict
from lensim.notebook import in_notebook, paragraph, table
from lensim.report.shown import shown_of
from lensim.report.text import text_table


def html_of(result: xr.DataTree, name: str, verdict: Verdict) -> str:
    """Verdict and main table of a result, with what is to be told of it.

    Parameters
    ----------
    result
        As `lensim fit` writes it.
    name
        Of its model.
    verdict
        Of its convergence.
    """
    title, tables, remarks, lacks = shown_of(result, Asked())
    parts = [
        paragraph(f"{title}, {name}", "font-weight:bold"),
        paragraph(verdict.sentence(), f"color:{'#00604a' if verdict.passed else '#a02c00'}"),
    ]
    if tables:
        parts.append(paragraph(tables[0].caption))
        parts.append(table(text_table(tables[0]), border=0))
    parts += [paragraph(text) for text in (*remarks, lacks.strip()) if text]
    return in_notebook(parts)

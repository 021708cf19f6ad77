"""The reactions of a fit as RDML and RDES, with the efficiencies that the fit found."""

from dataclasses import replace
from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read.rdml_write import Curve, Exchange, numbered_plates, rdes_of, reactions_of, write_rdml
from lensim.miqe.study import Study
from lensim.plain_text import shown_kind

__all__ = ["exchange_of", "numbered_plates", "rdes_files", "write_rdml"]

METHOD: Final = "posterior mean and sd by lensim"


def exchange_of(result: xr.DataTree) -> Exchange:
    """The reactions that were fitted, and the posterior of each efficiency.

    Raises
    ------
    InputError
        If the fit is of ratios, or of another assay.
    """
    if (assay := result.attrs.get(v.ASSAY, "")) != v.EXPRESSION:
        raise InputError(f"RDML and RDES are of fits of {v.EXPRESSION}, got one of {shown_kind(assay)}")
    study = Study(result)
    found = reactions_of(study.data)
    factor = study.draws(v.FACTOR, v.GENE)
    if factor is None:
        return found
    curves = {
        gene: Curve(float(own.mean()), float(own.std(ddof=1)), METHOD)
        for gene, own in zip(study.genes, factor, strict=True)
    }
    return replace(found, curves=curves)


def rdes_files(exchange: Exchange) -> dict[str, str]:
    """The tables of RDES by names of files: plate_1.tsv and so on, in the order of the plates."""
    return {f"plate_{number}.tsv": text for number, text in enumerate(rdes_of(exchange).values(), start=1)}

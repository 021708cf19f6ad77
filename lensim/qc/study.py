"""The checks of a study's Dataset, by its assay."""

from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.arguments import checked
from lensim.assay import assay_of
from lensim.checks import InputError
from lensim.qc.expression import check_run
from lensim.qc.finding import Checked
from lensim.qc.plates import check_plates
from lensim.qc.run import Run, run_of_study
from lensim.qc.wells import Wells, wells_of_study
from lensim.qc.words import failures_in_words

OF_WELLS: Final = (v.DOSE, v.CULTURE_OF_WELL, v.PLATE_OF_CULTURE, v.LINE_OF_CULTURE, v.EXPERIMENT_OF_CULTURE)
OF_REACTIONS: Final = (v.GENE, v.PLATE, v.PLATE_OF_REACTION, v.SAMPLE_OF_REACTION, v.GENE_OF_REACTION, v.IS_REFERENCE)


@checked
def check_study(data: xr.Dataset) -> Checked:
    """Run QC of a study of RT-qPCR or dose-response.

    Plate calibrators, and wells without RT on plates that have no sample, are not in a Dataset; `lensim check` finds
    them in the files.

    Parameters
    ----------
    data
        One study, as `lensim.read` and `lensim.simulate` give it.

    Raises
    ------
    InputError
        If it is of another assay, of ratios, which have no Ct, or lacks what places a well or a reaction.

    Examples
    --------
    >>> _, data = lensim.simulate.expression(seed=1)
    >>> check_study(data).table
    """
    return checked_of(looked_at(data))


def failures_of(data: xr.Dataset) -> tuple[str, ...]:
    """What fails in the run of a study, in sentences; empty of data that cannot be checked, such as ratios."""
    try:
        return failures_in_words(check_study(data))
    except (InputError, KeyError, ValueError):
        return ()


def checked_of(of: Run | Wells) -> Checked:
    """What the checks find in reactions or wells."""
    return check_plates(of) if isinstance(of, Wells) else check_run(of)


def looked_at(data: xr.Dataset) -> Run | Wells:
    """The reactions or wells of a study, to which findings point.

    Raises
    ------
    InputError
        As `check_study`.
    """
    name = assay_of(data).name
    if name == v.DOSE_RESPONSE:
        _require(data, (*OF_WELLS, v.VIABILITY if v.VIABILITY in data else v.SIGNAL))
        return wells_of_study(data)
    if name != v.EXPRESSION or v.CT not in data:
        got = ("levels" if v.SUBJECT_LEVEL in data else "ratios") if name == v.EXPRESSION else name
        raise InputError(f"run QC needs wells of dose-response or Cts of RT-qPCR, got {got}")
    _require(data, (*OF_REACTIONS, v.CYCLE_LIMIT))
    return run_of_study(data)


def _require(data: xr.Dataset, names: tuple[str, ...]) -> None:
    lacking = [name for name in names if name not in data]
    if lacking:
        raise InputError(f"run QC needs {', '.join(lacking)} in the data, got none: read the file with lensim.read")

"""The checks of a study's Dataset, by its assay."""

import xarray as xr

from lensim import vocabulary as v
from lensim.arguments import checked
from lensim.assay import assay_of
from lensim.checks import InputError
from lensim.qc.expression import check_run
from lensim.qc.finding import Checked
from lensim.qc.plates import check_plates
from lensim.qc.run import run_of_study
from lensim.qc.wells import wells_of_study


@checked
def check_study(data: xr.Dataset) -> Checked:
    """Run QC of a study of RT-qPCR or dose-response.

    Wells without RT and plate calibrators are not in a Dataset; `lensim check` finds them in the files.

    Parameters
    ----------
    data
        One study, as `lensim.read` and `lensim.simulate` give it.

    Raises
    ------
    InputError
        If it is of another assay, or of ratios, which have no Ct.

    Examples
    --------
    >>> _, data = lensim.simulate.expression(seed=1)
    >>> check_study(data).table
    """
    name = assay_of(data).name
    if name == v.DOSE_RESPONSE:
        return check_plates(wells_of_study(data))
    if name != v.EXPRESSION or v.CT not in data:
        got = "ratios" if name == v.EXPRESSION else name
        raise InputError(f"check_study needs wells of dose-response or Cts of RT-qPCR, got {got}")
    return check_run(run_of_study(data))

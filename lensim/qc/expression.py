"""All checks of a run of RT-qPCR."""

from lensim.qc.controls import check_calibrators, check_margins
from lensim.qc.dilutions import check_dilutions
from lensim.qc.finding import Checked, join
from lensim.qc.references import check_references
from lensim.qc.replicates import check_replicates
from lensim.qc.run import Run

CHECKS = (check_margins, check_replicates, check_dilutions, check_calibrators, check_references)


def check_run(run: Run) -> Checked:
    """Margins of controls, replicates, dilution series, plate calibrators and references.

    Parameters
    ----------
    run
        As from `run_of_reactions` or `run_of_study`.
    """
    return join([check(run) for check in CHECKS])

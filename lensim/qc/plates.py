"""All checks of the plates of a dose-response panel."""

from lensim.qc.finding import Checked, join
from lensim.qc.odd_wells import check_odd_wells
from lensim.qc.outlying_wells import check_outlying
from lensim.qc.plate_controls import check_controls, check_plateau
from lensim.qc.plate_places import check_drift, check_places
from lensim.qc.wells import Wells

CHECKS = (check_controls, check_plateau, check_places, check_drift, check_odd_wells, check_outlying)


def check_plates(wells: Wells) -> Checked:
    """Controls, plateau, edges and gradients, drift, saturated, negative and outlying wells.

    Parameters
    ----------
    wells
        As from `wells_of_study`.
    """
    return join([check(wells) for check in CHECKS])

"""Raw signals to percent of untreated, for signals that had their background taken off."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean, median

from lensim.checks import FaultReport
from lensim.dose_response.read.rules import Culture, culture_of, plate_in_words
from lensim.dose_response.read.wells import Well


def percent_of_untreated(wells: Sequence[Well], faults: FaultReport) -> list[Well]:
    """Wells with their signal in percent of the median untreated well of their culture, blanks taken off and left out.

    percent = 100 (signal - mean blank of the plate) / (median untreated of the culture - mean blank of the plate)

    Values below 0 stay. The error of the median is the top of a culture in the models of percent; that of the mean
    blank is in no model. A culture whose untreated wells are not above the blanks, or above 0, is a fault.
    """
    blanks: defaultdict[str, list[float]] = defaultdict(list)
    untreated: defaultdict[Culture, list[Well]] = defaultdict(list)
    for well in wells:
        if well.role == "blank":
            blanks[well.plate].append(well.signal)
        elif well.role == "untreated":
            untreated[culture_of(well)].append(well)
    tops: dict[Culture, float] = {}
    for culture, own in untreated.items():
        background = fmean(blanks[culture[2]]) if blanks[culture[2]] else 0.0
        top = median(well.signal for well in own) - background
        if not top > 0:
            faults.add(
                f"cell line {culture[0]} on {plate_in_words(culture[2])}: the untreated wells must lie above "
                f"{'the blanks' if blanks[culture[2]] else '0'} for percent of them, got a difference of {top:g}",
                line=own[0].line,
                place=own[0].place,
            )
        tops[culture] = top
    percents = []
    for well in wells:
        if well.role != "blank" and tops.get(culture_of(well), 0.0) > 0:
            background = fmean(blanks[well.plate]) if blanks[well.plate] else 0.0
            percents.append(well.with_signal(100.0 * (well.signal - background) / tops[culture_of(well)]))
    return percents

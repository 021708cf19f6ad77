"""Sentences about a panel that a person should read before a fit and beside its tables."""

from collections.abc import Sequence
from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response import flags as f
from lensim.dose_response.places import doses_have_places, places_of
from lensim.dose_response.read.units import shown_unit
from lensim.plain_text import few_of

MOST_NAMES: Final = 5
IN_ORDER: Final = (
    "doses have places of their own on the plates: a fault of the same wells on every plate looks like an effect of "
    "the dose, and no model tells them apart; wells that are randomised, or every other plate turned round, do"
)
OFF_CONTROLS: Final = (
    "the IC50 is the dose of half the controls: see whether the controls had the vehicle, lie at the edge or on "
    "another plate, or whether the lowest doses act already or stimulate"
)
RISES_ALONE: Final = (
    "the response rises with dose where that of the other lines does not: these cells are stimulated, or wells are "
    "mixed up; such a line has no IC50"
)
_SENTENCES: Final = {
    f.DIRECTION: "the response rises with dose, and the model is of one that falls: an IC50 here means nothing "
    "if the column is of the other kind, percent inhibition or percent viability",
    f.CONTROLS: f"the controls are off the wells at the lowest doses, and {OFF_CONTROLS}",
    f.BUMP: "low doses stimulate, and one Hill curve does not follow that: the IC50 is only as good as the curve in "
    "the figure",
    f.RISES_AGAIN: "the response rises again at high doses (insoluble compound, or a signal of the compound itself): "
    "one Hill curve does not follow that",
    f.NOT_ONE_CURVE: "one Hill curve does not fit, as where a compound acts in two steps or a dose is wrong: the IC50 "
    "is only as good as the curve in the figure",
    f.STEP: "the signal falls wholly between two neighbouring doses: the IC50 lies between them, and the interval is "
    "as wide as they are; doses in between would tell more",
    f.WILD_WELLS: "some wells are far off their replicates; they stay in the fit, whose heavy tails give them little "
    "weight",
    f.FEW_DOSES: f"fewer than {f.ENOUGH_DOSES} doses: the shape of the curve comes from the prior",
}


def panel_remarks(data: xr.Dataset) -> tuple[str, ...]:
    """What the wells say against the model, one sentence a kind with the lines that it is of; and what is assumed.

    Parameters
    ----------
    data
        Wells of a panel.
    """
    found = f.flags_of(data, shown_unit(data).um_per_unit)
    names = [str(one) for one in data[v.CELL_LINE].to_numpy()] if v.CELL_LINE in data.coords else []
    of_all = [flag for flag in found if flag.kind == f.CONTROLS and flag.line == f.PANEL]
    said = [f"{flag.words}, over all lines: {OFF_CONTROLS}" for flag in of_all]
    for kind, sentence in _SENTENCES.items():
        lines = [flag.line for flag in found if flag.kind == kind and flag.line != f.PANEL]
        if not lines or (kind == f.CONTROLS and of_all):
            continue
        rise_alone = kind == f.DIRECTION and 2 * len(lines) < data.sizes[v.CELL_LINE]
        listed = _listed([names[line] if names else f"line {line + 1}" for line in lines])
        said.append(f"{listed}: {RISES_ALONE if rise_alone else sentence}")
    said += [
        f"{flag.words}, over all plates: an IC50 moves where edge wells are of some doses alone; the models "
        "dose_response_plate_position and dose_response_separate_plate_position have a term for the edge"
        for flag in found
        if flag.kind == f.EDGE
    ]
    places = places_of(data)
    if places is not None and doses_have_places(places):
        said.append(IN_ORDER)
    if v.SIGNAL in data and not data.sizes.get(v.BLANK, 0):
        said.append(
            "the data have no blank wells, so the background is taken as 0: signal that a plate gives without cells "
            "counts as cells that are left"
        )
    return tuple(said)


def _listed(names: Sequence[str]) -> str:
    return few_of(names, MOST_NAMES)

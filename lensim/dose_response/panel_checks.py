"""What a dose-response model needs of its data, whatever draws it."""

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.dose_response.panel_arrays import panel_coords

POINTERS: dict[str, tuple[str, ...]] = {
    v.DOSE: (v.WELL,),
    v.CULTURE_OF_WELL: (v.WELL,),
    v.LINE_OF_CULTURE: (v.CULTURE,),
    v.PLATE_OF_CULTURE: (v.CULTURE,),
    v.GROUP_OF_LINE: (v.CELL_LINE,),
}


def require_panel(data: xr.Dataset, signal: str, user: str) -> None:
    """Refuse a Dataset that a dose-response model cannot be fitted to.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, a dose or signal is not finite, a dose is negative, or a line has
        fewer than two doses above 0.
    """
    checks.has_variables(data, {signal: (v.WELL,), **POINTERS}, user)
    if not data.sizes[v.WELL]:
        raise checks.InputError(f"{user} needs at least one well, got none")
    for name in (signal, v.DOSE):
        checks.finite(name, data[name].to_numpy())
    dose = data[v.DOSE].to_numpy()
    if dose.min() < 0:
        raise checks.InputError(f"{v.DOSE} must be 0 or more, got {dose.min():g}")
    line_of_well = data[v.LINE_OF_CULTURE].to_numpy()[data[v.CULTURE_OF_WELL].to_numpy()]
    for position, line in enumerate(panel_coords(data)[v.CELL_LINE]):
        doses = np.unique(dose[(line_of_well == position) & (dose > 0)])
        if len(doses) < 2:
            found = f"only {doses[0]:g} uM" if len(doses) else "none"
            raise checks.InputError(f"cell line {line}: a curve needs at least 2 different doses above 0, got {found}")


def require_lines(data: xr.Dataset, user: str, instead: str) -> None:
    """Refuse a panel of one line for a model that pools lines, and name the model to use."""
    if data.sizes[v.CELL_LINE] < 2:
        line = panel_coords(data)[v.CELL_LINE][0]
        raise checks.InputError(f"{user} needs at least 2 cell lines, got only {line}: use {instead} for a single line")


def require_untreated(data: xr.Dataset, signal: str) -> None:
    """Refuse raw signals in which a culture has no untreated well, or only zeros."""
    culture, dose = data[v.CULTURE_OF_WELL].to_numpy(), data[v.DOSE].to_numpy()
    values = data[signal].to_numpy()
    if values.min() < 0:
        raise checks.InputError(f"{signal} must be 0 or more, got {values.min():g}")
    for position, name in enumerate(panel_coords(data)[v.CULTURE]):
        own = culture == position
        if not (own & (dose == 0)).any():
            raise checks.InputError(f"culture {name}: needs at least one untreated well (dose 0), got none")
        if not values[own].any():
            raise checks.InputError(f"culture {name}: {signal} is 0 in all {own.sum()} wells; was the plate read?")


def require_positions(data: xr.Dataset, user: str) -> None:
    """Refuse a panel without the positions of its wells."""
    checks.has_variables(data, {v.PLATE_ROW: (v.WELL,), v.PLATE_COLUMN: (v.WELL,)}, user)


def require_for(data: xr.Dataset, model: str) -> None:
    """Refuse data that a dose-response model of this name cannot be fitted to.

    Raises
    ------
    InputError
        As the functions above.
    """
    is_percent, has_places, is_pooled = "normalised" in model, "plate_position" in model, "separate" not in model
    signal = v.VIABILITY if is_percent else v.SIGNAL
    require_panel(data, signal, model)
    if has_places:
        require_positions(data, model)
    if not is_percent:
        require_untreated(data, signal)
    if is_pooled:
        alone = (
            "dose_response_separate" + ("_normalised" if is_percent else "") + ("_plate_position" if has_places else "")
        )
        require_lines(data, model, alone)

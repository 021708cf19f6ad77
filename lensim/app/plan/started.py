"""What a plan needs of a fit that it starts from: which designs suit it, and its effects, by what it is a fit of."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.app.plan.names import DIGITS, IC50, LINE
from lensim.app.plan.ratios import ratios_of_conditions
from lensim.checks import InputError
from lensim.dose_response.curve import log10_ic50_um
from lensim.dose_response.estimands import dose_response_estimands
from lensim.expression.groups.comparisons import CONDITIONS
from lensim.expression.groups.estimands import COMPARISONS, LOG2_RATIO_OF_GROUPS, SUBJECTS, group_estimands
from lensim.power.dose_response.spec import CURVE_NAMES
from lensim.power.dose_response.study import NEEDED
from lensim.seeding import stream

OF_PAIRS: Final = (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE)
NEW_LINES: Final = 4000
SEED: Final = 1
CAN_START: Final = (
    "a fit of paired expression in which subjects were pooled, of groups of different subjects, or of a panel in which "
    "lines were pooled, or a paper's summaries"
)
Parts = Mapping[str, Any]
"""Attributes of a `lensim.app.plan.start.Start`."""


def of_result(result: xr.DataTree, name: str) -> Parts:
    """What a result is for a plan.

    Parameters
    ----------
    result
        With a posterior.
    name
        What the user calls it.

    Raises
    ------
    InputError
        If no design can start from it.
    """
    posterior = result["posterior"].to_dataset() if "posterior" in result.children else xr.Dataset()
    kinds: tuple[tuple[tuple[str, ...], Callable[[xr.DataTree, xr.Dataset, str], Parts]], ...] = (
        (OF_PAIRS, _of_pairs), ((v.MEAN_LEVEL,), _of_groups), (NEEDED, _of_panel)
    )  # fmt: skip
    for needed, read in kinds:
        if all(one in posterior for one in needed):
            return read(result, posterior, name)
    missing = [one for one in OF_PAIRS if one not in posterior]
    raise InputError(
        f"{name} must be {CAN_START}, got one without {' and '.join(missing)}: start from its printed effect and "
        "spread instead"
    )


def _of_pairs(result: xr.DataTree, posterior: xr.Dataset, name: str) -> Parts:
    """Medians of every population of fold changes."""
    mu, sigma = (posterior[one].median(("chain", "draw")) for one in OF_PAIRS)
    found = {key: (_at(mu, key), _at(sigma, key)) for key in _keys(mu) if np.isfinite(_at(mu, key))}
    return {"effects": found}


def _keys(mu: xr.DataArray) -> list[tuple[str, str, str]]:
    names: list[list[str]] = [
        [str(one) for one in mu[dim].to_numpy()] if dim in mu.dims else [""]
        for dim in (v.TARGET, v.CELL_TYPE, v.CONTRAST)
    ]
    return [(target, kind, contrast) for target in names[0] for kind in names[1] for contrast in names[2]]


def _at(values: xr.DataArray, key: tuple[str, str, str]) -> float:
    wanted: dict[Any, str] = dict(zip((v.TARGET, v.CELL_TYPE, v.CONTRAST), key, strict=True))
    return round(float(values.sel({dim: name for dim, name in wanted.items() if dim in values.dims})), DIGITS)


def _of_groups(result: xr.DataTree, posterior: xr.Dataset, name: str) -> Parts:
    """Ratios of each condition to the control of its cell type, and the spread of subjects in its group."""
    found = group_estimands(result)
    ratio = found[LOG2_RATIO_OF_GROUPS].transpose("chain", "draw", v.TARGET, ...).to_numpy()
    spread = found[v.SD_SUBJECTS].transpose("chain", "draw", v.TARGET, v.GROUP).to_numpy()
    number = found[SUBJECTS].transpose(v.TARGET, v.GROUP).to_numpy()
    kinds, conditions = (found[one].to_numpy().astype(str) for one in (v.CELL_TYPE_OF_GROUP, v.CONDITION_OF_GROUP))
    control = _control_of(found)
    effects = {}
    for k, one in enumerate(found.attrs[COMPARISONS]):
        if one.kind != CONDITIONS or one.second != control:
            continue
        treated, against = one.weights.index(1.0), one.weights.index(-1.0)
        for t, target in enumerate(found[v.TARGET].to_numpy().astype(str)):
            if number[t, treated] and number[t, against]:
                own = float(np.median(ratio[:, :, t, k])), float(np.median(spread[:, :, t, treated]))
                effects[str(target), str(kinds[treated]), str(conditions[treated])] = (
                    round(own[0], DIGITS),
                    round(own[1], DIGITS),
                )
    if not effects:
        raise InputError(
            f"{name} must have a target that was measured in two groups, the control and another, got none: start from "
            "its printed effect and spread instead"
        )
    return {"effects": effects, "kind": "a fit of groups of different subjects", "designs": ("groups",),
            "control": control}  # fmt: skip


def _control_of(found: xr.Dataset) -> str:
    """The condition that most comparisons are against: the control of the study."""
    against = [one.second for one in found.attrs[COMPARISONS] if one.kind == CONDITIONS]
    return max(dict.fromkeys(against), key=against.count) if against else ""


def _of_panel(result: xr.DataTree, posterior: xr.Dataset, name: str) -> Parts:
    """IC50s of new lines of the population; of a fit with conditions how far these move IC50s."""
    estimands = dose_response_estimands(result)
    moved = ratios_of_conditions(estimands, name)
    if moved is None:
        ic50 = _new_lines(posterior)
        return {"effects": {}, "kind": "a fit of a panel of lines without conditions", "designs": ("calls",),
                "log10_ic50_um": ic50}  # fmt: skip
    return {
        "effects": {(IC50, LINE, one): (ratio.log2_fold, ratio.spread) for one, ratio in moved.of.items()},
        "doubts": {(IC50, LINE, one): ratio.doubt for one, ratio in moved.of.items()},
        "kind": "a fit of a panel of lines under several conditions",
        "designs": ("dose_response",),
        "control": moved.control,
    }


def _new_lines(posterior: xr.Dataset) -> tuple[float, ...]:
    """IC50s of new lines, each from a draw of the posterior [log10 uM]."""
    rng = stream(SEED, "new lines")
    draws = posterior.stack(sample_=("chain", "draw"), create_index=False)
    pick = rng.integers(draws.sizes["sample_"], size=NEW_LINES)
    curves = []
    for one in CURVE_NAMES:
        spreads = [draws[name].to_numpy()[pick] for name in (f"sigma_{one}", f"sigma_group_{one}") if name in draws]
        spread = np.sqrt(sum(np.square(spreads)))
        curves.append(draws[f"mu_{one}"].to_numpy()[pick] + spread * rng.standard_normal(NEW_LINES))
    return tuple(np.sort(log10_ic50_um(*curves)).round(DIGITS).tolist())

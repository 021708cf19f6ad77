"""Read results with earlier names and groups; they are renamed to the present ones."""

from typing import Final

import xarray as xr

from lensim import vocabulary as v

COORDINATE: Final = "_coordinate"
COORDINATES: Final = "sampler_coordinates"
EARLIER: Final = "earlier_result"
"""Attr of a result that says what was changed as it was read."""

RENAMED: Final = {
    "cpm": v.SIGNAL,
    "blank_cpm": v.BLANK_SIGNAL,
    "log_cpm": "log_signal",
    "log_cpm_observed": "log_signal_observed",
    "log_blank_cpm": "log_blank_signal",
    "log_blank_cpm_observed": "log_blank_signal_observed",
    "log_untreated_cpm": "log_untreated_signal",
    "log_top_cpm": v.LOG_TOP,
    "background_cpm": v.BACKGROUND,
    "log_background_cpm": "log_background_signal",
    "mu_log_background_cpm": "mu_log_background_signal",
    "sigma_log_background_cpm": "sigma_log_background_signal",
}
"""Earlier names of variables, of data and of models of dose-response."""


def brought_up_to_date(result: xr.DataTree) -> xr.DataTree:
    """A result with today's names and groups; one that has them already is returned unchanged.

    Variables of signals are renamed (cpm is signal). Variables that only the sampler needs move from the posterior to a
    group of their own and leave the prior; a log prior of these is left out, since it is not that of the model's
    variables. The attr assay is set from the variables. `result.attrs["earlier_result"]` says so.

    Parameters
    ----------
    result
        With a group posterior. It is not changed.
    """
    groups = {name: group.to_dataset() for name, group in result.children.items()}
    renamed: dict[object, str] = {}
    for name, group in groups.items():
        names = {one: _today(str(one)) for one in group.variables if _today(str(one)) != one}
        groups[name] = group.rename(names)
        renamed |= names
    done = ["variables of signals renamed (cpm is signal)"] if renamed else []
    done += _parted(groups)
    assay = result.attrs.get(v.ASSAY) or _assay_of(groups)
    if not done and assay == result.attrs.get(v.ASSAY, ""):
        return result
    found = xr.DataTree.from_dict(groups)
    found.attrs = dict(result.attrs)
    if assay:
        found.attrs[v.ASSAY] = assay
    if done:
        found.attrs[EARLIER] = f"written by an earlier lensim; as it was read: {'; '.join(done)}"
    return found


def _today(name: str) -> str:
    bare = name.removesuffix(COORDINATE)
    return RENAMED.get(bare, bare) + name[len(bare) :]


def _parted(groups: dict[str, xr.Dataset]) -> list[str]:
    """Take coordinates out of prior and posterior, and a log prior of them away; say what was done."""
    done = []
    for name in ("prior", "posterior"):
        names = [one for one in groups.get(name, ()) if str(one).endswith(COORDINATE)]
        if names:
            coordinates, groups[name] = groups[name][names], groups[name].drop_vars(names)
            if name == "posterior":
                groups[COORDINATES] = coordinates
                done.append(f"coordinates of the sampler moved to {COORDINATES}")
    if any(str(one).endswith(COORDINATE) for one in groups.get("log_prior", ())):
        del groups["log_prior"]
        done.append("log_prior left out: it was of coordinates and not of the model's variables; fit again to have it")
    return done


def _assay_of(groups: dict[str, xr.Dataset]) -> str:
    """The assay of a result that does not say it, from its variables; '' where none is known by them."""
    posterior, data = groups["posterior"], groups.get("observations", xr.Dataset())
    if v.LOG10_EC50 in posterior and v.DOSE in data:
        return v.DOSE_RESPONSE
    if v.LOG10_TNF in posterior:
        return v.BIOASSAY
    if v.PHASE_LOG_RATIO in posterior:
        return v.CELL_CYCLE
    if v.LOG2_FOLD_CHANGE in posterior and v.TARGET in posterior[v.LOG2_FOLD_CHANGE].dims:
        return v.EXPRESSION
    return ""

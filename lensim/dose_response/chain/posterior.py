"""Draws of the chain as the posterior of the model: its variables, dims and coordinates."""

import numpy as np
import xarray as xr
from scipy.special import expit

from lensim import vocabulary as v
from lensim.dose_response.chain.panel import Panel
from lensim.dose_response.chain.state import parts_of
from lensim.dose_response.panel_arrays import LINE_DAY, panel_coords

NAMES = (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)
SPREADS_OF_CULTURES = (v.SD_EXPERIMENT, v.SD_EXPERIMENT_LOG_HILL, v.SD_EXPERIMENT_EFFECT)


def posterior_of(panel: Panel, data: xr.Dataset, record: np.ndarray) -> xr.Dataset:
    """Every variable of the model, of draws (chain, draw, number) of flat states."""
    p = parts_of(record, panel)
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    for k, name in enumerate(NAMES):
        if panel.is_pooled:
            found[f"mu_{name}"] = (), p["mu"][..., k]
            found[f"sigma_{name}"] = (), np.exp(p["spread"][..., 0, k])
            if panel.groups > 1:
                found[f"sigma_group_{name}"] = (), np.exp(p["spread"][..., 1, k])
                found[f"group_{name}"] = (v.MOLECULAR_GROUP,), p["group"][..., k]
        found[name] = (v.CELL_LINE,), p["line"][..., k]
        found[f"culture_{name}"] = (v.CULTURE,), p["curve"][..., k]
        found[SPREADS_OF_CULTURES[k]] = (), np.exp(p["spread"][..., 2, k])
    if panel.experiments:
        found[v.DAY_SHARE] = (), expit(p["share"][..., 0])
        found[v.EXPERIMENT_LOG10_EC50] = (v.EXPERIMENT,), p["shift"]
    if panel.days:
        found[v.SHARED_SHARE] = (), expit(p["share"][..., 1])
        found[v.DAY_LOG10_EC50] = (LINE_DAY,), p["day"]
    found |= _of_wells(panel, p)
    coords = {"chain": np.arange(record.shape[0]), "draw": np.arange(record.shape[1]), **panel_coords(data)}
    return xr.Dataset(
        {name: (("chain", "draw", *dims), np.ascontiguousarray(x)) for name, (dims, x) in found.items()}, coords
    )


def _of_wells(panel: Panel, p: dict[str, np.ndarray]) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    sd, nu, floor = np.moveaxis(np.exp(p["wells"]), -1, 0)
    found |= {v.SD_WELL: ((), sd), v.NU_WELL: ((), nu)}
    if not panel.is_raw:
        return found | {"log_top_share": ((v.CULTURE,), p["top"]), v.SD_FLOOR: ((), floor)}
    found |= {v.LOG_TOP: ((v.CULTURE,), p["top"]), v.BACKGROUND: ((v.PLATE,), np.exp(p["background"]))}
    if panel.has_blanks:
        over = p["over_background"]
        found |= {
            "mu_log_background_signal": ((), over[..., 0]),
            "sigma_log_background_signal": ((), np.exp(over[..., 1])),
            "log_background_signal": ((v.PLATE,), p["background"]),
            "sd_blank": ((), np.exp(over[..., 2])),
        }
    if panel.has_places:
        over = p["over_place"]
        for k, name in enumerate(("edge_log_effect", "row_log_gradient", "column_log_gradient")):
            found[name] = (v.PLATE,), p["place"][..., k]
            found[f"mu_{name}"] = (), over[..., k]
        found["sigma_edge_log_effect"] = (), np.exp(over[..., 3])
        found["sigma_log_gradient"] = (), np.exp(over[..., 4])
        found["share_of_log_gradient"] = (), expit(over[..., 5])
    return found

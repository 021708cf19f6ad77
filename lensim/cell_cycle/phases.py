"""Phases of the cell cycle, and their shares as log ratios: what truth, model and estimands have in common."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v

PHASES: Final = ("G0/G1", "S", "G2/M")
LATER_PHASES: Final = PHASES[1:]
S_PHASE: Final = "S"


def log_ratios_of_shares(shares: np.ndarray) -> np.ndarray:
    """Log of each later phase's share over that of G0/G1; phases along the last axis, all above 0."""
    logs = np.log(np.asarray(shares, dtype=float))
    return logs[..., 1:] - logs[..., :1]


def shares_of_log_ratios(log_ratios: np.ndarray) -> np.ndarray:
    """Shares of all phases, G0/G1 first, from log ratios along the last axis; they sum to 1."""
    log_ratios = np.asarray(log_ratios, dtype=float)
    logits = np.concatenate([np.zeros((*log_ratios.shape[:-1], 1)), log_ratios], axis=-1)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def contrasts_of(data: xr.Dataset) -> list[str]:
    """Conditions that are compared with the control, in order."""
    return [str(c) for c in data[v.CONDITION].to_numpy()[data[v.IS_CONTROL].to_numpy() == 0]]


def contrast_of_condition(data: xr.Dataset) -> np.ndarray:
    """Of each condition: 0 for the control, 1 and up for the contrasts in order."""
    treated = data[v.IS_CONTROL].to_numpy() == 0
    return np.where(treated, np.cumsum(treated), 0)

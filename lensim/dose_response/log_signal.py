"""Signals of wells on the log scale, one rule for all that reads them."""

import numpy as np


def log_signal(signal: np.ndarray, counting_minutes: float = np.inf) -> np.ndarray:
    """Natural log of signals; 0 enters as half a count, or half the smallest signal above 0 where none is counted.

    Parameters
    ----------
    signal
        Signals, 0 or more.
    counting_minutes
        For which each well was counted; infinite where signals are no counts.
    """
    positive = signal[signal > 0]
    half_smallest = positive.min() / 2.0 if len(positive) else 1.0
    floor = 0.5 / counting_minutes if np.isfinite(counting_minutes) else half_smallest
    return np.asarray(np.log(np.where(signal > 0, signal, floor)))

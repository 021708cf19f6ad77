"""Small panels with everything that a dose-response model may have."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.seeding import stream


@dataclass(frozen=True)
class Made:
    """What a small panel has."""

    lines: int = 3
    experiments: int = 2
    groups: int = 2
    blanks: int = 2
    minutes: float = np.inf
    is_percent: bool = False
    has_conditions: bool = False
    share_experiments: bool = True


POOLED, ALONE = "dose_response_hierarchical", "dose_response_separate"
CASES = {
    "pooled": (POOLED, Made()),
    "counts": (POOLED, Made(minutes=2.0)),
    "one group, no blanks": (POOLED, Made(groups=1, blanks=0)),
    "one culture a line": (POOLED, Made(experiments=1)),
    "one culture a line, days of their own": (POOLED, Made(experiments=1, share_experiments=False)),
    "days not shared": (POOLED, Made(share_experiments=False)),
    "conditions": (POOLED, Made(lines=4, has_conditions=True)),
    "alone": (ALONE, Made()),
    "alone, conditions": (ALONE, Made(lines=4, has_conditions=True)),
    "percents": (f"{POOLED}_normalised", Made(is_percent=True)),
    "percents alone": (f"{ALONE}_normalised", Made(is_percent=True)),
    "places": ("dose_response_plate_position", Made()),
    "places alone": ("dose_response_separate_plate_position", Made(minutes=5.0)),
}


def small_panel(made: Made, seed: int = 1) -> xr.Dataset:
    """Wells of a few lines, in triplicate at five doses; with conditions, lines are two of each founder."""
    rng = stream(seed, "small panel")
    cultures = made.lines * made.experiments
    line = np.repeat(np.arange(made.lines), made.experiments)
    experiment = np.tile(np.arange(made.experiments), made.lines) if made.share_experiments else np.arange(cultures)
    dose = np.tile(np.repeat([0.0, 0.1, 1.0, 10.0], 3), cultures)
    culture = np.repeat(np.arange(cultures), 12)
    x, a, top = rng.normal(-0.2, 0.4, made.lines), rng.normal(1.2, 0.3, made.lines), rng.normal(10.0, 0.1, cultures)
    with np.errstate(divide="ignore"):
        occupancy = 1.0 / (1.0 + np.exp(-(np.log(dose) - np.log(10.0) * x[line[culture]])))
    residual = 1.0 + np.expm1(-a[line[culture]]) * occupancy
    noise = 0.1 * rng.standard_t(5.0, len(dose))
    found: dict[str, object] = {
        v.DOSE: (v.WELL, dose),
        v.CULTURE_OF_WELL: (v.WELL, culture),
        v.LINE_OF_CULTURE: (v.CULTURE, line),
        v.PLATE_OF_CULTURE: (v.CULTURE, np.arange(cultures) % 2),
        v.EXPERIMENT_OF_CULTURE: (v.CULTURE, experiment),
        v.GROUP_OF_LINE: (v.CELL_LINE, np.arange(made.lines) % made.groups),
        v.PLATE_ROW: (v.WELL, np.arange(len(dose)) % 8),
        v.PLATE_COLUMN: (v.WELL, np.arange(len(dose)) // 8 % 12),
    }
    if made.is_percent:
        found[v.VIABILITY] = (v.WELL, 100.0 * (residual * np.exp(noise) + 0.01 * rng.standard_normal(len(dose))))
    else:
        found[v.SIGNAL] = (v.WELL, 80.0 + np.exp(top[culture]) * residual * np.exp(noise))
        found[v.COUNTING_MINUTES] = made.minutes
    if made.blanks and not made.is_percent:
        found[v.BLANK_SIGNAL] = (v.BLANK, 80.0 * np.exp(0.1 * rng.standard_normal(2 * made.blanks)))
        found[v.PLATE_OF_BLANK] = (v.BLANK, np.repeat([0, 1], made.blanks))
    names = np.array([f"L{i}" for i in range(made.lines)])
    coords: dict[str, object] = {
        v.CELL_LINE: names,
        v.MOLECULAR_GROUP: np.array([f"g{i}" for i in range(made.groups)]),
        v.CULTURE: np.arange(cultures),
        v.PLATE: np.array(["p0", "p1"]),
        v.EXPERIMENT: np.array([f"e{i}" for i in range(experiment.max() + 1)]),
    }
    if made.has_conditions:
        coords[v.LINE_OF_CURVE] = (v.CELL_LINE, np.array([f"F{i // 2}" for i in range(made.lines)]))
        coords[v.CONDITION_OF_CURVE] = (v.CELL_LINE, np.array([f"c{i % 2}" for i in range(made.lines)]))
    return xr.Dataset(found, coords)

"""Screens without a sampler: a table of compounds, and draws around what the wells of each line show."""

from pathlib import Path

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.dose_response.experiments import OF_CULTURES
from lensim.inference.observations import attach_observations
from lensim.inference.verdict import Verdict, carry_verdict
from lensim.screen.one import Done, Fitted, FittedCompound, fit_one
from lensim.screen.settings import ScreenSettings

CHAINS, DRAWS = 2, 50
DOSES = (0.0, 0.1, 1.0, 10.0)
PASSED = Verdict(True, (), 1.0, 1000.0, 1000.0, "x", 0, 1.0, 0.0)
HEADER = "compound,cell_line,experiment,plate,dose_um,luminescence\n"


def rows_of(name: str, number: int, *, lines: int = 3, experiments: int = 2) -> str:
    """The wells of one compound on plates of its own."""
    rng = np.random.default_rng(number)
    rows = []
    for experiment in range(experiments):
        for line in range(lines):
            level = 20_000.0 * np.exp(0.1 * rng.standard_normal())
            for dose in DOSES:
                left = 1.0 - 0.8 / (1.0 + (0.5 * (1 + line) / dose)) if dose else 1.0
                signal = level * left * np.exp(0.05 * rng.standard_normal())
                compound = name if dose else ""
                rows.append(f"{compound},L{line},E{experiment},{name}-{experiment},{dose:g},{signal:.0f}\n")
    return "".join(rows)


def table_of(folder: Path, names: list[str], **of_rows: int) -> Path:
    """A table of compounds in a folder."""
    path = folder / "screen.csv"
    text = HEADER + "".join(rows_of(name, number, **of_rows) for number, name in enumerate(names))
    path.write_text(text, encoding="utf-8")
    return path


def made_up(data: xr.Dataset, settings: ScreenSettings, seed: int) -> xr.DataTree:
    """Draws around a curve that is the same for all lines; those of a compound depend on its seed alone."""
    rng = np.random.default_rng(seed)
    lines, cultures, plates = data.sizes[v.CELL_LINE], data.sizes[v.CULTURE], data.sizes[v.PLATE]

    def drawn(mean: float, dim: str, size: int) -> tuple[tuple[str, ...], np.ndarray]:
        return ("chain", "draw", dim), mean + 0.05 * rng.standard_normal((CHAINS, DRAWS, size))

    usual = dict(zip((v.LOG10_EC50, v.LOG_HILL, v.EFFECT), (0.0, 0.0, 0.8), strict=True))
    draws = {name: drawn(mean, v.CELL_LINE, lines) for name, mean in usual.items()}
    draws |= {name: drawn(mean, v.CULTURE, cultures) for name, mean in zip(OF_CULTURES, usual.values(), strict=True)}
    draws[v.LOG_TOP] = drawn(10.0, v.CULTURE, cultures)
    draws[v.BACKGROUND] = drawn(1.0, v.PLATE, plates)
    draws[v.SD_WELL] = (("chain", "draw"), 0.05 + 0.001 * rng.random((CHAINS, DRAWS)))
    posterior = xr.Dataset(draws, {dim: data[dim] for dim in (v.CELL_LINE, v.CULTURE, v.PLATE)})
    result = xr.DataTree.from_dict({"posterior": posterior.assign_attrs(inference_library="made up")})
    attach_observations(result, data)
    result.attrs |= {v.ASSAY: v.DOSE_RESPONSE, "seed": seed, "model": "made_up", "sampling_seconds": rng.random()}
    carry_verdict(result, PASSED)
    return result


def fitted_of(name: str) -> Fitted:
    """How a compound is fitted: one called "ill" breaks off, one called "doubtful" does not converge."""

    def fitted(data: xr.Dataset, settings: ScreenSettings, seed: int) -> FittedCompound:
        if name == "ill":
            raise RuntimeError("no such curve")
        result = made_up(data, settings, seed)
        if name == "doubtful":
            carry_verdict(result, Verdict(False, ("R-hat too large",), 1.5, 9.0, 9.0, "x", 0, 1.0, 0.0))
        return FittedCompound(result)

    return fitted


def fit_made_up(name: str, data: xr.Dataset, settings: ScreenSettings) -> Done:
    """What a worker does with a compound."""
    return fit_one(name, data, settings, fitted_of(name))

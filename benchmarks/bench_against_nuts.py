"""The fast engines of fits against long NUTS on the same data: how far apart their posteriors are, how fast each is.

A row a study: the number of quantities (parameters and what tables show), differences of posterior means in posterior
sds of NUTS, ratios of sds (as factors: 1.05 is 5% away in either direction), differences of probabilities, and seconds
of both, of which those of NUTS include its compiling. R-hat and effective size are those of the long run.

`python -m benchmarks against_nuts` takes some of the studies; `python -m benchmarks.bench_against_nuts NAME` one.
"""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import arviz as az
import numpy as np
import typer
import xarray as xr
from rich.console import Console

import lensim
from benchmarks.__main__ import as_table
from benchmarks.bench_fits import GDSC, Job, four_ratios, panel, reactions, some_lines
from benchmarks.calibration.quantities import quantities_of
from lensim.assay import find_assay
from lensim.face.fit import Fit
from lensim.inference.observations import observations_of
from lensim.inference.settings import SamplerSettings

DRAWS: Final = 5_000
"""Of each of the four chains of NUTS."""
OWN_DRAWS: Final = SamplerSettings().draws
"""Of each chain of the fast engine: as many as a fit takes. More show its error without that of the number of draws."""
GDSC_COLUMNS: Final = {
    "cell_line": "cell_line", "dose": "conc_uM", "signal": "intensity", "plate": "barcode", "well": "position",
    "compound": "drug_name", "role": "tag",
}  # fmt: skip
GDSC_ROLES: Final = {
    "untreated": "NC-1", "blank": "B", "ignored": ("NC-0", "PC-*"), "treated": "L*-D*-S",
}  # fmt: skip


def _read(assay: str, job: Callable[[Path], list[Job]]) -> xr.Dataset:
    with tempfile.TemporaryDirectory() as folder:
        [(_, table, _)] = job(Path(folder))
        return find_assay(assay).read(table)


def _gdsc(compound: str) -> xr.Dataset:
    return lensim.read.dose_response(
        GDSC, columns=GDSC_COLUMNS, roles=GDSC_ROLES, ignore=["seeding_density"], dose_unit="uM", compound=compound
    )


def _lines(count: int) -> Callable[[Path], list[Job]]:
    return lambda folder: [some_lines(folder, count)]


STUDIES: Final[Mapping[str, Callable[[], xr.Dataset]]] = {
    "four ratios": partial(_read, "expression", four_ratios),
    "701 reactions": partial(_read, "expression", reactions),
    "6 lines": partial(_read, "dose_response", _lines(6)),
    "12 lines": partial(_read, "dose_response", _lines(12)),
    "23 lines": partial(_read, "dose_response", panel),
    "GDSC2 Bortezomib": partial(_gdsc, "Bortezomib"),
    "GDSC2 PLX-4720": partial(_gdsc, "PLX-4720"),
}
SHORT: Final = ("four ratios", "701 reactions", "6 lines")


def _drawn(fitted: Fit) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Draws of every quantity, a row each, and of every statement."""
    data, posterior = observations_of(fitted.tree), fitted.tree["posterior"].to_dataset()
    numbers, statements = quantities_of(data, posterior, seed=1)
    return _rows(numbers), _rows(statements)


def _rows(found: Mapping[str, xr.DataArray]) -> dict[str, np.ndarray]:
    rows = {}
    for name, values in found.items():
        flat = values.transpose(..., "chain", "draw").to_numpy()
        for at, row in enumerate(flat.reshape(-1, flat.shape[-2] * flat.shape[-1])):
            rows[f"{name}[{at}]"] = row
    return rows


def compared(name: str, draws: int, own: int) -> dict[str, object]:
    """One study by the engine that `auto` takes and by long NUTS, with so many draws of each chain of either."""
    data = STUDIES[name]()
    started = time.perf_counter()
    fast = lensim.fit(data, seed=1, draws=own)
    middle = time.perf_counter()
    slow = lensim.fit(data, seed=2, engine="nuts", draws=draws, target_accept=0.99)
    seconds = middle - started, time.perf_counter() - middle
    (numbers, statements), (true_numbers, true_statements) = _drawn(fast), _drawn(slow)
    shifts, ratios, worst, widest = [], [], ("", 0.0), ("", 0.0)
    for quantity, long in true_numbers.items():
        if not (np.isfinite(long).all() and np.isfinite(numbers[quantity]).all()) or not (spread := long.std()) > 0:
            continue  # a bound in some draws, whose probability is among the statements, or constant
        shift = (numbers[quantity].mean() - long.mean()) / spread
        shifts.append(shift)
        ratios.append(numbers[quantity].std() / spread)
        worst = max(worst, (quantity, abs(shift)), key=lambda one: one[1])
        widest = max(widest, (quantity, abs(np.log(ratios[-1]))), key=lambda one: one[1])
    apart = [abs(statements[one].mean() - long.mean()) for one, long in true_statements.items()]
    logs = np.log(ratios)
    parameters = slow.tree["posterior"].to_dataset()
    return {
        "study": name,
        "engine": str(fast.tree.attrs.get("engine", "")),
        "quantities": len(shifts),
        "mean, rms [sd]": float(np.sqrt(np.mean(np.square(shifts)))),
        "mean, worst [sd]": float(np.abs(shifts).max()),
        "worst of": worst[0],
        "sd ratio, rms": float(np.exp(np.sqrt(np.mean(logs**2)))),
        "sd ratio, from": float(min(ratios)),
        "to": float(max(ratios)),
        "farthest of": widest[0],
        "probability, worst": max(apart, default=0.0),
        "R-hat": float(max(float(one.max()) for one in az.rhat(parameters).data_vars.values())),
        "ESS": float(min(float(one.min()) for one in az.ess(parameters).data_vars.values())),
        "s": seconds[0],
        "s of NUTS": seconds[1],
    }


def run(names: Sequence[str] = SHORT, draws: int = DRAWS, own: int = OWN_DRAWS) -> list[dict[str, object]]:
    """A row a study."""
    return [compared(name, draws, own) for name in names]


def main(
    name: Annotated[str, typer.Argument(help="Of one study; all without it.")] = "",
    draws: Annotated[int, typer.Option(min=100, help="Of each chain of NUTS.")] = DRAWS,
    own: Annotated[int, typer.Option(min=100, help="Of each chain of the fast engine.")] = OWN_DRAWS,
) -> None:
    """Compare one study, or all."""
    rows = run([name] if name else list(STUDIES), draws, own)
    Console(width=200).print(as_table("against NUTS", rows))


if __name__ == "__main__":
    typer.run(main)

"""How often run QC finds a planted fault, and how often it cries over a clean run, at its default limits.

Runs of RT-qPCR are simulated without faults (two targets and two references of six subjects in duplicate on two plates,
a six-point series in triplicate), and so are panels (nine lines in triplicate on nine plates of 96 wells). Each fault
is planted in every one of them, and the check that is for it is asked. The standard error of a share p of n runs is
sqrt(p (1 - p) / n).

`python -m benchmarks qc` prints the table; `python -m benchmarks.bench_qc --runs 60 --figure qc_faults.png` draws it
too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import typer
from rich.console import Console

import lensim
from benchmarks.__main__ import as_table
from lensim import seeding
from lensim.dose_response import DoseResponseDesign, DoseResponsePopulation, PlateFaults
from lensim.expression.design import ExpressionDesign
from lensim.expression.truth import ExpressionPopulation, ReactionFaults
from lensim.qc.controls import check_calibrators, check_margins
from lensim.qc.dilutions import check_dilutions
from lensim.qc.expression import check_run
from lensim.qc.finding import Checked
from lensim.qc.odd_wells import check_odd_wells
from lensim.qc.outlying_wells import check_outlying
from lensim.qc.plate_controls import check_controls, check_plateau
from lensim.qc.plate_places import check_drift, check_places
from lensim.qc.plates import check_plates
from lensim.qc.references import check_references
from lensim.qc.replicates import check_replicates
from lensim.qc.run import Run, run_of_study
from lensim.qc.wells import Wells, wells_of_study

ROOT: Final = 2026
RUNS: Final = 20
SERIES: Final = (20.0, 4.0, 0.8, 0.16, 0.04, 0.01)
NO_PLATE_FAULTS: Final = PlateFaults(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
ONE_COPY: Final = 37.5
SD_TECHNICAL: Final = 0.12

Plant = Callable[[Any, float, np.random.Generator], Any]
Check = Callable[[Any], Checked]


@dataclass(frozen=True)
class Fault:
    """A fault: what it is, its sizes, the check that is for it, and how it is planted."""

    name: str
    sizes: tuple[float, ...]
    finds: str
    check: Check
    plant: Plant
    unit: str = ""


def clean_run(seed: int) -> Run:
    """A run of RT-qPCR without faults, on two plates with calibrators."""
    design = ExpressionDesign(
        [f"s{k}" for k in range(6)], ["all"] * 6, ("A", "B"), ("R1", "R2"), experiments=1, dilutions=SERIES,
        dilution_replicates=3, no_template_replicates=2,
    )  # fmt: skip
    faults = ReactionFaults(0.0, 1.5, 0.0, 0.0, 3.0)
    run = run_of_study(lensim.simulate.expression(design, ExpressionPopulation(), faults, seed=seed)[1])
    rng = seeding.stream(ROOT, "calibrators", seed)
    rows = [(plate, gene) for plate in ("first", "second") for gene in run.genes for _ in range(3)]
    number = len(rows)
    more = {
        "plate": np.array([plate for plate, _ in rows], dtype=object),
        "gene": np.array([gene for _, gene in rows], dtype=object),
        "well": np.full(number, "", dtype=object),
        "sample": np.full(number, "calibrator", dtype=object),
        "task": np.full(number, "plate_calibrator", dtype=object),
        "ct_cycles": 24.0 + SD_TECHNICAL * rng.standard_normal(number),
        "quantity": np.full(number, np.nan),
    }
    own = replace(run, plate=np.full(len(run.plate), "first", dtype=object))
    joined: dict[str, Any] = {name: np.concatenate([getattr(own, name), values]) for name, values in more.items()}
    return replace(own, **joined)


def clean_plates(seed: int) -> Wells:
    """A panel without faults of plates."""
    design = DoseResponseDesign([f"line {k}" for k in range(9)], ["all"] * 9, experiments=3)
    return wells_of_study(
        lensim.simulate.dose_response(design, DoseResponsePopulation(), NO_PLATE_FAULTS, seed=seed)[1]
    )


def _with_cts(run: Run, at: np.ndarray, cts: np.ndarray | float) -> Run:
    ct = run.ct_cycles.copy()
    ct[at] = cts
    return replace(run, ct_cycles=ct)


def _early(run: Run, rng: np.random.Generator) -> int:
    """A reaction of a sample that comes before Ct 30."""
    return int(rng.choice(np.flatnonzero(run.of("unknown") & (run.ct_cycles < 30.0))))


def contaminated(run: Run, copies: float, rng: np.random.Generator) -> Run:
    """Half of the wells without template have so many copies."""
    at = np.flatnonzero(run.of("no_template"))[::2]
    return _with_cts(run, at, ONE_COPY - np.log2(copies) + 0.2 * rng.standard_normal(len(at)))


def one_late(run: Run, cycles: float, rng: np.random.Generator) -> Run:
    """One reaction is later."""
    at = np.array([_early(run, rng)])
    return _with_cts(run, at, run.ct_cycles[at] + cycles)


def one_failed(run: Run, _: float, rng: np.random.Generator) -> Run:
    """One reaction is not detected."""
    return _with_cts(run, np.array([_early(run, rng)]), np.nan)


def spread(run: Run, sd: float, rng: np.random.Generator) -> Run:
    """All reactions have this sd between replicates."""
    at = np.flatnonzero(run.of("unknown", "standard"))
    more = float(np.sqrt(max(sd**2 - SD_TECHNICAL**2, 0.0)))
    return _with_cts(run, at, run.ct_cycles[at] + more * rng.standard_normal(len(at)))


def efficiency(run: Run, percent: float, _: np.random.Generator) -> Run:
    """The series of one target has another slope."""
    at = np.flatnonzero((run.gene == "A") & run.of("standard"))
    middle = float(np.nanmean(run.ct_cycles[at]))
    seen = np.isfinite(run.ct_cycles[at])
    x = np.log2(run.quantity[at][seen])
    now = -float(np.polyfit(x, run.ct_cycles[at][seen], 1)[0])
    slope = 1.0 / float(np.log2(1.0 + percent / 100.0))
    ct = middle + (run.ct_cycles[at] - middle) * slope / now
    return _with_cts(run, at, np.where(ct < run.cycle_limit, ct, np.nan))


def bent(run: Run, cycles: float, _: np.random.Generator) -> Run:
    """The highest standards of one target are later."""
    of = (run.gene == "A") & run.of("standard")
    at = np.flatnonzero(of & (run.quantity == np.nanmax(run.quantity[of])))
    return _with_cts(run, at, run.ct_cycles[at] + cycles)


def unstable(run: Run, sd: float, rng: np.random.Generator) -> Run:
    """One reference differs between samples by this sd."""
    at = np.flatnonzero((run.gene == "R1") & run.of("unknown"))
    samples, of = np.unique(run.sample[at].astype(str), return_inverse=True)
    return _with_cts(run, at, run.ct_cycles[at] + sd * rng.standard_normal(len(samples))[of])


def shifted(run: Run, cycles: float, _: np.random.Generator) -> Run:
    """The calibrator of one plate comes later."""
    at = np.flatnonzero(run.of("plate_calibrator") & (run.plate == "second"))
    return _with_cts(run, at, run.ct_cycles[at] + cycles)


def _scaled(wells: Wells, factor: np.ndarray, at: np.ndarray | None = None) -> Wells:
    """Signals above background times a factor, of some wells or of all."""
    background = np.array([wells.background(plate) for plate in range(len(wells.plates))])[wells.plate]
    scaled = background + (wells.signal - background) * factor
    return replace(wells, signal=scaled if at is None else np.where(at, scaled, wells.signal))


def edge(wells: Wells, percent: float, _: np.random.Generator) -> Wells:
    """Wells at the edge lose so much."""
    rows, columns = wells.shape
    at = np.isin(wells.row, (0, rows - 1)) | np.isin(wells.column, (0, columns - 1))
    return _scaled(wells, np.full(len(at), 1.0 - percent / 100.0), at)


def gradient_of_one(wells: Wells, percent: float, _: np.random.Generator) -> Wells:
    """On one plate the last row has so much more than the first."""
    place = wells.row / (wells.shape[0] - 1) - 0.5
    return _scaled(wells, np.exp(np.log1p(percent / 100.0) * place), wells.plate == 0)


def gradients(wells: Wells, percent: float, rng: np.random.Generator) -> Wells:
    """Plates have gradients of rows of this sd, either way."""
    place = wells.row / (wells.shape[0] - 1) - 0.5
    size = np.log1p(percent / 100.0) * rng.standard_normal(len(wells.plates))
    return _scaled(wells, np.exp(size[wells.plate] * place))


def uneven(wells: Wells, percent: float, rng: np.random.Generator) -> Wells:
    """Cells are dispensed with so much more CV."""
    return _scaled(wells, np.exp(percent / 100.0 * rng.standard_normal(len(wells.signal))))


def low_untreated(wells: Wells, percent: float, _: np.random.Generator) -> Wells:
    """All untreated wells are at so many percent."""
    return _scaled(wells, np.full(len(wells.signal), percent / 100.0), wells.is_untreated)


def low_culture(wells: Wells, percent: float, _: np.random.Generator) -> Wells:
    """Untreated wells of one culture are at so many percent."""
    return _scaled(wells, np.full(len(wells.signal), percent / 100.0), wells.is_untreated & (wells.culture == 0))


def drift(wells: Wells, percent: float, _: np.random.Generator) -> Wells:
    """The level falls by so much over the plates of each experiment."""
    order = np.zeros(len(wells.plates))
    for one in np.unique(wells.experiment):
        own = np.unique(wells.plate[wells.experiment == one])
        order[own] = np.arange(len(own)) / max(len(own) - 1, 1)
    return _scaled(wells, np.exp(np.log1p(-percent / 100.0) * order[wells.plate]))


def low_plate(wells: Wells, percent: float, _: np.random.Generator) -> Wells:
    """One plate is at so many percent."""
    return _scaled(wells, np.full(len(wells.signal), percent / 100.0), wells.plate == 0)


def saturated(wells: Wells, percent: float, _: np.random.Generator) -> Wells:
    """The reader of one plate stops at the highest so many percent."""
    top = float(np.quantile(wells.signal[wells.plate == 0], 1.0 - percent / 100.0))
    return replace(wells, signal=np.where(wells.plate == 0, np.minimum(wells.signal, top), wells.signal))


def empty_well(wells: Wells, _: float, rng: np.random.Generator) -> Wells:
    """One well was not filled."""
    signal = wells.signal.copy()
    signal[int(rng.integers(len(signal)))] = 0.0
    return replace(wells, signal=signal)


def one_low(wells: Wells, percent: float, rng: np.random.Generator) -> Wells:
    """One well of a low dose is at so many percent of itself."""
    at = np.zeros(len(wells.signal), dtype=bool)
    at[rng.choice(np.flatnonzero(wells.dose_um < 0.1))] = True
    return _scaled(wells, np.full(len(at), percent / 100.0), at)


OF_RUNS: Final = (
    Fault("half of the controls without template have copies", (3, 30, 300), "no-template margin", check_margins,
          contaminated, "copies"),
    Fault("one reaction later", (0.5, 0.75, 1.0, 1.5), "outlying well", check_replicates, one_late, "cycles"),
    Fault("one reaction failed", (1,), "outlying well", check_replicates, one_failed),
    Fault("sd of replicates", (0.2, 0.3, 0.4), "replicate spread", check_replicates, spread, "cycles"),
    Fault("efficiency of a series", (90, 85, 80, 70), "efficiency", check_dilutions, efficiency, "%"),
    Fault("top of a series later", (0.5, 1.0, 2.0), "linear range", check_dilutions, bent, "cycles"),
    Fault("own sd of a reference", (0.5, 0.8, 1.2), "stability M", check_references, unstable, "cycles"),
    Fault("calibrator of a plate off", (0.5, 0.75, 1.5), "plate calibrator", check_calibrators, shifted, "cycles"),
)  # fmt: skip
OF_PLATES: Final = (
    Fault("edge wells lose", (5, 10, 18, 26), "edge", check_places, edge, "%"),
    Fault("gradient of rows on one plate of nine", (15, 30, 50), "gradient of rows", check_places, gradient_of_one,
          "%"),
    Fault("gradients of rows, sd", (10, 20, 40), "gradient of rows", check_places, gradients, "%"),
    Fault("CV of dispensing more", (15, 30, 50), "CV of untreated", check_controls, uneven, "%"),
    Fault("CV of dispensing more (Z')", (15, 30, 50), "Z'", check_controls, uneven, "%"),
    Fault("untreated wells at", (90, 80, 70), "untreated against plateau", check_plateau, low_untreated, "%"),
    Fault("untreated wells of one culture at", (70, 50), "untreated against plateau", check_plateau, low_culture, "%"),
    Fault("level falls over plates by", (26, 50, 63), "drift between plates", check_drift, drift, "%"),
    Fault("one plate at", (50, 30), "plate level", check_drift, low_plate, "%"),
    Fault("the reader stops at the highest", (2, 10), "saturated wells", check_odd_wells, saturated, "%"),
    Fault("one empty well", (1,), "negative wells", check_odd_wells, empty_well),
    Fault("one well at", (50, 30, 20, 10), "outlying well", check_outlying, one_low, "%"),
)  # fmt: skip


def _share(found: Sequence[bool]) -> dict[str, object]:
    """The share of runs, with its standard error."""
    share = float(np.mean(found))
    return {"share": share, "se": float(np.sqrt(share * (1.0 - share) / len(found)))}


def _cries(found: Checked, check: str) -> bool:
    return any(one.check == check and one.status != "pass" for one in found.findings)


def _shares(fault: Fault, clean: list[Any]) -> Iterator[dict[str, object]]:
    """Of each size, in which share of runs the check finds the fault; the first row is of the run without it."""
    for size in (None, *fault.sizes):
        found = [
            _cries(
                fault.check(one if size is None else fault.plant(one, size, seeding.stream(ROOT, fault.name, number))),
                fault.finds,
            )
            for number, one in enumerate(clean)
        ]
        planted = "nothing" if size is None else fault.name if fault.sizes == (1,) else f"{size:g} {fault.unit}".strip()
        yield {"planted": fault.name, "size": planted, "found by": fault.finds} | _share(found)


def _false_cries(clean: list[Any], check: Check, what: str) -> Iterator[dict[str, object]]:
    """How often each check cries over a clean run."""
    found = [check(one) for one in clean]
    for name in dict.fromkeys(one.check for each in found for one in each.findings):
        cries = [_cries(each, name) for each in found]
        yield {"planted": f"nothing, in {what}", "size": "", "found by": name} | _share(cries)


@cache
def run(runs: int = RUNS) -> list[dict[str, object]]:
    """The table: a row a fault and size, and a row a check of clean runs."""
    of_pcr, of_plates = [clean_run(k) for k in range(runs)], [clean_plates(k) for k in range(runs)]
    rows = [*_false_cries(of_pcr, check_run, "runs of RT-qPCR"), *_false_cries(of_plates, check_plates, "panels")]
    for faults, clean in ((OF_RUNS, of_pcr), (OF_PLATES, of_plates)):
        for fault in faults:
            rows += _shares(fault, clean)
    return rows


def draw(rows: list[dict[str, object]], path: Path) -> None:
    """Shares by the size of the fault, a panel each, with one standard error."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    several = [fault for fault in (*OF_RUNS, *OF_PLATES) if len(fault.sizes) > 1]
    columns = 4
    figure, axes = plt.subplots(-(-len(several) // columns), columns, figsize=(11.0, 2.0 * -(-len(several) // columns)))
    for axis, fault in zip(axes.ravel(), several, strict=False):
        own = [row for row in rows if row["planted"] == fault.name]
        at = np.arange(len(own))
        shares, errors = (np.array([float(str(row[name])) for row in own]) for name in ("share", "se"))
        axis.errorbar(at, shares, errors, marker="o", color="#0b5fa5", ecolor="#7fa8cc", linewidth=1.2)
        axis.axhline(0.05, color="0.7", linewidth=0.8, linestyle=":")
        axis.set_ylim(-0.05, 1.05)
        axis.set_xticks(at, ["none", *(f"{size:g}" for size in fault.sizes)], fontsize=7)
        axis.set_title(fault.name, fontsize=7.5)
        axis.set_xlabel(fault.unit, fontsize=7)
        axis.set_ylabel("share found", fontsize=7)
        axis.tick_params(labelsize=7)
    for axis in axes.ravel()[len(several) :]:
        axis.set_axis_off()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main(
    runs: Annotated[int, typer.Option(min=2, max=10_000, help="Runs of each fault.")] = RUNS,
    figure: Annotated[Path | None, typer.Option(help="Draw the shares here (.png).")] = None,
) -> None:
    """Print the table, and draw it where a figure is asked for."""
    rows = run(runs)
    Console(width=160).print(as_table("run QC", rows))
    if figure is not None:
        draw(rows, figure)


if __name__ == "__main__":
    typer.run(main)

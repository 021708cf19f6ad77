"""Small runs and plates of known make for the checks of QC."""

from collections.abc import Sequence

import numpy as np

from lensim.qc.run import Run
from lensim.qc.wells import Wells

Row = tuple[str, str, str, str, str, float, float]


def run_of(rows: Sequence[Row], references: Sequence[str] = (), cycle_limit: float = 40.0) -> Run:
    """A run of rows plate, well, sample, gene, task, Ct, quantity."""
    columns = [np.array(column, dtype=object if at < 5 else float) for at, column in enumerate(zip(*rows, strict=True))]
    return Run(*columns, cycle_limit=cycle_limit, references=tuple(references))  # type: ignore[arg-type]


def sample_rows(rng: np.random.Generator, samples: int = 20, replicates: int = 3, gene: str = "TNF") -> list[Row]:
    """Replicates of samples with an sd of 0.1 cycles around Ct 24."""
    return [
        ("p", f"{gene}{s}.{r}", f"s{s}", gene, "unknown", 24.0 + 0.1 * float(rng.standard_normal()), np.nan)
        for s in range(samples)
        for r in range(replicates)
    ]


def series_rows(
    rng: np.random.Generator, quantities: Sequence[float], gene: str = "TNF", slope: float = -3.4, sd: float = 0.08
) -> list[Row]:
    """Three standards of each quantity; the Ct of one unit is 28."""
    return [
        ("p", "", "", gene, "standard", 28.0 + slope * np.log10(q) + sd * float(rng.standard_normal()), q)
        for q in quantities
        for _ in range(3)
    ]


def plate_of(rng: np.random.Generator, plates: int = 6, sd: float = 0.08, edge: float = 0.0, row: float = 0.0) -> Wells:
    """Plates of 8 x 12, one line each on all of them: column 1 untreated ... of shuffled doses; 8 blanks a plate."""
    rows, columns = np.indices((8, 12)).reshape(2, -1)
    doses = np.tile([0.0, 0.001, 0.01, 1.0], 24)
    signal, dose, at_row, at_column, plate = [], [], [], [], []
    for p in range(plates):
        own = rng.permutation(doses)
        is_edge = (rows == 0) | (rows == 7) | (columns == 0) | (columns == 11)
        log = np.log(1000.0 / (1.0 + own)) + edge * is_edge + row * (2 * rows / 7 - 1) + sd * rng.standard_normal(96)
        signal.append(np.exp(log) + 50.0)
        dose.append(own)
        at_row.append(rows)
        at_column.append(columns)
        plate.append(np.full(96, p))
    number = 96 * plates
    names = np.array([f"{chr(65 + r)}{c + 1}" for r, c in zip(rows, columns, strict=True)] * plates, dtype=object)
    of_plate = np.concatenate(plate)
    return Wells(
        signal=np.concatenate(signal),
        is_percent=False,
        dose_um=np.concatenate(dose),
        plate=of_plate,
        line=np.zeros(number, dtype=int),
        culture=of_plate,
        experiment=np.zeros(number, dtype=int),
        compound=np.full(number, "", dtype=object),
        name=names,
        row=np.concatenate(at_row),
        column=np.concatenate(at_column),
        shape=(8, 12),
        blank=50.0 * np.exp(0.05 * rng.standard_normal(8 * plates)),
        plate_of_blank=np.repeat(np.arange(plates), 8),
        plates=[f"plate {p + 1}" for p in range(plates)],
        lines=["K562"],
        cultures=[f"K562, plate {p + 1}" for p in range(plates)],
    )

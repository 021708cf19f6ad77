"""Replicate reactions: their spread gene by gene, and single wells far from the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from lensim.qc import thresholds as limit
from lensim.qc.evidence import Spread, robust_spread, sure_quantile
from lensim.qc.finding import Checked, Finding, Status, graded
from lensim.qc.run import Run

VARIANCE_OF_ONE_COPY: Final = float(np.log(2.0) ** -2)
ONE_COPY_CYCLES: Final = 37.5
"""Where one copy crosses (assumed)."""


def late_from(cycle_limit: float) -> float:
    """The Ct from which on replicates differ by the drawing of copies: some 30 copies, or near the cycle limit."""
    return min(cycle_limit, ONE_COPY_CYCLES) - limit.LATE_CYCLES


@dataclass(frozen=True)
class _Cells:
    """Reactions of one gene in one sample on one plate are a cell; arrays along the reactions that count."""

    at: np.ndarray
    cell: np.ndarray
    size: np.ndarray  # along the cell
    is_early: np.ndarray  # along the cell
    ct: np.ndarray

    @cached_property
    def used(self) -> np.ndarray:
        """Detected reactions of early cells with at least two detected."""
        seen = np.bincount(self.cell, np.isfinite(self.ct), minlength=len(self.size))
        return np.isfinite(self.ct) & self.is_early[self.cell] & (seen[self.cell] > 1)


def check_replicates(run: Run) -> Checked:
    """Spread of replicates [cycles], and wells that are outlying among them or failed.

    Cells whose median comes late are left out (`late_from`): there replicates differ by the drawing of copies, whose
    variance, 1 / (copies ln(2)^2), is allowed for elsewhere. The spread is that of the median
    deviation, which outlying wells do not move.
    """
    cells = _cells(run)
    if cells is None or not cells.used.any():
        return Checked((), ("replicates: no sample has two detected reactions of a gene on a plate, early enough",))
    standard, freedom, left = _standardised(cells)
    # one sd for all genes, since cells of one gene are few
    everyone = robust_spread(standard[cells.used], freedom)
    found = [*_spreads(run, cells, standard), *_wells(run, cells, everyone, left), *_failed(run, cells)]
    if not any(one.check == "outlying well" for one in found):
        found.append(
            Finding(
                "outlying well", f"{int(cells.used.sum())} wells", "pass", 0.0, "wells",
                f"none is further than {limit.WELL_TO_LOOK:g} cycles from its replicates and beyond chance",
            )
        )  # fmt: skip
    return Checked(tuple(found))


def _cells(run: Run) -> _Cells | None:
    at = np.flatnonzero(run.of("unknown", "standard"))
    is_standard = run.task[at] == "standard"
    named = (run.sample[at] != "") | is_standard
    at, is_standard = at[named], is_standard[named]
    if not len(at):
        return None
    keys: dict[object, int] = {}
    cell = np.array(
        [
            keys.setdefault(
                (run.plate[k], run.gene[k], ("standard", run.quantity[k]) if standard else run.sample[k]), len(keys)
            )
            for k, standard in zip(at.tolist(), is_standard.tolist(), strict=True)
        ],
        dtype=np.int64,
    )
    ct = run.ct_cycles[at]
    median = np.full(len(keys), np.inf)
    for c in range(len(keys)):
        own = ct[(cell == c) & np.isfinite(ct)]
        median[c] = np.median(own) if len(own) else np.inf
    early = median <= late_from(run.cycle_limit)
    return _Cells(at, cell, np.bincount(cell, minlength=len(keys)), early, ct)


def _standardised(cells: _Cells) -> tuple[np.ndarray, float, np.ndarray]:
    """Deviations of used reactions from the mean of their cell, with variance 1 at sd 1, and degrees of freedom.

    Last, the distance of each from the mean of the others [cycles].
    """
    used, cell, number = cells.used, cells.cell, len(cells.size)
    seen = np.bincount(cell[used], minlength=number)
    mean = np.bincount(cell[used], weights=cells.ct[used], minlength=number) / np.maximum(seen, 1)
    count = seen[cell]
    with np.errstate(invalid="ignore"):
        deviation = cells.ct - mean[cell]
        standard = np.where(used, deviation / np.sqrt(1.0 - 1.0 / np.maximum(count, 2)), np.nan)
        distance = np.where(used, deviation * count / np.maximum(count - 1, 1), np.nan)
    return standard, float((seen[seen > 1] - 1).sum()), distance


def _spreads(run: Run, cells: _Cells, standard: np.ndarray) -> Iterator[Finding]:
    genes = run.gene[cells.at]
    for gene in dict.fromkeys(genes.tolist()):
        own = cells.used & (genes == gene)
        if not own.any():
            continue
        freedom = float(own.sum() - len(np.unique(cells.cell[own])))
        spread = robust_spread(standard[own], freedom)
        status = graded(spread.low > limit.SD_TO_LOOK, spread.low > limit.SD_TO_FAIL)
        reason = f"of {int(own.sum())} reactions, by their median deviation; above {limit.SD_TO_LOOK:g} is looked at"
        effect = f"a mean of two reactions is off by a factor of {2**spread.sd:.2g} (1 in 6)"
        yield Finding(
            "replicate spread", str(gene), status, spread.sd, "cycles (sd)", reason, effect, spread.low, spread.high
        )


def _wells(run: Run, cells: _Cells, everyone: Spread, distance: np.ndarray) -> Iterator[Finding]:
    used = np.flatnonzero(cells.used)
    count = np.bincount(cells.cell[used], minlength=len(cells.size))
    centre = np.array([np.median(cells.ct[cells.used & (cells.cell == c)]) if n else 0.0 for c, n in enumerate(count)])
    copies = np.exp2(ONE_COPY_CYCLES - centre[cells.cell])
    variance = everyone.sd**2 + VARIANCE_OF_ONE_COPY / np.maximum(copies, 1.0)
    error = np.sqrt(variance * count[cells.cell] / np.maximum(count[cells.cell] - 1, 1))
    far = sure_quantile(int((count > 1).sum()) * 2, everyone.degrees_of_freedom) * error
    for c in np.flatnonzero(count > 1).tolist():
        own = np.flatnonzero(cells.used & (cells.cell == c))
        at = own[int(np.argmax(np.abs(cells.ct[own] - centre[c])))]  # of two, either
        gap = float(distance[at])
        if abs(gap) <= max(limit.WELL_TO_LOOK, float(far[at])):
            continue
        size = int(count[c])
        named = tuple(cells.at[own].tolist()) if size == 2 else (int(cells.at[at]),)
        status: Status = "fail" if abs(gap) > limit.WELL_TO_FAIL else "look"
        if size == 2:
            first, second = (int(cells.at[k]) for k in own.tolist())
            place = run.named(first, f"{run.well[first]} and {run.well[second]}" * bool(run.well[first]))
            reason = (
                f"two replicates differ by {abs(gap):.2f} cycles, {_at(cells.ct[own])}; they do not tell which is off"
            )
            effect = f"their mean is off by {abs(gap) / 2:.2f} cycles, a factor of {2 ** (abs(gap) / 2):.2g}"
        else:
            place = run.named(int(cells.at[at]))
            others = own[own != at]
            reason = f"at {cells.ct[at]:.1f}, its {size - 1} replicates {_at(cells.ct[others])}"
            effect = f"moves the mean of its sample by {abs(gap) / size:.2f} cycles unless it is left out"
        yield Finding("outlying well", place, status, gap, "cycles", reason, effect, wells=named)


def _at(cts: np.ndarray) -> str:
    return "at " + ", ".join(f"{ct:.1f}" for ct in cts.tolist())


def _failed(run: Run, cells: _Cells) -> Iterator[Finding]:
    """Reactions that were not detected beside early replicates."""
    for k in np.flatnonzero(~np.isfinite(cells.ct) & cells.is_early[cells.cell]).tolist():
        others = cells.ct[(cells.cell == cells.cell[k]) & np.isfinite(cells.ct)]
        yield Finding(
            "outlying well", run.named(int(cells.at[k])), "fail", np.inf, "cycles",
            f"not detected, its replicates {_at(others)}: the reaction failed",
            "taken as a true result it pulls the level down: exclude the well, or leave its Ct empty",
            wells=(int(cells.at[k]),),
        )  # fmt: skip

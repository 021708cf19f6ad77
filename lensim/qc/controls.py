"""Controls of RT-qPCR: margins of wells without template and without RT, and plate calibrators."""

from collections.abc import Iterator

import numpy as np

from lensim.expression.read.role_names import sample_with_rt
from lensim.qc import thresholds as limit
from lensim.qc.evidence import SD_OF_READING, sure_quantile
from lensim.qc.finding import Checked, Finding, graded
from lensim.qc.run import Run


def check_margins(run: Run) -> Checked:
    """How much earlier than the controls the latest sample comes, gene by gene on each plate.

    A sample without RT is compared with the same sample of that gene, where its name has one. An undetected control
    comes after the cycle limit, so its margin is a bound.
    """
    found, without = [], []
    for task, check, what in (
        ("no_template", "no-template margin", "wells without template"),
        ("no_rt", "no-RT margin", "wells without reverse transcriptase"),
    ):
        controls = run.of(task)
        if not controls.any():
            without.append(f"{check}: the files name no {what}")
            continue
        found += list(_margins(run, task, check))
        bare = [gene for gene in run.genes if not (controls & (run.gene == gene)).any()]
        if bare:
            without.append(f"{check}: no {what} of {', '.join(bare)}")
    return Checked(tuple(found), tuple(without))


def _margins(run: Run, task: str, check: str) -> Iterator[Finding]:
    controls, samples = run.of(task), run.of("unknown") & np.isfinite(run.ct_cycles)
    own_sample = task == "no_rt"
    places = {
        (run.gene[at], run.plate[at], run.sample[at] if own_sample else "") for at in np.flatnonzero(controls).tolist()
    }
    for gene, plate, sample in sorted(places, key=lambda place: tuple(map(str, place))):
        own = controls & (run.gene == gene) & (run.plate == plate)
        beside = samples & (run.gene == gene)
        if own_sample and sample:
            own = own & (run.sample == sample)
            same = beside & ((run.sample == sample) | (run.sample == sample_with_rt(str(sample))))
            beside = same if same.any() else beside
        elif (beside & (run.plate == plate)).any():
            beside = beside & (run.plate == plate)
        if not beside.any():
            continue
        place = ", ".join(str(part) for part in (plate, gene, sample) if part)
        yield _margin(run.ct_cycles[own], float(run.ct_cycles[beside].max()), run.cycle_limit, check, place)


def _margin(controls: np.ndarray, latest: float, cycles: float, check: str, place: str) -> Finding:
    seen = controls[np.isfinite(controls)]
    if not len(seen):
        margin = cycles - latest
        reason = f"none of {len(controls)} came by cycle {cycles:g}; the latest sample came at {latest:.1f}"
        return Finding(check, place, "pass", margin, "cycles", reason, "", margin, np.inf)
    earliest = float(seen.min())
    margin = earliest - latest
    status = graded(margin < limit.MARGIN_CYCLES, margin < limit.LEAST_MARGIN_CYCLES)
    share = min(100.0, 100.0 * 2.0**-margin)
    reason = (
        f"{len(seen)} of {len(controls)} came, the earliest at {earliest:.1f}, the latest sample at {latest:.1f}; "
        f"{limit.MARGIN_CYCLES:g} cycles are wanted"
    )
    effect = f"up to {share:.2g}% of the signal of the latest sample is not its own"
    return Finding(check, place, status, margin, "cycles", reason, effect)


def check_calibrators(run: Run) -> Checked:
    """The shift of each plate by the sample that is on all plates, gene by gene, against the mean of the plates."""
    plates = list(dict.fromkeys(run.plate.tolist()))
    used = run.of("plate_calibrator") & np.isfinite(run.ct_cycles)
    if len(plates) < 2:
        return Checked((), ("plate calibrators: one plate",))
    if not used.any():
        return Checked((), ("plate calibrators: no wells of one sample on all plates",))
    shifts = {
        gene: own for gene in run.genes if len(own := _shifts_of_gene(run, used & (run.gene == gene), plates)) > 1
    }
    number = sum(map(len, shifts.values()))
    found = [_shift(f"{plate}, {gene}", *shift, number) for gene, own in shifts.items() for plate, shift in own.items()]
    lacking = [
        f"{g} on {p}" for g in shifts for p in plates if p not in shifts[g] and (run.gene[run.plate == p] == g).any()
    ]
    return Checked(tuple(found), (f"plate calibrators: none for {', '.join(lacking)}",) if lacking else ())


def _shifts_of_gene(run: Run, own: np.ndarray, plates: list[str]) -> dict[str, tuple[float, float, float]]:
    """Shift, its error and its degrees of freedom of each plate."""
    cts = {plate: run.ct_cycles[own & (run.plate == plate)] for plate in plates}
    cts = {plate: ct for plate, ct in cts.items() if len(ct)}
    freedom = sum(len(ct) - 1 for ct in cts.values())
    square = sum(float(((ct - ct.mean()) ** 2).sum()) for ct in cts.values())
    sd = max(np.sqrt(square / freedom), SD_OF_READING / 2.0) if freedom else SD_OF_READING
    if len(cts) < 2:
        return {}
    centre = float(np.mean([ct.mean() for ct in cts.values()]))
    return {
        plate: (float(ct.mean()) - centre, float(sd / np.sqrt(len(ct))), float(freedom or np.inf))
        for plate, ct in cts.items()
    }


def _shift(place: str, shift: float, error: float, freedom: float, number: int) -> Finding:
    far, reach = sure_quantile(number, freedom) * error, sure_quantile(1, freedom, 0.05) * error
    status = graded(abs(shift) > max(limit.SHIFT_TO_LOOK, far), abs(shift) - reach > limit.SHIFT_TO_FAIL)
    reason = f"the calibrator comes {shift:+.2f} cycles from its mean over plates; {limit.SHIFT_TO_LOOK:g} are usual"
    factor = f"{2.0 ** abs(shift):.2g}"
    effect = f"without correction, fold changes across plates are off by a factor of {factor}; readers correct it"
    return Finding(
        "plate calibrator", place, status, shift, "cycles", reason, effect, shift - reach,
        shift + reach,
    )  # fmt: skip

"""Rules that the wells of a bioassay must follow together, whether they come from a file or from Python."""

from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.plain_text import shown

FEWEST_STANDARDS: Final = 4
LARGEST_OD: Final = 10.0
FAR_OFF: Final = 0.3
BELOW_BLANK_OD: Final = (
    0.05  # a dead culture is a little above its blank; noise may put it a little below, never so far
)

VARIABLES: Final[dict[str, tuple[str, ...]]] = {
    v.ROLE: (v.WELL,),
    v.OPTICAL_DENSITY: (v.WELL,),
    v.CONCENTRATION: (v.WELL,),
    v.DILUTION: (v.WELL,),
    v.MEDIUM_OF_WELL: (v.WELL,),
    v.PLATE_OF_WELL: (v.WELL,),
    v.LINE_OF_MEDIUM: (v.MEDIUM,),
    v.CONDITION_OF_MEDIUM: (v.MEDIUM,),
    v.EXPERIMENT_OF_MEDIUM: (v.MEDIUM,),
    v.IS_CONTROL: (v.CONDITION,),
}


def require_bioassay(data: xr.Dataset, user: str) -> None:
    """Refuse a Dataset that is no bioassay, or whose wells cannot be calibrated.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, a number is not finite, not one condition is the control, or with
        every fault of `faults_of`.
    """
    checks.has_variables(data, VARIABLES, user)
    role = data[v.ROLE].to_numpy()
    for word in np.unique(role):
        checks.one_of(v.ROLE, str(word), (STANDARD, SAMPLE, BLANK))
    checks.finite(v.OPTICAL_DENSITY, data[v.OPTICAL_DENSITY].to_numpy())
    checks.finite(f"{v.CONCENTRATION} of standards", data[v.CONCENTRATION].to_numpy()[role == STANDARD])
    checks.finite(f"{v.DILUTION} of samples", data[v.DILUTION].to_numpy()[role == SAMPLE])
    if int((data[v.IS_CONTROL] == 1).sum()) != 1:
        raise checks.InputError(f"{v.IS_CONTROL} must mark one condition, got {int((data[v.IS_CONTROL] == 1).sum())}")
    faults = faults_of(data)
    if faults:
        raise checks.InputError("\n".join(faults))


def faults_of(data: xr.Dataset) -> list[str]:
    """Every fault of the wells together, one sentence each; none where they can be calibrated.

    A plate with samples needs four concentrations of standards above 0, whose signal falls as TNF rises and is above
    the blanks'; no well with cells may lie far below the blanks of its plate.
    """
    role, plate = data[v.ROLE].to_numpy(), data[v.PLATE_OF_WELL].to_numpy()
    od, tnf = data[v.OPTICAL_DENSITY].to_numpy(), data[v.CONCENTRATION].to_numpy()
    names = [str(name) for name in data[v.PLATE].to_numpy()]
    if not (role == SAMPLE).any():
        return ["there must be at least one sample, got none"]
    if not (role == STANDARD).any():
        return [
            "there must be standards of known concentration, got none: without them no concentration can be estimated"
        ]
    faults = []
    for at in np.unique(plate[role == SAMPLE]):
        own = (plate == at) & (role == STANDARD)
        positive = np.unique(tnf[own & (tnf > 0)])
        if len(positive) < FEWEST_STANDARDS:
            got = ", ".join(f"{c:g}" for c in positive) or "none"
            faults.append(
                f"plate {names[at]} has samples and must have at least {FEWEST_STANDARDS} different concentrations of "
                f"standards above 0, got {len(positive)} ({got})"
            )
            continue
        low, high = od[own & (tnf <= positive[0])].mean(), od[own & (tnf >= positive[-2])].mean()
        if not low > high:
            faults.append(
                f"optical density must fall as TNF rises on plate {names[at]}, got {low:.3g} at the lowest standards "
                f"and {high:.3g} at the highest: is this a signal of dead cells?"
            )
        faults += _against_blanks(data, int(at), float(low), names[at])
    return faults


def out_of_order(data: xr.Dataset) -> list[str]:
    """Standards whose signal lies far off where their neighbours' are, as where a concentration is misread.

    A level is far off where it is more than `FAR_OFF` of the plate's range, and four standard errors of a level,
    outside what those below and above it span; of several on a plate the farthest is named.
    """
    plate, tnf, od = (data[name].to_numpy() for name in (v.PLATE_OF_WELL, v.CONCENTRATION, v.OPTICAL_DENSITY))
    standard = data[v.ROLE].to_numpy() == STANDARD
    faults = []
    for at, name in enumerate(data[v.PLATE].to_numpy()):
        own = standard & (plate == at) & np.isfinite(od)
        levels = np.unique(tnf[own])
        groups = [od[own & (tnf == level)] for level in levels]
        if len(levels) < FEWEST_STANDARDS:
            continue
        means = np.array([group.mean() for group in groups])
        spread = [group.var(ddof=1) for group in groups if len(group) > 1]
        error = np.sqrt(np.mean(spread) / np.mean([len(group) for group in groups])) if spread else 0.0
        off = np.array([_beyond(means, k) for k in range(len(means))])
        worst = int(off.argmax())
        if off[worst] > max(FAR_OFF * np.ptp(means), 4.0 * error):
            near = " and ".join(
                f"{means[k]:.3g} at {levels[k]:g}" for k in (worst - 1, worst + 1) if 0 <= k < len(means)
            )
            faults.append(
                f"standards of {levels[worst]:g} pg/ml on plate {name} have an optical density of {means[worst]:.3g}, "
                f"out of order with their neighbours ({near}): correct the concentration, or give these wells the "
                "role ignored"
            )
    return faults


def _beyond(means: np.ndarray, at: int) -> float:
    """How far one of falling means lies outside the others, which are put in order by themselves."""
    before, after = np.median(means[max(at - 2, 0) : at] if at else means[at]), means[at + 1 : at + 3]
    upper = before if at else np.inf
    lower = np.median(after) if len(after) else -np.inf
    if lower > upper:
        return 0.0
    return float(max(means[at] - upper, lower - means[at], 0.0))


def _against_blanks(data: xr.Dataset, plate: int, low: float, name: str) -> list[str]:
    here = data[v.PLATE_OF_WELL].to_numpy() == plate
    role, od = data[v.ROLE].to_numpy(), data[v.OPTICAL_DENSITY].to_numpy()
    blanks = od[here & (role == BLANK)]
    if not len(blanks):
        return []
    blank = float(blanks.mean())
    if not low > blank:
        return [
            f"cells on plate {name} must have an optical density above the blanks', got {low:.3g} at the lowest "
            f"standards and {blank:.3g} in the blanks"
        ]
    wells = data[v.WELL_NAME].to_numpy() if v.WELL_NAME in data else None
    return [
        f"well {wells[at] if wells is not None and wells[at] else at} of plate {name} must not lie far below the "
        f"blanks, got {od[at] - blank:.3g} after the mean blank of {blank:.3g}: is it a blank itself?"
        for at in np.flatnonzero(here & (role != BLANK) & (od < blank - BELOW_BLANK_OD))
    ]


def calibrated_range(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest TNF of each medium that its standards bracket (medium, medium) [pg/ml].

    The standards above 0 of its plates, times its smallest and its largest dilution there.
    """
    role, plate, medium = (data[name].to_numpy() for name in (v.ROLE, v.PLATE_OF_WELL, v.MEDIUM_OF_WELL))
    tnf, dilution = data[v.CONCENTRATION].to_numpy(), data[v.DILUTION].to_numpy()
    low, high = np.full(data.sizes[v.MEDIUM], np.inf), np.zeros(data.sizes[v.MEDIUM])
    for at in np.unique(plate):
        standards = tnf[(plate == at) & (role == STANDARD) & (tnf > 0)]
        samples = (plate == at) & (role == SAMPLE)
        for own in np.unique(medium[samples & (medium >= 0)]) if standards.size else ():
            factors = dilution[samples & (medium == own)]
            low[own] = min(low[own], standards.min() * factors.min())
            high[own] = max(high[own], standards.max() * factors.max())
    if (without := np.flatnonzero(high == 0.0)).size:
        raise checks.InputError(
            f"every medium must have a sample well beside standards above 0, got none of {_medium(data, without[0])}"
        )
    return low, high


def _medium(data: xr.Dataset, at: int) -> str:
    return shown(str(data[v.MEDIUM].to_numpy()[at]))

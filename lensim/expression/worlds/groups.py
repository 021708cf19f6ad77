"""Worlds of groups of different subjects: a table of log2 levels, one a subject and target, of two groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import xarray as xr
from scipy import stats

from lensim import checks
from lensim import vocabulary as v
from lensim.bounds import require_figures, require_spreads

Shape = Literal["normal", "heavy", "skewed", "two_kinds"]
GROUPS: Final = ("control", "treated")
RATIO: Final = "log2_ratio_of_groups"
COMPARISON: Final = f"{GROUPS[1]} over {GROUPS[0]}"
HEAVY_FREEDOM: Final = 3.0
KINDS_APART: Final = 1.0
"""Half the distance between treated subjects that respond and those that do not [log2]."""
OTHER_DAY: Final = 0.2
"""Share of a group that is measured on the day of the other."""


@dataclass(frozen=True)
class GroupWorld:
    """Levels of a control and a treated group of different subjects; the defaults are the world with nothing odd.

    All numbers are assumed: sizes that laboratories report, not fits to data. Levels are over the references, as read
    from a table; the error of reading is a part of the spread of subjects.

    Attributes
    ----------
    name, words
        How tables call it, and what is changed, in a sentence.
    controls, treated, targets
        Subjects of each group; targets, each with its own mean and ratio.
    sd_controls, sd_treated
        Spread of subjects of each group [log2].
    shape
        Of subjects around the mean of their group. "heavy": Student's t with 3 degrees of freedom, "skewed":
        exponential, to high levels, both with the same sd. "two_kinds": each treated subject lies 1 above or below the
        mean, as where half respond, and normally around that.
    outlying, outlying_log2
        Treated subjects whose levels are all too low, as of a tube that was lost in part, and by how much.
    sd_day
        Of the levels of a target between two days; most controls are measured on the one, most treated on the other.
    undetected
        Share of control subjects in which a target is too low to be detected; those levels are lacking, also of
        treated subjects below the same level.
    """

    name: str = "groups of five"
    words: str = "Five controls and five treated subjects, three targets, a spread of 0.6 log2; nothing odd."
    controls: int = 5
    treated: int = 5
    targets: int = 3
    sd_controls: float = 0.6
    sd_treated: float = 0.6
    shape: Shape = "normal"
    outlying: int = 0
    outlying_log2: float = 3.0
    sd_day: float = 0.0
    undetected: float = 0.0

    def __post_init__(self) -> None:
        require_figures(self)
        require_spreads(self)
        checks.one_of("GroupWorld.shape", self.shape, get_args(Shape))
        for name in ("controls", "treated", "targets"):
            checks.at_least(f"GroupWorld.{name}", getattr(self, name), 1)
        checks.between("GroupWorld.undetected", self.undetected, 0.0, 0.9)


def simulate_groups(world: GroupWorld, rng: np.random.Generator) -> tuple[xr.Dataset, xr.Dataset]:
    """Truth and data of one study of a world.

        level = mean of its group + sd * shape + day - outlying_log2 where outlying

    Means of controls are Normal(-3, 2), log2 ratios Normal(0, 1). The truth is the mean and the sd of all subjects to
    come of a group, without days, without what went wrong with a tube, and without a limit of detection.

    Returns
    -------
    tuple
        Truth with log2_ratio_of_groups (target, comparison), mean_log2_level and sd_log2_between_subjects (target,
        group); data as the reader gives a table of levels, without those that were not detected.
    """
    of_means, of_subjects, of_days = rng.spawn(3)
    control = -3.0 + 2.0 * of_means.standard_normal(world.targets)
    change = of_means.standard_normal(world.targets)
    mean = np.stack([control, control + change], axis=1)
    group = np.repeat([0, 1], [world.controls, world.treated])
    sd = np.array([world.sd_controls, world.sd_treated])
    away = sd[group] * _shape(world, of_subjects, (world.targets, len(group)))
    spread = sd.copy()
    if world.shape == "two_kinds":
        away += KINDS_APART * (group == 1) * of_subjects.choice([-1.0, 1.0], away.shape)
        spread[1] = np.hypot(sd[1], KINDS_APART)
    level = mean[:, group] + away - world.outlying_log2 * _outlying(world)
    level += world.sd_day * of_days.standard_normal((world.targets, 1)) * _day(world)
    limit = control + world.sd_controls * stats.norm.ppf(world.undetected)
    names = [f"target {1 + k}" for k in range(world.targets)]
    of_group = (v.TARGET, v.GROUP)
    truth = xr.Dataset(
        {
            RATIO: ((v.TARGET, "comparison"), change[:, None]),
            v.MEAN_LEVEL: (of_group, mean),
            v.SD_SUBJECTS: (of_group, np.broadcast_to(spread, mean.shape)),
        },
        coords={v.TARGET: names, v.GROUP: list(GROUPS), "comparison": [COMPARISON]},
        attrs={v.ASSAY: v.EXPRESSION},
    )
    return truth, _table(level, level >= limit[:, None], group, names)


def _shape(world: GroupWorld, rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Deviations of subjects, of mean 0 and sd 1."""
    if world.shape == "heavy":
        return np.asarray(rng.standard_t(HEAVY_FREEDOM, size) / np.sqrt(HEAVY_FREEDOM / (HEAVY_FREEDOM - 2.0)))
    if world.shape == "skewed":
        return np.asarray(rng.exponential(1.0, size) - 1.0)
    return np.asarray(rng.standard_normal(size))


def _outlying(world: GroupWorld) -> np.ndarray:
    """Which subjects outlie: the first of the treated."""
    at = np.arange(world.controls + world.treated)
    return np.asarray((at >= world.controls) & (at < world.controls + world.outlying))


def _day(world: GroupWorld) -> np.ndarray:
    """Day of each subject, 0 or 1: a few of each group are measured on the day of the other."""
    days = []
    for number, usual in ((world.controls, 0), (world.treated, 1)):
        others = round(OTHER_DAY * number)
        days.append(np.r_[np.full(others, 1 - usual), np.full(number - others, usual)])
    return np.concatenate(days)


def _table(level: np.ndarray, is_there: np.ndarray, group: np.ndarray, targets: list[str]) -> xr.Dataset:
    """Levels that are there, as the reader gives them; their errors are not known (0), as in most tables."""
    target, subject = np.nonzero(is_there)
    return xr.Dataset(
        {
            v.SUBJECT_LEVEL: (v.LEVEL, level[target, subject], {"units": v.UNITS[v.SUBJECT_LEVEL]}),
            v.SUBJECT_LEVEL_SD: (v.LEVEL, np.zeros(len(target)), {"units": "log2"}),
            v.TARGET_OF_LEVEL: (v.LEVEL, target),
            v.SUBJECT_OF_LEVEL: (v.LEVEL, subject),
            v.GROUP_OF_SUBJECT: (v.SUBJECT, group),
            v.CELL_TYPE_OF_GROUP: (v.GROUP, np.zeros(2, dtype=int)),
            v.CONDITION_OF_GROUP: (v.GROUP, np.arange(2)),
            v.IS_CONTROL: (v.CONDITION, np.array([1, 0])),
        },
        coords={
            v.TARGET: targets,
            v.SUBJECT: [f"donor {1 + k}" for k in range(len(group))],
            v.GROUP: list(GROUPS),
            v.CONDITION: list(GROUPS),
            v.CELL_TYPE: ["donors"],
        },
        attrs={v.ASSAY: v.EXPRESSION, "rows_without_ratio": int(np.sum(~is_there))},
    )


WORLDS_OF_GROUPS: Final[Mapping[str, GroupWorld]] = {
    world.name: world
    for world in (
        GroupWorld(),
        GroupWorld("groups of three", "Three controls and three treated subjects.", controls=3, treated=3),
        GroupWorld("groups nearly alike within", "Subjects differ by 0.1 log2 alone.", sd_controls=0.1, sd_treated=0.1),
        GroupWorld(
            "unequal spreads of groups",
            "Spreads of 0.3 log2 in controls and 1.2 in treated subjects.",
            sd_controls=0.3,
            sd_treated=1.2,
        ),
        GroupWorld("unequal groups", "Three controls and twelve treated subjects.", controls=3, treated=12),
        GroupWorld(
            "unequal groups, the small one varies more",
            "Three controls with a spread of 1.2 log2, twelve treated subjects with 0.3.",
            controls=3,
            treated=12,
            sd_controls=1.2,
            sd_treated=0.3,
        ),
        GroupWorld(
            "heavy-tailed subjects", "Subjects lie around their mean as t with 3 degrees of freedom.", shape="heavy"
        ),
        GroupWorld("skewed subjects", "Subjects lie around their mean as an exponential, to high.", shape="skewed"),
        GroupWorld(
            "skewed subjects, unequal groups",
            "The same, with three controls and twelve treated subjects.",
            controls=3,
            treated=12,
            shape="skewed",
        ),
        GroupWorld(
            "half of the treated respond", "Treated subjects lie 1 log2 above or below their mean.", shape="two_kinds"
        ),
        GroupWorld("one outlying subject", "All levels of one treated subject are 3 log2 too low.", outlying=1),
        GroupWorld(
            "days beside groups",
            "Two days differ by 0.7 log2; four of five controls are of the one, four of five treated of the other.",
            sd_day=0.7,
        ),
        GroupWorld(
            "low levels not detected",
            "Levels in the lowest 40% of controls are not detected and are lacking, in treated subjects too.",
            undetected=0.4,
        ),
    )
}

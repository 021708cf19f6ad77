"""What groups, variables and coordinates of a result must be, as tables; a result that is read is held against them.

The digest of a file tells that it was damaged, but not that another program wrote it or changed what it holds. Tables,
figures and power index the data by positions that stand in the file, and match draws to data by place: with other
dims, names or positions they would break off, or tell numbers of one line under the name of another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.plain_text import one_line, shown

POSTERIOR: Final = "posterior"
OBSERVATIONS: Final = "observations"
MOVES: Final = "prior_sensitivity"
OF_DRAWS: Final = ("chain", "draw")
LARGEST_LOG: Final = 300.0
"""The largest logarithm, or other figure of a curve, of which powers are still numbers."""
MOST: Final = 1e15
FAULTS_SHOWN: Final = 3


@dataclass(frozen=True)
class Numbers:
    """Numbers along some dims, each within bounds; also NaN where `has_gaps`, and whole ones where `is_whole`."""

    dims: tuple[str, ...]
    low: float = -MOST
    high: float = MOST
    has_gaps: bool = False
    is_whole: bool = False


@dataclass(frozen=True)
class Positions:
    """Positions along the dim `of`, from 0, or from `low`."""

    dims: tuple[str, ...]
    of: str
    low: int = 0


@dataclass(frozen=True)
class Texts:
    """Texts along some dims."""

    dims: tuple[str, ...]


Part = Numbers | Positions | Texts


def _flags(dim: str) -> Numbers:
    return Numbers((dim,), 0, 1, is_whole=True)


OBSERVED: Final[Mapping[str, Part]] = {
    v.SIGNAL: Numbers((v.WELL,)),
    v.BLANK_SIGNAL: Numbers((v.BLANK,)),
    v.VIABILITY: Numbers((v.WELL,)),
    v.DOSE: Numbers((v.WELL,), low=0.0, high=1e12),
    v.PLATE_ROW: Numbers((v.WELL,), 0, 1000, is_whole=True),
    v.PLATE_COLUMN: Numbers((v.WELL,), 0, 1000, is_whole=True),
    v.BLANK_ROW: Numbers((v.BLANK,), 0, 1000, is_whole=True),
    v.BLANK_COLUMN: Numbers((v.BLANK,), 0, 1000, is_whole=True),
    v.CULTURE_OF_WELL: Positions((v.WELL,), v.CULTURE),
    v.PLATE_OF_BLANK: Positions((v.BLANK,), v.PLATE),
    v.LINE_OF_CULTURE: Positions((v.CULTURE,), v.CELL_LINE),
    v.EXPERIMENT_OF_CULTURE: Positions((v.CULTURE,), v.EXPERIMENT),
    v.PLATE_OF_CULTURE: Positions((v.CULTURE,), v.PLATE),
    v.GROUP_OF_LINE: Positions((v.CELL_LINE,), v.MOLECULAR_GROUP),
    v.LINE_OF_CURVE: Texts((v.CELL_LINE,)),
    v.PARENT_OF_CURVE: Texts((v.CELL_LINE,)),
    v.CONDITION_OF_CURVE: Texts((v.CELL_LINE,)),
    v.TIME_ZERO_SIGNAL: Numbers((v.TIME_ZERO,)),
    v.TIME_ZERO_BLANK_SIGNAL: Numbers((v.TIME_ZERO_BLANK,)),
    v.TIME_ZERO_WELL_NAME: Texts((v.TIME_ZERO,)),
    v.SEEDING_OF_TIME_ZERO: Positions((v.TIME_ZERO,), v.SEEDING),
    v.PLATE_OF_TIME_ZERO: Positions((v.TIME_ZERO,), v.TIME_ZERO_PLATE),
    v.PLATE_OF_TIME_ZERO_BLANK: Positions((v.TIME_ZERO_BLANK,), v.TIME_ZERO_PLATE),
    v.SEEDING_OF_CULTURE: Positions((v.CULTURE,), v.SEEDING, low=-1),
    v.LINE_OF_SEEDING: Texts((v.SEEDING,)),
    v.CONDITION_OF_SEEDING: Texts((v.SEEDING,)),
    v.EXPERIMENT_OF_SEEDING: Texts((v.SEEDING,)),
    v.ASSAY_HOURS: Numbers((), low=0.0),
    v.CT: Numbers((v.REACTION,), -1000.0, 1000.0, has_gaps=True),
    v.GENE_OF_REACTION: Positions((v.REACTION,), v.GENE),
    v.SAMPLE_OF_REACTION: Positions((v.REACTION,), v.SAMPLE),
    v.PLATE_OF_REACTION: Positions((v.REACTION,), v.PLATE),
    v.STANDARD_CT: Numbers((v.STANDARD,), -1000.0, 1000.0, has_gaps=True),
    v.STANDARD_QUANTITY: Numbers((v.STANDARD,), 0.0),
    v.GENE_OF_STANDARD: Positions((v.STANDARD,), v.GENE),
    v.PLATE_OF_STANDARD: Positions((v.STANDARD,), v.PLATE),
    v.NO_TEMPLATE_CT: Numbers((v.NO_TEMPLATE,), -1000.0, 1000.0, has_gaps=True),
    v.GENE_OF_NO_TEMPLATE: Positions((v.NO_TEMPLATE,), v.GENE),
    v.PLATE_OF_NO_TEMPLATE: Positions((v.NO_TEMPLATE,), v.PLATE),
    v.STANDARD_WELL: Texts((v.STANDARD,)),
    v.NO_TEMPLATE_WELL: Texts((v.NO_TEMPLATE,)),
    v.NO_RT_CT: Numbers((v.NO_RT,), -1000.0, 1000.0, has_gaps=True),
    v.GENE_OF_NO_RT: Positions((v.NO_RT,), v.GENE),
    v.PLATE_OF_NO_RT: Positions((v.NO_RT,), v.PLATE),
    v.NO_RT_WELL: Texts((v.NO_RT,)),
    v.NO_RT_SAMPLE: Texts((v.NO_RT,)),
    v.SAMPLE_NAME: Texts((v.REACTION,)),
    v.SUBJECT_OF_SAMPLE: Positions((v.SAMPLE,), v.SUBJECT),
    v.CONDITION_OF_SAMPLE: Positions((v.SAMPLE,), v.CONDITION),
    v.EXPERIMENT_OF_SAMPLE: Positions((v.SAMPLE,), v.EXPERIMENT),
    v.CELL_TYPE_OF_SUBJECT: Positions((v.SUBJECT,), v.CELL_TYPE),
    v.IS_REFERENCE: _flags(v.GENE),
    v.IS_CONTROL: _flags(v.CONDITION),
    v.STATED_FACTOR: Numbers((v.GENE,), 0.0, 100.0, has_gaps=True),
    v.STATED_FACTOR_SD: Numbers((v.GENE,), 0.0, 100.0, has_gaps=True),
    v.CYCLE_LIMIT: Numbers((), 0.0, 1000.0),
    v.LOG2_RATIO: Numbers((v.PAIR,), -LARGEST_LOG, LARGEST_LOG),
    v.LOG2_RATIO_SD: Numbers((v.PAIR,), 0.0),
    v.REFERENCE_RESPONSE_SD: Numbers((v.CONTRAST,), 0.0),
    v.TARGET_OF_PAIR: Positions((v.PAIR,), v.TARGET),
    v.SUBJECT_OF_PAIR: Positions((v.PAIR,), v.SUBJECT),
    v.CONTRAST_OF_PAIR: Positions((v.PAIR,), v.CONTRAST),
    v.EXPERIMENT_OF_PAIR: Positions((v.PAIR,), v.EXPERIMENT),
    v.SUBJECT_LEVEL: Numbers((v.LEVEL,), -LARGEST_LOG, LARGEST_LOG),
    v.SUBJECT_LEVEL_SD: Numbers((v.LEVEL,), 0.0),
    v.TARGET_OF_LEVEL: Positions((v.LEVEL,), v.TARGET),
    v.SUBJECT_OF_LEVEL: Positions((v.LEVEL,), v.SUBJECT),
    v.GROUP_OF_SUBJECT: Positions((v.SUBJECT,), v.GROUP),
    v.GROUP_OF_LEVEL: Positions((v.LEVEL,), v.GROUP),
    v.CELL_TYPE_OF_GROUP: Positions((v.GROUP,), v.CELL_TYPE),
    v.CONDITION_OF_GROUP: Positions((v.GROUP,), v.CONDITION),
    v.ROLE: Texts((v.WELL,)),
    v.OPTICAL_DENSITY: Numbers((v.WELL,)),
    v.CONCENTRATION: Numbers((v.WELL,), low=0.0, high=1e12, has_gaps=True),
    v.DILUTION: Numbers((v.WELL,), low=1e-12, high=1e12, has_gaps=True),
    v.MEDIUM_OF_WELL: Positions((v.WELL,), v.MEDIUM, low=-1),
    v.PLATE_OF_WELL: Positions((v.WELL,), v.PLATE),
    v.LINE_OF_MEDIUM: Positions((v.MEDIUM,), v.CELL_LINE),
    v.CONDITION_OF_MEDIUM: Positions((v.MEDIUM,), v.CONDITION),
    v.EXPERIMENT_OF_MEDIUM: Positions((v.MEDIUM,), v.EXPERIMENT),
    v.EVENTS: Numbers((v.TUBE, v.PHASE), 0, is_whole=True),
    v.CULTURE_OF_TUBE: Positions((v.TUBE,), v.CULTURE),
    v.CONDITION_OF_CULTURE: Positions((v.CULTURE,), v.CONDITION),
}
"""Variables of the data of one study; each may be absent; `require_needed` says what tables need."""

_OF_REACTIONS: Final = (
    v.CT, v.CYCLE_LIMIT, v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION, v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE,
    v.EXPERIMENT_OF_SAMPLE, v.CELL_TYPE_OF_SUBJECT, v.IS_REFERENCE, v.IS_CONTROL,
)  # fmt: skip
_OF_RATIOS: Final = (v.LOG2_RATIO, v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR, v.CELL_TYPE_OF_SUBJECT)
_OF_LEVELS: Final = (
    v.SUBJECT_LEVEL, v.TARGET_OF_LEVEL, v.SUBJECT_OF_LEVEL, v.GROUP_OF_SUBJECT, v.CELL_TYPE_OF_GROUP,
    v.CONDITION_OF_GROUP, v.IS_CONTROL,
)  # fmt: skip
_OF_REPEATED_LEVELS: Final = (v.GROUP_OF_LEVEL, *(name for name in _OF_LEVELS if name != v.GROUP_OF_SUBJECT))
NEEDED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    v.DOSE_RESPONSE: ((v.DOSE, v.CULTURE_OF_WELL, v.LINE_OF_CULTURE),),
    v.EXPRESSION: (_OF_REACTIONS, _OF_RATIOS, _OF_REPEATED_LEVELS, _OF_LEVELS),
    v.BIOASSAY: (
        (
            v.ROLE, v.CONCENTRATION, v.DILUTION, v.MEDIUM_OF_WELL, v.PLATE_OF_WELL, v.LINE_OF_MEDIUM,
            v.CONDITION_OF_MEDIUM, v.EXPERIMENT_OF_MEDIUM, v.IS_CONTROL,
        ),
    ),
    v.CELL_CYCLE: ((v.LINE_OF_CULTURE, v.CONDITION_OF_CULTURE, v.EXPERIMENT_OF_CULTURE, v.IS_CONTROL),),
}  # fmt: skip
"""What tables need of the data, by assay: one of these sets, all of it. The first variable of a set tells it."""


def _log(*dims: str) -> Numbers:
    return Numbers(dims, -LARGEST_LOG, LARGEST_LOG)


DRAWN: Final[Mapping[str, Mapping[str, Numbers]]] = {
    v.DOSE_RESPONSE: dict.fromkeys((v.LOG10_EC50, v.LOG_HILL, v.EFFECT), _log(v.CELL_LINE))
    | dict.fromkeys((v.CULTURE_LOG10_EC50, v.CULTURE_LOG_HILL, v.CULTURE_EFFECT), _log(v.CULTURE)),
    v.EXPRESSION: {
        v.LOG2_FOLD_CHANGE: _log(v.TARGET, v.SUBJECT, v.CONTRAST),
        v.LOG2_LEVEL: _log(v.TARGET, v.SUBJECT),
        v.MU_FOLD_CHANGE: _log(v.TARGET, v.CELL_TYPE, v.CONTRAST),
        v.SIGMA_FOLD_CHANGE: Numbers((v.TARGET, v.CELL_TYPE, v.CONTRAST), 0.0, LARGEST_LOG),
        v.LOG2_REFERENCE_FOLD_CHANGE: _log(v.REFERENCE, v.CONTRAST),
        v.SD_BIOLOGICAL: Numbers((v.GENE,), 0.0, LARGEST_LOG),
        v.MEAN_LEVEL: _log(v.TARGET, v.GROUP),
        v.SD_SUBJECTS: Numbers((v.TARGET, v.GROUP), 0.0, LARGEST_LOG),
        v.SD_WITHIN: Numbers((v.TARGET, v.GROUP), 0.0, LARGEST_LOG),
        v.SD_SUBJECT_EFFECT: Numbers((v.TARGET,), 0.0, LARGEST_LOG),
        v.FACTOR_ERROR: _log(v.GENE),
    },
    v.BIOASSAY: {
        v.LOG10_TNF: _log(v.MEDIUM),
        v.LOG10_TNF_OF_LINE: _log(v.CELL_LINE),
        v.LOG2_FOLD_CHANGE: _log(v.CELL_LINE, v.CONTRAST),
    },
    v.CELL_CYCLE: {
        v.PHASE_LOG_RATIO: _log(v.CELL_LINE, v.LATER_PHASE),
        v.PHASE_LOG_RATIO_CHANGE: _log(v.CELL_LINE, v.CONTRAST, v.LATER_PHASE),
        v.DIRICHLET: Numbers((), 0.0),
    },
}
"""Draws that tables are made of, by assay: their dims besides chain and draw, in any order."""

WHOLE: Final = (v.PLATE_ROWS, v.PLATE_COLUMNS, "wells_saturated", "wells_saturated_untreated", "rows_without_ratio")
"""Attrs of the data that are whole numbers of 0 or more."""

NAMED: Final = (
    v.CELL_LINE, v.MOLECULAR_GROUP, v.SUBJECT, v.CELL_TYPE, v.CONDITION, v.CONTRAST, v.GENE, v.TARGET, v.REFERENCE,
    v.MEDIUM, v.PHASE, v.LATER_PHASE, v.GROUP,
)  # fmt: skip
"""Dims whose places have names, each another, and the same in draws and data."""


def faults_of_result(groups: Mapping[str, xr.Dataset], assay: str) -> Iterator[str]:
    """What is not as it must be in a result, in words that go behind the name of its file.

    Parameters
    ----------
    groups
        Groups of the result by name, with a posterior.
    assay
        Its assay; of one that is not lensim's the draws alone are looked at.
    """
    posterior, data = groups[POSTERIOR], groups.get(OBSERVATIONS)
    yield from _faults_of_draws(posterior)
    yield from _faults_of_moves(groups.get(MOVES, xr.Dataset()))
    if assay not in DRAWN:
        return
    for name, part in DRAWN[assay].items():
        if name in posterior.variables:
            yield from _faults_of(posterior, POSTERIOR, name, part)
    if data is None:
        return
    for name, one in OBSERVED.items():
        if name in data.variables:
            yield from _faults_of(data, OBSERVATIONS, name, one)
    if v.IS_CONTROL in data.variables and np.sum(data[v.IS_CONTROL].to_numpy() == 1) != 1:
        yield f"must mark one condition by {v.IS_CONTROL} in its {OBSERVATIONS}, got another number of them"
    for dim in NAMED:
        yield from _faults_of_names(posterior, data, dim)
    yield from _faults_of_attrs(data)


def require_parts(result: xr.DataTree, place: str) -> None:
    """Refuse a result with other dims, numbers, positions, names or attrs than a fit has.

    Raises
    ------
    InputError
        With the first faults, each behind `place`.
    """
    groups = {name: group.to_dataset() for name, group in result.children.items()}
    faults = list(faults_of_result(groups, str(result.attrs.get(v.ASSAY, ""))))
    if not is_whole(result.attrs.get("seed", 0)):
        faults.append(f"must have a whole number of 0 or more as its seed, got {shown(result.attrs['seed'])}")
    if faults:
        more = [f"{place} has {len(faults) - FAULTS_SHOWN} more such faults"] if len(faults) > FAULTS_SHOWN else []
        raise checks.InputError("\n".join([f"{place} {fault}" for fault in faults[:FAULTS_SHOWN]] + more))


def require_needed(data: xr.Dataset, assay: str) -> None:
    """Refuse observations without a variable that tables of an assay need.

    Raises
    ------
    InputError
        Naming those that are missing; of an assay that is not lensim's nothing is known.
    """
    sets = NEEDED.get(assay, ((),))
    needed = next((names for names in sets if names and names[0] in data.variables), sets[0])
    if missing := [name for name in needed if name not in data.variables]:
        raise checks.InputError(
            f"a result of the assay {assay} needs {', '.join(missing)} in its {OBSERVATIONS}, got none"
        )


def is_whole(value: object) -> bool:
    """Whether an attr is a whole number of 0 or more."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= 0)


def _faults_of_attrs(data: xr.Dataset) -> Iterator[str]:
    for name in WHOLE:
        if not is_whole(data.attrs.get(name, 0)):
            got = shown(data.attrs[name])
            yield f"must have a whole number of 0 or more as {name} of its {OBSERVATIONS}, got {got}"
    calibrator = data.attrs.get(v.CALIBRATOR, "")
    subjects = list(map(str, data[v.SUBJECT].to_numpy())) if v.SUBJECT in data.coords else []
    if not isinstance(calibrator, str) or (calibrator and subjects and calibrator not in subjects):
        yield f"must have one of its subjects as {v.CALIBRATOR} of its {OBSERVATIONS}, got {shown(calibrator)}"


def _faults_of_draws(posterior: xr.Dataset) -> Iterator[str]:
    """Every variable of a posterior is numbers by chain and draw, of which there are some."""
    for name, values in posterior.data_vars.items():
        if not set(OF_DRAWS) <= set(values.dims) or len(set(values.dims)) < values.ndim:
            yield f"must have {one_line(name)} of its {POSTERIOR} by chain and draw, got it by {_by(values.dims)}"
        elif values.dtype.kind not in "biuf":
            yield f"must have numbers in {one_line(name)} of its {POSTERIOR}, got {values.dtype}"
    if any(posterior.sizes.get(dim, 1) == 0 for dim in OF_DRAWS) or not posterior.data_vars:
        yield f"must hold draws in its {POSTERIOR}, got none"


def _faults_of_moves(moves: xr.Dataset) -> Iterator[str]:
    """Moves of estimands under half of the prior are numbers, and no draws."""
    for name, values in moves.data_vars.items():
        if values.dtype.kind != "f" or set(OF_DRAWS) & set(values.dims) or bool((values < 0).any()):
            yield f"must have numbers of 0 or more in {one_line(name)} of its {MOVES}, got others"
        elif bare := [dim for dim in values.dims if dim not in moves.coords]:
            yield f"must have names along {one_line(bare[0])} of its {MOVES}, got none"
    if not isinstance(moves.attrs.get("pareto_k", 0.0), float | np.floating):
        yield f"must have a number as pareto_k of its {MOVES}, got {shown(moves.attrs['pareto_k'])}"


def _by(dims: tuple[object, ...]) -> str:
    return ", ".join(map(one_line, dims)) or "nothing"


def _faults_of(group: xr.Dataset, where: str, name: str, part: Part) -> Iterator[str]:
    variable = group.variables[name]
    what = f"{name} of its {where}"
    drawn = OF_DRAWS if where == POSTERIOR else ()
    if sorted(map(str, variable.dims)) != sorted((*drawn, *part.dims)) or (
        where == OBSERVATIONS and variable.dims != part.dims
    ):
        yield f"must have {what} by {_by((*drawn, *part.dims))}, got it by {_by(variable.dims)}"
        return
    values = variable.to_numpy()
    if isinstance(part, Texts):
        if any(not isinstance(one, str | bytes) for one in values.ravel().tolist()):
            yield f"must have texts in {what}, got {values.dtype}"
        return
    if values.dtype.kind not in "biuf":
        yield f"must have numbers in {what}, got {values.dtype}"
        return
    numbers = _numbers(part, group)
    bad = ~((values >= numbers.low) & (values <= numbers.high))
    if numbers.is_whole:
        bad |= values != np.floor(values)
    if numbers.has_gaps and values.dtype.kind == "f":
        bad &= ~np.isnan(values)
    if bad.any():
        kind = "positions" if isinstance(part, Positions) else "whole numbers" if numbers.is_whole else "numbers"
        got = shown(values[bad].ravel()[0].item())
        yield f"must have {kind} between {numbers.low:g} and {numbers.high:g} in {what}, got {got}"


def _numbers(part: Numbers | Positions, group: xr.Dataset) -> Numbers:
    """Positions as the numbers that they are; where nothing has the dim, there are at most as many as point at it."""
    if isinstance(part, Numbers):
        return part
    size = group.sizes.get(part.of, group.sizes.get(part.dims[0], 0))
    return Numbers(part.dims, part.low, max(size - 1, part.low), is_whole=True)


def _faults_of_names(posterior: xr.Dataset, data: xr.Dataset, dim: str) -> Iterator[str]:
    names = {}
    for where, group in ((POSTERIOR, posterior), (OBSERVATIONS, data)):
        if dim not in group.dims:
            continue
        if dim not in group.coords:
            names[where] = [""] * group.sizes[dim]
            continue
        labels = group[dim].to_numpy()
        names[where] = [str(one) for one in labels.tolist()]
        if labels.dtype.kind not in "UOSTiu" or any(isinstance(one, float) for one in labels.tolist()):
            yield f"must have names along {dim} of its {where}, got {labels.dtype}"
            return
        if len(set(names[where])) < len(names[where]):
            twice = next(one for one in names[where] if names[where].count(one) > 1)
            yield f"must have another name at each place along {dim} of its {where}, got {shown(twice)} twice"
            return
    if len(names) < 2:
        return
    own, others = names[POSTERIOR], names[OBSERVATIONS]
    if len(own) != len(others):
        yield f"must have as many places along {dim} in its {POSTERIOR} as in its {OBSERVATIONS}, got {len(own)} and {len(others)}"  # noqa: E501
    elif any(own) and any(others) and own != others:
        first = next(k for k, (one, other) in enumerate(zip(own, others, strict=True)) if one != other)
        yield (
            f"must have the same names along {dim} in its {POSTERIOR} as in its {OBSERVATIONS}, got "
            f"{shown(own[first])} and {shown(others[first])} at place {first + 1}"
        )

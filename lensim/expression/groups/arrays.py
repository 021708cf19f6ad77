"""The arrays of the model of groups, from levels or reactions, with every check; density and engine take them too."""

from collections.abc import Mapping

import numpy as np
import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.expression.groups.levels import MODEL, REPEATED, group_of_each_level, levels_of, repeated_levels_of

_NEEDED: dict[str, tuple[str, ...]] = {
    v.SUBJECT_LEVEL: (v.LEVEL,),
    v.TARGET_OF_LEVEL: (v.LEVEL,),
    v.SUBJECT_OF_LEVEL: (v.LEVEL,),
    v.GROUP_OF_SUBJECT: (v.SUBJECT,),
}
_OPTIONAL: dict[str, tuple[str, ...]] = {
    v.SUBJECT_LEVEL_SD: (v.LEVEL,),
    v.FACTOR_ERROR_SD: (v.GENE,),
    v.FACTOR_SLOPE: (v.TARGET, v.GROUP, v.GENE),
}


def level_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of a model of groups, by the names under which the model holds them.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, a level is not finite, or its error is negative.
    """
    levels = levels_of(data)
    if v.GROUP_OF_LEVEL in levels:
        raise checks.InputError(
            f"{MODEL} needs subjects that are in one group each, got levels with {v.GROUP_OF_LEVEL}: take the model "
            f"{REPEATED}"
        )
    return _arrays(levels, _NEEDED, MODEL)


def repeated_arrays(data: xr.Dataset) -> dict[str, np.ndarray]:
    """The arrays of a model of subjects that are in several groups, by the names under which the model holds them.

    As `level_arrays`, with subject_of_level.

    Raises
    ------
    InputError
        As `level_arrays`, but for subjects in several groups.
    """
    levels = repeated_levels_of(data)
    needed = {name: dims for name, dims in _NEEDED.items() if name != v.GROUP_OF_SUBJECT}
    of_group = {v.GROUP_OF_LEVEL: (v.LEVEL,)} if v.GROUP_OF_LEVEL in levels else {v.GROUP_OF_SUBJECT: (v.SUBJECT,)}
    arrays = _arrays(levels, needed | of_group, REPEATED)
    return arrays | {"subject_of_level": levels[v.SUBJECT_OF_LEVEL].to_numpy().astype(np.int64)}


def _arrays(levels: xr.Dataset, needed: Mapping[str, tuple[str, ...]], model: str) -> dict[str, np.ndarray]:
    present = {name: dims for name, dims in _OPTIONAL.items() if name in levels}
    checks.has_variables(levels, {**needed, **present}, model)
    for name in (v.SUBJECT_LEVEL, v.SUBJECT_LEVEL_SD):
        values = levels[name].to_numpy() if name in levels else np.zeros(0)
        floor = 0.0 if name == v.SUBJECT_LEVEL_SD else -np.inf
        for position in np.flatnonzero(~np.isfinite(values) | (values < floor))[:1]:
            rule = "finite" if name == v.SUBJECT_LEVEL else "finite and 0 or more"
            raise checks.InputError(f"{name}[{position}] must be {rule}, got {values[position]:g}")
    level = levels[v.SUBJECT_LEVEL].to_numpy().astype(float)
    known = levels[v.SUBJECT_LEVEL_SD].to_numpy() ** 2 if v.SUBJECT_LEVEL_SD in levels else np.zeros(len(level))
    arrays = {
        "level": level,
        "known_variance": known.astype(float),
        "target_of_level": levels[v.TARGET_OF_LEVEL].to_numpy().astype(np.int64),
        "group_of_level": group_of_each_level(levels).astype(np.int64),
    }
    if has_uncertain_factors(levels):
        arrays["factor_error_sd"] = levels[v.FACTOR_ERROR_SD].to_numpy().astype(float)
    return arrays


def has_uncertain_factors(levels: xr.Dataset) -> bool:
    """Whether the factor of every gene is uncertain."""
    return v.FACTOR_ERROR_SD in levels and bool((levels[v.FACTOR_ERROR_SD] > 0).all())


def level_coordinates(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Names along the dims of the model's variables."""
    levels = levels_of(data)
    return _coordinates(levels, (v.TARGET, v.GROUP))


def repeated_coordinates(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Names along the dims of the variables of a model of subjects that are in several groups."""
    return _coordinates(repeated_levels_of(data), (v.TARGET, v.GROUP, v.SUBJECT))


def _coordinates(levels: xr.Dataset, own: tuple[str, ...]) -> dict[str, np.ndarray]:
    dims = (*own, *((v.GENE,) if has_uncertain_factors(levels) else ()))
    return {dim: levels[dim].to_numpy() if dim in levels.coords else np.arange(levels.sizes[dim]) for dim in dims}

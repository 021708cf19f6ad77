"""Where a plan may start from: the result of a fit, a paper's printed summary, or a table of ratios."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.plan.answer import require_trusted
from lensim.power.design_prior import DesignPrior, design_prior_at, posterior_of

FIT_OF_RATIOS: Final = "ratios_fit.nc"
"""The fit of a table of ratios, as it is offered for `lensim plan --from`."""
SEED: Final = 1


@dataclass(frozen=True)
class Start:
    """A posterior that truths are drawn from, and what it is of.

    Attributes
    ----------
    prior
        The file, and its digest.
    file
        Its name, as a command line would have it.
    effects
        Median effect and spread [log2] by target, cell type and treatment.
    is_made
        Whether the file was made here, from ratios, and has to be kept for `lensim plan`.
    """

    prior: DesignPrior
    file: str
    effects: Mapping[tuple[str, str, str], tuple[float, float]]
    is_made: bool = False

    @property
    def targets(self) -> list[str]:
        """Names of the genes."""
        return list(dict.fromkeys(target for target, _, _ in self.effects))

    @property
    def cell_types(self) -> list[str]:
        """Names of the kinds of subjects."""
        return list(dict.fromkeys(kind for _, kind, _ in self.effects))

    @property
    def contrasts(self) -> list[str]:
        """Names of the treatments; one that is empty where there is one alone."""
        return list(dict.fromkeys(contrast for _, _, contrast in self.effects))

    def effect_of(self, target: str, cell_type: str, contrast: str) -> tuple[float, float]:
        """Median effect and spread [log2].

        Raises
        ------
        InputError
            If the file has no such target, cell type or treatment.
        """
        key = (target, cell_type, contrast or self.contrasts[0])
        if key not in self.effects:
            known = "; ".join(" in ".join(one[:2]) for one in self.effects)
            raise InputError(f"{self.file} must have {target} in {cell_type}, got {known}: choose one of these")
        return self.effects[key]


def start_at(path: Path, name: str, *, trust: bool = False, made: Path | None = None) -> Start:
    """Look at a file that a plan shall start from.

    Parameters
    ----------
    path
        Of the file.
    name
        What the user calls it.
    trust
        Take a fit that did not pass its convergence gate.
    made
        Where the fit of a table of ratios is written.

    Raises
    ------
    InputError
        If it cannot be read, is of another kind, or did not pass its gate.
    """
    is_table = path.suffix.lower() not in (".nc", ".toml")
    if is_table and made is not None:
        _fit_ratios(path, made)
        path, name = made, FIT_OF_RATIOS
    prior = design_prior_at(path, label=name)
    result = posterior_of(prior)
    try:
        require_trusted(result, name, trust=trust)
    except InputError as error:
        raise InputError(f"{str(error).partition('; trust=')[0]}: tick “take it as it is”, or fit it anew") from None
    return Start(prior, name, _effects(result, name), is_table)


def _effects(result: xr.DataTree, name: str) -> dict[tuple[str, str, str], tuple[float, float]]:
    """Medians of every population of fold changes."""
    posterior = result["posterior"].to_dataset() if "posterior" in result.children else xr.Dataset()
    missing = [one for one in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE) if one not in posterior]
    if missing:
        raise InputError(
            f"{name} must be a fit of paired expression in which subjects were pooled, or a paper's summaries, got one "
            f"without {' and '.join(missing)}: start from its printed effect and spread instead"
        )
    mu, sigma = (posterior[one].median(("chain", "draw")) for one in (v.MU_FOLD_CHANGE, v.SIGMA_FOLD_CHANGE))
    return {key: (_at(mu, key), _at(sigma, key)) for key in _keys(mu) if np.isfinite(_at(mu, key))}


def _keys(mu: xr.DataArray) -> list[tuple[str, str, str]]:
    names: list[list[str]] = [
        [str(one) for one in mu[dim].to_numpy()] if dim in mu.dims else [""]
        for dim in (v.TARGET, v.CELL_TYPE, v.CONTRAST)
    ]
    return [(target, kind, contrast) for target in names[0] for kind in names[1] for contrast in names[2]]


def _at(values: xr.DataArray, key: tuple[str, str, str]) -> float:
    wanted: dict[Any, str] = dict(zip((v.TARGET, v.CELL_TYPE, v.CONTRAST), key, strict=True))
    return round(float(values.sel({dim: name for dim, name in wanted.items() if dim in values.dims})), 4)


def _fit_ratios(path: Path, made: Path) -> None:
    """Fit a table of ratios, and write the result."""
    from lensim.expression.read import read_ratios
    from lensim.fit_study import fit_study
    from lensim.inference.settings import FitSettings
    from lensim.output import save_result

    save_result(fit_study(read_ratios(path), FitSettings(), SEED), made, force=True)

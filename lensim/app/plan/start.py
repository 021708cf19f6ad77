"""Where a plan may start from: the result of a fit, a paper's printed summary, or a table of ratios."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from lensim.app.plan.names import PAIRED
from lensim.checks import InputError
from lensim.plan.answer import require_trusted
from lensim.power.design_prior import DesignPrior, design_prior_at, posterior_of

FIT_OF_RATIOS: Final = "ratios_fit.nc"
"""The fit of a table of ratios, as it is offered for `lensim plan --from`."""
SEED: Final = 1
Key = tuple[str, str, str]
"""Target, cell type and treatment."""


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
        Median effect and spread [log2] by target, cell type and treatment; of a panel of the ratio of IC50s, empty
        where it has no conditions.
    is_made
        Whether the file was made here, from ratios, and has to be kept for `lensim plan`.
    kind
        What it is, as a sentence goes on with it.
    designs
        Names of the designs that can start from it, of `lensim.app.plan.designs.DESIGNS`.
    control
        What treatments are compared with, where a design names it.
    doubts
        sd of an effect itself [log2], where a TOML states it.
    log10_ic50_um
        IC50s of new lines of a panel, from its smallest [log10 uM]; +inf where no dose halves the signal.
    """

    prior: DesignPrior
    file: str
    effects: Mapping[Key, tuple[float, float]]
    is_made: bool = False
    kind: str = "a fit of paired expression"
    designs: tuple[str, ...] = PAIRED
    control: str = ""
    doubts: Mapping[Key, float] = field(default_factory=dict)
    log10_ic50_um: tuple[float, ...] = ()

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
        return self.effects[self._key(target, cell_type, contrast)]

    def doubt_of(self, target: str, cell_type: str, contrast: str) -> float:
        """The sd of the effect itself [log2]; 0 where no TOML states it. Raises as `effect_of`."""
        return self.doubts.get(self._key(target, cell_type, contrast), 0.0)

    def share_above(self, dose_um: float) -> float:
        """Share of new lines whose IC50 is above a dose."""
        return float((np.array(self.log10_ic50_um) > np.log10(dose_um)).mean())

    def _key(self, target: str, cell_type: str, contrast: str) -> Key:
        key = (target, cell_type, contrast or self.contrasts[0])
        if key not in self.effects:
            known = "; ".join(dict.fromkeys(" in ".join(one[:2]) for one in self.effects))
            raise InputError(f"{self.file} must have {target} in {cell_type}, got {known}: choose one of these")
        return key


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
    from lensim.app.plan.started import of_result  # with what reads fits

    is_table = path.suffix.lower() not in (".nc", ".toml")
    if is_table and made is not None:
        _fit_ratios(path, made)
        path, name = made, FIT_OF_RATIOS
    prior = design_prior_at(path, label=name)
    result = posterior_of(prior)
    found = of_result(result, name)
    require_trusted(result, name, trust=trust)
    return Start(prior, name, is_made=is_table, **found)


def start_in_worker(path: Path, name: str, trust: bool, made: Path) -> Start:
    """As `start_at`, with arguments as a worker gets them: by position."""
    return start_at(path, name, trust=trust, made=made)


def _fit_ratios(path: Path, made: Path) -> None:
    """Fit a table of ratios, and write the result."""
    from lensim.expression.read import read_ratios
    from lensim.fit_study import fit_study
    from lensim.inference.settings import FitSettings
    from lensim.output import save_result

    save_result(fit_study(read_ratios(path), FitSettings(), SEED), made, force=True)

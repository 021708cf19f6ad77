"""How each compound of a screen is fitted: the same settings for all, and a seed by the compound's name."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, Final

import xarray as xr

from lensim import checks, limits, seeding
from lensim.assay import Asked
from lensim.bounds import require_figures
from lensim.inference.remembered import digest_of_data
from lensim.inference.settings import SamplerSettings
from lensim.input_digests import FILES_READ
from lensim.toml_file import read_toml

STREAM: Final = "screen"
"""The name of the stream of seeds of a screen, before the name of a compound."""


@dataclass(frozen=True)
class ScreenSettings:
    """How each compound of a screen is fitted.

    Attributes
    ----------
    seed
        Root seed; a compound's own is `seed_of` its name, so it does not depend on order, number or workers.
    model
        Name of a model; the assay's choice for each compound's data where empty.
    priors
        The model's dataclass of priors, or a mapping of what differs from its defaults; the defaults where None.
    engine
        How posteriors are drawn; "auto" takes the fastest that can.
    sampler
        Draws, warm-up steps, chains and care.
    attempts
        How often a posterior is drawn at most until its gate passes.
    ci_prob
        Probability inside the intervals of the table.
    keep
        Draws of each compound that its file keeps, evenly from all chains; all where 0. The table is made of these.
    """

    seed: int = 1
    model: str = ""
    priors: Any = None
    engine: str = "auto"
    sampler: SamplerSettings = field(default_factory=SamplerSettings)
    attempts: int = 2
    ci_prob: float = 0.9
    keep: int = 0

    def __post_init__(self) -> None:
        require_figures(self)
        Asked(self.ci_prob)
        checks.at_least("seed", self.seed, 0)
        checks.at_least("keep", self.keep, 0)
        checks.at_most("keep", self.keep, limits.SAMPLER_DRAWS)

    def seed_of(self, name: str) -> int:
        """The seed of the fit of one compound; `lensim.fit(data, seed=...)` with it gives the same draws."""
        return seeding.sampler_seed(self.seed, STREAM, name)

    def content(self) -> dict[str, Any]:
        """What is asked, as it stands in the record of a store."""
        priors = asdict(self.priors) if is_dataclass(self.priors) and not isinstance(self.priors, type) else self.priors
        said = {name: getattr(self, name) for name in ("seed", "model", "engine", "attempts", "ci_prob", "keep")}
        return said | {"sampler": asdict(self.sampler), "priors": priors}

    def digest(self) -> str:
        """What tells one screen from another; not the data, of which each compound has a digest of its own."""
        text = json.dumps(self.content(), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def priors_in(priors: Any) -> Any:
    """Priors as workers can take them: a TOML file is read once, here.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    return read_toml(Path(priors), "a file of priors") if isinstance(priors, str | Path) else priors


OF_THE_FILE: Final = frozenset(
    {
        "source", "notes", "columns_used", "names_joined", "rows_set_aside", "wells_lost", "wells_ignored",
        "wells_saturated", "wells_saturated_untreated", FILES_READ,
    }
)  # fmt: skip
"""Attrs of data that tell of all rows of a file, so that another compound's rows change them."""


def digest_of(data: xr.Dataset) -> str:
    """Digest of the data of one compound."""
    return digest_of_data(data, OF_THE_FILE)

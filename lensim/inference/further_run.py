"""What an assay says of a further run of a study, from which posterior calibration simulates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr


@dataclass(frozen=True)
class FurtherRun:
    """A further run of a study: the same lines or subjects in other cultures, samples and wells.

    Attributes
    ----------
    make
        `make(data, draw, model, priors, rng)`: observations of it, from one draw of the posterior (without the dims
        chain and draw).
    join
        `join(data, run)`: both as one study.
    moved
        `moved(data)`: quantities that mean something else in the joined study, and so cannot be compared.
    in_words
        What is new in it, as a clause.
    """

    make: Callable[[xr.Dataset, xr.Dataset, str, Any, np.random.Generator], xr.Dataset]
    join: Callable[[xr.Dataset, xr.Dataset], xr.Dataset]
    moved: Callable[[xr.Dataset], tuple[str, ...]] = lambda data: ()
    in_words: str = ""

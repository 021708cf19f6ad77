"""A spot check: the same data, model and priors by NUTS, a few hundred draws, beside the fast engine's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from lensim.app.bench import Tell
from lensim.app.look.opened import words_of
from lensim.app.look.posterior import Estimand, draws_of, estimands_of, listed, posterior_of
from lensim.app.results import keep_result, result_at
from lensim.checks import InputError
from lensim.face.fit import fit
from lensim.inference.observations import observations_of
from lensim.inference.priors import priors_of
from lensim.inference.verdict import verdict_of
from lensim.report.numbers import number_text

DRAWS: Final = 300
TUNE: Final = 500
CHAINS: Final = 2
MOST_ROWS: Final = 200
WARNING: Final = "NUTS compiles the model first: a minute or two on this machine, in which nothing is to be seen."
FEW: Final = "These are few draws: a difference below a fifth of a standard deviation says nothing."


@dataclass(frozen=True)
class Row:
    """A quantity by both."""

    title: str
    fast: str
    nuts: str
    difference: str


@dataclass(frozen=True)
class Spot:
    """What NUTS drew, beside the fit.

    Attributes
    ----------
    path
        Of the fit that was checked.
    own
        Of the fit by NUTS.
    verdict
        Of the gate, on these draws.
    rows
        Quantities of the tables by both.
    """

    path: Path
    own: Path
    verdict: str
    rows: tuple[Row, ...]

    @property
    def sentence(self) -> str:
        """The largest difference."""
        known = [float(row.difference) for row in self.rows if row.difference]
        if not known:
            return "No quantity has numbers by both."
        return f"Medians differ by at most {max(known):.2f} standard deviations over {len(known)} quantities."


def spot_check(path: Path, folder: Path, draws: int, seed: int, tell: Tell) -> Spot:
    """Fit the data of a result once more, by NUTS.

    Parameters
    ----------
    path
        Of the result.
    folder
        Of the session.
    draws
        Kept draws of each of two chains.
    seed
        Root seed.
    tell
        Gets sentences on the way.

    Raises
    ------
    InputError
        If the result lacks its data, its model or its priors.
    """
    result = result_at(path)
    model = str(result.attrs.get("model", ""))
    tell(f"NUTS compiles {model or 'the model'}: a minute or two …")
    own = fit(
        observations_of(result),
        model=model,
        priors=priors_of(result),
        engine="nuts",
        seed=seed,
        draws=draws,
        tune=TUNE,
        chains=CHAINS,
        attempts=1,
        tell=lambda said: tell(f"{said} …"),
    ).tree
    tell("Comparing …")
    place = folder / f"nuts{1 + sum(one.name.startswith('nuts') for one in folder.iterdir())}.nc"
    keep_result(own, place)
    fast, slow = estimands_of(result), estimands_of(own)
    words = words_of(result)
    rows = [
        compared(estimand, item, draws_of(fast, estimand.name, item), draws_of(slow, estimand.name, item))
        for estimand in listed(fast, words)
        if estimand.name in slow and (not words or estimand.name in words)
        for item in range(len(estimand.items))
    ]
    return Spot(path, place, verdict_of(own).sentence(), tuple(row for row in rows if row is not None)[:MOST_ROWS])


def compared(estimand: Estimand, item: int, fast: np.ndarray, nuts: np.ndarray) -> Row | None:
    """A quantity by both, and the difference of the medians in standard deviations; None where there are no draws."""
    try:
        own, other = posterior_of(estimand, item, fast), posterior_of(estimand, item, nuts)
    except InputError:
        return None
    finite = fast[np.isfinite(fast)]
    sd = float(finite.std()) if len(finite) > 1 else 0.0
    can_differ = sd > 0 and np.isfinite(own.median) and np.isfinite(other.median)
    difference = f"{abs(own.median - other.median) / sd:.2f}" if can_differ else ""
    said = [
        f"{number_text(one.median)} ({number_text(one.lower)} to {number_text(one.upper)})"
        + (f", {one.beyond:.0%} beyond" if one.beyond else "")
        for one in (own, other)
    ]
    return Row(own.title, said[0], said[1], difference)

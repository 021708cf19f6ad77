"""From records of simulations to rows: one a model, engine and twin."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from lensim.inference.calibration import Recalibration, recalibration
from lensim.inference.uniformity import FEWEST, Uniformity, holm, uniformity

FALSE_ALARM: Final = 1e-6
Record = Mapping[str, Any]


class Quantity(NamedTuple):
    """One quantity over all simulations: ranks, their test, and its P value adjusted for the number of quantities."""

    name: str
    ranks: np.ndarray
    test: Uniformity
    adjusted: float


class Row(NamedTuple):
    """What came of a model, engine and twin."""

    model: str
    engine: str
    twin: str
    simulations: int
    handed_on: int
    refused: int
    failed: int
    not_converged: int
    quantities: tuple[Quantity, ...]
    stated: Recalibration
    statements: int
    hours: float
    seconds: float
    versions: int
    why: tuple[str, ...]

    @property
    def worst(self) -> Quantity | None:
        """The quantity with the smallest P value; None where there are too few simulations."""
        return min(self.quantities, key=lambda one: one.test.pvalue, default=None)


def rows_of(records: Sequence[Record]) -> list[Row]:
    """Rows in the order in which their first record comes."""
    keys = list(dict.fromkeys((one["model"], one["engine"], one["twin"]) for one in records))
    return [row_of([one for one in records if (one["model"], one["engine"], one["twin"]) == key]) for key in keys]


def row_of(records: Sequence[Record]) -> Row:
    """The row of records of one model, engine and twin.

    Ranks are of the simulations that were answered and passed the gate: what a user is given without a warning. What
    decides on this are the data and the engine's own random numbers, never the truth, so ranks of an exact engine stay
    uniform among them.
    """
    first = records[0]
    outcomes = [one["outcome"] for one in records]
    answered = [one for one in records if one["outcome"] == "ok"]
    passed = [one for one in answered if one["converged"]]
    quantities = quantities_of(passed)
    stated = [
        (number, p, happened)
        for number, one in enumerate(passed)
        for cases in one["stated"].values()
        for p, happened in cases
    ]
    of, p, happened = np.array(stated, dtype=float).reshape(-1, 3).T
    seconds = [one["seconds"] for one in records]
    return Row(
        model=first["model"],
        engine=first["engine"],
        twin=first["twin"],
        simulations=len(records),
        handed_on=outcomes.count("handed on"),
        refused=outcomes.count("refused"),
        failed=outcomes.count("failed"),
        not_converged=len(answered) - len(passed),
        quantities=quantities,
        stated=recalibration(p, happened, of),
        statements=len(p),
        hours=sum(seconds) / 3600.0,
        seconds=float(np.median(seconds)),
        versions=len({one["sources"] for one in records}),
        why=tuple(sorted({one["why"] for one in records if one["why"]})),
    )


def quantities_of(passed: Sequence[Record]) -> tuple[Quantity, ...]:
    """Tests of every quantity that has ranks enough, P values adjusted by Holm's method."""
    names = list(dict.fromkeys(name for one in passed for name in one["ranks"]))
    ranks = {name: np.array([one["ranks"][name] for one in passed if name in one["ranks"]]) for name in names}
    ranks = {name: own for name, own in ranks.items() if len(own) >= FEWEST}
    tests = [uniformity(own) for own in ranks.values()]
    adjusted = holm([one.pvalue for one in tests])
    return tuple(
        Quantity(name, own, test, float(p)) for (name, own), test, p in zip(ranks.items(), tests, adjusted, strict=True)
    )

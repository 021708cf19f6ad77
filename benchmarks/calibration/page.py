"""The page docs/evidence/calibration.md: what is done, all models and engines, then the quantities that stand out."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from benchmarks.calibration.rates import FALSE_ALARM, Row
from benchmarks.calibration.twins import RIGHT, WRONG, words_of_twin

LARGE: Final = 0.01
"""Adjusted P values below this are listed."""
ENOUGH: Final = 300
TOO_FEW: Final = "too few"
"""In place of a P value."""
GO_ON: Final = "`make calibrate` goes on with them."
INTRODUCTION: Final = """# Calibration: truths from the priors

`make calibrate` writes this page. For each model and each engine that answers it, a truth is drawn from the priors,
data of a small design are simulated from it, and the engine fits them with the same priors. If the engine is right,
the rank of the truth among its draws is uniform (simulation-based calibration, Talts et al. 2018), whatever the priors,
the design and the number of simulations. The simulator is the model, so nothing but the engine is tested: worlds in
which the model is wrong are in [worlds.md](worlds.md), and whether the intervals of one fit can be believed is told by
`lensim calibrate` ([posterior_calibration.md](../guide/posterior_calibration.md)).

* **Quantities**: every parameter of the model; what users read (IC50, infinite where it does not exist, with ties
  broken at random; inhibition at the top dose; the number of sensitive lines; fold changes, a new subject; shares of
  phases); and the log likelihood of the data, which sees errors that single parameters hide (Modrak et al. 2023). Of an
  array, one element a simulation is picked at random, and the mean over the elements is a quantity of its own. *As
  read* are IC50 and EC50 in the form of the tables: spread evenly between two doses where a line falls wholly between
  them.
* **P**: smallest P value of Neyman's smooth test of uniform ranks, over all quantities, adjusted for their number by
  Holm's method. A model fails below 1e-6; values below 0.01 are listed. *Too few*: a P takes 20 simulations that pass
  the gate.
* **intercept**, **slope**: of a logistic regression of what happened on the stated log odds, over all statements
  (resistant, stimulated, increased, below the standards): 0 and 1 where probabilities are right.
* **wrong twin**: the same with truths from a prior that is not that of the analysis, as the second table says. Its P
  must be below 1e-6, or calibration would not have found an error of that size.
* **refused, handed on, failed, gate**: simulations that lensim refuses as data (a reference that is never detected, a
  signal that is no number), that an engine hands on, that end in an error, and that have an answer which does not pass
  the gate. They are not in the ranks. Whether a simulation is among them depends on its data and the engine's random
  numbers and never on the truth itself, so ranks of a right engine stay uniform among those that are left; what is lost
  is any statement about the others, which are the harder studies.
* NUTS (`nuts` and `kernel`) takes 2 chains of 1,000 draws here, and a gate for so few (R-hat 1.05, ESS 100, 5
  divergences). The chain of panels (`laplace`) keeps 2 chains of 250 draws, as many sweeps apart as an effective size
  of 200 takes, and passes the same gate. Truths are ranked among 99 draws.

`published_summary` has a simulator and a calibration of its own (`tests/statistical/test_calibration_published.py`,
[published.md](published.md)).

Reactions of RT-qPCR are simulated copy by copy, and the expression models take bright ones as normal and those of few
copies as normal given their mean: their rows test these approximations, too.
"""


def page_of(rows: Sequence[Row], figure: str = "", asked: Sequence[tuple[str, str]] = ()) -> str:
    """The page in Markdown; `figure` is the path of the figure from there, `asked` models with their engines."""
    right = [row for row in rows if row.twin == RIGHT]
    wrong = {(row.model, row.engine): row for row in rows if row.twin != RIGHT}
    parts = [INTRODUCTION]
    if len({one.versions for one in right}) > 1 or any(one.versions > 1 for one in right):
        parts.append("Rows are of several versions of the sources; `make calibrate AGAIN=1` makes all anew.\n")
    parts += ["## All models and engines\n", _table(right, wrong)]
    made = {(row.model, row.engine): row.simulations for row in right}
    if short := [
        f"{model} by {engine} ({made.get((model, engine), 0)})"
        for model, engine in asked
        if made.get((model, engine), 0) < ENOUGH
    ]:
        parts.append(f"Fewer than {ENOUGH} simulations were made yet of: {', '.join(short)}. {GO_ON}\n")
    if figure:
        parts.append(
            f"![Cumulative ranks less expected]({figure})\n\nCumulative ranks less what is expected of uniform ones, "
            "with a band that 95% of uniform samples stay within at all points (Säilynoja et al. 2022). Grey: each "
            "quantity; blue: that with the smallest P; orange: that of the wrong twin, cut at 0.3.\n"
        )
    parts += ["## Quantities that stand out\n", _outstanding(right), "## Wrong twins\n", _twins(right, wrong)]
    parts += ["## Simulations without an answer\n", _why(right)]
    return "\n".join(parts).rstrip() + "\n"


def _table(right: Sequence[Row], wrong: dict[tuple[str, str], Row]) -> str:
    head = (
        "model", "engine", "simulations", "refused", "handed on", "failed", "gate", "quantities", "P", "of",
        "intercept", "slope", "P of wrong twin", "seconds each", "hours",
    )  # fmt: skip
    body = []
    for row in right:
        worst, twin = row.worst, wrong.get((row.model, row.engine))
        p = TOO_FEW if worst is None else _p(worst.adjusted)
        stated = row.stated
        body.append(
            (
                row.model,
                row.engine,
                row.simulations,
                row.refused,
                row.handed_on,
                row.failed,
                row.not_converged,
                len(row.quantities),
                f"**{p}**" if worst is not None and worst.adjusted < FALSE_ALARM else p,
                "" if worst is None else worst.name,
                _with_error(stated.intercept, stated.intercept_error),
                _with_error(stated.slope, stated.slope_error),
                _of_twin(twin),
                f"{row.seconds:.2g}",
                f"{row.hours + (twin.hours if twin else 0.0):.2f}",
            )
        )
    return _markdown(head, body)


def _of_twin(twin: Row | None) -> str:
    if twin is None:
        return "not measured"
    if twin.worst is None:
        return TOO_FEW
    p = _p(twin.worst.adjusted)
    return p if twin.worst.adjusted < FALSE_ALARM else f"**not rejected: {p}**"


def _outstanding(right: Sequence[Row]) -> str:
    body = [
        (row.model, row.engine, one.name, len(one.ranks), _p(one.test.pvalue), _p(one.adjusted),
         f"{one.test.shift:+.1f}", f"{one.test.spread:+.1f}")
        for row in right
        for one in sorted(row.quantities, key=lambda each: each.test.pvalue)
        if one.adjusted < LARGE
    ]  # fmt: skip
    if not body:
        return f"None has an adjusted P below {LARGE:g}.\n"
    head = ("model", "engine", "quantity", "ranks", "P", "adjusted", "shift", "spread")
    said = (
        "*shift*: standard errors by which the mean rank lies above a half (above 0: truths lie above what is said); "
        "*spread*: the same of how far out ranks lie (above 0: intervals are too narrow, below 0: too wide).\n\n"
    )
    return said + _markdown(head, body)


def _twins(right: Sequence[Row], wrong: dict[tuple[str, str], Row]) -> str:
    body = []
    for row in right:
        twin = wrong.get((row.model, row.engine))
        if twin is not None and twin.worst is not None and row.model in WRONG:
            body.append(
                (row.model, row.engine, words_of_twin(row.model), twin.simulations, _p(twin.worst.adjusted),
                 twin.worst.name)
            )  # fmt: skip
    return _markdown(("model", "engine", "what is wrong in the truths", "simulations", "P", "of"), body)


def _why(right: Sequence[Row]) -> str:
    body = [(row.model, row.engine, one) for row in right for one in row.why[:5]]
    return _markdown(("model", "engine", "what is said"), body) if body else "Every one has an answer.\n"


def _p(value: float) -> str:
    return "< 1e-300" if value == 0.0 else f"{value:.2g}"


def _with_error(value: float, error: float) -> str:
    return "" if not np.isfinite(value) else f"{value:.2f} ± {error:.2f}"


def _markdown(head: Sequence[str], body: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines) + "\n"

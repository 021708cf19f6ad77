"""The search for the smallest number against statsmodels: how often it is right, and how well its error is calibrated.

The paired t test at 5%, two-sided, spread 1, targets 0.8 and 0.9, effects 0.3 to 2. A row a case, over seeds, once with
every study simulated, and once more with finds drawn from the exact power, which is the same in law and a hundred times
as fast, so ten times the seeds test the stated errors. `python -m benchmarks.bench_plan_search
--seeds 50` takes six minutes of one core; `python -m benchmarks plan_search` takes the fewer seeds of `run`.
"""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from scipy.optimize import brentq
from statsmodels.stats.power import TTestPower

from benchmarks.__main__ import as_table
from lensim import seeding
from lensim.plan.evaluate import Evaluator, Share
from lensim.plan.search import smallest
from lensim.power.scenario import scenario_of

TARGETS = (0.8, 0.9)
EFFECTS = (0.3, 0.5, 0.8, 1.0, 1.5, 2.0)
LOW, HIGH, BUDGET = 2, 200, 40_000
FIELD = "design.subjects.line"
CHUNK, MORE_SEEDS = 500, 10

Evaluate = Callable[[int, int], Share]


def paired_t(effect: float, seed: int) -> Evaluator:
    """Pairs with a spread of 1, analysed by t on log ratios."""
    return Evaluator(
        scenario_of(
            {
                "name": "search",
                "seed": seed,
                "design": {"assay": "ratios", "experiments": 1},
                "truth": {
                    "sd_log2_pair": 0.0,
                    "expression": [{"mu_log2_fold_change": effect, "sigma_log2_fold_change": 1.0}],
                },
                "rules": [{"rule": "test", "test": "t_log2"}],
                "studies": {"chunk": CHUNK},
            }
        )
    )


def exact_crossing(effect: float, target: float) -> float:
    """Where the power of statsmodels crosses a target, between whole numbers too."""

    def above(n: float) -> float:
        return float(TTestPower().power(effect, n, 0.05)) - target

    whole = next(n for n in range(LOW, HIGH) if above(n) >= 0)
    return float(brentq(above, max(whole - 1, 1.5), whole))


@lru_cache(maxsize=4096)
def power(effect: float, n: int) -> float:
    """Of statsmodels."""
    return float(TTestPower().power(effect, n, 0.05))


def simulated(effect: float, seed: int) -> Evaluate:
    """Shares of simulated studies."""
    evaluator = paired_t(effect, seed)
    return lambda n, studies: evaluator.share({FIELD: n}, studies)


def drawn(effect: float, seed: int) -> Evaluate:
    """Shares of as many studies, each a find with the exact power."""
    rng, so_far = seeding.stream(seed, "search", f"{effect:g}"), dict[int, tuple[int, int]]()

    def evaluate(n: int, studies: int) -> Share:
        finds, done = so_far.get(n, (0, 0))
        more = -(-max(studies - done, 0) // CHUNK) * CHUNK
        finds, done = finds + int(rng.binomial(more, power(effect, n))), done + more
        so_far[n] = finds, done
        near = min(max(finds / done, 0.5 / done), 1 - 0.5 / done)
        return Share(finds / done, float(np.sqrt(near * (1 - near) / done)), done, 0)

    return evaluate


def _case(target: float, effect: float, seeds: int, how: Callable[[float, int], Evaluate]) -> dict[str, object]:
    crossing = exact_crossing(effect, target)
    exact = int(np.ceil(crossing))
    begin = time.perf_counter()
    found = [smallest(how(effect, seed), target, LOW, HIGH, BUDGET) for seed in range(1, seeds + 1)]
    z = np.array([(one.root - crossing) / one.root_se for one in found])
    studies = [one.studies for one in found]
    return {
        "studies are": how.__name__,
        "target": target,
        "effect": effect,
        "exact": exact,
        "seeds": seeds,
        "right": sum(one.n == exact for one in found),
        "within 1": sum(one.n is not None and abs(one.n - exact) <= 1 for one in found),
        "in interval": sum(one.low is not None and one.low <= exact <= (one.high or 0) for one in found),
        "error": round(float(np.median([one.root_se for one in found])), 3),
        "z: rms": round(float(np.sqrt(np.mean(z**2))), 2),
        "mean": round(float(z.mean()), 2),
        "largest": round(float(np.abs(z).max()), 1),
        "spent: median": int(np.median(studies)),
        "most": max(studies),
        "s a search": round((time.perf_counter() - begin) / seeds, 2),
    }


def run(seeds: int = 4) -> list[dict[str, object]]:
    """Every case."""
    cases = [(target, effect) for target in TARGETS for effect in EFFECTS]
    return [_case(*case, MORE_SEEDS * seeds, drawn) for case in cases] + [
        _case(*case, seeds, simulated) for case in cases
    ]


def main(seeds: Annotated[int, typer.Option(min=1, help="Searches of each case.")] = 50) -> None:
    """Print the table with so many seeds a case."""
    Console(width=200).print(as_table("plan_search", run(seeds)))


if __name__ == "__main__":
    typer.run(main)

"""How fast this machine is: a worker, a small fit and power of studies, beside what is usual."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lensim.checks import fault_of
from lensim.doctor.finding import Finding
from lensim.inference.compiled import are_in_place

SLOW: Final = 3.0
"""So many times longer than usual is slow; an ordinary laptop takes between half and twice of what is usual."""
POWER_STUDIES: Final = 20_000
SEED: Final = 1
RATIOS: Final = "target,subject,cell_type,contrast,ratio\n" + "".join(
    f"T,{subject},primary,drug,{ratio}\n" for subject, ratio in zip("abcd", (2.1, 1.6, 3.0, 1.2), strict=True)
)


@dataclass(frozen=True)
class Trial:
    """Something small that is timed.

    Attributes
    ----------
    what
        It is called.
    run
        Does it; it is run twice, and the second time counts, when all is loaded.
    usual_s
        Seconds that are usual, on two cores of 2.5 GHz.
    kernels
        The package whose kernels it needs; empty where it needs none.
    """

    what: str
    run: Callable[[], object]
    usual_s: float
    kernels: str = ""


def of_speed() -> Iterator[Finding]:
    """A worker, fits and power, each timed."""
    for trial in trials():
        yield timed(trial)


def timed(trial: Trial, clock: Callable[[], float] = time.perf_counter) -> Finding:
    """Run a trial, and say how long it took beside what is usual."""
    if trial.kernels and not are_in_place(trial.kernels):
        return Finding(trial.what, "slow", "not timed: its kernels are not compiled yet", "lensim prepare")
    try:
        trial.run()
        started = clock()
        trial.run()
        seconds = clock() - started
    except Exception as error:  # whatever fails on a machine that is new
        remedy = "mend what is missing above; if nothing is, report this line"
        return Finding(trial.what, "missing", f"failed: {fault_of(error)}", remedy, is_needed=True)
    said = f"{seconds:.2f} s; {trial.usual_s:g} s are usual"
    if seconds <= SLOW * trial.usual_s:
        return Finding(trial.what, "ok", said)
    return Finding(trial.what, "slow", said, "close other programs, and take a local disk and mains power")


def trials() -> tuple[Trial, ...]:
    """What is timed."""
    return (
        Trial("a worker process starts", _worker, 1.5),
        Trial("a fit of ratios (exact)", _fit_of_ratios, 0.5),
        Trial("a fit of 3 lines (laplace)", _fit_of_panel, 1.0, "lensim.dose_response.chain"),
        Trial(f"power of {POWER_STUDIES:,} studies", _power, 1.5, "lensim.expression.exact"),
    )


def answer(number: int) -> int:
    """What the worker is asked: the same number."""
    return number


def _worker() -> None:
    from lensim.power.processes import processes

    with processes(1) as spread:
        ((_, found),) = spread(answer, iter([("asked", (SEED,))]))
    if found != SEED:
        raise RuntimeError(f"a worker process must answer {SEED}, got {found!r}")


def _fit_of_ratios() -> object:
    from lensim.face.fit import fit
    from lensim.read import expression

    with tempfile.TemporaryDirectory(prefix="lensim-doctor-") as folder:
        table = Path(folder) / "ratios.csv"
        table.write_text(RATIOS, encoding="utf-8", newline="\n")
        return fit(expression(table), seed=SEED)


def _fit_of_panel() -> object:
    from lensim.dose_response.design import DoseResponseDesign
    from lensim.face.fit import fit
    from lensim.simulate import dose_response

    _, data = dose_response(DoseResponseDesign(("a", "b", "c"), ("g", "g", "g")), seed=SEED)
    return fit(data, seed=SEED)


def _power() -> object:
    from lensim.power.scenario import scenario_of
    from lensim.power.sweep import sweep

    asked = scenario_of(
        {
            "name": "doctor",
            "seed": SEED,
            "design": {"subjects": {"line": 12}, "targets": ["T"]},
            "truth": {"expression": [{"mu_log2_fold_change": 0.4, "sigma_log2_fold_change": 0.5}]},
            "rules": [{"rule": "posterior", "above": 0.0}],
            "studies": {"count": POWER_STUDIES, "chunk": 1000},
            "audit": {"studies": 0},
        }
    )
    with tempfile.TemporaryDirectory(prefix="lensim-doctor-") as folder:
        return sweep(asked, Path(folder) / "out", workers=1)

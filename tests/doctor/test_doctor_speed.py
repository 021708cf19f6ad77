"""What is timed on a machine, beside what is usual."""

import itertools

import pytest

from lensim.doctor import speed
from lensim.doctor.speed import SLOW, Trial, timed


def clock(seconds: float):
    ticks = itertools.count(0.0, seconds)
    return lambda: next(ticks)


@pytest.mark.parametrize(("seconds", "state"), [(0.5, "ok"), (SLOW * 2.0, "ok"), (SLOW * 2.0 + 0.1, "slow")])
def test_what_takes_much_longer_than_usual_is_slow(seconds, state):
    runs: list[int] = []
    found = timed(Trial("a fit", lambda: runs.append(1), 2.0), clock(seconds))
    assert (found.state, len(runs)) == (state, 2)
    assert found.said == f"{seconds:.2f} s; 2 s are usual"


def test_what_fails_is_told_and_needed():
    def fails() -> None:
        raise OSError(12, "Cannot allocate memory")

    found = timed(Trial("a fit", fails, 2.0))
    assert found.is_broken
    assert "Cannot allocate memory" in found.said


def test_what_is_not_compiled_is_not_timed(monkeypatch):
    monkeypatch.setattr(speed, "are_in_place", lambda package: False)
    found = [timed(trial) for trial in speed.trials() if trial.kernels]
    assert {(one.state, one.remedy) for one in found} == {("slow", "lensim prepare")}


def test_a_worker_and_a_fit_without_kernels_are_done():
    by_name = {trial.what: trial for trial in speed.trials()}
    by_name["a worker process starts"].run()
    by_name["a fit of ratios (exact)"].run()
    assert speed.answer(3) == 3

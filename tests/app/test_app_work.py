"""Work of many sessions on a few processes: in turn, stopped at once, broken without harm."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from lensim.app.work import Crew, Job, Stopped
from lensim.checks import InputError

PATIENCE_S = 60.0


def double(value: int) -> int:
    return 2 * value


def slow(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def refused() -> None:
    raise InputError("patients must be 1 or more, got 0")


def ended() -> None:
    os._exit(3)


def run_chunk(scenario: "Counted", setting: dict[str, int], chunk: int, size: int) -> tuple[int, int]:
    return chunk, os.getpid()


class Counted:
    """A scenario whose digest is known."""

    def __init__(self, name: str) -> None:
        self.name = name

    def digest(self) -> str:
        return self.name


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with Crew(2) as made:
        yield made


def results(job: Job, function, arguments):
    return dict(job.pool(function, iter(list(enumerate(arguments)))))


def begun(crew: Crew, work) -> tuple[Job, threading.Event, list]:
    """A job, an event that is set at its end, and what it has found."""
    over, found = threading.Event(), []

    def run(job: Job) -> None:
        try:
            work(job, found)
        finally:
            over.set()

    return crew.begin(run), over, found


def test_every_task_has_its_result(crew):
    assert results(Job(crew), double, [(n,) for n in range(9)]) == {n: 2 * n for n in range(9)}


def test_an_error_of_a_task_comes_to_its_job_alone(crew):
    with pytest.raises(InputError, match="patients must be 1 or more"):
        results(Job(crew), refused, [()])
    assert results(Job(crew), double, [(4,)]) == {0: 8}


def test_the_same_chunk_is_worked_on_once(crew):
    first = results(Job(crew), run_chunk, [(Counted("a"), {"n": 4}, 7, 250)])
    assert results(Job(crew), run_chunk, [(Counted("a"), {"n": 4}, 7, 250)]) == first
    assert crew.kept(("a", '{"n": 4}', 7, 250)) == first[0]
    assert crew.kept(("b", '{"n": 4}', 7, 250)) is None


def test_a_stopped_job_gives_its_worker_back(crew):
    def work(job, found):
        found.append(results(job, slow, [(600.0,), (600.0,)]))

    job, over, found = begun(crew, work)
    time.sleep(0.5)
    job.stop()
    assert over.wait(PATIENCE_S)
    assert found == []
    assert results(Job(crew), double, [(1,), (2,)]) == {0: 2, 1: 4}  # on workers that were started anew


def test_a_job_that_was_stopped_asks_for_nothing(crew):
    job = Job(crew)
    job.stop()
    with pytest.raises(Stopped):
        results(job, double, [(1,)])


def test_who_comes_later_with_little_is_not_behind_those_with_much(crew):
    results(Job(crew), double, [(1,), (2,)])  # both workers are there
    times = {}

    def work(name, count):
        def run(job, found):
            results(job, slow, [(0.05,)] * count)
            times[name] = time.monotonic()

        return run

    _, much, _ = begun(crew, work("much", 60))
    time.sleep(0.3)
    _, little, _ = begun(crew, work("little", 2))
    assert little.wait(PATIENCE_S)
    assert much.wait(PATIENCE_S)
    assert times["little"] < times["much"]


def test_a_task_that_ends_its_workers_is_an_error_in_words(crew):
    with pytest.raises(InputError, match="a worker process ended 4 times at the same studies"):
        results(Job(crew), ended, [()])
    assert results(Job(crew), double, [(5,)]) == {0: 10}


def test_the_end_of_the_page_ends_workers_and_jobs():
    with Crew(1) as crew:
        _, over, _ = begun(crew, lambda job, found: results(job, slow, [(600.0,)]))
        time.sleep(0.2)
    assert over.wait(PATIENCE_S)

"""Work of a session in a process of its own: results, sentences, errors, and an end at any moment."""

import os
import threading
import time

import pytest

from lensim.app.apart import Apart
from lensim.app.work import Crew, Job, Stopped
from lensim.checks import InputError


def add(one: int, other: int, tell) -> int:
    tell(f"adding {one}")
    return one + other


def process(tell) -> int:
    return os.getpid()


def refuse(tell) -> None:
    raise InputError("a must be b, got c")


def fail(tell) -> None:
    raise KeyError("x")


def last(seconds: float, tell) -> None:
    tell("begun")
    time.sleep(seconds)


def die(tell) -> None:
    os._exit(9)


@pytest.fixture(scope="module")
def apart():
    found = Apart()
    yield found
    found.close()


@pytest.fixture
def job():
    return Job(Crew(0))


def test_a_function_gives_its_result_and_tells_on_the_way(apart, job):
    told: list[str] = []
    assert apart.run(job, add, 1, 2, tell=told.append) == 3
    assert told == ["adding 1"]
    assert apart.run(job, process) != os.getpid()


def test_errors_come_back_as_sentences(apart, job):
    with pytest.raises(InputError, match=r"^a must be b, got c$"):
        apart.run(job, refuse)
    with pytest.raises(InputError, match=r"^lensim failed: KeyError"):
        apart.run(job, fail)
    with pytest.raises(InputError, match="its process was ended"):
        apart.run(job, die)
    assert apart.run(job, add, 2, 2) == 4


def test_a_stopped_job_ends_its_process_at_once_and_the_next_goes_on(apart, job):
    begun, over = threading.Event(), threading.Event()

    def run() -> None:
        with pytest.raises(Stopped):
            apart.run(job, last, 600.0, tell=lambda _: begun.set())
        over.set()

    threading.Thread(target=run, daemon=True).start()
    assert begun.wait(120)
    job.stop()
    assert over.wait(30)
    assert apart.run(Job(Crew(0)), add, 3, 4) == 7


def test_nothing_is_begun_once_it_is_closed(job):
    found = Apart()
    found.close()
    with pytest.raises(Stopped):
        found.run(job, add, 1, 2)

"""Cores, memory, threads, letters and the clock of a machine."""

import pytest

from lensim.doctor import machine


def test_this_machine_is_looked_at():
    found = {one.what: one for one in machine.of_machine()}
    assert set(found) == {"system", "cores", "memory", "threads of BLAS", "letters", "clock"}
    assert not any(one.is_broken for one in found.values())


@pytest.mark.parametrize(("usable", "state"), [(1, "slow"), (2, "ok"), (64, "ok")])
def test_one_core_is_slow(usable, state):
    found = machine.of_cores(usable, 64)
    assert (found.state, found.said.startswith(f"{usable} of 64 may be used")) == (state, True)


@pytest.mark.parametrize(("free", "state"), [(0.3, "slow"), (1.0, "ok")])
def test_little_memory_is_slow(free, state):
    assert machine.of_memory(8.0, free).state == state


def test_more_threads_than_cores_are_slow(monkeypatch):
    asked = {"user_api": "blas", "internal_api": "openblas", "version": "1", "num_threads": 8}
    monkeypatch.setattr(machine, "threadpool_info", lambda: [asked])
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    found = machine.of_threads(2)
    assert (found.state, found.remedy) == ("slow", "set OMP_NUM_THREADS=2")
    assert found.said == "openblas 1: 8 (OMP_NUM_THREADS=8), of 2 cores"
    assert machine.of_threads(8).state == "ok"
    monkeypatch.setattr(machine, "threadpool_info", list)
    assert machine.of_threads(2).said.startswith("none is told")


@pytest.mark.parametrize(("names", "state"), [("utf-8", "ok"), ("UTF8", "ok"), ("ascii", "missing")])
def test_names_of_files_need_all_letters(names, state):
    found = machine.of_letters(names, "cp1252", "cp1252")
    assert (found.state, found.is_broken) == (state, False)


def test_a_clock_that_is_behind_or_coarse_is_told():
    day = machine.DAY_S
    assert machine.of_clock(1e-9, 10 * day, 9 * day).state == "ok"
    behind = machine.of_clock(1e-9, 10 * day, 14 * day)
    assert (behind.state, behind.remedy) == ("missing", "set date and time")
    assert "4 days behind" in behind.said
    assert machine.of_clock(0.1, 10 * day, 9 * day).state == "slow"

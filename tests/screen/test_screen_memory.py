"""Memory of a process that works for hours does not grow by what is done with."""

import gc
import itertools
import weakref

import pytest

from lensim.screen import memory
from lensim.tables.number_text import parse_number


class Group:
    """Points at itself, as the groups of a result point at each other."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture(autouse=True)
def _no_collection(monkeypatch):
    monkeypatch.setattr(memory, "_fitted", itertools.count(1))
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def test_a_worker_takes_apart_what_each_compound_left():
    for _ in range(3):
        left = weakref.ref(Group())
        memory.after_compound(is_worker=True)
        assert left() is None
    assert gc.get_freeze_count() > 0


def test_another_process_does_so_now_and_then_and_keeps_its_own_objects_as_they_are():
    left = [weakref.ref(Group()) for _ in range(memory.EVERY)]
    for _ in range(memory.EVERY - 1):
        memory.after_compound(is_worker=False)
    assert all(one() is not None for one in left)
    memory.after_compound(is_worker=False)
    assert all(one() is None for one in left)
    assert gc.get_freeze_count() == 0


def test_texts_of_a_table_are_forgotten():
    assert parse_number("12.5", ".") == 12.5
    assert parse_number.cache_info().currsize
    memory.after_reading()
    assert not parse_number.cache_info().currsize
    assert parse_number("12.5", ".") == 12.5

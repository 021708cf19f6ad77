"""The page on the largest inputs has every bound with its value, and every bound is in force."""

import re
from pathlib import Path

import pytest

from lensim import limits
from tests.source_tree import ROOT

UNITS = {"MEGABYTE"}
BOUNDS = {name: value for name, value in vars(limits).items() if name.isupper() and name not in UNITS}
ROW = re.compile(r"\| ([^|]+) \| ([^|]+) \| `(\w+)` \| ([^|]+) \|")
ROWS = [
    match.groups()
    for line in (ROOT / "docs/reference/limits.md").read_text().splitlines()
    if (match := ROW.fullmatch(line))
]
SOURCES = [path.read_text() for path in Path(ROOT / "lensim").rglob("*.py") if path.name != "limits.py"]


def number_of(text):
    """The number in a cell such as `100,000,000`, `2^63 - 1` or `at least 1e-30`."""
    power = re.fullmatch(r"(\d+)\^(\d+) - 1", text)
    if power:
        return int(power[1]) ** int(power[2]) - 1
    return float(text.removeprefix("at least ").replace(",", ""))


def test_each_bound_is_on_the_page_once():
    assert sorted(name for _, _, name, _ in ROWS) == sorted(BOUNDS)


@pytest.mark.parametrize(("of_what", "value", "name", "remedy"), ROWS, ids=[name for _, _, name, _ in ROWS])
def test_the_page_has_the_value(of_what, value, name, remedy):
    assert number_of(value) == BOUNDS[name]
    assert of_what.strip()
    assert remedy.strip()


@pytest.mark.parametrize("name", BOUNDS)
def test_each_bound_is_in_force(name):
    used = re.compile(rf"\blimits\.{name}\b")
    assert any(used.search(source) for source in SOURCES)

"""Printed numbers, files of summaries, and every fault told."""

import re
import tomllib
from pathlib import Path

import pytest

from lensim.checks import InputError
from lensim.summaries.order import ordered
from lensim.summaries.priors import SummaryPriors
from lensim.summaries.read import read_summaries, summaries_of
from lensim.summaries.summary import PublishedSummary, warnings_of

TNF = {
    "name": "TNF",
    "n": 12,
    "scale": "percent_of_control",
    "median": 179,
    "minimum": 58,
    "maximum": 369,
    "increases": 10,
}


def _refused(**changes: object) -> str:
    with pytest.raises(InputError) as refused:
        _ordered(TNF | changes)
    return str(refused.value)


def _ordered(table: dict[str, object]) -> None:
    for one in summaries_of({"summary": [table]}, "paper.toml")[0]:
        ordered(one)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("median = 58", 57.5, 58.5),
        ("median = 58.0", 57.95, 58.05),
        ("median = 58.10", 58.095, 58.105),
        ("median = '58.10'", 58.095, 58.105),
        ("median = [57, 60]", 57.0, 60.0),
        ("median = 180", 179.5, 180.5),
    ],
)
def test_digits_of_a_file_count(tmp_path, text, low, high):
    path = tmp_path / "paper.toml"
    path.write_text(f"[[summary]]\nname = 'a'\nn = 5\nscale = 'percent_of_control'\n{text}\n")
    (summary,), _ = read_summaries(path)
    assert summary.median is not None
    assert (summary.median.low, summary.median.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"median": [{}, 60]}, "median: must be a number as it is printed, or a list of its two ends, got [{}, 60]"),
        ({"median": [[57], None]}, "median: must be a number as it is printed, or a list of its two ends, got "),
        ({"median": 400}, "median must not lie above maximum, got 400 and 369"),
        ({"median": 20}, "minimum must not lie above median, got 58 and 20"),
        ({"increases": 13}, "increases must be at most n (12), got 13"),
        ({"minimum": 120}, "minimum must be a decrease where only 10 of 12 increased, got 120"),
        ({"p": {"value": 0}}, "p.value must lie above 0 and be at most 1, got 0: print P < limit as below"),
        ({"p": {"value": 1.2}}, "p.value must lie above 0 and be at most 1, got 1.2"),
        ({"p": {"test": "t"}}, "p must have exactly one of value and below"),
        ({"p": {"value": 0.01, "test": "anova"}}, "got 'anova'"),
        ({"n": 1, "increases": 1}, "n: Input should be greater than or equal to 2, got 1"),
        ({"sd": 400}, "sd must lie between"),
        ({"sd": 5}, "sd must lie between"),
        ({"mean": 350}, "mean must lie between"),
        ({"mean": 30}, "mean must not lie below minimum, got 30 and 58"),
        ({"mean": 150}, "no 12 values can have this mean or sd beside the other figures: value"),
        ({"sd": 90, "sem": 26}, "sd and sem say the same"),
        (
            {"scale": "percent_change", "minimum": 58},
            "minimum must be a decrease where only 10 of 12 increased, got 58; is the scale percent_of_control?",
        ),
        ({"scale": "ratio", "minimum": -1}, "minimum must be above nothing left on the scale ratio, got -1"),
        ({"increases": 0}, "maximum must be a decrease where none increased, got 369"),
        ({"increases": 5}, "no 12 values can have this summary"),
        ({"medain": 3}, "medain: there is no such key here; the keys are "),
        ({"median": "abc"}, "must be a number as it is printed, got 'abc'"),
        ({"median": [5, 4]}, "ends must be in order, got 5 and 4"),
        ({"measurement_sd": -1}, "measurement_sd"),
    ],
)
def test_what_cannot_be_is_told(changes, message):
    said = _refused(**changes)
    assert message in said
    assert "TNF" in said


def test_all_faults_of_a_file_at_once():
    with pytest.raises(InputError) as refused:
        summaries_of({"summary": [TNF | {"increases": 13}, TNF | {"median": 400}], "priors": {"sd_mu": -1}}, "p.toml")
    said = str(refused.value)
    assert "p.toml: summary 1 (TNF)" in said
    assert "p.toml: summary 2 (TNF)" in said
    assert "SummaryPriors.sd_mu must be above 0" in said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "at least one table [[summary]]"),
        ({"summaries": []}, "got summaries"),
        ({"summary": [TNF, TNF]}, "names must differ, got 'TNF' twice"),
        ({"summary": [{"name": "a", "n": 4, "scale": "ratio"}]}, "must have a median, mean, range, quartile or sd"),
    ],
)
def test_a_file_needs_summaries(content, message):
    with pytest.raises(InputError) as refused:
        summaries_of(content, "p.toml")
    assert message in str(refused.value)


def test_percent_change_that_looks_like_percent_of_control_is_warned_of():
    summary = PublishedSummary(name="a", n=12, scale="percent_change", median=179, minimum=58, maximum=369)
    (said,) = warnings_of(summary)
    assert "as percent of control it would be a decrease" in said
    (said,) = warnings_of(PublishedSummary(name="a", n=12, scale="ratio", median=179))
    assert "was it percent of control?" in said


def test_the_summaries_of_the_docs_are_taken():
    text = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "published.md").read_text()
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (summary,), priors = summaries_of(tomllib.loads(block), "docs")
    ordered(summary)
    assert priors == SummaryPriors()


@pytest.mark.parametrize(
    ("minimum", "increases", "other"),
    [(58, 12, "a decrease"), (170, 12, "an increase of 70 percent"), (58, None, "a decrease")],
)
def test_percent_change_is_asked_about_where_all_increased(minimum, increases, other):
    summary = PublishedSummary(name="a", n=12, scale="percent_change", minimum=minimum, increases=increases)
    (said,) = warnings_of(summary)
    assert f"as percent of control it would be {other}" in said


def test_every_fault_has_its_place():
    """Also what only all figures of a summary together show."""
    with pytest.raises(InputError) as refused:
        summaries_of({"summary": [TNF | {"increases": 5}, TNF | {"name": "b", "mean": 350}]}, "p.toml")
    first, second = str(refused.value).splitlines()
    assert first.startswith("p.toml: summary 1 (TNF): no 12 values can have this summary")
    assert second.startswith("p.toml: summary 2 (b): mean must lie between")


def test_too_many_values_are_refused():
    with pytest.raises(InputError, match=r"p.toml: summary 1 \(TNF\): n must be at most 1,000, as all values behind"):
        summaries_of({"summary": [TNF | {"n": 100_000}]}, "p.toml")


def test_no_file_and_no_toml(tmp_path):
    with pytest.raises(InputError, match="got nothing there"):
        read_summaries(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[[summary")
    with pytest.raises(InputError, match="must be TOML"):
        read_summaries(tmp_path / "bad.toml")

"""The values of the controls become fields, or a sentence."""

import re
from dataclasses import replace

import pytest

from lensim.app.plan.asked import Asked
from lensim.app.plan.chosen import usual_experiments
from lensim.app.plan.designs import DESIGNS
from lensim.app.plan.form import FIRST, NAMES, PRICES, asked_of, fields_of_start, form, offered, subject_of
from lensim.app.plan.start import Start
from lensim.checks import InputError
from lensim.power.design_prior import DesignPrior

START = Start(
    DesignPrior(path="/tmp/fit.nc", digest="d" * 64, label="fit.nc"),
    "fit.nc",
    {("TNF", "patient", "LEN"): (1.0, 0.5), ("TNF", "patient", "POM"): (-1.0, 0.5)},
)


def values(**changed):
    """What the page sends as it stands at first."""
    found = {name: getattr(FIRST, name) for name in NAMES if hasattr(FIRST, name)}
    found |= {"start": "fields", "goal": 80, "goal_of_calls": 30, "currency": "EUR"}
    found |= {f"price_{name}": getattr(FIRST.prices, name) for name in PRICES}
    return found | changed


def test_the_form_as_it_stands_at_first():
    assert set(values()) == set(NAMES)
    assert asked_of(values(), None) == Asked(experiments=1)


@pytest.mark.parametrize(
    ("changed", "experiments"),
    [
        ({}, 1),
        ({"subject": "donor"}, 1),
        ({"subject": "line"}, 2),
        ({"design": "calls"}, 2),
        ({"start": "file", "start_subject": "patient", "subject": "line"}, 1),
        ({"start": "file", "start_subject": "myeloma line"}, 2),
    ],
)
def test_a_patient_has_one_experiment_and_a_line_two(changed, experiments):
    assert usual_experiments(subject_of(values(**changed))) == experiments


def test_every_control_is_on_the_page_with_a_label_of_its_own():
    text = str(form())
    for name in NAMES:
        assert text.count(f'id="{name}"') == 1
        assert text.count(f'for="{name}"') >= 1
    assert len(re.findall(r'class="lensim-field"', text)) == len(NAMES) + 1  # and whether a fit is trusted


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"effect": None}, "Effect must be a number of 0 to 1e+09, got none"),
        ({"price_well": -1}, "A well or reaction must be a number of 0 to 1e+09, got -1"),
        (
            {"start": "file"},
            "Start from a file must have a file, got none: choose one, or start from the numbers",
        ),
    ],
)
def test_what_is_missing_or_out_of_range_is_told_with_its_label(changed, message):
    with pytest.raises(InputError) as error:
        asked_of(values(**changed), None)
    assert str(error.value) == message


def test_a_file_gives_target_subject_and_treatment():
    asked = asked_of(values(start="file", start_contrast="POM"), START)
    assert (asked.target, asked.subject, asked.contrast) == ("TNF", "patient", "POM")
    assert asked.is_decrease
    assert asked.content()["scenario"]["truth"] == {"contrast": "POM"}
    assert asked.toml().startswith("# lensim plan next.toml --from fit.nc --out results/plan\n")
    assert 'value="LEN"' in str(fields_of_start(START))


def of(designs: tuple[str, ...]) -> Start:
    return replace(START, kind="a fit of something", designs=designs)


@pytest.mark.parametrize("design", sorted(DESIGNS))
@pytest.mark.parametrize("designs", [("expression", "ratios"), ("groups",), ("dose_response",), ("calls",)])
def test_a_design_that_a_file_does_not_suit_is_told_with_those_that_it_does(design, designs):
    given = values(start="file", design=design)
    if design in designs:
        assert asked_of(given, of(designs)).design == design
        return
    with pytest.raises(
        InputError, match=r"^Kind of study must be “.+”, as fit\.nc is a fit of something, got “"
    ) as told:
        asked_of(given, of(designs))
    assert all(DESIGNS[one].title in str(told.value) for one in (*designs, design))


def test_the_goal_of_calls_is_that_of_lines():
    assert asked_of(values(design="calls"), None).goal == 0.3
    assert asked_of(values(design="dose_response"), None).goal == 0.8


def test_what_a_former_file_offered_is_not_asked_of_this_one():
    chosen = {"start_target": "IGF1", "start_subject": "patient", "start_contrast": None}
    assert offered(START, chosen) == {"start_target": None, "start_subject": "patient", "start_contrast": None}


def test_a_target_that_the_file_lacks_is_told():
    with pytest.raises(InputError, match=r"fit\.nc must have IGF1 in patient, got TNF in patient"):
        asked_of(values(start="file", start_target="IGF1"), START).content()

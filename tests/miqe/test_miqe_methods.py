import pytest

from lensim import vocabulary as v
from lensim.miqe import methods
from lensim.miqe.fill import BY_NATURE, checklist_of
from lensim.miqe.methods import FACTS, METHODS, Panel
from lensim.miqe.sheets import workbook_of_checklist
from tests.report.made_up_fits import made_up_fit


@pytest.fixture(scope="module")
def panel() -> Panel:
    return Panel(made_up_fit("dose_response"))


def test_every_item_that_a_fit_can_know_has_a_source_in_it():
    assert {item.name for item in METHODS if item.known == "fit"} == set(FACTS)


def test_the_sheet_is_filled_and_its_blanks_listed():
    fit = made_up_fit("dose_response")
    checklist = checklist_of(fit)
    assert checklist.counts[BY_NATURE] == 4
    assert len(checklist.table) == 20
    assert checklist.sentence.endswith("blank are 4 that the bench alone knows and 1 that this fit does not have")
    names = [sheet.name for sheet in workbook_of_checklist(checklist)]
    assert names == ["methods", "blank", "answers", "settings"]


def test_doses_and_replicates_are_told(panel):
    data = panel.data
    doses = sorted({dose for dose in data[v.DOSE].to_numpy().tolist() if dose > 0})
    assert methods.series(panel).value.startswith(
        f"{len(doses)} doses from {doses[0]:.4g} to {doses[-1]:.4g} uM, steps"
    )
    assert methods.series(panel).lacks == "the name of the compound"
    assert methods.wells(panel).value.startswith("wells of one dose in one culture (technical): ")
    assert methods.controls(panel).value.startswith("untreated wells of a culture: ")
    assert methods.lines(panel).value.startswith(f"{data.sizes[v.CELL_LINE]} lines or conditions: ")


def test_days_are_told_and_one_day_says_what_the_spread_is(panel):
    assert methods.days(panel).value == (
        "independent experiments (days, biological): 1 a line, 1 in all; the spread between days is that of the prior"
    )
    fit = made_up_fit("dose_response")
    data = fit["observations"].to_dataset()
    own = data[v.LINE_OF_CULTURE] * 0
    fit["observations"].dataset = (
        data.assign({v.LINE_OF_CULTURE: own})
        .drop_dims(v.EXPERIMENT)
        .assign({v.EXPERIMENT_OF_CULTURE: (v.CULTURE, range(data.sizes[v.CULTURE]))})
    )
    grown = fit["observations"].to_dataset()
    grown = grown.assign_coords({v.EXPERIMENT: [f"day {k}" for k in range(data.sizes[v.CULTURE])]})
    fit["observations"].dataset = grown
    assert "the spread between days" not in methods.days(Panel(fit)).value


def test_what_was_left_out_is_told(panel):
    assert methods.excluded(panel).value == "none left out as read"
    fit = made_up_fit("dose_response")
    fit["observations"].attrs |= {"wells_lost": 2, "wells_saturated": 1, "compound": "lenalidomide"}
    assert methods.excluded(Panel(fit)).value == "left out: 2 without a value, 1 saturated"
    assert methods.series(Panel(fit)).value.startswith("lenalidomide: ")


def test_ic50_is_defined(panel):
    assert methods.ic50(panel).value.startswith("absolute: the dose at which half of the untreated signal is left")


def test_percents_are_told_as_such(panel):
    assert "Student t around the log signal" in methods.model(panel).value
    assert methods.model(panel).value.endswith("model dose_response_made_up")
    fit = made_up_fit("dose_response")
    data = fit["observations"].to_dataset().rename({v.SIGNAL: v.VIABILITY})
    fit["observations"].dataset = data
    assert "in proportion to the percent" in methods.model(Panel(fit)).value
    assert methods.readout(Panel(fit)).value == "percent of untreated, as read"
    assert methods.normalisation(Panel(fit)).value.startswith("percent of untreated wells, before the fit")

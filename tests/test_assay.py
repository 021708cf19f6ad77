"""An assay as one value: how it is found, what it refuses, and that all of lensim's offer the same."""

import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import (
    Asked,
    Assay,
    assay_names,
    assay_of,
    find_assay,
    has_levels,
    is_of,
    read_result,
    require_assay,
)
from lensim.bioassay.assay import counts as of_standards
from lensim.cell_cycle.assay import counts as of_phases
from lensim.checks import InputError
from lensim.dose_response.assay import counts as of_panels
from lensim.expression.assay import counts as of_levels
from tests.cell_cycle.test_cell_cycle_estimands import made_up, sheet_of
from tests.cli.test_cli_bioassay import fitted as bioassay
from tests.cli.test_cli_report import expression
from tests.dose_response.test_dose_response_estimands import result as dose_response

OWN = ("bioassay", "cell_cycle", "dose_response", "expression")


def cell_cycle() -> xr.DataTree:
    return made_up(sheet_of(), 0.1)


RESULTS = {"bioassay": bioassay, "cell_cycle": cell_cycle, "dose_response": dose_response, "expression": expression}
MAIN = {"bioassay": "media", "cell_cycle": "effects", "dose_response": "lines", "expression": "subjects"}


def test_lensims_own_assays_are_found_by_entry_points():
    assert set(OWN) <= set(assay_names())
    for name in OWN:
        found = find_assay(name)
        assert isinstance(found, Assay)
        assert found.name == name
        assert found.command == name.replace("_", "-")


def test_an_unknown_assay_is_refused_with_those_that_there_are():
    with pytest.raises(InputError, match=r"^assay must be one of .*dose_response.*, got 'elisa'$"):
        find_assay("elisa")


@pytest.mark.parametrize("name", OWN)
def test_a_result_is_known_by_its_name_and_by_its_variables(name):
    tree = RESULTS[name]()
    tree.attrs.pop(v.ASSAY, None)
    assert assay_of(tree).name == name
    tree.attrs[v.ASSAY] = name
    assert assay_of(tree).name == name
    assert [other for other in OWN if is_of(tree, other)] == [name]


def test_the_name_goes_before_the_variables():
    data = xr.Dataset({v.DOSE: (v.WELL, [0.0]), v.SIGNAL: (v.WELL, [1.0])}, attrs={v.ASSAY: "bioassay"})
    assert assay_of(data).name == "bioassay"
    assert assay_of(data.drop_attrs()).name == "dose_response"


def test_data_of_no_assay_are_refused():
    with pytest.raises(InputError, match=r"the variables a are of no assay$"):
        assay_of(xr.Dataset({"a": ("x", [1.0])}))
    with pytest.raises(InputError, match=r"or its observations, got neither$"):
        assay_of(xr.DataTree())


def test_another_assay_is_refused_by_name():
    tree = dose_response()
    tree.attrs[v.ASSAY] = "dose_response"
    require_assay(tree, "dose_response", "fit.nc")
    with pytest.raises(InputError, match=r"^fit\.nc must be of the assay expression, got dose_response$"):
        require_assay(tree, "expression", "fit.nc")


@pytest.mark.parametrize("name", OWN)
def test_every_assay_gives_its_main_table_first_and_hides_no_column_that_is_not_there(name):
    read = read_result(RESULTS[name]())
    assert read.tables[0].name == MAIN[name]
    names = [table.name for table in read.tables]
    assert len(names) == len(set(names))
    for table in read.tables:
        assert set(table.hidden) <= set(table.frame)
        assert set(table.units) <= set(table.frame)
        assert "90% intervals" in table.caption
        assert len(table.frame)


def test_estimands_are_computed_once_for_all_tables(monkeypatch):
    calls = []
    found = find_assay("dose_response")
    counted = lambda result, asked: (calls.append(1), found.estimands(result, asked))[1]  # noqa: E731
    monkeypatch.setattr("lensim.assay.assay_of", lambda _: Assay(**{**vars(found), "estimands": counted}))
    read_result(dose_response())
    assert len(calls) == 1


def test_a_threshold_is_of_dose_response_alone():
    with pytest.raises(
        InputError, match=r"^threshold_um= must go with a result of the assay dose_response, got one of"
    ):
        read_result(bioassay(), Asked(threshold_um=1.0))
    low, high = (read_result(dose_response(), Asked(threshold_um=dose)).tables[0].frame for dose in (1e-6, 1e6))
    assert (low["p_resistant"] >= high["p_resistant"]).all()


def test_levels_are_of_dose_response_alone_and_each_is_told_once():
    with pytest.raises(InputError, match=r"^levels= must go with a result of the assay dose_response, got one of"):
        read_result(bioassay(), Asked(levels=(90.0,)))
    assert Asked(levels=(90, 50.0, 90.0)).levels == (90.0, 50.0)
    assert has_levels(dose_response())
    assert not has_levels(bioassay())
    assert not has_levels(xr.DataTree())


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"ci_prob": 1.0}, r"^ci_prob must lie between 0\.01 and 0\.999, got 1$"),
        ({"ci_prob": float("nan")}, r"^ci_prob must lie between 0\.01 and 0\.999, got nan$"),
        ({"threshold_um": 0.0}, r"^threshold_um must be above 0, got 0$"),
        (
            {"levels": (50.0, 120.0)},
            r"^levels must lie between 1 and 99 percent, got 120: write levels=90 for the dose of 90% effect$",
        ),
        (
            {"levels": (0.5,)},
            r"^levels must lie between 1 and 99 percent, got 0\.5: write levels=50 for the dose of 50% effect$",
        ),
        (
            {"levels": (float("nan"),)},
            r"^levels must lie between 1 and 99 percent, got nan: write levels=90 for the dose of 90% effect$",
        ),
    ],
)
def test_what_is_asked_is_checked(choice, message):
    with pytest.raises(InputError, match=message):
        Asked(**choice)


def test_the_gate_judges_no_yes_or_no_quantity():
    judged = find_assay("dose_response").judged(find_assay("dose_response").estimands(dose_response(), Asked()))
    assert all(values.dtype != bool for values in judged.data_vars.values())
    assert np.isfinite(judged["log10_ec50_um"]).all()


@pytest.mark.parametrize("wrong", ["wells.csv", None, 5])
def test_what_is_no_dataset_is_refused_by_its_type(wrong):
    with pytest.raises(InputError, match=rf"^data must be a Dataset, .* got {type(wrong).__name__}$"):
        assay_of(wrong)


ONE_OF_EACH = xr.Dataset(
    {v.EVENTS: (v.TUBE, [1]), v.EVENTS_OUTSIDE: (v.TUBE, [0]), v.ROLE: (v.WELL, ["standard"])},
    coords={
        dim: [0]
        for dim in (
            v.CELL_LINE, v.MEDIUM, v.PLATE, v.CULTURE, v.EXPERIMENT, v.GENE, v.SAMPLE, v.SUBJECT, v.TARGET, v.GROUP,
            v.PAIR, v.LEVEL,
        )
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "data", "said"),
    [
        (of_panels, ONE_OF_EACH, "1 well, 1 line"),
        (of_standards, ONE_OF_EACH, "1 well of standards, 0 of 1 sample, 0 blanks on 1 plate"),
        (of_phases, ONE_OF_EACH, "1 event in phases, 0 outside; 1 tube, 1 culture, 1 experiment"),
        (of_levels, ONE_OF_EACH, "1 ratio of 1 target in 1 subject, 0 rows without one"),
        (
            of_levels,
            ONE_OF_EACH.assign({v.SUBJECT_LEVEL: (v.LEVEL, [1.0])}),
            "1 level of 1 target in 1 subject of 1 group",
        ),
        (
            of_levels,
            ONE_OF_EACH.assign({v.CT: (v.REACTION, [20.0])}),
            "1 reaction of 1 gene in 1 sample of 1 subject, 0 not detected",
        ),
    ],
)
def test_one_of_a_kind_is_counted_as_one(counts, data, said):
    assert counts(data) == said

"""The last sheet of a fit's workbook has verdict, notes, seed, engine, settings, priors and data."""

import pytest

from lensim.assay import Asked
from lensim.report.about import workbook_of_fit
from lensim.report.shown import shown_of
from tests.report.made_up_fits import made_up_fit


@pytest.mark.parametrize("assay", ["dose_response", "expression", "bioassay", "cell_cycle"])
def test_tables_are_those_of_the_page(assay):
    result = made_up_fit(assay)
    tables, about = workbook_of_fit(result, Asked())
    _, shown, remarks, _ = shown_of(result, Asked())
    assert [table.name for table in tables] == [table.name for table in shown]
    said = {(entry.part, entry.name): entry.value for entry in about}
    assert said["fit", "assay"] == assay
    assert said["tables", "probability inside intervals"] == 0.9
    assert isinstance(said["verdict", "converged"], bool)
    assert [entry.value for entry in about if entry.part == "note"] == [one for one in remarks if one]
    assert any(entry.part == "data" and entry.name.startswith("number of ") for entry in about)


def test_what_is_asked_of_the_tables_is_told():
    _, about = workbook_of_fit(made_up_fit("dose_response"), Asked(0.8, 1.5, (10.0, 90.0), 3.0))
    assert [(entry.name, entry.value) for entry in about if entry.part == "tables"] == [
        ("probability inside intervals", 0.8),
        ("threshold of resistance [µM]", 1.5),
        ("levels of effect [%]", "10.0, 90.0"),
        ("inhibition at the dose [µM]", 3.0),
    ]


def test_settings_priors_and_engine_are_told():
    result = made_up_fit("dose_response")
    result.attrs |= {
        "settings": '{"sampler": {"draws": 10}}',
        "priors": '{"curves": {"sd": 1.5}}',
        "engine": "laplace",
        "engines_passed_over": '{"exact": "it has wells"}',
        "seed": 7,
    }
    said = {(entry.part, entry.name): entry.value for entry in workbook_of_fit(result, Asked())[1]}
    assert said["settings", "sampler.draws"] == 10
    assert said["priors", "curves.sd"] == 1.5
    assert said["fit", "engine"] == "drawn by the engine laplace, because exact did not take it: it has wells"
    assert said["fit", "seed"] == 7


def test_settings_of_another_program_are_passed_over():
    result = made_up_fit("dose_response")
    result.attrs |= {"settings": "none"}
    result.attrs.pop("priors", None)
    parts = {entry.part for entry in workbook_of_fit(result, Asked())[1]}
    assert parts == {"verdict", "note", "fit", "tables", "data"} - ({"note"} - parts)

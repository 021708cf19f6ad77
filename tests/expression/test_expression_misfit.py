"""Genes in samples beside predictions and outlying reactions as tables, and notes of the verdict."""

from lensim import vocabulary as v
from lensim.assay import read_result
from lensim.expression.misfit import MISFIT, misfit_caption, misfit_notes
from lensim.inference.observations import observations_of
from tests.expression.shifted_studies import shifted


def tables(*given):
    return {one.name: one for one in read_result(shifted(*given)).tables}


def test_the_table_has_a_row_a_gene_and_sample_with_its_place_among_predictions():
    cells = tables(3.0)["lack_of_fit"].frame
    assert list(cells) == [
        "gene", "subject", "condition", "experiment", "plate", "observed_ct_cycles", "expected_ct_cycles",
        "expected_ct_cycles_lower", "expected_ct_cycles_upper", "place", "z", "p", "adjusted_p", "reactions", "odd",
    ]  # fmt: skip
    odd = cells[cells["odd"] == "yes"]
    assert len(odd) == 1
    assert odd["place"].item() > 99.0
    assert odd["observed_ct_cycles"].item() > odd["expected_ct_cycles_upper"].item()
    inside = cells["observed_ct_cycles"].between(cells["expected_ct_cycles_lower"], cells["expected_ct_cycles_upper"])
    assert inside.mean() > 0.8


def test_outlying_reactions_are_a_table_where_there_are_some():
    assert "outlying_reactions" not in tables()
    outlying = tables(0.0, 3.0)["outlying_reactions"].frame
    data = observations_of(shifted())
    assert set(outlying["gene"]) == {str(data[v.GENE].to_numpy()[1])}
    assert (outlying["p_any_outlying"] > 0.9).all()
    assert list(outlying) == [
        "gene", "subject", "condition", "experiment", "plate", "ct_cycles", "ct_of_others_cycles", "p_outlying",
        "p_any_outlying",
    ]  # fmt: skip


def test_the_verdict_names_the_gene_and_the_sample():
    data = observations_of(shifted())
    (note,) = misfit_notes(read_result(shifted(3.0)).estimands)
    said = note.sentence()
    assert said.startswith(f"{data[v.GENE].to_numpy()[0]} in ")
    assert ": must come at the Ct that the other reactions of the study predict, got " in said
    assert said.endswith("; see its melting curves and labels; a Ct that is emptied is left out")
    assert not list(misfit_notes(read_result(shifted()).estimands))


def test_the_caption_says_what_it_comes_to():
    assert "; 1 of " in misfit_caption(read_result(shifted(3.0)).estimands, 0.9)
    assert "; none is off (smallest P " in misfit_caption(read_result(shifted()).estimands, 0.9)


def test_a_study_of_ratios_has_no_such_tables():
    assert not list(misfit_notes(read_result(shifted()).estimands.drop_attrs()))
    assert MISFIT in read_result(shifted()).estimands.attrs

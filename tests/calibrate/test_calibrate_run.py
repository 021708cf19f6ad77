"""Posterior calibration of fits from ratios, by the exact engine: right ones, narrow ones, a narrow engine."""

from dataclasses import replace

import pytest
import xarray as xr

import lensim
from lensim import seeding
from lensim import vocabulary as v
from lensim.assay import find_assay
from lensim.calibrate import run, simulation
from lensim.calibrate.kept import KEPT
from lensim.checks import InputError
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.expression.pairs import one_study_of_pairs, pairs_of
from lensim.expression.simulate import simulate
from lensim.expression.truth import NO_FAULTS, CellTypeExpression, ExpressionPopulation, GeneAssay, draw_truth
from lensim.inference.catalogue import find_model
from lensim.inference.observations import attach_observations
from lensim.inference.priors import carry_priors

SIMULATIONS = 30


def ratios(seed=1):
    design = ExpressionDesign([f"s{k}" for k in range(5)], ["line"] * 5, ("TNF",), ("RPL37A",))
    sheet = lay_out(design)
    population = ExpressionPopulation(
        assays={gene: GeneAssay(1.93, 24.0) for gene in design.genes},
        expression={("TNF", "line"): CellTypeExpression(0.0, 1.0, 0.5, 0.5)},
    )
    truth = draw_truth(population, sheet, seeding.stream(seed, "truth"))
    return one_study_of_pairs(pairs_of(simulate(sheet, truth, NO_FAULTS, seeding.stream(seed, "machine"))), 0)


@pytest.fixture(scope="module")
def fit():
    return lensim.fit(ratios(), seed=1)


def shrunk(posterior, share):
    middle = posterior.mean(("chain", "draw"))
    return (middle + share * (posterior - middle)).transpose("chain", "draw", ...).assign_attrs(posterior.attrs)


def narrow(fit, share=0.4):
    tree = fit.tree.copy()
    tree["posterior"] = xr.DataTree(shrunk(fit.tree["posterior"].to_dataset(), share))
    return lensim.Fit(tree)


def test_a_right_fit_is_believed_and_a_narrow_one_is_not(fit):
    assert fit.calibrate(simulations=SIMULATIONS).is_believable is True
    found = narrow(fit).calibrate(simulations=SIMULATIONS)
    assert found.is_believable is False
    assert "the fit is narrower than new fits" in found.sentence
    assert found.plot().axes[0].get_title()


def test_an_engine_that_is_narrow_everywhere_is_not_believed(fit, monkeypatch):
    assay = find_assay(v.EXPRESSION)
    (engine,) = [one for one in assay.engines if one.name == "exact"]

    def narrow_draws(*given, **options):
        drawn = engine.draw(*given, **options)
        drawn["posterior"] = xr.DataTree(shrunk(drawn["posterior"].to_dataset(), 0.4))
        return drawn

    own = replace(assay, engines=(replace(engine, draw=narrow_draws),))
    for module, name in ((run, "assay_of"), (simulation, "find_assay")):
        monkeypatch.setattr(module, name, lambda _: own)
    found = run.calibrate(narrow(fit).tree, simulations=SIMULATIONS).judged
    assert found.is_believable is False
    assert "intervals too narrow" in found.sentence


def test_a_run_goes_on_where_it_was_and_does_not_depend_on_that(fit, tmp_path):
    first = run.calibrate(fit.tree, simulations=3, folder=tmp_path)
    seen = []
    whole = run.calibrate(
        fit.tree, simulations=5, folder=tmp_path, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(3, 5), (4, 5), (5, 5)]
    assert whole.records[:3] == first.records
    anew = run.calibrate(fit.tree, simulations=5)
    assert [one["ranks"] for one in anew.records] == [one["ranks"] for one in whole.records]
    other = run.calibrate(fit.tree, simulations=5, seed=2)
    assert [one["ranks"] for one in other.records] != [one["ranks"] for one in whole.records]


def test_table_figure_and_sentence_are_kept_beside_the_simulations(fit, tmp_path):
    found = fit.calibrate(simulations=21, out=tmp_path)
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith(".")} == {
        *("calibration.csv", "calibration.txt", "ranks.png", KEPT)
    }
    assert (tmp_path / "calibration.txt").read_text(encoding="utf-8").strip() == found.sentence
    assert found.sentence in repr(found)
    assert "P = " in found._repr_html_()


def test_few_simulations_say_nothing(fit):
    found = fit.calibrate(simulations=3)
    assert found.is_believable is None
    assert "at least 20 simulations must have an answer" in found.sentence


def test_a_fit_that_no_fast_engine_answers_is_refused():
    from benchmarks.calibration.designs import tubes

    entry = find_model("cell_cycle_phases")
    result = xr.DataTree.from_dict({"posterior": xr.Dataset({"concentration": (("chain", "draw"), [[1.0]])})})
    attach_observations(result, tubes())
    carry_priors(result, entry.priors())
    result.attrs |= {v.ASSAY: v.CELL_CYCLE, "model": "cell_cycle_phases"}
    with pytest.raises(InputError) as error:
        run.calibrate(result)
    assert str(error.value) == (
        "calibrate needs a fit of an assay with a fast engine, got one of cell_cycle, which NUTS alone answers: "
        "a hundred fits would take hours"
    )


def test_bad_numbers_and_names_are_told(fit):
    with pytest.raises(InputError) as error:
        fit.calibrate(simulations=0)
    assert str(error.value) == "simulations must lie between 1 and 10000, got 0"
    with pytest.raises(InputError) as error:
        fit.calibrate(engine="laplace")
    assert "engine must be one of" in str(error.value)


def test_an_engine_that_does_not_draw_the_model_is_told(fit):
    with pytest.raises(InputError) as error:
        fit.calibrate(engine="kernel")
    assert str(error.value).startswith(
        "calibrate needs a fast engine for these data and a further run of them, got none: kernel does not take them: "
    )

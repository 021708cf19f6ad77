import pandas as pd

from lensim.expression.design import ExpressionDesign
from lensim.power.expression.plate_map import map_of_design, plate_map
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.spec import ExpressionDesignSpec
from lensim.power.expression.study import simulate_chunk
from lensim.power.scenario import scenario_of


def scenario(**design):
    return ExpressionScenario.model_construct(design=ExpressionDesignSpec(**design))


def test_every_reaction_has_a_well_of_its_own():
    found = plate_map(scenario(subjects={"line": 3}, targets=("TNF",), experiments=2, dropout=0.4))
    assert not found.duplicated(["plate", "well"]).any()
    unknown = found[found["task"] == "unknown"]
    counts = unknown.groupby(["subject", "condition", "experiment", "gene"]).size()
    assert len(counts) == 3 * 2 * 2 * 2
    assert (counts == 2).all()
    standards = found[found["task"] == "standard"]
    assert (standards["plate"] == "dilution series").all()
    assert len(standards) == 2 * 6 * 2
    assert found[found["task"] == "no_template"].groupby("plate").size().tolist() == [2, 2, 2]


def test_wells_without_template_are_left_out_where_a_plate_is_full():
    design = ExpressionDesign(["x", "y"], ["line"] * 2, ("A", "B", "C"), dilutions=(), technical_replicates=6,
                              experiments=1, no_template_replicates=0)  # fmt: skip
    found = map_of_design(design)
    assert (len(found), set(found["task"])) == (96, {"unknown"})


def test_a_large_plate_where_a_small_one_has_no_room_and_none_of_ratios():
    genes = tuple(f"G{at}" for at in range(30))
    found = plate_map(scenario(targets=genes, subjects={"line": 1}, experiments=1))
    assert isinstance(found, pd.DataFrame)
    assert found["well"].str[0].max() > "H"
    assert plate_map(scenario(targets=tuple(f"G{at}" for at in range(200)))) is None
    assert plate_map(scenario(assay="ratios")) is None


def test_studies_are_simulated_on_the_plate_of_the_map():
    """Of 31 genes a subject has 124 reactions in an experiment, more than a plate of 96 wells."""
    design = {"targets": [f"G{at}" for at in range(30)], "subjects": {"line": 2}, "experiments": 1}
    found = scenario_of({"name": "x", "design": design, "rules": [{"rule": "test", "test": "t_log2"}]})
    assert isinstance(found, ExpressionScenario)
    reactions = simulate_chunk(found, ("x",), 2).reactions
    assert reactions is not None
    assert reactions.sizes["reaction"] == 2 * 124

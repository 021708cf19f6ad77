import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked
from lensim.checks import InputError
from lensim.dose_response import conditions as c
from lensim.dose_response.assay import ASSAY
from lensim.dose_response.associations import associate
from lensim.dose_response.estimands import dose_response_estimands
from lensim.inference.observations import attach_observations
from lensim.seeding import stream

DOSES = (0.01, 0.1, 1.0, 10.0)


def fit(log10_ratio=0.5, *, common=0.3, own=0.02, lines=("A", "B", "C"), middle=-1.0, apart=()) -> xr.DataTree:
    """Draws of lines under two conditions whose IC50s share an error of `common`, with errors `own` of their own.

    `apart` has the log10 ratios of lines, where these differ.
    """
    curves = [f"{line}, {name}" for line in lines for name in ("none", "IL-6")]
    rng = stream(2, "conditions of a fit")
    shape = (2, 500, len(lines))
    shared = middle + common * rng.normal(size=shape)
    log10 = (
        np.repeat(shared, 2, axis=2)
        + np.ravel([(0.0, ratio) for ratio in apart or [log10_ratio] * len(lines)])
        + own * rng.normal(size=(2, 500, len(curves)))
    )
    dims = ("chain", "draw", v.CELL_LINE)
    draws = {v.LOG10_EC50: (dims, log10), v.LOG_HILL: (dims, 0 * log10), v.EFFECT: (dims, 0 * log10 + 8.0)}
    count = len(curves)
    data = xr.Dataset(
        {
            v.DOSE: (v.WELL, np.tile((0.0, *DOSES), count)),
            v.CULTURE_OF_WELL: (v.WELL, np.repeat(np.arange(count), len(DOSES) + 1)),
            v.LINE_OF_CULTURE: (v.CULTURE, np.arange(count)),
            v.GROUP_OF_LINE: (v.CELL_LINE, np.zeros(count, int)),
        },
        coords={
            v.CELL_LINE: curves,
            v.LINE_OF_CURVE: (v.CELL_LINE, np.repeat(lines, 2)),
            v.CONDITION_OF_CURVE: (v.CELL_LINE, ["none", "IL-6"] * len(lines)),
            v.MOLECULAR_GROUP: ["all"],
        },
        attrs={v.CONTROL: "none"},
    )
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords={v.CELL_LINE: curves})})
    attach_observations(tree, data)
    return tree


def table(**options):
    return c.summarise_conditions(dose_response_estimands(fit(**options))).set_index("cell_line")


def test_what_both_conditions_share_cancels_in_their_ratio():
    row = table().loc["A"]
    assert row["contrast"] == "IL-6 against none"
    assert row["ic50_ratio"] == pytest.approx(10**0.5, rel=0.02)
    width = np.log10(row["ic50_ratio_upper"] / row["ic50_ratio_lower"])
    assert width == pytest.approx(2 * 1.645 * 0.02 * np.sqrt(2.0), rel=0.1)
    assert row["ratio"].startswith("3.2 (")
    assert (row["p_ratio_above_1"], row["p_ratio_below_1"]) == (1.0, 0.0)


def once(experiments):
    """A table of two conditions of A, each treated once, whose day adds 0.3 log10 to the doubt about the line."""
    tree = fit(lines=("A",), own=0.2)
    data = tree["observations"].to_dataset().assign({v.EXPERIMENT_OF_CULTURE: (v.CULTURE, experiments)})
    draws = tree["posterior"].to_dataset()
    shown = draws[v.LOG10_EC50].mean(("chain", "draw")) + 0.0 * draws[v.LOG10_EC50]
    cultures = {v.CULTURE_LOG10_EC50: shown, v.CULTURE_LOG_HILL: draws[v.LOG_HILL], v.CULTURE_EFFECT: draws[v.EFFECT]}
    cultures = {
        name: values.drop_vars(v.CELL_LINE).rename({v.CELL_LINE: v.CULTURE}) for name, values in cultures.items()
    }
    tree = xr.DataTree.from_dict({"posterior": draws.assign(cultures)})
    attach_observations(tree, data)
    return c.summarise_conditions(dose_response_estimands(tree)).set_index("cell_line").loc["A"]


def test_a_ratio_of_one_experiment_stands_beside_that_of_other_days():
    """Its potency is what a bioassay of one day is asked for, without the doubt about other days."""
    row = once([0, 0])
    assert row["this_experiment_ratio"] == "3.1 (3.1 to 3.1)"
    assert row["this_experiment_ic50_ratio_upper"] == pytest.approx(10**0.5, rel=0.05)
    assert row["ic50_ratio_upper"] / row["ic50_ratio_lower"] > 5.0


def test_curves_of_two_experiments_have_no_ratio_of_one():
    assert "this_experiment_ratio" not in once([0, 1])
    assert "this_experiment_ratio" not in table()


def test_the_mean_of_lines_has_their_spread_in_it():
    rows = table()
    assert rows.index.tolist() == ["A", "B", "C", c.ALL_LINES]
    mean = rows.loc[c.ALL_LINES]
    assert mean["ic50_ratio"] == pytest.approx(10**0.5, rel=0.02)
    assert mean["ic50_ratio_upper"] - mean["ic50_ratio_lower"] > 0
    assert c.ALL_LINES not in table(lines=("A", "B")).index


def test_a_ratio_with_an_ic50_beyond_the_doses_is_a_bound():
    row = table(log10_ratio=3.0, common=0.01).loc["A"]  # 0.1 uM against 100 uM, doses end at 10
    assert np.isnan(row["ic50_ratio"])
    assert np.isnan(row["ic50_ratio_upper"])
    assert row["ic50_ratio_lower"] == pytest.approx(100.0, rel=0.15)
    assert row["ratio"].startswith("> 9") or row["ratio"].startswith("> 10")
    assert row["p_ratio_above_1"] == 1.0
    assert c.ALL_LINES not in table(log10_ratio=3.0, common=0.01).index


def test_two_ic50s_beyond_the_doses_have_no_ratio():
    row = table(log10_ratio=0.3, middle=3.0, common=0.01).loc["A"]
    assert row["ratio"] == "not known: both beyond the doses"
    assert row[["ic50_ratio", "ic50_ratio_lower", "ic50_ratio_upper"]].isna().all()
    assert (row["p_ratio_above_1"], row["p_ratio_below_1"]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((2.4, 3.0, 3.0, 3.8), "3 (2.4 to 3.8)"),
        ((2.4, 3.0, 3.02, np.inf), "3 (2.4 to no upper bound)"),
        ((2.4, 3.0, np.inf, np.inf), "> 2.4"),
        ((0.0, 0.0, 0.3, 0.4), "< 0.4"),
        ((1.0, 2.0, 9.0, 11.0), "between 1 and 11"),
        ((0.0, 0.0, np.inf, np.inf), "not known: both beyond the doses"),
        ((1500.0, 2000.0, 2000.0, 4100.0), "2000 (1500 to 4100)"),
    ],
)
def test_ratios_in_words(ends, words):
    assert c.ratio_in_words(*ends) == words


def test_tables_name_the_line_and_the_condition():
    tables = {one.name: one for one in ASSAY.tables(ASSAY.estimands(fit(), Asked()), Asked())}
    assert list(tables) == ["lines", "conditions"]
    assert tables["lines"].frame["cell_line"].tolist()[:2] == ["A", "A"]
    assert tables["lines"].frame["condition"].tolist()[:2] == ["none", "IL-6"]
    assert tables["conditions"].caption == (
        "Conditions against none: ratio of IC50s and difference of inhibition at the top dose, medians and 90% "
        "intervals; what an experiment does to both alike cancels"
    )


def test_associations_want_one_curve_a_line():
    message = (
        r"^associations must be asked of a fit with one curve a line, got one with none, IL-6: read one condition, "
        r'where=\{"COLUMN": "VALUE"\}, and fit that$'
    )
    with pytest.raises(InputError, match=message):
        associate(dose_response_estimands(fit()))


def as_parents(tree: xr.DataTree) -> xr.DataTree:
    """The same draws of lines without conditions, each second one made from the one before it."""
    data = tree["observations"].to_dataset().drop_vars([v.LINE_OF_CURVE, v.CONDITION_OF_CURVE])
    names = [f"{line}{end}" for line in "ABC" for end in ("", "-R")]
    parents = [name.removesuffix("-R") if name.endswith("-R") else "" for name in names]
    coords = {v.CELL_LINE: names, v.PARENT_OF_CURVE: (v.CELL_LINE, parents)}
    posterior = tree["posterior"].to_dataset().assign_coords({v.CELL_LINE: names})
    found = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(found, data.assign_coords(coords).assign_attrs({v.CONTROL: ""}))
    return found


def test_a_line_is_compared_with_its_parent():
    estimands = dose_response_estimands(as_parents(fit()))
    rows = c.summarise_conditions(estimands).set_index("cell_line")
    assert rows.index.tolist() == ["A-R", "B-R", "C-R", c.ALL_LINES]
    assert rows.loc["A-R", "contrast"] == "A-R against A"
    assert rows.loc[c.ALL_LINES, "contrast"] == "lines against their parents"
    expected = table()
    columns = ["ic50_ratio", "ic50_ratio_lower", "ic50_ratio_upper"]
    assert rows[columns].iloc[:3].to_numpy() == pytest.approx(expected[columns].iloc[:3].to_numpy())
    tables = {one.name: one for one in ASSAY.tables(ASSAY.estimands(as_parents(fit()), Asked()), Asked())}
    assert list(tables) == ["lines", "conditions", "panel"]
    assert tables["lines"].frame["parent"].tolist() == ["", "A", "", "B", "", "C"]
    assert tables["conditions"].caption.startswith("Lines against their parents: ratio of IC50s and difference")


def test_parents_are_compared_under_the_same_condition():
    tree = fit(lines=("A", "A-R"))
    data = tree["observations"].to_dataset().assign_coords({v.PARENT_OF_CURVE: (v.CELL_LINE, ["", "", "A", "A"])})
    attach_observations(tree, data)
    rows = c.summarise_conditions(dose_response_estimands(tree))
    assert rows["contrast"].tolist() == [
        "IL-6 against none", "IL-6 against none", "A-R against A, both under none", "A-R against A, both under IL-6",
    ]  # fmt: skip


def test_one_line_with_a_bound_leaves_the_median_of_these_lines():
    rows = table(apart=(0.5, 0.5, 3.0), common=0.01)  # of the third, the IC50 lies beyond the doses
    assert rows.index.tolist() == ["A", "B", "C", c.MEDIAN_OF_LINES]
    median = rows.loc[c.MEDIAN_OF_LINES]
    assert rows.loc["C", "ratio"].startswith("> ")
    assert median["ic50_ratio"] == pytest.approx(10**0.5, rel=0.05)
    assert median["p_ratio_above_1"] == 1.0
    bound = table(apart=(0.5, 3.0, 3.0), common=0.01).loc[c.MEDIAN_OF_LINES]
    assert bound["ratio"].startswith("> ")
    assert np.isnan(bound["ic50_ratio"])


def test_ratios_of_any_level_are_those_of_their_doses():
    asked = Asked(levels=(20.0, 50.0))
    tables = {one.name: one for one in ASSAY.tables(ASSAY.estimands(fit(middle=-0.6, common=0.1), asked), asked)}
    assert list(tables) == ["lines", "levels", "conditions", "condition_levels"]
    rows = tables["condition_levels"].frame
    assert rows["cell_line"].tolist() == ["A", "B", "C", c.ALL_LINES] * 2
    assert rows["level_percent"].tolist() == [20.0] * 4 + [50.0] * 4
    columns = ["icx_ratio", "icx_ratio_lower", "icx_ratio_upper"]
    ic50s = tables["conditions"].frame[[name.replace("icx", "ic50") for name in columns]].to_numpy()
    assert rows[columns].iloc[4:].to_numpy() == pytest.approx(ic50s)
    assert rows[columns].iloc[:3].to_numpy() == pytest.approx(ic50s[:3], rel=0.02)  # slopes and effects are alike here
    assert tables["condition_levels"].caption == (
        "Conditions against none: ratio of the doses of each level x, which leave (100 - x)% of untreated, medians and "
        "90% intervals"
    )


def test_inhibition_is_compared_at_any_dose_and_over_lines():
    asked = Asked(dose_um=0.2)
    estimands = ASSAY.estimands(fit(common=0.01, own=0.001), asked)
    rows = c.summarise_conditions(estimands).set_index("cell_line")
    at = lambda ic50: 100 * 0.2 / (0.2 + ic50)  # noqa: E731
    expected = at(10**-0.5) - at(0.1)
    for name in ("A", c.ALL_LINES):
        assert rows.loc[name, c.POINTS_AT_DOSE] == pytest.approx(expected, abs=0.5)
    assert rows.loc[c.ALL_LINES, c.POINTS] == pytest.approx(10 / (10 + 10**-0.5) * 100 - 10 / 10.1 * 100, abs=0.2)
    lines = ASSAY.tables(estimands, asked)[0].frame
    assert lines["inhibition_at_dose_percent"].iloc[0] == pytest.approx(at(0.1), abs=0.5)
    assert "at the top dose and at 0.2, " in ASSAY.tables(estimands, asked)[1].caption
    with pytest.raises(
        InputError, match=r"^dose_um must lie within the tested doses of a line, 0\.01 to 10 uM, got 50$"
    ):
        ASSAY.estimands(fit(), Asked(dose_um=50.0))

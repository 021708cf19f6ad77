"""Does the response go with sensitivity? Made-up draws with a known answer."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.sensitivity import slope_against, summarise_sensitivity
from lensim.inference.observations import attach_observations
from lensim.report.figures.associations import plot_against_ic50
from lensim.seeding import stream

LINES = ["a", "b", "c", "d", "e", "f"]
CALLS = {name: "sensitive" if name in "abc" else "resistant" for name in LINES}
LOG10_IC50 = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 1.5])
GROUPS = ("sensitive", "resistant")


def result(targets: int = 1, missing: str = "") -> xr.DataTree:
    """Fold change = 1 - 0.8 log10 IC50, give or take 0.01; one ratio a line, none of `missing`."""
    rng = stream(21, "sensitivity")
    there = [k for k, name in enumerate(LINES) if name != missing]
    fold = 1.0 - 0.8 * LOG10_IC50 + 0.01 * rng.standard_normal((2, 500, targets, 6))
    names = {v.TARGET: ["TNF", "IGF1"][:targets], v.SUBJECT: LINES, v.CONTRAST: ["drug"]}
    data = xr.Dataset(
        {
            v.LOG2_RATIO: (v.PAIR, np.zeros(len(there))),
            v.TARGET_OF_PAIR: (v.PAIR, np.zeros(len(there), dtype=int)),
            v.SUBJECT_OF_PAIR: (v.PAIR, there),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.zeros(len(there), dtype=int)),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, np.zeros(6, dtype=int)),
        },
        coords=names | {v.CELL_TYPE: ["line"]},
    )
    posterior = xr.Dataset({v.LOG2_FOLD_CHANGE: (("chain", "draw", *names), fold[..., None])}, coords=names)
    tree = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(tree, data)
    return tree


def ic50() -> xr.DataArray:
    draws = LOG10_IC50 + 0.01 * stream(21, "ic50").standard_normal((2, 300, 6))
    return xr.DataArray(draws, dims=("chain", "draw", v.CELL_LINE), coords={v.CELL_LINE: LINES})


def test_contrast_and_slope_are_those_that_were_put_in():
    table = summarise_sensitivity(result(), CALLS, GROUPS, ic50()).set_index("question")
    contrast, slope = table.loc["sensitive less resistant"], table.loc["per tenfold IC50"]
    assert contrast["log2_estimate"] == pytest.approx(1.2, abs=0.02)
    assert slope["log2_estimate"] == pytest.approx(-0.8, abs=0.02)
    assert (contrast["subjects"], slope["subjects"]) == (6, 6)
    assert (contrast["p_above_0"], slope["p_above_0"]) == (1.0, 0.0)


def test_a_line_that_was_never_detected_is_left_out():
    table = summarise_sensitivity(result(missing="a"), CALLS, GROUPS, ic50()).set_index("question")
    assert table["subjects"].tolist() == [5, 5]
    assert table["log2_estimate"].iloc[0] == pytest.approx(1.0, abs=0.02)


def test_without_ic50s_there_is_no_slope_and_without_a_group_no_contrast():
    assert summarise_sensitivity(result(), CALLS, GROUPS)["question"].tolist() == ["sensitive less resistant"]
    with pytest.raises(InputError, match="group_of_subject must have a subject in resistant, got none"):
        summarise_sensitivity(result(), {"a": "sensitive"}, GROUPS)


def test_the_figure_has_a_panel_a_target():
    tree = result()
    figure = plot_against_ic50(tree, ic50(), CALLS, summarise_sensitivity(tree, CALLS, GROUPS, ic50()), 10.0)
    assert len(figure.axes) == 1
    assert "sensitive less resistant: +1.20" in figure.axes[0].get_title()


def test_lines_without_an_ic50_are_above_the_doses_or_left_out():
    draws = ic50()
    draws[..., 5] = np.inf
    draws[:, :150, 4] = np.inf
    left_out = summarise_sensitivity(result(), CALLS, GROUPS, draws).set_index("question")
    above = summarise_sensitivity(result(), CALLS, GROUPS, draws, top_dose_um=12.0).set_index("question")
    for table in (left_out, above):
        slope = table.loc["per tenfold IC50"]
        assert slope["log2_estimate"] == pytest.approx(-0.8, abs=0.03)
        assert (slope["subjects"], slope["subjects_beyond"]) == (6, pytest.approx(1.5))
    assert np.isnan(above.loc["sensitive less resistant", "subjects_beyond"])
    with pytest.raises(InputError, match=r"^top_dose_um must be above 0, got -1$"):
        summarise_sensitivity(result(), CALLS, GROUPS, draws, top_dose_um=-1.0)


def test_a_slope_between_pooled_posteriors_is_not_bent():
    """Null: over studies the medians lie about the true slope of 0.8; the draws are exact posteriors that were pooled.

    With the pull of the population left in the fold changes they do not.
    """
    rng, lines, sd_x, sd_y, tau, sigma = stream(21, "pooled"), 24, 0.4, 0.4, 0.7, 0.6
    names = [f"line {k}" for k in range(lines)]
    share_x, share_y = tau**2 / (tau**2 + sd_x**2), sigma**2 / (sigma**2 + sd_y**2)
    found, pulled = [], []
    for _ in range(30):
        true_x = tau * rng.standard_normal(lines)
        true_y = 0.8 * true_x + np.sqrt(sigma**2 - (0.8 * tau) ** 2) * rng.standard_normal(lines)
        x = share_x * (true_x + sd_x * rng.standard_normal(lines))
        y = share_y * (true_y + sd_y * rng.standard_normal(lines))
        draws_x = x + np.sqrt(share_x) * sd_x * rng.standard_normal((1, 100, lines))
        draws_y = y + np.sqrt(share_y) * sd_y * rng.standard_normal((1, 100, lines))
        tree = result_of(draws_y, names, sigma)
        of_lines = xr.DataArray(draws_x, dims=("chain", "draw", v.CELL_LINE), coords={v.CELL_LINE: names})
        found.append(float(slope_against(tree, of_lines, lines_are_pooled=True).median()))
        pulled.append(float(slope_against(result_of(draws_y, names), of_lines, lines_are_pooled=True).median()))
    assert stats.ttest_1samp(found, 0.8).pvalue > 1e-6
    assert stats.ttest_1samp(pulled, 0.8).pvalue < 1e-6


def result_of(draws: np.ndarray, names: list[str], sigma: float | None = None) -> xr.DataTree:
    """A fit with these draws (chain, draw, line) of one target, pooled around 0 where there is a sigma."""
    of_target = {v.TARGET: ["TNF"], v.SUBJECT: names, v.CONTRAST: ["drug"]}
    posterior = xr.Dataset({v.LOG2_FOLD_CHANGE: (("chain", "draw", *of_target), draws[:, :, None, :, None])}, of_target)
    if sigma is not None:
        shape = (*draws.shape[:2], 1, 1, 1)
        dims = ("chain", "draw", v.TARGET, v.CELL_TYPE, v.CONTRAST)
        posterior[f"mu_{v.LOG2_FOLD_CHANGE}"] = (dims, np.zeros(shape))
        posterior[f"sigma_{v.LOG2_FOLD_CHANGE}"] = (dims, np.full(shape, sigma))
    tree = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(tree, xr.Dataset({v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, np.zeros(len(names), dtype=int))}))
    return tree

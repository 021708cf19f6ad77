import numpy as np
import pytest
import xarray as xr

from lensim import vocabulary as v
from lensim.bioassay.design import BioassayDesign, lay_out
from lensim.bioassay.estimands import bioassay_estimands, summarise_changes, summarise_media, tnf_in_words
from lensim.bioassay.rules import calibrated_range
from lensim.checks import InputError
from lensim.inference.observations import attach_observations

LEVELS = {"low": (0.5, 1.8), "middle": (1.8, 2.3), "high": (3.2, 3.4), "lowest": (0.3, 0.6)}


def result(dilutions=(1.0,), conditions=("control", "drug")) -> xr.DataTree:
    """Draws of four lines whose quantiles are known: log10 TNF within 0.1 around each mean, evenly."""
    sheet = lay_out(BioassayDesign(tuple(LEVELS), conditions, experiments=1, dilution_factors=dilutions))
    even = np.linspace(-0.1, 0.1, 2001).reshape(1, -1)
    mean = np.array([level for own in LEVELS.values() for level in own[: len(conditions)]])
    fold = np.array([(high - low) / np.log10(2) for low, high in LEVELS.values()])
    posterior = xr.Dataset(
        {
            v.LOG10_TNF: (("chain", "draw", v.MEDIUM), even[..., None] + mean),
            v.LOG10_TNF_OF_LINE: (("chain", "draw", v.CELL_LINE), even[..., None] + mean[:: len(conditions)]),
        },
        coords={v.MEDIUM: sheet[v.MEDIUM], v.CELL_LINE: sheet[v.CELL_LINE]},
    )
    if len(conditions) > 1:
        draws = even[..., None, None] + fold[:, None]
        posterior[v.LOG2_FOLD_CHANGE] = (("chain", "draw", v.CELL_LINE, v.CONTRAST), draws)
        posterior = posterior.assign_coords({v.CONTRAST: ["drug"]})
    made = xr.DataTree.from_dict({"posterior": posterior})
    attach_observations(made, sheet)
    return made


def test_media_within_the_standards_have_an_interval_and_others_a_bound():
    media = summarise_media(bioassay_estimands(result()), 0.9).set_index(["cell_line", "condition"])
    row = media.loc["middle", "control"]
    three = [float(row[f"tnf_pg_per_ml{end}"]) for end in ("_lower", "", "_upper")]
    assert np.log10(three) == pytest.approx([1.71, 1.8, 1.89], abs=1e-3)
    assert (row["p_below"], row["p_above"], row["tnf"]) == (0.0, 0.0, "63 (51 to 78)")
    low, high = media.loc["low", "control"], media.loc["high", "drug"]
    assert (low["tnf"], low["p_below"], high["tnf"], high["p_above"]) == ("< 12.5", 1.0, "> 800", 1.0)
    assert np.isnan(low["tnf_pg_per_ml"])
    assert np.log10(low["bound_upper"]) == pytest.approx(0.59, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((1, 4, 14), "< 5 (to 14)"),
        ((3400, 8000, 90000), "> 4000 (from 3400)"),
        ((1, 3, 4), "< 5"),
        ((4, 7, 9), "7 (< 5 to 9)"),
        ((900, 1234, 9000), "1200 (900 to > 4000)"),
    ],
)
def test_words_never_name_a_number_beyond_the_standards(values, words):
    assert tnf_in_words(*values, 5.0, 4000.0) == words


def test_dilutions_widen_what_the_standards_bracket():
    assert np.array(calibrated_range(result((1.0,))["observations"].to_dataset())).T[0].tolist() == [12.5, 800.0]
    assert np.array(calibrated_range(result((2.0, 8.0))["observations"].to_dataset())).T[0].tolist() == [25.0, 6400.0]


def test_changes_are_intervals_or_bounds_or_not_told():
    changes = summarise_changes(bioassay_estimands(result()), 0.9).set_index("cell_line")
    percent = 100 * 10.0**0.5
    assert changes.loc["middle", "fold_change_percent"] == pytest.approx(percent)
    half = 2.0**0.09
    assert changes.loc["middle", "change"] == f"316% ({percent / half:.0f} to {percent * half:.0f})"
    assert changes.loc["low", "change"] == f"> {100 * 10**1.3 / half:.0f}%"
    assert changes.loc["lowest", "change"] == "not reported: both below the standards"
    assert changes.loc["high", "change"] == "not reported: both above the standards"
    assert changes["p_increase"].tolist() == [1.0] * 4


def test_a_change_beyond_the_standards_is_no_number():
    changes = summarise_changes(bioassay_estimands(result()), 0.9).set_index("cell_line")
    names = [f"fold_change_percent{end}" for end in ("", "_lower", "_upper")]
    assert changes.loc["middle", names].notna().all()
    assert changes.loc["low", names].isna().tolist() == [True, False, True]
    assert changes.loc[["lowest", "high"], names].isna().all(axis=None)


def test_one_condition_has_no_changes():
    made = result(conditions=("control",))
    assert summarise_changes(bioassay_estimands(made)).empty
    assert set(bioassay_estimands(made)) == {v.LOG10_TNF, v.LOG10_TNF_OF_LINE}


def test_a_line_without_a_condition_is_told():
    made = result()
    data = made["observations"].to_dataset()
    media = [at for at in range(data.sizes[v.MEDIUM]) if at != 2]
    kept = data.isel({v.MEDIUM: media, v.WELL: np.flatnonzero(data[v.MEDIUM_OF_WELL].values != 2)})
    pointer = kept[v.MEDIUM_OF_WELL].values
    kept[v.MEDIUM_OF_WELL] = (v.WELL, np.where(pointer > 2, pointer - 1, pointer))
    made["posterior"] = xr.DataTree(made["posterior"].to_dataset().isel({v.MEDIUM: media}))
    attach_observations(made, kept)
    changes = summarise_changes(bioassay_estimands(made)).set_index("cell_line")
    assert changes.loc["middle", ["change", "control_tnf"]].tolist() == [
        "not reported: no medium of a condition",
        "no medium",
    ]


def test_another_assay_is_told():
    other = xr.DataTree.from_dict({"posterior": xr.Dataset({"x": ("draw", [1.0])})})
    with pytest.raises(InputError, match=r"^a bioassay's result needs log10_tnf_pg_per_ml in its posterior, got x$"):
        bioassay_estimands(other)

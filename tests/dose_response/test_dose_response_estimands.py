import re

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import quad

from lensim import vocabulary as v
from lensim.assay import Asked
from lensim.checks import InputError
from lensim.dose_response import estimands as e
from lensim.dose_response.assay import ASSAY
from lensim.dose_response.curve import residual
from lensim.dose_response.dose_words import ic50_in_words
from lensim.inference.observations import attach_observations
from lensim.seeding import stream

CHAINS, DRAWS = 2, 200
# halved within the doses; halved nowhere; stimulated; halved below the lowest dose
LINES = ["NCI-H929", "RPMI-8226", "U266", "Z138"]
DOSES = {"NCI-H929": (0.01, 0.1, 1.0, 10.0), "RPMI-8226": (0.1, 5.0), "U266": (0.01, 10.0), "Z138": (0.03, 3.0)}
CENTRES = {v.LOG10_EC50: (0.0, 0.0, 0.5, -2.2), v.LOG_HILL: (0.3, 0.0, 0.1, 0.0), v.EFFECT: (2.5, 0.4, -0.4, 4.0)}
SPREADS = {v.LOG10_EC50: 0.05, v.LOG_HILL: 0.05, v.EFFECT: 0.02}


def observations() -> xr.Dataset:
    dose = [(0.0, *DOSES[line]) for line in LINES]
    return xr.Dataset(
        {
            v.DOSE: (v.WELL, np.concatenate(dose)),
            v.CULTURE_OF_WELL: (v.WELL, np.repeat(np.arange(4), [len(doses) for doses in dose])),
            v.LINE_OF_CULTURE: (v.CULTURE, np.arange(4)),
            v.GROUP_OF_LINE: (v.CELL_LINE, [0, 1, 1, 0]),
        },
        coords={v.CELL_LINE: LINES, v.MOLECULAR_GROUP: ["t(4;14)", "t(11;14)"]},
    )


def result(*, groups: bool = True, names: bool = True) -> xr.DataTree:
    rng = stream(9, "estimands")
    draws = {
        name: (("chain", "draw", v.CELL_LINE), centre + SPREADS[name] * rng.normal(size=(CHAINS, DRAWS, 4)))
        for name, centre in CENTRES.items()
    }
    if groups:
        draws |= {
            f"{prefix}_{name}": (("chain", "draw"), np.abs(rng.normal(size=(CHAINS, DRAWS))))
            for name in CENTRES
            for prefix in ("sigma_group", "sigma")
        }
    coords = {v.CELL_LINE: LINES} if names else {}
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(draws, coords=coords)})
    attach_observations(tree, observations())
    return tree


RESULT = result()
POSTERIOR = RESULT["posterior"].to_dataset()


def parameters(line: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """EC50 [uM], slope and effect of one line, draw by draw."""
    own = POSTERIOR.isel(cell_line=line)
    return 10 ** own[v.LOG10_EC50].to_numpy(), np.exp(own[v.LOG_HILL].to_numpy()), own[v.EFFECT].to_numpy()


def left_at(dose: float, line: int) -> np.ndarray:
    ec50, slope, effect = parameters(line)
    return 1 - (1 - np.exp(-effect)) * dose**slope / (ec50**slope + dose**slope)


def test_tested_doses_are_each_lines_own():
    tested = e.tested_doses_um(observations())
    assert tested["lowest_dose_um"].to_numpy().tolist() == [0.01, 0.1, 0.01, 0.03]
    assert tested["top_dose_um"].sel(cell_line="RPMI-8226") == 5.0


# --- each estimand against its formula ---


@pytest.mark.parametrize("line", range(4))
def test_absolute_ic50_halves_the_signal(line):
    ic50 = e.dose_response_estimands(RESULT)[v.LOG10_IC50].isel(cell_line=line).to_numpy()
    ec50, slope, effect = parameters(line)
    reached = effect > np.log(2)
    assert np.isposinf(ic50[~reached]).all()
    share = 0.5 / (1 - np.exp(-effect[reached]))
    expected = ec50[reached] * (share / (1 - share)) ** (1 / slope[reached])
    assert 10 ** ic50[reached] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("line", range(4))
def test_inhibition_at_the_lines_own_top_dose(line):
    found = e.dose_response_estimands(RESULT)[e.INHIBITION_AT_TOP].isel(cell_line=line).to_numpy()
    assert found == pytest.approx(100 * (1 - left_at(max(DOSES[LINES[line]]), line)))


@pytest.mark.parametrize("line", range(4))
def test_area_over_curve_of_a_draw_is_the_mean_inhibition(line):
    found = float(e.dose_response_estimands(RESULT)[e.AREA_OVER_CURVE].isel(cell_line=line, chain=1, draw=7))
    own = POSTERIOR.isel(cell_line=line, chain=1, draw=7)
    curve = [float(own[name]) for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT)]
    low, high = np.log10(min(DOSES[LINES[line]])), np.log10(max(DOSES[LINES[line]]))
    integral, _ = quad(lambda log10_dose: 1 - residual(10**log10_dose, *curve), low, high)
    assert found == pytest.approx(integral / (high - low), rel=1e-8)


def test_curve_parameters_are_handed_on():
    draws = e.dose_response_estimands(RESULT)
    for name in (v.LOG10_EC50, v.EFFECT):
        xr.testing.assert_identical(draws[name].reset_coords(drop=True), POSTERIOR[name])
    assert draws["hill_slope"].to_numpy() == pytest.approx(np.exp(POSTERIOR[v.LOG_HILL].to_numpy()))
    assert all(values.dims[:2] == ("chain", "draw") for values in draws.data_vars.values())
    assert draws[v.LOG10_IC50].attrs["units"] == "log10 uM"


@pytest.mark.parametrize("dose", [0.02, 4.0])
def test_inhibition_at_any_dose(dose):
    found = e.inhibition_at(RESULT, dose)
    for line in range(4):
        assert found.isel(cell_line=line).to_numpy() == pytest.approx(100 * (1 - left_at(dose, line)))
    assert found.attrs == {"units": "percent of untreated", "dose_um": dose}


def test_resistant_is_above_the_threshold_or_nowhere():
    draws = e.dose_response_estimands(RESULT)
    assert draws["is_resistant"].mean(("chain", "draw")).to_numpy().tolist() == [0.0, 1.0, 1.0, 0.0]
    assert draws["is_stimulated"].mean(("chain", "draw")).to_numpy().tolist() == [0.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize("threshold", [0.005, 1.2, 1e6])
def test_threshold_moves_the_line_between_sensitive_and_resistant(threshold):
    draws = e.dose_response_estimands(RESULT, threshold)
    assert np.array_equal(draws["is_resistant"], draws[v.LOG10_IC50] > np.log10(threshold))
    # a line that is never halved is resistant however high the threshold
    assert bool(draws["is_resistant"].sel(cell_line="U266").all())


@pytest.mark.parametrize("threshold", [None, 1.2])
def test_number_of_sensitive_lines_counts_them_draw_by_draw(threshold):
    draws = e.dose_response_estimands(RESULT, threshold)
    assert np.array_equal(draws[e.NUMBER_SENSITIVE], 4 - draws["is_resistant"].sum("cell_line"))
    assert draws[e.NUMBER_SENSITIVE].dims == ("chain", "draw")


@pytest.mark.parametrize("name", list(CENTRES))
def test_variance_share_of_molecular_group(name):
    found = e.dose_response_estimands(RESULT)[f"variance_share_of_molecular_group_{name}"]
    between, within = POSTERIOR[f"sigma_group_{name}"].to_numpy(), POSTERIOR[f"sigma_{name}"].to_numpy()
    assert found.to_numpy() == pytest.approx(1 / (1 + (within / between) ** 2))


def test_without_groups_in_the_model_there_is_no_share():
    draws = e.dose_response_estimands(result(groups=False))
    assert not [name for name in draws if str(name).startswith("variance_share")]
    assert e.summarise_panel(e.dose_response_estimands(result(groups=False))).index.tolist() == [e.NUMBER_SENSITIVE]


# --- tables ---


def test_a_line_halved_within_its_doses_has_a_number():
    table = e.summarise_lines(e.dose_response_estimands(RESULT))
    row = table.loc["NCI-H929"]
    ic50 = 10 ** e.dose_response_estimands(RESULT)[v.LOG10_IC50].sel(cell_line="NCI-H929").to_numpy().ravel()
    assert row["ic50_um"] == pytest.approx(np.median(ic50), rel=0.01)
    lower, upper = np.quantile(ic50, [0.05, 0.95], method="inverted_cdf")
    assert (row["ic50_um_lower"], row["ic50_um_upper"]) == pytest.approx((lower, upper))
    assert row["ic50"] == ic50_in_words(lower, row["ic50_um"], upper, 0.01, 10.0)
    assert row["p_ic50_above_top"] == 0.0
    assert row["ec50_um"] == pytest.approx(np.median(parameters(0)[0]), rel=1e-3)
    assert row["molecular_group"] == "t(4;14)"


@pytest.mark.parametrize(("line", "words"), [("RPMI-8226", "> 5"), ("U266", "> 10"), ("Z138", "< 0.03")])
def test_an_ic50_beyond_the_doses_is_never_a_number(line, words):
    row = e.summarise_lines(e.dose_response_estimands(RESULT)).loc[line]
    assert row[["ic50_um", "ic50_um_lower", "ic50_um_upper"]].isna().all()
    assert row["ic50"] == words
    assert row["p_ic50_above_top"] == (0.0 if line == "Z138" else 1.0)


def test_an_interval_with_one_end_beyond_the_doses_keeps_the_other():
    tree = result()
    # a third of the draws never halve, all others do at about 1 uM
    effect = tree["posterior"].to_dataset()[v.EFFECT].copy()
    effect[{"draw": slice(0, None, 3), "cell_line": 0}] = 0.3
    tree["posterior"] = tree["posterior"].to_dataset().assign({v.EFFECT: effect})
    row = e.summarise_lines(e.dose_response_estimands(tree)).loc["NCI-H929"]
    assert 0.5 < row["ic50_um_lower"] < row["ic50_um"] < 2.0
    assert np.isnan(row["ic50_um_upper"])
    assert row["ic50"].endswith("to > 10)")
    assert row["p_ic50_above_top"] == pytest.approx(67 / 200)


def test_wider_probability_gives_a_wider_interval():
    narrow, wide = (
        e.summarise_lines(e.dose_response_estimands(RESULT), ci_prob=0.5),
        e.summarise_lines(e.dose_response_estimands(RESULT), ci_prob=0.99),
    )
    name = "inhibition_at_top_dose_percent"
    assert (wide[f"{name}_lower"] < narrow[f"{name}_lower"]).all()
    assert (wide[f"{name}_upper"] > narrow[f"{name}_upper"]).all()
    assert wide[name].tolist() == narrow[name].tolist()


def test_panel_table():
    table = e.summarise_panel(e.dose_response_estimands(RESULT))
    assert table.loc[e.NUMBER_SENSITIVE].tolist() == [2.0, 2.0, 2.0, 2.0]
    share = e.dose_response_estimands(RESULT)[f"variance_share_of_molecular_group_{v.EFFECT}"].to_numpy()
    row = table.loc[f"variance_share_of_molecular_group_{v.EFFECT}"]
    assert row.tolist() == pytest.approx([share.mean(), *np.quantile(share, [0.5, 0.05, 0.95])])


def test_a_posterior_without_names_is_read_out_too():
    draws = e.dose_response_estimands(result(names=False))
    assert draws[v.CELL_LINE].to_numpy().tolist() == LINES
    assert e.summarise_lines(draws).index.tolist() == LINES


def test_estimands_carry_what_tables_say_of_a_line():
    draws = e.dose_response_estimands(RESULT, 2.0)
    assert draws[e.LOWEST_DOSE].to_numpy().tolist() == [0.01, 0.1, 0.01, 0.03]
    assert draws[e.TOP_DOSE].to_numpy().tolist() == [10.0, 5.0, 10.0, 3.0]
    assert draws[e.THRESHOLD].to_numpy().tolist() == [2.0] * 4
    assert draws[e.GROUP_OF_LINE].to_numpy().tolist() == ["t(4;14)", "t(11;14)", "t(11;14)", "t(4;14)"]
    assert e.summarise_lines(draws)["molecular_group"].tolist() == draws[e.GROUP_OF_LINE].to_numpy().tolist()


def test_the_gate_judges_what_has_an_order_and_ic50s_that_draws_reach():
    judged = e.judged_estimands(e.dose_response_estimands(RESULT))
    assert not {"is_resistant", "is_stimulated"} & set(judged.data_vars)
    assert judged[v.LOG10_IC50].sizes["reached"] == 2
    assert judged["hill_slope"].sizes[v.CELL_LINE] == 4


def in_unit(stated: str, units: str = "uM") -> xr.DataTree:
    """The same result, of a user who stated doses in another unit."""
    tree = result()
    data = observations().assign_attrs(dose_unit=stated)
    data[v.DOSE].attrs["units"] = units
    attach_observations(tree, data)
    return tree


def test_ic50s_are_told_in_the_users_unit():
    plain = e.summarise_lines(e.dose_response_estimands(RESULT))
    table = e.summarise_lines(e.dose_response_estimands(in_unit("nM")))
    row = table.loc["NCI-H929"]
    assert row["ic50_um"] == plain.loc["NCI-H929", "ic50_um"]
    assert row["ic50_nM"] == pytest.approx(1e3 * row["ic50_um"])
    assert float(row["ic50"].split()[0]) == pytest.approx(row["ic50_nM"], rel=0.05)
    assert table["ic50"].tolist()[1:] == ["> 5000", "> 10000", "< 30"]
    assert set(table["dose_unit"]) == {"nM"}
    assert set(plain["dose_unit"]) == {"µM"}


def test_tiny_numbers_of_molar_doses_are_written_with_exponents():
    table = e.summarise_lines(e.dose_response_estimands(in_unit("M")))
    assert table["ic50"].tolist()[1:] == ["> 5e-06", "> 1e-05", "< 3e-08"]
    assert re.fullmatch(r"[0-9.]+e-0[67] \([0-9.]+e-0[67] to [0-9.]+e-0[67]\)", table["ic50"].iloc[0])


def test_doses_that_are_no_concentrations_have_columns_without_um():
    table = e.summarise_lines(e.dose_response_estimands(in_unit("as-is:g/ha", "g/ha")))
    assert not [name for name in table if name.endswith("_um") or "_um_" in name]
    assert table.loc["NCI-H929", "ic50_own_unit"] == pytest.approx(10**0.0, rel=0.2)
    assert set(table["dose_unit"]) == {"g/ha"}


def test_an_ec50_beyond_the_doses_is_a_bound_too():
    table = e.summarise_lines(e.dose_response_estimands(RESULT))
    assert table.loc["Z138", "ec50"] == "< 0.03"
    assert np.isnan(table.loc["Z138", "ec50_um"])


DOSE_COLUMNS = re.compile(r"(ic50|ec50)_(um|nM)(_lower|_upper)?")


@pytest.mark.parametrize("stated", ["uM", "nM"])
def test_no_number_of_a_table_lies_beyond_the_tested_doses(stated):
    """Walk every column of every table of the assay: numbers that are doses lie inside, and words say the bound."""
    scale = {"uM": 1.0, "nM": 1e3}[stated]
    tables = ASSAY.tables(ASSAY.estimands(in_unit(stated), Asked()), Asked())
    walked = set()
    for table in tables:
        for name in map(str, table.frame):
            if not DOSE_COLUMNS.fullmatch(name):
                continue
            walked.add(name)
            for line, value in zip(table.frame["cell_line"], table.frame[name], strict=True):
                low, top = np.array([min(DOSES[line]), max(DOSES[line])]) * (scale if "nM" in name else 1.0)
                assert np.isnan(value) or low <= value <= top, (line, name, value)
    assert {"ic50_um", "ic50_um_lower", "ic50_um_upper", "ec50_um"} <= walked


# --- errors ---


def refused(message: str):
    return pytest.raises(InputError, match=f"^{re.escape(message)}")


def test_refuses_a_posterior_of_another_kind():
    tree = xr.DataTree.from_dict({"posterior": POSTERIOR.drop_vars(v.EFFECT)[[v.LOG10_EC50, v.LOG_HILL]]})
    with refused(
        "a dose-response result needs effect_at_saturation in its posterior, got log10_ec50_um, log_hill_slope"
    ):
        e.dose_response_estimands(tree)
    with refused("a dose-response result needs effect_at_saturation in its posterior"):
        e.inhibition_at(tree, 1.0)


def test_refuses_a_result_without_observations():
    with refused("a result needs the group observations, got posterior"):
        e.dose_response_estimands(xr.DataTree.from_dict({"posterior": POSTERIOR}))


def test_refuses_doses_and_thresholds_that_are_none():
    with refused("dose_um must be above 0, got 0"):
        e.inhibition_at(RESULT, 0.0)
    with refused("threshold_um must be above 0, got -1"):
        e.dose_response_estimands(RESULT, -1.0)
    with refused("threshold_um must be above 0, got nan"):
        e.dose_response_estimands(RESULT, np.nan)


def test_refuses_a_probability_in_percent():
    with refused("ci_prob must lie between 0.01 and 0.999, got 90"):
        e.summarise_lines(e.dose_response_estimands(RESULT), ci_prob=90)

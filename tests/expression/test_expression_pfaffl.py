import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lensim.checks import InputError
from lensim.expression.pfaffl import (
    GeneChange,
    copies_of_ct,
    ct_of_copies,
    ct_of_log2_quantity,
    delta_delta_ct,
    livak_ratio,
    log2_ratio,
    pfaffl_ratio,
    relative_quantity,
    sd_log2_ratio,
    variance_parts,
)

FACTOR = st.floats(1.5, 2.2)
CYCLES = st.floats(-10, 10)


def refused(message: str):
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


# --- published answers ---


@pytest.mark.real_data
def test_livaks_example(shared_data):
    table = pd.read_csv(shared_data / "qpcr_abi_livak_cmyc_gapdh.csv")
    mean = table[table["format"] == "separate_tube"].groupby("tissue")[["c_myc", "GAPDH"]].mean()
    brain, kidney = mean.loc["brain"], mean.loc["kidney"]
    found = delta_delta_ct(brain["c_myc"], kidney["c_myc"], brain["GAPDH"], kidney["GAPDH"])
    assert found == pytest.approx(-2.495, abs=1e-10)
    assert livak_ratio(found) == pytest.approx(5.637283, abs=5e-7)


@pytest.mark.real_data
def test_pfaffl_with_factors_188_and_167(shared_data):
    table = pd.read_csv(shared_data / "qpcr_rtpcr_one_ref_eff.csv")
    mean = table.groupby("Con")[["target_Ct", "Actin_Ct"]].mean()
    delta = mean.loc["control"] - mean.loc["treatment"]
    ratio = pfaffl_ratio(GeneChange(delta["target_Ct"], 1.88), [GeneChange(delta["Actin_Ct"], 1.67)])
    assert ratio == pytest.approx(0.4090246, abs=5e-8)


@pytest.fixture
def rest_manual(shared_data):
    table = pd.read_csv(shared_data / "qpcr_pfaffl_rest2008_manual.csv")
    cycles = {key: own.sort_values("replicate")["cp"].to_numpy() for key, own in table.groupby(["gene", "group"])}
    factor = table.groupby("gene")["efficiency"].first()
    assert factor.to_dict() == {"ref": 1.97, "target": 2.01}
    return cycles


@pytest.mark.real_data
def test_rest_manual_ratio_of_group_means(rest_manual):
    change = {
        gene: rest_manual[gene, "control"].mean() - rest_manual[gene, "sample"].mean() for gene in ("target", "ref")
    }
    ratio = pfaffl_ratio(GeneChange(change["target"], 2.01), [GeneChange(change["ref"], 1.97)])
    assert ratio == pytest.approx(5.926556, abs=5e-7)


@pytest.mark.real_data
def test_rest_manual_quantiles_of_pair_ratios(rest_manual):
    pairs = {
        gene: np.subtract.outer(rest_manual[gene, "control"], rest_manual[gene, "sample"]) for gene in ("target", "ref")
    }
    ratios = pfaffl_ratio(GeneChange(pairs["target"], 2.01), [GeneChange(pairs["ref"], 1.97)])
    assert ratios.size == 80
    assert np.quantile(ratios, [0.025, 0.975]) == pytest.approx([2.98287785, 9.99598164], abs=5e-9)


@pytest.mark.real_data
def test_yuan_2006(shared_data):
    table = pd.read_csv(shared_data / "qpcr_yuan2006.csv")
    control, treated = (table[table["group"] == group] for group in ("control", "treatment"))
    found = delta_delta_ct(*(own[name].mean() for name in ("target", "ref") for own in (control, treated)))
    assert found == pytest.approx(-0.684825, abs=5e-7)
    welch = stats.ttest_ind(treated["target"] - treated["ref"], control["target"] - control["ref"], equal_var=False)
    assert welch.pvalue == pytest.approx(3.42920e-05, abs=5e-10)


def test_error_of_efficiency_is_propagated():
    target, reference = GeneChange(-3.0, 1.95, 0.15, 0.04), GeneChange(0.3, 1.90, 0.15, 0.05)
    assert log2_ratio(target, [reference]) == pytest.approx(-3.168, abs=5e-4)
    assert sd_log2_ratio(target, [reference]) == pytest.approx(0.2195, abs=5e-5)


# --- closed answers ---


def test_propagated_error_is_the_spread_of_simulated_ratios():
    rng = np.random.default_rng(7)
    draws = 400_000
    target, references = (
        GeneChange(2.0, 1.9, 0.1, 0.02),
        [GeneChange(0.5, 1.95, 0.2, 0.03), GeneChange(-1, 2, 0.1, 0.01)],
    )

    def drawn(gene):
        delta = rng.normal(gene.delta_ct_cycles, gene.sd_delta_ct_cycles, draws)
        return GeneChange(delta, rng.normal(gene.amplification_factor, gene.sd_amplification_factor, draws))

    spread = np.std(log2_ratio(drawn(target), [drawn(gene) for gene in references]))
    assert sd_log2_ratio(target, references) == pytest.approx(spread, rel=0.01)  # second order is below 0.1% here
    assert np.sqrt(sum(variance_parts(target, references))) == sd_log2_ratio(target, references)
    assert len(variance_parts(target, references)) == 6


def test_error_of_a_mean_of_references_falls_with_their_number():
    target, reference = GeneChange(0.0, 2.0), GeneChange(3.0, 1.9, 0.1, 0.05)
    one, four = variance_parts(target, [reference]), variance_parts(target, [reference] * 4)
    assert four[2:] == pytest.approx([part / 16 for part in one[2:]] * 4)
    assert min(one[2:]) > 0


@given(CYCLES, CYCLES, CYCLES, CYCLES)
def test_livak_is_pfaffl_with_factors_of_2(target_control, target_treated, reference_control, reference_treated):
    target = GeneChange(target_control - target_treated, 2.0)
    reference = GeneChange(reference_control - reference_treated, 2.0)
    ddct = delta_delta_ct(target_control, target_treated, reference_control, reference_treated)
    assert np.log2(livak_ratio(ddct)) == pytest.approx(log2_ratio(target, [reference]), abs=1e-9)


@given(FACTOR, st.lists(st.tuples(CYCLES, FACTOR), min_size=1, max_size=4), CYCLES)
def test_several_references_are_their_geometric_mean(factor, references, delta):
    changes = [GeneChange(*reference) for reference in references]
    quantities = [relative_quantity(-own_delta, 0.0, own_factor) for own_delta, own_factor in references]
    expected = relative_quantity(-delta, 0.0, factor) / stats.gmean(quantities)
    assert pfaffl_ratio(GeneChange(delta, factor), changes) == pytest.approx(expected, rel=1e-9)


@given(FACTOR, CYCLES)
def test_reference_against_itself_is_1(factor, delta):
    assert pfaffl_ratio(GeneChange(delta, factor), [GeneChange(delta, factor)]) == pytest.approx(1.0)


def test_one_cycle_earlier_is_a_factor_more():
    assert relative_quantity(24.0, 25.0, 1.9) == pytest.approx(1.9)


@given(st.floats(1e-3, 1e9), FACTOR, st.floats(30, 45))
def test_copies_are_found_back_from_ct(copies, factor, ct_of_one_copy):
    assert copies_of_ct(ct_of_copies(copies, factor, ct_of_one_copy), factor, ct_of_one_copy) == pytest.approx(copies)


def test_ct_of_copies():
    assert ct_of_copies(1.0, 1.9, 38.0) == 38.0
    assert ct_of_copies(1000.0, 1.9, 38.0) == pytest.approx(38.0 - np.log(1000.0) / np.log(1.9))
    assert ct_of_copies(np.array([0.0, 8.0]), 2.0, 38.0).tolist() == [np.inf, 35.0]
    assert ct_of_log2_quantity(3.0, 1.0, 38.0) == 35.0


@pytest.mark.parametrize(("copies", "spread"), [(5, 0.645), (10, 0.456), (50, 0.204), (100, 0.144)])
def test_spread_of_ct_by_copies_alone(copies, spread):
    log2_sd = np.sqrt(copies) / copies / np.log(2.0)  # first order, sd of log2 of a Poisson number
    step = ct_of_copies(copies * 0.5, 2.0, 38.0) - ct_of_copies(copies, 2.0, 38.0)
    assert log2_sd * step == pytest.approx(spread, abs=6e-4)


def test_arrays_with_names_broadcast():
    delta = xr.DataArray([1.0, 2.0], dims="subject", coords={"subject": ["LP-1", "U266"]})
    factor = xr.DataArray([2.0, 1.9, 1.8], dims="draw")
    found = log2_ratio(GeneChange(delta, factor), [GeneChange(0.0, 2.0)])
    assert found.dims in {("subject", "draw"), ("draw", "subject")}
    assert float(found.sel(subject="U266", draw=1)) == pytest.approx(2 * np.log2(1.9))


# --- refusals ---


def test_refuses_no_reference():
    with refused("references, their number, must be at least 1, got 0"):
        log2_ratio(GeneChange(1.0, 2.0), [])


def test_refuses_a_factor_of_1():
    with refused("target: amplification_factor must be above 1, got 1"):
        log2_ratio(GeneChange(1.0, 1.0), [GeneChange(1.0, 2.0)])


def test_refuses_an_efficiency_where_a_factor_belongs():
    with refused("references[1]: amplification_factor must be above 1, got 0.95"):
        pfaffl_ratio(GeneChange(1.0, 2.0), [GeneChange(1.0, 2.0), GeneChange(1.0, np.array([1.9, 0.95]))])


def test_refuses_a_factor_of_nan():
    with refused("target: amplification_factor must be above 1, got nan"):
        log2_ratio(GeneChange(1.0, np.nan), [GeneChange(1.0, 2.0)])


@pytest.mark.parametrize("name", ["sd_delta_ct_cycles", "sd_amplification_factor"])
def test_refuses_a_standard_error_below_0(name):
    with refused(f"references[0]: {name} must be at least 0, got -0.1"):
        sd_log2_ratio(GeneChange(1.0, 2.0), [GeneChange(1.0, 2.0)._replace(**{name: -0.1})])

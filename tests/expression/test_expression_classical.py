import re

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from lensim.checks import InputError
from lensim.expression import paired_tests
from lensim.expression.classical import (
    classical_contrasts,
    classical_fold_changes,
    classical_population,
    standard_curves,
)
from lensim.expression.pfaffl import GeneChange, log2_ratio, sd_log2_ratio
from lensim.expression.standard_curve import fit_standard_curve

NAN = np.nan
GENES = ("TNF", "RPL37A")
SUBJECTS = ("LP-1", "U266", "BMSC 1")
CONDITIONS = ("untreated", "lenalidomide")
QUANTITIES = np.repeat([20.0, 2.0, 0.2, 0.02], 2)
SERIES = 33.0 - 3.5 * np.log10(QUANTITIES) + np.array([0.1, -0.1, 0.05, -0.05, 0.0, 0.2, -0.2, 0.0])


def refused(message: str):
    return pytest.raises(InputError, match=f"^{re.escape(message)}$")


def dataset(cycles, *, stated=(NAN, NAN), stated_sd=(NAN, NAN), genes=GENES, is_reference=(0, 1)):
    """A study from {(gene, subject, condition, experiment): Cts of the replicate reactions}."""
    samples = list(dict.fromkeys(key[1:] for key in cycles))
    reactions = [(key[0], samples.index(key[1:]), ct) for key, cts in cycles.items() for ct in cts]
    subject, condition, experiment = zip(*samples, strict=True)
    gene, sample, ct = zip(*reactions, strict=True)
    return xr.Dataset(
        {
            "ct_cycles": ("reaction", list(ct)),
            "gene_of_reaction": ("reaction", [genes.index(name) for name in gene]),
            "sample_of_reaction": ("reaction", list(sample)),
            "subject_of_sample": ("cdna", [SUBJECTS.index(name) for name in subject]),
            "condition_of_sample": ("cdna", [CONDITIONS.index(name) for name in condition]),
            "experiment_of_sample": ("cdna", list(experiment)),
            "cell_type_of_subject": ("subject", [0, 0, 1]),
            "is_reference": ("gene", list(is_reference)),
            "is_control": ("condition", [1, 0]),
            "stated_amplification_factor": ("gene", list(stated)),
            "stated_amplification_factor_sd": ("gene", list(stated_sd)),
            "cycle_limit": 40.0,
        },
        coords={
            "gene": list(genes),
            "subject": list(SUBJECTS),
            "condition": list(CONDITIONS),
            "cell_type": ["myeloma line", "BMSC"],
        },
    )


def pair(subject, experiment, target, reference, gene="TNF"):
    """Cts of one subject in one experiment: (control, treated) of the target and of the reference."""
    return {
        (gene, subject, "untreated", experiment): target[0],
        (gene, subject, "lenalidomide", experiment): target[1],
        ("RPL37A", subject, "untreated", experiment): reference[0],
        ("RPL37A", subject, "lenalidomide", experiment): reference[1],
    }


TWO_EXPERIMENTS = pair("LP-1", 0, ([30.0, 30.2], [28.0, 28.2]), ([22.0, 22.1], [22.5, 22.6])) | pair(
    "LP-1", 1, ([31.0, 31.0], [30.0, 30.2]), ([23.0, 23.0], [23.0, 23.2])
)  # dCt of TNF 2.0 and 0.9, of RPL37A -0.5 and -0.1


def row_of(table, subject="LP-1"):
    return table.set_index("subject").loc[subject]


# --- known answers ---


def test_livak_and_pfaffl_with_stated_factors():
    row = row_of(classical_fold_changes(dataset(TWO_EXPERIMENTS, stated=(1.9, 1.8))))
    assert row["livak_ratio"] == pytest.approx(2.0 ** (1.45 + 0.3))
    assert row["pfaffl_ratio"] == pytest.approx(1.9**1.45 / 1.8**-0.3)
    assert row["log2_ratio"] == pytest.approx(np.log2(row["pfaffl_ratio"]))
    assert (row["factor_source"], row["reference_factor_source"]) == ("stated", "stated")
    assert (row["experiments"], row["reactions_detected"], row["reactions_not_detected"]) == (2, 8, 0)
    assert (row["cell_type"], row["condition"], row["note"]) == ("myeloma line", "lenalidomide", "")


def test_ratio_is_the_geometric_mean_of_those_of_the_experiments():
    data = dataset(TWO_EXPERIMENTS, stated=(1.9, 1.8))
    logs = [np.log2(1.9) * target - np.log2(1.8) * reference for target, reference in ((2.0, -0.5), (0.9, -0.1))]
    row = row_of(classical_fold_changes(data))
    assert row["log2_ratio"] == pytest.approx(np.mean(logs))
    assert row["sd_log2_between_experiments"] == pytest.approx(np.std(logs, ddof=1))


def test_standard_error_is_propagated_from_reactions_and_factors():
    row = row_of(classical_fold_changes(dataset(TWO_EXPERIMENTS, stated=(1.9, 1.8), stated_sd=(0.04, 0.05))))
    sd_target = np.sqrt(3 * 0.02 / 4)  # duplicates 0.2 apart have a sum of squares of 0.02
    sd_reference = np.sqrt((2 * 0.005 + 0.02) / 4)
    target = GeneChange(1.45, 1.9, sd_target / np.sqrt(2), 0.04)  # 4 means of 2 reactions, over 2 experiments
    reference = GeneChange(-0.3, 1.8, sd_reference / np.sqrt(2), 0.05)
    assert row["log2_ratio"] == pytest.approx(log2_ratio(target, [reference]))
    assert row["se_log2_ratio"] == pytest.approx(sd_log2_ratio(target, [reference]))


def test_two_samples_of_one_experiment_are_averaged_as_two_experiments_are():
    apart = dataset(TWO_EXPERIMENTS)
    together = apart.assign(experiment_of_sample=("cdna", np.zeros(4, dtype=int)))
    found, expected = row_of(classical_fold_changes(together)), row_of(classical_fold_changes(apart))
    columns = ["pfaffl_ratio", "se_log2_ratio", "high_log2_ratio"]
    assert found[columns].to_list() == pytest.approx(expected[columns].to_list())
    assert (found["experiments"], found["reactions_detected"]) == (1, 8)


def test_interval_has_welch_and_satterthwaites_degrees_of_freedom():
    row = row_of(classical_fold_changes(dataset(TWO_EXPERIMENTS), confidence=0.9))
    parts = np.array([3 * 0.02 / 8, 0.03 / 8])
    freedom = parts.sum() ** 2 / np.sum(parts**2 / 4)
    reach = stats.t.ppf(0.95, freedom) * np.sqrt(parts.sum())
    assert row["high_log2_ratio"] - row["log2_ratio"] == pytest.approx(reach)
    assert row["log2_ratio"] - row["low_log2_ratio"] == pytest.approx(reach)


def test_factor_is_2_where_nothing_is_known():
    row = row_of(classical_fold_changes(dataset(TWO_EXPERIMENTS)))
    assert row["pfaffl_ratio"] == row["livak_ratio"]
    assert (row["factor_source"], row["amplification_factor"], row["se_amplification_factor"]) == ("assumed 2", 2, 0)


def test_factor_is_from_the_dilution_series_before_a_stated_one():
    data = dataset(TWO_EXPERIMENTS, stated=(1.5, 1.8)).assign(
        standard_ct_cycles=("standard", SERIES),
        standard_quantity=("standard", QUANTITIES),
        gene_of_standard=("standard", np.zeros(8, dtype=int)),
    )
    curve = fit_standard_curve(QUANTITIES, SERIES)
    row = row_of(classical_fold_changes(data))
    assert row["amplification_factor"] == curve.amplification_factor
    assert row["se_amplification_factor"] == curve.se_amplification_factor
    assert (row["factor_source"], row["reference_factor_source"]) == ("dilution series", "stated")
    assert row["pfaffl_ratio"] == pytest.approx(curve.amplification_factor**1.45 / 1.8**-0.3)
    assert standard_curves(data)["slope"].to_list() == [curve.slope]


def test_two_references_are_their_geometric_mean():
    genes = ("TNF", "RPL37A", "GAPDH")
    cycles = pair("LP-1", 0, ([30.0], [28.0]), ([22.0], [22.5])) | {
        ("GAPDH", "LP-1", "untreated", 0): [20.0],
        ("GAPDH", "LP-1", "lenalidomide", 0): [19.0],
    }
    data = dataset(cycles, genes=genes, is_reference=(0, 1, 1), stated=(NAN,) * 3, stated_sd=(NAN,) * 3)
    row = row_of(classical_fold_changes(data))
    assert row["pfaffl_ratio"] == pytest.approx(2.0**2 / np.sqrt(2.0**-0.5 * 2.0**1))


@pytest.mark.real_data
def test_livaks_example_as_a_study(shared_data):
    table = pd.read_csv(shared_data / "qpcr_abi_livak_cmyc_gapdh.csv")
    table = table[table["format"] == "separate_tube"]
    brain, kidney = (table[table["tissue"] == tissue] for tissue in ("brain", "kidney"))
    cycles = pair(
        "LP-1", 0, (list(brain["c_myc"]), list(kidney["c_myc"])), (list(brain["GAPDH"]), list(kidney["GAPDH"]))
    )
    row = row_of(classical_fold_changes(dataset(cycles)))
    assert row["livak_ratio"] == pytest.approx(5.637283, abs=5e-7)
    assert row["reactions_detected"] == 12


# --- what was not detected, or not measured ---

PARTLY = pair("LP-1", 0, ([36.0, NAN], [35.0, 35.2]), ([22.0, 22.1], [22.0, 22.1]))
NEVER = pair("LP-1", 0, ([NAN, NAN], [35.0, 35.2]), ([22.0, 22.1], [22.0, 22.1]))


def test_a_reaction_without_ct_is_left_out():
    row = row_of(classical_fold_changes(dataset(PARTLY)))
    assert row["log2_ratio"] == pytest.approx(36.0 - 35.1)
    assert (row["reactions_detected"], row["reactions_not_detected"]) == (3, 1)


def test_a_reaction_without_ct_is_written_as_the_limit():
    row = row_of(classical_fold_changes(dataset(PARTLY), "limit"))
    assert row["log2_ratio"] == pytest.approx(38.0 - 35.1)
    assert (row["reactions_detected"], row["reactions_not_detected"]) == (3, 1)


def test_a_sample_without_any_ct_has_no_ratio_and_a_reason():
    row = row_of(classical_fold_changes(dataset(NEVER)))
    assert row[["livak_ratio", "pfaffl_ratio", "log2_ratio", "se_log2_ratio", "low_log2_ratio"]].isna().all()
    assert row["note"] == "experiment 1 left out: TNF not detected in untreated"
    assert (row["experiments"], row["reactions_detected"], row["reactions_not_detected"]) == (0, 2, 2)


def test_a_sample_without_any_ct_has_a_ratio_at_the_limit():
    row = row_of(classical_fold_changes(dataset(NEVER), "limit"))
    assert row["log2_ratio"] == pytest.approx(40.0 - 35.1)
    assert row["note"] == "experiment 1: TNF not detected in untreated, written as the cycle limit"


def test_an_experiment_without_ct_is_left_out_and_the_other_used():
    row = row_of(classical_fold_changes(dataset(NEVER | pair("LP-1", 1, ([30.0], [28.0]), ([22.0], [22.0])))))
    assert row["pfaffl_ratio"] == pytest.approx(4.0)
    assert (row["experiments"], row["note"]) == (1, "experiment 1 left out: TNF not detected in untreated")
    assert np.isnan(row["sd_log2_between_experiments"])


def test_an_experiment_without_a_control_sample_is_told():
    cycles = dict(TWO_EXPERIMENTS)
    del cycles["RPL37A", "LP-1", "untreated", 1], cycles["TNF", "LP-1", "untreated", 1]
    row = row_of(classical_fold_changes(dataset(cycles)))
    assert row["pfaffl_ratio"] == pytest.approx(2.0**2.5)
    assert row["note"] == "experiment 2 left out: TNF not measured in untreated, RPL37A not measured in untreated"


def test_a_subject_without_reactions_is_told():
    row = row_of(classical_fold_changes(dataset(TWO_EXPERIMENTS)), "BMSC 1")
    assert np.isnan(row["pfaffl_ratio"])
    assert (row["experiments"], row["note"]) == (0, "not measured")


def test_single_reactions_give_a_ratio_without_standard_error():
    row = row_of(classical_fold_changes(dataset(pair("LP-1", 0, ([30.0], [28.0]), ([22.0], [22.0])))))
    assert row["pfaffl_ratio"] == pytest.approx(4.0)
    assert np.isnan([row["se_log2_ratio"], row["low_log2_ratio"]]).all()
    assert row["note"] == "no standard error: a gene has no replicate reactions"


def test_reactions_alike_give_an_interval_of_no_width():
    row = row_of(classical_fold_changes(dataset(pair("LP-1", 0, ([30.0] * 2, [28.0] * 2), ([22.0] * 2, [22.0] * 2)))))
    assert (row["low_log2_ratio"], row["high_log2_ratio"]) == (2.0, 2.0)


def test_plates_with_more_cdna_leave_the_ratio_alone():
    data = dataset(TWO_EXPERIMENTS)
    treated = data["condition_of_sample"].values[data["sample_of_reaction"].values] == 1
    shifted = data.assign(ct_cycles=data["ct_cycles"] + np.where(treated, 1.7, 0.0))
    found, expected = classical_fold_changes(shifted), classical_fold_changes(data)
    assert row_of(found)["livak_ratio"] == pytest.approx(row_of(expected)["livak_ratio"])


# --- over subjects ---


def table_of(ratios, cell_types):
    columns = {"target": "TNF", "condition": "lenalidomide", "cell_type": cell_types, "pfaffl_ratio": ratios}
    return pd.DataFrame(columns)


def test_population_has_the_summary_and_the_tests():
    ratios = [1.79, 0.58, 3.69, 2.0, 1.2]
    found = classical_population(table_of([*ratios, NAN], "myeloma line")).iloc[0]
    assert found[["n", "without_ratio", "increased"]].to_list() == [5, 1, 4]
    assert found[["median_ratio", "min_ratio", "max_ratio"]].to_list() == [1.79, 0.58, 3.69]
    for name, test in (
        ("t_ratio", paired_tests.t_test_on_ratios),
        ("t_log2_ratio", paired_tests.t_test_on_log2_ratios),
        ("wilcoxon", paired_tests.wilcoxon_signed_rank),
        ("sign", paired_tests.sign_test),
    ):
        expected = test(ratios)
        assert found[f"{name}_p_value"] == expected.p_value
        assert found[f"{name}_estimate"] == expected.estimate
        assert found[f"{name}_n"] == 5
    assert found["note"] == ""


def test_population_of_one_has_no_tests_and_says_why():
    found = classical_population(table_of([1.8], "BMSC")).iloc[0]
    assert (found["n"], found["median_ratio"]) == (1, 1.8)
    assert np.isnan(found["t_ratio_p_value"])
    assert found["note"] == "ratios, their number, must be at least 2, got 1"


def test_population_of_nobody_has_no_summary():
    found = classical_population(table_of([NAN, NAN], "BMSC")).iloc[0]
    assert (found["n"], found["without_ratio"], found["increased"]) == (0, 2, 0)
    assert np.isnan(found["median_ratio"])


def test_population_of_a_study_has_a_row_a_cell_type():
    cycles = {}
    for subject, drop in zip(SUBJECTS, (1.0, 2.0, -0.5), strict=True):
        cycles |= pair(subject, 0, ([30.0], [30.0 - drop]), ([22.0], [22.0]))
    found = classical_population(classical_fold_changes(dataset(cycles))).set_index("cell_type")
    assert found["n"].to_dict() == {"myeloma line": 2, "BMSC": 1}
    assert found["increased"].to_dict() == {"myeloma line": 2, "BMSC": 0}
    assert found.loc["myeloma line", "t_log2_ratio_estimate"] == pytest.approx(1.5)


def test_contrast_between_cell_types():
    table = table_of([2.0, 3.0, 4.0, 0.5, 0.6, NAN], ["myeloma line"] * 3 + ["BMSC"] * 3)
    found = classical_contrasts(table).iloc[0]
    assert found[["first", "second", "n_first", "n_second"]].to_list() == ["myeloma line", "BMSC", 3, 2]
    assert found["p_value"] == pytest.approx(0.2)
    assert (found["probability_first_above"], found["note"]) == (1.0, "")


def test_contrast_with_one_subject_says_why_there_is_none():
    found = classical_contrasts(table_of([2.0, 3.0, 0.5], ["myeloma line", "myeloma line", "BMSC"])).iloc[0]
    assert np.isnan(found["p_value"])
    assert found["note"] == "second group, its number of values, must be at least 2, got 1"


def test_contrast_of_one_cell_type_is_an_empty_table():
    assert len(classical_contrasts(table_of([2.0, 3.0], "BMSC"))) == 0


# --- refusals ---


def test_refuses_an_unknown_way_with_non_detects():
    with refused("non_detects must be one of drop, limit, got 'impute'"):
        classical_fold_changes(dataset(PARTLY), "impute")


def test_refuses_a_confidence_in_percent():
    with refused("confidence must lie between 0 and 1, got 95"):
        classical_fold_changes(dataset(PARTLY), confidence=95)


def test_refuses_a_batch_of_studies():
    with refused("classical_fold_changes needs ct_cycles with dims ('reaction',), got ('study', 'reaction')"):
        classical_fold_changes(dataset(PARTLY).assign(ct_cycles=(("study", "reaction"), np.full((1, 8), 30.0))))


def test_refuses_the_limit_where_none_is_known():
    data = dataset(PARTLY).drop_vars("cycle_limit")
    assert len(classical_fold_changes(data)) == 3
    with pytest.raises(InputError, match=r"^classical_fold_changes needs the variable cycle_limit \(\), got"):
        classical_fold_changes(data, "limit")


def test_refuses_a_study_without_reference():
    with refused("genes with is_reference 1, their number, must be at least 1, got 0"):
        classical_fold_changes(dataset(PARTLY, is_reference=(0, 0)))


def test_refuses_a_study_without_target():
    with refused("genes with is_reference 0, their number, must be at least 1, got 0"):
        classical_fold_changes(dataset(PARTLY, is_reference=(1, 1)))


@pytest.mark.parametrize(("flags", "number"), [([0, 0], 0), ([1, 1], 2)])
def test_refuses_no_control_or_two(flags, number):
    with refused(f"is_control must be 1 for exactly one condition, got {number}"):
        classical_fold_changes(dataset(PARTLY).assign(is_control=("condition", flags)))


@pytest.mark.parametrize("function", [classical_population, classical_contrasts])
def test_refuses_a_table_without_ratios(function):
    with refused(f"{function.__name__} needs the column pfaffl_ratio, got target, cell_type, condition"):
        function(pd.DataFrame({"target": ["TNF"], "cell_type": ["BMSC"], "condition": ["lenalidomide"]}))

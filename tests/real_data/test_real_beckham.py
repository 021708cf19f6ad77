"""Fold changes of a real study beside another package's posterior: the experiment's reading, tables and, slowly, fits.

The tables are tested on made-up draws whose answer is known; both fits together take some five minutes.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from experiments import beckham_heat
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_cts

CONFIG = Path(beckham_heat.__file__).with_suffix(".toml")
TARGETS, CONTRASTS = ("egr", "fos"), ("heat 1h", "pre.heat 3h")
STABLE_CHANGE = {"heat 1h": 0.5, "pre.heat 3h": -0.4}
TRUE_CHANGE = {
    ("egr", "heat 1h"): -2.0,
    ("egr", "pre.heat 3h"): 5.0,
    ("fos", "heat 1h"): 1.0,
    ("fos", "pre.heat 3h"): 3.0,
}


# --- a made-up study: targets change beside the stable gene, and the reference reports every gene's own change ---


def made_up_reactions(path: Path) -> Path:
    """Two samples a condition, two reactions a cell, one Ct empty; a doubling is one cycle."""
    rows = []
    for letter, condition in zip("abcdef", ("control 0h", "heat 1h", "pre.heat 3h") * 2, strict=True):
        stable = STABLE_CHANGE.get(condition, 0.0)
        for gene in ("gapdh", *TARGETS):
            change = stable + TRUE_CHANGE.get((gene, condition), 0.0)
            treatment, time = condition.split(" ")
            rows += [(letter, treatment, time, replicate, gene, 20.0 - change, 2.0) for replicate in (1, 2)]
    table = pd.DataFrame(rows, columns=["sample", "treatment", "time", "tech_rep", "gene", "cq", "efficiency"])
    table.loc[3, "cq"] = np.nan
    table.to_csv(path, index=False)
    return path


def made_up_reference(path: Path) -> Path:
    """Every change as the Cts have it, the stable gene's among them, give or take 1."""
    changes = {("gapdh", contrast): change for contrast, change in STABLE_CHANGE.items()}
    changes |= {(gene, contrast): true + STABLE_CHANGE[contrast] for (gene, contrast), true in TRUE_CHANGE.items()}
    terms = {f"gene{gene}:treatment.time{contrast.replace(' ', '.')}": x for (gene, contrast), x in changes.items()}
    rows = [("geneegr", 11.0, 10.0, 12.0), *((term, x, x - 1.0, x + 1.0) for term, x in terms.items())]
    pd.DataFrame(rows, columns=["term", "post_mean_log2", "l95", "u95"]).to_csv(path, index=False)
    return path


def made_up_posterior(data: xr.Dataset, moved: float = 0.0) -> xr.Dataset:
    """Draws around the true changes less `moved`, which the inputs have more, beside the stable gene's change."""
    spread = np.linspace(-0.5, 0.5, 101)[None, :]
    fold = np.array([[[TRUE_CHANGE[gene, contrast] - moved for contrast in CONTRASTS]] for gene in TARGETS])
    condition = data[v.CONDITION].to_numpy()[data[v.CONDITION_OF_SAMPLE].to_numpy()]
    inputs = np.array([STABLE_CHANGE[name] + moved if name in STABLE_CHANGE else 0.0 for name in condition])
    draws = ("chain", "draw")
    return xr.Dataset(
        {
            v.LOG2_FOLD_CHANGE: ((*draws, v.TARGET, v.SUBJECT, v.CONTRAST), fold + spread[..., None, None, None]),
            v.LOG2_INPUT: ((*draws, v.SAMPLE), inputs + 0.0 * spread[..., None]),
        },
        coords={v.TARGET: list(TARGETS), v.SUBJECT: ["cells"], v.CONTRAST: list(CONTRASTS)},
    )


@pytest.fixture
def study(tmp_path) -> xr.Dataset:
    path = tmp_path / "tidy.csv"
    beckham_heat.tidy_reactions(made_up_reactions(tmp_path / "raw.csv")).to_csv(path, index=False)
    return read_cts(path, references=("gapdh",), control="control 0h")


@pytest.fixture
def reference(tmp_path) -> pd.DataFrame:
    return beckham_heat.read_reference(made_up_reference(tmp_path / "reference.csv"))


def compared(study: xr.Dataset, reference: pd.DataFrame, moved: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    return beckham_heat.compare(
        {2.0: made_up_posterior(study, moved), 20.0: made_up_posterior(study)}, study, reference
    )


# --- reading ---


def test_an_empty_ct_is_left_out_and_samples_are_numbered_within_their_condition(study):
    assert study.sizes[v.REACTION] == 6 * 3 * 2 - 1
    assert (study.sizes[v.SAMPLE], study.sizes[v.EXPERIMENT]) == (6, 2)
    assert np.isfinite(study[v.CT]).all()
    assert study[v.STATED_FACTOR].to_numpy().tolist() == [2.0] * 3


def test_reference_has_changes_by_gene_and_contrast_and_no_levels(reference):
    assert len(reference) == 3 * 2
    assert reference.loc[("fos", "pre.heat 3h")].tolist() == pytest.approx([2.6, 1.6, 3.6])


def test_a_missing_file_or_column_is_told_by_name(tmp_path):
    with pytest.raises(InputError, match=r"none\.csv must be a table of the data, got no such file"):
        beckham_heat.tidy_reactions(tmp_path / "none.csv")
    path = made_up_reference(tmp_path / "reference.csv")
    with pytest.raises(InputError, match=r"reference\.csv must have the columns sample, treatment, time, gene, cq"):
        beckham_heat.tidy_reactions(path)


def test_a_reference_without_the_stable_gene_is_refused(tmp_path):
    path = made_up_reference(tmp_path / "reference.csv")
    path.write_text(path.read_text().replace("genegapdh", "geneactb"))
    with pytest.raises(InputError, match=r"reference\.csv must have terms of gapdh, got actb, egr, fos"):
        beckham_heat.read_reference(path)


# --- tables ---


def test_changes_of_the_mean_ct_are_those_of_every_gene_itself(study):
    change = beckham_heat.ct_changes(study)
    assert change[("gapdh", "pre.heat 3h")] == pytest.approx(-0.4)
    assert change[("egr", "heat 1h")] == pytest.approx(-1.5)


def test_where_only_the_stable_gene_parts_them_giving_its_change_leaves_nothing(study, reference):
    genes, shifts = compared(study, reference)
    assert list(genes.index.unique("gene")) == list(TARGETS)
    assert genes["difference_stable_gene_given_log2"].abs().max() < 1e-9
    assert genes["difference_less_shift_log2"].abs().max() < 1e-9
    assert shifts["shift_stable_gene_given_log2"].abs().max() < 1e-9
    for contrast, change in STABLE_CHANGE.items():
        assert shifts.loc[(2.0, contrast), "shift_log2"] == pytest.approx(-change)
        assert shifts.loc[(2.0, contrast), "input_change_log2"] == pytest.approx(change)
        assert genes.loc[("fos", contrast), "reason"] == f"gapdh held stable {-change:+.2f}"


def test_what_the_prior_does_is_told_apart_from_the_stable_gene(study, reference):
    genes, shifts = compared(study, reference, moved=0.75)
    assert genes.loc[("egr", "pre.heat 3h"), "reason"] == "prior of fold changes -0.75; gapdh held stable +0.40"
    assert shifts.loc[2.0, "shift_stable_gene_given_log2"].to_numpy() == pytest.approx(-0.75)
    assert shifts.loc[20.0, "shift_stable_gene_given_log2"].to_numpy() == pytest.approx(0.0)


def test_intervals_that_do_not_meet_are_said_not_to(study, reference):
    genes, _ = compared(study, reference)
    assert genes["intervals_overlap"].all()
    far, _ = compared(study, reference, moved=3.0)
    assert not far["intervals_overlap"].any()


def test_a_reference_that_lacks_a_gene_is_refused(study, reference):
    with pytest.raises(InputError, match=r"the reference must have every gene and contrast, got none of \[\('fos'"):
        compared(study, reference.drop("fos", level="gene"))


def test_figures_have_a_panel_a_contrast_and_name_their_units(study, reference):
    genes, shifts = compared(study, reference, moved=0.75)
    scatter, inputs = beckham_heat.plot_ours_and_reference(genes, shifts), beckham_heat.plot_input_changes(shifts)
    assert [axis.get_title() for axis in scatter.axes] == ["heat, 1 h", "pre-heat, 3 h", "", ""]
    assert "log2" in scatter.axes[0].get_ylabel()
    assert "log2" in inputs.axes[0].get_ylabel()


# --- the real files ---


@pytest.mark.real_data
def test_real_reactions_are_read_whole(shared_data, tmp_path):
    tidy = beckham_heat.tidy_reactions(shared_data / beckham_heat.REACTIONS)
    tidy.to_csv(tmp_path / "tidy.csv", index=False)
    data = read_cts(tmp_path / "tidy.csv", references=("gapdh",), control=beckham_heat.CONTROL)
    sizes = {name: data.sizes[name] for name in (v.REACTION, v.SAMPLE, v.GENE, v.CONDITION)}
    assert sizes == {v.REACTION: 409, v.SAMPLE: 15, v.GENE: 10, v.CONDITION: 5}  # 41 of 450 have no Ct
    assert data[v.STATED_FACTOR].to_numpy().min() == 1.94


@pytest.mark.real_data
def test_real_reference_takes_no_gene_off(shared_data, tmp_path):
    """Its changes are those of each gene's own mean Ct: the reason why ours, against gapdh, are others."""
    tidy = beckham_heat.tidy_reactions(shared_data / beckham_heat.REACTIONS)
    tidy.to_csv(tmp_path / "tidy.csv", index=False)
    data = read_cts(tmp_path / "tidy.csv", references=("gapdh",), control=beckham_heat.CONTROL)
    reference = beckham_heat.read_reference(shared_data / beckham_heat.REFERENCE)["reference_log2"]
    ct = beckham_heat.ct_changes(data).reindex(reference.index)
    assert len(ct) == 40
    assert (reference - ct).abs().max() < 0.25
    against_stable = ct - ct.xs("gapdh").reindex(ct.index.get_level_values("contrast")).to_numpy()
    assert (reference - against_stable).abs().max() > 0.7


# --- the real fits ---


@pytest.fixture(scope="module")
def folder(shared_data, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("beckham") / "out"
    beckham_heat.run(shared_data, CONFIG, out)
    return out


@pytest.mark.calibrate
@pytest.mark.real_data
def test_both_fits_may_be_read(folder):
    verdicts = json.loads((folder / "manifest.json").read_text())["verdicts"]
    assert len(verdicts) == 2
    assert all(sentence.startswith("converged") for sentence in verdicts.values()), verdicts


@pytest.mark.calibrate
@pytest.mark.real_data
def test_intervals_of_every_gene_meet_those_of_the_reference(folder):
    genes = pd.read_csv(folder / "comparison.csv", index_col=["gene", "contrast"])
    assert len(genes) == 9 * 4
    assert "gapdh" not in genes.index.unique("gene")
    assert genes["intervals_overlap"].all()
    assert np.corrcoef(genes["ours_log2"], genes["reference_log2"])[0, 1] > 0.98


@pytest.mark.calibrate
@pytest.mark.real_data
def test_with_a_wide_prior_the_stable_gene_explains_the_shift(folder):
    """The inputs that the fit finds are the stable gene's changes, and those given, little parts the two posteriors."""
    shifts = pd.read_csv(folder / "shifts.csv", index_col=[0, 1]).loc[20.0]
    assert (shifts["input_change_lower"] < shifts["stable_gene_log2"]).all()
    assert (shifts["stable_gene_log2"] < shifts["input_change_upper"]).all()
    assert shifts["shift_stable_gene_given_log2"].abs().max() < 0.25
    assert shifts["sd_between_genes_log2"].max() < 0.1

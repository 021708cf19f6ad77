import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr
from scipy import integrate, stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.inference.catalogue import find_model
from lensim.inference.compare import compare_with_classical
from lensim.inference.engine_nutpie import SamplerSettings
from lensim.inference.estimands_expression import expression_estimands, summarise_populations, summarise_subjects
from lensim.inference.estimands_expression_sensitivity import contrast_of_subjects, slope_against
from lensim.inference.fit import FitSettings, verdict_of
from lensim.inference.run import fit_expression
from lensim.models import expression_panel as panel
from lensim.models import expression_parts as parts
from lensim.qpcr.design import QpcrDesign, lay_out
from lensim.qpcr.simulate import one_study, simulate
from lensim.qpcr.truth import NO_FAULTS, Assay, CellTypeExpression, QpcrPopulation, draw_truth
from lensim.seeding import stream

SEED = 41
QUICK_MODE = "FAST_COMPILE"
SUBJECTS = [f"line {k}" for k in range(6)] + [f"donor {k}" for k in range(4)]
DESIGN = QpcrDesign(
    SUBJECTS, ["line"] * 6 + ["donor"] * 4, ("TNF", "IGF1"), ("RPL37A",), calibrator="line 0", technical_replicates=3
)
POPULATION = QpcrPopulation(
    assays={"TNF": Assay(1.92, 30.0), "IGF1": Assay(1.90, 33.5), "RPL37A": Assay(1.97, 22.0)},
    expression={
        ("TNF", "line"): CellTypeExpression(2.5, 1.0, 1.0, 0.5),
        ("IGF1", "line"): CellTypeExpression(0.5, 1.0, -0.5, 0.3),
    },
)


def study(design: QpcrDesign = DESIGN, name: str = "first") -> tuple[xr.Dataset, xr.Dataset]:
    sheet = lay_out(design)
    truth = draw_truth(POPULATION, sheet, stream(SEED, name, "truth"))
    return one_study(simulate(sheet, truth, NO_FAULTS, stream(SEED, name, "machine")), 0), truth.isel(study=0)


DATA, TRUTH = study()


@pytest.fixture(scope="module")
def fitted() -> xr.DataTree:
    settings = FitSettings(
        SamplerSettings(draws=1000, tune=700, chains=2, cores=2), prior_draws=50, predictive_draws=200
    )
    return fit_expression(DATA, "expression_hierarchical", settings, seed=1, attempts=1)


# --- the pieces ---


def test_a_series_in_which_every_quantity_is_dim_is_still_a_series():
    late = DATA[v.CYCLE_LIMIT].to_numpy() - 1.0
    arrays = panel.expression_arrays(DATA.assign({v.STANDARD_CT: DATA[v.STANDARD_CT] * 0 + late}))
    assert len(arrays["standard_ct"]) == 0
    assert (arrays["information_on_unit_ct"] == 0).all()
    find_model("expression_hierarchical").build(DATA.assign({v.STANDARD_CT: DATA[v.STANDARD_CT] * 0 + late}))


@pytest.mark.parametrize("replicates", [1, 2, 3, 4])
def test_mean_and_contrasts_say_what_replicates_that_share_a_deviation_do(replicates):
    rng = stream(SEED, "replicates")
    ct = 25 + rng.standard_normal(replicates)
    sd, shared = 0.2, 0.35
    contrast, owner = panel._replicate_contrasts(ct, np.zeros(replicates, dtype=int))
    assert (owner == 0).all()
    assert len(contrast) == replicates - 1
    ours = stats.norm(24.8, np.hypot(shared, sd / np.sqrt(replicates))).logpdf(ct.mean())
    ours += stats.norm(0, sd).logpdf(contrast).sum() - np.log(replicates) / 2  # the mean is 1 / sqrt(n) of a rotation
    covariance = shared**2 + sd**2 * np.eye(replicates)
    assert ours == pytest.approx(stats.multivariate_normal(np.full(replicates, 24.8), covariance).logpdf(ct))


@pytest.mark.parametrize("copies", [0.01, 0.5, 3.0, 15.0, 60.0])
def test_mean_and_variance_of_the_log_of_copies(copies):
    k = np.arange(1, 400)
    weight = stats.poisson(copies).pmf(k)
    weight /= weight.sum()
    mean = (weight * np.log(k)).sum()
    variance = (weight * np.log(k) ** 2).sum() - mean**2
    found = [x.eval(mode=QUICK_MODE).item() for x in parts._log_of_copies(pt.as_tensor(np.log([copies])))]
    tolerance = {"abs": 0.005} if copies > 20 else {"rel": 1e-6, "abs": 1e-9}
    assert found == pytest.approx([mean, variance], **tolerance)


@pytest.mark.parametrize("log_copies", [-3.0, 0.0, 2.0])
def test_a_dim_reaction_gives_a_ct_or_none_with_probability_1(log_copies):
    value = pt.scalar("value")
    density = pytensor.function([value], pt.exp(parts._dim_logp(value, log_copies, 38.5, 0.6, 40.0)), mode=QUICK_MODE)
    detected, _ = integrate.quad(lambda ct: float(density(ct)), 30.0, 40.0 - 1e-9)
    assert detected + float(density(40.0)) == pytest.approx(1.0, abs=1e-6)


def test_cells_with_a_missing_reaction_or_few_copies_are_dim():
    arrays = panel.expression_arrays(DATA)
    late_or_missing = np.r_[arrays["dim_ct"]]
    assert (arrays["cell_ct"] <= 35.0).all()
    reactions_in_cells = int(arrays["replicates_of_cell"].sum()) + len(arrays["slot_of_dim"])
    assert reactions_in_cells == DATA.sizes[v.REACTION]
    assert int(np.isnan(DATA[v.CT]).sum()) <= (late_or_missing >= 40.0).sum()
    with pytest.raises(InputError, match=r"^slots must be at least \d+, got 0$"):
        panel.expression_arrays(DATA, 0)


# --- what is refused ---


def changed(name: str, values: np.ndarray) -> xr.Dataset:
    return DATA.assign({name: DATA[name].copy(data=values)})


@pytest.mark.parametrize("model", ["expression_hierarchical", "expression_separate"])
def test_a_dataset_that_cannot_answer_is_refused(model):
    build = find_model(model).build
    with pytest.raises(
        InputError, match=rf"^{model} needs at least one reference gene, got none among TNF, IGF1, RPL37A$"
    ):
        build(changed(v.IS_REFERENCE, np.zeros(3, dtype=int)))
    with pytest.raises(InputError, match=rf"^{model} needs at least one target gene, got references only$"):
        build(changed(v.IS_REFERENCE, np.ones(3, dtype=int)))
    with pytest.raises(InputError, match="needs one control condition and at least one other, got 2 control among"):
        build(changed(v.IS_CONTROL, np.ones(2, dtype=int)))
    ct = DATA[v.CT].values.copy()
    ct[5] = 41.0
    with pytest.raises(InputError, match=r"^ct_cycles\[5\] must lie between 0 and the limit of 40, got 41$"):
        build(changed(v.CT, ct))
    lost = np.where(DATA[v.GENE_OF_REACTION].values == 2, np.nan, DATA[v.CT].values)
    with pytest.raises(InputError, match=r"^reference gene RPL37A must be detected at least once, got no Ct$"):
        build(changed(v.CT, lost))
    treated = np.where(DATA[v.SUBJECT_OF_SAMPLE].values == 1, 1, DATA[v.CONDITION_OF_SAMPLE].values)
    with pytest.raises(InputError, match=r"^subject line 1 must have a control sample, got treated ones only$"):
        build(changed(v.CONDITION_OF_SAMPLE, treated))
    with pytest.raises(InputError, match=f"^{model} needs the variable ct_cycles"):
        build(DATA.drop_vars(v.CT))


# --- a fit ---


def test_the_fit_converges(fitted):
    verdict = verdict_of(fitted)
    assert verdict.divergences == 0
    assert verdict.largest_r_hat < 1.03, verdict.sentence()
    for group in ("prior", "prior_predictive", "posterior", "posterior_predictive", "log_likelihood", "log_prior"):
        assert group in fitted.children


def test_true_fold_changes_lie_in_their_intervals(fitted):
    """Null: each central 99.9% interval holds its truth with that probability."""
    fold = fitted["posterior"][v.LOG2_FOLD_CHANGE]
    low, high = fold.quantile([0.0005, 0.9995], ("chain", "draw")).values
    truth = TRUTH[v.LOG2_FOLD_CHANGE].values
    covered = int(((truth > low) & (truth < high)).sum())
    assert stats.binomtest(covered, truth.size, 0.999).pvalue > 1e-6


def test_estimands_and_tables_hold_together(fitted):
    draws = expression_estimands(fitted)
    assert float(abs(draws["log2_level_over_calibrator"].sel({v.SUBJECT: "line 0"})).max()) == 0.0
    assert draws["difference_of_cell_types"].sizes["pair"] == 1
    subjects, populations = summarise_subjects(fitted), summarise_populations(fitted)
    assert (len(subjects), len(populations)) == (2 * 10, 2 * 2)
    assert (subjects["fold_change_percent_lower"] < subjects["fold_change_percent_upper"]).all()
    assert subjects["detected"].sum() + subjects["not_detected"].sum() == (DATA[v.GENE_OF_REACTION].values < 2).sum()
    wider = populations["new_subject_percent_upper"] > populations["fold_change_percent_upper"]
    assert wider.all()
    groups = {name: "a" if k % 2 else "b" for k, name in enumerate(SUBJECTS)}
    difference = contrast_of_subjects(fitted, groups, "a", "b")
    assert difference.dims == ("chain", "draw", v.TARGET, v.CONTRAST)
    with pytest.raises(InputError, match=r"^group_of_subject must have a subject in c, got none$"):
        contrast_of_subjects(fitted, groups, "a", "c")


def test_slope_against_ic50_takes_lines_without_one_out(fitted):
    rng = stream(SEED, "slope")
    ic50 = rng.standard_normal((2, 50, 6))
    ic50[..., 5] = np.inf
    lines = xr.DataArray(ic50, dims=("chain", "draw", v.CELL_LINE), coords={v.CELL_LINE: SUBJECTS[:6]})
    slope = slope_against(fitted, lines)
    assert np.isfinite(slope).all()
    with pytest.raises(InputError, match=r"^subjects with both a fold change and an IC50 must be at least 4, got 3$"):
        slope_against(fitted, lines.isel({v.CELL_LINE: slice(3)}))


def test_classical_answers_stand_beside_the_posterior_with_reasons(fitted):
    table = compare_with_classical(fitted)
    assert len(table) == 20
    far = abs(np.log2(table["posterior"] / table["pfaffl"])) > 0.1
    assert (table.loc[far, "reasons"] != "").all()

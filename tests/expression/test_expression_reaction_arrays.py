import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr
from scipy import integrate, optimize, stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression import reaction_arrays as panel
from lensim.expression.classical_comparison import compare_with_classical
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.expression.estimands import expression_estimands, summarise_populations, summarise_subjects
from lensim.expression.priors import ExpressionPriors
from lensim.expression.sensitivity import contrast_of_subjects, slope_against
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import NO_FAULTS, CellTypeExpression, ExpressionPopulation, GeneAssay, draw_truth
from lensim.fit_study import fit_study
from lensim.inference.catalogue import find_model
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of
from lensim.models import expression_copies as copies_of
from lensim.seeding import stream

SEED = 41
QUICK_MODE = "FAST_COMPILE"
SUBJECTS = [f"line {k}" for k in range(6)] + [f"donor {k}" for k in range(4)]
DESIGN = ExpressionDesign(
    SUBJECTS, ["line"] * 6 + ["donor"] * 4, ("TNF", "IGF1"), ("RPL37A",), calibrator="line 0", technical_replicates=3
)
POPULATION = ExpressionPopulation(
    assays={"TNF": GeneAssay(1.92, 30.0), "IGF1": GeneAssay(1.90, 33.5), "RPL37A": GeneAssay(1.97, 22.0)},
    expression={
        ("TNF", "line"): CellTypeExpression(2.5, 1.0, 1.0, 0.5),
        ("IGF1", "line"): CellTypeExpression(0.5, 1.0, -0.5, 0.3),
    },
)


def study(design: ExpressionDesign = DESIGN, name: str = "first") -> tuple[xr.Dataset, xr.Dataset]:
    sheet = lay_out(design)
    truth = draw_truth(POPULATION, sheet, stream(SEED, name, "truth"))
    return one_study(simulate(sheet, truth, NO_FAULTS, stream(SEED, name, "machine")), 0), truth.isel(study=0)


DATA, TRUTH = study()


@pytest.fixture(scope="module")
def fitted() -> xr.DataTree:
    settings = FitSettings(
        SamplerSettings(draws=1000, tune=700, chains=2, cores=2), prior_draws=50, predictive_draws=200
    )
    return fit_study(DATA, settings, seed=1, engine="kernel", model="expression_hierarchical")


# --- the pieces ---


def test_a_series_in_which_every_quantity_is_dim_is_still_a_series():
    late = DATA[v.CYCLE_LIMIT].to_numpy() - 1.0
    arrays = panel.expression_arrays(DATA.assign({v.STANDARD_CT: DATA[v.STANDARD_CT] * 0 + late}))
    assert len(arrays["standard_ct"]) == 0
    assert (arrays["information_on_unit_ct"] == 0).all()
    find_model("expression_hierarchical").build(DATA.assign({v.STANDARD_CT: DATA[v.STANDARD_CT] * 0 + late}))


@pytest.mark.parametrize("copies", [0.01, 0.5, 3.0, 15.0, 60.0])
def test_mean_and_variance_of_the_log_of_copies(copies):
    k = np.arange(1, 400)
    weight = stats.poisson(copies).pmf(k)
    weight /= weight.sum()
    mean = (weight * np.log(k)).sum()
    variance = (weight * np.log(k) ** 2).sum() - mean**2
    found = [x.eval(mode=QUICK_MODE).item() for x in copies_of.log_of_copies(pt.as_tensor(np.log([copies])))]
    tolerance = {"abs": 0.005} if copies > 20 else {"rel": 1e-6, "abs": 1e-9}
    assert found == pytest.approx([mean, variance], **tolerance)


@pytest.mark.parametrize("log_copies", [-3.0, 0.0, 2.0])
def test_a_dim_reaction_gives_a_ct_or_none_with_probability_1(log_copies):
    value = pt.scalar("value")
    density = pytensor.function(
        [value], pt.exp(copies_of.dim_logp(value, log_copies, 38.5, 0.6, 40.0)), mode=QUICK_MODE
    )
    detected, _ = integrate.quad(lambda ct: float(density(ct)), 30.0, 40.0 - 1e-9)
    assert detected + float(density(40.0)) == pytest.approx(1.0, abs=1e-6)


def test_a_ct_at_the_limit_is_a_bound_and_not_a_number():
    """Null: of min(Normal(39.5, 1), 40), 200 at a time, estimates by the model's likelihood lie about 39.5 and 1.

    The naive mean is 39.3, and so is its own closed form.
    """
    value, mean, log_sd = pt.vector("value"), pt.scalar("mean"), pt.scalar("log_sd")
    many_copies = 15.0  # so that a reaction without Ct is a late one
    logp = copies_of.dim_logp(value, many_copies, mean, pt.exp(log_sd), 40.0).sum()
    density = pytensor.function([value, mean, log_sd], logp, mode=QUICK_MODE)
    capped = np.minimum(stream(SEED, "censored").normal(39.5, 1.0, (60, 200)), 40.0)
    found = []
    for sample in capped:
        best = optimize.minimize(lambda at, ct=sample: -float(density(ct, *at)), [39.0, 0.0], method="Nelder-Mead")
        found.append((best.x[0], np.exp(best.x[1])))
    means, sds = np.array(found).T
    assert stats.ttest_1samp(means, 39.5).pvalue > 1e-6
    assert stats.ttest_1samp(sds, 1.0).pvalue > 1e-6
    naive = capped.mean(axis=1)
    closed_form = 39.5 - (stats.norm.pdf(0.5) - 0.5 * stats.norm.sf(0.5))
    assert closed_form == pytest.approx(39.3, abs=0.01)
    assert stats.ttest_1samp(naive, closed_form).pvalue > 1e-6
    assert stats.ttest_1samp(naive, 39.5).pvalue < 1e-6


def test_cells_with_a_missing_reaction_or_few_copies_are_dim():
    arrays = panel.expression_arrays(DATA)
    late_or_missing = np.r_[arrays["dim_ct"]]
    assert (arrays["cell_ct"] <= 35.0).all()
    reactions_in_cells = int(arrays["kept_of_part"][:, 0].sum()) + len(arrays["slot_of_dim"])
    assert reactions_in_cells == DATA.sizes[v.REACTION]
    assert int(np.isnan(DATA[v.CT]).sum()) <= (late_or_missing >= 40.0).sum()
    with pytest.raises(InputError, match=r"^slots must be at least \d+, got 0$"):
        panel.expression_arrays(DATA, 0)


def on_two_plates(data: xr.Dataset, *, genes: tuple[int, ...]) -> xr.Dataset:
    """A study of one plate of which some genes' second replicates of sample 0 were read on a second plate."""
    plate = np.zeros(data.sizes[v.REACTION], dtype=int)
    for gene in genes:
        own = (data[v.GENE_OF_REACTION].to_numpy() == gene) & (data[v.SAMPLE_OF_REACTION].to_numpy() == 0)
        plate[np.flatnonzero(own)[1:]] = 1
    standards = {v.PLATE_OF_STANDARD: (v.STANDARD, np.zeros(data.sizes[v.STANDARD], dtype=int))}
    alone = data.drop_dims(v.PLATE, errors="ignore").assign({v.PLATE_OF_REACTION: (v.REACTION, plate)} | standards)
    return alone.assign_coords({v.PLATE: ["first", "second"]})


def test_plates_that_read_one_sample_share_its_deviation():
    bright = DATA.assign({v.CT: DATA[v.CT].clip(max=30.0).fillna(30.0)})
    one = panel.expression_arrays(on_two_plates(bright, genes=()))
    two = panel.expression_arrays(on_two_plates(bright, genes=(0, 2)))
    assert len(one["gene_of_slot"]) == 0
    assert (one["slot_of_cell"] == 0).all()  # one past the last: integrated out
    assert two["gene_of_slot"].tolist() == [0, 2]
    assert two["sample_of_slot"].tolist() == [0, 0]
    for slot, gene in enumerate((0, 2)):
        own = (two["gene_of_cell"] == gene) & (two["sample_of_cell"] == 0)
        assert two["plate_of_cell"][own].tolist() == [0, 1]
        assert two["slot_of_cell"][own].tolist() == [slot, slot]
    assert (two["slot_of_cell"] == 2).sum() == len(two["cell_ct"]) - 4
    assert panel.needed_slots(on_two_plates(bright, genes=(0, 2))) == 2


def test_a_gene_has_shifts_of_its_own_where_it_is_on_plates_with_others():
    gene, plate = panel.genes_on_plates(on_two_plates(DATA, genes=(0, 2)))
    assert list(zip(gene.tolist(), plate.tolist(), strict=True)) == [(0, 0), (0, 1), (2, 0), (2, 1)]
    alone = panel.genes_on_plates(on_two_plates(DATA, genes=(0,)))
    assert list(zip(*(found.tolist() for found in alone), strict=True)) == [(0, 0)]
    with_shifts = find_model("expression_hierarchical").build(on_two_plates(DATA, genes=(0, 2)))
    assert with_shifts.coords[v.GENE_ON_PLATE] == ("TNF, first", "TNF, second", "RPL37A, first", "RPL37A, second")
    assert v.GENE_ON_PLATE_SHIFT not in find_model("expression_hierarchical").build(on_two_plates(DATA, genes=()))


def test_cells_are_drawn_from_the_model():
    drawn = pm.draw(find_model("expression_hierarchical").build(DATA)["cell_ct_observed"], 3, mode=QUICK_MODE)
    assert drawn.shape == (3, len(panel.expression_arrays(DATA)["cell_ct"]))
    assert np.isfinite(drawn).all()


# --- models of other studies: references, series and factors ---

QUIET = ExpressionPopulation(
    assays={
        "T": GeneAssay(1.80, 28.0, 37.5, 0.02),
        "R": GeneAssay(1.93, 22.0, 37.5, 0.02),
        "S": GeneAssay(1.93, 20.0, 37.5, 0.02),
    },
    expression={("T", "line"): CellTypeExpression(4.0, 0.5, 3.0, 0.3)},
    sd_technical_cycles=0.03,
    sd_plate_cycles=0.05,
)
FACTORS = {"T": 1.80, "R": 1.93, "S": 1.93}


def quiet_study(references: tuple[str, ...], *, has_series: bool, has_factors: bool) -> tuple[xr.Dataset, np.ndarray]:
    """A study almost without noise, and its true fold changes (subject)."""
    dilutions = (20.0, 2.0, 0.2, 0.02) if has_series else ()
    design = ExpressionDesign(
        ("a", "b", "c"), ("line",) * 3, ("T",), references, technical_replicates=2, dilutions=dilutions, experiments=2
    )
    sheet = lay_out(design)
    truth = draw_truth(QUIET, sheet, stream(SEED, "quiet", "truth"))
    data = one_study(simulate(sheet, truth, NO_FAULTS, stream(SEED, "quiet", "machine")), 0)
    if has_factors:
        stated = [FACTORS[str(gene)] for gene in data[v.GENE].to_numpy()]
        data = data.assign({v.STATED_FACTOR: (v.GENE, stated), v.STATED_FACTOR_SD: (v.GENE, [0.005] * len(stated))})
    return data, truth[v.LOG2_FOLD_CHANGE].to_numpy()[0, 0, :, 0]


def mode_of(model: str, data: xr.Dataset, priors: ExpressionPriors | None = None) -> xr.Dataset:
    """The mode of a model, where its log density must be finite."""
    with find_model(model).build(data, priors):
        found = pm.find_MAP(
            progressbar=False, return_inferencedata=True, jitter=False, compile_kwargs={"mode": QUICK_MODE}
        )
    mode = found["posterior"].to_dataset().isel(chain=0, draw=0)
    assert all(np.isfinite(values).all() for values in mode.data_vars.values())
    return mode


@pytest.mark.parametrize(
    ("model", "references", "has_series", "has_factors"),
    [
        ("expression_separate", ("R", "S"), False, True),
        ("expression_separate", ("R", "S"), True, False),
        ("expression_hierarchical", ("R", "S"), False, True),
    ],
)
def test_the_mode_of_a_quiet_study_is_its_truth(model, references, has_series, has_factors):
    """Reactions with an error of 0.03 cycles and references that hold still: fold changes to 0.15 of 3 log2.

    A factor of 1.93 in place of the target's 1.80 would put them off by 0.35.
    """
    data, true = quiet_study(references, has_series=has_series, has_factors=has_factors)
    mode = mode_of(model, data)
    assert mode[v.LOG2_FOLD_CHANGE].to_numpy()[0, :, 0] == pytest.approx(true, abs=0.15)
    assert float(mode[v.FACTOR].sel({v.GENE: "T"})) == pytest.approx(1.80, abs=0.03)


def test_without_series_or_factor_the_prior_of_factors_decides():
    """3 log2 at a factor of 1.80 are 3 log(1.93) / log(1.80) at that of the prior, less what the prior gives way."""
    data, true = quiet_study(("R",), has_series=False, has_factors=False)
    mode = mode_of("expression_separate", data)
    found = mode[v.LOG2_FOLD_CHANGE].to_numpy()[0, :, 0]
    factor = float(mode[v.FACTOR].sel({v.GENE: "T"}))
    assert found == pytest.approx(true * np.log(factor) / np.log(1.80), abs=0.1)
    assert abs(factor - 1.93) < 0.12


def test_a_reference_that_responds_is_found_where_it_may():
    """S doubles under treatment: a stable pair of references halves it into the targets, one that may respond does not.

    One of two moves, so which of them did is told by inputs alone; how they differ is certain.
    """
    data, true = quiet_study(("R", "S"), has_series=False, has_factors=True)
    genes, sample = data[v.GENE].to_numpy(), data[v.SAMPLE_OF_REACTION].to_numpy()
    is_treated = data[v.CONDITION_OF_SAMPLE].to_numpy()[sample] == 1
    moved = is_treated & (genes[data[v.GENE_OF_REACTION].to_numpy()] == "S")
    data = data.assign({v.CT: data[v.CT] - moved / np.log2(1.93)})
    mode = mode_of("expression_hierarchical_responding", data)
    change = mode[v.LOG2_REFERENCE_FOLD_CHANGE].sel({v.REFERENCE: ["R", "S"]}).to_numpy()[:, 0]
    assert change[1] - change[0] == pytest.approx(1.0, abs=0.1)
    off = mode[v.LOG2_FOLD_CHANGE].to_numpy()[0, :, 0] - true
    assert off == pytest.approx(np.full(3, change[0]), abs=0.15)  # as far as R is thought to have moved


def test_references_respond_where_there_are_several_or_the_prior_says_so():
    build = find_model("expression_hierarchical").build
    one, two = (quiet_study(genes, has_series=False, has_factors=True)[0] for genes in (("R",), ("R", "S")))
    assert v.LOG2_REFERENCE_FOLD_CHANGE not in build(one).named_vars
    assert {v.LOG2_REFERENCE_FOLD_CHANGE, v.SD_REFERENCE_FOLD_CHANGE} <= set(build(two).named_vars)
    stated = ExpressionPriors(sd_log2_reference_fold_change=0.2)
    assert v.LOG2_REFERENCE_FOLD_CHANGE in build(one, stated).named_vars
    assert v.SD_REFERENCE_FOLD_CHANGE not in build(two, stated).named_vars


def test_less_cdna_in_treated_samples_is_no_response_of_two_references():
    """All genes of treated samples come a cycle later: fold changes are as before."""
    data, true = quiet_study(("R", "S"), has_series=False, has_factors=True)
    is_treated = data[v.CONDITION_OF_SAMPLE].to_numpy()[data[v.SAMPLE_OF_REACTION].to_numpy()] == 1
    factor = np.array([float(one) for one in data[v.STATED_FACTOR]])[data[v.GENE_OF_REACTION].to_numpy()]
    less = data.assign({v.CT: data[v.CT] + is_treated / np.log2(factor)})
    mode = mode_of("expression_hierarchical", less)
    assert mode[v.LOG2_FOLD_CHANGE].to_numpy()[0, :, 0] == pytest.approx(true, abs=0.15)
    assert mode[v.LOG2_REFERENCE_FOLD_CHANGE].to_numpy() == pytest.approx(0.0, abs=0.05)


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
    alone = np.where(DATA[v.SUBJECT_OF_SAMPLE].values > 0, 1, DATA[v.CONDITION_OF_SAMPLE].values)
    kept = changed(v.CONDITION_OF_SAMPLE, alone).assign_attrs(unpaired="keep")
    rule = "a control of each subject" if "separate" in model else "at least 2 control subjects of cell type"
    with pytest.raises(InputError, match=f"^{model} needs {rule}"):
        build(kept)
    with pytest.raises(InputError, match=f"^{model} needs the variable ct_cycles"):
        build(DATA.drop_vars(v.CT))


# --- a fit ---


@pytest.mark.sampling
def test_the_fit_converges(fitted):
    verdict = verdict_of(fitted)
    assert verdict.divergences == 0
    assert verdict.largest_r_hat < 1.03, verdict.sentence()
    for group in ("prior", "prior_predictive", "posterior", "posterior_predictive", "log_likelihood", "log_prior"):
        assert group in fitted.children


@pytest.mark.sampling
def test_true_fold_changes_lie_in_their_intervals(fitted):
    """Null: each central 99.9% interval holds its truth with that probability."""
    fold = fitted["posterior"][v.LOG2_FOLD_CHANGE]
    low, high = fold.quantile([0.0005, 0.9995], ("chain", "draw")).values
    truth = TRUTH[v.LOG2_FOLD_CHANGE].values
    covered = int(((truth > low) & (truth < high)).sum())
    assert stats.binomtest(covered, truth.size, 0.999).pvalue > 1e-6


@pytest.mark.sampling
def test_estimands_and_tables_hold_together(fitted):
    draws = expression_estimands(fitted)
    assert float(abs(draws["log2_level_over_calibrator"].sel({v.SUBJECT: "line 0"})).max()) == 0.0
    assert draws["difference_of_cell_types"].sizes["pair"] == 1
    subjects, populations = summarise_subjects(draws), summarise_populations(draws)
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


@pytest.mark.sampling
def test_slope_against_ic50_takes_lines_without_one_out(fitted):
    rng = stream(SEED, "slope")
    ic50 = rng.standard_normal((2, 50, 6))
    ic50[..., 5] = np.inf
    lines = xr.DataArray(ic50, dims=("chain", "draw", v.CELL_LINE), coords={v.CELL_LINE: SUBJECTS[:6]})
    slope = slope_against(fitted, lines)
    assert np.isfinite(slope).all()
    with pytest.raises(InputError, match=r"^subjects with both a fold change and an IC50 must be at least 4, got 3$"):
        slope_against(fitted, lines.isel({v.CELL_LINE: slice(3)}))


@pytest.mark.sampling
def test_classical_answers_stand_beside_the_posterior_with_reasons(fitted):
    table = compare_with_classical(fitted)
    assert len(table) == 20
    far = abs(np.log2(table["posterior"] / table["pfaffl"])) > 0.1
    assert (table.loc[far, "reasons"] != "").all()

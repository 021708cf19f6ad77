import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.expression.simulate import log2_quantities, one_study, simulate
from lensim.expression.truth import (
    NO_FAULTS,
    CellTypeExpression,
    ExpressionPopulation,
    GeneAssay,
    ReactionFaults,
    draw_truth,
)
from lensim.maiga2013 import number
from lensim.maiga2013.expression_twin import (
    ABSENT,
    LINE,
    PARENTS,
    POPULATION,
    PRIMARY,
    STROMA,
    draw_expression_twin,
    expression_design,
    with_summary,
)
from lensim.seeding import stream

FALSE_ALARM = 1e-6
SEED = 31


def reactions_of_copies(copies: float, number: int, sd_technical: float = 0.0) -> np.ndarray:
    """Ct of many reactions that start from a Poisson number of copies around `copies`."""
    assay = GeneAssay(2.0, 37.0, 37.5, 0.0)  # a unit is sqrt(2) copies
    level = np.log2(copies) - 0.5
    population = ExpressionPopulation(
        assays={gene: assay for gene in ("T", "R")},
        expression={("T", "line"): CellTypeExpression(level, 0.0, 0.0, 0.0)},
        sd_log2_input=0.0,
        sd_technical_cycles=sd_technical,
        sd_plate_cycles=0.0,
    )
    design = ExpressionDesign(
        ("a",), ("line",), ("T",), ("R",), technical_replicates=10, dilutions=(), cycle_limit=60.0
    )
    sheet = lay_out(design)
    rng = stream(SEED, "copies", f"{copies:g}")
    truth = draw_truth(population, sheet, rng, -(-number // 40))
    data = simulate(sheet, truth, NO_FAULTS, rng)
    return data[v.CT].values[:, sheet[v.GENE_OF_REACTION].values == 0].ravel()


@pytest.mark.parametrize(("copies", "spread"), [(5, 0.645), (10, 0.456), (50, 0.204), (100, 0.144)])
def test_spread_of_ct_by_copies_alone(copies, spread):
    """First order in 1 / copies: 1 / (ln 2 sqrt(copies)); the next order makes the drawn spread a little larger."""
    ct = reactions_of_copies(copies, 40_000)
    drawn = np.nanstd(ct)
    second_order = spread * np.sqrt(1 + 1.5 / copies)
    assert spread * 0.98 < drawn < second_order * 1.12


def test_no_copy_gives_no_ct():
    """Null: not detected with probability exp(-copies)."""
    ct = reactions_of_copies(1.5, 20_000)
    missing = int(np.isnan(ct).sum())
    assert stats.binomtest(missing, ct.size, float(np.exp(-1.5))).pvalue > FALSE_ALARM


def test_a_treated_sample_differs_from_its_control_by_the_fold_change():
    sheet = lay_out(expression_design())
    truth = draw_expression_twin(sheet, stream(SEED, "truth"))
    quiet = truth.assign({v.LOG2_INPUT: 0 * truth[v.LOG2_INPUT], v.LOG2_BIOLOGICAL: 0 * truth[v.LOG2_BIOLOGICAL]})
    quantity = log2_quantities(sheet, quiet)[0]
    subject, condition = sheet[v.SUBJECT_OF_SAMPLE].values, sheet[v.CONDITION_OF_SAMPLE].values
    for s in range(sheet.sizes[v.SUBJECT]):
        own = quantity[:3, subject == s]
        is_treated = condition[subject == s] == 1
        change = own[:, is_treated].mean(axis=1) - own[:, ~is_treated].mean(axis=1)
        assert change == pytest.approx(truth[v.LOG2_FOLD_CHANGE].values[0, :, s, 0])
    assert np.ptp(quantity[3]) == pytest.approx(0.0)


def test_the_same_seed_gives_the_same_wells_and_faults_leave_the_rest_alone():
    sheet = lay_out(expression_design())
    truth = draw_expression_twin(sheet, stream(SEED, "truth"), 2)
    first, again = (simulate(sheet, truth, ReactionFaults(), stream(SEED, "machine")) for _ in range(2))
    assert first.identical(again)
    one = one_study(first, 1)
    assert one.sizes[v.REACTION] == int((~first["is_lost"].values[1]).sum())
    with pytest.raises(InputError, match=r"^study must lie between 0 and 1, got 5$"):
        one_study(first, 5)
    with pytest.raises(InputError, match=r"^simulate needs a truth with amplification_factor, got "):
        simulate(sheet, truth.drop_vars(v.FACTOR), ReactionFaults(), stream(SEED, "machine"))


def test_the_twin_has_the_stated_summaries():
    sheet = lay_out(expression_design())
    truth = draw_expression_twin(sheet, stream(SEED, "twin"), 5)
    kind = np.array(truth[v.CELL_TYPE].values)[sheet[v.CELL_TYPE_OF_SUBJECT].values]
    subjects = truth[v.SUBJECT].values
    for target, absent, cell_type, low, median, high, increased in (
        ("TNF", "NCI-H929", LINE, 58, 179, 369, 10),
        ("TNF", "", PRIMARY, 170, 292, 509, 4),
        ("IGF1", "KMS12-PE", LINE, 61, 242, 545, 10),
        ("IGF1", "", PRIMARY, 147, 160, 281, 4),
    ):
        own = truth[v.LOG2_FOLD_CHANGE].sel({v.TARGET: target}).values[:, (kind == cell_type) & (subjects != absent), 0]
        percent = 100 * 2.0**own
        for study in percent:
            found = (study.min(), np.median(study), study.max(), (study > 100).sum())
            assert found == pytest.approx((low, median, high, increased))
    level = truth[v.LOG2_LEVEL].sel({v.TARGET: "IGF1"}).values
    lines = (kind == LINE) & (subjects != "KMS12-PE")
    assert (level[:, kind == PRIMARY].mean(1) - level[:, lines].mean(1)) == pytest.approx(np.full(5, np.log2(23)))


def test_stroma_falls_to_the_stated_share():
    """Null: the mean of log2 fold changes in BMSC is that of 65% of control, the spread that of the population."""
    sheet = lay_out(expression_design())
    truth = draw_expression_twin(sheet, stream(SEED, "stroma"), 200)
    kind = np.array(truth[v.CELL_TYPE].values)[sheet[v.CELL_TYPE_OF_SUBJECT].values]
    own = truth[v.LOG2_FOLD_CHANGE].sel({v.TARGET: "TNF"}).values[:, kind == STROMA, 0].ravel()
    stated = np.log2(1 - number("tnf_bmsc_inhibition_percent") / 100)
    sigma = POPULATION.expression["TNF", STROMA].sigma_log2_fold_change
    assert stats.kstest(own, stats.norm(stated, sigma).cdf).pvalue > FALSE_ALARM
    assert stats.kstest(own, stats.norm(0.0, sigma).cdf).pvalue < FALSE_ALARM


def test_a_line_without_a_gene_never_shows_it_and_the_others_do():
    sheet = lay_out(expression_design())
    truth = draw_expression_twin(sheet, stream(SEED, "absent"), 20)
    ct = simulate(sheet, truth, NO_FAULTS, stream(SEED, "absent", "machine"))[v.CT].values
    genes, names = sheet[v.GENE].values, sheet[v.SUBJECT].values
    gene = genes[sheet[v.GENE_OF_REACTION].values]
    subject = names[sheet[v.SUBJECT_OF_SAMPLE].values[sheet[v.SAMPLE_OF_REACTION].values]]
    for target, absent in ABSENT.items():
        without = {absent, *(variant for variant, parent in PARENTS.items() if parent == absent)}
        lacks = (gene == target) & np.isin(subject, list(without))
        assert lacks.any()
        assert np.isnan(ct[:, lacks]).all()
        assert np.isfinite(ct[:, (gene == target) & ~lacks]).mean() > 0.9
    assert ABSENT == {"TNF": "NCI-H929", "IGF1": "KMS12-PE"}


def test_variants_differ_from_their_parents_in_the_genes_that_the_paper_names():
    sheet = lay_out(expression_design())
    level = draw_expression_twin(sheet, stream(SEED, "variants"), 3)[v.LOG2_LEVEL]
    for variant, raised in (("LP1-LR", ("TNF", "IGF1")), ("NCI-H929 R10-4", ("CXCL8", "IGF1"))):
        for target in ("TNF", "CXCL8", "IGF1"):
            of_target = level.sel({v.TARGET: target})
            excess = of_target.sel({v.SUBJECT: variant}) - of_target.sel({v.SUBJECT: PARENTS[variant]})
            assert excess.values == pytest.approx(np.full(3, 1.5 * (target in raised)))


def quick_sheet(cycle_limit: float = 60.0) -> tuple[xr.Dataset, xr.Dataset]:
    """A sheet of two genes with many wells without template, and 400 studies of it."""
    design = ExpressionDesign(
        ("a",), ("line",), ("T",), ("R",), dilutions=(), cycle_limit=cycle_limit, no_template_replicates=10
    )
    sheet = lay_out(design)
    return sheet, draw_truth(ExpressionPopulation(), sheet, stream(SEED, "faults", "truth"), 400)


def test_wells_without_template_amplify_where_they_are_contaminated():
    """Null: with probability p of contamination by 2 copies on average, a share p (1 - exp(-2)) has a Ct."""
    sheet, truth = quick_sheet()
    clean = simulate(sheet, truth, NO_FAULTS, stream(SEED, "faults", "clean"))
    assert np.isnan(clean[v.NO_TEMPLATE_CT]).all()
    faults = ReactionFaults(0.0, 0.0, 0.0, contamination_probability=0.3, contamination_copies=2.0)
    ct = simulate(sheet, truth, faults, stream(SEED, "faults", "dirty"))[v.NO_TEMPLATE_CT].values
    seen = int(np.isfinite(ct).sum())
    assert stats.binomtest(seen, ct.size, 0.3 * -np.expm1(-2.0)).pvalue > FALSE_ALARM
    assert stats.binomtest(seen, ct.size, 0.3).pvalue < FALSE_ALARM  # as if each contaminated well had a copy


def test_outliers_come_later_by_what_is_stated_and_the_others_do_not_move():
    """Null: each reaction is an outlier with probability 0.03; with the same stream, the rest stays as it was."""
    sheet, truth = quick_sheet()
    quiet, faulty = (
        simulate(sheet, truth, ReactionFaults(share, 1.5, 0.0, 0.0, 0.0), stream(SEED, "faults", "outliers"))[
            v.CT
        ].values
        for share in (0.0, 0.03)
    )
    later = faulty - quiet
    late = later > 0.75
    assert later[late] == pytest.approx(np.full(int(late.sum()), 1.5), abs=1e-4)
    assert later[~late] == pytest.approx(np.zeros(int((~late).sum())), abs=1e-4)
    assert stats.binomtest(int(late.sum()), late.size, 0.03).pvalue > FALSE_ALARM
    assert stats.binomtest(int(late.sum()), late.size, 0.1).pvalue < FALSE_ALARM


def test_a_summary_that_no_ratios_have_is_refused():
    with pytest.raises(InputError, match=r"^4 ratios must be able to have minimum 2, median 1.5, "):
        with_summary(4, 2.0, 1.5, 3.0, 4, stream(SEED, "x"))

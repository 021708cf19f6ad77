from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from lensim import vocabulary as v
from lensim.bioassay.curve import log10_tnf_at, optical_density, slope_per_log10
from lensim.bioassay.design import BioassayDesign, lay_out
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.bioassay.simulate import one_study, simulate
from lensim.bioassay.truth import USUAL_FAULTS, BioassayPopulation, draw_truth
from lensim.checks import InputError
from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin
from lensim.plate_faults import NO_FAULTS
from lensim.seeding import stream

FALSE_ALARM = 1e-6
DESIGN = BioassayDesign(("a", "b"), dilution_factors=(1, 4))
SHEET = lay_out(DESIGN)


def test_the_inverse_undoes_the_curve_and_knows_where_there_is_none():
    log10_tnf = np.linspace(0.0, 4.0, 9)
    curve = (np.log(1.2), 2.1, 0.3, 1.8)
    signal = optical_density(10.0**log10_tnf, *curve)
    assert (np.diff(signal) < 0).all()
    assert log10_tnf_at(signal, *curve) == pytest.approx(log10_tnf)
    assert log10_tnf_at([1.3, 1.2 * np.exp(-1.8) * 0.99], *curve).tolist() == [-np.inf, np.inf]
    assert optical_density(0.0, *curve) == pytest.approx(1.2)
    step = 1e-6
    numeric = (optical_density(10.0 ** (log10_tnf + step), *curve) - signal) / step
    assert slope_per_log10(log10_tnf, *curve) == pytest.approx(numeric, rel=1e-4)


def test_without_noise_wells_are_the_curve_of_their_plate_and_dilution():
    quiet = BioassayPopulation(sd_log_od=0.0, sd_od=0.0)
    truth = draw_truth(quiet, SHEET, stream(1, "truth"), 2)
    od = simulate(SHEET, truth, NO_FAULTS, stream(1, "machine"))[v.OPTICAL_DENSITY].values[1]
    own = truth.isel(study=1)
    for at in range(SHEET.sizes[v.WELL]):
        well = SHEET.isel({v.WELL: at})
        plate = own.isel({v.PLATE: int(well[v.PLATE_OF_WELL])})
        role = str(well[v.ROLE].values)
        expected = float(plate[v.BACKGROUND_OD])
        if role != BLANK:
            tnf = float(well[v.CONCENTRATION])
            if role == SAMPLE:
                tnf = 10.0 ** float(own[v.LOG10_TNF][int(well[v.MEDIUM_OF_WELL])]) / float(well[v.DILUTION])
            names = (v.LOG_TOP_OD, v.LOG10_EC50_TNF, v.LOG_HILL, v.EFFECT)
            expected += optical_density(tnf, *(float(plate[name]) for name in names))
        assert od[at] == pytest.approx(expected)


def test_noise_has_the_stated_spread():
    """Null: standardised readings have variance 1 (chi-squared), in blanks, standards and samples alike."""
    population = BioassayPopulation(sd_log_od=0.05, sd_od=0.008)
    truth = draw_truth(population, SHEET, stream(2, "truth"), 200)
    quiet = truth.assign({v.SD_LOG_OD: 0 * truth[v.SD_LOG_OD], v.SD_OD: 0 * truth[v.SD_OD]})
    read, mean = (simulate(SHEET, t, NO_FAULTS, stream(2, "m"))[v.OPTICAL_DENSITY].values for t in (truth, quiet))
    signal = mean - truth[v.BACKGROUND_OD].values[:, SHEET[v.PLATE_OF_WELL].values]
    z = (read - mean) / np.hypot(0.05 * signal, 0.008)
    for role in (STANDARD, SAMPLE, BLANK):
        own = z[:, SHEET[v.ROLE].values == role].ravel()
        assert 2 * min(stats.chi2.cdf((own**2).sum(), own.size), stats.chi2.sf((own**2).sum(), own.size)) > FALSE_ALARM
        wrong = ((1.1 * own) ** 2).sum()
        assert role == BLANK or stats.chi2.sf(wrong, own.size) < FALSE_ALARM  # and the test can fail


def test_a_treated_medium_differs_from_its_control_by_the_fold_change():
    truth = draw_truth(BioassayPopulation(sd_biological_log10_tnf=0.0), SHEET, stream(3, "truth"), 2)
    line, condition = SHEET[v.LINE_OF_MEDIUM].values, SHEET[v.CONDITION_OF_MEDIUM].values
    log10_tnf = truth[v.LOG10_TNF].values
    for at in range(2):
        change = log10_tnf[:, (line == at) & (condition == 1)] - log10_tnf[:, (line == at) & (condition == 0)]
        assert change / np.log10(2) == pytest.approx(np.repeat(truth[v.LOG2_FOLD_CHANGE].values[:, at], 3, axis=1))


def test_faults_lose_wells_and_dim_edges_and_the_reader_saturates():
    truth = draw_truth(BioassayPopulation(ceiling_od=1.0), SHEET, stream(4, "truth"), 300)
    usual = simulate(SHEET, truth, USUAL_FAULTS, stream(4, "machine"))
    od = usual[v.OPTICAL_DENSITY].values
    assert np.nanmax(od) == 1.0
    assert stats.binomtest(int(np.isnan(od).sum()), od.size, USUAL_FAULTS.lost_probability).pvalue > FALSE_ALARM
    alone = one_study(usual, 3)
    assert alone.sizes[v.WELL] == int(np.isfinite(od[3]).sum())
    edged = replace(NO_FAULTS, mean_edge_log_loss=0.2)
    dim = simulate(SHEET, truth, edged, stream(4, "machine"))[v.OPTICAL_DENSITY].values
    full = simulate(SHEET, truth, NO_FAULTS, stream(4, "machine"))[v.OPTICAL_DENSITY].values
    inner = (SHEET[v.PLATE_ROW].values > 0) & (SHEET[v.PLATE_COLUMN].values % 11 > 0)
    is_blank = SHEET[v.ROLE].values == BLANK
    assert dim[:, inner | is_blank] == pytest.approx(full[:, inner | is_blank])
    assert (dim[:, ~inner & ~is_blank] <= full[:, ~inner & ~is_blank]).all()


def test_the_same_seed_gives_the_same_wells_and_bad_truths_are_told():
    truth = draw_truth(BioassayPopulation(), SHEET, stream(5, "truth"), 2)
    first, again = (simulate(SHEET, truth, USUAL_FAULTS, stream(5, "m")) for _ in range(2))
    assert first.identical(again)
    with pytest.raises(InputError, match=r"^simulate needs a truth with sd_od, got "):
        simulate(SHEET, truth.drop_vars(v.SD_OD), NO_FAULTS, stream(5, "m"))
    with pytest.raises(InputError, match=r"^simulate needs sd_od with dims \('study',\), got \(\)$"):
        simulate(SHEET, truth.assign({v.SD_OD: truth[v.SD_OD][0]}), NO_FAULTS, stream(5, "m"))
    with pytest.raises(InputError, match=r"^study must lie between 0 and 1, got 5$"):
        one_study(first, 5)
    with pytest.raises(InputError, match=r"^studies must be at least 1, got 0$"):
        draw_truth(BioassayPopulation(), SHEET, stream(5, "truth"), 0)


def test_the_twin_increases_in_both_lines():
    sheet = lay_out(bioassay_design())
    truth = draw_bioassay_twin(sheet, stream(6, "twin"), 50)
    assert (truth[v.LOG2_FOLD_CHANGE].values > 0).all()
    assert truth.sizes[v.CELL_LINE] == 2

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.bioassay.curve import optical_density
from lensim.bioassay.design import BioassayDesign, lay_out
from lensim.bioassay.priors import BioassayPriors
from lensim.bioassay.roles import BLANK, SAMPLE
from lensim.bioassay.simulate import one_study, simulate
from lensim.bioassay.truth import USUAL_FAULTS, BioassayPopulation, draw_truth
from lensim.checks import InputError
from lensim.inference.catalogue import find_model
from lensim.models.bioassay_calibration import CURVE, bioassay_arrays, build_bioassay_calibration
from lensim.seeding import stream

RNG = stream(23, "bioassay")


def study(number: int = 0, **changes: object) -> xr.Dataset:
    design = {"cell_lines": ("a", "b"), "experiments": 2, "dilution_factors": (1, 4), **changes}
    sheet = lay_out(BioassayDesign(**design))
    truth = draw_truth(BioassayPopulation({"b": 0.3}), sheet, stream(23, "truth", number))
    return one_study(simulate(sheet, truth, USUAL_FAULTS, stream(23, "machine", number)), 0)


def test_the_likelihood_and_the_prior_are_those_of_the_docstring():
    data, priors = study(), BioassayPriors()
    model = build_bioassay_calibration(data)
    point = {name: RNG.normal(0.1, 0.3, np.shape(value)) for name, value in model.initial_point().items()}
    names = ["curve", "mu_curve", "sigma_curve", v.LOG10_TNF, v.LOG10_TNF_OF_LINE, v.LOG2_FOLD_CHANGE]
    names += [v.SD_BIOLOGICAL_TNF, v.BACKGROUND_OD, v.SD_LOG_OD, v.SD_OD, v.NU_WELL]
    latent = [model[f"{name}_coordinate"] for name in ("curve", "mu_curve", *names[3:6])]
    outputs = [
        *model.replace_rvs_by_values([model[name] for name in names]),
        model.logp(vars=model.observed_RVs, sum=True),
        model.logp(vars=latent, sum=True, jacobian=False),
    ]
    log_p = model.compile_fn(outputs, mode="FAST_COMPILE", on_unused_input="ignore")
    *values, likelihood, prior = log_p(point)
    at = dict(zip(names, values, strict=True))
    curve, plate, role = at["curve"], data[v.PLATE_OF_WELL].values, data[v.ROLE].values
    medium = data[v.MEDIUM_OF_WELL].values
    in_well = 10.0 ** at[v.LOG10_TNF][medium] / data[v.DILUTION].values
    tnf = np.where(role == SAMPLE, in_well, np.nan_to_num(data[v.CONCENTRATION].values))
    signal = optical_density(tnf, *curve[plate, :3].T, np.exp(curve[plate, 3])) * (role != BLANK)
    spread = np.hypot(at[v.SD_LOG_OD] * signal, at[v.SD_OD])
    mean = at[v.BACKGROUND_OD][plate] + signal
    expected = stats.t.logpdf(data[v.OPTICAL_DENSITY].values, at[v.NU_WELL], mean, spread).sum()
    assert float(likelihood) == pytest.approx(expected, rel=1e-9)

    # coordinates move the shape and not the law: densities of the variables, times the scales of their coordinates
    def scale(sigma, information):
        return np.log(np.sqrt(information + sigma**-2.0)).sum()

    held = bioassay_arrays(data)
    middle = np.array([0.0, held["middle_log10_tnf"], 0.0, 0.0])
    mean_mu = np.array([getattr(priors, f"mean_mu_{name}", 0.0) for name in CURVE]) + middle
    sd_mu = np.array([getattr(priors, f"sd_mu_{name}") for name in CURVE])
    fold, level = at[v.LOG2_FOLD_CHANGE], at[v.LOG10_TNF_OF_LINE]
    line, treated = data[v.LINE_OF_MEDIUM].values, data[v.CONDITION_OF_MEDIUM].values
    of_medium = level[line] + np.log10(2) * treated * fold[line, 0]
    log_density = (
        stats.norm.logpdf(at["mu_curve"], mean_mu, sd_mu).sum()
        - scale(sd_mu, held["information_of_mean_curve"])
        + stats.norm.logpdf(curve, at["mu_curve"], at["sigma_curve"]).sum()
        - scale(np.broadcast_to(at["sigma_curve"], curve.shape), held["information_of_curve"])
        + stats.norm.logpdf(level, held["middle_log10_tnf"], 1.0).sum()
        - scale(np.ones(2), held["information_of_line"][:, 0])
        + stats.norm.logpdf(fold, 0.0, 1.5).sum()
        - scale(np.full((2, 1), 1.5), held["information_of_line"][:, 1:] * np.log10(2) ** 2)
        + stats.norm.logpdf(at[v.LOG10_TNF], of_medium, at[v.SD_BIOLOGICAL_TNF]).sum()
        - scale(np.full(len(line), at[v.SD_BIOLOGICAL_TNF]), held["information_of_medium"])
    )
    assert float(prior) == pytest.approx(log_density, rel=1e-6)


def test_the_catalogue_has_it_and_arrays_of_another_study_have_the_same_names():
    entry = find_model("bioassay_calibration")
    assert (entry.signal, entry.priors) == (v.OPTICAL_DENSITY, BioassayPriors)
    first, second = (entry.arrays(study(number)) for number in (0, 1))
    assert {name: array.ndim for name, array in first.items()} == {name: a.ndim for name, a in second.items()}
    assert all(np.isfinite(array).all() for array in first.values())


def test_one_condition_makes_no_fold_change_and_odd_plates_are_taken():
    alone = study(conditions=("as measured",), blanks=0, zero_standards=0)
    model = build_bioassay_calibration(alone)
    assert v.LOG2_FOLD_CHANGE not in model.named_vars
    assert v.BACKGROUND_OD not in model.named_vars  # no blanks, so nothing tells it from what endless TNF leaves
    assert v.LOG10_TNF in model.named_vars


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d.drop_vars(v.DILUTION), "bioassay_calibration needs the variable dilution_factor"),
        (
            lambda d: d.assign({v.OPTICAL_DENSITY: d[v.OPTICAL_DENSITY] * np.nan}),
            r"optical_density\[0\] must be a finite number, got nan",
        ),
        (lambda d: d.assign({v.IS_CONTROL: (v.CONDITION, [1, 1])}), "is_control must mark one condition, got 2"),
        (lambda d: d.isel({v.WELL: np.flatnonzero(d[v.ROLE] != "standard")}), "there must be standards of known"),
        (lambda d: d.isel({v.WELL: np.flatnonzero(d[v.ROLE] != "sample")}), "there must be at least one sample"),
        (
            lambda d: d.assign({v.OPTICAL_DENSITY: 2 - d[v.OPTICAL_DENSITY]}),
            "optical density must fall as TNF rises on plate experiment 1",
        ),
        (
            lambda d: d.assign({v.ROLE: (v.WELL, np.where(d[v.ROLE] == "blank", "empty", d[v.ROLE]))}),
            "role must be one of standard, sample, blank, got 'empty'",
        ),
    ],
)
def test_bad_input_is_told(spoil, message):
    with pytest.raises(InputError, match=message):
        build_bioassay_calibration(spoil(study()))


def test_bad_priors_are_told():
    with pytest.raises(InputError, match=r"^BioassayPriors.sd_log2_fold_change must be above 0, got 0$"):
        BioassayPriors(sd_log2_fold_change=0)

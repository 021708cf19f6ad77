import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.assay import default_model
from lensim.expression.evidence import DETECTED, evidence_of
from lensim.inference.catalogue import find_model
from lensim.models.fold_change_hierarchical import build_fold_change_hierarchical
from lensim.seeding import stream

RNG = stream(17, "fold change")
SUBJECT = np.repeat(np.arange(4), 2)


def ratios(**more: xr.Variable) -> xr.Dataset:
    """Two targets, four subjects of two cell types, two experiments."""
    return xr.Dataset(
        {
            v.LOG2_RATIO: (v.PAIR, RNG.normal(0.5, 0.5, 16)),
            v.TARGET_OF_PAIR: (v.PAIR, np.repeat([0, 1], 8)),
            v.SUBJECT_OF_PAIR: (v.PAIR, np.tile(SUBJECT, 2)),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.zeros(16, dtype=int)),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, [0, 0, 1, 1]),
        }
        | more,
        coords={
            v.TARGET: ["TNF", "IGF1"],
            v.SUBJECT: ["a", "b", "c", "d"],
            v.CONTRAST: ["drug"],
            v.CELL_TYPE: ["line", "donor"],
        },
    )


FULL = {
    v.LOG2_RATIO_SD: (v.PAIR, np.full(16, 0.1)),
    v.TECHNICAL_SHARE: (v.PAIR, np.full(16, 1.5)),
    v.REPLICATE_CONTRAST: (v.REPLICATE, RNG.normal(0, 0.15, 20)),
    v.CT_CHANGE: (v.PAIR, RNG.normal(1.0, 0.5, 16)),
    v.DOUBLINGS: (v.TARGET, np.array([0.95, 0.9])),
    v.DOUBLINGS_SD: (v.TARGET, np.array([0.02, 0.03])),
}


@pytest.mark.parametrize("more", [{}, FULL], ids=["ratios alone", "replicates and uncertain factors"])
def test_the_likelihood_is_that_of_the_docstring(more):
    data = ratios(**more)
    model = build_fold_change_hierarchical(data)
    point = model.initial_point()
    point = {name: RNG.normal(0.1, 0.3, np.shape(value)) for name, value in point.items()}
    names = [v.LOG2_FOLD_CHANGE, v.SD_PAIR] + ([v.SD_TECHNICAL, v.DOUBLINGS] if more else [])
    outputs = model.replace_rvs_by_values([model[name] for name in names])
    observed = [rv for rv in model.observed_RVs if rv.name != "replicate_contrast_observed"]
    log_p = model.compile_fn(
        [*outputs, model.logp(vars=observed, sum=True)], mode="FAST_COMPILE", on_unused_input="ignore"
    )
    fold, sd_pair, *rest, total = log_p(point)
    target, subject = data[v.TARGET_OF_PAIR].values, data[v.SUBJECT_OF_PAIR].values
    mean, variance = fold[target, subject, 0], sd_pair[target] ** 2
    if more:
        sd_technical, doublings = rest
        variance = variance + 0.01 + 1.5 * sd_technical**2
        ct_change = data[v.CT_CHANGE].values
        input_change = data[v.DOUBLINGS].values[target] * ct_change - data[v.LOG2_RATIO].values
        expected = stats.norm.logpdf(
            ct_change, (mean + input_change) / doublings[target], np.sqrt(variance) / doublings[target]
        )
    else:
        expected = stats.norm.logpdf(data[v.LOG2_RATIO].values, mean, np.sqrt(variance))
    assert float(total) == pytest.approx(expected.sum(), rel=1e-9)


def test_ratios_choose_their_model_and_count_as_seen():
    assert default_model(ratios()) == "fold_change_hierarchical"
    assert evidence_of(ratios())[DETECTED].values[..., 0].tolist() == [[2, 2, 2, 2]] * 2
    assert find_model("fold_change_hierarchical").signal == v.LOG2_RATIO


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda d: d.drop_vars(v.LOG2_RATIO), "fold_change_hierarchical needs the variable log2_ratio"),
        (lambda d: d.assign({v.LOG2_RATIO: d[v.LOG2_RATIO] * np.inf}), r"log2_ratio\[0\] must be finite, got -?inf"),
        (
            lambda d: d.assign({v.LOG2_RATIO_SD: (v.PAIR, np.full(16, -0.1))}),
            r"log2_ratio_sd\[0\] must be finite and 0 or more, got -0\.1",
        ),
        (
            lambda d: d.assign({v.TECHNICAL_SHARE: (v.PAIR, np.ones(16))}),
            "needs replicate_contrast_cycles and technical_variance_share together, got one alone",
        ),
        (
            lambda d: d.assign({v.CT_CHANGE: (v.PAIR, np.ones(16))}),
            "needs ct_change_cycles and doublings_per_cycle together, got one alone",
        ),
    ],
)
def test_bad_input_is_told(spoil, message):
    with pytest.raises(InputError, match=message):
        build_fold_change_hierarchical(spoil(ratios()))

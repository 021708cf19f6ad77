import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim.inference import laws
from lensim.inference.laws import Derived, Law
from lensim.inference.prior_sensitivity import OF_NUMBERS
from lensim.seeding import stream

FALSE_ALARM = 1e-6
OF_KIND = {
    "normal": ((1.5, 0.4), stats.norm(1.5, 0.4)),
    "half_normal": ((0.7,), stats.halfnorm(scale=0.7)),
    "log_normal": ((-1.0, 0.5), stats.lognorm(0.5, scale=np.exp(-1.0))),
    "gamma": ((2.0, 0.1), stats.gamma(2.0, scale=10.0)),
    "beta": ((1.0, 99.0), stats.beta(1.0, 99.0)),
    "uniform": ((), stats.uniform()),
}


@pytest.mark.parametrize("kind", OF_KIND)
def test_draws_and_density_of_a_law_are_those_of_the_distribution(kind):
    parameters, expected = OF_KIND[kind]
    law = Law("x", kind, parameters)
    values = laws.draw_laws([law], {}, 4000, stream(3, kind))
    assert stats.kstest(values["x"], expected.cdf).pvalue > FALSE_ALARM
    posterior = xr.Dataset({"x": (("chain", "draw"), values["x"].reshape(4, 1000))})
    found = laws.log_prior_of_laws([law], posterior, laws.values_of(posterior))
    np.testing.assert_allclose(found["x"], expected.logpdf(posterior["x"]), rtol=1e-12, atol=1e-12)


def test_a_spread_is_log_normal_around_its_median():
    draws = laws.draw_laws([laws.positive_spread("sd", 0.2, 0.5)], {}, 4000, stream(3, "spread"))
    assert stats.kstest(draws["sd"], stats.lognorm(0.5, scale=0.2).cdf).pvalue > FALSE_ALARM


def test_a_value_outside_of_a_law_has_no_density():
    posterior = xr.Dataset({name: (("chain", "draw"), [[-0.1, 1.1]]) for name in ("sd", "share")})
    known = [Law("sd", "half_normal", (1.0,)), Law("share", "uniform")]
    found = laws.log_prior_of_laws(known, posterior, laws.values_of(posterior))
    assert np.isneginf(found["sd"]).to_numpy().tolist() == [[True, False]]
    assert np.isneginf(found["share"]).all()


CHAIN = [
    Law("mu", "normal", (0.0, 2.0)),
    Law("line", "normal", lambda x: (x["mu"], 0.5), ("cell_line",)),
    Law("level", "normal", ([1.0, 2.0, 3.0], [0.1, 0.2, 0.3]), ("cell_line",)),
    Derived("dose", lambda x: 10.0 ** x["line"], ("cell_line",)),
]


def test_a_law_has_the_draws_of_those_before_it_as_parameters():
    values = laws.draw_laws(CHAIN, {"cell_line": 3}, 2000, stream(4, "chain"))
    around = (values["line"] - values["mu"]) / 0.5
    assert stats.kstest(around.ravel(), "norm").pvalue > FALSE_ALARM
    assert abs(np.corrcoef(values["line"][0], values["line"][1])[0, 1]) > 0.8
    assert values["level"].mean(axis=-1) == pytest.approx([1.0, 2.0, 3.0], abs=0.05)
    np.testing.assert_array_equal(values["dose"], 10.0 ** values["line"])


def test_draws_become_a_group_and_its_density_has_names_and_says_which_priors_are_numbers():
    values = laws.draw_laws(CHAIN, {"cell_line": 3}, 5, stream(4, "group"))
    prior = laws.prior_as_dataset(CHAIN, values, {"cell_line": np.array(["a", "b", "c"])}, 5)
    assert {str(name): one.dims for name, one in prior.items()} == {
        "mu": ("chain", "draw"),
        "line": ("chain", "draw", "cell_line"),
        "level": ("chain", "draw", "cell_line"),
        "dose": ("chain", "draw", "cell_line"),
    }
    assert prior["cell_line"].to_numpy().tolist() == ["a", "b", "c"]
    again = laws.values_of(prior)
    for name in values:
        np.testing.assert_array_equal(again[name], values[name])
    density = laws.log_prior_of_laws(CHAIN, prior, again)
    assert set(density.data_vars) == {"mu", "line", "level"}
    assert {str(name): one.attrs[OF_NUMBERS] for name, one in density.items()} == {"mu": 1, "line": 0, "level": 1}
    assert density["line"].dims == ("chain", "draw", "cell_line")
    assert density["cell_line"].to_numpy().tolist() == ["a", "b", "c"]
    expected = stats.norm(prior["mu"].to_numpy()[..., None], 0.5).logpdf(prior["line"].to_numpy())
    np.testing.assert_allclose(density["line"], expected)


def test_chains_follow_each_other_whatever_the_order_of_dims():
    posterior = xr.Dataset({"x": (("cell_line", "draw", "chain"), np.arange(12.0).reshape(2, 3, 2))})
    assert laws.values_of(posterior)["x"].tolist() == [[0, 2, 4, 1, 3, 5], [6, 8, 10, 7, 9, 11]]


def test_the_density_of_a_student_t():
    away, variance, nu = np.array([-1.0, 0.0, 3.0]), 0.25, np.array([2.0, 4.0, 30.0])
    np.testing.assert_allclose(laws.student_t(away, variance, nu), stats.t(nu, scale=0.5).logpdf(away))

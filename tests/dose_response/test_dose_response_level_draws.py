import numpy as np
import pytest
from scipy import integrate, stats

from lensim.dose_response.level_draws import Wells, draw_log_levels, log_evidence
from lensim.seeding import stream

FALSE_ALARM = 1e-6
ROWS = 4000


def wells(log_signal, background=0.0, sd=0.1, nu=5.0, mean=0.0, prior_sd=2.0, rows=ROWS):
    return Wells(
        np.asarray(log_signal, dtype=float),
        np.full((rows, len(log_signal)), background),
        np.full(rows, sd),
        np.full(rows, nu),
        np.full(rows, mean),
        np.full(rows, prior_sd),
    )


def density(own):
    def of(u):
        u = np.atleast_1d(u)
        away = own.log_signal - np.log(own.background[0] + np.exp(u[:, None]))
        return stats.norm.pdf(u, own.mean[0], own.prior_sd[0]) * stats.t.pdf(away / own.sd[0], own.nu[0]).prod(axis=1)

    return of


@pytest.mark.parametrize(
    "own",
    [
        wells([1.0]),
        wells([1.0, 1.1, 0.9, 1.05]),
        wells([1.0, 1.05, 3.0], nu=2.5),
        wells([0.05, 0.1], background=1.0, mean=-1.0),
        wells([-0.3, -0.2, -0.1], background=1.0, sd=0.2),
        wells([2.0, 2.001], sd=1e-4, nu=30.0),
    ],
    ids=["one well", "four", "an outlier", "near the background", "below the background", "exact"],
)
def test_draws_are_those_of_the_density(own):
    of = density(own)
    found = np.sort(draw_log_levels(own, stream(1, "levels")))
    low, high = found[0] - 3.0 * np.ptp(found), found[-1] + 3.0 * np.ptp(found)
    places = np.union1d(np.linspace(low, high, 4001), np.linspace(found[0], found[-1], 4001))
    mass = integrate.cumulative_trapezoid(of(places), places, initial=0.0)
    values = np.interp(found, places, mass / mass[-1])
    assert stats.kstest(values, "uniform").pvalue > FALSE_ALARM


def test_a_wrong_spread_is_seen():
    own = wells([1.0, 1.1, 0.9, 1.05])
    of = density(own._replace(sd=own.sd * 1.5))
    found = np.sort(draw_log_levels(own, stream(1, "levels")))
    places = np.linspace(found[0] - 1.0, found[-1] + 1.0, 4001)
    mass = integrate.cumulative_trapezoid(of(places), places, initial=0.0)
    assert stats.kstest(np.interp(found, places, mass / mass[-1]), "uniform").pvalue < FALSE_ALARM


def test_evidence_is_the_integral_of_the_density():
    evidence = []
    for sd in (0.05, 0.1, 0.3):
        own = wells([1.0, 1.1, 0.9], sd=sd, rows=1)
        places = np.linspace(-1.0, 3.0, 20001)
        exact = np.log(integrate.trapezoid(density(own)(places), places)) - 3 * np.log(sd)
        evidence.append((log_evidence(own)[0], exact))
    found, exact = np.array(evidence).T
    np.testing.assert_allclose(found - found[0], exact - exact[0], atol=2e-3)


def test_each_row_has_draws_of_its_own_spread_and_background():
    own = wells([2.0, 2.0, 2.0], rows=2000)
    own.background[1000:] = np.exp(1.0)
    own.sd[1000:] = 0.01
    found = draw_log_levels(own, stream(1, "levels"))
    assert np.median(found[:1000]) == pytest.approx(2.0, abs=0.02)
    assert np.median(found[1000:]) == pytest.approx(np.log(np.exp(2.0) - np.exp(1.0)), abs=0.005)
    assert found[:1000].std() > 5 * found[1000:].std()

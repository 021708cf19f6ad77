import numpy as np
import pytest
from scipy import stats

from benchmarks.bench_real_reactions import SHARES, SPREADS, _density, densities, left_out, run

CELLS = [np.array([14.0, 14.1, 14.2]), np.array([15.0, 15.3])]


@pytest.fixture(scope="module")
def density():
    return _density()


def test_without_outlying_reactions_replicates_are_normal_around_a_free_level(density):
    """Log density of differences from the first reaction, at Cts where the drawing of copies is nothing."""
    found = densities(CELLS, np.array([0.0]), density)[:, 0]
    for at, sd in ((10, SPREADS[10]), (40, SPREADS[40])):
        two = stats.norm.logpdf(CELLS[1][1] - CELLS[1][0], 0.0, np.sqrt(2.0) * sd)
        three = stats.multivariate_normal.logpdf([0.1, 0.2], cov=sd**2 * (np.eye(2) + 1.0))
        assert found[at, 0] - found[at, 1] == pytest.approx(three - two, abs=0.02)


def test_a_reaction_two_cycles_late_is_likelier_where_some_are_outlying(density):
    late = [np.array([20.0, 20.05, 22.0]), *[np.array([21.0, 21.05, 21.1])] * 6]
    shares = np.array([0.0])
    normal, sd_normal = left_out(densities(late, shares, density), shares)
    outlying, sd_outlying = left_out(densities(late, SHARES, density), SHARES)
    assert outlying[0] > normal[0] + 3.0
    assert sd_outlying < sd_normal / 2.0


def test_without_the_data_there_are_no_rows(monkeypatch, tmp_path):
    monkeypatch.setattr("benchmarks.bench_real_reactions.FOLDER", tmp_path / "nothing")
    assert run() == []

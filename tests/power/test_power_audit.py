"""An audit looks at studies of the whole run, each with the same chance, and at few designs."""

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.expression.exact.engine import Questions
from lensim.power.audit import MOST_DESIGNS, AuditPart, StoredPoint, draw_audit
from lensim.power.expression.answer import MEAN_MCSE
from lensim.power.expression.engine_nuts import _describe
from lensim.power.scenario import points_of, scenario_of
from lensim.seeding import stream

FALSE_ALARM = 1e-6
RUNS = 1500


def stored(lines: tuple[int, ...], effects: tuple[float, ...]) -> list[StoredPoint]:
    """Points of a grid, of which some were left sooner than others; a last chunk is smaller."""
    scenario = scenario_of(
        {
            "name": "x",
            "design": {"assay": "ratios"},
            "rules": [{"rule": "posterior", "above": 0.0}],
            "grid": {"design.subjects.line": lines, "truth.expression.0.mu_log2_fold_change": effects},
        }
    )
    return [
        StoredPoint(number, setting, own, [20] * (number % 3) + [5])
        for number, (setting, own) in enumerate(points_of(scenario))
    ]


def names(tasks: list[list[AuditPart]]) -> list[tuple[int, int, int]]:
    return [(part.point.number, part.chunk, study) for parts in tasks for part in parts for study in part.studies]


@pytest.mark.parametrize("lines", [(3, 4), (3, 4, 5, 6, 8, 10, 12)])
def test_every_stored_study_has_the_same_chance(lines):
    """One study of each run, picked blindly: points are hit as often as they have studies."""
    points = stored(lines, (0.0, 0.5))
    sizes = np.array([sum(point.chunks) for point in points])
    rng, hit, first_chunk = stream(1, "which"), np.zeros(len(points)), 0
    for seed in range(RUNS):
        drawn = names(draw_audit(seed, 8, points))
        assert len(drawn) == len(set(drawn)) == 8
        point, chunk, study = drawn[rng.integers(8)]
        assert study < points[point].chunks[chunk]
        hit[point] += 1
        first_chunk += chunk == 0
    assert stats.chisquare(hit, RUNS * sizes / sizes.sum()).pvalue > FALSE_ALARM
    of_first_chunks = sum(point.chunks[0] for point in points) / sizes.sum()
    assert stats.binomtest(first_chunk, RUNS, of_first_chunks).pvalue > FALSE_ALARM
    assert stats.binomtest(RUNS, RUNS, of_first_chunks).pvalue < FALSE_ALARM  # as if only those were looked at
    assert stats.chisquare(hit, np.full(len(points), RUNS / len(points))).pvalue < FALSE_ALARM


def test_few_designs_are_compiled_and_each_is_one_task():
    points = stored((3, 4, 5, 6, 8, 10, 12), (0.0, 0.5, 1.0))
    for seed in range(50):
        tasks = draw_audit(seed, 20, points)
        assert len(tasks) <= MOST_DESIGNS
        assert all(len({part.point.design for part in parts}) == 1 for parts in tasks)
        assert names(tasks) == names(draw_audit(seed, 20, points))
    assert names(draw_audit(1, 20, points)) != names(draw_audit(2, 20, points))


def test_no_more_studies_are_drawn_than_there_are():
    points = stored((3,), (0.0,))
    assert sorted(names(draw_audit(1, 100, points))) == [(0, 0, study) for study in range(5)]
    assert draw_audit(1, 0, points) == []
    assert draw_audit(1, 8, []) == []


def test_the_error_of_a_mean_counts_independent_draws():
    """Draws that each keep nine tenths of the one before say as much as a nineteenth of their number."""
    rng, keep = stream(2, "chain"), 0.9
    mu = np.zeros((2, 4000))
    for at in range(1, mu.shape[1]):
        mu[:, at] = keep * mu[:, at - 1] + np.sqrt(1 - keep**2) * rng.standard_normal(2)
    dims = ("chain", "draw", v.TARGET, v.CELL_TYPE, v.CONTRAST)
    posterior = xr.Dataset(
        {f"{what}_{v.LOG2_FOLD_CHANGE}": (dims, mu[:, :, None, None, None]) for what in ("mu", "sigma")}
    )
    found = _describe(posterior, Questions(), rng)
    by_draws = float(found["sd"].item() / np.sqrt(mu.size))
    assert found[MEAN_MCSE].item() == pytest.approx(np.sqrt((1 + keep) / (1 - keep)) * by_draws, rel=0.2)

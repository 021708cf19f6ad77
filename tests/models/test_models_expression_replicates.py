"""The density of a cell's replicates, one of which may be outlying, against brute force."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from scipy import integrate, special, stats

from lensim.expression.reaction_parts import parts_of_cells
from lensim.models import expression_replicates as replicates

QUICK_MODE = "FAST_COMPILE"
MU, BIOLOGICAL, READING, SHARE, FAR = 24.8, 0.35**2, 0.2**2, 0.03, 2.0**2
PARTS = ("kind", "kept", "shift", "square", "away")


def _compiled() -> pytensor.compile.Function:
    value, mu = pt.vector("value"), pt.vector("mu")
    variances = [pt.vector("biological"), pt.vector("reading")]
    parts = [pt.lmatrix("kind"), *(pt.matrix(name) for name in PARTS[1:])]
    share, far = pt.vector("share"), pt.vector("far")
    logp = replicates.cell_logp(value, mu, *variances, share, far, *parts)
    gradient = pt.grad(logp.sum(), [mu, *variances, share])
    return pytensor.function([value, mu, *variances, share, far, *parts], [logp, *gradient], mode=QUICK_MODE)


COMPILED = _compiled()


def ours(ct: np.ndarray, cell: np.ndarray, share: float = SHARE) -> list[np.ndarray]:
    """Log density of each cell, and gradients by its mean, both variances and the share."""
    cells = int(cell.max()) + 1
    parts = parts_of_cells(ct, cell, cells)
    mean = np.bincount(cell, weights=ct) / np.bincount(cell)
    numbers = [np.full(cells, x) for x in (MU, BIOLOGICAL, READING, share, FAR)]
    return COMPILED(mean, *numbers, *(parts[f"{name}_of_part"] for name in PARTS))


def by_brute_force(ct: np.ndarray, share: float = SHARE) -> float:
    """The mixture over which reaction is outlying, each part a multivariate normal."""
    n = len(ct)
    clean = BIOLOGICAL + READING * np.eye(n)
    parts = [np.log1p(-share) + stats.multivariate_normal(np.full(n, MU), clean).logpdf(ct)]
    for i in range(n):
        others = np.delete(ct, i)
        if n == 1:
            parts.append(np.log(share) + stats.norm(MU, np.sqrt(BIOLOGICAL + READING + FAR)).logpdf(ct[0]))
            continue
        of_others = BIOLOGICAL + READING * np.eye(n - 1)
        known = stats.multivariate_normal(np.full(n - 1, MU), of_others).logpdf(others)
        sd = np.sqrt(READING * (1 + 1 / (n - 1)) + FAR)
        parts.append(np.log(share) + known + stats.norm(others.mean(), sd).logpdf(ct[i]))
    return float(special.logsumexp(parts) - np.log(1 - share + n * share))


@pytest.mark.parametrize("late", [0.0, 0.5, 2.0, -3.0])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_density_is_the_mixture_over_which_reaction_is_outlying(number, late):
    ct = MU + np.array([0.31, -0.12, 0.08, 0.2])[:number]
    ct[-1] += late
    assert ours(ct, np.zeros(number, dtype=int))[0] == pytest.approx([by_brute_force(ct)], rel=1e-9)


@pytest.mark.parametrize("number", [1, 2])
def test_the_density_integrates_to_1(number):
    grid = np.linspace(MU - 14, MU + 14, 401)
    ct = np.stack(np.meshgrid(*[grid] * number, indexing="ij"), axis=-1).ravel()
    density = np.exp(ours(ct, np.repeat(np.arange(len(ct) // number), number))[0])
    whole = density.reshape((len(grid),) * number)
    for _ in range(number):
        whole = integrate.simpson(whole, grid, axis=-1)
    assert whole == pytest.approx(1.0, abs=1e-4)


def test_cells_of_unequal_size_are_each_their_own():
    """A part that a cell does not have has no weight, and no gradient that is not a number."""
    ct, cell = np.array([25.0, 24.9, 24.0, 24.1, 26.5, 25.2]), np.array([1, 0, 2, 2, 2, 1])
    logp, *gradients = ours(ct, cell)
    assert logp == pytest.approx([by_brute_force(ct[cell == k]) for k in range(3)], rel=1e-9)
    assert all(np.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("number", [2, 3])
def test_an_outlying_reaction_does_not_draw_the_mean(number):
    """The mean at which the density is largest is that of the others for three, and has two maxima for two."""
    ct = np.full(number, MU)
    ct[0] += 2.0
    up = ours(ct, np.zeros(number, dtype=int))[1]
    if number == 3:
        assert up == pytest.approx([0.0], abs=0.05)
    else:
        moved = ours(ct - 2.0, np.zeros(number, dtype=int))[1]  # now the other one is at the mean
        assert up == pytest.approx(-moved, rel=1e-6)


def test_cells_are_drawn_without_outlying_reactions():
    ct = MU + np.array([0.0, 0.1, 2.0, -0.1, 0.2])
    parts = parts_of_cells(ct, np.array([0, 0, 1, 1, 1]), 2)
    drawn = replicates.cell_random(
        np.full(2, MU),
        BIOLOGICAL,
        READING,
        SHARE,
        FAR,
        *(parts[f"{name}_of_part"] for name in PARTS),
        rng=np.random.default_rng(1),
        size=(4000, 2),
    )
    sd = np.sqrt(BIOLOGICAL + READING / np.array([2.0, 3.0]))
    assert (abs(drawn.mean(axis=0) - MU) < 6 * sd / np.sqrt(4000)).all()
    assert drawn.std(axis=0) == pytest.approx(sd, rel=0.07)


def test_a_reaction_of_a_series_may_be_outlying():
    grid = np.linspace(MU - 14, MU + 14, 4001)
    value = pt.vector("value")
    density = pytensor.function([value], replicates.reaction_logp(value, MU, READING, SHARE, FAR), mode=QUICK_MODE)
    expected = (1 - SHARE) * stats.norm(MU, np.sqrt(READING)).pdf(grid)
    expected += SHARE * stats.norm(MU, np.sqrt(READING + FAR)).pdf(grid)
    assert np.exp(density(grid)) == pytest.approx(expected, rel=1e-9)
    drawn = replicates.reaction_random(np.full(200_000, MU), READING, 0.1, FAR, rng=np.random.default_rng(2))
    assert drawn.var() == pytest.approx(READING + 0.1 * FAR, rel=0.03)

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lensim.seeding import sampler_seed, seed_sequence, stream

FALSE_ALARM = 1e-6
ROOTS = st.integers(0, 2**63)
PARTS = st.one_of(st.text(max_size=8), st.integers(0, 1000))
PATHS = st.lists(PARTS, min_size=1, max_size=3)


@given(ROOTS, PATHS)
def test_same_root_and_path_give_the_same_stream(root, path):
    assert np.array_equal(stream(root, *path).integers(0, 2**63, 8), stream(root, *path).integers(0, 2**63, 8))
    assert sampler_seed(root, *path) == sampler_seed(root, *path)


@given(ROOTS, PATHS, PATHS)
def test_other_paths_give_other_streams(root, one, other):
    if one != other:
        assert not np.array_equal(stream(root, *one).integers(0, 2**63, 4), stream(root, *other).integers(0, 2**63, 4))


def test_a_number_and_its_text_are_different_names():
    assert seed_sequence(1, 2).spawn_key != seed_sequence(1, "2").spawn_key


def test_other_roots_give_other_streams():
    assert stream(1, "a").integers(0, 2**63) != stream(2, "a").integers(0, 2**63)


def test_a_stream_does_not_depend_on_those_asked_for_before():
    alone = stream(3, "wells").normal(size=5)
    for name in ("plates", "lines"):
        stream(3, name).normal(size=100)
    assert np.array_equal(stream(3, "wells").normal(size=5), alone)


def test_a_stream_is_the_same_in_another_process():
    # text hashes of Python differ from process to process; the streams must not
    code = "from lensim.seeding import sampler_seed; print(sampler_seed(7, 'prior', 3))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(found) == sampler_seed(7, "prior", 3)


def test_sampler_seed_fits_in_32_bits():
    seeds = [sampler_seed(0, i) for i in range(500)]
    assert all(isinstance(seed, int) and 0 <= seed < 2**32 for seed in seeds)
    assert len(set(seeds)) == len(seeds)


def test_neighbouring_streams_are_uncorrelated():
    """Null: draws of neighbouring streams are independent standard normals."""
    draws = np.array([stream(1, "worker", i).normal(size=2000) for i in range(21)])
    products = (draws[:-1] * draws[1:]).ravel()
    assert stats.ttest_1samp(products, 0.0).pvalue > FALSE_ALARM
    shared = np.array([stream(1, "worker", 0).normal(size=2000)] * 2)
    assert stats.ttest_1samp(shared[0] * shared[1], 0.0).pvalue < FALSE_ALARM


@pytest.mark.parametrize("use", [seed_sequence, stream, sampler_seed])
def test_refuses_a_negative_root_and_no_name(use):
    with pytest.raises(ValueError, match=r"^seed must be 0 or more, got -1$"):
        use(-1, "a")
    with pytest.raises(ValueError, match=r"^a random stream needs a name, got an empty path$"):
        use(1)

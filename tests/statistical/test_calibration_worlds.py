"""A model that is compiled on one study of a structure has the density of a model built on another, once data swap."""

import numpy as np
import pymc as pm
import pytest

from benchmarks.worlds.engines import structure_of
from benchmarks.worlds.study import Task, references, simulated
from lensim import seeding
from lensim.assay import assay_of
from lensim.inference.catalogue import find_model
from lensim.inference.generated_sources import sources_kept_in_one_folder

pytestmark = pytest.mark.calibrate


@pytest.mark.parametrize(
    ("assay", "world"),
    [
        ("dose_response", "lost wells"),
        ("dose_response", "one experiment 0.25"),
        ("dose_response", "percents, days differ in all"),
        ("expression", "late reactions"),
        ("expression", "half of controls undetected"),
        ("expression", "one outlying ratio"),
    ],
)
def test_data_swap_into_the_model_of_their_structure(assay, world):
    _, data = simulated(Task(assay, world, "nuts", 1, 1))
    reference = references(assay)[structure_of(data)]
    assert not reference.equals(data)
    entry = find_model(assay_of(data).default_model(data))
    room = (max(entry.slots(data), entry.slots(reference)),) if entry.slots else ()
    swapped, fresh = entry.build(reference, None, *room), entry.build(data, None, *room)
    with swapped:
        pm.set_data(dict(entry.arrays(data, *room)))
    with sources_kept_in_one_folder():
        densities = [model.compile_logp(mode="FAST_COMPILE") for model in (swapped, fresh)]
    rng, start = seeding.stream(1, "worlds", world), fresh.initial_point()
    for _ in range(3):
        point = {name: value + 0.1 * rng.standard_normal(np.shape(value)) for name, value in start.items()}
        one, other = (float(density(point)) for density in densities)
        assert one == pytest.approx(other, rel=1e-9)

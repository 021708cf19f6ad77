from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from lensim import seeding
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.design import lay_out
from lensim.expression.read import read_expression, write_cts
from lensim.expression.worlds import WORLDS, StudyWorld, simulate_study
from lensim.expression.worlds.folds import draw_fold_changes
from lensim.expression.worlds.reactions import copies_of_samples, cycles_of

FALSE_ALARM = 1e-6
CALM = {"sd_log2_input": 0.0, "sd_log2_sample": 0.0}


def rng(name="reactions"):
    return seeding.stream(1, "worlds", name)


def test_treated_samples_have_the_copies_of_their_fold_change():
    world = StudyWorld(references=2, reference_change=0.5, **CALM)
    sheet = lay_out(world.design)
    truth = draw_fold_changes(world, sheet, rng("fold"))
    log2 = np.log2(copies_of_samples(world, sheet, truth, rng("samples")))
    control, treated = (np.flatnonzero(sheet[v.CONDITION_OF_SAMPLE] == one) for one in (0, 1))
    subject = sheet[v.SUBJECT_OF_SAMPLE].to_numpy()[control]
    change = log2[:, treated] - log2[:, control]
    assert np.allclose(change[:3], truth[v.LOG2_FOLD_CHANGE].to_numpy()[:, subject, 0])
    assert np.allclose(change[3], 0.5)
    assert np.allclose(change[4], 0.0)


def test_cycles_of_many_and_of_few_copies():
    many = cycles_of(np.full(1000, 2.0**20), np.full(1000, 2.0), 0.1, rng("many"))
    assert stats.ttest_1samp(many, 17.5).pvalue > FALSE_ALARM
    assert stats.chi2.sf(((many - 17.5) ** 2).sum() / 0.1**2, 1000) > FALSE_ALARM
    few = cycles_of(np.ones(4000), np.full(4000, 1.9), 0.0, rng("few"))
    assert stats.binomtest(int(np.isinf(few).sum()), 4000, np.exp(-1)).pvalue > FALSE_ALARM
    assert few.min() < few[np.isfinite(few)].max() == 37.5


def test_one_reaction_of_a_treated_sample_comes_two_cycles_late():
    (_, before), (_, after) = (simulate_study(WORLDS[name], rng()) for name in ("four pairs", "one late reaction"))
    late = after[v.CT].to_numpy() - before[v.CT].to_numpy()
    assert sorted(np.round(late, 9))[-2:] == [0.0, 2.0]
    where = int(late.argmax())
    assert int(after[v.CONDITION_OF_SAMPLE][int(after[v.SAMPLE_OF_REACTION][where])]) == 1
    assert int(after[v.IS_REFERENCE][int(after[v.GENE_OF_REACTION][where])]) == 0


def test_treated_samples_apart_have_plates_of_their_own():
    _, data = simulate_study(WORLDS["plate effect, treated apart"], rng())
    plate = data[v.PLATE_OF_REACTION].to_numpy()
    treated = data[v.CONDITION_OF_SAMPLE].to_numpy()[data[v.SAMPLE_OF_REACTION].to_numpy()] == 1
    assert not set(plate[treated]) & set(plate[~treated])


def test_samples_on_two_plates_have_half_of_their_reactions_on_each():
    _, data = simulate_study(WORLDS["samples on two plates"], rng())
    cells = np.column_stack([data[name].to_numpy() for name in (v.SAMPLE_OF_REACTION, v.GENE_OF_REACTION)])
    cell, number = np.unique(cells, axis=0, return_inverse=True)
    plate = data[v.PLATE_OF_REACTION].to_numpy()
    for one in range(len(cell)):
        assert np.unique(plate[number.ravel() == one], return_counts=True)[1].tolist() == [2, 2]


def test_no_treated_sample_is_without_its_control():
    world = replace(WORLDS["unequal pairs"], lost_share=0.0, missing_share=0.5)
    _, data = simulate_study(world, rng())
    keys = list(zip(*(data[n].to_numpy().tolist() for n in (v.SUBJECT_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE)), strict=True))
    condition = data[v.CONDITION_OF_SAMPLE].to_numpy()
    controls = {key for key, one in zip(keys, condition, strict=True) if one == 0}
    treated = {key for key, one in zip(keys, condition, strict=True) if one == 1}
    assert treated <= controls
    assert len(treated) < len(controls) < 18
    assert set(data[v.SAMPLE_OF_REACTION].to_numpy()) == set(range(data.sizes[v.SAMPLE]))


def test_factors_are_stated_off_by_what_the_world_says():
    _, data = simulate_study(WORLDS["factor off by 0.05"], rng())
    assert data.sizes[v.STANDARD] == 0
    truly = rng().spawn(6)[0]  # as the simulator does it
    draw_fold_changes(WORLDS["factor off by 0.05"], data, truly)
    wrong = data[v.STATED_FACTOR].to_numpy() - truly.uniform(1.88, 1.98, 4)
    assert np.allclose(np.abs(wrong)[data[v.STATED_FACTOR] < 2], 0.05)


def test_a_gene_that_is_absent_in_control_is_there_when_treated():
    _, data = simulate_study(WORLDS["absent in control"], rng())
    first = data[v.GENE_OF_REACTION].to_numpy() == 0
    treated = data[v.CONDITION_OF_SAMPLE].to_numpy()[data[v.SAMPLE_OF_REACTION].to_numpy()] == 1
    seen = np.isfinite(data[v.CT].to_numpy())
    assert seen[first & ~treated].mean() < 0.1
    assert seen[first & treated].mean() > 0.9


@pytest.mark.parametrize(
    "name", ["nothing odd", "unequal pairs", "samples on two plates", "half of controls undetected"]
)
def test_data_are_those_that_a_reader_gives(tmp_path, name):
    _, data = simulate_study(WORLDS[name], rng(name))
    write_cts(data, tmp_path / "cts.csv")
    back = read_expression(tmp_path / "cts.csv")
    assert back[v.CT].to_numpy() == pytest.approx(data[v.CT].to_numpy(), nan_ok=True)
    for dim in (v.SUBJECT, v.SAMPLE, v.GENE, v.CONDITION, v.CELL_TYPE, v.EXPERIMENT):
        assert back.sizes[dim] == data.sizes[dim], dim
    assert set(data.data_vars) <= set(back.data_vars)


def test_worlds_are_listed_by_name_and_told_in_words():
    assert all(name == world.name and world.words.endswith(".") for name, world in WORLDS.items())
    assert len({replace(world, name="", words="") for world in WORLDS.values()}) == len(WORLDS)


def test_the_same_stream_gives_the_same_study():
    one, other = (simulate_study(StudyWorld(), rng("same")) for _ in range(2))
    for first, second in zip(one, other, strict=True):
        xr.testing.assert_identical(first, second)


def test_numbers_out_of_range_are_refused():
    for wrong, message in (
        ({"late_share": 1.0}, "StudyWorld.late_share must lie between 0 and 0.9, got 1"),
        ({"sd_subject": -1.0}, "StudyWorld.sd_subject must be at least 0, got -1"),
    ):
        with pytest.raises(InputError) as error:
            StudyWorld(**wrong)
        assert str(error.value) == message

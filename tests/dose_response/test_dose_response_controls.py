"""Controls against the level from which curves fall, over all lines: told where off, and hardly ever where not."""

from dataclasses import replace

import numpy as np
import pytest

from lensim.dose_response.controls import are_off, level_over_lines
from lensim.dose_response.flags import CONTROLS, PANEL, flags_of
from lensim.dose_response.replicates import relative_wells
from lensim.dose_response.worlds import simulate_panel
from lensim.dose_response.worlds.world import PanelWorld
from lensim.seeding import stream

STUDIES = 30


def found(world: PanelWorld, study: int):
    _, data = simulate_panel(world, stream(study, "controls"))
    return level_over_lines(relative_wells(data), world.lines)


@pytest.mark.parametrize(("fold", "least"), [(1.2, STUDIES - 1), (0.85, STUDIES - 1)])
def test_controls_that_are_off_are_told(fold, least):
    told = [found(PanelWorld(controls_fold=fold), study) for study in range(STUDIES)]
    assert sum(are_off(one) for one in told) >= least
    assert np.mean([one.log_level for one in told]) == pytest.approx(-np.log(fold), abs=0.03)


@pytest.mark.parametrize(
    "world",
    [
        PanelWorld(),
        PanelWorld(sd_culture_log10_ec50=0.25, sd_culture_effect=0.3),
        PanelWorld(experiments=1, sd_day_log10_ec50=0.15),
        PanelWorld(lines=1, experiments=1),
        PanelWorld(curves="skewed"),
        PanelWorld(curves="flat"),
    ],
)
def test_controls_as_they_should_be_are_not(world):
    assert sum(are_off(found(world, study)) for study in range(STUDIES)) <= 1


def test_lines_that_fall_at_the_lowest_doses_do_not_show_their_level():
    world = PanelWorld(lines=3, doses_um=(0.0, 1.0, 3.0, 10.0, 30.0))
    levels = [found(world, study) for study in range(STUDIES)]
    assert any(one is None or one.lines < 3 for one in levels)
    assert sum(are_off(one) for one in levels) <= 2


def test_too_few_doses_show_no_level():
    assert found(PanelWorld(lines=2, doses_um=(0.0, 0.1, 1.0, 10.0)), 1) is None


def test_a_flag_is_of_the_panel_or_of_its_only_line():
    off = PanelWorld(controls_fold=1.5, lines=12)
    for world, lines in ((off, {PANEL}), (replace(off, lines=1), {0})):
        _, data = simulate_panel(world, stream(1, "controls"))
        flags = [flag for flag in flags_of(data) if flag.kind == CONTROLS]
        assert lines <= {flag.line for flag in flags}
        assert all(flag.size == pytest.approx(0.5, abs=0.25) for flag in flags if flag.line in lines)

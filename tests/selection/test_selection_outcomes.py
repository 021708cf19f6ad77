"""What became of cultures: on courses written by hand, and summaries whose errors are known."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.maiga2013.selection_twin import CLONES as PAIR
from lensim.report.figures.selection import plot_outcomes, plot_paths
from lensim.selection import CLONES, Culture, DoseSchedule, compare_schedules, outcomes, paths, summarise, truth_of
from lensim.selection.outcomes import median_row, share_row
from lensim.selection.tables import write_tables
from lensim.selection.words import findings_of

FALSE_ALARM = 1e-6
DAYS = [0.0, 1.0, 2.0, 3.0]
COURSES = {  # sensitive, resistant on days 0 to 3
    "taken over on day 3": ([9, 5, 2, 0], [0, 2, 2, 9]),
    "taken over, and back": ([9, 1, 5, 9], [0, 5, 2, 0]),
    "died out on day 3": ([9, 5, 1, 0], [0, 1, 0, 0]),
    "a few at the end": ([9, 9, 9, 9], [0, 0, 1, 3]),
}


def course():
    cells = np.array(list(COURSES.values()))
    return xr.Dataset(
        {
            v.CELLS: ((v.STUDY, v.CLONE, v.DAY), cells),
            v.LAST_DOSE: 30.0,
            v.DOSE: (v.DAY, np.full(4, 30.0)),
            v.IS_PASSAGE: (v.DAY, np.array([False, True, True, True])),
        },
        coords={v.DAY: DAYS, v.CLONE: list(CLONES)},
    )


def test_outcomes_of_courses_written_by_hand():
    found = outcomes(course(), truth_of(PAIR, len(COURSES)))
    assert found["resistance_day"].to_numpy().tolist() == [3.0, np.inf, np.inf, np.inf]
    assert found["extinction_day"].to_numpy().tolist() == [np.inf, np.inf, 3.0, np.inf]
    assert found["is_resistant"].to_numpy().tolist() == [True, False, False, False]
    assert found["has_resistant"].to_numpy().tolist() == [True, False, False, True]
    assert found["is_extinct"].to_numpy().tolist() == [False, False, True, False]
    # at 30 uM resistant cells grow by 0.31 a day and sensitive ones dwindle by 0.07: three of twelve suffice
    assert found["growth_day"].to_numpy().tolist() == [1.0, np.inf, np.inf, 3.0]
    with pytest.raises(InputError, match="outcomes need a truth of 4 studies as the data have, got 3"):
        outcomes(course(), truth_of(PAIR, 3))


def test_paths_are_quantiles_over_cultures():
    table = paths(course()).set_index(["clone", "day"])
    assert table.loc[("sensitive", 2.0), "median"] == 2
    assert table.loc[("resistant", 3.0), ["q05", "q95"]].tolist() == [0, 9]


def test_shares_have_an_error_also_where_all_cultures_agree():
    row = share_row("p", np.zeros(100, dtype=bool))
    assert row["p"] == 0
    assert row["p_mcse"] > 0.01
    assert row["p_high"] == pytest.approx(1 - 0.025 ** (1 / 100))


def test_the_interval_of_a_median_day_holds_it():
    rng = np.random.default_rng(1)
    runs, true = 2000, np.log(2.0)
    rows = [median_row("day", rng.exponential(size=41)) for _ in range(runs)]
    held = sum(row["day_low"] <= true <= row["day_high"] for row in rows)
    assert stats.binomtest(held, runs, 0.95, alternative="less").pvalue > FALSE_ALARM
    narrow = sum(row["day_q05"] <= 0 <= row["day_low"] for row in rows)
    assert stats.binomtest(narrow, runs, 0.95, alternative="less").pvalue < FALSE_ALARM


def test_a_median_that_is_never_reached_is_infinite():
    row = median_row("day", np.array([3.0, np.inf, np.inf, 4.0, np.inf]))
    assert row["day"] == np.inf
    assert row["day_q05"] == 3.0


@pytest.fixture(scope="module")
def compared():
    small = Culture(sensitive_cells=2000, split_cells=2000, capacity_cells=10_000)
    pair = PAIR.model_copy(update={"mutation_probability": 1e-5})
    schedules = [
        DoseSchedule.of_steps("rising", [(0.1, 20.0), (1.0, 20.0), (30.0, 60.0)]),
        DoseSchedule.of_steps("at once", [(30.0, 100.0)]),
    ]
    return schedules, small, truth_of(pair, 60), compare_schedules(schedules, small, truth_of(pair, 60), seed=3)


def test_schedules_are_compared_each_on_its_own_streams(compared, tmp_path):
    schedules, small, truth, (table, runs, ends) = compared
    assert table["schedule"].tolist() == ["rising", "at once"]
    alone, _, _ = compare_schedules(schedules[1:], small, truth, seed=3)
    pd.testing.assert_frame_equal(alone, table.iloc[[1]].reset_index(drop=True))
    row = table.set_index("schedule")
    assert np.isfinite(row["resistance_day_without_chance"]).all()  # a part of a cell never dies out
    assert row.loc["at once", "p_is_extinct"] > row.loc["rising", "p_is_extinct"]
    assert summarise(ends["rising"])["cultures"] == 60
    write_tables(tmp_path, table, runs, ends)
    assert len(pd.read_csv(tmp_path / "cultures.csv")) == 120
    assert set(pd.read_csv(tmp_path / "paths.csv")["schedule"]) == {"rising", "at once"}
    assert len(pd.read_csv(tmp_path / "outcomes.csv")) == 2


def test_findings_and_figures_name_every_schedule(compared):
    _, _, _, (table, runs, ends) = compared
    said = findings_of(table)
    assert said[0].startswith("rising: on day 100, of 60 cultures, resistant cells prevail in ")
    assert "±" in said[1]
    assert "less than half of the cultures" in said[1]
    assert set(paths(runs["rising"])["clone"]) == set(CLONES)
    drawn = plot_paths(runs).axes
    assert len(drawn) == 4
    assert [len(axis.lines) for axis in drawn if "cells" in axis.get_ylabel()] == [2 * 25]
    assert plot_outcomes(table, ends).axes[0].get_xlabel() == "time [days]"


def test_schedules_alike_or_none_are_refused(compared):
    schedules, small, truth, _ = compared
    with pytest.raises(InputError, match="names of schedules must not name anything twice, got rising"):
        compare_schedules([schedules[0], schedules[0]], small, truth, 1)
    with pytest.raises(InputError, match="schedules, their number, must be at least 1, got 0"):
        compare_schedules([], small, truth, 1)

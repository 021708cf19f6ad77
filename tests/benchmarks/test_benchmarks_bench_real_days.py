import numpy as np
import pytest

from benchmarks.bench_real_days import FOLDER, Forecast, ctb, days_of, log10_ic50_of, plates_of, row_of, run

DOSES = np.array([0.1, 1.0, 10.0])


def test_ic50_is_where_the_shares_cross_a_half():
    left = np.array([[1.0, 0.75, 0.25], [0.9, 0.8, 0.7], [0.25, 0.1, 0.0], [1.1, 0.5, 0.4]])
    assert log10_ic50_of(DOSES, left).tolist() == pytest.approx([0.5, np.inf, -1.0 - 0.5 / 3.0, 0.0])


def test_intervals_are_counted_by_what_is_left():
    """Of uniform draws from 0 to 1 the intervals end at 0.05, 0.25, 0.75 and 0.95."""
    uniform = np.repeat(np.linspace(0.0, 1.0, 1001)[:, None], 3, axis=1)
    row = row_of([Forecast(DOSES, uniform, np.array([0.5, 0.9, 0.04]))])
    assert (row["shares in 90%"], row["shares in 50%"]) == ("2 of 3", "1 of 3")
    assert (row["shares from 10% in 90%"], row["width of shares"]) == ("2 of 2", 0.9)
    assert (row["cultures"], row["doses"]) == (1, 3)


def test_without_the_data_there_are_no_rows(monkeypatch, tmp_path):
    monkeypatch.setattr("benchmarks.bench_real_days.FOLDER", tmp_path / "nothing")
    assert run() == []


def test_signals_below_0_are_read_and_days_have_their_plates(shared_data):
    assert shared_data == FOLDER
    data = ctb()
    assert int((data["viability_percent"] < 0.0).sum()) == 47
    assert len(plates_of(data)) == 7
    assert days_of(data) == [[0, 1], [2, 3, 4], [5, 6]]

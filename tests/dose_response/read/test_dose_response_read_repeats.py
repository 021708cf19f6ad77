"""Rows pasted twice, and plates that are one under two names."""

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_tidy

HEADER = "cell_line,dose_um,signal"
DOSES = (0, 0, 0.01, 0.01, 0.1, 0.1, 1, 1, 10, 10)


def rows(rng, line="a", decimals=0, top=8000.0, extra=""):
    """Rows of one line, falling."""
    values = [top / (1 + dose) * np.exp(rng.normal(0, 0.08)) for dose in DOSES]
    return [f"{line},{dose},{value:.{decimals}f}{extra}" for dose, value in zip(DOSES, values, strict=True)]


def read(folder, lines, header=HEADER, **options):
    path = folder / "wells.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return read_tidy(path, **options)


def refused(folder, lines, header=HEADER, **options):
    with pytest.raises(InputError) as caught:
        read(folder, lines, header, **options)
    return str(caught.value)


def test_wells_with_one_word_of_the_reader_are_saturated_not_pasted_twice(tmp_path):
    lines = [line.rsplit(",", 1)[0] + ",OVER" for line in rows(np.random.default_rng(1)) for _ in range(3)]
    message = refused(tmp_path, lines + rows(np.random.default_rng(2)))
    assert "identical" not in message
    assert message.splitlines()[0] == (
        "wells.csv line 2: signal is saturated, got 'OVER'; to leave saturated wells out, say saturated='drop'"
    )


def test_a_table_pasted_twice_is_told(tmp_path):
    once = rows(np.random.default_rng(1))
    assert refused(tmp_path, once * 2) == (
        "wells.csv line 12: 10 rows are identical to earlier ones, this one to that on line 2: if they were "
        'pasted twice, say repeats="drop"; if they are other wells, say repeats="keep"'
    )
    assert "10 rows are identical to earlier ones" in refused(tmp_path, sorted(once * 2))
    dropped = read(tmp_path, once * 2, repeats="drop")
    assert dropped.sizes["well"] == 10
    assert dropped.attrs["notes"] == "wells.csv: 10 rows that are identical to earlier ones are left out"
    assert read(tmp_path, once * 2, repeats="keep").sizes["well"] == 20
    with pytest.raises(InputError, match="repeats must be one of refuse, drop, keep"):
        read(tmp_path, once, repeats="all")


def test_a_part_pasted_twice_is_told(tmp_path):
    rng = np.random.default_rng(2)
    both = [*rows(rng), *rows(rng, "b")]
    assert "7 rows are identical to earlier ones" in refused(tmp_path, [*both, *both[2:9]])
    assert "8 rows are identical to earlier ones" in refused(tmp_path, sorted([*both, *both[2:10]]))


def test_replicates_that_are_alike_by_chance_go_through(tmp_path):
    for seed in range(100):
        rng = np.random.default_rng(seed)
        lines = [row for name in "abcd" for _ in range(3) for row in rows(rng, name, top=100.0)]
        assert len(set(lines)) < len(lines)
        header = "cell_line,dose_um,viability"
        assert read(tmp_path, lines, header).sizes["well"] == 120
        dead = [f"a,{dose},{value}" for dose in DOSES for value in (0, 0, 100)]
        assert read(tmp_path, dead, header).sizes["well"] == 30


def test_a_plate_under_two_names_is_told(tmp_path):
    once = rows(np.random.default_rng(3))
    two = [f"{row},{plate}" for plate in ("p1", "p2") for row in once]
    header = f"{HEADER},plate"
    assert refused(tmp_path, two, header) == (
        "wells.csv line 12: cell line a on plate p2 has the same 10 signals as a on plate p1: leave one of them out, "
        'or say repeats="keep" if both were measured'
    )
    assert read(tmp_path, two, header, repeats="keep").sizes["plate"] == 2
    other = [*once, *(row.replace("a,", "b,", 1) for row in once)]
    assert "cell line b on plate 1 has the same 10 signals as a on plate 1" in refused(tmp_path, other)

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.dose_response.read import read_dose_response
from lensim.seeding import stream

DOSES = (0.1, 0.3, 1.0, 3.0, 10.0)


def table(response, lines, flat=0):
    """Percents in duplicate: `lines` of them fall, as viability does, with `flat` lines more that stay at 100."""
    rows = [f"cell_line,dose_uM,{response}"]
    for k in range(lines + flat):
        for dose in DOSES:
            left = 100.0 / (1.0 + dose / 0.7) if k < lines else 100.0
            rows += [f"L{k},{dose},{left + noise:.1f}" for noise in (-1.5 - 0.1 * k, 1.5 + 0.1 * k)]
    return "\n".join(rows) + "\n"


def read(folder, text, **options):
    (folder / "wells.csv").write_text(text)
    return read_dose_response(folder / "wells.csv", **options)


def test_inhibition_that_falls_is_refused_with_both_ways_out(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, table("inhibition_percent", 2, flat=1))
    assert str(caught.value) == (
        "wells.csv: inhibition_percent was taken for percent inhibition, and falls with dose in 2 of 3 lines (from 88 "
        "to 6 in L0), where cells that are inhibited have one that rises: if it is percent viability, say "
        'columns={"viability": "inhibition_percent"}; if it is percent inhibition all the same, say '
        'columns={"inhibition": "inhibition_percent"}'
    )


@pytest.mark.parametrize("meaning", ["viability", "inhibition"])
def test_who_says_which_it_is_has_it_read(tmp_path, meaning):
    data = read(tmp_path, table("inhibition_percent", 2), columns={meaning: "inhibition_percent"})
    first = data["viability_percent"].to_numpy()[:2].mean()
    assert first == pytest.approx(87.5 if meaning == "viability" else 12.5)


def test_viability_that_rises_is_refused(tmp_path):
    text = "cell_line,dose_uM,viability\n" + "\n".join(f"K,{dose},{8 * k}" for k, dose in enumerate(range(1, 13)))
    with pytest.raises(InputError, match=r'is percent inhibition, say columns=\{"inhibition": "viability"\}'):
        read(tmp_path, text)


def test_random_tables_that_fall_are_read_and_turned_ones_refused(tmp_path):
    """200 random tables each way: lines that fall, rise a little, or stay, with noise."""
    rng = stream(1, "directions")
    refused = {"viability_percent": 0, "inhibition_percent": 0}
    for _ in range(200):
        lines = int(rng.integers(1, 6))
        rows = []
        for k in range(lines):
            floor, middle = rng.uniform(0.0, 0.3), 10.0 ** rng.uniform(-0.7, 0.3)
            for dose in DOSES:
                left = 100.0 * (floor + (1.0 - floor) / (1.0 + (dose / middle) ** rng.uniform(1.0, 2.0)))
                rows += [f"L{k},{dose},{value:.1f}" for value in left + rng.normal(0.0, 5.0, 3)]
        for response in refused:
            try:
                read(tmp_path, f"cell_line,dose_uM,{response}\n" + "\n".join(rows) + "\n")
            except InputError:
                refused[response] += 1
    assert refused == {"viability_percent": 0, "inhibition_percent": 200}


def test_few_doses_and_signals_have_no_direction(tmp_path):
    assert read(tmp_path, "cell_line,dose_uM,viability\nK,1,5\nK,2,95\n").sizes["well"] == 2
    assert np.isfinite(
        read(tmp_path, "cell_line,dose_uM,signal\nK,0,5\nK,1,50\nK,2,500\nK,3,5000\n")["signal"].to_numpy()
    ).all()

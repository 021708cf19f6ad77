import random

import pytest

from lensim.checks import InputError
from lensim.expression.read import read_reactions

MERGED = "Target,Sample,Cq\nR,a,24.5\n,,24.8\nR,b,25.4\n,,25.8\nT,a,30.5\n,,30.3\nT,b,28.0\n,,28.2\n"


def read(folder, text):
    path = folder / "cts.csv"
    path.write_text(text, encoding="utf-8")
    return read_reactions(path)


def test_names_of_a_block_are_those_of_its_first_row(tmp_path):
    found = read(tmp_path, MERGED)
    assert [(one.gene, one.sample, one.ct_cycles) for one in found.reactions] == [
        ("R", "a", 24.5), ("R", "a", 24.8), ("R", "b", 25.4), ("R", "b", 25.8),
        ("T", "a", 30.5), ("T", "a", 30.3), ("T", "b", 28.0), ("T", "b", 28.2),
    ]  # fmt: skip
    assert found.notes == (
        "cts.csv: 4 rows without names have those of the row above, as in merged cells (lines 3, 5, 7, 9)",
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Target,Sample,Cq\nR,a,24.5\nR,b,25.4\n,,25.8\nT,a,30.5\nT,b,28.0\nT,c,28.1\n", 4),  # one row of many
        ("Target,Sample,Cq\n,,24.5\nR,a,24.8\n,,25.4\nT,a,24.8\n,,25.4\n", 2),  # no row above
    ],
)
def test_a_doubt_is_refused(tmp_path, text, line):
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert str(caught.value).splitlines()[0] == (
        f"cts.csv line {line}: Target is empty, and so is every other name: write the names in every row (of merged "
        "cells only the first row keeps them)"
    )


def test_merged_tables_hold_what_the_whole_ones_hold(tmp_path):
    rng = random.Random(5)
    for _ in range(100):
        whole, merged = ["Target,Sample,Cq"], ["Target,Sample,Cq"]
        for gene in ("R", "T"):
            for sample in ("a", "b", "c")[: rng.randrange(1, 4)]:
                for replicate in range(3 if rng.random() < 0.7 else 2):
                    ct = f"{rng.uniform(15, 38):.3f}"
                    whole.append(f"{gene},{sample},{ct}")
                    merged.append(f",,{ct}" if replicate else whole[-1])
        of_whole, of_merged = (read(tmp_path, "\n".join(text)) for text in (whole, merged))
        assert of_merged.reactions == of_whole.reactions

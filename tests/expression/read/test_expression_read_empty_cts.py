"""What an empty Ct means, at the reader that users call."""

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import read_expression


def table(mark="", *, late=False, rows=()):
    """Two donors, triplicates of a target and a reference; the last target well of D1, drug has `mark`."""
    start = 37.0 if late else 24.0
    lines = ["donor,condition,gene,ct"]
    for d, donor in enumerate(("D1", "D2")):
        for condition, shift in (("ctrl", 0.0), ("drug", -1.0)):
            for gene, level in (("MYC", start + shift), ("GAPDH", 18.0)):
                for well in range(3):
                    ct = f"{level + 0.13 * d + 0.07 * well:.2f}"
                    last = (donor, condition, gene, well) == ("D1", "drug", "MYC", 2)
                    lines.append(f"{donor},{condition},{gene},{mark if last and mark is not None else ct}")
    return "\n".join([*lines, *rows]) + "\n"


def read(folder, text, **options):
    path = folder / "cts.csv"
    path.write_text(text, encoding="utf-8")
    return read_expression(path, references=["GAPDH"], **options)


@pytest.mark.parametrize("mark", ["", "NA", "n/a", "-", "nan"])
def test_an_empty_well_beside_early_replicates_is_as_one_removed(tmp_path, mark):
    emptied = read(tmp_path, table(mark))
    removed = read(tmp_path, "\n".join(line for line in table("").splitlines() if not line.endswith(",")))
    assert emptied.drop_attrs().equals(removed.drop_attrs())
    assert emptied.attrs[v.READ_NOTES] == (
        "cts.csv: 1 well with an empty ct left out, as without result (MYC in D1, drug, line 10)"
    )


def test_a_word_for_no_ct_is_not_detected(tmp_path):
    data = read(tmp_path, table("Undetermined"))
    assert int(np.isnan(data[v.CT]).sum()) == 1
    assert data.attrs[v.READ_NOTES] == ""


def test_an_empty_well_beside_late_replicates_is_asked(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, table("", late=True))
    assert str(caught.value) == (
        "cts.csv line 10: ct is empty in 1 well without an early replicate (MYC in D1, drug, line 10): write "
        'Undetermined where nothing was detected, or state empty="not_detected" or empty="no_result" for all empty '
        "wells"
    )
    assert int(np.isnan(read(tmp_path, table("", late=True), empty="not_detected")[v.CT]).sum()) == 1
    assert read(tmp_path, table("", late=True), empty="no_result").sizes[v.REACTION] == 23


def test_a_file_with_words_for_no_ct_leaves_no_doubt_of_its_empty_wells(tmp_path):
    data = read(tmp_path, table("", late=True, rows=["D1,drug,MYC,Undetermined"]))
    assert data.sizes[v.REACTION] == 24
    assert int(np.isnan(data[v.CT]).sum()) == 1


def test_all_wells_empty_is_asked(tmp_path):
    text = table("", rows=["D1,drug,IL2,", "D1,drug,IL2,"])
    with pytest.raises(InputError, match="ct is empty in 2 wells without an early replicate"):
        read(tmp_path, text)


def test_an_unknown_choice(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, table(""), empty="lost")
    assert str(caught.value) == "empty must be one of no_result, not_detected, got 'lost'"

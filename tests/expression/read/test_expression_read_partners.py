"""Numbers of animals that restart in each genotype are no pairs; fold changes that are not there are told."""

import pytest

from lensim.checks import InputError
from lensim.expression.assay import ASSAY
from lensim.expression.read import read_expression


def table(tmp_path, rows):
    path = tmp_path / "cts.csv"
    path.write_text("Mouse,Condition,Gene,Ct\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def restarted(tmp_path, names=("1", "2", "3"), groups=("WT", "KO")):
    return table(
        tmp_path,
        [
            f"{name},{group},{gene},{ct + k / 7 + (k * k) / 9 * (gene == 'T'):.2f}"
            for group in groups
            for k, name in enumerate(names)
            for gene, ct in (("R", 18), ("T", 25))
        ],
    )


@pytest.mark.parametrize("names", [("1", "2", "3"), ("M1", "M2", "M3"), ("#1", "#2", "#3")])
def test_numbers_that_restart_in_each_genotype(tmp_path, names):
    path = restarted(tmp_path, names)
    with pytest.raises(InputError) as error:
        read_expression(path, references=["R"], control="WT")
    assert str(error.value) == (
        f"cts.csv line 2: the subjects {', '.join(names)} are in WT and KO both, which one animal cannot be: if "
        'numbers begin anew in each group, compare groups of different subjects with unpaired="keep"; if they are '
        "pairs, such as littermates, give each pair a name that is no number"
    )
    data = read_expression(path, references=["R"], control="WT", unpaired="keep")
    assert data.sizes["subject"] == 6


def test_pairs_of_treatments_and_of_named_lines_stay(tmp_path):
    path = restarted(tmp_path, groups=("vehicle", "drug"))
    assert read_expression(path, references=["R"]).sizes["subject"] == 3
    path = restarted(tmp_path, names=("HeLa", "Jurkat"))
    assert read_expression(path, references=["R"], control="WT").sizes["subject"] == 2


def notes_of(tmp_path, **options):
    full = [f"A,{condition},{gene},20.5" for condition in ("ctrl", "drug") for gene in "RT"]
    more = [f"B,{condition},{gene},21.5" for condition in ("ctrl", "drug") for gene in "RT"]
    path = table(tmp_path, [*full, *more, "A,drug,U,25", "B,drug,U,26"])
    return ASSAY.notes(read_expression(path, references=["R"], **options))


def test_a_fold_change_without_a_pair_is_told(tmp_path):
    assert "no pair of drug, so no fold change: U in A, U in B" in notes_of(tmp_path)


def test_groups_without_a_value_have_no_fold_change(tmp_path):
    said = notes_of(tmp_path, unpaired="keep")
    assert "U under drug against the control: no fold change, it was detected in no control subject" in said
    assert not [note for note in said if "nan" in note]


def test_groups_without_spread_have_no_interval(tmp_path):
    rows = [f"{condition[0]}{k},{condition},{gene},{18 + k + (gene == 'T')}.1" for condition in ("ctrl", "drug")
            for k in range(3) for gene in "RT"]  # fmt: skip
    said = ASSAY.notes(read_expression(table(tmp_path, rows), references=["R"], unpaired="keep"))
    assert (
        "T under drug against the control: 1 fold (no interval: the subjects of each group are all alike) by Welch's "
        "t-test of 3 subjects against 3"
    ) in said


def test_files_with_the_same_samples_are_told(tmp_path):
    text = "Mouse,Condition,Gene,Ct\n" + "".join(
        f"A,{condition},{gene},2{k}.5\n" for condition in ("ctrl", "drug") for k, gene in enumerate("RT")
    )
    files = [tmp_path / name for name in ("monday.csv", "friday.csv")]
    for k, file in enumerate(files):
        file.write_text(text.replace(".5", f".{k}"), encoding="utf-8")
    said = (
        "monday.csv and friday.csv have the same samples (R of A under ctrl) and are pooled as plates of one study: "
        "where they are times, doses or experiments, read each by itself, or give them a column for it"
    )
    assert said in ASSAY.notes(read_expression(files, references=["R"]))
    assert said not in ASSAY.notes(read_expression(files[0], references=["R"]))


def test_files_that_are_named_after_times_are_asked(tmp_path):
    for name, digit in (("run_6h.csv", "1"), ("run_24h.csv", "2")):
        rows = (f"A,{condition},{gene},2{digit}.5\n" for condition in ("ctrl", "drug") for gene in "RT")
        (tmp_path / name).write_text("Mouse,Condition,Gene,Ct\n" + "".join(rows), encoding="utf-8")
    with pytest.raises(InputError, match=r"the names of the files \(run_6h, run_24h\) say different times"):
        read_expression([tmp_path / "run_6h.csv", tmp_path / "run_24h.csv"], references=["R"])

from dataclasses import replace

import numpy as np
import pytest

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import rdml_write, read_reactions
from lensim.expression.read.rdml_write import Exchange, numbered_plates, rdes_of, reactions_of, write_rdml
from lensim.expression.read.reactions import Reaction, Reactions
from tests.report.made_up_fits import made_up_fit

rdmlpython = pytest.importorskip("rdmlpython")
pytestmark = pytest.mark.filterwarnings("ignore:datetime:DeprecationWarning")


def plate(*rows, unit="ng") -> Exchange:
    reactions = tuple(Reaction("P", *row, "run.txt", 1) for row in rows)
    return Exchange(Reactions("MxPro", ("run.txt",), reactions, quantity_unit=unit), references=["R"])


WELLS = plate(
    ("A1", "line 1", "X", "unknown", 24.123456789, None),
    ("A1", "line 1", "R", "unknown", 18.5, None),
    ("A2", "line 2", "X", "unknown", None, None),
    ("B1", "std", "X", "standard", 20.0, 10.0),
    ("B2", "std", "X", "standard", 23.4, 1.0),
    ("H12", "", "X", "no_template", None, None),
    ("C1", "line 1 -RT", "X", "no_rt", 36.0, None),
)


def key(one):
    return one.plate, one.well, one.gene, one.task, one.ct_cycles, one.quantity


def written(exchange, tmp_path):
    path = tmp_path / "run.rdml"
    write_rdml(exchange, path)
    return path


def test_what_is_written_is_valid_and_read_back_equal(tmp_path):
    path = written(WELLS, tmp_path)
    assert rdmlpython.Rdml().isvalid(str(path))
    found = read_reactions(path)
    assert sorted(map(key, found.reactions), key=str) == sorted(map(key, WELLS.reactions.reactions), key=str)
    assert found.quantity_unit == "ng"
    assert [one.sample for one in found.reactions if one.task == "unknown"] == ["line 1", "line 1", "line 2"]


def test_standards_of_one_name_are_told_apart(tmp_path):
    found = read_reactions(written(WELLS, tmp_path))
    assert [one.sample for one in found.reactions if one.task == "standard"] == ["std", "std"]
    assert [name for name in WELLS.samples if "std" in name] == ["std, quantity 10.0 ng", "std, quantity 1.0 ng"]


def test_a_study_is_read_back_equal_where_wells_are_not_known(tmp_path):
    study = reactions_of(made_up_fit("expression")["observations"].to_dataset())
    found = read_reactions(written(study, tmp_path))

    def of(one):
        return one.plate, one.sample, one.gene, one.task, one.ct_cycles, one.quantity

    assert sorted(map(of, found.reactions), key=str) == sorted(map(of, study.reactions.reactions), key=str)
    assert numbered_plates(study) == list(study.plates)
    assert numbered_plates(WELLS) == []


def test_names_that_are_no_ascii_are_kept(tmp_path):
    own = plate(("A1", "Zelle µ", "TNFµ", "unknown", 24.0, None), ("A2", "b", "R", "unknown", 20.0, None))
    found = read_reactions(written(own, tmp_path))
    assert [(one.sample, one.gene) for one in found.reactions] == [("Zelle µ", "TNFµ"), ("b", "R")]


def test_roles_efficiencies_and_samples_are_in_the_file(tmp_path):
    own = replace(
        WELLS,
        curves={"X": rdml_write.Curve(1.93, 0.02, "posterior")},
        about_sample={"line 1": {"subject": "LP-1", "condition": "drug"}},
    )
    made = rdmlpython.Rdml(str(written(own, tmp_path)))
    target = made.get_target(byid="X")
    assert (target["type"], target["amplificationEfficiency"], target["amplificationEfficiencySE"]) == (
        "toi",
        "1.93",
        "0.02",
    )
    assert made.get_target(byid="R")["type"] == "ref"
    annotations = made.get_sample(byid="line 1").annotations()
    assert {one["property"]: one["value"] for one in annotations} == {"subject": "LP-1", "condition": "drug"}


def test_rdes_is_what_rdmlpython_writes(tmp_path):
    made = rdmlpython.Rdml(str(written(WELLS, tmp_path)))
    theirs = made.get_experiment(byid="experiment").get_run(byid="P").export_table("amp")
    (ours,) = rdes_of(WELLS).values()
    assert sorted(ours.splitlines()) == sorted(theirs.splitlines())


def test_rdes_is_read_by_rdmlpython(tmp_path):
    (table,) = rdes_of(WELLS).values()
    path = tmp_path / "run.tsv"
    path.write_text(table, encoding="utf-8")
    made = rdmlpython.Rdml()
    made.new_experiment("e")
    made.get_experiment(byid="e").new_run("P")
    run = made.get_experiment(byid="e").get_run(byid="P")
    run["pcrFormat_rows"], run["pcrFormat_columns"] = "8", "12"
    run["pcrFormat_rowLabel"], run["pcrFormat_columnLabel"] = "ABC", "123"
    run.import_table(made, str(path), "amp")
    assert sorted(run.export_table("amp").splitlines()) == sorted(table.splitlines())


def test_a_study_of_ratios_is_refused():
    data = made_up_fit("expression")["observations"].to_dataset().drop_vars(v.CT)
    with pytest.raises(InputError) as fault:
        reactions_of(data)
    assert str(fault.value) == "RDML and RDES need Cts, got a study of ratios: write those of the machine's file"


def test_without_the_library_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rdmlpython", None)
    with pytest.raises(InputError) as fault:
        write_rdml(WELLS, tmp_path / "run.rdml")
    assert str(fault.value) == (
        "RDML is written by the package rdmlpython, which is not installed: `lensim doctor` prints the command "
        "that installs it, for the extra rdml"
    )


def test_samples_that_share_a_well_make_a_numbered_plate():
    own = plate(("A1", "a", "X", "unknown", 24.0, None), ("A1", "b", "R", "unknown", 20.0, None))
    assert numbered_plates(own) == ["P"]
    assert np.all([row.split("\t")[0] in ("Well", "1", "2") for row in rdes_of(own)["P"].splitlines()])


def test_an_export_that_names_no_gene_has_a_target_that_says_so(tmp_path):
    found = read_reactions(written(plate(("A1", "a", "", "unknown", 24.0, None)), tmp_path))
    assert [(one.gene, one.ct_cycles) for one in found.reactions] == [("not stated", 24.0)]

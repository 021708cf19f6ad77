import random

import pytest
import xarray as xr
from written_exports import DIALECTS, random_plate, random_style

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read import (
    Reaction,
    Reactions,
    assemble_reactions,
    read_expression,
    read_reactions,
    read_sheet,
    write_cts,
    write_reactions,
)

STUDIES = 60


def random_study(folder, rng):
    """A Dataset of some subjects, two genes and two conditions, with every role, from reactions and a sheet."""
    limit = rng.choice((35.0, 40.0, 45.0))
    subjects = [f"donor {number}" for number in range(1, rng.randrange(2, 5))]
    rows, found, at = ["sample,subject,condition,cell_type"], [], 0

    def add(sample, gene, task, quantity=None):
        nonlocal at
        at += 1
        ct = None if rng.random() < 0.2 and at > 1 else round(rng.uniform(13, limit - 0.6), rng.choice((2, 3, 9)))
        well = f"{'ABCDEFGH'[(at - 1) // 12 % 8]}{(at - 1) % 12 + 1}"
        found.append(Reaction(f"p{(at - 1) // 96}", well, sample, gene, task, ct, quantity, "run.txt", at))

    for subject in subjects:
        cell_type = rng.choice(("line", "primary"))
        for condition in ("control", "drug"):
            rows.append(f"{subject} {condition},{subject},{condition},{cell_type}")
            for gene in ("R", "T"):
                for _ in range(rng.randrange(1, 4)):
                    add(f"{subject} {condition}", gene, "unknown")
    for gene in ("R", "T"):
        for step in range(4 if rng.random() < 0.6 else 0):
            add(f"dilution {step}", gene, "standard", 10.0 ** (4 - step))
            found[-1] = Reaction(**{**as_dict(found[-1]), "ct_cycles": 15 + 3.4 * step})
        for _ in range(rng.randrange(3)):
            add("", gene, rng.choice(("no_template", "no_rt")))
    sheet = folder / "sheet.csv"
    sheet.write_text("\n".join(rows), encoding="utf-8")
    reactions = Reactions("MxPro", ("run.txt",), tuple(found), cycle_limit=limit, quantity_unit=rng.choice(("", "ng")))
    data = assemble_reactions(reactions, read_sheet(sheet), references=["R"])
    return data.assign_attrs(calibrator=rng.choice(subjects)) if rng.random() < 0.6 else data


def as_dict(reaction):
    return {name: getattr(reaction, name) for name in Reaction.__slots__}


def test_studies_go_out_and_come_back_whole(tmp_path):
    """Values, roles, not detected, cycle limit and calibrator are those that were written."""
    rng = random.Random(7)
    for _ in range(STUDIES):
        data = random_study(tmp_path, rng)
        path = tmp_path / f"study{rng.choice(('.csv', '.tsv'))}"
        write_cts(data, path)
        back = read_expression(path)
        data = data.drop_vars(v.SAMPLE_NAME, errors="ignore")  # of the export, which a table of reactions has not
        xr.testing.assert_equal(data, back)
        for name in (v.CALIBRATOR, v.CONTROL):
            assert back.attrs.get(name) == data.attrs.get(name)
        for name in data.variables:  # without a standard no row has the unit
            assert back[name].attrs == data[name].attrs or (name == v.STANDARD_QUANTITY and not data[name].size)


@pytest.mark.parametrize("name", DIALECTS)
def test_reactions_of_machines_go_out_and_come_back(tmp_path, name):
    dialect, rng = DIALECTS[name], random.Random(11)
    facts = ("plate", "well", "sample", "gene", "task", "ct_cycles", "quantity")
    for trial in range(20):
        style = random_style(dialect, rng)
        path = tmp_path / f"run{trial}.txt"
        path.write_bytes(dialect.write(random_plate(dialect, 40.0, style.places, rng), 40.0, style, rng))
        found = read_reactions(path, cycle_limit=40)
        write_reactions(found, tmp_path / "tidy.csv")
        back = read_reactions(tmp_path / "tidy.csv")
        assert [[getattr(one, fact) for fact in facts] for one in back.reactions] == [
            [getattr(one, fact) for fact in facts] for one in found.reactions
        ]
        assert back.cycle_limit == found.cycle_limit
        assert back.quantity_unit == found.quantity_unit or not found.summary()["standards"]


def test_two_calibrators_are_refused(tmp_path):
    path = tmp_path / "t.csv"
    rows = [f"{subject},{condition},{gene},2{at}.5,{flag}" for subject, flag in (("a", 1), ("b", "yes"))
            for condition in ("control", "drug") for at, gene in enumerate("RT")]  # fmt: skip
    path.write_text("\n".join(["subject,condition,gene,ct,is_calibrator", *rows]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_expression(path, references=["R"])
    assert str(caught.value) == "t.csv: is_calibrator must mark one subject, got a and b"
    path.write_text(path.read_text().replace("yes", "no"), encoding="utf-8")
    assert read_expression(path, references=["R"]).attrs["calibrator"] == "a"
    assert read_expression(path, references=["R"], calibrator="b").attrs["calibrator"] == "b"

import pytest

from lensim.plate_map.check import check_map, dose_in, role_in
from lensim.plate_map.contents import read_plate_map
from tests.plate_blocks import MAP, block, dose, line


@pytest.fixture
def checked(tmp_path):
    def check(text):
        path = tmp_path / "map.csv"
        path.write_text(text, encoding="utf-8")
        return check_map(read_plate_map(path))

    return check


def odd(found):
    return [(row["where"], row["what"]) for row in found.odd.to_dict("records")]


def test_a_sound_map_says_what_it_holds(checked):
    found = checked(MAP)
    assert odd(found) == []
    assert found.wells[["role", "wells"]].values.tolist() == [["treated", 88], ["untreated", 8]]
    assert found.contents[["names", "what", "replicates"]].values.tolist() == [
        ["LP-1", "Dose (uM)", "4"],
        ["MM1S", "Dose (uM)", "4"],
    ]
    assert found.contents["values"][0].startswith("0, 0.00976562, 0.0195312")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: text.replace("LP-1", "", 1), [("A1 (first: cell B14)", "Cell line is empty in used wells")]),
        (
            lambda text: text.replace("A,0,10,", "A,0,ten,", 1),
            [
                ("A2 (first: cell C3)", "Dose (uM) is no number"),
                ("", "LP-1: fewer wells at Dose (uM) 10 than the 4 at others"),
            ],
        ),
        (lambda text: text.replace("LP-1", "lp 1", 1), [
            ("", "Cell line: the names 'LP-1', 'lp 1' differ by case or signs alone"),
        ]),
        (lambda text: text.replace("Cell line", "Cell lin"), [
            ("", "the factor 'Cell lin' is no name that readers know (closest: 'cell_line')"),
        ]),
        (lambda text: text.replace(",0,10,", ",20,10,"), [
            ("", "LP-1 has no untreated well"), ("", "MM1S has no untreated well"),
        ]),
    ],
)  # fmt: skip
def test_oddities_are_told_with_their_wells(checked, change, expected):
    assert odd(checked(change(MAP))) == expected


def test_an_empty_map_and_an_unknown_role(checked):
    assert odd(checked(block("line", lambda row, column: ""))) == [("", "no well has any text")]
    roles = block("role", lambda row, column: "banana" if (row, column) == (1, 2) else "treated" if column else "DMSO")
    assert odd(checked(f"{MAP}\n{roles}"))[0] == (
        "B3 (first: cell D25)", "role: the word 'banana' is no role that readers know",
    )  # fmt: skip


def test_blanks_need_no_line_and_no_dose(checked):
    roles = block("role", lambda row, column: "blank" if column == 11 else "treated" if column else "untreated")
    lines = block("line", lambda row, column: "" if column == 11 else line(row, column))
    doses = block("dose (uM)", lambda row, column: "" if column in (0, 11) else dose(row, column))
    found = checked(f"{lines}\n{doses}\n{roles}")
    assert odd(found) == []
    assert found.wells["role"].tolist() == ["blank", "treated", "untreated"]


def test_conditions_share_the_untreated_wells_of_their_line(checked):
    conditions = block("condition", lambda row, column: "" if column == 0 else "normoxia" if row < 4 else "hypoxia")
    assert odd(checked(f"{block('dose (uM)', dose)}\n{conditions}")) == []
    found = checked(f"{block('dose (uM)', lambda row, column: dose(row, column + 1))}\n{conditions}")
    assert ("", "normoxia has no untreated well") in odd(found)


def test_genes_are_counted_and_wells_without_template_are_missed(checked):
    sheet = "".join(
        f"{block(name, lambda row, column, own=own: own[column], 2, 3)}\n"
        for name, own in {"gene": ("A", "B", "B"), "subject": ("x", "x", "x"), "task": ("unknown",) * 3}.items()
    )
    found = checked(sheet)
    assert found.contents[["names", "values", "replicates"]].values.tolist() == [["x", "A, B", "2 to 4"]]
    assert odd(found) == [("", "no well is without template (no_template, NTC)")]


def test_roles_and_doses_of_single_wells():
    meanings = {"dose": "dose", "compound": "drug", "role": "role"}
    assert role_in({"dose": "DMSO"}, meanings) == role_in({"dose": "0 nM"}, meanings) == "untreated"
    assert role_in({"dose": "3", "role": "vehicle"}, meanings) == "untreated"
    assert role_in({"drug": "DMSO"}, meanings) == "untreated"
    assert role_in({"line": "x"}, meanings) == "used"
    assert role_in({"task": "NTC"}, {"gene": "gene", "task": "task"}) == "no_template"
    assert [dose_in(text) for text in ("1e-3", "10 nM", "0,5", "x", "")] == [1e-3, 10.0, 0.5, None, None]

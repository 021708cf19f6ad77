import pytest
from hypothesis import given
from hypothesis import strategies as st

from lensim.bioassay.columns import COLUMNS as BIOASSAY
from lensim.cell_cycle.read import COUNT_COLUMNS, EVENT_COLUMNS, FCS_COLUMNS
from lensim.checks import FaultReport, InputError
from lensim.dose_response.read import COLUMNS as WELLS
from lensim.expression.read import COLUMNS as CTS
from lensim.expression.read import FACTOR_COLUMNS, RATIO_COLUMNS, SHEET_COLUMNS
from lensim.tables.columns import Meaning, find_columns
from lensim.tables.names import in_natural_order, plain_name
from lensim.tables.table import TextTable

MEANINGS = {
    "dose": Meaning(("dose", "conc", "concentration"), units=frozenset({"um", "nm"}), may_be_constant=False),
    "line": Meaning(("cell_line", "line", "sample")),
    "note": Meaning(("note",), is_optional=True),
    "area": Meaning(("pi_a", "pi_h"), is_ranked=True),
}
ASSAYS = {
    "dose_response": WELLS,
    "cts": CTS,
    "sheet": SHEET_COLUMNS,
    "factors": FACTOR_COLUMNS,
    "ratios": RATIO_COLUMNS,
    "bioassay": BIOASSAY,
    "counts": COUNT_COLUMNS,
    "events": EVENT_COLUMNS,
    "fcs": FCS_COLUMNS,
}


def table(*header, cell="x"):
    return TextTable("t.csv", header, [[cell] * len(header)], [2])


def found(header, stated=None, needed=(), cell="x"):
    return find_columns(table(*header, cell=cell), MEANINGS, FaultReport("t.csv"), stated=stated, needed=needed)


def refused(header, stated=None, needed=()):
    with pytest.raises(InputError) as error:
        found(header, stated, needed)
    return str(error.value)


@pytest.mark.parametrize("name", ["dose", "DOSE", " Dose (uM)", "dose_um", "Dose [µM]", "Conc. nM", "concentration-uM"])
def test_case_blanks_signs_and_units_do_not_count(name):
    assert found([name]).name == {"dose": name}


def test_a_name_that_goes_on_with_no_unit_is_another():
    assert not found(["dose_ratio", "doses", "dose_mg"]).has("dose")


def test_the_usual_name_goes_before_other_spellings():
    assert found(["sample", "cell line"]).column("line") == "cell line"
    assert found(["pi_h", "pi_a"]).column("area") == "pi_a"


def test_two_columns_that_may_be_the_same_thing_are_refused():
    assert refused(["line", "sample"], {}) == (
        "t.csv line 1: the columns 'line' and 'sample' may each be line: name one, columns={'line': 'line'}"
    )
    assert refused(["dose", "dose_um"], {}) == (
        "t.csv line 1: the columns 'dose' and 'dose_um' may each be dose: name one, columns={'dose': 'dose'}"
    )
    assert found(["line", "sample"], {"line": "sample"}).column("line") == "sample"
    assert refused(["line", "sample"]).endswith(
        "may each be line: rename or delete the others"
    )  # without such a choice


def test_of_two_columns_an_empty_one_does_not_count():
    whole = TextTable("t.csv", ("line", "sample"), [["", "a"], ["", "b"]], [2, 3])
    assert find_columns(whole, MEANINGS, FaultReport("t.csv")).column("line") == "sample"


def test_an_optional_column_that_is_empty_is_none_unless_it_is_stated():
    assert not found(["note", "line"], cell=" ").has("note")
    assert found(["note", "line"], {"note": "note"}, cell=" ").has("note")
    assert found(["note", "line"], cell=" ").has("line")


def test_a_stated_name_may_differ_in_case_and_signs():
    assert found(["My Dose", "b"], {"dose": "my_dose"}).column("dose") == "My Dose"
    assert found(["My Dose", "my_dose"], {"dose": "my_dose"}).position["dose"] == 1
    assert refused(["My Dose", "MY DOSE"], {"dose": "my_dose"}) == (
        "t.csv line 1: the column 'my_dose' is in the header 2 times"
    )


def test_a_stated_column_is_not_taken_for_something_else():
    assert found(["dose", "line"], {"note": "dose"}).name == {"note": "dose", "line": "line"}


def test_a_value_for_all_rows():
    here = found(["dose"], {"line": "= K562  b"})
    assert (here.cell("line", ["1"]), here.column("line"), here.has("line")) == ("K562 b", "line", True)


def test_what_is_missing_is_told_with_the_closest():
    told = [
        "t.csv line 1: the column 'dose' is missing; there are 'dosis', 'b' (closest: 'dosis')",
        "t.csv line 1: the column 'line' is missing; there are 'dosis', 'b'",
    ]
    assert refused(["dosis", "b"], needed=("dose", "line")).splitlines() == told
    ways = (
        ': name one, columns={"dose": "NAME"}',
        ': name one, columns={"line": "NAME"}, or give a value for all rows, columns={"line": "=VALUE"}',
    )
    stated = refused(["dosis", "b"], {}, needed=("dose", "line")).splitlines()
    assert stated == [fault + way for fault, way in zip(told, ways, strict=True)]
    assert refused(["dose"], {"line": "lines"}) == "t.csv line 1: the column 'lines' is missing; there are 'dose'"


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"lin": "a"}, "column must say which is dose, line, note, area, got 'lin' (closest: 'line')"),
        ({"line": " "}, "column line must be a name, or a value behind '=', got ' '"),
        ({"line": "= "}, "column line must be a name, or a value behind '=', got '= '"),
        ({"dose": "=3"}, "column dose must be a name, only line, note, area may be a value for all rows, got '=3'"),
    ],
)
def test_what_cannot_be_meant_is_refused(stated, message):
    assert refused(["dose"], stated) == message


@pytest.mark.parametrize("assay", ASSAYS)
def test_names_of_an_assay_are_plain_and_mean_one_thing(assay):
    names = [(name, what) for what, meaning in ASSAYS[assay].items() for name in meaning.names]
    assert [name for name, _ in names if plain_name(name) != name] == []
    assert len({name for name, _ in names}) == len(names)


@given(st.text(max_size=12))
def test_a_plain_name_is_its_own_plain_name(name):
    assert plain_name(plain_name(name)) == plain_name(name)


def test_plain_names():
    assert [plain_name(name) for name in ("Dose (µM)", "Dose [μM]", "C\u0442 (d\u0394Rn)", " a--B ")] == [
        "dose_um", "dose_um", "ct_ddrn", "a_b",
    ]  # fmt: skip


def test_numbers_in_names_are_sorted_as_numbers():
    assert in_natural_order(["plate 10", "Plate 2", "a", "plate 2"]) == ["a", "Plate 2", "plate 2", "plate 10"]

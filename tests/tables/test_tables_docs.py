"""The pages in docs/formats say which names are understood; the code holds them."""

from pathlib import Path

import pytest

from lensim.bioassay.columns import COLUMNS as BIOASSAY
from lensim.cell_cycle.read import COUNT_COLUMNS, EVENT_COLUMNS, FCS_COLUMNS
from lensim.dose_response.read import COLUMNS as WELLS
from lensim.expression.read import COLUMNS as CTS
from lensim.expression.read import FACTOR_COLUMNS, RATIO_COLUMNS, SHEET_COLUMNS
from lensim.tables.control import CONTROL_WORDS

FOLDER = Path(__file__).parents[2] / "docs" / "formats"
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in sorted(FOLDER.glob("*.md")))


@pytest.mark.parametrize("meanings", [WELLS, CTS, RATIO_COLUMNS, BIOASSAY, COUNT_COLUMNS, EVENT_COLUMNS, FCS_COLUMNS])
def test_every_name_that_is_understood_is_listed(meanings):
    rows = [f"| `{what}` | {', '.join(f'`{name}`' for name in one.names)} |" for what, one in meanings.items()]
    assert [row for row in rows if row not in TEXT] == []


def test_columns_of_sheets_and_factors_are_listed():
    assert [what for what in (*SHEET_COLUMNS, *FACTOR_COLUMNS) if f"`{what}`" not in TEXT] == []


def test_usual_names_of_a_control_are_listed():
    rule = (
        (FOLDER / "tables.md")
        .read_text(encoding="utf-8")
        .split("## The control condition")[1]
        .lower()
        .replace("no drug", "no_drug")
    )
    assert [word for word in CONTROL_WORDS if word not in rule and word != "len_0"] == []

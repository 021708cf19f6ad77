"""One content, many files: every encoding, separator, decimal mark, spelling of a column and parquet, at every door."""

import builtins
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from lensim import input_file
from lensim.bioassay.columns import COLUMNS as BIOASSAY_COLUMNS
from lensim.bioassay.read import read_bioassay
from lensim.cell_cycle.read import COUNT_COLUMNS, EVENT_COLUMNS, read_cell_cycle
from lensim.dose_response.read import COLUMNS as WELL_COLUMNS
from lensim.dose_response.read import read_dose_response, read_labels
from lensim.dose_response.read.assemble import COUNT_NAMES
from lensim.expression.read import (
    COLUMNS as CT_COLUMNS,
)
from lensim.expression.read import (
    FACTOR_COLUMNS,
    RATIO_COLUMNS,
    SHEET_COLUMNS,
    read_expression,
    read_factors,
    read_sheet,
)
from lensim.input_digests import FILES_READ
from lensim.tables.columns import Meaning

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1")
SIGNS = ("_", " ", ".", "-")


@dataclass(frozen=True)
class Way:
    """How a content is written: as parquet, or as text in an encoding with a separator and a decimal mark."""

    is_parquet: bool
    encoding: str
    separator: str
    decimal: str
    spelling: int
    """Which of the known names, and with which signs and case."""


WAYS = st.builds(
    Way,
    st.booleans(),
    st.sampled_from(ENCODINGS),
    st.sampled_from(",;\t|"),
    st.sampled_from(".,"),
    st.integers(0, 10_000),
)
PLAIN = Way(False, "utf-8", ",", ".", 0)


def spelled(name: str, meaning: Meaning | None, way: Way) -> str:
    """A name of a column that means the same; one that is no meaning (a phase, a label) stays."""
    if meaning is None or way == PLAIN:
        return name
    known = meaning.names[way.spelling % len(meaning.names)]
    unit = next((f"_{unit}" for unit in meaning.units if name.endswith(f"_{unit}")), "")
    written = f"{known}{unit}".replace("_", SIGNS[way.spelling % len(SIGNS)])
    return (str.lower, str.upper, str.title)[way.spelling % 3](written)


def written(folder: Path, name: str, rows: Sequence[dict[str, object]], meanings: dict[str, Meaning], way: Way) -> Path:
    """A file with some rows; keys are meanings, perhaps with a unit behind."""
    header = {
        key: spelled(key, next((m for what, m in meanings.items() if key == what or key.startswith(f"{what}_pg")
                                or key == f"{what}_um"), None), way)
        for key in rows[0]
    }  # fmt: skip
    path = folder / f"{name}.{'parquet' if way.is_parquet else 'txt'}"
    if way.is_parquet:
        pd.DataFrame(
            [{header[key]: None if cell == "" else cell for key, cell in row.items()} for row in rows]
        ).to_parquet(path)
        return path
    text = io.StringIO()
    writer = csv.writer(text, delimiter=way.separator, lineterminator="\n")
    writer.writerow(header.values())
    for row in rows:
        writer.writerow(
            [repr(cell).replace(".", way.decimal) if isinstance(cell, float) else cell for cell in row.values()]
        )
    path.write_bytes(text.getvalue().encode(way.encoding))
    return path


def wells() -> list[dict[str, object]]:
    return [
        {"cell_line": line, "dose_um": dose, "signal": 100.5 - 9.5 * dose, "well": f"{row}{at + 1}", "plate": "P é"}
        for line, row in (("Zürich-1", "A"), ("b", "B"))
        for at, dose in enumerate((0.0, 0.1, 1.25, 10.5))
    ]


def cts() -> list[dict[str, object]]:
    return [
        {"gene": gene, "is_reference": int(gene == "R"), "subject": subject, "condition": condition,
         "ct_cycles": ct + 0.25 * (condition == "dmso"), "well": f"{row}{at + 1}"}
        for row, (gene, ct) in zip("AB", (("TNF-ü", 27.5), ("R", 22.1)), strict=True)
        for at, (subject, condition) in enumerate((s, c) for s in ("s 1", "s 2") for c in ("dmso", "drug"))
    ]  # fmt: skip


def ratios() -> list[dict[str, object]]:
    return [{"target": "TNF-ü", "subject": f"s {at}", "ratio": 1.5 + at} for at in range(3)]


def levels() -> list[dict[str, object]]:
    return [
        {
            "target": "TNF-ü",
            "subject": f"s {at}",
            "contrast": ("dmso", "drug")[at % 2],
            "relative_level": 0.15 + at / 20,
        }
        for at in range(4)
    ]


def bioassay() -> list[dict[str, object]]:
    standards = ((0.0, 1.25), (12.5, 1.1), (50.5, 0.9), (200.5, 0.5), (800.5, 0.2))
    empty = {"concentration_pg_per_ml": "", "cell_line": "", "condition": ""}
    return [
        *({**empty, "role": "standard", "concentration_pg_per_ml": tnf, "od": od} for tnf, od in standards),
        *({**empty, "role": "sample", "cell_line": "Zürich-1", "condition": c, "od": 0.75} for c in ("dmso", "drug")),
    ]


def counts() -> list[dict[str, object]]:
    return [
        {"cell_line": "Zürich-1", "condition": condition, "is_control": flag, "G0/G1": 300 + at, "S": 200, "G2/M": 90}
        for at, (condition, flag) in enumerate((("mock", "yes"), ("drug", "no")))
    ]


def events() -> list[dict[str, object]]:
    return [
        {"condition": condition, "brdu": 10.5 + at, "dna": 200.5 + at}
        for condition in ("dmso", "drug")
        for at in range(100)
    ]


def sheet() -> list[dict[str, object]]:
    return [{"sample": f"a{at}", "subject": "é", "condition": c} for at, c in enumerate(("u", "drug"))]


def factors() -> list[dict[str, object]]:
    return [{"gene": "TNF-ü", "amplification_factor": 1.95, "amplification_factor_sd": 0.05}]


def labels() -> list[dict[str, object]]:
    return [{"cell_line": "Zürich-1", "p53": "wild type"}]


def same_dataset(one: xr.Dataset, other: xr.Dataset) -> bool:
    ignored = {"source", "signal", "control_known_by", "columns_used", "columns_not_used", FILES_READ}
    attrs = [{name: value for name, value in data.attrs.items() if name not in ignored} for data in (one, other)]
    return one.identical(other.assign_attrs(one.attrs)) and attrs[0] == attrs[1]


LIGHT = tuple(name for name in WELL_COLUMNS["signal"].names if name not in COUNT_NAMES)
WELLS = {**WELL_COLUMNS, "signal": replace(WELL_COLUMNS["signal"], names=LIGHT)}  # a name of counts says its unit

Read = Callable[[Path], object]
DOORS: dict[str, tuple[Callable[[], list[dict[str, object]]], dict[str, Meaning], Read]] = {
    "dose_response": (wells, WELLS, read_dose_response),
    "labels": (labels, dict(WELL_COLUMNS), lambda path: read_labels(path, ["Zürich-1"])),
    "expression": (cts, dict(CT_COLUMNS), read_expression),
    "ratios": (ratios, dict(RATIO_COLUMNS), read_expression),
    "levels": (levels, dict(RATIO_COLUMNS), lambda path: read_expression(path, unpaired="groups")),
    "sheet": (sheet, dict(SHEET_COLUMNS), lambda path: read_sheet(path).rows),
    "factors": (factors, dict(FACTOR_COLUMNS), read_factors),
    "bioassay": (bioassay, dict(BIOASSAY_COLUMNS), read_bioassay),
    "cell_cycle": (counts, dict(COUNT_COLUMNS), read_cell_cycle),
    "events": (events, dict(EVENT_COLUMNS), read_cell_cycle),
}


@pytest.mark.parametrize("door", DOORS)
@given(way=WAYS)
def test_one_content_is_one_dataset_however_it_is_written(tmp_path_factory, door, way):
    rows, meanings, read = DOORS[door]
    folder = tmp_path_factory.mktemp("doors")
    expected = read(written(folder, "plain", rows(), meanings, PLAIN))
    found = read(written(folder, "other", rows(), meanings, way))
    if isinstance(expected, xr.Dataset):
        assert same_dataset(expected.drop_vars("plate", errors="ignore"), found.drop_vars("plate", errors="ignore"))
    elif door == "sheet" and way.is_parquet:  # rows are counted without the header
        assert [vars_of(one) for one in found] == [vars_of(one) for one in expected]
    else:
        assert found == expected


def vars_of(row: object) -> str:
    return f"{row} {row.subject} {row.condition}"


@pytest.mark.parametrize("door", DOORS)
def test_a_file_is_opened_once(tmp_path, monkeypatch, door):
    rows, meanings, read = DOORS[door]
    path = written(tmp_path, "plain", rows(), meanings, PLAIN)
    opened = []
    real = input_file.read_bytes
    monkeypatch.setattr(
        input_file, "read_bytes", lambda path, *asked, **named: opened.append(path) or real(path, *asked, **named)
    )
    monkeypatch.setattr(builtins, "open", lambda *_, **__: pytest.fail("a file is opened outside lensim.tables"))
    monkeypatch.setattr(Path, "read_text", lambda self, *_, **__: pytest.fail("text is decoded outside lensim.tables"))
    read(path)
    assert opened == [path]

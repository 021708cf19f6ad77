"""Workbooks of every format: the same cells; and damaged ones, of which none ends lensim or says two sentences."""

import io
import random
import zipfile

import pytest

from lensim.checks import InputError
from lensim.tables.workbook import workbook_of
from lensim.tables.workbook_look import fault_in
from tests.other_workbooks import ods_bytes, xls_bytes, xlsb_bytes
from tests.workbooks import workbook_bytes

ROWS = [["Well", "RLU", "note"], ["A1", 100.5, "\xb5M"], ["A2", 7, ""], ["B1", -0.25, "<x> & y"]]
TEXT = [["Well", "RLU", "note"], ["A1", "100.5", "\xb5M"], ["A2", "7", ""], ["B1", "-0.25", "<x> & y"]]
WRITERS = {"xls": xls_bytes, "xlsb": xlsb_bytes, "ods": ods_bytes, "xlsx": workbook_bytes}


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_has_the_same_cells(suffix):
    book = workbook_of(WRITERS[suffix]({"Day 1": ROWS, "Notes": [["a"], [1]]}), f"run.{suffix}")
    assert [(sheet.name, sheet.rows) for sheet in book.sheets] == [("Day 1", TEXT), ("Notes", [["a"], ["1"]])]


def parts_changed(raw, rng):
    """One part of an archive with a few bytes changed, cut off, or with a huge number in it."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice([name for name, content in parts.items() if content])
    part = bytearray(parts[name])
    match rng.randrange(3):
        case 0:
            for _ in range(3):
                part[rng.randrange(len(part))] = rng.randrange(256)
        case 1:
            del part[rng.randrange(len(part)) :]
        case _:
            digits = [at for at, byte in enumerate(part) if chr(byte).isdigit()] or [0]
            at = rng.choice(digits)
            part[at : at + 1] = rng.choice([b"99999999999999999999", b"-5", b"4294967296"])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for one, content in (parts | {name: bytes(part)}).items():
            archive.writestr(one, content)
    return out.getvalue()


def bytes_changed(raw, rng):
    changed = bytearray(raw)
    for _ in range(rng.choice([1, 4, 16])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize(("suffix", "times"), [("xls", 4), ("xlsb", 4), ("ods", 3), ("xlsx", 20)])
def test_a_damaged_workbook_is_read_or_refused_in_one_sentence(suffix, times):
    raw, rng, refused = WRITERS[suffix]({"One": ROWS}), random.Random(suffix), []
    ways = [bytes_changed] if suffix == "xls" else [bytes_changed, parts_changed]
    for number in range(times):
        damaged = raw[: rng.randrange(40, len(raw))] if number % 5 == 4 else rng.choice(ways)(raw, rng)
        try:
            workbook_of(damaged, f"run.{suffix}")
        except InputError as error:
            refused.append(str(error))
    assert refused
    assert [said for said in refused if not said.startswith(f"run.{suffix}") or "\n" in said] == []


def test_a_panic_of_the_library_is_a_refusal():
    raw = xlsb_bytes({"One": ROWS})
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/_rels/workbook.bin.rels"] = parts["xl/_rels/workbook.bin.rels"].replace(b'"rId1"', b'"rId7"')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(InputError, match=r"^run\.xlsb: the workbook is damaged, it cannot be read \(no entry found"):
        workbook_of(out.getvalue(), "run.xlsb")


def test_a_workbook_that_would_take_all_memory_is_refused():
    raw = bytearray(xls_bytes({"One": [[1.0], [2.0]]}))
    at = raw.index(b"\x03\x02\x0e\x00\x01\x00\x00\x00")  # the number in the second row
    raw[at + 4 : at + 8] = b"\xff\xff\xff\xff"  # is in the last row and column that two bytes can name
    with pytest.raises(InputError, match=r"^run\.xls"):
        workbook_of(bytes(raw), "run.xls")


def test_what_can_be_read_has_no_fault():
    assert [fault_in(write({"One": ROWS})) for write in WRITERS.values()] == ["", "", "", ""]
    assert fault_in(b"nothing") != ""

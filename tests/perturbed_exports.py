"""Exports of instruments written again as laboratories come to have them, with the values that they then must give.

Each way keeps the values: another separator, encoding or line end; what a spreadsheet makes of the file; rows of wells
in another order, or missing; columns in another order, or more of them; lines above and below; two plates in one file.
"""

import csv
import datetime as dt
import io
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import openpyxl
import python_calamine

from lensim.tables.raw import decode
from lensim.tables.well_names import parse_well_name

Rows = list[list[str]]
NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
DECIMAL: Final = re.compile(r"-?[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?")
TIME: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True)
class Export:
    """A file as rows of cells: one sheet without a name for text, else the sheets of a workbook."""

    name: str
    sheets: dict[str, Rows]
    separator: str = "\t"

    @property
    def is_text(self) -> bool:
        return list(self.sheets) == [""]

    @property
    def rows(self) -> Rows:
        return self.sheets[""]

    def with_rows(self, rows: Rows) -> "Export":
        return replace(self, sheets={"": rows})


@dataclass(frozen=True)
class Written:
    """A file written again.

    `without` names wells that are no longer in it; `is_twice` where all is in it a second time, on plates of other
    names.
    """

    way: str
    name: str
    raw: bytes
    without: frozenset[str] = frozenset()
    is_twice: bool = False


def export_of(path: Path) -> Export:
    """An export as it is."""
    raw = path.read_bytes()
    if raw[:2] == b"PK":
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
        return Export(path.name, {name: [list(row) for row in rows] for name, rows in sheets.items()})
    text = decode(raw, path.name)
    lines = re.split(r"\r\n|\r|\n", text)
    separator = max("\t,;", key=lambda one: sum(one in line for line in lines))
    if sum("\t" in line for line in lines) > len(lines) / 3:
        separator = "\t"
    rows = [
        next(csv.reader([line], delimiter=separator), []) if '"' in line else line.split(separator) for line in lines
    ]
    return Export(path.name, {"": rows}, separator)


# ---- writing


def text_of(rows: Sequence[Sequence[str]], separator: str, end: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)
    for row in rows:
        if quoting == csv.QUOTE_MINIMAL and not any(row):
            out.write(separator * max(len(row) - 1, 0) + end)
        else:
            writer.writerow(row)
    return out.getvalue()


def as_cell(cell, *, times: bool = False):
    """What a spreadsheet makes of a field of text."""
    if not isinstance(cell, str):
        return cell
    plain = cell.strip()
    if NUMBER.fullmatch(plain) and len(plain) < 16:
        return float(plain) if set(plain) & set(".eE") else int(plain)
    if times and TIME.fullmatch(plain):
        hours, minutes, seconds = map(int, plain.split(":"))
        return dt.time(hours, minutes, seconds) if hours < 24 else cell
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cell) or None


def book_of(sheets, *, times: bool = False) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name[:31] or "Sheet1")
        for row in rows:
            sheet.append([as_cell(cell, times=times) for cell in row])
        for line in sheet.iter_rows():
            for cell in line:
                if cell.data_type == "f":
                    cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def written(export: Export, way: str, **more) -> Written:
    """An export in its own format."""
    if not export.is_text:
        return Written(way, export.name, book_of(export.sheets), **more)
    text = text_of(export.rows, export.separator)
    return Written(way, export.name, text.encode("utf-8"), **more)


# ---- ways that leave the cells as they are


def plainly(export: Export, rng: random.Random) -> Iterator[Written]:
    """Encodings, line ends, separators, quotes and empty fields."""
    if not export.is_text:
        return
    rows, mark = export.rows, export.separator
    text = text_of(rows, mark)
    lossless = text.encode("cp1252", "ignore").decode("cp1252")
    for way, raw in (
        ("UTF-16 with mark", b"\xff\xfe" + text.encode("utf-16-le")),
        ("UTF-16 big-endian", b"\xfe\xff" + text.encode("utf-16-be")),
        ("UTF-16 without mark", lossless.encode("utf-16-le")),
        ("UTF-8 with mark", text.encode("utf-8-sig")),
        ("Latin-1", lossless.encode("cp1252")),
        ("LF", text.replace("\r\n", "\n").encode()),
        ("CR", text.replace("\r\n", "\r").encode()),
        ("CR CR LF", text.replace("\r\n", "\r\r\n").encode()),
        ("no line end at the end", text.rstrip("\r\n").encode()),
    ):
        yield Written(way, export.name, raw)
    wide = max(map(len, rows))
    for way, changed in (
        ("two empty fields more", [[*row, "", ""] for row in rows]),
        ("rows of one length", [[*row, *[""] * (wide - len(row))] for row in rows]),
        ("no empty fields at the end", [_short(row) for row in rows]),
        ("an empty column before", [["", *row] for row in rows]),
        ("blanks around fields", [[f" {cell} " if cell else cell for cell in row] for row in rows]),
        ("blank lines doubled", [one for row in rows for one in ([row, row] if not any(row) else [row])]),
    ):
        yield Written(way, export.name, text_of(changed, mark).encode())
    yield Written("all fields quoted", export.name, text_of(rows, mark, quoting=csv.QUOTE_ALL).encode())
    for way, other in (("tabs", "\t"), ("commas", ","), ("semicolons", ";"), ("bars", "|")):
        if other != mark:
            yield Written(way, export.name, text_of(rows, other).encode())
    commas = [[cell.replace(".", ",") if DECIMAL.fullmatch(cell.strip()) else cell for cell in row] for row in rows]
    if commas != rows:
        for way, other in (("decimal commas, tabs", "\t"), ("decimal commas, semicolons", ";")):
            yield Written(way, export.name, text_of(commas, other).encode())
        yield Written("decimal commas, quoted", export.name, text_of(commas, ",").encode())


def _short(row: Sequence[str]) -> list[str]:
    row = list(row)
    while row and not row[-1].strip():
        row.pop()
    return row


def by_spreadsheet(export: Export, rng: random.Random) -> Iterator[Written]:
    """Opened in a spreadsheet and saved, as a workbook or as text."""
    stem = export.name.rsplit(".", 1)[0]
    sheets = {name or stem[:20].replace("/", " ").replace(":", " "): rows for name, rows in export.sheets.items()}
    yield Written("workbook", f"{stem}.xlsx", book_of(sheets))
    if export.is_text:
        yield Written("workbook with times", f"{stem}.xlsx", book_of(sheets, times=True))
        yield Written("workbook of text cells", f"{stem}.xlsx", _text_book(sheets))
        wide = max(map(len, export.rows))
        saved = [[_as_saved(cell) for cell in row] + [""] * (wide - len(row)) for row in export.rows]
        yield Written("CSV of a spreadsheet", f"{stem}.csv", text_of(saved, ",").encode("utf-8-sig"))
        german = [[cell.replace(".", ",") if DECIMAL.fullmatch(cell) else cell for cell in row] for row in saved]
        yield Written("CSV of a German spreadsheet", f"{stem}.csv", text_of(german, ";").encode("cp1252", "replace"))
        yield Written("text of a spreadsheet", f"{stem}.txt", text_of(saved, "\t").encode("utf-16"))
    note = [["Notes"], ["analysed by", "somebody"]]
    yield Written("a sheet of notes before", f"{stem}.xlsx", book_of({"Notes": note, **sheets}))
    yield Written("a sheet of notes behind", f"{stem}.xlsx", book_of({**sheets, "Notes": note, "Sheet3": []}))
    if export.is_text:
        yield Written("another name of the sheet", f"{stem}.xlsx", book_of({"Tabelle1": next(iter(sheets.values()))}))
    moved = {name: [[], [], *[["", *row] for row in rows]] for name, rows in sheets.items()}
    yield Written("moved by two rows and a column", f"{stem}.xlsx", book_of(moved))


def _text_book(sheets) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name[:31])
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row, 1):
                if cell:
                    one = sheet.cell(at, column)
                    one.value = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cell)
                    one.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _as_saved(cell: str) -> str:
    value = as_cell(cell)
    return cell if isinstance(value, str) or value is None else repr(value).removesuffix(".0")


# ---- ways that change lines

HEADS: Final = (["Exported by", "somebody", "on 2026-03-01"], ["Comment", "second run"], [])
FOOTS: Final = ([], ["End of report"], ["Printed 01.03.2026 12:00:00", "page 1 of 1"])


def lines_more(export: Export, rng: random.Random) -> Iterator[Written]:
    """Lines above and below."""
    if not export.is_text:
        return
    rows = export.rows
    yield written(export.with_rows([*map(list, HEADS), *rows]), "lines above")
    yield written(export.with_rows([*rows, *map(list, FOOTS)]), "lines below")
    yield written(export.with_rows([[], [], *rows, [], []]), "blank lines around")


def _with_sheet(export: Export, name: str, rows: Rows) -> Export:
    return replace(export, sheets={**export.sheets, name: rows})


def lettered_rows(rows: Rows) -> list[list[int]]:
    """The rows of each lettered grid: the lines of each of its rows, which go on below without a letter."""
    grids: list[list[list[int]]] = []
    at = 0
    while at < len(rows):
        numbers = [cell.strip() for cell in rows[at]]
        filled = [cell for cell in numbers if cell]
        is_head = len(filled) >= 3 and all(cell.isdigit() for cell in filled) and not numbers[0]
        is_head = is_head and [int(cell) for cell in filled] == sorted({int(cell) for cell in filled})
        below = at + 1
        of: list[list[int]] = []
        while is_head and below < len(rows):
            first = next(iter(rows[below]), "").strip()
            if re.fullmatch(r"[A-Z]{1,2}|[a-f]", first):
                of.append([below])
            elif of and not first and len(rows[below]) > 2 and any(rows[below]):
                of[-1].append(below)
            else:
                break
            below += 1
        if len(of) >= 2 and any(NUMBER.fullmatch(cell.strip()) for lines in of for cell in rows[lines[0]][1:]):
            grids.append(of)
            at = below
        else:
            at += 1
    return grids


def rows_changed(export: Export, rng: random.Random) -> Iterator[Written]:
    """Rows of lettered grids in another order, or one of them missing in all grids."""
    for sheet, rows in export.sheets.items():
        text_rows = [
            [str(cell) if not isinstance(cell, float) or cell % 1 else str(int(cell)) for cell in row] for row in rows
        ]
        grids = lettered_rows(text_rows)
        if not grids:
            continue
        backwards, fewer, mixed = (list(rows) for _ in range(3))
        letters = {rows[lines[0]][0].strip() for of in grids for lines in of}
        gone = rng.choice(sorted(letters))
        drop: set[int] = set()
        for of in grids:
            for new, order in ((backwards, list(reversed(of))), (mixed, rng.sample(of, len(of)))):
                taken = [rows[line] for lines in order for line in lines]
                for place, row in zip([line for lines in of for line in lines], taken, strict=True):
                    new[place] = row
            drop |= {line for lines in of if rows[lines[0]][0].strip() == gone for line in lines}
        fewer = [row for at, row in enumerate(rows) if at not in drop]

        yield written(_with_sheet(export, sheet, backwards), "rows of grids backwards")
        yield written(_with_sheet(export, sheet, mixed), "rows of grids mixed")
        if export.is_text:
            yield written(export.with_rows(fewer), "a row of grids missing", without=frozenset({gone}))


def tables_of_wells(rows: Rows) -> list[tuple[int, int]]:
    """The head and the end of each table with a well on each line."""
    found = []
    for at, row in enumerate(rows):
        names = [str(cell).strip().lower() for cell in row]
        wells = [n for n, cell in enumerate(names) if cell in ("well", "well position", "pos", "well positions")]
        if not wells or len([cell for cell in names if cell]) < 3:
            continue
        end = at + 1
        while end < len(rows) and len(rows[end]) > wells[-1] and _is_well(rows[end][wells[-1]]):
            end += 1
        if end - at > 2:
            found.append((at, end))
    return found


def _is_well(cell) -> bool:
    text = str(cell).strip().removesuffix(".0")
    return parse_well_name(text) is not None or text.isdigit()


def tables_changed(export: Export, rng: random.Random) -> Iterator[Written]:
    """Tables with a well on each line: rows in another order or missing, columns in another order or more."""
    for sheet, rows in export.sheets.items():
        tables = tables_of_wells(rows)
        if not tables:
            continue

        mixed, turned, more = (list(map(list, rows)) for _ in range(3))
        for head, end in tables:
            mixed[head + 1 : end] = rng.sample(mixed[head + 1 : end], end - head - 1)
            width = len(rows[head])
            order = rng.sample(range(width), width)
            for at in range(head, end):
                row = [*rows[at], *[""] * (width - len(rows[at]))]
                turned[at] = [row[n] for n in order] + row[width:]
                more[at] = [*row[:width], "Comment" if at == head else "x", "Operator" if at == head else "me"]
        yield written(_with_sheet(export, sheet, mixed), "wells of tables mixed")
        yield written(_with_sheet(export, sheet, turned), "columns of tables mixed")
        yield written(_with_sheet(export, sheet, more), "columns of tables more")


def twice(export: Export, rng: random.Random) -> Iterator[Written]:
    """A second plate below, with the same values, under another name."""
    if not export.is_text:
        return
    again = [[_other_plate(cell) for cell in row] for row in export.rows]
    if again != export.rows:
        yield written(export.with_rows([*export.rows, [], *again]), "two plates in one file", is_twice=True)
    yield written(export.with_rows([*export.rows, [], *export.rows]), "the same plate twice in one file", is_twice=True)


def _other_plate(cell: str) -> str:
    return (
        re.sub(r"^(Plate ?0*)([0-9])$", r"\g<1>7\g<2>", cell)
        if cell.startswith("Plate")
        else re.sub(r"^(ID1: |Barcode: |V-20)(.*)$", r"\g<1>9\g<2>", cell)
    )


WAYS: Final = (plainly, by_spreadsheet, lines_more, rows_changed, tables_changed, twice)


def written_again(path: Path, seed: int = 0) -> Iterator[Written]:
    """An export in every way that fits it."""
    export, rng = export_of(path), random.Random(f"{path.name} {seed}")
    yield Written("as it is", path.name, path.read_bytes())
    for way in WAYS:
        yield from way(export, rng)

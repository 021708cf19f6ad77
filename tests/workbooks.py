"""Workbooks for tests, written by openpyxl."""

import io
from collections.abc import Callable, Mapping, Sequence

import openpyxl


def workbook_bytes(
    sheets: Mapping[str, Sequence[Sequence[object]]], build: Callable[[openpyxl.Workbook], None] | None = None
) -> bytes:
    """A workbook with sheets of rows; `build` changes it before it is saved, its first sheet being active."""
    book = openpyxl.Workbook()
    first = book.active
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if sheets:
        book.active = 1
    if build is not None:
        build(book)
    if len(book.sheetnames) > 1:
        book.remove(first)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

"""Workbooks for tests, written by openpyxl."""

import io
from collections.abc import Callable, Mapping, Sequence

import openpyxl


def workbook_bytes(
    sheets: Mapping[str, Sequence[Sequence[object]]], build: Callable[[openpyxl.Workbook], None] | None = None
) -> bytes:
    """A workbook with sheets of rows; `build` changes it before it is saved, its first sheet being active."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if build is not None:
        build(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

"""What a Dataset says of the columns of its files."""

import re
from typing import Final

import xarray as xr

_OF_TEXT: Final = re.compile(r"[^;]*: lines? 1 ")  # rows of a workbook are rows, not lines


def column_notes(data: xr.Dataset) -> tuple[str, ...]:
    """Sentences on the columns that were used and those that were not, on rows that were kept and names joined."""
    notes = []
    if used := data.attrs.get("columns_used"):
        kept = f"; rows kept: {data.attrs['rows_kept']}" if data.attrs.get("rows_kept") else ""
        left = data.attrs.get("columns_not_used")
        notes.append(f"columns used: {used}{kept}" + (f"; not used: {left}" if left else ""))
    if remarks := data.attrs.get("remarks"):
        notes.append(f"remarks: {remarks}; these rows are read, so delete them if they should not count")
    if aside := data.attrs.get("rows_set_aside"):
        notes.append(f"rows left out, as the file says: {aside}")
    if sheets := data.attrs.get("sheets_read"):
        notes.append(sheets if _OF_TEXT.match(sheets) else f"workbook: {sheets}")
    if joined := data.attrs.get("names_joined"):
        notes.append(f"names joined: {joined}")
    return tuple(notes)

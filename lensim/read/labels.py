"""What else is known of lines: a table with cell_line and one column a label, such as p53 status."""

from pathlib import Path
from typing import Final

from lensim.read.number_text import is_missing
from lensim.read.table import read_table

LINE_NAMES: Final = ("cell_line", "line", "cell line")


def read_labels(path: str | Path, lines: list[str]) -> dict[str, dict[str, str]]:
    """Labels of lines: for every column beside cell_line, the value of each line that has one.

    Parameters
    ----------
    path
        CSV, TSV or parquet.
    lines
        Names that there are; case does not count.

    Raises
    ------
    InputError
        If the file is no such table; with every fault of it: an unknown line, one that stands twice.
    """
    table, faults = read_table(path)
    header = [name.strip() for name in table.header]
    place = next((k for k, name in enumerate(header) if name.lower() in LINE_NAMES), None)
    if place is None:
        faults.add(f"the table must have a column cell_line, got {', '.join(header)}")
        faults.raise_if_any()
        return {}
    known = {line.lower(): line for line in lines}
    found: dict[str, dict[str, str]] = {name: {} for k, name in enumerate(header) if k != place}
    seen: set[str] = set()
    for row, number in zip(table.rows, table.lines, strict=True):
        line = known.get(row[place].strip().lower())
        if line is None:
            faults.add(f"cell_line must be one of {', '.join(lines)}, got {row[place].strip()!r}", line=number)
            continue
        if line in seen:
            faults.add(f"cell_line must stand once, got {line} again", line=number)
        seen.add(line)
        for k, name in enumerate(header):
            if k != place and not is_missing(row[k].strip()):
                found[name][line] = row[k].strip()
    faults.raise_if_any()
    return found

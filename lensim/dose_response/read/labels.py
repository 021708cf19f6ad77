"""Labels of lines: a table with cell_line and one column for each label, such as p53 status."""

from collections.abc import Sequence
from typing import Final

from lensim import checks
from lensim.dose_response.read.columns import COLUMNS
from lensim.tables.columns import find_columns
from lensim.tables.number_text import is_missing
from lensim.tables.sheet_choice import Sought
from lensim.tables.source import File, source_of

LABELLED: Final = Sought("a table of labels of lines", COLUMNS, ((("cell_line",),),))


def read_labels(path: File, lines: Sequence[str], only: Sequence[str] = ()) -> dict[str, dict[str, str]]:
    """Labels of lines: for every column beside cell_line, the value of each line that has one.

    Parameters
    ----------
    path
        CSV, TSV or parquet. A column without name and values is passed over.
    lines
        Names that there are; case, hyphens, dots and blanks do not count.
    only
        The labels that are wanted; all of them where it is empty.

    Raises
    ------
    InputError
        If the file is no such table; with every fault of it: an unknown line, one that appears twice, a column without
        a name or with that of another; or if a wanted label is not there.
    """
    source = source_of(path, LABELLED)
    table, faults = source.table, source.new_faults()
    header = table.header
    found = find_columns(table, {"cell_line": COLUMNS["cell_line"]}, faults, needed=("cell_line",))
    place = found.position["cell_line"]
    columns = {k: name for k, name in enumerate(header) if k != place}
    for k, name in list(columns.items()):
        if not name and all(is_missing(row[k]) for row in table.rows):
            del columns[k]
        elif not name:
            faults.add(f"column {k + 1} must have a name, got none")
        elif name in [columns[j] for j in columns if j < k]:
            faults.add(f"columns must have names that differ, got {name} again")
    if not columns:
        faults.add("the table must have a column beside cell_line, got none")
    faults.raise_if_any()
    for name in only:
        checks.one_of(f"{source.place}: the label", name, columns.values())
    known = {line.lower(): line for line in lines}
    spelled = _by_spelling(lines)
    labels: dict[str, dict[str, str]] = {name: {} for name in columns.values() if not only or name in only}
    seen: set[str] = set()
    for row, number in zip(table.rows, table.lines, strict=True):
        line = known.get(row[place].strip().lower(), spelled.get(_spelling(row[place])))
        if line is None:
            faults.add(f"cell_line must be one of {', '.join(lines)}, got {row[place].strip()!r}", line=number)
            continue
        if line in seen:
            faults.add(f"cell_line must appear once, got {line} again", line=number)
        seen.add(line)
        for k, name in columns.items():
            if name in labels and row[k].strip():  # none, NA, - and + are names of groups
                labels[name][line] = row[k].strip()
    faults.raise_if_any()
    return labels


def _by_spelling(lines: Sequence[str]) -> dict[str, str]:
    """Line by its letters and digits, where they are those of no other line."""
    short = [_spelling(line) for line in lines]
    return {key: line for key, line in zip(short, lines, strict=True) if key and short.count(key) == 1}


def _spelling(name: str) -> str:
    return "".join(mark for mark in name.lower() if mark.isalnum())

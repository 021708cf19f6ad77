"""The user's own answers to items that a fit cannot know: a template to fill, and its reading.

A table (CSV, TSV or a sheet of a workbook) with columns item and answer, or a TOML file with `item = "answer"`. The
workbook that `lensim miqe` writes has such a sheet, so it can be filled and given as it is to the next call.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from lensim.checks import FaultReport, InputError
from lensim.miqe.checklist import ITEM_OF, Item
from lensim.miqe.fill import Checklist
from lensim.miqe.study import flat
from lensim.plain_text import shown, shown_name
from lensim.tables.source import Source, source_of
from lensim.tables.workbook import is_workbook, workbook_of
from lensim.toml_file import read_toml

ITEM: Final = "item"
ANSWER: Final = "answer"
TEMPLATE_COLUMNS: Final = (ITEM, "section", "asked", "importance", "known", ANSWER)


def template_of(checklist: Checklist) -> pd.DataFrame:
    """A table to fill: every item that lacks something, with the answers so far.

    Columns: item, section, asked, importance, known (what the fit says, and what it lacks), answer.
    """
    table = checklist.table
    own = table[(table["value"] == "") | (table["lacks"] != "") | (table["answer"] != "")]
    known = [" - add: ".join(filter(None, pair)) for pair in zip(own["value"], own["lacks"], strict=True)]
    found = own.assign(known=known)[list(TEMPLATE_COLUMNS)]
    return found.reset_index(drop=True)


def read_answers(path: str | Path, items: Mapping[str, Item] = ITEM_OF) -> dict[str, str]:
    """Answers by names of items; empty ones are left out.

    Parameters
    ----------
    path
        A table (.csv, .tsv, .xlsx and others), or a .toml file.
    items
        Items that may be answered, by name: those of MIQE, or `methods.METHOD_OF`.

    Raises
    ------
    InputError
        If the file cannot be read, has no columns item and answer, names an item that there is not, or one twice.
    """
    path = Path(path)
    place = shown_name(path.name)
    pairs = list(_toml(path, place) if path.suffix.lower() == ".toml" else _table(path, place))
    faults = FaultReport(place, unit="row")
    answers: dict[str, str] = {}
    for line, name, answer in pairs:
        if not answer:
            continue
        if name not in items:
            faults.add(f"item must be one of the checklist, got {shown(name)}: {_near(name, items)}", line=line)
        elif name in answers:
            faults.add(f"item must be answered once, got {name} again", line=line)
        else:
            answers[name] = answer
    faults.raise_if_any()
    return answers


def answers_of(given: Mapping[str, str] | str | Path | None, items: Mapping[str, Item] = ITEM_OF) -> dict[str, str]:
    """Answers by names of items, from a file as `read_answers`, or as they are given.

    Raises
    ------
    InputError
        As `read_answers`; or if a name is none of the checklist's, or an answer is no text.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        return read_answers(given, items)
    faults = FaultReport("answers")
    for name, answer in given.items():
        if name not in items:
            faults.add(f"item must be one of the checklist, got {shown(name)}: {_near(str(name), items)}")
        elif not isinstance(answer, str):
            faults.add(f"an answer must be text, got {shown(answer)} for {name}")
    faults.raise_if_any()
    return {name: answer.strip() for name, answer in given.items() if answer.strip()}


def _near(name: str, items: Mapping[str, Item]) -> str:
    stem = name.split(".")[0]
    own = [item for item in items if item.startswith(f"{stem}.")]
    return f"take {', '.join(own)}" if own else "fill the sheet answers of a workbook that lensim miqe wrote"


def _table(path: Path, place: str) -> Iterator[tuple[int, str, str]]:
    source = source_of(path, whole=True)
    rows = _rows_of_workbook(source.raw, place) if is_workbook(source.raw) else _rows_of_text(source)
    header, start = next(
        (([cell.strip().casefold() for cell in row], at) for at, row in enumerate(rows) if _is_header(row)), ([], -1)
    )
    if start < 0:
        raise InputError(f"{place}: answers must have columns {ITEM} and {ANSWER}, got none with these names")
    item, answer = header.index(ITEM), header.index(ANSWER)
    for at, row in enumerate(rows[start + 1 :], start=start + 2):
        if len(row) > max(item, answer) and row[item].strip():
            yield at, row[item].strip(), row[answer].strip()


def _is_header(row: Iterable[str]) -> bool:
    return {ITEM, ANSWER} <= {cell.strip().casefold() for cell in row}


def _rows_of_text(source: Source) -> list[list[str]]:
    return [list(source.table.header), *source.table.rows]


def _rows_of_workbook(raw: bytes, place: str) -> list[list[str]]:
    """The sheet called answers, else the first that has the columns."""
    sheets = workbook_of(raw, place).sheets
    fitting = [sheet for sheet in sheets if any(_is_header(row) for row in sheet.rows)]
    named = [sheet for sheet in fitting if sheet.name.casefold() == "answers"]
    return (named or fitting)[0].rows if fitting else []


def _toml(path: Path, place: str) -> Iterator[tuple[int, str, str]]:
    content = read_toml(path, "answers")
    for number, (name, value) in enumerate(flat(content, "."), start=1):
        if not isinstance(value, str):
            raise InputError(f'{place}: an answer must be text, got {shown(value)} for {name}: write {name} = "..."')
        yield number, name, value.strip()

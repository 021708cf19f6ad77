"""Titles of the blocks of a plate map: the factor, and the plate where the title names one."""

import re
from typing import Final

from lensim.tables.names import plain_name

_ROW_HEADS: Final = frozenset(
    {"", "row", "rows", "row_column", "row_col", "r_c", "well", "wells", "col", "column", "columns"}
)
_ABOUT: Final = re.compile(r"plate[ _-]?(?:map|layout|set-?up)\s*[:,;-]?\s*", re.IGNORECASE)
_NAME: Final = r"plate\s{0,3}[:#=_-]?\s{0,3}([A-Za-z](?!\w)|[\w.#/-]{0,40}[0-9][\w./-]{0,40})"
_ALONE: Final = re.compile(_NAME, re.IGNORECASE)
_FIRST: Final = re.compile(rf"{_NAME}\s{{0,3}}[:,;|\u2013-]?\s{{0,3}}(\S.*)", re.IGNORECASE)
_LAST: Final = re.compile(rf"(.*?\S)\s{{0,3}}[:,;|\u2013(-]\s{{0,3}}{_NAME}\)?", re.IGNORECASE)
_USUAL_SHEET: Final = re.compile(
    r"(?:sheet|tabelle|feuil|hoja|foglio|blad|map|plate ?map|layout)\s?[0-9]{0,3}", re.IGNORECASE
)


def is_row_head(corner: str) -> bool:
    """Whether the corner of a block names rows and columns, and no factor."""
    return plain_name(corner) in _ROW_HEADS


def plate_alone(text: str) -> str:
    """The plate that a text names, and nothing else; empty in any other."""
    match = _ALONE.fullmatch(text)
    return match.group(0) if match else ""


def is_usual_sheet(name: str) -> bool:
    """Whether a sheet has a name that says nothing, such as Sheet1."""
    return bool(_USUAL_SHEET.fullmatch(name.strip()))


def parted(title: str) -> tuple[str, str]:
    """The factor and the plate that a title names, either may be empty: Plate 2 Dose (uM); Dose, plate 2."""
    title = _ABOUT.sub("", title, count=1).strip(" :;,") if _ABOUT.match(title) else title.strip(" :;,")
    if alone := plate_alone(title):
        return "", alone
    if first := _FIRST.fullmatch(title):
        return first.group(2).strip(), title[: first.end(1)].strip()
    if last := _LAST.fullmatch(title):
        return last.group(1).strip(), title[title.lower().rindex("plate", 0, last.start(2)) : last.end(2)].strip()
    return title, ""

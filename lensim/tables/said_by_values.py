"""Times and conditions as the values of columns of experiments and plates, or in names of files: asked about."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from lensim.checks import InputError
from lensim.tables.choice import shown_values, values_of
from lensim.tables.columns import Meanings
from lensim.tables.kinds import kind_of
from lensim.tables.names import plain_name
from lensim.tables.names_alike import found_quietly
from lensim.tables.number_text import whole_number
from lensim.tables.table import TextTable

_HOURS: Final = re.compile(
    r"(?<![a-z0-9.,])t?(?P<number>[0-9]+(?:[.,][0-9]+)?)\s?(?P<unit>h|hr|hrs|hours?|std|stunden|min|minutes)(?![a-z0-9])",
    re.IGNORECASE,
)
_DAYS: Final = re.compile(
    r"(?:d|days?|tage?|t)[\s_-]?(?P<before>[0-9]{1,9})|(?P<behind>[0-9]{1,9})\s?(?:d|days?|tage?|wk|weeks?)",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(
    r"(?:hypoxi|normoxi)\w*|[+\u2212-]\s?[a-z][\w\s-]*|(?:no|with|without|w/o|w/|plus|minus)\s.+|serum[\s-]?free"
    r"|(?:il|tnf|ifn|tgf|egf|igf|hgf|vegf)[\s-]?[0-9a-z]{0,5}|dex(?:amethasone)?|wt|ko|wild[\s-]?type|knock[\s-]?out"
    r"|(?:mono|co)[\s-]?culture|stroma\w*|(?:un)?stimulated|starved|fed",
    re.IGNORECASE,
)
_IN_FILE_NAMES: Final = re.compile(
    r"(?:hypoxi|normoxi)\w*|[+\u2212-][a-z]\w*|wt|ko|(?:mono|co)-?culture|stroma\w*|(?:un)?stimulated|starved",
    re.IGNORECASE,
)
"""Fewer words than in values, since a name of a file may be that of a gene."""

_MEANINGS: Final = ("experiment", "plate")


def check_values(tables: Sequence[TextTable], meanings: Meanings, stated: Mapping[str, str]) -> None:
    """Refuse columns taken for experiments or plates by their name alone whose values are times or conditions.

    Raises
    ------
    InputError
        With the ways to choose: one value, each by itself, or the column stated as what it is taken for.
    """
    for what in _MEANINGS:
        if what not in meanings or what in stated:
            continue
        name, values = "", dict[str | float, str]()
        for table in tables:
            found = found_quietly(table, meanings, stated)
            if found is not None and what in found.position:
                name = name or found.column(what)
                values |= values_of([table], [found.position[what]])
        texts = list(values.values())
        kind = "times" if _are_times(texts) else "conditions" if _are_conditions(texts) else ""
        if kind:
            column, last = json.dumps(name, ensure_ascii=False), json.dumps(texts[-1], ensure_ascii=False)
            raise InputError(
                f"{tables[0].place}: the column {name!r} has {len(texts)} values ({shown_values(texts)}), which may be "
                f"{kind}: keep one with where={{{column}: {last}}}, read each by itself with by={column}, or say that "
                f'they are {what}s with columns={{"{what}": {column}}}'
            )


def check_file_names(
    names: Sequence[str], tables: Sequence[TextTable], meanings: Meanings, stated: Mapping[str, str]
) -> None:
    """Refuse files that would be experiments or plates and whose names say different times or conditions.

    Raises
    ------
    InputError
        If no column says the time or the condition, and the experiment is not stated.
    """
    if len(names) < 2 or "experiment" in stated:
        return
    others = {name for table in tables for name in table.header if name}
    others -= {name for name in others for one in meanings.values() if one.rank(name) is not None}
    kinds = {kind_of(name) for name in others}
    times = {found for name in names for found in _times(name.replace("_", " "))}
    words = {word.lower() for name in names for word in re.split(r"[_\s]+", name) if _IN_FILE_NAMES.fullmatch(word)}
    is_time = len(times) > 1 and "splits" not in kinds
    if is_time or (words and not {"splits", "control"} & kinds and _parts_differ(names, words)):
        raise InputError(
            f"the names of the files ({shown_values(names)}) say different {'times' if is_time else 'conditions'}, "
            "which would be pooled: read each file by itself; if they are experiments, give the files a column for "
            'them and say columns={"experiment": "NAME"}'
        )


def _parts_differ(names: Iterable[str], words: set[str]) -> bool:
    return len({frozenset(words & set(re.split(r"[_\s]+", name.lower()))) for name in names}) > 1


def _times(text: str) -> list[tuple[float, str]]:
    return [(float(one["number"].replace(",", ".")), one["unit"][:1].lower()) for one in _HOURS.finditer(text)]


def _are_times(texts: Sequence[str]) -> bool:
    """Whether values hold different times, or are days that do not count 1, 2, 3."""
    if len({found for text in texts for found in _times(text.replace("_", " "))}) > 1:
        return True
    days = [_DAYS.fullmatch(text) for text in texts]
    if len(texts) < 2 or not all(days):
        return False
    found = {whole_number(day["before"] or day["behind"]) for day in days if day}
    numbers = sorted(number for number in found if number is not None)
    return None in found or numbers != list(range(1, len(numbers) + 1))


def _are_conditions(texts: Sequence[str]) -> bool:
    """Whether one of several values is a word for a condition."""
    return len(texts) > 1 and any(_CONDITION.fullmatch(text) for text in texts if not plain_name(text).isdigit())

"""Rows that a table itself says are no wells to count: flagged as excluded, or summaries of other rows."""

import json
import re
from collections.abc import Sequence
from typing import Final

from lensim.checks import FaultReport
from lensim.tables.choice import with_rows
from lensim.tables.columns import Found
from lensim.tables.flags import parse_flag
from lensim.tables.kinds import kind_of
from lensim.tables.names import plain_name
from lensim.tables.number_text import parse_number
from lensim.tables.summary_words import folded, is_surely_summary, summaries_among
from lensim.tables.table import TextTable

_OUT: Final = re.compile(
    r"(?P<name>(?:is_|to_be_|to_)?(?:excluded?|exclusion|omit(?:ted)?|outliers?|discard(?:ed)?|mask(?:ed)?|rejected"
    r"|ausgeschlossen|ausschliessen|ausschluss|ausreisser|verworfen|exclu[es]?s?|exclure|aberrante?s?|valeur_aberrante"
    r"|exclui(?:r|do|da)|omitido|atipico|escluso|esclusa|escludere|anomalo))"
    r"(?:_(?:flag|from_.*|wells?|rows?|samples?|reactions?|replicates?|y_n|yes_no|test|grubbs|rout|iqr|in_.*|by_.*))?"
)
_IN: Final = re.compile(
    r"(?:is_)?(?:use|used|included?|keep|kept|valid|passed|(?:qc|pass)_(?:pass(?:ed)?|ok|qc)|verwenden|verwendet|gueltig"
    r"|gultig|inclus|inclure|valide|usar|incluir|valido|usare|includere)"
)
_QC: Final = re.compile(r"(?:is_)?(?:qc|quality|quality_control)(?:_(?:status|result|flag|call|check|verdict))?|status")
_YES: Final = frozenset({"yes", "y", "1", "true", "t", "x", "ja", "j", "oui", "si", "s", "wahr", "vrai", "vero"})
_NO: Final = frozenset({"no", "n", "0", "false", "f", "nein", "non", "falsch", "faux", "falso"})
_WORDS_OUT: Final = frozenset(
    {"exclude", "excluded", "exclusion", "outlier", "omit", "omitted", "discard", "discarded", "drop", "dropped", "out",
     "fail", "failed", "failure", "bad", "reject", "rejected", "invalid", "masked", "ausgeschlossen", "ausreisser",
     "exclu", "excluido", "escluso", "do_not_use", "not_used", "verworfen", "ungultig", "nicht_bestanden"}
)  # fmt: skip
_WORDS_IN: Final = frozenset(
    {"include", "included", "in", "keep", "kept", "use", "used", "ok", "okay", "pass", "passed", "good", "valid",
     "not_excluded", "not_outlier", "no_outlier", "fine", "bestanden", "gultig", "inclus", "incluido", "incluso"}
)  # fmt: skip
_NAMES: Final = (
    "well", "experiment", "tube", "cell_line", "plate", "subject", "sample", "parent", "role", "gene", "target",
)  # fmt: skip
_SURE_ALONE: Final = ("role", "gene", "target")
"""Where short words are names: SE is no role, and MW may be a gene."""
_LINES: Final = frozenset({"sem"})
"""Lines of cells that are called as a summary is."""
_IGNORED: Final = ("ignored", "empty", "excluded")


def without_flagged(tables: Sequence[TextTable], chosen: Sequence[str]) -> tuple[list[TextTable], str]:
    """The tables without rows that a column such as exclude, outlier or use sets aside, and how many, in words.

    A column counts whose cells are all yes, no (1, 0, true, false, x), words such as outlier, ok, or empty, and that is
    not among `chosen`, which the user named for something else. A column of quality counts where its words are such as
    fail and ok.

    Raises
    ------
    InputError
        If a column that is called exclude, or the like, has other texts: a reason, or a word that is neither.
    """
    kept: list[TextTable] = []
    said: dict[str, int] = {}
    named = {plain_name(name) for name in chosen}
    faults = FaultReport(", ".join(table.place for table in tables))
    for table in tables:
        rows = list(range(len(table.rows)))
        for at, name in enumerate(table.header):
            if plain_name(name) in named or not any(pattern.fullmatch(folded(name)) for pattern in (_OUT, _IN, _QC)):
                continue
            is_out = {text: _is_out(name, text) for text in {row[at] for row in table.rows}}
            if unclear := {text for text, out in is_out.items() if out is None}:
                _ask(table, at, unclear, faults)
                continue
            for k in [k for k in rows if is_out[table.rows[k][at]]]:
                key = f"{name} = {table.rows[k][at].strip()}"
                said[key] = said.get(key, 0) + 1
            rows = [k for k in rows if not is_out[table.rows[k][at]]]
        kept.append(table if len(rows) == len(table.rows) else with_rows(table, rows))
    faults.raise_if_any()
    if not any(table.rows for table in kept) and said:
        faults.add(f"no row is left: {', '.join(f'{count} are left out with {key}' for key, count in said.items())}")
        faults.raise_if_any()
    return kept, ", ".join(f"{count} with {key}" for key, count in said.items())


def sets_aside(name: str) -> bool:
    """Whether a column's name says that its rows are left out where it says yes: exclude, outlier, omit."""
    return bool(_OUT.fullmatch(folded(name)))


def _is_out(column: str, text: str) -> bool | None:
    """Whether a cell of such a column sets its row aside; None where it does not say."""
    word, name = folded(text), folded(column)
    if not text.strip():
        return False
    if word in _WORDS_OUT | _WORDS_IN:
        return word in _WORDS_OUT
    flag = parse_flag(text)
    if flag is None:
        flag = True if word in _YES else False if word in _NO else None
    if flag is None or _QC.fullmatch(name):
        return None
    return flag if _OUT.fullmatch(name) else not flag


def _ask(table: TextTable, at: int, unclear: set[str], faults: FaultReport) -> None:
    """Note a column that is called exclude, but has reasons or other words in it; numbers may be counts."""
    name = table.header[at]
    match = _OUT.fullmatch(folded(name))
    texts = [text for text in unclear if parse_number(text, ".") is None]
    if match is None or match["name"] != folded(name) or not texts:
        return
    k = next(k for k, row in enumerate(table.rows) if row[at] in texts)
    key = json.dumps(name, ensure_ascii=False)
    faults.add(
        f"{name} must be yes or no, got {table.rows[k][at].strip()!r}: write yes in rows that are left out, and why "
        f"in another column, or read all rows with ignore=[{key}]",
        line=table.lines[k],
        place=table.place,
    )


def check_no_summaries(tables: Sequence[TextTable], founds: Sequence[Found | None]) -> None:
    """Refuse rows that are named as a mean, an SD or the like of other rows.

    Raises
    ------
    InputError
        With the first such row of each table, and how many there are.
    """
    faults = FaultReport(", ".join(table.place for table in tables))
    every: dict[str, set[str]] = {}
    cells = [_name_cells(table, found) for table, found in zip(tables, founds, strict=True)]
    for own in cells:
        for _, what, texts in own:
            every.setdefault(what, set()).update(texts)
    conditions = _conditions(tables, founds)
    summaries = {what: _summaries(what, texts, conditions) for what, texts in every.items()}
    for table, found, own in zip(tables, founds, cells, strict=True):
        rows = [
            (k, at)
            for k, row in enumerate(table.rows if any(summaries[what] & texts for _, what, texts in own) else ())
            if _counts(found, row)
            for at, what, _ in own
            if row[at] in summaries[what]
        ]
        if rows:
            (k, at), more = rows[0], len({k for k, _ in rows}) - 1
            faults.add(
                f"the row is a summary of others ({table.rows[k][at].strip()!r} in the column {table.header[at]!r})"
                f"{f' (and so are {more} more)' if more else ''}: delete such rows from the file, or write the name "
                "otherwise if it is that of a sample",
                line=table.lines[k],
                place=table.place,
            )
    faults.raise_if_any()


def _name_cells(table: TextTable, found: Found | None) -> list[tuple[int, str, set[str]]]:
    """Columns whose cells are names or replicates: the place, what it is, and the different texts."""
    used = {at: what for what, at in found.position.items()} if found is not None else {}
    return [
        (at, used.get(at, name), {row[at] for row in table.rows})
        for at, name in enumerate(table.header)
        if used.get(at) in _NAMES or (at not in used and kind_of(name) in ("ambiguous", "technical"))
    ]


def _conditions(tables: Sequence[TextTable], founds: Sequence[Found | None]) -> set[str]:
    """Names of conditions, since a summary may be called after one: SD (WT)."""
    places = [
        (table, found.position[what])
        for table, found in zip(tables, founds, strict=True)
        if found is not None
        for what in ("condition", "contrast")
        if what in found.position
    ]
    return {row[at] for table, at in places for row in table.rows}


def _counts(found: Found | None, row: Sequence[str]) -> bool:
    """Whether a row may be a summary that would count: none that is ignored, or whose task is said."""
    if found is not None and found.has("role") and plain_name(found.cell("role", row)) in _IGNORED:
        return False
    return found is None or not found.has("task") or not found.cell("task", row).strip()


def _summaries(what: str, texts: set[str], conditions: set[str]) -> set[str]:
    """Names that are those of summaries; SEM is also a line of cells."""
    if what in _SURE_ALONE:
        return {text for text in texts if is_surely_summary(text)}
    found = summaries_among(texts, conditions)
    lines = {text for text in found if what == "cell_line" and plain_name(text) in _LINES}
    return found if found - lines else set()

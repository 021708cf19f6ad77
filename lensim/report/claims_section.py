"""Claims of a paper as tables of a page: stated numbers against twins, findings against what the design can show."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from lensim.maiga2013.evidence import share_words
from lensim.report.folder import Choice, folder_section
from lensim.report.numbers import number_text
from lensim.report.own_files import read_table
from lensim.report.page import Estimate, Mark, PageTable, Remarked, Section, Span, State
from lensim.tables.records import records

FILE: Final = "claims.csv"
NUMBER, FINDING = "number", "finding"
STATES: Final[dict[str, State]] = {"yes": "yes", "no": "no", "true": "yes", "false": "no"}
STRENGTHS: Final[dict[str, State]] = {"very strong": "yes", "strong": "yes", "positive": "open", "hardly any": "no"}
"""Names of evidence, as `lensim.maiga2013.evidence` has them, strong first."""


def claims_section(folder: Path, choice: Choice) -> Section:
    """The claims of a results folder, one by one, and its figures and findings.

    Raises
    ------
    InputError
        If it is no results folder, or a file in it can't be read.
    """
    section = folder_section(folder, choice)
    path = folder / FILE
    if not path.is_file():
        return section
    tables = claims_tables(read_table(path), f"{folder.name}/{FILE}")
    shown_elsewhere = {f"{folder.name}/{name}" for name in (FILE, "numbers.csv", "findings.csv")}
    others = tuple(table for table in section.tables if table.source not in shown_elsewhere)
    drawn = Section(f"{section.key}-figures", "The claims as figures", pictures=section.pictures)
    return replace(section, tables=(*tables, *others), pictures=(), sections=(drawn,) if section.pictures else ())


def claims_tables(claims: pd.DataFrame, source: str) -> tuple[PageTable, ...]:
    """Three tables: numbers, findings, and statements that cannot be tested; only columns that exist."""
    kind = claims["kind"].astype(str) if "kind" in claims else pd.Series(NUMBER, index=claims.index)
    wanted = (
        (kind == NUMBER, _number_row, "Stated numbers among the readings of simulated twins: median and 90% interval"),
        (
            kind == FINDING,
            _finding_row,
            "Findings in words, by their strength as evidence when made, and how often such a study would make them",
        ),
        (~kind.isin([NUMBER, FINDING]), _statement_row, "Statements that cannot be compared with a twin"),
    )
    return tuple(
        PageTable(_frame(claims[mask], row), caption, source=source, is_open=True)
        for mask, row, caption in wanted
        if mask.any()
    )


def count_inside(claims: pd.DataFrame) -> tuple[int, int]:
    """Count of stated numbers within the twins' interval, and of all that have readings of twins."""
    if "inside" not in claims:
        return 0, 0
    state = claims["inside"].astype(str).str.lower().map(STATES)
    return int((state == "yes").sum()), int(state.notna().sum())


def count_strong(claims: pd.DataFrame) -> tuple[int, int]:
    """Count of findings that are strong evidence when they are made, and of all that were judged."""
    if "evidence" not in claims:
        return 0, 0
    states = claims["evidence"].astype(str).map(STRENGTHS).dropna()
    return int((states == "yes").sum()), len(states)


def _frame(claims: pd.DataFrame, row_of: Callable[[dict[str, Any]], dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame([row_of(row) for row in records(claims)])
    empty = [name for name in frame if all(_is_empty(value) for value in frame[name])]
    return frame.drop(columns=empty)


def _number_row(row: dict[str, Any]) -> dict[str, Any]:
    low, middle, high = (_number(row.get(f"twin_{end}")) for end in ("low", "median", "high"))
    stated = _number(row.get("stated_number", row.get("stated")))
    known = not any(map(math.isnan, (low, high, stated)))
    model = Estimate(*(_number(row.get(f"model_{end}")) for end in ("median", "low", "high")))
    return {
        "claim": _claim(row),
        "stated": _spaced(row.get("stated")),
        "among twins": Span(low, middle, high, stated) if known else None,
        "inside": _mark(row.get("inside")),
        "twins": Estimate(middle, low, high),
        "model": row.get("model") if math.isnan(model.value) else model,
        "truth of that twin": _truth(row),
        "agrees": _mark(row.get("agrees")),
    }


def _truth(row: dict[str, Any]) -> Mark | None:
    """The true value of the twin that models saw, and whether their interval holds it."""
    truth, recovered = _number(row.get("true_in_twin")), _mark(row.get("recovered"))
    return None if math.isnan(truth) or recovered is None else Mark(recovered.state, number_text(truth))


def _finding_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "finding": _claim(row),
        "evidence when made": _strength(row.get("evidence")),
        "ratio (95%)": row.get("ratio_words"),
        "power: made where true": _share(row.get("p_if_true"), row.get("studies")),
        "made where not": _share(row.get("p_if_not"), row.get("studies")),
        "what not means": row.get("otherwise"),
    }


def _statement_row(row: dict[str, Any]) -> dict[str, Any]:
    return {"statement": _claim(row), "evidence": _mark(row.get("evidence"))}


def _claim(row: dict[str, Any]) -> Remarked:
    """What is claimed; its place in the paper and a comment below it."""
    text, where, comment = (
        "" if _is_empty(row.get(name)) else str(row[name]) for name in ("claim", "where", "comment")
    )
    return Remarked(text, " · ".join(part for part in (where, comment) if part))


def _spaced(value: Any) -> Any:
    """A number and its unit on one line."""
    return (
        value.replace(" percent", " %").replace(" uM", " µM").replace(" ", "\N{NO-BREAK SPACE}")
        if isinstance(value, str)
        else value
    )


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _share(value: Any, studies: Any) -> str | None:
    share, number = _number(value), _number(studies)
    if math.isnan(share):
        return None
    return f"{100 * share:.0f}%" if math.isnan(number) else share_words(share, int(number))


def _mark(value: Any) -> Mark | None:
    if _is_empty(value):
        return None
    word = {"True": "yes", "False": "no"}.get(str(value), str(value))
    return Mark(STATES.get(word.lower(), "open"), word)


def _strength(value: Any) -> Mark | None:
    return None if _is_empty(value) else Mark(STRENGTHS.get(str(value), "open"), str(value))


def _is_empty(value: Any) -> bool:
    if isinstance(value, Estimate):
        return math.isnan(value.value)
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))

"""Sentences of the results of a power analysis."""

import math
from collections.abc import Iterator
from typing import Any, Final

import pandas as pd
from scipy import stats

from lensim.power.diagnosands import FEWEST_FINDS
from lensim.tables.records import records

FIELD_WORDS: Final = {
    "experiments": "experiments",
    "technical_replicates": "reactions of a sample and gene",
    "mu_log2_fold_change": "true mean fold change [log2]",
    "sigma_log2_fold_change": "spread of subjects [log2]",
    "sd_log2_pair": "spread between pairs [log2]",
}

VERDICTS: Final = {"yes": "surely reached", "no": "surely missed", "undecided": "neither sure nor excluded"}
SURE_OF_AUDIT: Final = 0.95
FEWEST_AUDITED: Final = 59
"""Studies of which none differs, from which on a share of 5% that differ is excluded."""
MOST_NAMED: Final = 6
"""Points of a grid beyond which they are counted and not named."""


def field_label(field: str) -> str:
    """The label of a field of the grid on an axis."""
    last = field.split(".")[-1]
    if field.startswith(("design.subjects.", "design.groups.")):
        return f"subjects, {field.split('.', 2)[2].replace('.', ', ')}"
    return FIELD_WORDS.get(last, last.replace("_", " "))


def grid_fields(table: pd.DataFrame) -> list[str]:
    """The grid's fields of a result table, those with more than one value."""
    return [name for name in table.columns if "." in str(name) and table[name].nunique() > 1]


def power_sentences(table: pd.DataFrame, audit: pd.DataFrame) -> list[str]:
    """How many studies were simulated, shares and verdicts of each rule and target, failed studies, and the audit."""
    each = [own for _, own in table.groupby(["rule", "target"], sort=False)]
    found = [_studies_sentence(table), *(_share_sentence(own) for own in each), *_ceiling_sentences(table)]
    if "decide_at" in table:
        found += [_verdict_sentence(own) for own in each]
    return [*found, *caution_sentences(table, audit)]


def caution_sentences(table: pd.DataFrame, audit: pd.DataFrame) -> list[str]:
    """Cautions for a reader of the shares: few finds, failed studies, studies fitted by NUTS instead, and the audit."""
    return [
        *_few_finds_sentences(table),
        *_failure_sentences(table),
        *_handed_on_sentences(table),
        *audit_sentences(audit),
    ]


def setting_in_words(row: dict[str, Any], fields: list[str]) -> str:
    """Which point of the grid a row is of: 'experiments = 2; subjects, donor = 6'; empty where there is one point."""
    return "; ".join(f"{field_label(name)} = {_short(row[name])}" for name in fields)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _studies_sentence(table: pd.DataFrame) -> str:
    fields = grid_fields(table)
    points = len(table[fields].drop_duplicates()) if fields else 1
    least, most = (int(end) for end in (table["studies"].min(), table["studies"].max()))
    studies = count_of(most, "study", "studies") if least == most else f"{least:,} to {most:,} studies"
    where = f" at each of {points} points of the grid" if points > 1 else ""
    return f"Simulated: {studies}{where}. ± is one standard error of the simulation."


def _share_sentence(own: pd.DataFrame) -> str:
    fields, rows = grid_fields(own), [row for row in records(own) if row["share"] == row["share"]]
    first = records(own)[0]
    said = f"{first['rule']}, {first['target']}: {first['quantity']}"
    if not rows:
        return f"{said} is not known, as no study could be analysed."
    least, most = min(rows, key=lambda row: row["share"]), max(rows, key=lambda row: row["share"])
    if not fields:
        return f"{said} is {_percent(most)}."
    if least["share"] == most["share"]:
        return f"{said} is {_percent(most)} at every point of the grid."
    return (
        f"{said} is lowest at {setting_in_words(least, fields)} ({_percent(least)}) "
        f"and highest at {setting_in_words(most, fields)} ({_percent(most)})."
    )


def _percent(row: dict[str, Any]) -> str:
    """A share with one standard error, in percent, and its ceiling where it has one."""
    said = f"{share_text(row['share'], row['share_mcse'])}%"
    ceiling = row.get("ceiling", math.nan)
    return said if math.isnan(ceiling) else f"{said} (ceiling {share_text(ceiling, row['ceiling_mcse'])}%)"


def share_text(share: float, mcse: float) -> str:
    """A share in percent with one Monte Carlo standard error, with the digits that it allows.

    None or all of the studies is a limit, 3 / studies: their error is that of half a study, sqrt(1/2) / studies.

    >>> share_text(0.4312, 0.009), share_text(0.43, 0.05), share_text(1.0, 0.5**0.5 / 4000)
    ('43.1 ± 0.9', '43 ± 5', '> 99.92')
    """
    if share in (0.0, 1.0):
        limit = min(100 * 3 * math.sqrt(2) * mcse, 50.0)
        places = 0 if limit >= 1 else 1 if limit >= 0.1 else 2
        step = math.ceil(limit * 10**places - 1e-6) / 10**places
        return f"< {step:.{places}f}" if share == 0 else f"> {100 - step:.{places}f}"
    places = 0 if mcse >= 0.01 else 1
    return f"{100 * share:.{places}f} ± {100 * mcse:.{places}f}"


def _ceiling_sentences(table: pd.DataFrame) -> Iterator[str]:
    if "ceiling" in table:
        yield (
            "The ceiling of an assurance is the share of simulated truths in which what the rule states is so. No "
            "study, however large, finds more without false finds."
        )


def _few_finds_sentences(table: pd.DataFrame) -> Iterator[str]:
    """Where a rule with a sign has too few finds for a factor of exaggeration with an error."""
    if "type_m" not in table:
        return
    fields = grid_fields(table)
    for row in records(table[table["studies_with_finds"].between(1, FEWEST_FINDS - 1)]):
        at = setting_in_words(row, fields)
        yield (
            f"{row['rule']}, {row['target']}{f' ({at})' if at else ''}: no type M, as "
            f"{count_of(row['studies_with_finds'], 'study has', 'studies have')} a find; it needs {FEWEST_FINDS}."
        )


def _verdict_sentence(own: pd.DataFrame) -> str:
    """Of one rule and target: where the share is surely above what was asked, surely below, or neither."""
    fields, rows = grid_fields(own), records(own)
    first = rows[0]
    said = f"{first['rule']}, {first['target']}: {first['quantity']} of {100 * first['decide_at']:g}%"
    if not fields:
        low, high = 100 * first["share_low"], 100 * first["share_high"]
        return f"{said} is {VERDICTS[first['verdict']]} (99.9% interval {low:.1f} to {high:.1f}%)."
    parts = []
    for verdict, words in VERDICTS.items():
        where = [setting_in_words(row, fields) for row in rows if row["verdict"] == verdict]
        if where:
            shown = ", ".join(f"({one})" for one in where) if len(where) <= MOST_NAMED else f"{len(where)} points"
            parts.append(f"{words} at {shown}")
    return f"{said} is {'; '.join(parts)} (by 99.9% intervals)."


def _failure_sentences(table: pd.DataFrame) -> Iterator[str]:
    fields = grid_fields(table)
    for row in records(table[table["failed"] > 0]):
        at = setting_in_words(row, fields)
        said = f"{row['rule']}, {row['target']}{f' ({at})' if at else ''}"
        if row["failed"] == row["studies"]:
            yield f"{said}: no study could be analysed, so there is no {row['quantity']}."
        else:
            yield (
                f"{said}: {row['failed']:.0f} of {count_of(row['studies'], 'study', 'studies')} failed; "
                f"{100 * row['share_if_failures_are_no_find']:.1f}% if they are no finds, "
                f"{100 * row['share_if_failures_are_finds']:.1f}% if they are."
            )


def _handed_on_sentences(table: pd.DataFrame) -> Iterator[str]:
    by_nuts = int(table["by_nuts"].max()) if len(table) else 0
    if by_nuts:
        yield (
            f"Up to {count_of(by_nuts, 'study', 'studies')} of a point could not be answered by the fast engine and "
            "went to NUTS."
        )


def count_of(number: float, one: str, several: str) -> str:
    """A number with its noun: '1 study', '3 studies'."""
    return f"{number:,.0f} {one if number == 1 else several}"


def audit_sentences(audit: pd.DataFrame) -> list[str]:
    """Sentences on the differences between the exact engine and NUTS.

    An audit of fewer than `FEWEST_AUDITED` studies is called a spot check. Either says up to which share of studies
    decisions may differ for all that was seen.
    """
    if audit.empty:
        return ["No study was audited by NUTS."]
    fitted = audit[~audit["nuts_failed"]]
    key = ["study", "point"] if "point" in audit else ["study"]
    again = f"{count_of(len(audit[key].drop_duplicates()), 'study was', 'studies were')} fitted again by NUTS"
    if fitted.empty:
        return [f"Spot check: {again}, and no fit passed its gate."]
    apart = fitted["fast_decided"] != fitted["nuts_decided"]
    studies, differing = (len(rows[key].drop_duplicates()) for rows in (fitted, fitted[apart]))
    known = fitted["probability_mcse"].notna()
    gap = (fitted["fast_probability"] - fitted["nuts_probability"]).abs()[known]
    z = ((fitted["fast_mean"] - fitted["nuts_mean"]) / fitted["mean_mcse"]).abs()
    said = (
        f"; posterior probabilities differ by {gap.mean():.4f} on average, {gap.max():.4f} at most"
        if known.any()
        else ""
    )
    failed = int(audit["nuts_failed"].sum())
    return [
        f"{'Audit' if studies >= FEWEST_AUDITED else 'Spot check'}: {again}: {int(apart.sum())} of {len(fitted)} "
        f"decisions differ, in {differing} of {count_of(studies, 'study', 'studies')}, so they may differ in up to "
        f"{float(f'{100 * largest_share(differing, studies):.2g}'):g}% of all (95% limit){said}; "
        f"means differ by {z.max():.1f} Monte Carlo errors of NUTS at most"
        + (f"; {failed} decisions have no NUTS fit that passes its gate." if failed else ".")
    ]


def largest_share(seen: int, studies: int) -> float:
    """Largest share that is not excluded (one-sided 95%, exact) where `seen` of `studies` were so.

        sum over k <= seen of Binomial(k; studies, share) = 0.05        none of n: 1 - 0.05^(1/n), about 3 / n

    Source: Clopper & Pearson 1934, Biometrika 26:404.
    """
    return 1.0 if seen >= studies else float(stats.beta.ppf(SURE_OF_AUDIT, seen + 1, studies - seen))

"""Every claim of the paper's results as data: numbers, each under the key of its fact, and findings in words.

A number is set beside what twins of the study read. For a finding, twins show how often a study of this
design would report it when it is true (its power), and when it is false. The ratio of the two says how strong the
finding is as evidence when it is made; see `lensim.maiga2013.evidence`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from lensim.maiga2013.evidence import evidence_ratio
from lensim.maiga2013.fact import CountOf, StatedRange
from lensim.maiga2013.facts import fact

TAILS: Final = (0.05, 0.5, 0.95)
NEAR: Final = 1e-9
Readings = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Finding:
    """A statement in words.

    Attributes
    ----------
    key
        Name of the finding.
    words
        What is claimed, in ours.
    where
        Section and figure.
    made
        From the readings of twins, whether a study would let its authors say it (study).
    otherwise
        Name of the world in which it is false; see `lensim.maiga2013.worlds`.
    comment
        How it is read, where that is not plain.
    """

    key: str
    words: str
    where: str
    made: Callable[[Readings], np.ndarray]
    otherwise: str
    comment: str = ""


@dataclass(frozen=True)
class Untestable:
    """A statement that no twin can test, because the paper gives nothing to compare a twin with."""

    key: str
    words: str
    where: str
    comment: str


NUMBER_WORDS: Final[Mapping[str, str]] = {
    "panel_lines": "lines in the panel",
    "group_mmset_lines": "of them with an MMSET translocation",
    "group_maf_lines": "with a MAF or MAFB translocation",
    "group_ccnd1_lines": "with a CCND1 translocation",
    "group_ccnd3_lines": "with a CCND3 translocation",
    "group_nonrecurrent_lines": "without a recurrent one",
    "lines_grown_with_il6": "lines grown with interleukin-6",
    "lines_with_stated_origin": "lines whose origin is stated",
    "sensitive_lines": "lines inhibited by half within the doses",
    "resistant_lines": "lines with an IC50 above 10 uM",
    "resistant_mmset_lines": "resistant lines with MMSET",
    "resistant_maf_lines": "resistant lines with MAF or MAFB",
    "resistant_ccnd1_lines": "resistant lines with CCND1",
    "resistant_ccnd3_lines": "resistant lines with CCND3",
    "resistant_nonrecurrent_lines": "resistant lines without a recurrent translocation",
    "sensitive_ic50_um.low": "lowest IC50 of sensitive lines",
    "sensitive_ic50_um.high": "highest IC50 of sensitive lines",
    "resistant_ic50_um.low": "lowest IC50 of resistant lines, a bound",
    "sensitive_share_in_abstract_percent": "share of sensitive lines, as the abstract has it",
    "resistant_share_in_discussion_percent": "share of resistant lines, as the discussion has it",
    "stimulated_share_of_resistant_percent": "share of resistant lines that grow more",
    "tnf_bmsc_inhibition_percent": "inhibition of TNF mRNA in stromal cells",
    "tnf_lines_increased": "lines with more TNF mRNA",
    "tnf_lines_median_percent": "median TNF mRNA of lines",
    "tnf_lines_range_percent.low": "lowest TNF mRNA of lines",
    "tnf_lines_range_percent.high": "highest TNF mRNA of lines",
    "tnf_lines_p": "P of TNF in lines",
    "tnf_primary_increased": "primary samples with more TNF mRNA",
    "tnf_primary_median_percent": "median TNF mRNA of primary samples",
    "tnf_primary_range_percent.low": "lowest TNF mRNA of primary samples",
    "tnf_primary_range_percent.high": "highest TNF mRNA of primary samples",
    "tnf_primary_p": "P of TNF in primary samples",
    "tnf_activity_increased": "lines whose medium has more TNF activity",
    "igf1_primary_over_lines_fold": "IGF1 mRNA of primary samples over lines",
    "igf1_primary_over_lines_p": "P of primary samples against lines",
    "igf1_lines_increased": "lines with more IGF1 mRNA",
    "igf1_lines_median_percent": "median IGF1 mRNA of lines",
    "igf1_lines_range_percent.low": "lowest IGF1 mRNA of lines",
    "igf1_lines_range_percent.high": "highest IGF1 mRNA of lines",
    "igf1_lines_p": "P of IGF1 in lines",
    "igf1_primary_increased": "primary samples with more IGF1 mRNA",
    "igf1_primary_median_percent": "median IGF1 mRNA of primary samples",
    "igf1_primary_range_percent.low": "lowest IGF1 mRNA of primary samples",
    "igf1_primary_range_percent.high": "highest IGF1 mRNA of primary samples",
    "igf1_primary_p": "P of IGF1 in primary samples",
    "lp1_s_phase_untreated_percent": "LP-1 cells in S phase, untreated",
    "lp1_s_phase_treated_percent": "LP-1 cells in S phase under the drug",
}
"""Words for every number of the results, by the key of its fact; `.low` and `.high` are the ends of a range."""

NUMBER_COMMENTS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("panel_lines", *(f"group_{one}_lines" for one in ("mmset", "maf", "ccnd1", "ccnd3", "nonrecurrent"))),
        "by design",
    ),
    "lines_grown_with_il6": "a fact of culture, by design",
    "lines_with_stated_origin": "a fact of the text, by design",
    "sensitive_share_in_abstract_percent": "13 of 23 are 57%, not two thirds: the abstract rounds up by two lines",
    "resistant_share_in_discussion_percent": "10 of 23 are 43%",
    "stimulated_share_of_resistant_percent": "15% of ten lines is no whole number; read as lines with more than 110% "
    "of untreated at the top dose",
    "resistant_ic50_um.low": "a bound by the highest dose, true of any line called resistant",
    "tnf_lines_p": "read as a two-sided paired t test on ratios; the paper names no test",
    "tnf_primary_p": "read as a two-sided paired t test on ratios, which cannot have given it for the printed values; "
    "one on expression levels can",
    "igf1_primary_over_lines_fold": "in the mean of logs; the paper does not say which mean",
}


def _p_below(key: str, median: str) -> Callable[[Readings], np.ndarray]:
    return lambda found: (found[key] < 0.05) & (found[median] > 100)


def _is(key: str) -> Callable[[Readings], np.ndarray]:
    return lambda found: found[key] == 1


NO_CHANGE: Final = "no change on average, equal levels"
ALL_EXPRESS: Final = "every line has the gene"
NO_RESPONSE: Final = "resistant lines do not respond"
AS_PARENTS: Final = "variants as their parents"
GROUPS_HALF: Final = "molecular groups make half of the variance"
NO_ACTIVITY: Final = "no change of TNF activity on average"
PARENT_UNCHANGED: Final = "LP-1 does not respond"
VARIANT_HALF: Final = "LP1-LR loses half as much as LP-1"
STRONG_POINTS: Final = 10.0
"""A fall of the S phase that an author would call strong [percentage points] (assumed)."""
UNCHANGED_POINTS: Final = 5.0
"""A change of the S phase that an author would call none, either way [percentage points] (assumed)."""

FINDINGS: Final[tuple[Finding, ...]] = (
    Finding(
        "resistant_in_several_groups", "resistant lines belong to at least three groups", "Results; Discussion",
        lambda found: found["groups_with_resistant_lines"] >= 3, GROUPS_HALF,
    ),
    Finding(
        "no_group_difference", "sensitivity does not depend on molecular group", "Abstract; Results; Discussion",
        lambda found: found["molecular_group_p"] > 0.05, GROUPS_HALF,
        "read as P > 0.05 of a Kruskal-Wallis test; the paper names none",
    ),
    Finding("tnf_absent_line", "all lines but NCI-H929 have TNF mRNA", "Results; Figure 2A",
            _is("tnf_absent_line"), ALL_EXPRESS),
    Finding("tnf_lines_against_bmsc", "lines have less TNF mRNA than stromal cells", "Results; Figure 2A",
            _is("tnf_lines_against_bmsc"), NO_CHANGE, "read as a one-sided rank test at 3%; the paper names none"),
    Finding("tnf_bmsc_down", "TNF mRNA falls in stromal cells", "Results; Figure 2B",
            lambda found: (found["tnf_bmsc_p"] < 0.05) & (found["tnf_bmsc_inhibition_percent"] > 0), NO_CHANGE,
            "read as P < 0.05 of a paired t test on log ratios of three cultures (their number is assumed)"),
    Finding("tnf_lines_up", "TNF mRNA rises in lines", "Abstract; Results; Figure 2B",
            _p_below("tnf_lines_p", "tnf_lines_median_percent"), NO_CHANGE),
    Finding("tnf_whatever_call", "TNF mRNA rises in sensitive and in resistant lines", "Abstract; Results; Discussion",
            _is("tnf_whatever_call"), NO_RESPONSE, "more than half of the lines of either call increased"),
    Finding("tnf_primary_up", "TNF mRNA rises in primary samples", "Results; Figure 2B",
            _p_below("tnf_primary_p", "tnf_primary_median_percent"), NO_CHANGE),
    Finding("tnf_primary_all_up", "TNF mRNA rises in all four primary samples", "Results; Figure 2B",
            lambda found: found["tnf_primary_increased"] == 4, NO_CHANGE),
    Finding("tnf_activity_up", "both lines release more TNF activity", "Results; Figure 2C",
            lambda found: found["tnf_activity_increased"] == 2, NO_ACTIVITY,
            "the direction of the mean optical density; the paper shows no test"),
    Finding("igf1_absent_line", "all lines but KMS12-PE have IGF1 mRNA", "Results; Figure 2D",
            _is("igf1_absent_line"), ALL_EXPRESS),
    Finding("igf1_primary_over_lines", "primary samples have more IGF1 mRNA than lines", "Results; Figure 2D",
            lambda found: (found["igf1_primary_over_lines_p"] < 0.05) & (found["igf1_primary_over_lines_fold"] > 1),
            NO_CHANGE),
    Finding("igf1_bmsc_against_primary", "stromal cells have less IGF1 mRNA than primary samples", "Results; Figure 2D",
            _is("igf1_bmsc_against_primary"), NO_CHANGE, "read as a one-sided rank test at 3%; the paper names none"),
    Finding("igf1_lines_up", "IGF1 mRNA rises in lines", "Abstract; Results; Figure 2E",
            _p_below("igf1_lines_p", "igf1_lines_median_percent"), NO_CHANGE),
    Finding("igf1_whatever_call", "IGF1 mRNA rises in sensitive and in resistant lines", "Abstract; Results",
            _is("igf1_whatever_call"), NO_RESPONSE, "more than half of the lines of either call increased"),
    Finding("igf1_primary_up", "IGF1 mRNA rises in primary samples, by a test", "Results; Figure 2E",
            _p_below("igf1_primary_p", "igf1_primary_median_percent"), NO_CHANGE, "the paper has P = 0.07"),
    Finding("igf1_primary_all_up", "IGF1 mRNA rises in all four primary samples", "Results; Figure 2E",
            lambda found: found["igf1_primary_increased"] == 4, NO_CHANGE),
    Finding("lp1_s_phase_down", "the S phase of LP-1 is strongly reduced", "Results; Figure 3A",
            lambda found: found["lp1_s_phase_change_points"] < -STRONG_POINTS, PARENT_UNCHANGED,
            "a fall of more than 10 percentage points in the one experiment shown"),
    Finding("lp1_lr_s_phase", "the S phase of LP1-LR is not modified", "Results; Figure 3A",
            lambda found: np.abs(found["lp1_lr_s_phase_change_points"]) < UNCHANGED_POINTS, VARIANT_HALF,
            "a change of less than 5 percentage points in the one experiment shown"),
    Finding("lp1_lr_raised_genes", "LP1-LR has more TNF and IGF1 mRNA than LP-1", "Results; Figure 3B",
            _is("lp1_lr_raised_genes"), AS_PARENTS, "both genes higher in both experiments"),
    Finding("r10_4_raised_genes", "NCI-H929 R10-4 has more CXCL8 and IGF1 mRNA than NCI-H929", "Results; Figure 3B",
            _is("r10_4_raised_genes"), AS_PARENTS, "both genes higher in both experiments"),
    Finding("variants_igf1_p_below", "both variants have significantly more IGF1 mRNA", "Results; Figure 3B",
            _is("variants_igf1_p_below"), AS_PARENTS, "read as P < 0.05 of a t test of two experiments each"),
)  # fmt: skip
"""In the order of the paper."""

UNTESTABLE: Final[tuple[Untestable, ...]] = (
    Untestable("p53_and_sensitivity", "sensitivity does not depend on p53 status", "Results",
               "data not shown and no status of a line given; `lensim associate` takes one from a user"),
    Untestable("stimulation_without_serum", "stimulated lines grow more without serum too", "Discussion",
               "a personal communication of the authors, without data"),
    Untestable("autocrine_loop", "an autocrine IGF1 loop may drive growth of resistant cells", "Discussion",
               "a hypothesis: no experiment of the paper bears on it"),
)  # fmt: skip
"""What is said without anything to test."""


def stated_value(key: str) -> float:
    """A stated number; `.low` and `.high` behind a key are the ends of its range, and of a count it is the count."""
    name, _, end = key.partition(".")
    value = fact(name).value
    if isinstance(value, StatedRange):
        return value.low if end == "low" else value.high
    return float(value.count if isinstance(value, CountOf) else value)


def stated_words(key: str) -> str:
    """What the paper prints for a number of the results, with its unit."""
    name, _, end = key.partition(".")
    entry = fact(name)
    value = entry.value
    if isinstance(value, StatedRange):
        value = value.low if end == "low" else value.high
    words = str(value) if isinstance(value, CountOf) else f"{value:.3g}"
    unit = "" if entry.unit == "1" or isinstance(value, CountOf) else f" {entry.unit}"
    return f"{words}{unit.replace(' percent', '%')}"


def numbers_table(readings: Readings) -> pd.DataFrame:
    """Every number of the paper's results beside the readings of twins, in the order of the paper.

    Parameters
    ----------
    readings
        By the key of a number (see `NUMBER_WORDS`): what each twin reads (study).

    Returns
    -------
    pandas.DataFrame
        key, claim, where, kind ('number'), stated (words), stated_number, twin_low, twin_median, twin_high (central 90%
        of twins, NaN where twins do not read it), twin_percentile (of the stated number among twins, ties halved),
        inside ('yes', 'no', or 'not simulated'), comment.
    """
    rows = []
    for key, words in NUMBER_WORDS.items():
        stated = stated_value(key)
        row: dict[str, object] = {
            "key": key,
            "claim": words,
            "where": fact(key.partition(".")[0]).where,
            "kind": "number",
            "stated": stated_words(key),
            "stated_number": stated,
            "comment": NUMBER_COMMENTS.get(key, ""),
        }
        if key in readings:
            values = np.asarray(readings[key], dtype=float)
            values = values[~np.isnan(values)]
            low, middle, high = np.quantile(values, TAILS, method="inverted_cdf")
            below, ties = (values < stated * (1 - NEAR)).mean(), np.isclose(values, stated, rtol=NEAR).mean()
            row |= {
                "twin_low": low,
                "twin_median": middle,
                "twin_high": high,
                "twin_percentile": 100 * (below + ties / 2),
                "inside": "yes" if low <= stated <= high else "no",
            }
        else:
            row |= {"inside": "not simulated"}
        rows.append(row)
    return pd.DataFrame(rows)


def findings_table(worlds: Mapping[str, Readings], findings: Sequence[Finding], calibrated: str) -> pd.DataFrame:
    """Findings by their strength as evidence: shares of studies that report each, where it is true and where it is not.

    Returns
    -------
    pandas.DataFrame
        In falling order of the ratio: key, claim, where, kind ('finding'), ratio (of p_if_true to p_if_not; none where
        too few twins make it where it is false), ratio_low and ratio_high (95% Monte Carlo interval), ratio_words,
        evidence (its name), p_if_true (the power), p_if_not, each with its error as _mcse, otherwise (in which world
        it is false), studies, comment.
    """
    rows = []
    for finding in findings:
        true = np.asarray(finding.made(worlds[calibrated]), dtype=bool)
        false = np.asarray(finding.made(worlds[finding.otherwise]), dtype=bool)
        ratio = evidence_ratio(int(true.sum()), int(false.sum()), len(true))
        rows.append(
            {
                "key": finding.key,
                "claim": finding.words,
                "where": finding.where,
                "kind": "finding",
                "ratio": ratio.value if ratio.is_known else np.nan,
                "ratio_low": ratio.low,
                "ratio_high": ratio.high if ratio.is_known else np.nan,
                "ratio_words": ratio.text,
                "evidence": ratio.strength,
                "p_if_true": true.mean(),
                "p_if_true_mcse": _share_error(true),
                "p_if_not": false.mean(),
                "p_if_not_mcse": _share_error(false),
                "otherwise": finding.otherwise,
                "studies": len(true),
                "comment": finding.comment,
            }
        )
    table = pd.DataFrame(rows)
    at = table["ratio"].fillna(table["ratio_low"])
    return table.loc[at.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _share_error(made: np.ndarray) -> float:
    """Monte Carlo standard error of a share; at 0 and 1 that of half a study."""
    share = float(np.clip(made.mean(), 0.5 / len(made), 1 - 0.5 / len(made)))
    return float(np.sqrt(share * (1 - share) / len(made)))


def untestable_table() -> pd.DataFrame:
    """Statements without anything to test: key, claim, where, kind, evidence ('nothing to test'), comment."""
    rows = [
        {
            "key": one.key,
            "claim": one.words,
            "where": one.where,
            "kind": "statement",
            "evidence": "nothing to test",
            "comment": one.comment,
        }
        for one in UNTESTABLE
    ]
    return pd.DataFrame(rows)

"""The page docs/evidence/worlds.md: what the worlds are, the rows that do not hold, then every row."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from benchmarks.worlds.rates import INSIDE, REPORTED, Rate, is_off
from benchmarks.worlds.study import ASSAYS, GROUPS, WELCH
from lensim import vocabulary as v
from lensim.expression.groups.estimands import LOG2_RATIO_OF_GROUPS
from lensim.tables.records import records

TITLES: Final = {
    v.DOSE_RESPONSE: "Dose-response panels",
    v.EXPRESSION: "RT-qPCR studies",
    GROUPS: "Groups of different subjects",
}
WORDS: Final = {
    REPORTED: "IC50 told as a number",
    INSIDE: "IC50, true one within the doses",
    "inhibition_at_top_dose_percent": "inhibition at the top dose",
    v.EFFECT: "effect at saturation",
    v.LOG10_EC50: "EC50",
    "hill_slope": "slope",
    "area_over_curve": "area over the curve",
    "number_of_sensitive_lines": "number of sensitive lines",
    v.LOG2_FOLD_CHANGE: "fold change of a subject",
    v.MU_FOLD_CHANGE: "fold change of the population",
    "new_subject_log2_fold_change": "fold change of a new subject",
    v.SIGMA_FOLD_CHANGE: "spread of subjects",
    LOG2_RATIO_OF_GROUPS: "ratio of two groups",
    WELCH: "ratio of two groups, by Welch's t",
    v.MEAN_LEVEL: "mean level of a group",
    v.SD_SUBJECTS: "spread of subjects in a group",
    "this_experiment_log10_ic50_um": "IC50 of this experiment",
    "this_experiment_inhibition_at_top_dose_percent": "inhibition at the top dose in this experiment",
    "is_resistant": "P(resistant)",
    "is_stimulated": "P(stimulated)",
}
MAIN: Final = (
    *(REPORTED, INSIDE, "inhibition_at_top_dose_percent"),
    *(v.LOG2_FOLD_CHANGE, v.MU_FOLD_CHANGE, "new_subject_log2_fold_change", LOG2_RATIO_OF_GROUPS),
)
"""Estimands that must hold: 87 to 93% of 90% intervals."""
INTRODUCTION: Final = """# Worlds: where the data are not what a model says

`make worlds` writes this page. Each world is a simulator with one change that the models do not know. The simulators
(`lensim/dose_response/worlds`, `lensim/expression/worlds`) have equations of their own. They take nothing from the
models, their priors or the simulators that power uses. In every world lensim analyses studies as it does a user's, and
its intervals and probabilities are compared with the truth.

What is true:

* **of a line**: the curve whose midpoint, slope and effect are the means over days; not the curve of the days that were
  measured. Its IC50 is the dose at which half of the signal of cells with vehicle and no drug is left.
* **of this experiment**: the curve that a line had on the one day that it was treated.
* **of a subject**: its fold change over all experiments that could be made with it.
* **of a population**: the mean of log2 fold changes of all subjects to come. **A new subject** is one of them, who is
  not in the study.
* **of two groups** of different subjects: the difference of the means of log2 levels of all subjects to come of each,
  measured on one day. Welch's t of the same levels stands beside the model.

What stands in the tables:

* *covered*: percent of 90% (50%) intervals that hold the truth, with a standard error that takes into account that
  cases of one study depend on each other. Intervals *hold* where 87 to 93% of them do, or where a binomial test against
  90%, with as many cases as this error stands for, has P above 0.001. Rows that do not are bold.
* *IC50 told as a number*: lines whose median IC50 lies within the tested doses. The next row takes the lines whose true
  IC50 does.
* *bias*, *error*: mean and root mean square of median less truth; *width*: median width of 90% intervals. IC50 and EC50
  in log10, inhibition in percent of untreated, fold changes in log2.
* *wrong above 0.9*: percent wrong of the calls with a probability above 0.9, for or against; *expected* is what the
  probabilities say of themselves.
* *intercept*, *slope*: of a logistic regression of what happened on the stated log odds: 0 and 1 where probabilities
  are right. A slope below 1 means too sure. Empty where nothing or everything happened.
* *told*: percent of studies in which lensim says something about the data, beside the tables.
"""


def page_of(intervals: pd.DataFrame, calls: pd.DataFrame, worlds: pd.DataFrame) -> str:
    """The page in Markdown, from the tables of `tables_of`."""
    parts = [INTRODUCTION, *_versions(worlds), "## Intervals that do not hold, the worst first\n"]
    parts += [_worst(intervals, worlds), "## Probabilities that do not come true\n", _off(calls)]
    for assay, title in TITLES.items() if len(worlds) else ():
        own = worlds[worlds["assay"] == assay]
        if not len(own):
            continue
        parts += [
            f"## {title}\n",
            _worlds(assay, own),
            "### 90% intervals: percent that hold the truth\n",
            _glance(_of(intervals, assay)),
        ]
        parts += ["### Every interval\n", _intervals(_of(intervals, assay))]
        parts += ["### Probabilities\n", _calls(_of(calls, assay)), "### What a user is told\n", _told(own)]
    return "\n".join(parts).rstrip() + "\n"


def _of(table: pd.DataFrame, assay: str) -> pd.DataFrame:
    return table[table["assay"] == assay] if len(table) else table


def _versions(worlds: pd.DataFrame) -> list[str]:
    if not len(worlds) or int(worlds["versions"].max()) < 2:
        return []
    return ["Some rows are of studies that were made with more than one version of the sources.\n"]


def _worst(intervals: pd.DataFrame, worlds: pd.DataFrame) -> str:
    """Rows of the main estimands whose intervals do not hold, and how often a user is told something."""
    if not len(intervals):
        return "No study yet.\n"
    main = intervals[intervals["estimand"].isin(MAIN) & ~intervals["holds"].astype(bool)]
    if not len(main):
        return "None.\n"
    away = main["covered 90"].map(lambda rate: abs(rate.value - 0.9))
    runs = {(row["assay"], row["world"], row["engine"]): row for row in records(worlds)}
    rows = []
    for row in records(main.loc[away.sort_values(ascending=False).index]):
        run = runs[row["assay"], row["world"], row["engine"]]
        first = max(run["sentences"].items(), key=lambda item: item[1], default=("", 0.0))[0]
        place = [row["world"], WORDS[row["estimand"]], row["engine"], row["cases"], _percent(row["covered 90"])]
        rows.append([*place, _percent(run["told"]), first])
    return _table(["world", "of", "engine", "cases", "covered 90%", "told %", "what is told most often"], rows)


def _off(calls: pd.DataFrame) -> str:
    """Calls whose probabilities are off, by intercept or slope."""
    if not len(calls):
        return "No study yet.\n"
    off = calls[calls["calibration"].map(is_off)]
    return _calls(off) if len(off) else "None.\n"


def _worlds(assay: str, own: pd.DataFrame) -> str:
    """What each world is, and what a run of it was like."""
    rows = [
        [
            *(row["world"], ASSAYS[assay][row["world"]].words if row["world"] in ASSAYS[assay] else ""),
            *(row["engine"], row["studies"], _percent(row["answered"]), _percent(row["converged"])),
            *(_percent(row["told"]), f"{row['seconds']:.2g}"),
        ]
        for row in records(own)
    ]
    head = ["world", "what is changed", "engine", "studies", "answered", "converged", "told", "seconds"]
    return _table(head, rows)


def _glance(table: pd.DataFrame) -> str:
    """A row a world and engine, a column an estimand; bold where intervals do not hold."""
    if not len(table):
        return "No study has an answer.\n"
    names = list(dict.fromkeys(table["estimand"]))
    cells = {
        (row["world"], row["engine"], row["estimand"]): ("{}" if row["holds"] else "**{}**").format(
            _percent(row["covered 90"])
        )
        for row in records(table)
    }
    places = list(dict.fromkeys((world, engine) for world, engine, _ in cells))
    rows = [[*place, *(cells.get((*place, name), "") for name in names)] for place in places]
    return _table(["world", "engine", *(WORDS.get(name, name) for name in names)], rows)


def _intervals(table: pd.DataFrame) -> str:
    rows = [
        [
            *(row["world"], row["engine"], WORDS.get(row["estimand"], row["estimand"]), row["cases"]),
            *(_percent(row["covered 90"]), _percent(row["covered 50"]), "" if row["holds"] else "no"),
            *(_signed(row["bias"]), f"{row['error']:.2g}", f"{row['width']:.2g}"),
        ]
        for row in records(table)
    ]
    head = ["world", "engine", "of", "cases", "covered 90%", "covered 50%", "holds", "bias", "error", "width"]
    return _table(head, rows)


def _calls(table: pd.DataFrame) -> str:
    rows = []
    for row in records(table):
        found = row["calibration"]
        rows.append(
            [
                *(row["world"], row["engine"], _call(row["call"]), row["sure"], _percent(row["wrong"])),
                f"{100 * row['expected']:.1f}",
                _signed(Rate(found.intercept, found.intercept_error)),
                _signed(Rate(found.slope, found.slope_error)),
            ]
        )
    head = ["world", "engine", "of", "calls above 0.9", "wrong %", "expected %", "intercept", "slope"]
    return _table(head, rows)


def _call(name: str) -> str:
    return WORDS[name] if name.startswith("is_") else f"P(increase), {WORDS[name].removeprefix('fold change of ')}"


def _told(own: pd.DataFrame) -> str:
    """Sentences by their beginning, with the percent of studies in which they are said."""
    rows = [
        [row["world"], row["engine"], f"{100 * share:.0f}", text]
        for row in records(own)
        for text, share in sorted(row["sentences"].items(), key=lambda item: -item[1])[:5]
    ]
    return _table(["world", "engine", "% of studies", "sentence, its beginning without numbers"], rows)


def _percent(rate: Rate) -> str:
    """A share in percent with its error; of a single study without one."""
    if rate.value != rate.value:
        return ""
    error = f" ± {100 * rate.error:.1f}" if rate.error == rate.error else ""
    return f"{100 * rate.value:.1f}{error}"


def _signed(rate: Rate) -> str:
    if rate.value != rate.value:
        return ""
    error = f" ± {rate.error:.2g}" if rate.error == rate.error else ""
    return f"{rate.value:+.2g}{error}"


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines) + "\n"

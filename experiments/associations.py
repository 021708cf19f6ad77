"""Associations of sensitivity with labels in the twin of Maïga et al. (2013), and the power of 23 lines to find them.

python -m experiments.associations --out results/associations
"""

from pathlib import Path

import numpy as np
import pandas as pd
import typer
import xarray as xr
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import vocabulary as v
from lensim.bounds import BoundedModel
from lensim.dose_response.associations import (
    Equivalence,
    associate,
    fisher_of_all,
    lines_of,
    variance_shares,
    words_on_convergence,
)
from lensim.dose_response.estimands import dose_response_estimands, summarise_panel
from lensim.dose_response.fisher_power import detectable_odds_ratio, fisher_power, shares_at
from lensim.dose_response.read.labels import read_labels
from lensim.expression.associations import associate_fold_changes
from lensim.inference.observations import observations_of
from lensim.maiga2013.facts import count_of
from lensim.maiga2013.lines import GROUP_OF_LINE, LINES, MOLECULAR_GROUPS, PUBLISHED_CALL
from lensim.output import load_result
from lensim.report.figures.associations import plot_associations, plot_fisher_power, plot_fold_change_effects
from lensim.report.figures.style import save_figure
from lensim.results_folder import Manifest, command_of, read_config, results_folder
from lensim.tables.records import records

console = Console()
ODDS_RATIOS = 2.0 ** np.linspace(-6, 6, 49)
ENDS = ("", "_lower", "_upper")
SHARE = "variance_share_of_molecular_group_"


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    dose_response: Path
    expression: Path
    group_power: Path
    labels: Path | None = None
    threshold_um: float = Field(gt=0)
    ci_prob: float = Field(gt=0, lt=1)
    power: float = Field(gt=0.05, lt=1)
    odds_ratio: float = Field(gt=1)
    inhibition_percent: float = Field(gt=0)
    equivalent_log2: float = Field(gt=0)

    @property
    def read_here(self) -> list[Path]:
        """Results and tables that this experiment reads."""
        asked = (self.dose_response, self.expression, self.group_power, self.labels)
        return [path for path in asked if path is not None]

    @property
    def region(self) -> Equivalence:
        """The region of practical equivalence."""
        return Equivalence(float(np.log2(self.odds_ratio)), self.inhibition_percent)


def with_label(
    estimands: xr.Dataset, label: str, values: dict[str, str] | None, config: Config
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """Effects of one label, the shares of variance that it explains, and what they say."""
    table = associate(estimands, values, config.region, config.ci_prob, config.seed)
    shares = variance_shares(estimands, values, config.ci_prob, config.seed)
    said = []
    for row in records(table):
        odds = [2.0 ** row[f"log2_odds_ratio{end}"] for end in ENDS]
        apart = [row[f"inhibition_difference_percent{end}"] for end in ENDS]
        said.append(
            f"{label} {row['value']} ({row['resistant']:.0f} of {row['lines']} resistant, others "
            f"{row['other_resistant']:.0f} of {row['other_lines']}): odds ratio {odds[0]:.2g} ({odds[1]:.2g} to "
            f"{odds[2]:.2g}, {row['log2_odds_ratio_verdict']}), inhibition at the top dose {apart[0]:+.0f} points "
            f"({apart[1]:+.0f} to {apart[2]:+.0f}, {row['inhibition_difference_percent_verdict']}), Fisher's P "
            f"{row['fisher_p']:.2g}."
        )
    said.append(f"{label}: Fisher's exact test over all values, P {fisher_of_all(estimands, values):.2g}.")
    said += [
        f"{label} explains {100 * row['median']:.0f}% ({100 * row['lower']:.0f} to {100 * row['upper']:.0f}) of the "
        f"variance of {row['quantity']} between {row['lines']} lines, each share being as likely beforehand."
        for row in records(shares)
    ]
    return table.assign(label=label), shares.assign(label=label), said


def shares_of_the_model(estimands: xr.Dataset, config: Config) -> list[str]:
    """The same share as the model of the wells has it, whose priors of spreads differ."""
    panel = summarise_panel(estimands, config.ci_prob)
    return [
        f"In the model of the wells molecular group explains {100 * row['median']:.0f}% ({100 * row['lower']:.0f} to "
        f"{100 * row['upper']:.0f}) of the variance of {str(name).removeprefix(SHARE)}."
        for name, row in panel.iterrows()
        if str(name).startswith(SHARE)
    ]


def fold_changes(estimands: xr.Dataset, expression: xr.DataTree, config: Config) -> tuple[pd.DataFrame, list[str]]:
    """Fold changes of lines against the published calls and the IC50s of the twin."""
    calls: dict[str, str] = {line.name: line.published_call for line in LINES}
    groups = ("sensitive", "resistant")
    known = [str(name) for name in observations_of(expression)[v.SUBJECT].to_numpy()]
    own = {name: call for name, call in calls.items() if name in known}
    table = associate_fold_changes(
        expression, own, groups, estimands[v.LOG10_IC50], config.equivalent_log2, config.ci_prob, config.seed
    )
    said = []
    for row in records(table):
        counted = (
            f"; increased in {row['first_increased']:.0f} of {row['first_subjects']:.0f} and "
            f"{row['second_increased']:.0f} of {row['second_subjects']:.0f}, Fisher's P {row['fisher_p']:.2g}"
            if np.isfinite(row["fisher_p"])
            else ""
        )
        said.append(
            f"{row['target']}, log2 fold change {row['question']}: {row['log2_effect']:+.2f} "
            f"({row['log2_effect_lower']:+.2f} to {row['log2_effect_upper']:+.2f}, {row['log2_effect_verdict']}), "
            f"{row['subjects']} lines{counted}."
        )
    return table, said


def powers(config: Config) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """What Fisher's test could find among the published lines: by odds ratio, and by how many lines have a label."""
    lines, resistant = len(PUBLISHED_CALL), PUBLISHED_CALL.count("resistant")
    sizes = {group: GROUP_OF_LINE.count(group) for group in MOLECULAR_GROUPS}
    parts: dict[int, list[str]] = {}
    for group, size in sizes.items():
        parts.setdefault(size, []).append(group)
    named = {f"{', '.join(groups)} ({size})": size for size, groups in sorted(parts.items(), reverse=True)}
    named[f"half of the lines ({lines // 2})"] = lines // 2
    curves = pd.DataFrame(
        [
            {
                "part": name,
                "odds_ratio": one,
                "power": fisher_power(n, lines - n, *shares_at(one, n, lines - n, resistant)),
            }
            for name, n in named.items()
            for one in ODDS_RATIOS
        ]
    )
    reach = pd.DataFrame(
        [
            dict(zip(("below", "above"), detectable_odds_ratio(n, lines - n, resistant, config.power), strict=True))
            | {"lines": n}
            for n in range(1, lines)
        ]
    )
    reached_by = {row["lines"]: (row["below"], row["above"]) for row in records(reach)}
    said = [
        f"With {resistant} of {lines} lines resistant Fisher's test finds, with {config.power:.0%} power, of {name} "
        f"against the rest: {in_words(*reached_by[n])}."
        for name, n in named.items()
    ]
    nearest = reach["above"].min()
    said.append(
        f"However a label such as p53 status parts the {lines} lines, an odds ratio between "
        f"1/{1 / reach['below'].max():.0f} and {nearest:.0f} is missed by at least one study in five."
        if config.power == 0.8
        else f"The smallest odds ratio found with {config.power:.0%} power is {nearest:.0f}."
    )
    up = count_of("tnf_lines_increased")
    sensitive = round(up.total * PUBLISHED_CALL.count("sensitive") / lines)
    reached = in_words(*detectable_odds_ratio(sensitive, up.total - sensitive, up.count, config.power))
    said.append(
        f"TNF rose in {up.count} of {up.total} lines: were {sensitive} of them sensitive, as in the panel, Fisher's "
        f"test would find {reached} of a rise."
    )
    return curves, reach, said


def in_words(below: float, above: float) -> str:
    """Which odds ratios are found."""
    low = f"one below 1/{1 / below:.0f}" if below > 0 else "none below 1"
    high = f"one above {above:.0f}" if np.isfinite(above) else "none above 1"
    return f"{high} and {low}" if below > 0 or np.isfinite(above) else "no odds ratio at all"


def group_power(config: Config) -> list[str]:
    """The difference between groups that the panel's own model finds, where that experiment was run."""
    path = config.group_power / "findings.txt"
    if not path.is_file():
        return [
            f"{path} is not there: docs/paper/power.md has the difference between groups that is found with 80% power."
        ]
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("A difference in")]


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Ask of groups, labels and fold changes, and of what could be found, and write it into one folder.

    Raises
    ------
    InputError
        If the config, a fit or the table of labels is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    fit = load_result(config.dose_response)
    lines = lines_of(fit)
    fits = {config.dose_response: fit}
    asked = read_labels(config.labels, lines) if config.labels else {}
    with results_folder(out, config_path, force=force, inputs=config.read_here) as folder:
        with manifest.timed("labels"):
            estimands = dose_response_estimands(fit, config.threshold_um)
            of_labels = [
                with_label(estimands, name, values, config)
                for name, values in {"molecular group": None, **asked}.items()
            ]
            found = of_labels[0][2] + shares_of_the_model(estimands, config)
            for own in of_labels[1:]:
                found += own[2]
            if not config.labels:
                found.append(
                    "p53: no table of labels is given, and the paper shows none, so nothing is said of it; with "
                    'labels = "p53.csv" in the config (columns cell_line, p53) it is asked as the groups are.'
                )
            table = pd.concat([own[0] for own in of_labels], ignore_index=True)
            table.to_csv(folder / "labels.csv", index=False)
            pd.concat([own[1] for own in of_labels]).to_csv(folder / "variance_shares.csv", index=False)
            save_figure(plot_associations(table, config.region), folder / "labels.png")
        with manifest.timed("fold changes"):
            if config.expression.exists():
                fits[config.expression] = load_result(config.expression)
                effects, said = fold_changes(estimands, fits[config.expression], config)
                effects.to_csv(folder / "fold_changes.csv", index=False)
                save_figure(plot_fold_change_effects(effects, config.equivalent_log2), folder / "fold_changes.png")
                found += said
            else:
                found.append(f"{config.expression} is not there, so nothing is said of fold changes.")
        with manifest.timed("power"):
            curves, reach, said = powers(config)
            curves.to_csv(folder / "fisher_power.csv", index=False)
            reach.to_csv(folder / "fisher_reach.csv", index=False)
            save_figure(plot_fisher_power(curves, reach, config.power), folder / "fisher_power.png")
        found += said + group_power(config)
        found += [f"{path}: {words_on_convergence(one)}." for path, one in fits.items()]
        (folder / "findings.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False, markup=False)
    console.print(f"tables and figures in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "associations"))

"""Power of the dose-response panel of Maïga et al. (2013): IC50s, calls, and differences of molecular groups.

Calls and IC50s are asked of one population, differences between groups of many: means and spreads are drawn from the
posterior of experiments.fig1_dose_response where it is there, else from assumed distributions. Those are assurances.

python -m experiments.power_dose_response --out results/power_dose_response
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import typer
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim.bounds import BoundedModel
from lensim.maiga2013.dose_response_twin import PAPER_POPULATION
from lensim.maiga2013.lines import GROUP_OF_LINE, MOLECULAR_GROUPS
from lensim.plan.answer import require_trusted
from lensim.plan.evaluate import Share
from lensim.plan.search import detectable
from lensim.power.design_prior import DesignPrior, design_prior_at, posterior_of
from lensim.power.result import PowerResult
from lensim.power.run import run_power
from lensim.power.scenario import Scenario, scenario_of
from lensim.power.words import audit_sentences
from lensim.report.figures.plan import plot_detectable
from lensim.report.figures.style import save_figure
from lensim.results_folder import Manifest, command_of, read_config, results_folder
from lensim.tables.records import records

console = Console()

GROUPS: dict[str, int] = {group: GROUP_OF_LINE.count(group) for group in MOLECULAR_GROUPS}
TARGET = 0.8
FIRST = "MMSET"
DISCOVERED = "sensitive lines at a false discovery rate of 10%"
ASKED: dict[str, tuple[str, str, tuple[float, ...], str]] = {
    "midpoint": ("log10_ec50_um", "log10 EC50", (0.0, -0.6, -1.0, -1.4), "log10 uM"),
    "effect": ("effect_at_saturation", "effect at saturation", (0.0, -0.9, -1.3, -1.7), "-log residual"),
}
"""What may differ between groups: name, words, differences, unit. Midpoints go down, where there are doses: a group
whose midpoint lies 1.2 above the others' is at the top dose, and farther up ever less is seen of it."""

ASSUMED_POPULATIONS: dict[str, dict[str, tuple[float, float]]] = {
    "mu_log10_ec50_um": {"normal": (PAPER_POPULATION.mu_log10_ec50_um, 0.10)},
    "sigma_log10_ec50_um": {"lognormal": (PAPER_POPULATION.sigma_log10_ec50_um, 0.20)},
    "mu_log_hill_slope": {"normal": (PAPER_POPULATION.mu_log_hill_slope, 0.06)},
    "sigma_log_hill_slope": {"lognormal": (PAPER_POPULATION.sigma_log_hill_slope, 0.30)},
    "mu_effect_at_saturation": {"normal": (PAPER_POPULATION.mu_effect_at_saturation, 0.12)},
    "sigma_effect_at_saturation": {"lognormal": (PAPER_POPULATION.sigma_effect_at_saturation, 0.18)},
    "sd_experiment_log10_ec50_um": {"lognormal": (PAPER_POPULATION.sd_experiment_log10_ec50_um, 0.20)},
    "sd_well": {"lognormal": (PAPER_POPULATION.sd_well, 0.05)},
}
"""Assumed where there is no fit: about what 23 lines leave open of a mean (sd / sqrt(23)) and of a spread (15 to 20%),
rounded up for the error of each line."""

PANEL_RULES: list[dict[str, Any]] = [
    {"rule": "call", "call": "resistant", "name": "called resistant, P > 0.9"},
    {"rule": "call", "call": "sensitive", "name": "called sensitive, P > 0.9"},
    {"rule": "discovery", "call": "sensitive", "name": DISCOVERED},
    {"rule": "ic50_within", "name": "IC50 within a factor of 2"},
    {"rule": "ic50_within", "of": "interval", "name": "90% interval of IC50 within a factor of 2"},
    {"rule": "bracketed", "name": "IC50 surely within the doses"},
    {"rule": "top", "count": 3, "name": "the three most sensitive lines found"},
    {"rule": "variance_share", "above": 0.25, "name": "groups surely explain over a quarter of the variance"},
]


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    studies: int = Field(ge=2)
    group_studies: int = Field(ge=2)
    posterior: Path | None = None
    audit: int = Field(ge=0)
    workers: int = Field(gt=0)


def fit_of(config: Config) -> DesignPrior | None:
    """The fit that populations are drawn from; None where it is not there."""
    return design_prior_at(config.posterior) if config.posterior is not None and config.posterior.exists() else None


def scenarios(config: Config) -> dict[str, Scenario]:
    """The questions: the panel as it was, and each kind of difference between groups.

    Where a difference is asked, molecular groups do not differ in that quantity otherwise, so that it is what it says.

    Raises
    ------
    InputError
        If the posterior is there and did not pass its convergence gate.
    """
    common: dict[str, Any] = {
        "seed": config.seed,
        "design": {"assay": "dose_response", "groups": GROUPS},
        "analysis": {"engine": "laplace"},  # few studies are doubtful to it; they count as failed
        "studies": {"count": config.studies, "chunk": min(20, config.studies)},
    }
    fit = fit_of(config)
    if fit is not None:
        require_trusted(posterior_of(fit), fit.name, trust=False)
    asked = {
        "panel": scenario_of(
            common | {"name": "panel", "rules": PANEL_RULES, "audit": {"studies": config.audit}}, "panel"
        )
    }
    for name, (quantity, words, differences, _) in ASKED.items():
        asked[name] = scenario_of(
            common
            | {
                "name": name,
                "truth": {
                    "groups": [{"group": FIRST}],
                    "scale": {f"sigma_group_{quantity}": 0.0},
                    **({"posterior": fit} if fit is not None else {"population": ASSUMED_POPULATIONS}),
                },
                "rules": [
                    {"rule": "group_difference", "first": FIRST, "quantity": quantity, "name": f"{words} differs"}
                ],
                "grid": {f"truth.groups.0.{quantity}": differences},
                "studies": {"count": config.group_studies, "chunk": min(20, config.group_studies)},
                "audit": {"studies": 0},
            },
            name,
        )
    return asked


def shares_of(table: pd.DataFrame) -> list[Share]:
    """Shares of finds in the order of the grid."""
    return [Share(row["share"], row["share_mcse"], int(row["studies"]), int(row["failed"])) for row in records(table)]


def sentences(results: dict[str, PowerResult]) -> list[str]:
    """What the panel could detect, in sentences."""
    rows = {row["rule"]: row for row in records(results["panel"].table)}

    def percent(rule: str, what: str) -> str:
        row = rows[rule]
        return f"{100 * row[what]:.0f}% (± {100 * row[f'{what}_mcse']:.1f})"

    resistant, sensitive = "called resistant, P > 0.9", "called sensitive, P > 0.9"
    found = [
        f"Of lines that are resistant {percent(resistant, 'power_where_true')} are called so, and "
        f"{percent(resistant, 'type_1')} of the sensitive ones wrongly; of sensitive lines "
        f"{percent(sensitive, 'power_where_true')} are called so, and {percent(sensitive, 'type_1')} of the resistant "
        "ones wrongly. The rest stay open.",
        f"At a false discovery rate of 10%, "
        f"{percent(DISCOVERED, 'power_where_true')} of the sensitive lines are "
        f"found, and {percent(DISCOVERED, 'type_1')} of the resistant called so.",
        f"Where the IC50 lies within the doses its estimate is within a factor of 2 in "
        f"{percent('IC50 within a factor of 2', 'share')} of lines, and the 90% interval in "
        f"{percent('90% interval of IC50 within a factor of 2', 'share')}; the error of log10 IC50 is "
        f"{rows['IC50 within a factor of 2']['rmse']:.2f}.",
        f"The three most sensitive lines are all found in {percent('the three most sensitive lines found', 'share')} "
        "of panels.",
    ]
    found += [_difference_sentence(results[name], name) for name in ASKED]
    truth = results["midpoint"].scenario.truth
    source = (
        f"averaged over the posterior of {truth.posterior.name}"
        if truth.posterior is not None
        else "averaged over assumed distributions of its means and spreads"
    )
    found.append(f"For differences between groups the population is {source}; for calls and IC50s it is one.")
    return found


def _difference_sentence(result: PowerResult, name: str) -> str:
    """The difference between groups that is found with the target's assurance, or what the largest one reaches."""
    _, words, differences, unit = ASKED[name]
    shares, word = shares_of(result.table), str(result.table["quantity"].iloc[0])
    value, error = detectable(differences, shares, TARGET)
    said = f"A difference in {words} between the {GROUPS[FIRST]} {FIRST} lines and the others"
    if np.isnan(value):
        largest = max(shares, key=lambda share: share.value)
        said += (
            f" is found in {100 * largest.value:.0f}% (± {100 * largest.mcse:.1f}) of studies at "
            f"{differences[shares.index(largest)]:g} {unit}, the most of those tried: {TARGET:.0%} {word} is not "
            "between them"
        )
    else:
        said += (
            f" is found with {TARGET:.0%} {word} from {np.sign(differences[-1]) * value:.2f} (± {error:.2f}) {unit} on"
        )
        said += f", a factor of {10**value:.1f} in EC50" if name == "midpoint" else ""
    failed, total = sum(share.failed for share in shares), sum(share.studies for share in shares)
    return (
        f"{said}; without any difference in {100 * shares[0].value:.0f}% (± {100 * shares[0].mcse:.1f}) of studies. "
        f"{failed} of {total} studies were doubtful to the fast engine and left out."
    )


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Simulate and judge, and write tables, a figure and findings into one folder.

    Raises
    ------
    InputError
        If the config is faulty, the posterior did not converge, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    results: dict[str, PowerResult] = {}
    questions = scenarios(config)
    with results_folder(out, config_path, force=force, inputs=[config.posterior] if config.posterior else ()) as folder:
        for name, asked in questions.items():
            with manifest.timed(name):
                results[name] = run_power(asked, folder / name, workers=config.workers)
            console.print(f"{name}: {manifest.seconds[name]:.0f} s")
        curves = {
            f"{words} [{unit}]": ([abs(one) for one in differences], shares_of(results[name].table))
            for name, (_, words, differences, unit) in ASKED.items()
        }
        drawn = plot_detectable(curves, TARGET, f"{FIRST} against the others", "assurance")
        save_figure(drawn, folder / "group_differences.png")
        found = [*sentences(results), *audit_sentences(results["panel"].audit)]
        (folder / "findings.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False)
    console.print(f"tables and figures in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "power_dose_response"))

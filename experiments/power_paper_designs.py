"""Power of the paired designs of Maïga et al. (2013): what 12 lines, 4 patients or stromal cultures could see.

python -m experiments.power_paper_designs --out results/power_paper_designs
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import typer
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim.bounds import BoundedModel
from lensim.maiga2013 import number
from lensim.maiga2013.expression_twin import LINE, PRIMARY, STROMA
from lensim.maiga2013.populations import EXPRESSION
from lensim.power.result import PowerResult
from lensim.power.run import run_power
from lensim.power.scenario import Scenario, scenario_of
from lensim.power.words import audit_sentences, share_text
from lensim.report.power_folder import draw_power
from lensim.results_folder import Manifest, command_of, read_config, results_folder

console = Console()

SUBJECTS = {LINE: 12, PRIMARY: 4, STROMA: 3}
TARGETS = ("TNF", "IGF1")
RULES: list[dict[str, Any]] = [
    {"rule": "test", "test": "t_ratio", "name": "paired t on ratios"},
    {"rule": "test", "test": "t_log2", "name": "paired t on log ratios"},
    {"rule": "test", "test": "wilcoxon", "name": "Wilcoxon"},
    {"rule": "posterior", "above": 0.0, "probability": 0.975, "name": "P(mean > 0) > 0.975"},
    {"rule": "posterior", "of": "new_subject", "above": 0.0, "probability": 0.8, "name": "P(a new one > 0) > 0.8"},
    {"rule": "interval", "low": -0.2, "high": 0.2, "name": "90% interval outside ±0.2"},
]
EFFECTS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5)
"""True mean log2 fold changes: none to 283% of control."""
LOG_SD_SIGMA = (0.7, 2.0)
"""Priors of the spread between patients: the default, and one that hardly says anything (log sd)."""


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    studies: int = Field(gt=0)
    audit: int = Field(ge=0)
    workers: int = Field(gt=0)


def scenario(
    config: Config, name: str, kind: str, *, design: dict[str, Any], grid: dict[str, Any], rules: list[dict[str, Any]]
) -> Scenario:
    """A scenario with the assays and spreads of the calibrated twin (found by `experiments.twin_populations`).

    Levels are raised where the twin's are low, so that no reaction has few copies: what is asked here is what pairs and
    replicates buy, and reactions without a Ct are a question of their own.
    """
    assays = [
        {
            "gene": gene,
            "amplification_factor": EXPRESSION.assays[gene].amplification_factor,
            "ct_of_unit_quantity": 26.0 if gene in TARGETS else 22.5,
            "sd_log2_biological": EXPRESSION.assays[gene].sd_log2_biological,
        }
        for gene in (*TARGETS, "RPL37A")
    ]
    expression = [
        {
            "target": target,
            "cell_type": kind,
            "mu_log2_fold_change": 0.5,
            "sigma_log2_fold_change": EXPRESSION.expression[target, kind].sigma_log2_fold_change,
            "mu_log2_level": 1.0,
            "sigma_log2_level": 0.8,
        }
        for target in design.get("targets", TARGETS)
    ]
    targets = design.get("targets", TARGETS)
    return scenario_of(
        {
            "name": name,
            "seed": config.seed,
            "design": {"subjects": {kind: SUBJECTS[kind]}, "targets": TARGETS, "references": ("RPL37A",)} | design,
            "truth": {
                "expression": expression,
                "assays": [a for a in assays if a["gene"] in (*targets, "RPL37A")],
                "sd_log2_input": EXPRESSION.sd_log2_input,
                "sd_technical_cycles": EXPRESSION.sd_technical_cycles,
                "sd_plate_cycles": EXPRESSION.sd_plate_cycles,
            },
            "rules": rules,
            "studies": {"count": config.studies, "chunk": min(500, config.studies)},
            "audit": {"studies": config.audit},
            "grid": grid,
        },
        name,
    )


def scenarios(config: Config) -> dict[str, Scenario]:
    """The questions of this experiment."""
    effect = {"truth.expression.0.mu_log2_fold_change": EFFECTS}
    tnf = {"targets": ("TNF",)}
    once = config.model_copy(update={"audit": 0})  # a shape that is audited elsewhere, or nearly
    asked = {
        f"effect_{short}": scenario(
            once if kind == STROMA else config, f"effect_{short}", kind, design=tnf, grid=effect, rules=RULES
        )
        for short, kind in (("lines", LINE), ("patients", PRIMARY), ("stroma", STROMA))
    }
    asked["igf1_lines"] = scenario(once, "igf1_lines", LINE, design={"targets": ("IGF1",)}, grid=effect, rules=RULES)
    more = once.model_copy(update={"studies": 2 * config.studies})  # what is bought is a small difference
    for short, kind, numbers, mean in (("patients", PRIMARY, (4, 5, 8), 0.75), ("lines", LINE, (12, 13), 0.5)):
        asked[f"replication_{short}"] = scenario(
            more,
            f"replication_{short}",
            kind,
            design=tnf,
            grid={
                f"design.subjects.{kind}": numbers,
                "design.experiments": (2, 3),
                "design.technical_replicates": (2, 3),
                "truth.expression.0.mu_log2_fold_change": (mean,),
            },
            rules=[RULES[1], RULES[3]],
        )
    asked["prior_patients"] = scenario(
        once,
        "prior_patients",
        PRIMARY,
        design=tnf,
        grid={
            "analysis.priors.log_sd_sigma_log2_fold_change": LOG_SD_SIGMA,
            "truth.expression.0.mu_log2_fold_change": (0.0, 0.75, 1.5),
        },
        rules=[RULES[1], RULES[3]],
    )
    # a 23-fold change is 3 sd from the centre of the default prior, which pulls it in: hence a wide one
    asked["efficiency"] = scenario(
        config,
        "efficiency",
        LINE,
        design=tnf | {"dilutions": (4.0, 1.0, 0.25), "dilution_replicates": 1},
        grid={
            "analysis.factors": ("uncertain", "plug_in", "perfect"),
            "truth.expression.0.mu_log2_fold_change": (0.0, 0.75, 4.5),
            "truth.assays.0.amplification_factor": ({"normal": (1.93, 0.0)}, {"lognormal": (1.93, 0.031)}),
            "analysis.priors.sd_mu_log2_fold_change": (10.0,),
        },
        rules=[RULES[3], {"rule": "width", "at_most": 1.0, "name": "90% interval at most 1 wide"}],
    )
    return asked


def _percent(table: pd.DataFrame, rule: str, effect: float) -> str:
    """Share of finds of a rule at a true effect, with its error."""
    row = table[(table["rule"] == rule) & np.isclose(table["truth.expression.0.mu_log2_fold_change"], effect)].iloc[0]
    return f"{100 * row['share']:.0f}% (± {100 * row['share_mcse']:.1f})"


def _bought(table: pd.DataFrame, kind: str, subjects: int, word: str, rule: str) -> str:
    """What a third experiment, a triplicate and another subject add to two experiments in duplicate."""
    of_rule = table[table["rule"] == rule]
    columns = (f"design.subjects.{kind}", "design.experiments", "design.technical_replicates")

    def at(*design: int) -> str:
        here = np.all([of_rule[name] == value for name, value in zip(columns, design, strict=True)], axis=0)
        row = of_rule[here].iloc[0]
        return f"{100 * row['share']:.1f}% (± {100 * row['share_mcse']:.1f}), interval {row['width']:.2f} wide"

    mean = table["truth.expression.0.mu_log2_fold_change"].iloc[0]
    return (
        f"From {subjects} {word}s, two experiments in duplicate (a mean of {mean:+.2f} log2 is found by "
        f"{at(subjects, 2, 2)}): a third experiment gives {at(subjects, 3, 2)}; a triplicate {at(subjects, 2, 3)}; "
        f"both {at(subjects, 3, 3)}; another {word} {at(subjects + 1, 2, 2)}."
    )


def _prior_sentence(table: pd.DataFrame, rule: str, other: str) -> str:
    """What a rule on a posterior gains over a test with 4 patients, and how much of that is the prior's."""
    field = "analysis.priors.log_sd_sigma_log2_fold_change"
    said = []
    for mean in (0.75, 1.5):
        test, default, wide = (
            _percent(table[table[field] == log_sd], name, mean)
            for log_sd, name in ((LOG_SD_SIGMA[0], other), (LOG_SD_SIGMA[0], rule), (LOG_SD_SIGMA[1], rule))
        )
        said.append(f"At {mean:+.2f} log2 the {other} finds {test}, {rule} {default}, and {wide} with the wide prior.")
    none = [_percent(table[table[field] == log_sd], rule, 0.0) for log_sd in LOG_SD_SIGMA]
    return (
        "With 4 patients part of what Bayes gains is the prior's: four patients say little of the spread "
        f"between patients, so the prior of it does (median 0.5 log2, log sd {LOG_SD_SIGMA[0]:g}; a wide one has "
        f"{LOG_SD_SIGMA[1]:g}). {' '.join(said)} Without an effect {rule} finds one in {none[0]}, and in {none[1]} "
        "with the wide prior."
    )


def sentences(results: dict[str, PowerResult]) -> list[str]:
    """What the designs could detect, in sentences."""
    tables = [results[f"effect_{name}"].table for name in ("lines", "patients", "stroma")]
    t_log, t_ratio, bayes = "paired t on log ratios", "paired t on ratios", "P(mean > 0) > 0.975"
    tnf_patients = float(np.log2(number("tnf_primary_median_percent") / 100))

    def found_by(rule: str, effect: float) -> list[str]:
        return [_percent(table, rule, effect) for table in tables]

    classical, ours = found_by(t_log, 0.75), found_by(bayes, 0.75)
    patients_log, patients_ratio = found_by(t_log, 1.5)[1], found_by(t_ratio, 1.5)[1]
    none = [found_by(rule, 0.0)[0] for rule in (t_log, t_ratio, bayes)]
    found = [
        f"A true mean TNF change of +0.75 log2 (168% of control) is found by {classical[0]} of studies of 12 lines, "
        f"{classical[1]} of 4 patients and {classical[2]} of 3 stromal cultures with the {t_log}; by {ours[0]}, "
        f"{ours[1]} and {ours[2]} with {bayes}.",
        f"The published median in patients ({tnf_patients:+.2f} log2) is near +1.5: 4 patients see that in "
        f"{patients_log} of studies on the log scale and {patients_ratio} on ratios; Wilcoxon's test never can, its "
        "smallest two-sided P with 4 pairs is 0.125.",
        "4 patients see a true mean of "
        + ", ".join(
            f"{effect:+.2f} in {_percent(tables[1], t_log, effect)} by the {t_log} and "
            f"{_percent(tables[1], bayes, effect)} by {bayes}"
            for effect in EFFECTS[2:]
        )
        + ".",
        f"Without any effect the rules find one in {none[0]} (t, log), {none[1]} (t, ratios) and {none[2]} (Bayes, "
        "one-sided) of studies of 12 lines.",
    ]
    found.append(_bought(results["replication_patients"].table, PRIMARY, 4, "patient", bayes))
    found.append(_bought(results["replication_lines"].table, LINE, 12, "line", bayes))
    found.append(_prior_sentence(results["prior_patients"].table, bayes, t_log))
    efficiency = results["efficiency"].table
    uncertain = efficiency["truth.assays.0.amplification_factor"].str.contains("lognormal")
    for effect, what in ((4.5, "a 23-fold change"), (0.75, "one of +0.75 log2")):
        near = np.isclose(efficiency["truth.expression.0.mu_log2_fold_change"], effect)
        own = efficiency[near & uncertain & (efficiency["rule"] == bayes)].set_index("analysis.factors")
        told = "; ".join(
            f"{100 * own['coverage'][how]:.0f}% (± {100 * own['coverage_mcse'][how]:.1f}) with {word}, "
            f"RMSE {own['rmse'][how]:.2f} log2, found by {share_text(own['share'][how], own['share_mcse'][how])}%"
            for how, word in (
                ("uncertain", "the efficiency's error carried"),
                ("plug_in", "the standard curve's taken for true"),
                ("perfect", "a factor of 2"),
            )
        )
        found.append(
            f"With a dilution series of three reactions and {what}, 90% intervals of the mean hold the truth in {told}."
        )
    return found


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Simulate and judge every design, and write tables, figures and findings into one folder.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    results: dict[str, PowerResult] = {}
    with results_folder(out, config_path, force=force) as folder:
        for name, asked in scenarios(config).items():
            with manifest.timed(name):
                results[name] = run_power(asked, folder / name, workers=config.workers, draw=draw_power)
            console.print(f"{name}: {manifest.seconds[name]:.0f} s")
        found = sentences(results)
        audits = [
            result.audit.assign(point=[f"{name} {point}" for point in result.audit["point"]])
            for name, result in results.items()
            if not result.audit.empty
        ]
        found += audit_sentences(pd.concat(audits, ignore_index=True) if audits else pd.DataFrame())
        (folder / "findings.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False)
    console.print(f"tables and figures in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "power_paper_designs"))

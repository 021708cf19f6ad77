"""The twin's populations, calibrated to the stated facts of Maïga et al. (2013) by simulating the study many times.

    python -m experiments.twin_populations --out results/twin_populations

It starts from populations whose true values follow the stated facts (`PAPER_POPULATION` of the panel, `POPULATION` of
RT-qPCR), not from what it found before. A round simulates whole studies (plates and reactions with their faults), reads
them as the laboratory would, and moves each mean by the difference of stated and simulated reading, each spread by the
ratio of their ranges (stochastic approximation with a falling step). The result, rounded, is in
`lensim.maiga2013.populations`.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import typer
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import seeding
from lensim.bounds import BoundedModel
from lensim.dose_response.truth import DoseResponsePopulation
from lensim.expression.truth import CellTypeExpression, ExpressionPopulation
from lensim.maiga2013.claims import numbers_table
from lensim.maiga2013.dose_response_twin import PAPER_POPULATION
from lensim.maiga2013.expression_twin import LINE, POPULATION, PRIMARY, STROMA
from lensim.maiga2013.facts import count_of, number, span
from lensim.maiga2013.populations import DOSE_RESPONSE, EXPRESSION
from lensim.maiga2013.simulated import panel_twins, study_twins
from lensim.results_folder import Manifest, command_of, read_config, results_folder

console = Console()
PAIRED = (("TNF", LINE, "lines"), ("TNF", PRIMARY, "primary"), ("IGF1", LINE, "lines"), ("IGF1", PRIMARY, "primary"))
EFFECT_A_LINE = 0.03
"""How far the mean effect moves for one sensitive line too few."""
FIRST_STEP = 1.0
LARGEST_RATIO = 1.5


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    rounds: int = Field(ge=1)
    studies: int = Field(ge=20)
    check_studies: int = Field(ge=20)


def step_of(number_of_round: int) -> float:
    """How much of a difference is made up for: all at first, less and less as readings only differ by chance."""
    return FIRST_STEP / (1 + number_of_round / 3)


def next_panel(
    population: DoseResponsePopulation, readings: dict[str, np.ndarray], step: float
) -> DoseResponsePopulation:
    """Mean and spread of log10 EC50 by the range of sensitive lines, mean effect by their number."""
    ends = span("sensitive_ic50_um")
    low, high = (np.log10(readings[f"sensitive_ic50_um.{end}"]) for end in ("low", "high"))
    stated_low, stated_high = np.log10(ends.low), np.log10(ends.high)
    shift = (stated_low + stated_high) / 2 - np.median(low + high) / 2
    ratio = np.clip((stated_high - stated_low) / np.median(high - low), 1 / LARGEST_RATIO, LARGEST_RATIO) ** step
    missing = count_of("sensitive_lines").count - readings["sensitive_lines"].mean()
    return replace(
        population,
        mu_log10_ec50_um=population.mu_log10_ec50_um + step * float(shift),
        sigma_log10_ec50_um=population.sigma_log10_ec50_um * float(ratio),
        sigma_group_log10_ec50_um=population.sigma_group_log10_ec50_um * float(ratio),
        mu_effect_at_saturation=population.mu_effect_at_saturation + step * EFFECT_A_LINE * float(missing),
    )


def next_expression(
    population: ExpressionPopulation, readings: dict[str, np.ndarray], step: float
) -> ExpressionPopulation:
    """Means of log2 fold changes by medians, spreads by ranges; the level of IGF1 in primary cells by its excess."""
    expression = dict(population.expression)

    def changed(gene: str, cell_type: str, **values: float) -> None:
        expression[gene, cell_type] = replace(expression[gene, cell_type], **values)

    for gene, cell_type, short in PAIRED:
        key, own = f"{gene.lower()}_{short}", expression[gene, cell_type]
        ends = span(f"{key}_range_percent")
        shift = np.log2(number(f"{key}_median_percent")) - np.median(np.log2(readings[f"{key}_median_percent"]))
        simulated = np.log2(readings[f"{key}_range_percent.high"] / readings[f"{key}_range_percent.low"])
        ratio = np.clip(np.log2(ends.high / ends.low) / np.median(simulated), 1 / LARGEST_RATIO, LARGEST_RATIO) ** step
        changed(
            gene,
            cell_type,
            mu_log2_fold_change=own.mu_log2_fold_change + step * float(shift),
            sigma_log2_fold_change=own.sigma_log2_fold_change * float(ratio),
        )
    excess = np.log2(number("igf1_primary_over_lines_fold")) - np.median(
        np.log2(readings["igf1_primary_over_lines_fold"])
    )
    primary: CellTypeExpression = expression["IGF1", PRIMARY]
    changed("IGF1", PRIMARY, mu_log2_level=primary.mu_log2_level + step * float(excess))
    stated = np.log2(1 - number("tnf_bmsc_inhibition_percent") / 100)
    simulated = np.median(np.log2(1 - readings["tnf_bmsc_inhibition_percent"] / 100))
    stroma = expression["TNF", STROMA]
    changed("TNF", STROMA, mu_log2_fold_change=stroma.mu_log2_fold_change + step * float(stated - simulated))
    return replace(population, expression=expression)


def figures_of(panel: DoseResponsePopulation, expression: ExpressionPopulation) -> dict[str, float]:
    """What is calibrated, by name."""
    names = ("mu_log10_ec50_um", "sigma_log10_ec50_um", "sigma_group_log10_ec50_um", "mu_effect_at_saturation")
    found = {name: getattr(panel, name) for name in names}
    for gene, cell_type, _ in (*PAIRED, ("TNF", STROMA, "")):
        own = expression.expression[gene, cell_type]
        found[f"{gene}, {cell_type}: mu_log2_fold_change"] = own.mu_log2_fold_change
        if cell_type != STROMA:
            found[f"{gene}, {cell_type}: sigma_log2_fold_change"] = own.sigma_log2_fold_change
    found[f"IGF1, {PRIMARY}: mu_log2_level"] = expression.expression["IGF1", PRIMARY].mu_log2_level
    return found


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Calibrate, and write what was found beside what is in use, and readings of the twin in use beside the stated.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    panel, expression = PAPER_POPULATION, POPULATION
    with results_folder(out, config_path, force=force) as folder:
        with manifest.timed("calibrate"):
            for k in range(config.rounds):
                rng = seeding.stream(config.seed, "calibrate twin", k)
                panel = next_panel(panel, panel_twins(config.studies, rng, panel), step_of(k))
                expression = next_expression(expression, study_twins(config.studies, rng, expression), step_of(k))
        found, used = figures_of(panel, expression), figures_of(DOSE_RESPONSE, EXPRESSION)
        figures = pd.DataFrame({"figure": list(found), "found": list(found.values()), "in_use": list(used.values())})
        with manifest.timed("check"):
            rng = seeding.stream(config.seed, "calibrate twin", "check")
            readings = panel_twins(config.check_studies, rng) | study_twins(config.check_studies, rng)
        table = numbers_table(readings)
        table = table[table["inside"] != "not simulated"]
        figures.to_csv(folder / "figures.csv", index=False)
        table.to_csv(folder / "readings.csv", index=False)
        inside = int((table["inside"] == "yes").sum())
        said = [
            f"The central 90% of {config.check_studies} studies holds {inside} of {len(table)} stated numbers.",
            *(
                f"outside: {row.claim}, stated {row.stated}, simulated {row.twin_low:.3g} to {row.twin_high:.3g}"
                for row in table[table["inside"] == "no"].itertuples()
            ),
            f"figures found and in use differ by {(figures['found'] - figures['in_use']).abs().max():.3f} at most",
        ]
        (folder / "findings.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(said), highlight=False)
    console.print(figures.to_string(index=False), highlight=False)
    console.print(f"tables in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "twin_populations"))

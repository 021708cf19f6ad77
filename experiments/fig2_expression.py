"""Figures 2A, 2B, 2D, 2E and 3B of Maïga et al. (2013) as a simulated twin: RT-qPCR, a hierarchical fit, and Pfaffl.

python -m experiments.fig2_expression --config experiments/fig2_expression.toml --out results/fig2_expression
"""

from pathlib import Path

import pandas as pd
import typer
import xarray as xr
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import seeding
from lensim import vocabulary as v
from lensim.bounds import BoundedModel
from lensim.dose_response.estimands import TOP_DOSE, dose_response_estimands
from lensim.expression.classical import classical_fold_changes, classical_population
from lensim.expression.classical_comparison import compare_with_classical
from lensim.expression.contrasts import summarise_contrasts, summarise_levels
from lensim.expression.design import lay_out
from lensim.expression.estimands import expression_estimands, summarise_populations, summarise_subjects
from lensim.expression.read import write_cts
from lensim.expression.sensitivity import summarise_sensitivity
from lensim.expression.simulate import one_study, simulate
from lensim.expression.truth import ReactionFaults
from lensim.fit_study import fit_study
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of
from lensim.maiga2013 import number
from lensim.maiga2013.expression_twin import LINE, PARENTS, PRIMARY, STROMA, draw_expression_twin, expression_design
from lensim.maiga2013.lines import LINES
from lensim.output import load_result, save_dataset, save_result
from lensim.report.figures import expression as report
from lensim.report.figures.associations import plot_against_ic50
from lensim.report.figures.style import save_figure
from lensim.results_folder import Manifest, SamplerConfig, command_of, read_config, results_folder

console = Console()
FIGURES = ("levels", "before_after", "forest", "standard_curves", "resistant_profile")


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    experiments: int = Field(gt=0)
    replicates: int = Field(gt=0)
    model: str
    ci_prob: float = Field(gt=0, lt=1)
    attempts: int = Field(gt=0)
    dose_response: Path
    sampler: SamplerConfig


def simulate_twin(config: Config) -> tuple[xr.Dataset, xr.Dataset]:
    """Reactions of one twin, and the truth behind them."""
    sheet = lay_out(expression_design(config.experiments, config.replicates))
    truth = draw_expression_twin(sheet, seeding.stream(config.seed, "truth"))
    data = simulate(sheet, truth, ReactionFaults(), seeding.stream(config.seed, "machine"))
    return one_study(data, 0), truth.isel(study=0)


def with_truth(table: pd.DataFrame, truth: xr.Dataset) -> pd.DataFrame:
    """`summarise_subjects`, with the true fold change of the twin beside it."""
    true = 100 * 2.0 ** truth[v.LOG2_FOLD_CHANGE].to_series().rename("true_percent")
    return table.join(true, on=[v.TARGET, v.SUBJECT, v.CONTRAST])


def sentences(subjects: pd.DataFrame, populations: pd.DataFrame, config: Config) -> list[str]:
    """The findings, in sentences."""
    seen = subjects[subjects["detected"] > 0]
    low, high = seen["fold_change_percent_lower"], seen["fold_change_percent_upper"]
    inside = ((seen["true_percent"] >= low) & (seen["true_percent"] <= high)).mean()
    found = [
        f"{inside:.0%} of the {len(seen)} true fold changes lie in their {config.ci_prob:.0%} intervals.",
    ]
    for target, cell_type, key in (
        ("TNF", LINE, "tnf_lines"),
        ("TNF", PRIMARY, "tnf_primary"),
        ("IGF1", LINE, "igf1_lines"),
        ("IGF1", PRIMARY, "igf1_primary"),
    ):
        row = populations[(populations["target"] == target) & (populations["cell_type"] == cell_type)].iloc[0]
        found.append(
            f"{target} in {cell_type}: {row['fold_change_percent']:.0f}% of control "
            f"({row['fold_change_percent_lower']:.0f} to {row['fold_change_percent_upper']:.0f}), "
            f"a new one {row['new_subject_percent_lower']:.0f} to {row['new_subject_percent_upper']:.0f}; "
            f"published median {number(f'{key}_median_percent'):.0f}%."
        )
    return found


def sentences_of_contrasts(contrasts: pd.DataFrame, levels: pd.DataFrame, calibrator: str) -> list[str]:
    """Cell types against each other, and levels over the calibrator, in plain words."""

    def row_of(quantity: str, target: str, one: str, other: str) -> tuple[float, float, float, int, int]:
        """Ratio of `one` over `other` with its interval, and their subjects, whichever is first in the table."""
        own = contrasts[(contrasts["quantity"] == quantity) & (contrasts["target"] == target)]
        for first, second, turned in ((one, other, False), (other, one, True)):
            found = own[(own["first"] == first) & (own["second"] == second)]
            if len(found):
                row = found.iloc[0]
                ratio, low, high = row["ratio"], row["ratio_lower"], row["ratio_upper"]
                if turned:
                    return 1 / ratio, 1 / high, 1 / low, row["second_subjects"], row["first_subjects"]
                return ratio, low, high, row["first_subjects"], row["second_subjects"]
        raise KeyError(f"{one}, {other}")

    ratio, low, high, primary, lines = row_of("level", "IGF1", PRIMARY, LINE)
    said = [
        f"IGF1 level, {PRIMARY} over {LINE}: {ratio:.0f}-fold ({low:.0f} to {high:.0f}), {primary} and {lines} "
        f"subjects that have it; published {number('igf1_primary_over_lines_fold'):.0f}-fold."
    ]
    ratio, low, high, primary, stroma = row_of("fold change", "TNF", PRIMARY, STROMA)
    said.append(
        f"TNF fold change, {PRIMARY} over {STROMA}: {ratio:.1f} ({low:.1f} to {high:.1f}), {primary} and {stroma} "
        "subjects."
    )
    for target, own in levels[(levels["note"] == "") & (levels["cell_type"] == LINE)].groupby("target", sort=False):
        in_order = own.sort_values("ratio")
        least, most = in_order.iloc[0], in_order.iloc[-1]
        said.append(
            f"{target} level over {calibrator}: from {least['ratio']:.2g} ({least['subject']}) to {most['ratio']:.2g} "
            f"({most['subject']}) in {len(own)} lines that have it."
        )
    return said


def report_sensitivity(result: xr.DataTree, config: Config, folder: Path) -> list[str]:
    """Relation of a line's response to its sensitivity: table, sentences, and a figure where there are IC50s."""
    calls: dict[str, str] = {line.name: line.published_call for line in LINES}
    ic50, top_dose, are_pooled = None, None, False
    if config.dose_response.exists():
        dose_response = load_result(config.dose_response)
        panel = dose_response_estimands(dose_response)
        ic50, top_dose = panel[v.LOG10_IC50], float(panel[TOP_DOSE].max())
        are_pooled = "hierarchical" in str(dose_response.attrs.get("model", ""))
    groups = ("sensitive", "resistant")
    table = summarise_sensitivity(
        result,
        calls,
        groups,
        ic50,
        config.ci_prob,
        config.seed,
        top_dose_um=top_dose,
        lines_are_pooled=are_pooled,
    )
    table.to_csv(folder / "sensitivity.csv", index=False)
    if ic50 is not None and top_dose is not None:
        figure = plot_against_ic50(result, ic50, calls, table, top_dose, config.ci_prob)
        save_figure(figure, folder / "against_ic50.png")
    said = []
    for _, row in table.iterrows():
        beyond = f", {row['subjects_beyond']:.1f} of them above the doses" if row["subjects_beyond"] > 0 else ""
        said.append(
            f"{row['target']}, log2 fold change {row['question']}: {row['log2_estimate']:+.2f} "
            f"({row['log2_lower']:+.2f} to {row['log2_upper']:+.2f}), {row['subjects']} lines{beyond}."
        )
    return said if ic50 is not None else [*said, f"No IC50s: {config.dose_response} is not there, so no slopes."]


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Simulate, fit, draw and write everything into one folder.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    with results_folder(out, config_path, force=force, inputs=[config.dose_response]) as folder:
        with manifest.timed("simulate"):
            data, truth = simulate_twin(config)
        write_cts(data, folder / "reactions.csv")
        save_dataset(truth, folder / "truth.nc")
        console.print(f"twin: {data.sizes[v.SUBJECT]} subjects, {data.sizes[v.REACTION]} reactions; sampling")
        with manifest.timed("fit"):
            result = fit_study(
                data,
                FitSettings(SamplerSettings(**config.sampler.model_dump())),
                seeding.sampler_seed(config.seed, "fit expression"),
                attempts=config.attempts,
                progress=console.is_terminal,
                tell=console.print,
                model=config.model,
            )
        verdict = verdict_of(result)
        manifest.verdicts[config.model] = verdict.sentence()
        with manifest.timed("report"):
            save_result(result, folder / "fit.nc")
            estimands = expression_estimands(result)
            subjects = with_truth(summarise_subjects(estimands, config.ci_prob), truth)
            populations = summarise_populations(estimands, config.ci_prob)
            classical = classical_fold_changes(data, confidence=config.ci_prob)
            subjects.to_csv(folder / "subjects.csv", index=False)
            populations.to_csv(folder / "populations.csv", index=False)
            classical_population(classical, config.ci_prob).to_csv(folder / "classical_tests.csv", index=False)
            compare_with_classical(result, config.ci_prob).to_csv(folder / "comparison.csv", index=False)
            contrasts = summarise_contrasts(estimands, config.ci_prob)
            levels = summarise_levels(estimands, config.ci_prob)
            contrasts.to_csv(folder / "contrasts.csv", index=False)
            levels.to_csv(folder / "levels.csv", index=False)
            sensitivity = report_sensitivity(result, config, folder)
            drawn = (
                report.plot_levels(result, config.ci_prob),
                report.plot_before_after(classical, data),
                report.plot_forest(result, config.ci_prob),
                report.plot_standard_curves(result, config.ci_prob),
                report.plot_resistant_profile(result, PARENTS, config.ci_prob),
            )
            for name, figure in zip(FIGURES, drawn, strict=True):
                save_figure(figure, folder / f"{name}.png")
        found = sentences(subjects, populations, config)
        found += sentences_of_contrasts(contrasts, levels, str(data.attrs["calibrator"])) + sensitivity
        (folder / "findings.txt").write_text("\n".join([*found, verdict.sentence()]) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False)
    console.print(verdict.sentence(), style="green" if verdict.passed else "red", highlight=False)
    drawn_too = ("against_ic50",) if config.dose_response.exists() else ()
    names = ", ".join(f"{out}/{name}.png" for name in (*FIGURES, *drawn_too))
    console.print(f"figures: {names}", soft_wrap=True, highlight=False)
    console.print(f"tables beside them; everything, for ArviZ: {out}/fit.nc", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "fig2_expression"))

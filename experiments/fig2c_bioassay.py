"""Figure 2C of Maïga et al. (2013) as a simulated twin: a TNF bioassay, its model, and least squares beside it.

python -m experiments.fig2c_bioassay --config experiments/fig2c_bioassay.toml --out results/fig2c_bioassay
"""

from pathlib import Path

import pandas as pd
import typer
import xarray as xr
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim import seeding
from lensim import vocabulary as v
from lensim.bioassay.assemble import write_bioassay
from lensim.bioassay.classical import classical_changes, classical_tnf
from lensim.bioassay.design import lay_out
from lensim.bioassay.estimands import bioassay_estimands, summarise_changes, summarise_media
from lensim.bioassay.simulate import one_study, simulate
from lensim.bioassay.truth import USUAL_FAULTS
from lensim.bounds import BoundedModel
from lensim.fit_study import fit_study
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of
from lensim.maiga2013.bioassay_twin import bioassay_design, draw_bioassay_twin
from lensim.maiga2013.facts import count_of
from lensim.output import save_dataset, save_result
from lensim.report.figures import bioassay as report
from lensim.report.figures.style import save_figure
from lensim.results_folder import Manifest, SamplerConfig, command_of, read_config, results_folder

console = Console()
MODEL = "bioassay_calibration"
FIGURES = ("calibration", "tnf")


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    experiments: int = Field(gt=0)
    replicates: int = Field(gt=0)
    ci_prob: float = Field(gt=0, lt=1)
    attempts: int = Field(gt=0)
    sampler: SamplerConfig


def simulate_twin(config: Config) -> tuple[xr.Dataset, xr.Dataset]:
    """Wells of one twin, and the truth behind them."""
    sheet = lay_out(bioassay_design(config.experiments, config.replicates))
    truth = draw_bioassay_twin(sheet, seeding.stream(config.seed, "truth"))
    data = simulate(sheet, truth, USUAL_FAULTS, seeding.stream(config.seed, "machine"))
    return one_study(data, 0), truth.isel(study=0)


def with_truth(media: pd.DataFrame, changes: pd.DataFrame, truth: xr.Dataset) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables with what is true of the twin beside them."""
    tnf = 10.0 ** truth[v.LOG10_TNF].to_series().rename("true_pg_per_ml")
    percent = 100 * 2.0 ** truth[v.LOG2_FOLD_CHANGE].to_series().rename("true_percent")
    return media.join(tnf, on="medium"), changes.join(percent, on=[v.CELL_LINE, v.CONTRAST])


def sentences(media: pd.DataFrame, changes: pd.DataFrame, config: Config) -> list[str]:
    """The findings, in sentences."""
    inside = (media["true_pg_per_ml"] >= media["bound_lower"]) & (media["true_pg_per_ml"] <= media["bound_upper"])
    beyond = media["tnf_pg_per_ml"].isna()
    found = [
        f"{inside.mean():.0%} of the {len(media)} media hold their true TNF in the {config.ci_prob:.0%} interval; "
        f"{beyond.sum()} of them lie beyond the standards and are bounds."
    ]
    for row in changes.itertuples():
        found.append(
            f"{row.cell_line}, {row.contrast}: {row.change} of control, P(increase) {row.p_increase:.2f} (control "
            f"{row.control_tnf} the standards, treated {row.treated_tnf}); the truth is {row.true_percent:.0f}%."
        )
    stated = count_of("tnf_activity_increased")
    sure = int((changes["p_increase"] > 0.95).sum())
    found.append(
        f"The paper states an increase in {stated.count} of {stated.total} lines; this twin, in which both increase, "
        f"is sure of {sure} (P above 0.95)."
    )
    return found


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Simulate, fit, draw and write everything into one folder.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    with results_folder(out, config_path, force=force) as folder:
        with manifest.timed("simulate"):
            data, truth = simulate_twin(config)
        write_bioassay(data, folder / "wells.csv")
        save_dataset(truth, folder / "truth.nc")
        console.print(f"twin: {data.sizes[v.MEDIUM]} media, {data.sizes[v.WELL]} wells; sampling")
        with manifest.timed("fit"):
            result = fit_study(
                data,
                FitSettings(SamplerSettings(**config.sampler.model_dump())),
                seeding.sampler_seed(config.seed, "fit bioassay"),
                attempts=config.attempts,
                progress=console.is_terminal,
                tell=console.print,
                model=MODEL,
            )
        verdict = verdict_of(result)
        manifest.verdicts[MODEL] = verdict.sentence()
        with manifest.timed("report"):
            save_result(result, folder / "fit.nc")
            classical = classical_tnf(data, config.ci_prob)
            estimands = bioassay_estimands(result)
            media, changes = with_truth(
                summarise_media(estimands, config.ci_prob), summarise_changes(estimands, config.ci_prob), truth
            )
            media.to_csv(folder / "media.csv", index=False)
            changes.to_csv(folder / "changes.csv", index=False)
            classical.to_csv(folder / "classical.csv", index=False)
            classical_changes(data, classical, config.ci_prob).to_csv(folder / "classical_changes.csv", index=False)
            drawn = (
                report.plot_calibration(result, config.ci_prob),
                report.plot_tnf(result, config.ci_prob, classical, media["true_pg_per_ml"].to_numpy()),
            )
            for name, figure in zip(FIGURES, drawn, strict=True):
                save_figure(figure, folder / f"{name}.png")
        found = sentences(media, changes, config)
        (folder / "findings.txt").write_text("\n".join([*found, verdict.sentence()]) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(found), highlight=False)
    console.print(verdict.sentence(), style="green" if verdict.passed else "red", highlight=False)
    names = ", ".join(f"{out}/{name}.png" for name in FIGURES)
    console.print(f"figures: {names}", soft_wrap=True, highlight=False)
    console.print(f"tables beside them; everything, for ArviZ: {out}/fit.nc", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "fig2c_bioassay"))

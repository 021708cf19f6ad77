"""Every claim of Maïga et al. (2013): what it says, what twins of the study read, what the models recover.

    python -m experiments.claims --out results/claims

A number is set beside the central 90% of readings of many twins, and beside what the models of other experiments
recover from the one twin that they saw, whose truth is known. A finding is set beside how often a study like this would
make it, true or not.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import typer
from pydantic import ConfigDict, Field
from rich.console import Console

from lensim.bounds import BoundedModel
from lensim.inference.intervals import interval_of
from lensim.maiga2013.claims import FINDINGS, findings_table, numbers_table, untestable_table
from lensim.maiga2013.evidence import share_words
from lensim.maiga2013.protocol import protocol_table
from lensim.maiga2013.recovered import RECOVERED
from lensim.maiga2013.worlds import CALIBRATED, readings_of_worlds
from lensim.report.figures.claims import plot_findings, plot_numbers
from lensim.report.figures.style import save_figure
from lensim.results_folder import Manifest, command_of, read_config, results_folder
from lensim.tables.records import records

console = Console()


class Config(BoundedModel):
    """Settings of this experiment, from its config file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    studies: int = Field(ge=20)
    ci_prob: float = Field(gt=0, lt=1)
    results: Path


def with_models(table: pd.DataFrame, config: Config) -> pd.DataFrame:
    """The table of numbers with what models recover from their twin beside it, where a fit is at hand.

    Adds model_median, model_low, model_high, true_in_twin, and recovered ('yes' where the interval holds the truth).
    """
    rows: dict[str, dict[str, float | str]] = {}
    for name, recover in RECOVERED.items():
        folder = config.results / name
        if not (folder / "fit.nc").exists() or not (folder / "truth.nc").exists():
            continue
        draws, truth = recover(folder)
        for key, values in draws.items():
            low, middle, high = interval_of(values, config.ci_prob, method="inverted_cdf")
            true = float(truth[key][0])
            rows[key] = {
                "model_median": middle,
                "model_low": low,
                "model_high": high,
                "true_in_twin": true,
                "recovered": "yes" if low <= true <= high else "no",
            }
    return table.join(pd.DataFrame.from_dict(rows, orient="index"), on="key")


def explained(table: pd.DataFrame) -> pd.DataFrame:
    """The table of numbers with a reason for every number that twins do not hold."""
    outside = table["inside"] == "no"
    low = table["stated_number"] < table["twin_low"]
    words = np.where(low, "below what twins read", "above what twins read")
    return table.assign(
        comment=[
            "; ".join(part for part in (comment, side if is_out else "") if part)
            for comment, side, is_out in zip(table["comment"], words, outside, strict=True)
        ]
    )


def sentences(numbers: pd.DataFrame, findings: pd.DataFrame, config: Config) -> list[str]:
    """The findings, in sentences."""
    simulated = numbers[numbers["inside"] != "not simulated"]
    inside = int((simulated["inside"] == "yes").sum())
    said = [
        f"{len(numbers)} stated numbers, {len(findings)} findings; {inside} of the {len(simulated)} numbers that twins "
        f"read lie in the central 90% of {config.studies} twins.",
        *(
            f"Outside: {row.claim}, stated {row.stated}, "
            f"twins {row.twin_low:.3g} to {row.twin_high:.3g} ({row.comment})."
            for row in simulated[simulated["inside"] == "no"].itertuples()
        ),
    ]
    if "recovered" in numbers:
        known = numbers[numbers["recovered"].isin(["yes", "no"])]
        held = int((known["recovered"] == "yes").sum())
        said.append(
            f"Models: {held} of {len(known)} true values of their twins lie in the {config.ci_prob:.0%} intervals."
        )
    for name in ("very strong", "strong", "positive", "hardly any"):
        own = findings[findings["evidence"] == name]
        listed = "; ".join(
            f"{row['claim']}, {row['ratio_words']} ({share_words(row['p_if_true'], row['studies'])} where true, "
            f"{share_words(row['p_if_not'], row['studies'])} where not)"
            for row in records(own)
        )
        said.append(f"{name.capitalize()} evidence when made: {listed or 'none'}.")
    return said


def run(config_path: Path, out: Path, *, force: bool = False) -> None:
    """Simulate twins in every world, set all claims beside them, and write tables, figures and findings.

    Raises
    ------
    InputError
        If the config is faulty, or the folder is there and `force` is false.
    """
    config = read_config(config_path, Config)
    manifest = Manifest(config.seed)
    with results_folder(out, config_path, force=force, inputs=[config.results]) as folder:
        with manifest.timed("simulate"):
            worlds: Mapping[str, Mapping[str, np.ndarray]] = readings_of_worlds(config.studies, config.seed)
        with manifest.timed("recover"):
            numbers = explained(with_models(numbers_table(worlds[CALIBRATED]), config))
        findings = findings_table(worlds, FINDINGS, CALIBRATED)
        numbers.to_csv(folder / "numbers.csv", index=False)
        findings.to_csv(folder / "findings.csv", index=False)
        every = pd.concat([numbers, findings, untestable_table(), protocol_table()], ignore_index=True)
        every.to_csv(folder / "claims.csv", index=False)
        save_figure(plot_numbers(numbers), folder / "numbers.png")
        save_figure(plot_findings(findings), folder / "findings.png")
        said = sentences(numbers, findings, config)
        (folder / "findings.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
        manifest.write(folder)
    console.print("\n".join(said), highlight=False)
    console.print(f"tables and figures in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "claims"))

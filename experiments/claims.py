"""Every claim of Maïga et al. (2013): what it says, what twins of the study read, what the models recover.

    python -m experiments.claims --out results/claims

A number is set beside the central 90% of readings of many twins, and beside what the models of other experiments
recover from the one twin that they saw, whose truth is known. A finding is set beside how often a study like this would
make it, true or not.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import typer
import xarray as xr
from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console

from lensim import vocabulary as v
from lensim.inference.estimands_dose_response import INHIBITION_AT_TOP, LOG10_IC50, dose_response_estimands
from lensim.inference.observations import observations_of
from lensim.maiga2013.claims import FINDINGS, findings_table, numbers_table, untestable_table
from lensim.maiga2013.expression_twin import ABSENT, LINE, PRIMARY, STROMA
from lensim.maiga2013.protocol import protocol_table
from lensim.maiga2013.readings import RESISTANT_ABOVE_UM, STIMULATED_ABOVE_PERCENT
from lensim.maiga2013.worlds import CALIBRATED, readings_of_worlds
from lensim.output import load_result
from lensim.proliferation import curve
from lensim.report.claims import plot_findings, plot_numbers
from lensim.report.figures import save_figure
from lensim.results_folder import Manifest, command_of, read_config, results_folder

console = Console()
Quantities = dict[str, np.ndarray]


class Config(BaseModel):
    """What this experiment can be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int = Field(ge=0)
    studies: int = Field(ge=20)
    ci_prob: float = Field(gt=0, lt=1)
    dose_response: Path
    expression: Path


def panel_quantities(
    log10_ic50: np.ndarray, at_top_percent: np.ndarray, group: np.ndarray, names: list[str]
) -> Quantities:
    """The numbers of Figure 1 from IC50s [log10 uM] and percent of untreated at the top dose, both (draw, line)."""
    resistant = log10_ic50 > np.log10(RESISTANT_ABOVE_UM)
    sensitive = np.where(resistant, np.nan, 10.0 ** np.where(resistant, 0.0, log10_ic50))
    found = {
        "sensitive_lines": (~resistant).sum(axis=1),
        "resistant_lines": resistant.sum(axis=1),
        "sensitive_ic50_um.low": np.nanmin(sensitive, axis=1),
        "sensitive_ic50_um.high": np.nanmax(sensitive, axis=1),
        "sensitive_share_in_abstract_percent": 100 * (~resistant).mean(axis=1),
        "resistant_share_in_discussion_percent": 100 * resistant.mean(axis=1),
        "stimulated_share_of_resistant_percent": 100
        * (resistant & (at_top_percent > STIMULATED_ABOVE_PERCENT)).sum(axis=1)
        / np.maximum(resistant.sum(axis=1), 1),
    }
    for k, name in enumerate(names):
        found[f"resistant_{name.lower().partition('/')[0]}_lines"] = resistant[:, group == k].sum(axis=1)
    return {name: np.asarray(values, dtype=float) for name, values in found.items()}


def recovered_panel(folder: Path) -> tuple[Quantities, Quantities]:
    """Posterior draws of the numbers of Figure 1, and their truth in that twin."""
    result, truth = load_result(folder / "fit.nc"), xr.load_dataset(folder / "truth.nc", engine="h5netcdf")
    data = observations_of(result)
    group, names = data[v.GROUP_OF_LINE].to_numpy(), [str(one) for one in data[v.MOLECULAR_GROUP].to_numpy()]
    draws = dose_response_estimands(result, RESISTANT_ABOVE_UM).stack(sample=("chain", "draw"), create_index=False)

    def by_line(name: str) -> np.ndarray:
        return np.asarray(draws[name].transpose("sample", v.CELL_LINE))

    top = 100.0 * curve.residual(
        RESISTANT_ABOVE_UM, *(truth[name].to_numpy() for name in (v.LOG10_EC50, v.LOG_HILL, v.EFFECT))
    )
    return (
        panel_quantities(by_line(LOG10_IC50), 100.0 - by_line(INHIBITION_AT_TOP), group, names),
        panel_quantities(truth[LOG10_IC50].to_numpy()[None], np.asarray(top)[None], group, names),
    )


def expression_quantities(
    fold: np.ndarray, level: np.ndarray, kind: np.ndarray, subjects: list[str], targets: list[str]
) -> Quantities:
    """The numbers of Figure 2 from log2 fold changes and levels, both (draw, target, subject)."""
    found: Quantities = {}
    for target in ("TNF", "IGF1"):
        for cell_type, short in ((LINE, "lines"), (PRIMARY, "primary")):
            own = [i for i, s in enumerate(subjects) if kind[i] == cell_type and s != ABSENT[target]]
            z = fold[:, targets.index(target), own]
            percent, key = 100 * 2.0**z, f"{target.lower()}_{short}"
            found |= {
                f"{key}_increased": (z > 0).sum(axis=1).astype(float),
                f"{key}_median_percent": np.median(percent, axis=1),
                f"{key}_range_percent.low": percent.min(axis=1),
                f"{key}_range_percent.high": percent.max(axis=1),
            }
    stroma = fold[:, targets.index("TNF"), kind == STROMA]
    found["tnf_bmsc_inhibition_percent"] = 100 - 100 * 2.0 ** stroma.mean(axis=1)
    igf1 = level[:, targets.index("IGF1")]
    lines = [i for i, s in enumerate(subjects) if kind[i] == LINE and s != ABSENT["IGF1"]]
    found["igf1_primary_over_lines_fold"] = 2.0 ** (igf1[:, kind == PRIMARY].mean(axis=1) - igf1[:, lines].mean(axis=1))
    return found


def recovered_expression(folder: Path) -> tuple[Quantities, Quantities]:
    """Posterior draws of the numbers of Figure 2, and their truth in that twin."""
    result, truth = load_result(folder / "fit.nc"), xr.load_dataset(folder / "truth.nc", engine="h5netcdf")
    data = observations_of(result)
    kind = np.array(data[v.CELL_TYPE].to_numpy())[data[v.CELL_TYPE_OF_SUBJECT].to_numpy()]
    subjects = [str(one) for one in data[v.SUBJECT].to_numpy()]
    draws = result["posterior"].to_dataset().stack(sample_=("chain", "draw"), create_index=False)
    targets = [str(one) for one in draws[v.TARGET].to_numpy()]

    def of(source: xr.Dataset, name: str) -> np.ndarray:
        values = source[name]
        if v.CONTRAST in values.dims:
            values = values.isel({v.CONTRAST: 0})
        values = values if "sample_" in values.dims else values.expand_dims("sample_")
        return np.asarray(values.transpose("sample_", v.TARGET, v.SUBJECT))

    return (
        expression_quantities(of(draws, v.LOG2_FOLD_CHANGE), of(draws, v.LOG2_LEVEL), kind, subjects, targets),
        expression_quantities(of(truth, v.LOG2_FOLD_CHANGE), of(truth, v.LOG2_LEVEL), kind, subjects, targets),
    )


RECOVERED: dict[str, Callable[[Path], tuple[Quantities, Quantities]]] = {
    "dose_response": recovered_panel,
    "expression": recovered_expression,
}


def with_models(table: pd.DataFrame, config: Config) -> pd.DataFrame:
    """The table of numbers with what models recover from their twin beside it, where a fit is at hand.

    Adds model_median, model_low, model_high, true_in_twin, and recovered ('yes' where the interval holds the truth).
    """
    rows: dict[str, dict[str, float | str]] = {}
    for name, recover in RECOVERED.items():
        folder: Path = getattr(config, name)
        if not (folder / "fit.nc").exists() or not (folder / "truth.nc").exists():
            continue
        draws, truth = recover(folder)
        for key, values in draws.items():
            low, middle, high = np.quantile(
                values, [(1 - config.ci_prob) / 2, 0.5, (1 + config.ci_prob) / 2], method="inverted_cdf"
            )
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
    """What was found, in plain words."""
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
    for verdict, words in (
        ("no", "What the design could not have supported"),
        ("weakly", "Supported weakly"),
        ("yes", "Supported"),
    ):
        own = findings[findings["supported"] == verdict]
        listed = "; ".join(
            f"{row.claim} ({row.p_if_true:.0%} where true, {row.p_if_not:.0%} where not)" for row in own.itertuples()
        )
        said.append(f"{words}: {listed or 'none'}.")
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
    with results_folder(out, config_path, force=force) as folder:
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
        (folder / "findings.txt").write_text("\n".join(said) + "\n")
        manifest.write(folder)
    console.print("\n".join(said), highlight=False)
    console.print(f"tables and figures in {out}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    typer.run(command_of(run, "claims"))

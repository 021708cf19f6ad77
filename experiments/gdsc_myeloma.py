"""Raw wells of myeloma lines (GDSC2), fitted drug by drug and compared with the published answers.

    python -m experiments.gdsc_myeloma WELLS.csv --reference FIT.csv --out results/gdsc_myeloma

WELLS.csv has one row a well (cell_line, barcode, position, tag, drug_name, conc_uM, intensity), FIT.csv the authors'
mixed-model fit (cell_line, drug_name, ln_ic50_uM, auc). Written are DRUG_lines.csv for each drug, agreement.csv with
one row a drug, and residuals.png. Source of the data: Iorio et al. 2016, doi:10.1016/j.cell.2016.06.017; of the
authors' model: Vis et al. 2016, doi:10.2217/pgs.16.15.
"""

import argparse
import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure
from scipy import stats

from lensim import checks, seeding
from lensim import vocabulary as v
from lensim.added_files import added_file, added_to, require_added
from lensim.dose_response.estimands import AREA_OVER_CURVE, dose_response_estimands, summarise_lines
from lensim.dose_response.read import Roles, compounds_of, read_tidy, select_compound
from lensim.fit_study import fit_study
from lensim.inference.settings import FitSettings, SamplerSettings
from lensim.inference.verdict import verdict_of
from lensim.report.figures.style import literal, new_figure
from lensim.tables.choice import Choice

MODEL = "dose_response_hierarchical"
COLUMNS = {
    "cell_line": "cell_line",
    "dose": "conc_uM",
    "signal": "intensity",
    "plate": "barcode",
    "well": "position",
    "compound": "drug_name",
    "role": "tag",
}
POOLED = Choice(ignore=("seeding_density",))
"""Some lines were sown at two densities, whose plates the reference fits pool as well."""
ROLES = Roles(untreated=("NC-1",), blank=("B",), ignored=("NC-0", "PC-*"), treated=("L*-D*-S",))
SETTINGS = FitSettings(SamplerSettings(draws=1000, tune=1000, chains=4, target_accept=0.95))
UNTREATED_COLOUR, TREATED_COLOUR = "#999999", "#0072B2"  # distinct in grey print and for colour-blind readers
PANELS_A_ROW = 3


def read_reference(path: Path) -> pd.DataFrame:
    """The authors' ln IC50 [ln uM] and AUC by drug and line, the mean where a pair was fitted more than once."""
    if not path.is_file():
        raise checks.InputError(f"{path} must be the table of reference fits, got no such file")
    table = pd.read_csv(path)
    for name in ("cell_line", "drug_name", "ln_ic50_uM", "auc"):
        if name not in table:
            raise checks.InputError(f"{path} must have a column {name}, got {', '.join(table.columns)}")
    return table.groupby(["drug_name", "cell_line"])[["ln_ic50_uM", "auc"]].mean()


def line_medians(result: xr.DataTree) -> pd.DataFrame:
    """Posterior medians by line: log10_ec50_um, log10_ic50_um (+inf where most draws have none), area_over_curve."""
    draws = dose_response_estimands(result).stack(sample=("chain", "draw"), create_index=False)
    return pd.DataFrame(
        {
            # by order, not by interpolation: between a finite draw and an infinite one there is no middle
            name: np.quantile(draws[name].transpose("sample", ...), 0.5, axis=0, method="inverted_cdf")
            for name in (v.LOG10_EC50, v.LOG10_IC50, AREA_OVER_CURVE)
        },
        index=pd.Index(draws[v.CELL_LINE].to_numpy(), name="cell_line"),
    )


def rank_agreement(ours: pd.Series, theirs: pd.Series) -> tuple[float, int]:
    """Spearman's rank correlation over the lines where both are finite, and the number of these."""
    both = pd.concat([ours, theirs], axis=1, join="inner").replace([np.inf, -np.inf], np.nan).dropna()
    if len(both) < 3:
        return np.nan, len(both)
    return float(stats.spearmanr(both.iloc[:, 0], both.iloc[:, 1]).statistic), len(both)


def predictive_ranks(result: xr.DataTree) -> np.ndarray:
    """For each well the share of its posterior predictive draws that lie below what was observed (PIT)."""
    predicted = result["posterior_predictive/log_signal_observed"].stack(sample=("chain", "draw"), create_index=False)
    observed = result["observed_data/log_signal_observed"]
    return (predicted < observed).mean("sample").to_numpy()


def residuals(result: xr.DataTree) -> pd.DataFrame:
    """Fitted log signal of each well (median of its predictive), what was observed minus that, and its dose."""
    predicted = result["posterior_predictive/log_signal_observed"]
    fitted = np.median(predicted.stack(sample=("chain", "draw"), create_index=False).transpose(v.WELL, ...), axis=1)
    observed = result["observed_data/log_signal_observed"].to_numpy()
    return pd.DataFrame(
        {"fitted": fitted, "residual": observed - fitted, "dose_um": result[f"observations/{v.DOSE}"].to_numpy()}
    )


def agreement_row(drug: str, result: xr.DataTree, reference: pd.DataFrame, seconds: float) -> dict[str, object]:
    """How the fit of one drug compares with the authors' fit and with its own wells."""
    data = result["observations"].to_dataset()
    treated = data[v.DOSE].to_numpy() > 0
    ours = line_medians(result)
    theirs = reference.loc[drug] if drug in reference.index else reference.iloc[:0].droplevel(0)
    verdict = verdict_of(result)
    row: dict[str, object] = {
        "drug": drug,
        "lines": data.sizes[v.CELL_LINE],
        "wells_treated": int(treated.sum()),
        "wells_untreated": int((~treated).sum()),
        "verdict": "passed" if verdict.passed else "; ".join(verdict.reasons),
        "attempts": result.attrs["attempts"],
        "seconds": round(seconds),
    }
    pairs = {
        "log10_ec50": (ours[v.LOG10_EC50], theirs["ln_ic50_uM"]),
        "log10_ic50": (ours[v.LOG10_IC50], theirs["ln_ic50_uM"]),
        "area_over_curve": (ours[AREA_OVER_CURVE], 1.0 - theirs["auc"]),
    }
    for name, (mine, other) in pairs.items():
        row[f"spearman_{name}"], row[f"lines_{name}"] = rank_agreement(mine, other)
    ranks = predictive_ranks(result)
    for share in (0.5, 0.9):
        inside = np.abs(ranks - 0.5) <= share / 2
        row[f"inside_{share:.0%}_all"] = float(inside.mean())
        row[f"inside_{share:.0%}_treated"] = float(inside[treated].mean())
        row[f"standard_error_{share:.0%}_treated"] = float(np.sqrt(share * (1 - share) / treated.sum()))
    return row


def plot_residuals(by_drug: dict[str, pd.DataFrame]) -> Figure:
    """One panel a drug: log residual of every well against its fitted signal; treated wells over untreated ones."""
    columns = min(PANELS_A_ROW, len(by_drug))
    rows = -(-len(by_drug) // columns)
    figure, axes = new_figure(rows, columns, figsize=(3.4 * columns, 2.6 * rows + 0.8), sharex=True, sharey=True)
    for axis, (drug, wells) in zip(axes.flat, by_drug.items(), strict=False):
        for label, own, colour, marker in (
            ("untreated", wells[wells["dose_um"] == 0], UNTREATED_COLOUR, "."),
            ("treated", wells[wells["dose_um"] > 0], TREATED_COLOUR, "x"),
        ):
            axis.scatter(np.exp(own["fitted"]), own["residual"], s=9, c=colour, marker=marker, lw=0.7, label=label)
        axis.axhline(0.0, color="black", lw=0.7)
        axis.set_xscale("log")
        axis.set_title(f"{literal(drug)}: {(wells['dose_um'] > 0).sum()} treated wells", fontsize=9)
    for axis in axes.flat[len(by_drug) :]:
        axis.set_axis_off()
    figure.supxlabel("fitted signal of a well [light units]", fontsize=10)
    figure.supylabel("log residual, observed over fitted [natural log]", fontsize=10)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper right", ncols=2, fontsize=8, frameon=False)
    figure.suptitle("Wells around the fitted curves", fontsize=11, x=0.02, ha="left")
    figure.tight_layout()
    return figure


def write_agreement(out: Path, rows: list[dict[str, object]], left: dict[str, pd.DataFrame], *, force: bool) -> None:
    """Write the table of agreement and the figure of residuals of the drugs so far."""
    with added_to(out, force=force) as folder:
        pd.DataFrame(rows).to_csv(folder / "agreement.csv", index=False)
        plot_residuals(left).savefig(folder / "residuals.png", dpi=130)


def file_name(drug: str) -> str:
    """Name of a drug as part of a file's."""
    return re.sub(r"[^A-Za-z0-9]+", "_", drug).strip("_")


def run(
    wells: Path, reference_path: Path, out: Path, seed: int, *, chosen_drugs: list[str], force: bool
) -> pd.DataFrame:
    """Fit the drugs of the table, all where none is chosen; write what comes of it, and hand back the agreement.

    The table of agreement and the figure are written anew after each drug, so that a stopped run leaves what it found.
    """
    reference = read_reference(reference_path)
    data = read_tidy(wells, COLUMNS, "uM", roles=ROLES, choice=POOLED)
    drugs = chosen_drugs or compounds_of(data)
    for drug in drugs:
        checks.one_of("--drugs", drug, compounds_of(data))
    targets = [out / f"{file_name(drug)}_lines.csv" for drug in drugs] + [out / "agreement.csv", out / "residuals.png"]
    for target in targets:
        require_added(target, force=force, inputs=(wells, reference_path))
    rows, left = [], {}
    for number, (drug, target) in enumerate(zip(drugs, targets, strict=False), start=1):
        print(f"{drug} ({number} of {len(drugs)})", flush=True)
        started = time.perf_counter()
        chosen = select_compound(data, drug)
        root = seeding.sampler_seed(seed, "gdsc myeloma", drug)
        result = fit_study(chosen, SETTINGS, root, tell=lambda text: print(f"  {text}", flush=True), model=MODEL)
        seconds = time.perf_counter() - started
        print(f"  {verdict_of(result).sentence()}, {seconds:.0f} s", flush=True)
        with added_file(target, force=force) as partial:
            summarise_lines(dose_response_estimands(result)).join(line_medians(result)[[v.LOG10_EC50]]).to_csv(partial)
        rows.append(agreement_row(drug, result, reference, seconds))
        left[drug] = residuals(result)
        write_agreement(out, rows, left, force=force or number > 1)
    return pd.DataFrame(rows).set_index("drug")


def main() -> int:
    """Command line of the experiment; 0 where every fit passed its gate, 1 where not, 2 where a file is amiss."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wells", type=Path, help="raw wells, one row each")
    parser.add_argument("--reference", type=Path, required=True, help="the authors' fit, one row a line and drug")
    parser.add_argument("--out", type=Path, default=Path("results/gdsc_myeloma"), help="folder for what is written")
    parser.add_argument("--drugs", nargs="+", default=[], help="names of the drugs to fit; all where not given")
    parser.add_argument("--seed", type=int, default=1, help="root seed; the same seed gives the same numbers")
    parser.add_argument("--force", action="store_true", help="replace what is there")
    arguments = parser.parse_args()
    try:
        table = run(
            arguments.wells,
            arguments.reference,
            arguments.out,
            arguments.seed,
            chosen_drugs=arguments.drugs,
            force=arguments.force,
        )
    except checks.InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(table.T.to_string())
    return 0 if (table["verdict"] == "passed").all() else 1


if __name__ == "__main__":
    sys.exit(main())

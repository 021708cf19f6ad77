"""Items on the validation of the qPCR: standard curves, efficiency, range, limits and controls."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from lensim import vocabulary as v
from lensim.miqe.study import CONFIDENCE, Fact, Study, counted, listed, names_of

NO_SERIES: Final = "no gene has a dilution series in what was fitted: put the wells of its standards into the file"
NO_CTS: Final = "the study is of ratios, so it has no Ct: fit the Cts"
DETECTED_SHARE: Final = 0.95
COPIES_AT_LIMIT: Final = -float(np.log(1.0 - DETECTED_SHARE))
"""Copies expected in a reaction of which at least one is there with that probability, by Poisson."""
LEAST_LEARNED: Final = 0.7
"""The Ct of one copy is told of a gene where the posterior sd is below this share of the prior's."""
STANDARD_COLUMNS: Final = (
    "gene", "quantity", "unit", "detected", "not_detected", "ct_cycles", "sd_cycles", "expected_ct_cycles",
    "expected_ct_cycles_lower", "expected_ct_cycles_upper", "read_back", "read_back_lower", "read_back_upper",
)  # fmt: skip


def curve(study: Study) -> Fact:
    """Slope and intercept."""
    return _of_lines(
        study, lambda row: f"slope {row['slope']:.3f}, intercept {row['intercept']:.2f} cycles at 1 {study.unit}"
    )


def efficiency(study: Study) -> Fact:
    """Efficiency of each gene, by its curve and by the posterior."""
    return _of_lines(study, lambda row: f"{100.0 * row['efficiency']:.1f}%", lambda gene: _stated(study, gene))


def efficiency_interval(study: Study) -> Fact:
    """Interval of the efficiency, by least squares and of the posterior."""
    factor = study.draws(v.FACTOR, v.GENE)

    def words(row: "pd.Series[float]") -> str:
        low, high = (100.0 * (row[f"{end}_amplification_factor"] - 1.0) for end in ("low", "high"))
        own = f"{low:.1f} to {high:.1f}% ({CONFIDENCE:.0%}, Student's t of the slope)"
        if factor is None:
            return own
        draws = 100.0 * (factor[study.genes.index(str(row["gene"]))] - 1.0)
        return f"{own}; posterior {study.interval(draws)}% ({study.ci_prob:.0%})"

    return _of_lines(study, words)


def r_squared(study: Study) -> Fact:
    """Share of variance that the curve explains."""
    return _of_lines(study, lambda row: f"{row['r_squared']:.4f}")


def linear_range(study: Study) -> Fact:
    """Quantities between which all standards were detected, and tenfolds between them."""
    table = standards_table(study)
    words = []
    for gene, own in table.groupby("gene", sort=False):
        if str(gene) not in set(study.lines["gene"]):
            continue
        whole = own[own["not_detected"] == 0]
        if len(whole) < 2:
            words.append(f"{gene} less than two quantities that were always detected")
            continue
        low, high = float(whole["quantity"].min()), float(whole["quantity"].max())
        words.append(f"{gene} {low:.4g} to {high:.4g} {study.unit} ({np.log10(high / low):.1f} tenfolds)")
    return Fact("; ".join(words)) if words else Fact("", _why_no_curve(study))


def lower_limit(study: Study) -> Fact:
    """Spread of Ct at the lowest quantity that was detected in two reactions or more."""
    table, words = standards_table(study), []
    for gene, own in table[table["detected"] >= 2].groupby("gene", sort=False):
        row = own.sort_values("quantity").iloc[0]
        seen, run = int(row["detected"]), int(row["detected"] + row["not_detected"])
        words.append(
            f"{gene} sd {row['sd_cycles']:.2f} cycles at {row['quantity']:.4g} {study.unit} "
            f"({counted(seen, 'reaction')} detected of {run})"
        )
    return Fact("; ".join(words)) if words else Fact("", _why_no_curve(study))


def range_intervals(study: Study) -> Fact:
    """Where the intervals at each quantity are."""
    if not len(study.lines):
        return Fact("", _why_no_curve(study))
    return Fact(
        f"sheet standards: at each of {counted(len(standards_table(study)), 'quantity', 'quantities')} the prediction "
        f"interval of a Ct ({CONFIDENCE:.0%}), and the quantity that is read back from the curve"
    )


def limit_of_detection(study: Study) -> Fact:
    """Lowest quantity that was always detected, and the model's limit at 95%."""
    table, words = standards_table(study), []
    for gene in dict.fromkeys(table["gene"]):
        own = table[table["gene"] == gene].sort_values("quantity", ascending=False)
        words.append(f"{gene} {_always_detected(own, study.unit)}{_by_model(study, str(gene))}")
    return Fact("; ".join(words)) if words else Fact("", NO_SERIES if study.has_cts else NO_CTS)


def _always_detected(own: pd.DataFrame, unit: str) -> str:
    last = None
    for _, row in own.iterrows():
        if row["not_detected"]:
            run = int(row["detected"] + row["not_detected"])
            below = f"{int(row['detected'])} of {run} at {row['quantity']:.4g} {unit}"
            return f"{last}, {below}" if last else f"not detected at the highest quantity ({below})"
        last = f"all of {int(row['detected'])} detected at {row['quantity']:.4g} {unit}"
    return f"{last}, the lowest that was run"


def _by_model(study: Study, gene: str) -> str:
    """Limit of detection at 95% by the posterior, where the study says something of the Ct of one copy."""
    factor, unit_ct, one = (study.draws(name, v.GENE) for name in (v.FACTOR, v.UNIT_CT, v.ONE_COPY_CT))
    prior = study.prior_sd(v.ONE_COPY_CT)
    at = study.genes.index(gene)
    if factor is None or unit_ct is None or one is None or gene not in set(study.lines["gene"]):
        return ""
    if prior is None or one[at].std() > LEAST_LEARNED * prior[at]:
        return ""
    copies = np.exp2(np.log2(factor[at]) * (one[at] - unit_ct[at]))
    limit = study.interval(COPIES_AT_LIMIT / copies)
    return (
        f"; {DETECTED_SHARE:.0%} detected at {limit} {study.unit} ({study.ci_prob:.0%} interval, 3 copies by Poisson)"
    )


def no_template(study: Study) -> Fact:
    """Controls without template: how many amplified, and at which Ct, by gene."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    data = study.data
    if v.NO_TEMPLATE_CT not in data or not data.sizes.get(v.NO_TEMPLATE, 0):
        return Fact("", "no reaction without template in what was fitted: put their wells into the file")
    ct, gene = data[v.NO_TEMPLATE_CT].to_numpy(), data[v.GENE_OF_NO_TEMPLATE].to_numpy()
    limit = float(data[v.CYCLE_LIMIT])
    words = []
    for at, name in enumerate(study.genes):
        own = ct[gene == at]
        if not len(own):
            words.append(f"{name} none run")
            continue
        seen = np.sort(own[np.isfinite(own)])
        what = f"{len(seen)} amplified of {len(own)}"
        words.append(f"{name} {what}" + (f", Ct {', '.join(f'{one:.1f}' for one in seen[:4])}" if len(seen) else ""))
    return Fact(f"{'; '.join(words)} (not detected: no Ct by cycle {limit:g})")


def no_rt(study: Study) -> Fact:
    """What the reader told of reactions without reverse transcriptase."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    notes = str(study.data.attrs.get(v.READ_NOTES, "")).splitlines()
    told = [note for note in notes if "reverse transcriptase" in note or "no RT" in note or "no-RT" in note]
    return Fact("; ".join(told)) if told else Fact("", "no reaction without reverse transcriptase in what was read")


def multiplex(study: Study) -> Fact:
    """Whether a well holds several genes; then their efficiencies."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    data = study.data
    if v.WELL_NAME not in data:
        return Fact("", "wells have no names in what was fitted, so which genes share a well is not known")
    wells: dict[tuple[int, str], set[int]] = {}
    for plate, well, gene in zip(
        *(data[name].to_numpy().tolist() for name in (v.PLATE_OF_REACTION, v.WELL_NAME, v.GENE_OF_REACTION)),
        strict=True,
    ):
        if well:
            wells.setdefault((plate, str(well)), set()).add(gene)
    if not wells:
        return Fact("", "wells have no names in what was fitted, so which genes share a well is not known")
    shared = {gene for genes in wells.values() if len(genes) > 1 for gene in genes}
    if not shared:
        return Fact("no multiplex: each well has one gene")
    names = [study.genes[gene] for gene in sorted(shared)]
    known = [name for name in names if name in set(study.lines["gene"])]
    if len(known) < len(names):
        return Fact("", f"wells hold several of {listed(names)}, and not each has a dilution series")
    return Fact(f"wells hold several of {listed(names)}: see efficiency and limit of detection of each")


def standards_table(study: Study) -> pd.DataFrame:
    """One row a gene and quantity of its dilution series.

    Columns: gene, quantity, unit, detected, not_detected; ct_cycles and sd_cycles of the detected; the Ct that the
    least-squares line expects of one reaction with its 95% prediction interval; read_back, the quantity that the mean
    Ct is on the line, with the interval that the same prediction error of that mean gives.
    """
    if not len(study.curves):
        return pd.DataFrame(columns=list(STANDARD_COLUMNS))
    return pd.DataFrame(_standards(study), columns=list(STANDARD_COLUMNS))


def _standards(study: Study) -> Iterator[dict[str, object]]:
    data, lines = study.data, {str(row["gene"]): row for _, row in study.lines.iterrows()}
    ct, quantity = data[v.STANDARD_CT].to_numpy(), data[v.STANDARD_QUANTITY].to_numpy()
    gene = data[v.GENE_OF_STANDARD].to_numpy()
    for at, name in enumerate(names_of(data, v.GENE)):
        for level in np.sort(np.unique(quantity[(gene == at) & np.isfinite(quantity)]))[::-1]:
            own = ct[(gene == at) & (quantity == level)]
            seen = own[np.isfinite(own)]
            row: dict[str, object] = {
                "gene": name,
                "quantity": float(level),
                "unit": study.unit,
                "detected": len(seen),
                "not_detected": len(own) - len(seen),
                "ct_cycles": float(seen.mean()) if len(seen) else np.nan,
                "sd_cycles": float(seen.std(ddof=1)) if len(seen) > 1 else np.nan,
            }
            if name in lines:
                row |= _predicted(lines[name], np.log10(quantity[(gene == at) & np.isfinite(ct)]), level, seen)
            yield row


def _predicted(line: "pd.Series[float]", x: np.ndarray, level: float, seen: np.ndarray) -> dict[str, float]:
    """Prediction interval of a Ct at a quantity, and the quantity that is read back from the mean of its Cts."""
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, line["degrees_of_freedom"])) * line["residual_sd_cycles"]
    around = 1.0 / len(x) + (np.log10(level) - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum()
    expected = line["intercept"] + line["slope"] * np.log10(level)
    error = reach * np.sqrt(1.0 + around)
    found = {"expected_ct_cycles": expected}
    found |= {"expected_ct_cycles_lower": expected - error, "expected_ct_cycles_upper": expected + error}
    if len(seen):
        own = reach * np.sqrt(1.0 / len(seen) + around)
        for name, move in (("read_back", 0.0), ("read_back_lower", own), ("read_back_upper", -own)):
            found[name] = 10.0 ** ((seen.mean() + move - line["intercept"]) / line["slope"])
    return {name: float(value) for name, value in found.items()}


def _of_lines(
    study: Study, words: "Callable[[pd.Series[float]], str]", otherwise: Callable[[str], str] = lambda gene: ""
) -> Fact:
    """What each curve says, and of genes without one what is said otherwise."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    said = {str(row["gene"]): words(row) for _, row in study.lines.iterrows()}
    told = [(gene, said.get(gene) or otherwise(gene)) for gene in study.genes]
    known = [f"{gene} {text}" for gene, text in told if text]
    without = [gene for gene, text in told if not text]
    if not known:
        return Fact("", _why_no_curve(study))
    return Fact("; ".join(known), f"none for {listed(without)}: no usable dilution series" if without else "")


def _stated(study: Study, gene: str) -> str:
    """A stated efficiency, of a gene without a curve."""
    if v.STATED_FACTOR not in study.data:
        return ""
    at = study.genes.index(gene)
    factor = float(study.data[v.STATED_FACTOR].to_numpy()[at])
    if not np.isfinite(factor):
        return ""
    error = float(study.data[v.STATED_FACTOR_SD].to_numpy()[at]) if v.STATED_FACTOR_SD in study.data else np.nan
    with_error = f", standard error {100.0 * error:.1f}%" if np.isfinite(error) else ""
    return f"{100.0 * (factor - 1.0):.1f}% as stated by the user{with_error}"


def _why_no_curve(study: Study) -> str:
    if not study.has_cts:
        return NO_CTS
    notes = [str(note) for note in study.curves["note"] if note]
    return "; ".join(notes) if notes else NO_SERIES


FACTS: Final[Mapping[str, Callable[[Study], Fact]]] = {
    "reverse_transcription.no_rt": no_rt,
    "target.multiplex": multiplex,
    "validation.ntc": no_template,
    "validation.curve": curve,
    "validation.efficiency": efficiency,
    "validation.efficiency_interval": efficiency_interval,
    "validation.r_squared": r_squared,
    "validation.range": linear_range,
    "validation.lower_limit": lower_limit,
    "validation.range_intervals": range_intervals,
    "validation.lod": limit_of_detection,
    "validation.multiplex": multiplex,
    "analysis.ntc": no_template,
}

"""Items on the validation of the qPCR: standard curves, efficiency, range, limits and controls."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.miqe.standards import CONFIDENCE
from lensim.miqe.study import Fact, Study, listed
from lensim.plain_text import counted
from lensim.qc.dilutions import linear_range as line_of
from lensim.qc.thresholds import DETECTED_SHARE

NO_SERIES: Final = "no gene has a dilution series in what was fitted: put the wells of its standards into the file"
NO_CTS: Final = "the study is of ratios or levels, so it has no Ct: fit the Cts"
COPIES_AT_LIMIT: Final = -float(np.log(1.0 - DETECTED_SHARE))
"""Copies expected in a reaction of which at least one is there with that probability, by Poisson."""
LEAST_LEARNED: Final = 0.7
"""The Ct of one copy is told of a gene where the posterior sd is below this share of the prior's."""


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
    """Quantities between which all standards were detected and lie on one line, and tenfolds between them."""
    words = [f"{gene} {_range_of(study, gene)}" for gene in study.genes if gene in study.with_line]
    return Fact("; ".join(words)) if words else Fact("", _why_no_curve(study))


def _range_of(study: Study, gene: str) -> str:
    own = study.data[v.GENE_OF_STANDARD].to_numpy() == study.genes.index(gene)
    quantity, ct = (study.data[name].to_numpy()[own] for name in (v.STANDARD_QUANTITY, v.STANDARD_CT))
    try:
        on_line = line_of(quantity, ct, gene).quantities
    except InputError as error:
        return f"not known ({error})"
    whole = np.setdiff1d(quantity, quantity[np.isnan(ct)])
    kept = np.intersect1d(whole, on_line)
    if len(kept) < 2:
        return "fewer than two quantities that were always detected"
    low, high = kept[0], kept[-1]
    beyond = [f"{quantity:.4g}" for quantity in whole if not low <= quantity <= high]
    off = f"; off the line: {', '.join(beyond)}" if beyond else ""
    return f"{low:.4g} to {high:.4g} {study.unit} ({np.log10(high / low):.1f} tenfolds{off})"


def lower_limit(study: Study) -> Fact:
    """Spread of Ct at the lowest quantity that was detected in two reactions or more."""
    table, words = study.standards, []
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
        f"sheet standards: at each of {counted(len(study.standards), 'quantity', 'quantities')} the prediction "
        f"interval of a Ct ({CONFIDENCE:.0%}), and the quantity that is read back from the curve"
    )


def limit_of_detection(study: Study) -> Fact:
    """Lowest quantity that was always detected, and the model's limit at 95%."""
    table, words = study.standards, []
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
    if factor is None or unit_ct is None or one is None or gene not in study.with_line:
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
    words = [f"{name} {_amplified(ct[gene == at])}" for at, name in enumerate(study.genes)]
    return Fact(f"{'; '.join(words)} (not detected: no Ct by cycle {limit:g})")


def _amplified(cts: np.ndarray) -> str:
    """How many controls of a gene amplified, and the earliest Cts."""
    if not len(cts):
        return "none run"
    seen = np.sort(cts[np.isfinite(cts)])
    shown = f", Ct {', '.join(f'{one:.1f}' for one in seen[:4])}" if len(seen) else ""
    return f"{len(seen)} amplified of {len(cts)}{shown}"


def no_rt(study: Study) -> Fact:
    """Reactions without reverse transcriptase beside those of samples, by gene; of older fits what the reader told."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    if v.NO_RT_CT in study.data:
        return Fact(_beside_samples(study))
    notes = str(study.data.attrs.get(v.READ_NOTES, "")).splitlines()
    told = [note for note in notes if "reverse transcriptase" in note or "no RT" in note or "no-RT" in note]
    return Fact("; ".join(told)) if told else Fact("", "no reaction without reverse transcriptase in what was read")


def _beside_samples(study: Study) -> str:
    data, words = study.data, []
    ct, gene = data[v.NO_RT_CT].to_numpy(), data[v.GENE_OF_NO_RT].to_numpy()
    of_samples, gene_of_sample = data[v.CT].to_numpy(), data[v.GENE_OF_REACTION].to_numpy()
    for at, name in enumerate(study.genes):
        own = of_samples[(gene_of_sample == at) & np.isfinite(of_samples)]
        samples = f"with it Ct {own.min():.1f} to {own.max():.1f}" if len(own) else "with it none detected"
        words.append(f"{name} without RT {_amplified(ct[gene == at])}; {samples}")
    return f"{'; '.join(words)} (not detected: no Ct by cycle {float(data[v.CYCLE_LIMIT]):g})"


def multiplex(study: Study) -> Fact:
    """Whether a well holds several genes; then their efficiencies."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    data = study.data
    wells: dict[tuple[int, str], set[int]] = {}
    if v.WELL_NAME in data:
        places = (v.PLATE_OF_REACTION, v.WELL_NAME, v.GENE_OF_REACTION)
        for plate, well, gene in zip(*(data[name].to_numpy().tolist() for name in places), strict=True):
            if well:
                wells.setdefault((plate, str(well)), set()).add(gene)
    if not wells:
        return Fact("", "wells have no names in what was fitted, so which genes share a well is not known")
    shared = {gene for genes in wells.values() if len(genes) > 1 for gene in genes}
    if not shared:
        return Fact("no multiplex: each well has one gene")
    names = [study.genes[gene] for gene in sorted(shared)]
    known = [name for name in names if name in study.with_line]
    if len(known) < len(names):
        return Fact("", f"wells hold several of {listed(names)}, and not each has a dilution series")
    return Fact(f"wells hold several of {listed(names)}: see efficiency and limit of detection of each")


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

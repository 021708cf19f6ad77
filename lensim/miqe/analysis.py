"""Items on design, quantities and data analysis: groups, replicates, references, spread, statistics and software."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.assay import MODEL_REASON
from lensim.expression import reference_checks
from lensim.expression.cells import mean_ct
from lensim.expression.groups.levels import group_of_each_level
from lensim.expression.read.rdml import INSTRUMENT as RDML_FILES
from lensim.inference.prior_words import PRIOR_DECIDES
from lensim.inference.verdict import verdict_of
from lensim.miqe.study import Fact, Study, listed, software
from lensim.miqe.validation import NO_CTS
from lensim.plain_text import counted
from lensim.tables.excluded_record import told_of_excluded
from lensim.tables.names import names_along

PROGRAM_OF_MACHINE: Final = "the program of the machine that gave the Cts, with its version"
NO_POWER: Final = (
    "a fit has none: make it before the study, and give the results of lensim power or lensim plan as power"
)
THRESHOLD: Final = "baseline and threshold, or the other method, of that program"
_OF_SAMPLE: Final = (v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE)


def groups(study: Study) -> Fact:
    """Control and treatments, and kinds of cells."""
    data = study.data
    if v.IS_CONTROL in data:
        names, is_control = names_along(data, v.CONDITION), data[v.IS_CONTROL].to_numpy() == 1
        control = [name for name, is_own in zip(names, is_control, strict=True) if is_own]
        treated = [name for name, is_own in zip(names, is_control, strict=True) if not is_own]
        known = str(data.attrs.get(v.CONTROL_KNOWN_BY, ""))
        words = f"control {listed(control)}{f' (known by: {known})' if known else ''}; against it {listed(treated)}"
    else:
        words = f"ratios of {listed(names_along(data, v.CONTRAST))} to the control"
    unpaired = "; groups of different subjects are compared" if data.attrs.get(v.UNPAIRED) == "keep" else ""
    return Fact(f"{words}; cell types {listed(names_along(data, v.CELL_TYPE))}{unpaired}")


def _levels_of_groups(data: xr.Dataset) -> str:
    """Subjects of each group of a study of levels."""
    subject, names = data[v.SUBJECT_OF_LEVEL].to_numpy(), names_along(data, v.GROUP)
    group = group_of_each_level(data)
    by_group = Counter(names[int(g)] for g, _ in set(zip(group.tolist(), subject.tolist(), strict=True)))
    return ", ".join(f"{name} {by_group[name]}" for name in names)


def number(study: Study) -> Fact:
    """Subjects and samples of each group."""
    data = study.data
    if v.SUBJECT_LEVEL in data:
        return Fact(f"{counted(data.sizes[v.SUBJECT], 'subject')}; {_levels_of_groups(data)}")
    kinds, of_subject = names_along(data, v.CELL_TYPE), data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    by_kind = Counter(kinds[int(kind)] for kind in of_subject)
    subjects = ", ".join(f"{kind} {count}" for kind, count in by_kind.items())
    words = f"{counted(data.sizes[v.SUBJECT], 'subject')} ({subjects})"
    if v.CONDITION_OF_SAMPLE not in data:
        return Fact(f"{words}; {counted(data.sizes[v.PAIR], 'ratio')}")
    conditions = names_along(data, v.CONDITION)
    by_condition = Counter(conditions[int(at)] for at in data[v.CONDITION_OF_SAMPLE].to_numpy())
    samples = ", ".join(f"{name} {count}" for name, count in by_condition.items())
    experiments = counted(data.sizes[v.EXPERIMENT], "experiment")
    return Fact(f"{words}; samples: {samples}; {experiments}")


def program(study: Study) -> Fact:
    """What analysed the Cts."""
    return Fact(f"lensim {study.result.attrs.get('lensim_version', '')}".strip(), PROGRAM_OF_MACHINE)


def cq(study: Study) -> Fact:
    """How Cq came about, and what counts as not detected."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    data = study.data
    made_by = str(data.attrs.get("instrument", "")) or "a table"
    missing = int(np.isnan(data[v.CT].to_numpy()).sum())
    corrected = "; corrected by plate calibrators" if data.attrs.get(v.PLATES_CORRECTED) else ""
    return Fact(
        f"Cq as read ({made_by}), none computed anew{corrected}; {missing} of {data.sizes[v.REACTION]} not detected "
        f"by cycle {float(data[v.CYCLE_LIMIT]):g}, and kept as such",
        THRESHOLD,
    )


def outliers(study: Study) -> Fact:
    """Wells left out, and reactions that weigh less."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    attrs = study.data.attrs
    words = []
    if (ignored := attrs.get("wells_ignored")) is not None:
        words.append(f"{counted(int(ignored), 'well')} left out by the file (omitted, empty, without result)")
    if lost := str(attrs.get("genes_left_out", "")):
        words.append(f"genes without a sample left out: {lost}")
    words += told_of_excluded(study.data)
    table = study.tables.get("outlying_reactions")
    flagged = 0 if table is None else len(table.frame)
    words.append(
        f"{counted(flagged, 'reaction')} of cells with a probability of a half or more that one is outlying, weighed "
        "down in the fit and not removed (sheet outlying)"
        if flagged
        else "no reaction is outlying by the model, which weighs such down and removes none"
    )
    return Fact("; ".join(words))


def references(study: Study) -> Fact:
    """Number of references, and how stable each is."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    names = study.references
    words = [f"{counted(len(names), 'reference')}: {listed(names)}"]
    if len(names) == 1:
        words.append("with one reference its own response cannot be told from those of all targets")
    words += [f"M {name} {value:.2f} cycles" for name, value in genorm_m(study).items()]
    table = study.tables.get("references")
    if table is not None and "instability_log2" in table.frame:
        for _, row in table.frame.drop_duplicates("reference").iterrows():
            words.append(
                f"instability of {row['reference']} {row['instability_log2']:.2f} log2 "
                f"({row['instability_log2_lower']:.2f} to {row['instability_log2_upper']:.2f})"
            )
    return Fact("; ".join(words), "why these were chosen")


def genorm_m(study: Study) -> dict[str, float]:
    """GeNorm's M of each reference [cycles], by name; empty for a single reference."""
    is_reference = study.data[v.IS_REFERENCE].to_numpy() == 1
    m = reference_checks.genorm_m(mean_ct(study.data)[is_reference])
    return {name: value for name, value in zip(study.references, m.tolist(), strict=True) if np.isfinite(value)}


def normalisation(study: Study) -> Fact:
    """What quantities are divided by."""
    if not study.has_cts:
        return Fact("as in the ratios that were read; lensim normalised nothing")
    kind = "the mean of" if len(study.references) > 1 else "the reference"
    control = str(study.data.attrs.get(v.CONTROL, "")) or "the control"
    return Fact(
        f"log2 quantities, corrected for efficiency, less {kind} {listed(study.references)}, within the model; then "
        f"treated less {control} of the same subject and experiment"
    )


def biological(study: Study) -> Fact:
    """Subjects and experiments, and the spread of fold changes between subjects."""
    data = study.data
    words = [f"{counted(data.sizes[v.SUBJECT], 'subject')}"]
    if v.EXPERIMENT in data.sizes:
        words.append(counted(data.sizes[v.EXPERIMENT], "experiment"))
    table = study.tables.get("populations")
    if table is None:
        return Fact(", ".join(words), "the spread between subjects, which this model does not pool")
    spread = [
        f"{row['target']} in {row['cell_type']} under {row['contrast']} {row['sigma_log2']:.2f} "
        f"({row['sigma_log2_lower']:.2f} to {row['sigma_log2_upper']:.2f})"
        for _, row in table.frame.iterrows()
    ]
    return Fact(f"{', '.join(words)}; sd of log2 fold changes between subjects: {listed(spread)}")


def technical(study: Study) -> Fact:
    """Replicate reactions of a gene in a sample."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    data = study.data
    place = zip(*(data[name].to_numpy().tolist() for name in (v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION)), strict=True)
    numbers = Counter(Counter(place).values())
    said = ", ".join(
        f"{many} in {counted(cells, 'gene and sample', 'genes and samples')}" for many, cells in sorted(numbers.items())
    )
    samples = list(zip(*(data[name].to_numpy().tolist() for name in _OF_SAMPLE), strict=True))
    twice = len(samples) - len(set(samples))
    stage = f"; {counted(twice, 'sample')} reverse transcribed again" if twice else ""
    return Fact(
        f"replicate reactions at the stage of qPCR: {said}{stage}", "replicates of reverse transcription, if any"
    )


def repeatability(study: Study) -> Fact:
    """Spread between replicate reactions."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    words = []
    for at, gene in enumerate(study.genes):
        cells = [cts[np.isfinite(cts)] for (own, _, _), cts in study.cells.items() if own == at]
        cells = [cts for cts in cells if len(cts) > 1]
        if cells:
            square = sum(float(((cts - cts.mean()) ** 2).sum()) for cts in cells)
            freedom = sum(len(cts) - 1 for cts in cells)
            words.append(f"{gene} sd {np.sqrt(square / freedom):.2f} cycles ({freedom} degrees of freedom)")
    if not words:
        return Fact("", "no gene was read twice in a sample: run replicate reactions")
    sd = study.draws(v.SD_TECHNICAL)
    model = "" if sd is None else f"; of the model, outlying reactions and copies apart, {study.interval(sd, 2)} cycles"
    return Fact(f"{'; '.join(words)}{model}")


def reproducibility(study: Study) -> Fact:
    """Spread between plates and experiments."""
    sizes = study.data.sizes
    if sizes.get(v.PLATE, 1) < 2 and sizes.get(v.EXPERIMENT, 1) < 2:
        return Fact("", "one plate and one experiment: a second run tells it")
    words = [
        f"{what} {study.interval(draws, 2)} {unit}"
        for name, what, unit in (
            (v.SD_PLATE, "sd between plates", "cycles"),
            (v.SD_GENE_ON_PLATE, "sd of a gene between plates beside that", "cycles"),
            (v.SD_PAIR, "sd between experiments", "log2"),
        )
        if (draws := study.draws(name)) is not None and draws.ndim == 1
    ]
    biological_sd = study.draws(v.SD_BIOLOGICAL, v.GENE)
    if biological_sd is not None:
        words += [
            f"sd of {gene} between samples beside its level {study.interval(biological_sd[at], 2)} log2"
            for at, gene in enumerate(study.genes)
        ]
    return Fact("; ".join(words)) if words else Fact("", "the model of this fit has no spread between plates")


def power_analysis(study: Study) -> Fact:
    """Not in a fit; `fill` says what was found where the results of one are named."""
    return Fact("", NO_POWER)


def statistics(study: Study) -> Fact:
    """Model, priors, engine, gate."""
    attrs = study.result.attrs
    verdict = verdict_of(study.result)
    reason = f" ({attrs[MODEL_REASON]})" if attrs.get(MODEL_REASON) else ""
    decided = [
        f"{counted(int((table.frame[PRIOR_DECIDES] != '').sum()), 'row')} of table {name}"
        for name, table in study.tables.items()
        if PRIOR_DECIDES in table.frame and (table.frame[PRIOR_DECIDES] != "").any()
    ]
    prior = f"; the prior decides {listed(decided)}" if decided else ""
    return Fact(
        f"Bayesian model {attrs.get('model', '')}{reason}, engine {attrs.get('engine', 'nuts')}; intervals hold "
        f"{study.ci_prob:.0%}; priors on sheet settings; {verdict.sentence()}{prior}"
    )


def rdml(study: Study) -> Fact:
    """Where the study was read from RDML; `fill` says where a file is that is written now."""
    if not study.has_cts:
        return Fact("", NO_CTS)
    if str(study.data.attrs.get("instrument", "")) == RDML_FILES:
        return Fact(f"Cq were read from RDML: {study.data.attrs.get('source', '')}", "where it was submitted")
    return Fact("", "write the reactions as RDML, and submit them with the manuscript")


def method(study: Study) -> Fact:
    """Absolute, in a unit, or relative."""
    if not study.has_cts:
        return Fact("relative, from ratios as read")
    with_unit = [gene for gene in study.genes if gene in study.with_line]
    without = [gene for gene in study.genes if gene not in with_unit]
    words = [f"from the standard curve, in {study.unit}: {listed(with_unit)}"] if with_unit else []
    words += [f"relative to the mean of the gene: {listed(without)}"] if without else []
    return Fact(f"{'; '.join(words)}; fold changes relative to references and control")


def corrected(study: Study) -> Fact:
    """Where the quantities are."""
    if not study.has_cts or study.draws(v.FACTOR, v.GENE) is None:
        return Fact("", NO_CTS if not study.has_cts else "the model of this fit has no quantities of samples")
    return Fact("sheet quantities: each gene in each sample, by the posterior of its amplification factor")


def prediction(study: Study) -> Fact:
    """Where their intervals are, and those of new subjects."""
    words = [] if not corrected(study).value else [f"sheet quantities: {study.ci_prob:.0%} prediction intervals"]
    if "populations" in study.tables:
        words.append("sheet populations: new_subject_percent, the fold change of a subject not yet seen")
    return Fact("; ".join(words)) if words else Fact("", corrected(study).lacks)


FACTS: Final[Mapping[str, Callable[[Study], Fact]]] = {
    "design.groups": groups,
    "design.number": number,
    "analysis.program": program,
    "analysis.cq": cq,
    "analysis.outliers": outliers,
    "analysis.references": references,
    "analysis.normalisation": normalisation,
    "analysis.biological": biological,
    "analysis.technical": technical,
    "analysis.repeatability": repeatability,
    "analysis.reproducibility": reproducibility,
    "analysis.power": power_analysis,
    "analysis.statistics": statistics,
    "analysis.software": software,
    "analysis.rdml": rdml,
    "quantity.method": method,
    "quantity.corrected": corrected,
    "quantity.prediction": prediction,
}

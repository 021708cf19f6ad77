"""Rules for all reactions of a study: names of samples, references, falling dilution series."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from lensim.checks import FaultReport
from lensim.expression.read.assigned import Assigned, SampleKey
from lensim.expression.read.factors import Factor
from lensim.expression.read.reactions import Reaction, check_no_well_twice

FEWEST_QUANTITIES: Final = 3
"""Different quantities with a Ct that a dilution series needs: two give a slope, but nothing to doubt it by."""

_USUAL_REFERENCES: Final = (
    "ACTB", "BACTIN", "ACTIN", "GAPDH", "GAPD", "G3PDH", "RPL37A", "18S", "18SRRNA", "RN18S", "RN18S1", "RNA18S",
    "RNA18S5", "RNA18SN5", "28S", "B2M", "HPRT", "HPRT1", "TBP", "PPIA", "PPIB", "PGK1", "UBC", "YWHAZ", "GUSB",
    "RPLP0", "36B4", "SDHA", "HMBS", "TFRC", "RPL13A", "RPL13", "RPL19", "RPL32", "RPS18", "EEF1A1", "POLR2A", "IPO8",
    "TUBB", "TUBA1A", "ALAS1", "CYCLOPHILIN", "U6", "RNU6", "RNU6B", "RNU48", "RNU44", "ABL1", "ABL",
)  # fmt: skip
"""Usual reference genes, in capitals without signs."""

NAME_GENE: Final = "name it in the sheet's column gene, or name each file after its gene, of which one is a reference"
LOWEST_FACTOR: Final = 1.3
HIGHEST_FACTOR: Final = 2.6
"""Bounds of what a dilution series may give [fold a cycle], wider than those of a stated factor, since it has noise."""


def check_together(
    assigned: Sequence[Assigned],
    references: Sequence[str],
    factors: Mapping[str, Factor],
    faults: FaultReport,
) -> None:
    """Note the faults that no reaction has by itself."""
    unknown = [one for one in assigned if one.reaction.task == "unknown"]
    if not unknown:
        faults.add("no reaction of a sample is left: all are standards, without template or ignored")
        return
    nameless = [one.reaction for one in assigned if not one.reaction.gene]
    for reaction in nameless[:5]:
        more = f", as {len(nameless) - 1} others" if len(nameless) > 1 and reaction is nameless[0] else ""
        _add(faults, reaction, f"{reaction} has no gene{more}: {NAME_GENE}")
    check_no_well_twice([one.reaction for one in assigned], faults)
    _check_names(unknown, faults)
    _check_cell_types(unknown, faults)
    _check_references(unknown, references, faults)
    genes = list(dict.fromkeys(one.reaction.gene for one in unknown))
    for gene in factors:
        if gene not in genes:
            faults.add(f"an amplification factor is stated for {gene!r}, which is none of {', '.join(genes)}")
    _check_series(assigned, set(genes), factors, faults)


def _add(faults: FaultReport, reaction: Reaction, rule: str) -> None:
    faults.add(rule, line=reaction.line_number, place=reaction.place)


def _check_names(unknown: Sequence[Assigned], faults: FaultReport) -> None:
    """Two sample names of one gene are two cDNAs, so not one subject, condition and experiment."""
    first: dict[tuple[SampleKey, str], Assigned] = {}
    told = set()
    for one in unknown:
        if not (one.is_named and one.reaction.sample):
            continue
        before = first.setdefault((one.sample, one.reaction.gene), one)
        pair = (before.reaction.sample, one.reaction.sample)
        if pair[0] != pair[1] and pair not in told:
            told.add(pair)
            subject, condition, experiment = one.sample
            _add(
                faults,
                one.reaction,
                f"samples {pair[0]!r} and {pair[1]!r} must not both be {subject} under {condition} in {experiment}: "
                "give each cDNA an experiment of its own, or list the wells if they are replicates of one",
            )


def _check_cell_types(unknown: Sequence[Assigned], faults: FaultReport) -> None:
    first: dict[str, Assigned] = {}
    told = set()
    for one in unknown:
        before = first.setdefault(one.subject, one)
        if before.cell_type != one.cell_type and one.subject not in told:
            told.add(one.subject)
            rule = f"subject {one.subject} must be of one cell type, got {one.cell_type!r} and {before.cell_type!r}"
            _add(faults, one.reaction, rule)


def _check_references(unknown: Sequence[Assigned], references: Sequence[str], faults: FaultReport) -> None:
    genes = list(dict.fromkeys(one.reaction.gene for one in unknown))
    files = ", ".join(dict.fromkeys(one.reaction.place for one in unknown))
    if not references:
        rule = f"references must name at least one reference gene, got none; the genes are {', '.join(genes)}: "
        usual = [gene for gene in genes if is_usual_reference(gene)] or genes[-1:] or ["GENE"]
        faults.add(f'{rule}name it, references=["{usual[0]}"]', place=files)
    for reference in dict.fromkeys(references):
        if reference not in genes:
            rule = f"the reference gene {reference!r} has no reaction; the genes are {', '.join(genes)}"
            faults.add(rule, place=files)
            continue
        own = [one.reaction for one in unknown if one.reaction.gene == reference]
        if all(reaction.ct_cycles is None for reaction in own):
            rule = f"the reference gene {reference} must be detected at least once, got no Ct in {len(own)} wells"
            faults.add(rule, place=files)


def is_usual_reference(gene: str) -> bool:
    """Whether a gene is one of those that most laboratories take as references, in any usual spelling."""
    plain = re.sub(r"[^A-Z0-9]", "", gene.upper().replace("\u03b2", "B").replace("BETA", "B").replace("\u0392", "B"))
    plain = re.sub(r"^(?:H|M|R|HS|MM|RN|HUMAN|MOUSE)(?=(?:" + "|".join(_USUAL_REFERENCES) + ")$)", "", plain)
    return plain in _USUAL_REFERENCES


def _series(assigned: Iterable[Assigned]) -> dict[str, list[Reaction]]:
    series: defaultdict[str, list[Reaction]] = defaultdict(list)
    for one in assigned:
        if one.reaction.task == "standard":
            series[one.reaction.gene].append(one.reaction)
    return dict(series)


def _detected_quantities(series: Iterable[Reaction]) -> list[float]:
    found = {r.quantity for r in series if r.ct_cycles is not None and r.quantity is not None}
    return sorted(found, reverse=True)


def genes_with_series(assigned: Iterable[Assigned]) -> set[str]:
    """Genes whose dilution series gives an amplification factor."""
    series = _series(assigned)
    return {gene for gene, own in series.items() if len(_detected_quantities(own)) >= FEWEST_QUANTITIES}


def _check_series(
    assigned: Sequence[Assigned], genes: set[str], factors: Mapping[str, Factor], faults: FaultReport
) -> None:
    for gene, series in _series(assigned).items():
        without = [reaction for reaction in series if reaction.quantity is None and reaction.ct_cycles is not None]
        for reaction in without:
            _add(faults, reaction, f"{reaction} is a standard and must have a quantity, got none")
        if without or gene not in genes:
            continue
        quantities = _detected_quantities(series)
        if len(quantities) < FEWEST_QUANTITIES and gene not in factors:
            got = f"{len(quantities)} ({', '.join(f'{q:g}' for q in quantities)})" if quantities else "none"
            _add(
                faults,
                series[0],
                f"the dilution series of {gene} must have at least {FEWEST_QUANTITIES} different quantities with a Ct, "
                f"got {got}; state its amplification factor instead",
            )
        slope = series_slope(series)
        if slope is not None and slope >= 0:
            _add(
                faults,
                series[0],
                f"Ct must fall with quantity in the dilution series of {gene}, got a slope of {slope:+.3g} cycles per "
                "tenfold: are the quantities dilution factors, or in the wrong order?",
            )
        elif slope is not None and len(quantities) >= FEWEST_QUANTITIES:
            _check_factor(gene, series, slope, faults)


def _check_factor(gene: str, series: Sequence[Reaction], slope: float, faults: FaultReport) -> None:
    factor = 10.0 ** max(min(-1.0 / slope, 300.0), -300.0)  # a nearly flat series is beyond what a number holds
    if LOWEST_FACTOR <= factor <= HIGHEST_FACTOR:
        return
    _add(
        faults,
        series[0],
        f"the dilution series of {gene} must give {LOWEST_FACTOR:g} to {HIGHEST_FACTOR:g} fold a cycle (2 = doubling), "
        f"got {factor:.3g} (slope {slope:+.3g} cycles per tenfold): are the quantities logarithms, or is a dilution "
        "step wrong?",
    )


def series_slope(series: Sequence[Reaction]) -> float | None:
    """Cycles per tenfold quantity by least squares, with a level of each plate; None where no series gives it."""
    told = [(r.plate, np.log10(r.quantity), r.ct_cycles) for r in series if r.quantity and r.ct_cycles is not None]
    if not told:
        return None
    plate = np.unique([name for name, _, _ in told], return_inverse=True)[1].reshape(-1)
    pairs = np.array([(x, y) for _, x, y in told], dtype=float)
    for level in (plate, np.zeros_like(plate)):
        count = np.maximum(np.bincount(level), 1)
        x, y = (column - (np.bincount(level, weights=column) / count)[level] for column in pairs.T)
        if float(x @ x) > 1e-9:
            return float(x @ y / (x @ x))
    return None

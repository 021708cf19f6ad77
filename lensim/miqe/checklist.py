"""The items of the MIQE checklist: which there are, how needed each is, and whether a fit can know it.

Sources. Sections, items and their importance (E essential, D desirable) are those of table 1 of the MIQE guidelines,
Bustin et al. 2009, Clinical Chemistry 55(4):611, doi:10.1373/clinchem.2008.112797, as the RDML consortium has the table
on its site (rdml.org, page MIQE): 85 items in nine sections. MIQE 2.0 is Bustin et al. 2025, Clinical Chemistry
71(6):634, doi:10.1093/clinchem/hvaf043. Its own checklist was not at hand as this was written; `ADDED` are the items
that its abstract asks for and the table of 2009 lacks, with no importance since none was seen. Words are ours, and
short.
"""

from dataclasses import dataclass
from typing import Final, Literal

Importance = Literal["E", "D", ""]
Known = Literal["fit", "bench"]

SOURCES: Final = (
    "Items after table 1 of MIQE (Bustin et al. 2009, doi:10.1373/clinchem.2008.112797), with its importance: E "
    "essential, D desirable; and after the abstract of MIQE 2.0 (Bustin et al. 2025, doi:10.1093/clinchem/hvaf043), "
    "marked 2.0. The checklist of MIQE 2.0 itself was not at hand: compare with your journal's form."
)
TABLE_2009: Final = "2009"
ABSTRACT_2025: Final = "2.0"


@dataclass(frozen=True)
class Item:
    """One item of the guideline.

    Attributes
    ----------
    name
        By which answers name it: design.groups.
    section
        As in the guideline's table.
    words
        What is to be told, in our words.
    importance
        E or D of 2009; empty where none is known.
    known
        "fit" where a fit can know it, "bench" where the bench alone knows it.
    source
        "2009", or "2.0".
    """

    name: str
    section: str
    words: str
    importance: Importance
    known: Known
    source: str = TABLE_2009


def _section(section: str, stem: str, *rows: tuple[str, str, Importance, Known]) -> tuple[Item, ...]:
    return tuple(Item(f"{stem}.{name}", section, words, importance, known) for name, words, importance, known in rows)


_DESIGN: Final = _section(
    "Experimental design",
    "design",
    ("groups", "experimental and control groups", "E", "fit"),
    ("number", "number in each group", "E", "fit"),
    ("laboratory", "core laboratory or own", "D", "bench"),
    ("contributions", "who contributed what", "D", "bench"),
)
_SAMPLE: Final = _section(
    "Sample",
    "sample",
    ("description", "description of the sample", "E", "bench"),
    ("amount", "volume or mass processed", "D", "bench"),
    ("dissection", "micro- or macrodissection", "E", "bench"),
    ("processing", "how it was processed", "E", "bench"),
    ("frozen", "if frozen, how and how fast", "E", "bench"),
    ("fixed", "if fixed, with what and how fast", "E", "bench"),
    ("storage", "storage, and for how long", "E", "bench"),
)
_EXTRACTION: Final = _section(
    "Nucleic acid extraction",
    "extraction",
    ("procedure", "procedure or instrument", "E", "bench"),
    ("kit", "kit, and what was changed in it", "E", "bench"),
    ("reagents", "source of other reagents", "D", "bench"),
    ("nuclease", "DNase or RNase treatment", "E", "bench"),
    ("contamination", "contamination with DNA or RNA, how assessed", "E", "bench"),
    ("quantification", "quantity of nucleic acid", "E", "bench"),
    ("quantified_with", "instrument and method of that", "E", "bench"),
    ("purity", "purity (A260/A280)", "D", "bench"),
    ("yield", "yield", "D", "bench"),
    ("integrity", "integrity of RNA, method and instrument", "E", "bench"),
    ("integrity_number", "RIN or RQI, or Cq of 3' and 5' ends", "E", "bench"),
    ("traces", "electrophoresis traces", "D", "bench"),
    ("inhibition", "test for inhibition (dilutions, spike)", "E", "bench"),
)
_REVERSE: Final = _section(
    "Reverse transcription",
    "reverse_transcription",
    ("conditions", "complete reaction conditions", "E", "bench"),
    ("amount", "RNA put in, and reaction volume", "E", "bench"),
    ("priming", "priming oligonucleotide and its concentration", "E", "bench"),
    ("enzyme", "reverse transcriptase and its concentration", "E", "bench"),
    ("temperature", "temperature and time", "E", "bench"),
    ("reagents", "makers and catalogue numbers of reagents", "D", "bench"),
    ("no_rt", "Cq with and without reverse transcriptase", "D", "fit"),
    ("storage", "storage of cDNA", "D", "bench"),
)
_TARGET: Final = _section(
    "qPCR target information",
    "target",
    ("multiplex", "if multiplex: efficiency and LOD of each assay", "E", "fit"),
    ("accession", "accession number of the sequence", "E", "bench"),
    ("location", "location of the amplicon", "D", "bench"),
    ("length", "length of the amplicon", "E", "bench"),
    ("in_silico", "specificity screened in silico", "E", "bench"),
    ("homologues", "pseudogenes and other homologues", "D", "bench"),
    ("alignment", "sequence alignment", "D", "bench"),
    ("structure", "secondary structure of the amplicon", "D", "bench"),
    ("exons", "exon or intron of each primer", "E", "bench"),
    ("variants", "splice variants that are targeted", "E", "bench"),
)
_OLIGOS: Final = _section(
    "qPCR oligonucleotides",
    "oligonucleotide",
    ("primers", "sequences of primers", "E", "bench"),
    ("database", "number in RTPrimerDB", "D", "bench"),
    ("probe", "sequence of the probe", "D", "bench"),
    ("modifications", "where and which modifications", "E", "bench"),
    ("maker", "maker", "D", "bench"),
    ("purification", "purification", "D", "bench"),
)
_PROTOCOL: Final = _section(
    "qPCR protocol",
    "protocol",
    ("conditions", "complete reaction conditions", "E", "bench"),
    ("volume", "reaction volume, and cDNA or DNA in it", "E", "bench"),
    ("concentrations", "concentrations of primers, probe, Mg and dNTP", "E", "bench"),
    ("polymerase", "polymerase and its concentration", "E", "bench"),
    ("buffer", "buffer or kit, and its maker", "E", "bench"),
    ("buffer_chemistry", "chemical composition of the buffer", "D", "bench"),
    ("additives", "additives (SYBR Green I, DMSO)", "E", "bench"),
    ("plastics", "maker and catalogue number of plates", "D", "bench"),
    ("cycling", "complete thermocycling parameters", "E", "bench"),
    ("setup", "set up by hand or robot", "D", "bench"),
    ("instrument", "maker of the qPCR instrument", "E", "bench"),
)
_VALIDATION: Final = _section(
    "qPCR validation",
    "validation",
    ("optimisation", "evidence of optimisation (gradients)", "D", "bench"),
    ("specificity", "specificity (gel, sequence, melt, digest)", "E", "bench"),
    ("ntc", "Cq of no-template controls, for SYBR Green I", "E", "fit"),
    ("curve", "standard curve: slope and intercept", "E", "fit"),
    ("efficiency", "PCR efficiency from the slope", "E", "fit"),
    ("efficiency_interval", "interval or standard error of the efficiency", "D", "fit"),
    ("r_squared", "r2 of the standard curve", "E", "fit"),
    ("range", "linear dynamic range", "E", "fit"),
    ("lower_limit", "variation of Cq at the lower limit", "E", "fit"),
    ("range_intervals", "intervals throughout the range", "D", "fit"),
    ("lod", "limit of detection, with its evidence", "E", "fit"),
    ("multiplex", "if multiplex: efficiency and LOD of each assay", "E", "fit"),
)
_ANALYSIS: Final = _section(
    "Data analysis",
    "analysis",
    ("program", "program of the qPCR analysis, source and version", "E", "fit"),
    ("cq", "how Cq was determined", "E", "fit"),
    ("outliers", "outliers: how found, what became of them", "E", "fit"),
    ("ntc", "results of no-template controls", "E", "fit"),
    ("references", "number and choice of reference genes, justified", "E", "fit"),
    ("normalisation", "method of normalisation", "E", "fit"),
    ("biological", "biological replicates: number and agreement", "D", "fit"),
    ("technical", "technical replicates: number and stage", "E", "fit"),
    ("repeatability", "repeatability (within an assay)", "E", "fit"),
    ("reproducibility", "reproducibility (between assays)", "D", "fit"),
    ("power", "power analysis", "D", "fit"),
    ("statistics", "statistical methods", "E", "fit"),
    ("software", "software, source and version", "E", "fit"),
    ("rdml", "Cq or raw data submitted as RDML", "D", "fit"),
)
ADDED: Final = (
    Item("quantity.method", "Quantities", "method of quantification", "", "fit", ABSTRACT_2025),
    Item("quantity.corrected", "Quantities", "quantities corrected for efficiency", "", "fit", ABSTRACT_2025),
    Item("quantity.prediction", "Quantities", "prediction intervals of these", "", "fit", ABSTRACT_2025),
    Item("quantity.raw", "Quantities", "raw fluorescence exported", "", "bench", ABSTRACT_2025),
)
ITEMS: Final = (
    *_DESIGN, *_SAMPLE, *_EXTRACTION, *_REVERSE, *_TARGET, *_OLIGOS, *_PROTOCOL, *_VALIDATION, *_ANALYSIS, *ADDED,
)  # fmt: skip
ITEM_OF: Final = {item.name: item for item in ITEMS}

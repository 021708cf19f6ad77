"""What a column that no reader uses may say of its rows, by the words in its name."""

import re
from collections.abc import Mapping
from typing import Final, Literal

from lensim.tables.names import plain_name
from lensim.tables.number_text import DIGITS

Kind = Literal["splits", "control", "replicate", "ambiguous", "technical", "measured", "remark", "unknown"]
"""A column splits the data (time, density, medium ...), splits it but may differ between treated wells and their
controls (treatment, a second compound), is a replicate (day, operator, lot), is either kind of replicate (replicate),
is a replicate of wells alone (technical_replicate), is measured or a place (Ct mean, row), is a remark (comment), or is
not known."""

SPLITTING: Final[Mapping[str, frozenset[str]]] = {
    "time": frozenset(
        {
            "time", "times", "timepoint", "timepoints", "hour", "hours", "hr", "hrs", "h", "duration", "days",
            "weeks", "incubation", "exposure", "harvest", "harvested", "incubated", "chase", "minutes", "mins",
        }
    ),
    "density": frozenset(
        {
            "seeding", "seeded", "density", "densities", "inoculum", "confluence", "confluency", "plated",
        }
    ),
    "medium": frozenset(
        {
            "medium", "media", "serum", "fbs", "fcs", "bsa", "temperature", "temp", "celsius", "passage",
            "passages", "oxygen", "o2", "hypoxia", "ph", "matrix", "coating", "supplement", "supplements",
            "glucose", "glutamine", "feeder", "feeders", "substrate", "buffer",
        }
    ),
    "patient": frozenset(
        {
            "patient", "patients", "donor", "donors", "subject", "subjects", "animal", "animals", "mouse", "mice",
            "rat", "rats", "culture", "cultures", "clone", "clones", "isolate", "individual", "individuals",
            "person", "participant", "strain", "genotype", "tumor", "tumour", "tissue", "specimen", "biopsy",
            "species", "sex", "age", "cell", "cells", "line", "cellline",
        }
    ),
    "readout": frozenset(
        {
            "assay", "readout", "endpoint", "wavelength", "channel", "dye", "stain", "filter", "kit", "reader",
            "reporter",
        }
    ),
    "unit": frozenset(
        {
            "unit", "units",
        }
    ),
    "quantity": frozenset(
        {
            "quantity", "sq", "dilution",
        }
    ),
}  # fmt: skip
"""Words for what splits a curve or an effect, by what they mean."""

CONDITION_WORDS: Final = frozenset(
    {
        "condition", "conditions", "treatment", "treatments", "treated", "cytokine", "cytokines", "stimulus",
        "stimulation", "stimulated", "ligand", "stroma", "stromal", "coculture", "pretreatment", "pretreated",
        "sirna", "shrna", "sgrna", "knockdown", "knockout", "transfection", "transfected", "construct", "vector",
        "arm", "combination", "combo", "combined", "partner", "additive", "factor", "il6", "il2", "tnf", "inducer",
        "induction", "irradiation", "radiation", "agonist", "antagonist", "antibody", "genotoxin", "inhibitor",
        "rescue",
    }
)  # fmt: skip
"""Words for a condition beside the compound; treated wells and their controls may differ in it."""

COMPOUND_WORDS: Final = frozenset(
    {
        "drug", "drugs", "compound", "compounds", "agent", "agents", "substance", "chemical", "molecule",
    }
)  # fmt: skip
DOSE_WORDS: Final = frozenset(
    {
        "dose", "doses", "conc", "concentration", "concentrations",
    }
)  # fmt: skip

OF_A_SERIES: Final = frozenset(
    {"max", "maximum", "min", "minimum", "top", "highest", "lowest", "index", "level", "rank", "log", "log10", "ln",
     "step", "nominal", "stock", "range", "number", "no", "series"}
)  # fmt: skip
"""Words for what is said of a series of doses, such as max_conc_um: no second dose."""

REPLICATE_WORDS: Final = frozenset(
    {
        "experiment", "exp", "experimenter", "day", "date", "run", "batch", "operator", "user", "scientist",
        "analyst", "technician", "lot", "plate", "barcode", "datum",
        "tag", "versuch", "lauf", "charge", "platte",
        "instrument", "machine", "session", "week", "month",
        
    }
)  # fmt: skip
TECHNICAL: Final = re.compile(r"(technical|tech|well|reading|read)_?(replicates?|reps?|repeats?)|tech|technical")
BIOLOGICAL: Final = re.compile(r"(biological|biol|bio|independent)_?(replicates?|reps?|repeats?)")
AMBIGUOUS: Final = re.compile(
    r"(replicates?|reps?|repl|repeats?|repetition|triplicates?|duplicates?|triplikate?"
    r"|duplikate?|replikate?|wiederholung)(_?(no|nr|number|id|index|n|[0-9]+))?|n"
)
MEASURED: Final = re.compile(
    r"unnamed.*|index|row|col|column|spalte|zeile|reihe|colonne|ligne|rang[ee]{0,2}|quadrant|"
    r"rows?_?index|col(umn)?_?index|(plate|well)_?(row|col|column).*|x|y|line_number"
    r"|(well|position|pos|location)(_?(id|name|index|no|nr|number|position))?"
    r"|(.*_)?(colou?r|file|file_?name|path|url|timestamp)"
    r"|(.*_)?(mean|average|avg|median|sd|std|stdev|dev|sem|se|cv|variance|plusminus|sigma|threshold|baseline|r2|rsq|raw|value)"
    r"|(ct|cq|cp|od|threshold|baseline|background)_.*|(t|m)m_?[0-9]*|melt.*|auc.*|.*_auc"
)
"""Names of measurements and places: they are told as not used, and never refused."""
REMARK: Final = re.compile(
    r"(.*_)?(comments?|notes?|remarks?|annotations?|kommentare?|bemerkung(en)?|anmerkung(en)?|notiz(en)?|commentaires?"
    r"|remarques?|hinweise?|observations?|beobachtung(en)?)"
    r"|(sample|bio.*)_colou?r"
)
"""Names of free text: refused only where a few texts recur as those of a factor do."""
SET_ASIDE: Final = re.compile(
    r"exclu\w*|out-?lier\w*|omit\w*|\bbad\b|discard\w*|do not use|not used|fail\w*|contaminat\w*|wrong|\bleck\w*"
    r"|ausrei(ss|\u00df)er\w*|ausgeschlossen|verworfen|ung\u00fcltig|invalid",
    re.IGNORECASE,
)
"""Words of a remark that say that a row should not count."""

_FIRST: Final = ("time", "density", "medium", "readout", "unit", "quantity")


def kind_of(name: str) -> Kind:
    """What a column says by its name."""
    plain = plain_name(name)
    words = set(plain.split("_"))
    stems = {word.rstrip(DIGITS) for word in words}
    if BIOLOGICAL.fullmatch(plain) or "date" in words:
        return "replicate"
    if TECHNICAL.fullmatch(plain):
        return "technical"
    if AMBIGUOUS.fullmatch(plain):
        return "ambiguous"
    if REMARK.fullmatch(plain):
        return "remark"
    if MEASURED.fullmatch(plain):
        return "measured"
    if any(words & SPLITTING[what] for what in _FIRST) or plain.startswith("cells_per"):
        return "splits"
    if is_dose(name) and words & OF_A_SERIES:
        return "measured"
    if words & CONDITION_WORDS or stems & (COMPOUND_WORDS | DOSE_WORDS):
        return "control"
    if words & SPLITTING["patient"]:
        return "splits"
    return "replicate" if stems & REPLICATE_WORDS else "unknown"


def is_dose(name: str) -> bool:
    """Whether a name has a word for a dose."""
    return bool({word.rstrip(DIGITS) for word in plain_name(name).split("_")} & DOSE_WORDS)


def is_time(name: str) -> bool:
    """Whether a name has a word for a time."""
    return bool({*plain_name(name).split("_")} & (SPLITTING["time"] | {"day"}))

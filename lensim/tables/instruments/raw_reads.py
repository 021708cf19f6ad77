"""Which of the grids of a reader's file are raw reads, and which its program computed from them.

A grid is *raw* where its label or its title names a detection, a wavelength or the word raw; *computed* where it names
what programs make of a read (blank-corrected, a mean, a ratio, a concentration ...); else *unknown*. Of Gen5, the
procedure in the export says which labels are reads: the other labels of its results are computed.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from lensim.tables.export_lines import Line
from lensim.tables.grid import Grid, Kind, same_numbers
from lensim.tables.instruments.gen5 import reads_of_procedure, without_number
from lensim.tables.instruments.kaleido import is_kaleido, with_readings
from lensim.tables.instruments.tecan import is_icontrol, with_labels

_WAVELENGTH: Final = r"[2-9][0-9]{2}(?:/[0-9]{1,3})?"
_SURELY_COMPUTED: Final = re.compile(
    r"(?<![^\W_])(?:"
    r"(?:un)?correct(?:ed|ion)|subtract(?:ed|ions?)|norm(?:ali[sz](?:ed|ation))?|ratios?|delta|differences?"
    r"|means?|averages?|avg|medians?|std(?:\.? ?dev)?|stdev|sd|sem|cv|variance|standard deviation"
    r"|calc(?:ulat(?:ed|ions?))?|reduc(?:ed|tions?)|formula|equation|transform(?:ed|ation)|inhibition|interpolat(?:ed|ion)"
    r"|korrigiert\w*|korrektur|abgezogen|mittelwert\w*|normiert\w*|normalisiert\w*|verh\xe4ltnis|differenz"
    r"|standardabweichung|stabw|berechnet\w*|reduziert\w*"
    r"|corrig\xe9\w*|soustrait\w*|moyennes?|normalis\xe9\w*|diff\xe9rence|\xe9cart.type|calcul\xe9\w*"
    r"|corregid\w*|promedios?|normalizad\w*|cociente|diferencia|desviaci\xf3n|calculad\w*"
    r"|corrett\w*|normalizzat\w*|rapporto|differenza|deviazione|calcolat\w*"
    rf")(?![^\W_])|^blank (?:[^:]{{1,40}}:)?{_WAVELENGTH}\b|^\[concentration\]$",
    re.IGNORECASE,
)
_PERHAPS_COMPUTED: Final = re.compile(
    r"(?<![^\W_])(?:blank(?:ed)?|background|conc(?:entrations?)?|viability|percent|fold|fit(?:ted|ting)?|slope|intercept"
    r"|r.?squared|onset|lag|integral|sum|auc|crosstalk|dilution|factor|classification|multiplication|cut.?off"
    r"|z.?(?:score|factor|prime)|polari[sz]ation|anisotropy|pathlength|outliers?|max v|max od"
    r"|blindwert\w*|leerwert\w*|konzentration(?:en)?|blanc|blanco|bianco|concentraci\xf3n|concentrazione"
    r")(?![^\W_])|%",
    re.IGNORECASE,
)
_RAW: Final = re.compile(
    r"(?<![^\W_])(?:raw|roh(?:daten|werte|signal)|brut(?:es?|s|os|as)?|grezz[io]|sin procesar|unprocessed"
    r"|absorbance|absorption|absorbanz|extinktion|absorbancia|assorbanza|optical density|od|abs|(?:a|od)[2-9][0-9]{2}"
    r"|fluorescence|fluoreszenz|fluorescencia|fluorescenza|luminescence|lumineszenz|luminiscencia|luminescenza|lum|alpha"
    r"|rlu|rfu|cps|cpm|dpm|counts|results? for|label ?[0-9]+|signal|channel ?[0-9]+"
    rf"|{_WAVELENGTH}(?:[,/-]{_WAVELENGTH})? ?nm)(?![^\W_])"
    rf"|^(?:[^:]{{1,40}}:)?{_WAVELENGTH}(?:, ?{_WAVELENGTH})?$",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(r"(?<![^\W_])(?:sd|sem|cv)(?![^\W_])", re.IGNORECASE)
"""Words that are short for a summary or for something else, such as crystal violet."""
_OF_PICTURES: Final = re.compile(r"\banalysis\b", re.IGNORECASE)
_OF_A_READ: Final = re.compile(r"(?<![0-9.])[2-9][0-9]{2}(?![0-9.])|channel ?[0-9]+", re.IGNORECASE)
"""What tells reads apart: wavelengths and channels."""
_OF_A_PLATE: Final = re.compile(
    r"(?<![\w.,])(?:plate ?([a-z]|[0-9]{1,3})|(?<!calc )(?<!channel )([0-9]{1,2}))(?![\w%]|[.,][0-9])", re.IGNORECASE
)
"""What tells plates apart in titles: their numbers and letters."""
_NUMBER_OF_TABLE: Final = re.compile(r"^\s*[0-9]{1,2}\. (?=\S)")
"""Before a title: 4. Raw Data (480-14/520-30)."""


def as_programs_say(grids: Sequence[Grid], lines: Sequence[Line]) -> list[Grid]:
    """Grids as the programs that are known name them in the lines above, each with its kind."""
    if is_kaleido(lines):
        grids = with_readings(grids, lines)
    elif is_icontrol(lines):
        grids = with_labels(grids, lines)
    return with_kinds(grids, lines)


def with_kinds(grids: Sequence[Grid], lines: Sequence[Line] = ()) -> list[Grid]:
    """Grids, each with its kind, as its label and title say, or the procedure of Gen5 among the lines."""
    reads = reads_of_procedure(lines)
    if reads and all(any(without_number(grid.label) in names for grid in grids) for names in reads):
        names = frozenset().union(*reads)
        return [grid if grid.is_list else replace(grid, kind=_of_gen5(grid, names)) for grid in grids]
    return [grid if grid.kind != "unknown" else replace(grid, kind=_kind(grid)) for grid in grids]


def is_computed(name: str, grid: Grid) -> bool:
    """Whether the name of a sheet surely says that a grid in it is computed.

    The short words SD, SEM and CV do not say so of a grid with the title of a raw read.
    """
    return _SURELY_COMPUTED.search(_SHORT.sub("", name) if grid.kind == "raw" else name) is not None


def only_raw(grids: Sequence[Grid]) -> Grid | None:
    """The only raw read among different grids of one plate, where all others are computed from it; None for any doubt.

    A computed grid that names a wavelength or a channel which the raw one does not name is of another read; one
    whose title has another number or letter of a plate is perhaps of another plate.
    """
    raw = [grid for grid in grids if grid.kind == "raw"]
    computed = [grid for grid in grids if grid.kind == "computed"]
    if not raw or len(raw) + len(computed) < len(grids) or not all(same_numbers(raw[0], one) for one in raw[1:]):
        return None
    if not set().union(*map(_plates_named, computed)) <= set().union(*map(_plates_named, raw)):
        return None
    own = set().union(*map(_reads_named, raw))
    others = set().union(*map(_reads_named, computed))
    return raw[0] if others <= own or (not own and len(others) < 2) else None


def _reads_named(grid: Grid) -> set[str]:
    said = f"{grid.label} {grid.heading}"
    return {found.lower().replace(" ", "") for found in _OF_A_READ.findall(said)}


def _plates_named(grid: Grid) -> set[str]:
    return {
        (letter or number).lower() for letter, number in _OF_A_PLATE.findall(_NUMBER_OF_TABLE.sub("", grid.heading))
    }


def _of_gen5(grid: Grid, reads: frozenset[str]) -> Kind:
    label = without_number(grid.label)
    if label in reads:
        return "raw"
    return "unknown" if label.endswith(("[Test]", "[Ref]")) else "computed"


def _kind(grid: Grid) -> Kind:
    of_label = _kind_of(grid.label)
    of_title = _kind_of(grid.heading, of_title=True)
    if not grid.label:
        return of_title
    if of_label == "raw" and _SURELY_COMPUTED.search(_before_value(grid.heading)):
        return "computed"
    return of_label


def _kind_of(text: str, *, of_title: bool = False) -> Kind:
    said = _before_value(text) if of_title else text
    if _OF_PICTURES.search(text):
        return "unknown"
    if _SURELY_COMPUTED.search(said):
        return "computed"
    is_raw, is_perhaps = _RAW.search(text) is not None, _PERHAPS_COMPUTED.search(said) is not None
    if is_raw == is_perhaps:
        return "unknown"
    return "raw" if is_raw else "computed"


def _before_value(title: str) -> str:
    """A title without what stands behind its first colon: the value of "Test name: normalised" says nothing of it."""
    return title.partition(":")[0]

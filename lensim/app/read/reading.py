"""Dropped files read and checked, as values for the page: what was understood, what is doubtful, every fault, run QC.

`read_wanted` and `data_of` work in the process of the session; the data that were read last are kept there.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import xarray as xr

from lensim.app.bench import Tell
from lensim.app.read.faults import Fault, faults_of
from lensim.app.read.labels import labelled
from lensim.app.read.options import ASSAYS
from lensim.app.read.peek import Has, assay_of_files, look_at
from lensim.app.read.plates import Plate, plates_of
from lensim.app.read.wanted import Wanted, arguments_of, command_of, options_of
from lensim.assay import find_assay
from lensim.bioassay.read import FORMATS as FORMATS_OF_BIOASSAY
from lensim.checks import InputError
from lensim.dose_response.read import FORMATS as FORMATS_OF_WELLS
from lensim.exclude import exclude_wells
from lensim.expression.read import kind_of, opened
from lensim.in_options import as_options
from lensim.plain_text import counted, shown_name
from lensim.qc.finding import Checked
from lensim.qc.study import checked_of, looked_at
from lensim.tables.excluded_record import told_of_excluded
from lensim.tables.source import Source, format_of, source_of
from lensim.tables.told import column_notes

KINDS: Final = {
    "sds": "export of ABI SDS",
    "quantstudio": "export of QuantStudio, ViiA 7, StepOne or 7500",
    "cfx": "export of Bio-Rad CFX",
    "lightcycler": "export of LightCycler",
    "mxpro": "report of MxPro",
    "rotorgene": "export of Rotor-Gene",
    "tidy": "table with a row a reaction",
    "rdml": "RDML",
    "ratios": "table of ratios or levels",
    "wells": "table with a row a well",
    "grid": "plate reader's export",
}
KEPT: Final = 2


@dataclass(frozen=True)
class Reading:
    """What came of reading files.

    Attributes
    ----------
    key
        Of what was wanted.
    assay
        As it was read.
    is_by_content
        Whether the files showed the assay.
    kinds
        Name and kind of each file.
    counts
        What there is to be fitted.
    model
        The model that a fit takes, and why.
    notes
        Columns used and not used, what is assumed, what is doubtful.
    faults
        All of them; then there are no data.
    plates
        Pictures.
    checked
        Run QC; None where the data have none, and `not_checked` says why.
    command
        The command line that does the same; empty where a choice has no meaning.
    """

    key: str
    assay: str
    is_by_content: bool
    kinds: tuple[tuple[str, str], ...] = ()
    counts: str = ""
    model: str = ""
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    plates: tuple[Plate, ...] = ()
    checked: Checked | None = None
    not_checked: str = ""
    command: str = ""

    @property
    def can_fit(self) -> bool:
        """Whether there are data."""
        return not self.faults

    @property
    def asked(self) -> dict[str, tuple[str, ...]]:
        """Values that the reader named when it asked for one of them, by the meaning of their column."""
        return {what: names for one in self.faults for what, names in one.asked.items()}

    @property
    def choices(self) -> tuple[str, ...]:
        """Controls of the form that faults name."""
        return tuple(dict.fromkeys(name for one in self.faults for name in one.choices))

    @property
    def sentence(self) -> str:
        """What came of it, in one sentence."""
        if self.faults:
            return f"{counted(len(self.faults), 'fault')}: nothing was read. Correct the file, or choose otherwise."
        how = "as the files show" if self.is_by_content else "as chosen"
        return f"Read as {ASSAYS[self.assay]}, {how}: {self.counts}."


def look_wanted(wanted: Wanted, tell: Tell) -> Has:
    """What the files have, for the choices of the form."""
    return look_at(wanted.files, wanted.table, wanted.assay)


def read_wanted(wanted: Wanted, tell: Tell) -> Reading:
    """Read files, and check what is in them; what is wrong with them is in the answer, never an error."""
    tell("Reading the files …")
    try:
        assay = wanted.assay or assay_of_files(wanted.files)
        known = Reading(wanted.key, assay, not wanted.assay, tuple(_kinds(wanted, assay)))
        return _read(known, wanted, tell)
    except InputError as error:
        assay = wanted.assay or "dose_response"
        return Reading(wanted.key, assay, not wanted.assay, faults=faults_of(error, assay))


def _read(known: Reading, wanted: Wanted, tell: Tell) -> Reading:
    assay, options = find_assay(known.assay), options_of(known.assay)
    command = ""
    try:
        command = command_of(known.assay, wanted)
        data = data_of(known.assay, wanted)
        counts, chosen = assay.counts(data), assay.default_model(data)
        reason = assay.model_reason(data)
        notes = (*column_notes(data), *told_of_excluded(data), *assay.notes(data))
    except InputError as error:
        return _with(known, faults=faults_of(error, known.assay), command=command)
    except Exception as error:  # of a library, about a file that nobody thought of
        fault = Fault("", "the files must be ones that lensim reads", f"{type(error).__name__}: {error}", "report it")
        return _with(known, faults=(fault,), command=command)
    tell("Checking the run …")
    checked, plates, not_checked = _checked(data)
    return _with(
        known,
        counts=counts,
        model=f"{chosen}: {reason}" if reason else chosen,
        notes=tuple(labelled(as_options(note, options), known.assay) for note in notes),
        checked=checked,
        plates=plates,
        not_checked=not_checked,
        command=command,
    )


def _with(known: Reading, **more: Any) -> Reading:
    return Reading(**{**vars(known), **more})


def _checked(data: xr.Dataset) -> tuple[Checked | None, tuple[Plate, ...], str]:
    try:
        of = looked_at(data)
        found = checked_of(of)
    except InputError as error:
        return None, (), str(error)
    return found, plates_of(of, found), ""


def data_of(assay: str, wanted: Wanted) -> xr.Dataset:
    """The data, prepared for a fit, without the wells to leave out; those that were read last are kept.

    Raises
    ------
    InputError
        As the reader of the assay and `lensim.exclude.exclude_wells`.
    """
    return _kept(wanted.key, assay)(wanted)


@lru_cache(maxsize=KEPT)
def _kept(key: str, assay: str) -> Callable[[Wanted], xr.Dataset]:
    found: list[xr.Dataset] = []

    def data(wanted: Wanted) -> xr.Dataset:
        if not found:
            own = find_assay(assay)
            read = own.read(list(wanted.files), **arguments_of(assay, wanted))
            found.append(own.prepared(exclude_wells(read, wanted.exclude)))
        return found[0]

    return data


def _kinds(wanted: Wanted, assay: str) -> list[tuple[str, str]]:
    """What each file is, as far as that is known before it is read."""
    found = []
    for path in wanted.files:
        try:
            found.append((shown_name(path.name), _kind(wanted, assay, path)))
        except InputError:
            found.append((shown_name(path.name), "not known"))
    return found


def _kind(wanted: Wanted, assay: str, path: Any) -> str:
    source = source_of(path, whole=True)
    book = "workbook: " if source.is_workbook else ""
    if assay == "expression":
        stated = _columns_of_file(wanted, path)
        kinds = dict.fromkeys(KINDS[_kind_by(one, stated)] for one in opened(path))
        return f"{book}{', '.join(kinds)}"
    if assay == "cell_cycle" and source.raw.startswith(b"FCS"):
        return "FCS"
    if book or assay == "cell_cycle":
        return "workbook" if book else "table"
    formats = FORMATS_OF_BIOASSAY if assay == "bioassay" else FORMATS_OF_WELLS
    return KINDS.get(format_of(source, formats) or "", "table")


def _columns_of_file(wanted: Wanted, path: Path) -> Mapping[str, str] | None:
    """The chosen columns that are a file's; others are the sample sheet's, and say nothing of the file."""
    stated = wanted.chosen.get("columns")
    if not isinstance(stated, Mapping) or not stated:
        return None
    names = {name for one in opened(path) for header in one.headers for name in header}
    own = {what: name for what, name in stated.items() if isinstance(name, str) and name in names}
    return own or None


def _kind_by(source: Source, stated: Mapping[str, str] | None) -> str:
    """The kind of a file with its chosen columns; where they suit none, the kind that its content shows."""
    if stated:
        with suppress(InputError):
            return kind_of(source, stated)
    return kind_of(source)

"""Which program wrote an export, by its content; the file's name does not count."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lensim.tables.source import Source
from lensim.tables.workbook import Workbook

_FIRST_LINES: Final = 60


@dataclass(frozen=True)
class Program:
    """A program of an instrument.

    Attributes
    ----------
    name
        As its maker calls it.
    vendor, suffix
        By which the library allotropy knows it, and what it wants a file's name to end in.
    """

    name: str
    vendor: str
    suffix: str


@dataclass(frozen=True)
class _Text:
    program: Program
    is_of: Callable[[str, list[str]], object]


def _begins(*starts: str) -> Callable[[str, list[str]], object]:
    return lambda text, lines: any(line.strip(' "').startswith(starts) for line in lines)


def _quantstudio(text: str, lines: list[str]) -> object:
    return any(line.startswith("* ") and " = " in line for line in lines) and "Well" in text


_TEXTS: Final = (
    _Text(
        Program("SoftMax Pro", "MOLDEV_SOFTMAX_PRO", "txt"), lambda text, lines: text.lstrip().startswith("##BLOCKS")
    ),
    _Text(Program("EnVision", "PERKIN_ELMER_ENVISION", "csv"), _begins("Plate information")),
    _Text(Program("Kaleido", "REVVITY_KALEIDO", "csv"), lambda text, lines: "Exported with Kaleido" in text[-2000:]),
    _Text(Program("Gen5", "AGILENT_GEN5", "txt"), _begins("Software Version")),
    _Text(
        Program("MARS", "BMG_MARS", "csv"),
        lambda text, lines: re.search(r"^\W*(Test run no|ID1|User)\b", text, re.M) and "Raw Data" in text,
    ),
    _Text(Program("QuantStudio", "APPBIO_QUANTSTUDIO", "txt"), _quantstudio),
    _Text(Program("CFX Maestro", "CFXMAESTRO", "csv"), lambda text, lines: "Well" in lines[0] and "Fluor" in lines[0]),
)


def program_of_text(source: Source) -> Program | None:
    """The program that wrote a text; None where it is none that is known."""
    lines = source.text.splitlines()[:_FIRST_LINES] or [""]
    return next((one.program for one in _TEXTS if one.is_of(source.text, lines)), None)


def program_of_workbook(workbook: Workbook) -> Program | None:
    """The program that wrote a workbook; None where it is none that is known."""
    names = {sheet.name.strip("[]").lower() for sheet in workbook.sheets}
    cells = {cell for sheet in workbook.sheets for row in sheet.rows[:_FIRST_LINES] for cell in row if cell}
    if "protocol information" in names and any(name.endswith("end point") for name in names):
        return Program("Smart Control", "BMG_LABTECH_SMART_CONTROL", "xlsx")
    if "Measurement results" in cells or {"session information", "instrument information"} <= names:
        return Program("SkanIt", "THERMO_SKANIT", "xlsx")
    if "Well positions" in cells or any(cell.startswith("Date of measurement:") for cell in cells):
        return Program("Magellan", "TECAN_MAGELLAN", "xlsx")
    if names & {"results", "primary_result", "target call"} and ("Well" in cells or "Well Position" in cells):
        return Program("Design & Analysis", "APPBIO_QUANTSTUDIO_DESIGNANDANALYSIS", "xlsx")
    return None

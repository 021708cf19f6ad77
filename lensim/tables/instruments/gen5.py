"""The reads that the procedure in an export of Gen5 lists, by the labels that its results have."""

import re
from collections.abc import Sequence
from typing import Final

from lensim.tables.export_lines import Line

_ENDS: Final = ("Layout", "Results")
_WAVELENGTHS: Final = re.compile(r"Wavelengths: *([0-9].*)")
_FILTERS: Final = re.compile(
    r"Excitation: *([^\s,]{1,80}+(?: [a-z]++)?), *Emission: *([^\s,]++(?: [a-z]++)?)", re.IGNORECASE
)
_EMISSION: Final = re.compile(r"(?:Filter Set [0-9]++.*?)?Emission: *([^\s,]++(?: [a-z]++)?)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\ARead [0-9]+:")
_MODES: Final = ("Absorbance", "Fluorescence", "Luminescence", "Alpha", "Time-Resolved", "Time Resolved")
_TYPES: Final = ("Endpoint", "Spectrum", "Scan")
_NO_FILTER: Final = ("full light", "plug", "hole")


def without_number(label: str) -> str:
    """A label without the number that Gen5 puts before reads without a name: "Read 1:450"."""
    return _NUMBER.sub("", label, count=1)


def reads_of_procedure(lines: Sequence[Line]) -> list[frozenset[str]]:
    """The labels that each read may have, one set a read; none where the lines are not of Gen5 or list none.

    A step has a name or none, before which results have it: "OD:450". Filters have their bandwidths or not.
    """
    texts = [line.filled for line in lines]
    starts = [at for at, cells in enumerate(texts) if cells[:1] == ["Procedure Details"]]
    if not starts or not any(cells[:1] == ["Software Version"] for cells in texts):
        return []
    reads: list[frozenset[str]] = []
    step = ""
    for cells in texts[starts[0] + 1 :]:
        said = ", ".join(cells)  # as they were where commas have parted them
        if said in _ENDS:
            break
        if cells[:1] == ["Read"]:
            name = " ".join(cells[1:])
            is_alpha = name.startswith("Alpha")
            step = "" if name.startswith(_MODES) and name.endswith(_TYPES) else name
            reads += [frozenset({"Alpha", f"{step}:Alpha"})] * is_alpha
        elif match := _WAVELENGTHS.match(said):
            reads += [_names(step, [one.strip()]) for one in match.group(1).split(",")]
        elif match := _FILTERS.search(said):
            excitation, emission = match.groups()
            plain = f"{excitation.partition('/')[0]},{emission.partition('/')[0]}"
            reads.append(_names(step, [f"{excitation},{emission}", plain]))
        elif match := _EMISSION.match(said):
            emission = match.group(1)
            is_all = emission.lower() in _NO_FILTER
            reads.append(_names(step, ["Lum"] if is_all else [emission, emission.partition("/")[0]]))
    return list(dict.fromkeys(reads))


def _names(step: str, labels: Sequence[str]) -> frozenset[str]:
    return frozenset(f"{step}:{one}" if step else one for one in labels)

"""Exports that only the library allotropy reads, as grids of numbers; its faults are told as lensim's own.

The library comes with the extra lensim[instruments], and is imported here alone, where a file needs it: that takes two
seconds. It gives each measurement of a well as a nested mapping, in the vocabulary of the Allotrope Foundation.
"""

import io
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lensim.checks import InputError
from lensim.tables.grid import Grid
from lensim.tables.instruments.programs import Program
from lensim.tables.source import Source
from lensim.tables.well_names import parse_well_name

INSTALL: Final = "the command that `lensim doctor` prints for the extra instruments"
_DOCUMENTS: Final = "aggregate document"
_DETECTIONS: Final = ("absorbance", "fluorescence", "luminescence")
_DECIMAL_COMMA: Final = re.compile(r"(?<![^\t;])(-?[0-9]+),([0-9]+)(?![^\t;\r\n])")


_DECIMAL_POINT: Final = re.compile(r"(?<![^\t;\r\n])-?[0-9]+\.[0-9]+(?![^\t;\r\n])")


def grids_by_library(source: Source, program: Program, text: str | None) -> list[Grid]:
    """The grids of an export by a program, one for each plate and read; none where it has no endpoint values.

    Parameters
    ----------
    source
        The file.
    program
        Which wrote it.
    text
        Its text; None for a workbook.

    Raises
    ------
    InputError
        If the library is not installed, or cannot read the file either.
    """
    cells: dict[tuple[str, str], dict[tuple[int, int], tuple[str, int]]] = {}
    for plate, well, read, value in _values(_document(source, program, text)):
        place = parse_well_name(well)
        if place is not None:
            cells.setdefault((plate, read), {})[place] = (value, 0)
    return [
        Grid(wells, 1, 1, title=program.name, label=read, plates=(plate,) if plate else (), is_list=True)
        for (plate, read), wells in cells.items()
    ]


def _document(source: Source, program: Program, text: str | None) -> Mapping[str, Any]:
    raw = source.raw if text is None else _with_points(text).encode()
    name = f"{source.stem}.{program.suffix}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from allotropy.allotrope.converter import unstructure
            from allotropy.parser_factory import Vendor
            from allotropy.to_allotrope import allotrope_model_from_io

            model = allotrope_model_from_io(
                io.BytesIO(raw), name, Vendor(program.vendor), encoding=None if text is None else "utf-8"
            )
            found: Mapping[str, Any] = unstructure(model)
    except ImportError:
        raise InputError(
            f"{source.place}: the file is an export of {program.name} in a layout that lensim does not read by itself: "
            f"{INSTALL} installs the library allotropy, which reads more of them"
        ) from None
    except Exception as error:  # whatever the library raises at a file is a fault of the file, for the user
        said = " ".join(str(error).split())[:160]
        raise InputError(
            f"{source.place}: the file seems to be an export of {program.name}, but its layout is not understood "
            f"({said or type(error).__name__}): export the plate as a grid or a list of wells"
        ) from None
    return found


def _with_points(text: str) -> str:
    """A text parted by tabs or semicolons, whose numbers have decimal commas, with points instead."""
    is_parted = "\t" in text or ";" in text
    return _DECIMAL_COMMA.sub(r"\1.\2", text) if is_parted and not _DECIMAL_POINT.search(text) else text


def _values(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Plate, well, read and value of each measurement that has one number; "" where the instrument gave none."""
    for top in document.values():
        if not isinstance(top, Mapping):
            continue
        for group in top.get("plate reader document", ()):
            seen: dict[str, int] = {}
            for one in group.get(f"measurement {_DOCUMENTS}", {}).get("measurement document", ()):
                kind = next((kind for kind in _DETECTIONS if isinstance(one.get(kind), Mapping)), None)
                if kind is None:
                    continue
                sample = one.get("sample document", {})
                read = _read_name(kind, one)
                seen[read] = seen.get(read, 0) + 1
                numbered = read if seen[read] == 1 else f"{read}, read {seen[read]}"
                number = float(one[kind]["value"])
                is_none = number == 0 and math.copysign(1, number) < 0  # -0.0 is the library's sign for no number
                yield (
                    str(sample.get("well plate identifier", "")),
                    str(sample.get("location identifier", "")),
                    numbered,
                    "" if is_none else repr(number).removesuffix(".0"),
                )


def _read_name(kind: str, one: Mapping[str, Any]) -> str:
    """Such as "Absorbance, 450 nm" or "Fluorescence, 485/528 nm"."""
    controls = one.get(f"device control {_DOCUMENTS}", {}).get("device control document", ())
    control: Mapping[str, Any] = next(iter(controls), {})
    waves = [
        f"{control[name]['value']:g}"
        for name in ("excitation wavelength setting", "detector wavelength setting")
        if isinstance(control.get(name), Mapping)
    ]
    return kind.capitalize() + (f", {'/'.join(waves)} nm" if waves else "")

"""Hundreds of random plates, written as several readers do and read back: the right numbers in the right wells, or an
error; never wrong ones."""

from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase
from typing import Final

import numpy as np
import pytest

from lensim.checks import InputError
from lensim.tables.export_lines import same_name
from lensim.tables.grid_blocks import is_number
from lensim.tables.grid_choice import PlateGrid, plates_of
from lensim.tables.reader_words import is_lost, is_saturated
from lensim.tables.source import Source
from lensim.tables.well_names import well_name

SEEDS: Final = range(300)
SHAPES: Final = ((8, 12), (8, 12), (16, 24), (32, 48))
SATURATED: Final = ("OVER", "OVRFLW", "Overflow", "#SAT", ">>>>", ">99999", "overflow", "SATURATED")
LOST: Final = ("Path?", "Masked", "*", "Invalid", "#N/A", "ERROR", "", "NaN", "*****", "INVALID", "?????")
STYLES: Final = ("A1", "A01", "A001", "a1")

Plate = dict[tuple[int, int], str]


@dataclass(frozen=True)
class Written:
    """An export: its text, the cells of each plate by name, and whether it must be read without a choice."""

    text: str
    plates: dict[str, Plate]
    is_plain: bool


def row_letters(shape, style):
    rows = shape[0]
    if style == "quarters" and rows == 32:
        return [f"{a}{b}" for a in "ABCDEFGH" for b in "abcd"]
    if style == "small" and rows == 32:
        return [*ascii_uppercase, *"abcdef"]
    return [well_name(row, 0)[:-1] for row in range(rows)]


def random_plate(rng, shape, mark):
    decimals = int(rng.integers(0, 4))
    values = rng.lognormal(6.0, 1.5, shape)
    cells = {place: f"{value:.{decimals}f}".replace(".", mark) for place, value in np.ndenumerate(values)}
    for _ in range(int(rng.integers(0, 6))):
        words = SATURATED if rng.random() < 0.5 else LOST
        cells[int(rng.integers(shape[0])), int(rng.integers(shape[1]))] = str(rng.choice(words))
    return cells


def head(columns, separator, corner, zeros, times=1):
    numbers = [f"{n + 1:02d}" if zeros else str(n + 1) for n in columns]
    return separator.join([corner, *numbers, *(["", *numbers] * (times - 1))])


def lettered(rng, plate, shape, separator, layout, tail=""):
    letters = row_letters(shape, layout)
    lines = [head(range(shape[1]), separator, str(rng.choice(["", "<>"])), rng.random() < 0.3)]
    for row, letter in enumerate(letters):
        cells = separator.join(plate[row, column] for column in range(shape[1]))
        lines.append(f"{letter}{separator}{cells}{tail}")
    return "\n".join(lines)


def bare(plate, shape, separator):
    return "\n".join(separator.join(plate[row, column] for column in range(shape[1])) for row in range(shape[0]))


def metadata(rng, separator):
    lines = [f"Device{separator}Reader {rng.integers(9)}", "Mode: Luminescence", f"Integration time{separator}1000", ""]
    return "\n".join(lines[: int(rng.integers(1, 5))]) + "\n"


def tecan(rng, plates, shape, separator):
    """One plate a file, or several labels of one plate."""
    (name, plate), *others = plates.items()
    layout = str(rng.choice(["plain", "quarters", "small"]))
    text = metadata(rng, separator) + "\n" + lettered(rng, plate, shape, separator, layout) + "\n\nEnd Time\t10:05\n"
    for _ in others:
        other = random_plate(rng, shape, ".")
        text += "\nLabel: Label2\n" + lettered(rng, other, shape, separator, layout) + "\n"
    return Written(text, {name: plate}, not others)


def envision(rng, plates, shape, separator):
    """Plates under a table with their barcodes, some with the same reading twice, labelled or bare."""
    is_bare, repeats, text = rng.random() < 0.4, rng.random() < 0.5, ""
    for number, (name, plate) in enumerate(plates.items(), 1):
        above = f'Plate information\nPlate,Repeat,Barcode\n{number},1,"=""{name}"""\n\nBackground information\n'
        above += f"Plate,Label,Result\n{number},US LUM,0\n\n"
        body = bare(plate, shape, ",") if is_bare else lettered(rng, plate, shape, ",", "plain", tail=",")
        for title in ("Calculated results: Calc 1", "Results for US LUM (CPS)")[: 1 + repeats]:
            text += above + f"{title}\n{body}\n\n"
    return Written(text, plates, True)


def gen5(rng, plates, shape, separator):
    """Plates with their layout before, and perhaps a second reading behind each row."""
    has_second, text = rng.random() < 0.5, ""
    for name, plate in plates.items():
        text += f"Plate Number\t{name}\nDate\t3/7/2024\nPlate Type\t96 WELL PLATE\n\nLayout\n"
        text += head(range(shape[1]), "\t", "", False) + "\n"
        for letter in row_letters(shape, "plain"):
            text += letter + "\t" + "\t".join(["SPL1"] * shape[1]) + "\tWell ID\n"
            text += "\t" + "\t".join(["2.5"] * shape[1]) + "\tConc/Dil\n"
        text += "\nResults\n" + head(range(shape[1]), "\t", "", False) + "\n"
        for row, letter in enumerate(row_letters(shape, "plain")):
            text += letter + "\t" + "\t".join(plate[row, column] for column in range(shape[1])) + "\tLum\n"
            if has_second:
                text += "\t" + "\t".join(["0.5"] * shape[1]) + "\tNormLum\n"
        text += "\n"
    return Written(text, plates, not has_second)


def softmax(rng, plates, shape, separator):
    """Plates without letters, or one well a column, with a temperature before the first row."""
    across, text = rng.random() < 0.5, f"##BLOCKS= {len(plates)}\n"
    for name, plate in plates.items():
        text += f"Plate:\t{name}\t1.3\tPlateFormat\tEndpoint\tLuminescence\tRaw\tFALSE\t1\n"
        places = sorted(plate)
        if across and all(plate[place] for place in places[-2:]):
            text += "\tTemperature(C)\t" + "\t".join(well_name(*place) for place in places) + "\n"
            text += "\t23.5\t" + "\t".join(plate[place] for place in places) + "\n"
        else:
            text += "\tTemperature(C)\t" + head(range(shape[1]), "\t", "", False)[1:] + "\n"
            rows = bare(plate, shape, "\t").splitlines()
            text += "\n".join(f"\t{'23.5' if n == 0 else ''}\t{row}" for n, row in enumerate(rows)) + "\n"
        text += "~End\n"
    return Written(text, plates, True)


def microbeta(rng, plates, shape, separator):
    """A list of wells in random order."""
    style, text = str(rng.choice(STYLES)), "Protocol name: H3\n\n" + separator.join(["Plate", "Pos", "CPM1", "Error%"])
    for name, plate in plates.items():
        places = sorted(plate)
        if rng.random() < 0.5:
            places = [places[n] for n in rng.permutation(len(places))]
        for row, column in places:
            letters = well_name(row, 0)[:-1]
            digits = {"A1": 1, "A01": 2, "A001": 3, "a1": 1}[style]
            well = f"{letters.lower() if style == 'a1' else letters}{column + 1:0{digits}d}"
            text += "\n" + separator.join([name, well, plate[row, column], "1.04"])
    return Written(text + "\n", plates, True)


def titled(rng, plates, shape, separator):
    """Grids under the name of their plate, or under other words: then it must be asked."""
    is_named = rng.random() < 0.5
    names = list(plates) if is_named else [f"measurement {'abcd'[n]}" for n in range(len(plates))]
    text = metadata(rng, separator)
    for name, plate in zip(names, plates.values(), strict=True):
        title = f"Plate: {name}" if is_named else name
        text += f"\n{title}\n" + lettered(rng, plate, shape, separator, "plain") + "\n"
    return Written(text, plates, is_named or len(plates) == 1)


DIALECTS: Final = (tecan, envision, gen5, softmax, microbeta, titled)


def written(seed) -> Written:
    rng = np.random.default_rng(seed)
    shape = SHAPES[int(rng.integers(len(SHAPES)))]
    dialect = DIALECTS[seed % len(DIALECTS)]
    separator = str(rng.choice(["\t", ";", ","]))
    if dialect in (gen5, softmax):
        separator = "\t"
    elif dialect is envision:
        separator = ","
    mark = "," if separator != "," and rng.random() < 0.4 else "."
    names = [str(name) for name in rng.permutation(["BC0001", "P-17", "7", "K562 a", "22A"])][: int(rng.integers(1, 5))]
    plates = {name: random_plate(rng, shape, mark) for name in names}
    return dialect(rng, plates, shape, separator)


def read(text: str) -> list[PlateGrid]:
    (plates,) = plates_of([(Source(Path("export.txt"), "export.txt", text.encode()), None)])
    return plates


def is_same(cell: str, found: str) -> bool:
    """Whether a cell is found as it was written, and known as a number, saturated, or lost, as it is."""
    kinds = is_saturated(cell), is_lost(cell), is_number(cell)
    return found == cell and sum(kinds) == 1


def error_of(text: str) -> tuple[list[PlateGrid], str]:
    """The plates of an export, or the message that refuses it."""
    try:
        return read(text), ""
    except InputError as error:
        return [], str(error)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plate_is_read_as_it_was_written_or_refused(seed):
    export = written(seed)
    plates, error = error_of(export.text)
    assert bool(error) == (not export.is_plain), error
    if error:
        assert "grid_number=" in error
        return
    assert len(plates) == len(export.plates)
    by_name = {same_name(name): plate for name, plate in export.plates.items()}
    for plate in plates:
        known = {same_name(name) for name in (plate.name, *plate.also)} & set(by_name)
        expected = by_name[known.pop()] if known else next(iter(export.plates.values()))
        assert known or len(plates) == 1 or len(export.plates) == len(plates)
        assert plate.grid.cells.keys() == expected.keys()
        assert [p for p, cell in expected.items() if not is_same(cell, plate.grid.cells[p][0])] == []

"""Whole exports of plate readers, against the values that they hold."""

import csv
import gzip
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

import pytest

from lensim.checks import InputError
from lensim.expression.read import read_reactions
from lensim.tables.export_lines import same_name
from lensim.tables.grid import Grid
from lensim.tables.grid_choice import plates_of
from lensim.tables.instruments.plates import grids_of
from lensim.tables.source import source_of
from lensim.tables.well_names import naming_of_wells

pytestmark = pytest.mark.real_data

ROWS_COUNTED: Final = "PE_Envision_luminescence_example01.csv"
"""The rows of its grid are lettered A, E, I, M; the reference counts them as A, B, C, D."""

Values = dict[tuple[int, int], list[float]]


@pytest.fixture(scope="module")
def folder(shared_data) -> Path:
    found = shared_data / "instruments"
    if not found.is_dir():
        pytest.skip("the exports of instruments are not here")
    return found


@pytest.fixture(scope="module")
def expected(folder) -> dict[str, dict[str, Values]]:
    """Values by file, plate and well; a well has several where it was read several times."""
    rows: defaultdict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    with gzip.open(folder / "expected.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["value"] and "appbio" not in row["file"]:
                rows[row["file"], row["plate"]].append((row["well"], float(row["value"])))
    values: defaultdict[str, dict[str, Values]] = defaultdict(dict)
    for (file_name, plate), of_plate in rows.items():
        naming = naming_of_wells(well for well, _ in of_plate)
        wells: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
        for well, value in of_plate:
            place = naming.place(well)
            assert place is not None, (file_name, well)
            wells[place].append(value)
        values[file_name][same_name(plate)] = dict(wells)
    return dict(values)


def exports(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".txt", ".csv", ".xlsx") and "appbio" not in str(path) and path.stat().st_size
    ]


def numbers(grid: Grid) -> dict[tuple[int, int], float]:
    found = {}
    for place, (text, _) in grid.cells.items():
        try:
            found[place] = float(text)
        except ValueError:
            continue
    return found


def is_right(grid: Grid, wells: Values, counts_rows: bool) -> bool:
    """Whether every number of a grid is one that its well has, and no well is missing that has a value."""
    found = numbers(grid)
    if counts_rows:
        rows = {row: n for n, row in enumerate(sorted({row for row, _ in found}))}
        found = {(rows[row], column): value for (row, column), value in found.items()}
    measured = {place for place, values in wells.items() if 0 not in values}  # it has 0 where nothing was read
    return measured <= set(found) and all(
        any(abs(value - one) <= 1e-6 * max(abs(one), 1) for one in wells.get(place, []))
        for place, value in found.items()
    )


def test_no_export_gives_a_wrong_value(folder, expected):
    """Each is read rightly, or refused with choices one of which reads it rightly; none gives a wrong value."""
    kinds: defaultdict[str, list[str]] = defaultdict(list)
    for path in exports(folder):
        of_file = expected.get(str(path.relative_to(folder)), {})
        kinds[outcome(path, of_file) if of_file else "without a reference"].append(path.name)
    assert kinds["wrong"] == []
    assert kinds["refused without a way out"] == []
    assert (len(kinds["read"]), len(kinds["read by choice"]), len(kinds["without a reference"])) == (22, 16, 22)


def outcome(path: Path, of_file: dict[str, Values]) -> str:
    source, counts_rows = source_of(path, whole=True), path.name == ROWS_COUNTED
    try:
        (plates,) = plates_of([(source, None)])
    except InputError as error:
        right = [any(is_right(grid, wells, counts_rows) for grid in grids_of(source)) for wells in of_file.values()]
        return "read by choice" if all(right) and "grid_number=" in str(error) else "refused without a way out"
    known = [of_file.get(same_name(one)) for plate in plates for one in (*plate.grid.plates, plate.name)]
    of_plates = [one for one in known if one is not None] or list(of_file.values())
    right = [any(is_right(plate.grid, wells, counts_rows) for plate in plates) for wells in of_plates]
    return "read" if all(right) and len(plates) == len(of_file) else "wrong"


def test_kinetic_reads_and_spectra_are_never_taken_for_one_reading(folder):
    several = [path for path in exports(folder) if any(word in path.name for word in ("kinetic", "pectr"))]
    assert len(several) >= 8
    for path in several:
        with pytest.raises(InputError, match=r"grids of numbers found .*grid_number=|no grid of numbers was found"):
            plates_of([(source_of(path, whole=True), None)])


def cqs(folder: Path, file_name: str) -> Counter[float]:
    with gzip.open(folder / "expected.csv.gz", "rt") as file:
        rows = [row["value"] for row in csv.DictReader(file) if row["file"] == file_name]
    return Counter(round(float(value), 9) for value in rows if value)


def test_every_cq_of_a_cycler_is_read_or_its_file_refused_as_genotypes(folder):
    paths = [path for path in sorted(folder.rglob("*")) if "appbio" in str(path) and path.stat().st_size > 1]
    paths = [path for path in paths if path.is_file()]
    genotypes = []
    for path in paths:
        try:
            reactions = read_reactions(path).reactions
        except InputError as error:
            genotypes.append(str(error))
            continue
        found = Counter(round(one.ct_cycles, 9) for one in reactions if one.ct_cycles is not None)
        assert cqs(folder, str(path.relative_to(folder))) <= found, path.name  # the reference lacks two of one file
    assert (len(paths), len(genotypes)) == (13, 2)
    assert all("the file has genotypes" in told for told in genotypes)

"""What machines write: RT-qPCR programs with a sample sheet, and plate readers with a map."""

import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from lensim.expression.read.rdes import HEADER
from tests.expression.read import written_exports
from tests.fuzz.case import Case, File
from tests.fuzz.corpus.tables import dose_map
from tests.other_workbooks import ods_bytes, xls_bytes, xlsb_bytes
from tests.workbooks import workbook_bytes

SHEET: Final = (
    "sample,subject,condition,cell_type\n"
    + "".join(f"P{n} {when},P{n},{when},donor\n" for n in range(1, 6) for when in ("before", "after"))
).encode()
MELTING: Final = (*HEADER[:-1], "Tm", "65.0")
SHARED: Final = Path(__file__).resolve().parents[4] / "shared" / "data"
LARGEST_SHARED: Final = 60_000


@cache
def expression_cases() -> dict[str, Case]:
    """Two exports of each program, one of which has a sheet, and the real ones where they lie beside the project."""
    found = {}
    for name, dialect in written_exports.DIALECTS.items():
        if name == "rdml":
            continue  # a door of its own
        for number in range(3):
            rng = random.Random(f"{name}/{number}")
            style = written_exports.random_style(dialect, rng)
            wells = [
                replace(
                    well,
                    gene=("B2M", "TNF")[at // 2 % 2],
                    task="unknown" if number else well.task,
                    sample=f"P{at // 4 % 5 + 1} {('before', 'after')[at % 2]}",
                )
                for at, well in enumerate(written_exports.random_plate(dialect, 40.0, style.places, rng)[:24])
            ]
            sheet = SHEET if dialect.has_genes else _sheet_by_well(wells)
            files = {"run.txt": dialect.write(wells, 40.0, style, rng), "sheet.csv": sheet}
            options = {
                "files": [File("run.txt")],
                "sheet": File("sheet.csv"),
                "references": ["B2M"],
                "control": "before",
                "factors": {"TNF": (1.9, 0.1), "B2M": (1.95, 0.1)},
            }
            more = (
                {"unpaired": "drop", "unlisted": "ignore", "cycle_limit": 40.0} if number != 1 else {"unpaired": "keep"}
            )
            found[f"{name} {number}"] = Case(files, options | more)
    found |= {"rdes": _rdes(HEADER), "rdes fluorescence": _rdes((*HEADER, "1", "2", "40")), "rdes tm": _rdes(MELTING)}
    return found | _shared(
        "formats", (".txt", ".csv"), {"sheet": File("sheet.csv"), "references": ["B2M"]}, {"sheet.csv": SHEET}
    )


def _rdes(header: tuple[str, ...]) -> Case:
    """A table of RDES with samples, a dilution series, and controls of both kinds."""
    rows = []
    samples = [(f"P{n} {when}", "unkn", 24.5) for n in range(1, 4) for when in ("before", "after")]
    samples += [(f"pool, quantity {10.0**-n!r} ng", "std", 20.25 + 3.4 * n) for n in range(4)]
    samples += [("water", "ntc", -1.0), ("P1 before, no rt", "nrt", 35.5), ("x", "nac", -1.0)]
    for at, (sample, kind, cq) in enumerate(samples):
        for gene, role in (("TNF", "toi"), ("B2M", "ref")):
            cells = (f"{'ABCDEFGH'[at % 8]}{at // 8 + 1}", sample, kind, gene, role, "SYBR", repr(cq))
            rows.append((*cells, *["10.5"] * (len(header) - len(cells))))
    text = "\n".join("\t".join(row) for row in (header, *rows)) + "\n"
    options = {"files": [File("run.txt")], "sheet": File("sheet.csv"), "references": ["B2M"], "control": "before"}
    return Case({"run.txt": text.encode(), "sheet.csv": SHEET}, options | {"unlisted": "ignore", "unpaired": "drop"})


def _sheet_by_well(wells: list[written_exports.Well]) -> bytes:
    """A sheet that says what each well holds, for programs that name no genes."""
    rows = [f"{one.name},{one.sample.split()[0]},{one.sample.split()[1]},donor,{one.gene}" for one in wells]
    return "\n".join(["well,subject,condition,cell_type,gene", *rows]).encode()


def _shared(folder: str, suffixes: tuple[str, ...], options: dict, more: dict[str, bytes]) -> dict[str, Case]:
    """Real files where they are, by names that no other machine needs."""
    if not (SHARED / folder).is_dir():
        return {}
    paths = [
        one
        for one in sorted((SHARED / folder).rglob("*"))
        if one.suffix in suffixes and 0 < one.stat().st_size < LARGEST_SHARED
    ]
    return {
        f"shared {one.stem[:40]}": Case(
            {f"run{one.suffix}": one.read_bytes(), **more}, {"files": [File(f"run{one.suffix}")], **options}
        )
        for one in paths
        if ":" not in one.stem
    }


@cache
def plate_cases() -> dict[str, Case]:
    """Exports of plate readers: as tests write them, and real ones."""
    from tests.tables import test_tables_grid_random as random_grids

    options = {"plate_map": File("map.csv"), "dose_unit": "uM"}
    found = {}
    for seed in range(60):
        made = random_grids.written(seed)
        if len(made.text) < 25_000:
            found[f"reader {seed}"] = Case(
                {
                    "run.txt": made.text.encode(),
                    "map.csv": dose_map(tuple(made.plates) if len(made.plates) > 1 else ()),
                },
                {"files": [File("run.txt")], "lost": "drop", "saturated": "drop", **options},
            )
    return found | _shared("instruments", (".txt", ".csv"), {"lost": "drop", **options}, {"map.csv": dose_map()})


@cache
def workbook_cases() -> dict[str, Case]:
    """A plate reader's grid in a workbook of each format, with a map."""
    rows = [[letter, *[1000.5 - 90 * column - row for column in range(6)]] for row, letter in enumerate("ABCD")]
    sheets = {"Results": [["Luminescence (RLU)"], ["", *range(1, 7)], *rows], "Protocol": [["Gain", 80]]}
    written = {"xls": xls_bytes, "xlsb": xlsb_bytes, "ods": ods_bytes, "xlsx": workbook_bytes}
    return {
        suffix: Case(
            {f"run.{suffix}": write(sheets), "map.csv": dose_map()},
            {"files": [File(f"run.{suffix}")], "plate_map": File("map.csv"), "dose_unit": "uM", "lost": "drop"},
        )
        for suffix, write in written.items()
    }

"""Tidy tables of every assay, small and in several words, and plate grids with their maps."""

import random
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lensim import simulate
from lensim import vocabulary as v
from lensim.assay import find_assay
from lensim.dose_response.design import DoseResponseDesign
from lensim.expression.design import ExpressionDesign
from tests.fuzz.case import Case, File


def table_of(assay: str) -> Callable[[Any, Path], list[str]]:
    """The rows that the assay's writer makes of a result; of several studies all."""

    def lines(result: Any, folder: Path) -> list[str]:
        own = find_assay(assay)
        found = []
        for key, data in result.items() if isinstance(result, dict) else [("", result)]:
            path = folder / "written.csv"
            assert own.write is not None
            own.write(data if v.EVENT not in data.dims else own.prepared(data), path)
            found += [f"{key}: {line}" for line in path.read_text(encoding="utf-8").splitlines()]
        return found

    return lines


def _simulated(assay: str, design: Any, **more: Any) -> bytes:
    _, data = getattr(simulate, assay)(design, seed=3, **more)
    own = find_assay(assay)
    assert own.write is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        own.write(data, path)
        return path.read_bytes()


@cache
def dose_response_table() -> bytes:
    design = DoseResponseDesign(("a", "b"), ("g", "h"), doses_um=(0.0, 1.0, 10.0, 100.0), experiments=1, replicates=2)
    return _simulated("dose_response", design)


@cache
def expression_table() -> bytes:
    return _simulated("expression", ExpressionDesign(("s1", "s2"), ("donor",) * 2, experiments=1))


@cache
def bioassay_table() -> bytes:
    return _simulated("bioassay", None)


@cache
def cell_cycle_table() -> bytes:
    return _simulated("cell_cycle", None)


@cache
def events_table() -> bytes:
    """Two tubes of 120 events each."""
    rng = np.random.default_rng(5)
    lines = ["cell_line,condition,experiment,tube,brdu,dna,dna_width"]
    for condition in ("control", "drug"):
        for _ in range(120):
            dna = 200 * (1 + (rng.random() < 0.3)) + rng.normal(0, 8)
            lines.append(f"K,{condition},e1,1,{10 ** rng.normal(1.5, 0.4):.2f},{dna:.1f},{rng.normal(100, 4):.1f}")
    return ("\n".join(lines) + "\n").encode()


def _rows(header: str, rows: list[tuple[Any, ...]], mark: str = ",") -> bytes:
    return "\n".join([header.replace(",", mark), *(mark.join(map(str, row)) for row in rows)]).encode() + b"\n"


def grid_text(
    seed: int, wells: tuple[int, int] = (4, 6), *, mark: str = "\t", decimal: str = ".", top: float = 400.0
) -> bytes:
    rng = random.Random(seed)
    lines = ["Device\tReader 5", "Mode: Luminescence", "", mark.join(["<>", *(str(n + 1) for n in range(wells[1]))])]
    for row in range(wells[0]):
        cells = [
            f"{top * rng.lognormvariate(0, 0.3) / (1 + column):.2f}".replace(".", decimal) for column in range(wells[1])
        ]
        lines.append(mark.join(["ABCDEFGH"[row], *cells]))
    return ("\n".join(lines) + "\n\nEnd Time\t10:05\n").encode()


def dose_map(plates: tuple[str, ...] = ()) -> bytes:
    doses = (0, 0.1, 1, 10, 100, 1000)
    names = plates or ("",)
    rows = [
        (*((plate,) if plates else ()), f"{'ABCD'[row]}{column + 1}", f"L{row // 2}", doses[column], "untreated" if not doses[column] else "treated")
        for plate in names for row in range(4) for column in range(6)
    ]  # fmt: skip
    return _rows(f"{'plate,' if plates else ''}well,cell_line,dose,role", rows)


def bioassay_map() -> bytes:
    rows: list[tuple[Any, ...]] = []
    for row in range(4):
        for column in range(6):
            well = f"{'ABCD'[row]}{column + 1}"
            if row < 2:
                rows.append((well, "standard", (0, 1, 5, 25, 125, 625)[column], "", "", ""))
            else:
                rows.append((well, "sample", "", "K562", "control" if column < 3 else "drug", 2))
    return _rows("well,role,concentration (pg/ml),cell_line,condition,dilution_factor", rows)


def dose_response_cases() -> dict[str, Case]:
    tidy = dose_response_table()
    two = [
        (f"L{line}", compound, dose, f"{1000 / (1 + dose):.1f}", time)
        for line in range(2) for compound in ("lena", "") for dose in ((0,) if not compound else (0.1, 1, 10, 100)) for time in (24, 48)
    ]  # fmt: skip
    percent = [
        (f"L{line}", f"{dose:g} nM", f"{100 / (1 + dose / 50):.1f}%".replace(".", ","))
        for line in range(2)
        for dose in (0, 1, 10, 100, 1000)
    ]
    logs = [
        (f"L{line}", "" if k is None else -k, 10.0 ** (2 - k / 10) if k else 100.0)
        for line in range(2)
        for k in (None, 9, 8, 7, 6, 5)
    ]
    growth = [
        (f"L{line}", dose, f"{1000 / (1 + dose):.1f}", "treated" if dose else "untreated", "P", 72)
        for line in range(2) for dose in (0, 0.1, 1, 10)
    ] + [(f"L{line}", "", 150 + k, "t0", "Z", 0) for line in range(2) for k in range(2)] + [("", "", 9, "blank", "Z", 0)]  # fmt: skip
    return {
        "growth": Case({"g.csv": _rows("cell_line,dose_um,signal,role,plate,time_h", growth)}),
        "growth by time": Case({"g.csv": _rows("cell_line,dose_um,signal,role,plate,time_h", growth)}, {"time_zero": {"time_h": "0"}}),
        "wells.csv": Case({"wells.csv": tidy}, {"dose_unit": "uM"}),
        "wells.tsv": Case({"wells.tsv": tidy.replace(b",", b"\t")}),
        "two compounds": Case({"w.csv": _rows("Line,Drug,Conc (uM),RLU,time_h", two)}, {"compound": "lena", "where": {"time_h": "24"}}),
        "by time": Case({"w.csv": _rows("Line,Drug,Conc (uM),RLU,time_h", two)}, {"by": "time_h"}),
        "percent": Case({"p.csv": _rows("cell line,dose,viability", percent, ";")}),
        "logarithms": Case({"l.csv": _rows("cell_line,-log10 dose (M),inhibition,role", [(*row[:2], 100 - row[2], "DMSO" if row[1] == "" else "treated") for row in logs])},
                           {"roles": {"untreated": "DMSO", "treated": "*"}, "scale": "percent"}),
        "grid": Case({"plate1.txt": grid_text(1), "map.csv": dose_map()}, {"files": [File("plate1.txt")], "plate_map": File("map.csv"), "dose_unit": "nM"}),
        "two grids": Case({"p1.txt": grid_text(1, mark=";", decimal=","), "p2.txt": grid_text(2, mark=","), "map.tsv": dose_map(("p1", "p2")).replace(b",", b"\t")},
                          {"files": [File("p1.txt"), File("p2.txt")], "plate_map": File("map.tsv"), "dose_unit": "uM"}),
        "two files": Case({"a.csv": tidy, "b.csv": tidy.replace(b"experiment 1", b"experiment 2")}, {"repeats": "keep"}),
    }  # fmt: skip


def expression_cases() -> dict[str, Case]:
    tidy = expression_table()
    cts = [(gene, f"D{donor}", condition, f"{22 + donor + 2 * (gene == 'T' and condition == 'drug'):.2f}")
           for gene in ("T", "R") for donor in range(3) for condition in ("ctrl", "drug") for _ in range(2)]  # fmt: skip
    ratios = [(f"D{donor}", "T", "24", f"{0.5 + donor / 4:.2f}", "donor") for donor in range(4)]
    wide = [
        (f"D{donor}", condition, f"{25.0 + donor}", f"{20.1 + donor / 10}")
        for donor in range(3)
        for condition in ("ctrl", "drug")
    ]
    rq = [
        ("T", f"D{donor}", condition, 1.0 if condition == "ctrl" else 2.5 + donor)
        for donor in range(3)
        for condition in ("ctrl", "drug")
    ]
    factors = b"gene,amplification_factor,amplification_factor_sd\nT,1.95,0.02\nR,1.98,0.02\n"
    return {
        "cts.csv": Case({"cts.csv": tidy}),
        "short": Case({"cts.csv": _rows("gene,subject,condition,ct", cts)}, {"references": ["R"], "control": "ctrl"}),
        "factors": Case({"cts.csv": _rows("gene;subject;condition;ct", cts, ";"), "f.csv": factors},
                        {"files": [File("cts.csv")], "references": ["R"], "factors": File("f.csv")}),
        "percent efficiency": Case({"cts.csv": _rows("gene,subject,condition,ct", cts), "f.csv": b"gene,efficiency\nT,97\nR,95\n"},
                                   {"files": [File("cts.csv")], "references": ["R"], "factors": File("f.csv"), "efficiency_scale": "percent"}),
        "wide": Case({"w.csv": _rows("subject,condition,Ct T,Ct R", wide)}, {"references": ["R"]}),
        "ratios": Case({"ratios.csv": _rows("subject,target,condition,ratio,cell_type", ratios)}, {"control": "absent"}),
        "rq": Case({"rq.csv": _rows("Gene,Patient,Condition,RQ", rq)}),
        "levels": Case({"dct.csv": _rows("Gene,Patient,Condition,dCt", rq)}, {"unpaired": "keep"}),
        "levels of groups": Case({"l.csv": _rows("Gene;Patient;Condition;2^-dCt", rq, ";")}, {"unpaired": "groups"}),
        "log2 ratios": Case({"r.tsv": _rows("target,subject,contrast,experiment,log2_ratio,log2_ratio_sd",
                                            [("T", f"D{d}", "drug", "experiment 1", d - 1.5, 0.2) for d in range(3)], "\t")}, {"control": "absent"}),
    }  # fmt: skip


def bioassay_cases() -> dict[str, Case]:
    grid = grid_text(4, top=1.0)
    return {
        "plate.csv": Case({"plate.csv": bioassay_table()}),
        "short": Case({"od.csv": _rows("role;concentration (pg/ml);cell_line;condition;experiment;dilution_factor;od",
                       [("standard", c, "", "", "", "", f"{0.9 - 0.1 * n:.3f}".replace(".", ",")) for n, c in enumerate((0, 1, 5, 25, 125, 625)) for _ in range(2)]
                       + [("sample", "", "K", c, "e1", 2, "0,55") for c in ("control", "drug") for _ in range(2)], ";")}, {"decimal": ","}),
        "grid": Case({"plate.txt": grid, "map.csv": bioassay_map()}, {"files": [File("plate.txt")], "plate_map": File("map.csv"), "control": "control"}),
    }  # fmt: skip


def cell_cycle_cases() -> dict[str, Case]:
    percents = [
        ("K", condition, f"e{e}", 50 - 5 * e, 30, 20 + 5 * e) for e in range(2) for condition in ("control", "drug")
    ]
    phases = [
        ("K", condition, f"e{e}", phase, n)
        for e in range(2)
        for condition in ("control", "drug")
        for phase, n in (("G0/G1", 500), ("S", 300), ("G2/M", 200))
    ]
    return {
        "tubes.csv": Case({"tubes.csv": cell_cycle_table()}),
        "percents": Case({"p.csv": _rows("cell_line,condition,experiment,G0/G1 %,S %,G2/M %", percents)}, {"scale": "percent", "events_per_tube": 10000}),
        "phases": Case({"p.tsv": _rows("line,condition,experiment,phase,events", phases, "\t")}),
        "events": Case({"events.csv": events_table()}),
    }  # fmt: skip

"""RDML, FCS and parquet files."""

import csv
import io
import random
from functools import cache

import numpy as np

from tests.expression.read import written_exports
from tests.expression.read.rdml_text import packed, rdml
from tests.fuzz.case import Case, File
from tests.fuzz.corpus import tables
from tests.fuzz.corpus.exports import SHARED, SHEET


@cache
def rdml_cases() -> dict[str, Case]:
    sheet = b"sample,subject,condition,cell_type\ns1,P1,before,donor\nst,P1,after,donor\n"
    options = {
        "files": [File("run.rdml")],
        "sheet": File("sheet.csv"),
        "references": ["B2M"],
        "unlisted": "ignore",
        "unpaired": "keep",
    }
    found = {
        "plain": Case({"run.rdml": rdml().encode(), "sheet.csv": sheet}, options),
        "packed": Case({"run.rdml": packed(rdml("1.1")), "sheet.csv": sheet}, options),
        "alone": Case({"run.rdml": rdml("1.3").encode()}, {}),
    }
    dialect = written_exports.DIALECTS["rdml"]
    for number in range(4):
        rng = random.Random(f"rdml/{number}")
        style = written_exports.random_style(dialect, rng)
        wells = written_exports.random_plate(dialect, 40.0, style.places, rng)[:12]
        more = {"control": "before", "factors": {"TNF": (1.9, 0.1), "B2M": (1.95, 0.1), "18S": (1.9, 0.1)}}
        found[f"simulated {number}"] = Case(
            {"run.rdml": dialect.write(wells, 40.0, style, rng), "sheet.csv": SHEET}, {**options, **more}
        )
    for path in sorted((SHARED / "formats").glob("*.rdml")):
        if path.stat().st_size < 100_000:
            found[f"shared {path.stem}"] = Case({"run.rdml": path.read_bytes(), "sheet.csv": SHEET}, options)
    return found


def fcs(seed: int, *, events: int = 120, names: tuple[str, ...] = ("FSC-H", "FL1-H", "FL2-A", "FL2-W")) -> bytes:
    """Events of a culture, as a cytometer stores them."""
    import flowio

    rng = np.random.default_rng(seed)
    dna = 200 * (1 + (rng.random(events) < 0.3)) + rng.normal(0, 8, events)
    columns = [np.ones(events), 10 ** rng.normal(1.5, 0.4, events), dna, rng.normal(100, 4, events)]
    out = io.BytesIO()
    flowio.create_fcs(out, np.column_stack(columns[: len(names)]).ravel().tolist(), list(names))
    return out.getvalue()


@cache
def fcs_cases() -> dict[str, Case]:
    sheet = b"file,cell_line,condition,experiment\nt1.fcs,K,control,e1\nt2.fcs,K,drug,e1\n"
    named = b"file,condition\nt1.fcs,control\nt2.fcs,drug\n"
    return {
        "sheet": Case({"sheet.csv": sheet, "t1.fcs": fcs(1), "t2.fcs": fcs(2)}, {"files": [File("sheet.csv")]}),
        "channels": Case(
            {
                "sheet.csv": named,
                "t1.fcs": fcs(3, names=("Time", "B1", "R7")),
                "t2.fcs": fcs(4, names=("Time", "B1", "R7")),
            },
            {"files": [File("sheet.csv")], "channels": {"brdu": "B1", "dna": "R7"}},
        ),
    }


def parquet(text: bytes) -> bytes:
    """A table of text with its numbers as numbers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = list(csv.reader(io.StringIO(text.decode())))

    def typed(values: list[str]) -> "pa.Array":
        try:
            return pa.array([float(one) if one else None for one in values])
        except ValueError:
            return pa.array([one or None for one in values])

    out = io.BytesIO()
    pq.write_table(pa.table([typed(list(values)) for values in zip(*rows[1:], strict=True)], names=rows[0]), out)
    return out.getvalue()


@cache
def parquet_cases() -> dict[str, dict[str, Case]]:
    return {
        "dose_response": {"wells": Case({"wells.parquet": parquet(tables.dose_response_table())}, {})},
        "expression": {"cts": Case({"cts.parquet": parquet(tables.expression_table())}, {})},
        "bioassay": {"plate": Case({"plate.parquet": parquet(tables.bioassay_table())}, {})},
        "cell_cycle": {"tubes": Case({"tubes.parquet": parquet(tables.cell_cycle_table())}, {}),
                       "events": Case({"events.parquet": parquet(tables.events_table())}, {})},
    }  # fmt: skip

"""Tables of text: rows, columns and cells; and the same in a parquet file."""

import csv
import io
import random
from collections.abc import Callable

from tests.fuzz.mutations.texts import text_of
from tests.fuzz.mutations.words import NUMBERS, WORDS

Rows = list[list[str]]
NAMES = (
    "dose", "dose_um", "dose (nM)", "log10 dose (M)", "signal", "cpm", "viability", "viability_percent", "inhibition", "cell_line",
    "role", "plate", "well", "experiment", "compound", "molecular_group", "condition", "gene", "subject", "ct", "Cq", "ct_cycles",
    "quantity", "quantity_unit", "sample", "task", "is_reference", "is_control", "is_calibrator", "amplification_factor",
    "efficiency", "efficiency_percent", "cycle_limit", "cell_type", "target", "ratio", "log2_ratio", "percent_of_control", "od",
    "A570", "concentration_pg_per_ml", "dilution_factor", "G0/G1", "S", "G2/M", "phase", "events", "tube", "brdu", "dna", "dna_width",
    "file", "time_h", "day", "unit", "batch", "replicate", "notes", "Name", "name ", "", "ct.1", "Ct", "Ct Mean", "dose", "RQ",
    "ddCt", "log2_ratio_sd", "contrast", "counting_minutes", "row", "column", "cytokine", "treatment", "drug2", "dose2_um",
)  # fmt: skip


def rows_of(raw: bytes) -> tuple[Rows, str]:
    """The rows of a text and its separator, guessed from the first lines."""
    text = text_of(raw)
    first = text[:2000]
    mark = max("\t;,|", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=mark)), mark
    except csv.Error:
        return [line.split(mark) for line in text.splitlines()], mark


def written(rows: Rows, mark: str, *, quoting: int = csv.QUOTE_MINIMAL, end: str = "\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator=end, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode("utf-8", "replace")


def _of_rows(change: Callable[[random.Random, Rows], str | None]) -> Callable[..., tuple[bytes, str] | None]:
    def changed(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
        rows, mark = rows_of(raw)
        if len(rows) < 2 or not rows[0]:
            return None
        said = change(rng, rows)
        return None if said is None else (written(rows, mark), said)

    return changed


def _header(rng: random.Random, rows: Rows) -> int:
    """The row with the names, mostly: the first of the widest."""
    widest = max(map(len, rows))
    return (
        next(at for at, row in enumerate(rows) if len(row) == widest)
        if rng.random() < 0.9
        else rng.randrange(len(rows))
    )


def _column(rng: random.Random, rows: Rows) -> tuple[int, int]:
    header = _header(rng, rows)
    return header, rng.randrange(len(rows[header])) if rows[header] else 0


def rename_column(rng: random.Random, rows: Rows) -> str:
    header, at = _column(rng, rows)
    if not rows[header]:
        return "nothing"
    old, rows[header][at] = rows[header][at], rng.choice(NAMES if rng.random() < 0.7 else WORDS)
    return f"column {old[:30]!r} is {rows[header][at][:40]!r}"


def drop_column(rng: random.Random, rows: Rows) -> str:
    header, at = _column(rng, rows)
    name = rows[header][at][:30] if rows[header] else ""
    for row in rows[header:]:
        del row[at : at + 1]
    return f"column {name!r} away"


def copy_column(rng: random.Random, rows: Rows) -> str:
    header, at = _column(rng, rows)
    for row in rows[header:]:
        row.insert(
            rng.randint(0, len(row)) if rng.random() < 0.02 else min(at, len(row)), row[at] if at < len(row) else ""
        )
    if rng.random() < 0.7 and rows[header]:
        rows[header][at] = rng.choice(NAMES)
    return "a column twice"


def new_column(rng: random.Random, rows: Rows) -> str:
    header, name = _header(rng, rows), rng.choice(NAMES)
    values = rng.choice((("1", "2"), ("24", "48", "72"), ("a",), ("",), ("a", ""), ("0", "10 uM"), NUMBERS, WORDS))
    for at, row in enumerate(rows[header:]):
        row.append(name if at == 0 else rng.choice(values))
    return f"a new column {name!r}"


def shuffle_columns(rng: random.Random, rows: Rows) -> str:
    order = list(range(max(map(len, rows))))
    rng.shuffle(order)
    rows[:] = [[row[at] for at in order if at < len(row)] for row in rows]
    return "columns in another order"


def shuffle_rows(rng: random.Random, rows: Rows) -> str:
    rest = rows[1:]
    rng.shuffle(rest)
    rows[1:] = rest
    return "rows in another order"


def shuffle_cells(rng: random.Random, rows: Rows) -> str:
    """The values of one column over other rows."""
    header, at = _column(rng, rows)
    body = [row for row in rows[header + 1 :] if at < len(row)]
    values = [row[at] for row in body]
    rng.shuffle(values)
    for row, value in zip(body, values, strict=True):
        row[at] = value
    return "the values of a column in another order"


def cells(rng: random.Random, rows: Rows) -> str:
    """One to all cells of a column have an odd number or word."""
    header, at = _column(rng, rows)
    new = rng.choice(NUMBERS if rng.random() < 0.6 else WORDS)
    share = rng.choice((0.0, 0.0, 0.1, 0.5, 1.0))
    body = [row for row in rows[header + 1 :] if at < len(row)]
    if not body:
        return "nothing"
    for row in [one for one in body if rng.random() < share] or [rng.choice(body)]:
        row[at] = new
    name = rows[header][at][:30] if rows[header] else ""
    return f"cells of {name!r} are {new[:40]!r}"


def several_cells(rng: random.Random, rows: Rows) -> str:
    for _ in range(rng.randint(2, 10)):
        row = rng.choice(rows)
        if row:
            row[rng.randrange(len(row))] = rng.choice(NUMBERS if rng.random() < 0.6 else WORDS)
    return "some cells are odd"


def swap_cells(rng: random.Random, rows: Rows) -> str | None:
    a, b = rng.choice(rows), rng.choice(rows)
    if not a or not b:
        return None
    i, j = rng.randrange(len(a)), rng.randrange(len(b))
    a[i], b[j] = b[j], a[i]
    return "two cells in each other's place"


def repeat_rows(rng: random.Random, rows: Rows) -> str:
    at = rng.randrange(1, len(rows))
    rows[at:at] = [list(row) for row in rows[at : at + rng.choice((1, 1, 4))]] * rng.choice((1, 1, 3, 30))
    return "rows twice"


def drop_rows(rng: random.Random, rows: Rows) -> str:
    share = rng.choice((0.1, 0.5, 0.9, 1.0))
    rows[1:] = [row for row in rows[1:] if rng.random() >= share]
    return "rows away"


def drop_group(rng: random.Random, rows: Rows) -> str | None:
    """Every row with one value of a column away, or that value alone kept."""
    header, at = _column(rng, rows)
    values = sorted({row[at] for row in rows[header + 1 :] if at < len(row)})
    if not values:
        return None
    value, keeps = rng.choice(values), rng.random() < 0.4
    rows[header + 1 :] = [row for row in rows[header + 1 :] if at < len(row) and (row[at] == value) == keeps]
    return f"rows with {value[:30]!r} {'alone' if keeps else 'away'}"


def scaled(rng: random.Random, rows: Rows) -> str:
    """Every number of a column times a factor, or with another sign."""
    header, at = _column(rng, rows)
    factor = rng.choice((0.0, -1.0, 1e-6, 1e6, 1e300, 1e-300, 100.0, 0.01))
    for row in rows[header + 1 :]:
        if at < len(row):
            try:
                row[at] = repr(float(row[at]) * factor)
            except ValueError:
                continue
    return f"a column times {factor:g}"


def ragged(rng: random.Random, rows: Rows) -> str:
    row = rng.choice(rows)
    if rng.random() < 0.5 and row:
        del row[rng.randrange(len(row)) :]
    else:
        row += [rng.choice(NUMBERS)] * rng.choice((1, 3, 500))
    return "a row of another length"


def transposed(rng: random.Random, rows: Rows) -> str:
    width = max(map(len, rows))
    rows[:] = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]
    return "rows are columns"


CHANGES = tuple(
    map(
        _of_rows,
        (
            rename_column, rename_column, drop_column, copy_column, new_column, new_column, shuffle_columns, shuffle_rows,
            shuffle_cells, cells, cells, cells, several_cells, swap_cells, repeat_rows, drop_rows, drop_group, drop_group,
            scaled, ragged, transposed,
        ),
    )
)  # fmt: skip


def parquet_table(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
    """A parquet file read as text, changed as a table, and written again, some columns with another type."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(raw))
        rows = [list(table.column_names), *([str(v) for v in row.values()] for row in table.to_pylist())]
    except Exception:  # damaged by an earlier change
        return None
    changed = rng.choice(CHANGES)(rng, written(rows, ","))
    if changed is None:
        return None
    rows, _ = rows_of(changed[0])
    header = list(dict.fromkeys(rows[0])) if rows else []
    if not header:
        return None
    arrays = []
    for at in range(len(header)):
        values = [row[at] if at < len(row) else None for row in rows[1:]]
        arrays.append(_typed(rng, values))
    out = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, names=header), out)
    return out.getvalue().to_pybytes(), f"parquet: {changed[1]}"


def _typed(rng: random.Random, values: list[str | None]):
    import pyarrow as pa

    def numbers() -> list[float | None]:
        return [float(one) if one and one not in ("", "None") else None for one in values]

    draw = rng.random()
    try:
        if draw < 0.5:
            return pa.array(numbers(), pa.float64())
        if draw < 0.55:
            return pa.array(numbers()).cast(pa.float16() if rng.random() < 0.5 else pa.float32())
        if draw < 0.6:
            return pa.array([int(one) if one is not None else None for one in numbers()], pa.int64())
        if draw < 0.64:
            return pa.array(values).dictionary_encode()
        if draw < 0.67:
            return pa.array([one.encode() if one is not None else None for one in values], pa.binary())
        if draw < 0.7:
            return pa.array([[one] for one in values])
        if draw < 0.73:
            return pa.array([{"a": one} for one in values])
        if draw < 0.76:
            return pa.array([at * 10**6 for at in range(len(values))], pa.timestamp("us"))
        if draw < 0.78:
            return pa.nulls(len(values))
        if draw < 0.8:
            return pa.array([bool(one) for one in values])
    except (ValueError, TypeError, OverflowError, pa.ArrowException):
        pass
    return pa.array(values, pa.string())


PARQUET = (parquet_table,) * 9

"""A table with one row a ratio, for users who have no Ct: to a Dataset of pairs."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import FaultReport
from lensim.expression.evidence import without_controls
from lensim.expression.read.assigned import DEFAULT_CELL_TYPE, DEFAULT_EXPERIMENT
from lensim.expression.read.calibrated import RatioPair, divided_by_control, may_be_percents
from lensim.expression.read.choices import Unpaired
from lensim.expression.read.columns import COLUMNS, RATIO_COLUMNS, SCALES
from lensim.expression.read.near import quoted
from lensim.tables.columns import Found, find_columns, names_any
from lensim.tables.names import plain_name
from lensim.tables.number_text import DecimalMark, decimal_mark_of, is_missing, parse_number
from lensim.tables.source import Files, Source, read_table, sources_of
from lensim.tables.table import TextTable

DEFAULT_CONTRAST: Final = "treated"

DDCT: Final = frozenset({"ddct", "ddcq", "ddcp", "deltadeltact"})
"""Words for the difference of differences of Cts, which is -log2_ratio; 2^-ddCt is a ratio."""


def is_ratio_table(source: Source) -> bool:
    """Whether the first row of a file names a subject and a ratio, and no Ct."""
    return any(
        (names_any(header, RATIO_COLUMNS["subject"]) or names_any(header, COLUMNS["sample"]))
        and any(names_any(header, RATIO_COLUMNS[scale]) for scale in SCALES)
        and not names_any(header, COLUMNS["ct_cycles"])
        for header in source.headers
    )


def read_ratios(
    files: Files,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: DecimalMark | None = None,
    control: str = "",
    unpaired: Unpaired = "refuse",
) -> xr.Dataset:
    """Read tables with the ratio of treated to control, a row for each target, subject and experiment.

    Columns (see `RATIO_COLUMNS` for other spellings): target, subject, and exactly one of ratio, percent_of_control and
    log2_ratio; where known cell_type, contrast (else 'treated'), experiment (else 'experiment 1', in all files), and
    log2_ratio_sd, the standard error of a ratio on the log2 scale. A row without a ratio is counted and left out.

    Parameters
    ----------
    files
        CSV or TSV text, or parquet; several are one study.
    columns
        The names of their columns by meaning, see `RATIO_COLUMNS`.
    decimal
        The decimal mark, where the numbers do not show it.
    control
        The condition that the table has ratios of and that the others are compared with, where its name does not show
        it; "absent" where each ratio is already against a control that is not in the table.
    unpaired
        What becomes of a treated ratio whose subject has none of the control: "refuse" or "drop".

    Returns
    -------
    xr.Dataset
        Dim pair: log2_ratio [log2], log2_ratio_sd [log2] (0 where none is known), target_of_pair, subject_of_pair,
        contrast_of_pair, experiment_of_pair; cell_type_of_subject (subject); coordinates target, subject, contrast,
        cell_type; attrs assay, source, rows_without_ratio, read_notes. Where the table has ratios of the control, they
        are divided by that of the same target, subject and experiment. A contrast whose ratios are all exactly 1 is
        the control: it is left out, and named in the attrs.

    Raises
    ------
    InputError
        With every fault of the files, each with its line; or if every ratio is exactly 1.
    """
    sources = sources_of(files)
    study = FaultReport(", ".join(source.place for source in sources))
    pairs, without = [], 0
    has_experiments = True
    scales, named = set(), ""
    for source in sources:
        table, faults = read_table(source)
        stated = with_samples(table, columns or {})
        found = find_columns(table, RATIO_COLUMNS, faults, stated=stated, needed=("target", "subject"))
        what, scale = _scale(table, found, faults)
        own, own_without = _read_pairs(table, found, what, scale, decimal, faults)
        scales.add(scale)
        named = named or found.column(what)
        has_experiments &= found.has("experiment")
        pairs += own
        without += own_without
        study.take(faults)
    _check_pairs(pairs, study, has_experiments=has_experiments)
    pairs, told = ([], []) if study.faults else divided_by_control(pairs, control, unpaired, study)
    if scales == {"ratio"} and not told and "ratio" not in (columns or {}):
        _ask_of_percents(pairs, named, study)
    if not pairs and not study.faults:
        study.add("there must be at least one ratio, got none")
    study.raise_if_any()
    attrs: dict[str, str | int] = {v.ASSAY: v.EXPRESSION, "source": study.place, "rows_without_ratio": without}
    if told:
        attrs[v.READ_NOTES] = "\n".join(told)
    return without_controls(_dataset(pairs, attrs))


def _ask_of_percents(pairs: Sequence[RatioPair], column: str, faults: FaultReport) -> None:
    """Note ratios that may be percents."""
    if not may_be_percents(pairs):
        return
    shown, name = 2.0 ** pairs[0].log2_ratio, quoted(column)
    faults.add(
        f"the column {column!r} may hold percents of the control ({shown:.4g} is {shown / 100:.4g} fold): state "
        f'columns={{"percent_of_control": {name}}} if so, else columns={{"ratio": {name}}}',
        line=pairs[0].at[1],
        place=pairs[0].at[0],
    )


def with_samples(table: TextTable, stated: Mapping[str, str]) -> Mapping[str, str]:
    """The stated columns, with that of samples for subjects where a table has no other."""
    if "subject" in stated or names_any(table.header, RATIO_COLUMNS["subject"]):
        return stated
    samples = [name for name in table.header if COLUMNS["sample"].rank(name) is not None]
    return {**stated, "subject": samples[0]} if len(samples) == 1 else stated


def _scale(table: TextTable, found: Found, faults: FaultReport) -> tuple[str, str]:
    """The column of ratios, percents or log2 ratios, and which of these it holds; none or several are raised.

    A column of ratios with a percent sign in its name or in all of its cells holds percents of the control.
    """
    scales = [name for name in SCALES if found.has(name)]
    if len(scales) != 1:
        names = " and ".join(found.column(name) for name in scales) or f"none among {', '.join(table.header)}"
        faults.add(f"there must be exactly one column of {', '.join(SCALES)}, got {names}", line=1)
        faults.raise_if_any()
    _refuse_other_scales(scales[0], found.column(scales[0]), faults)
    cells = [cell for cell in (found.cell(scales[0], row) for row in table.rows) if not is_missing(cell)]
    if scales[0] == "ratio" and ("%" in found.column("ratio") or (cells and all(cell.endswith("%") for cell in cells))):
        return "ratio", "percent_of_control"
    return scales[0], scales[0]


def _refuse_other_scales(scale: str, name: str, faults: FaultReport) -> None:
    """Raise a column that is stated to be what its name says that it is not."""
    words = set(plain_name(name).split("_"))
    if scale == "log2_ratio" and words & DDCT:
        rule = f"the column {name!r} holds -log2_ratio by its name: write a column log2_ratio = -{name}"
    elif scale == "log2_ratio" and words & {"log10", "log10fc", "lg"}:
        rule = f"the column {name!r} holds log10 ratios by its name: write a column log2_ratio = {name} / 0.30103"
    elif scale != "log2_ratio" and any(word.startswith("log") for word in words):
        rule = f"the column {name!r} holds logarithms by its name: write a column log2_ratio, or ratio"
    else:
        return
    faults.add(rule, line=1)
    faults.raise_if_any()


def _hint(number: float | None) -> str:
    """What a number that is no ratio may be, where it is negative."""
    if number is None or number >= 0:
        return ""
    return (
        "; write a halving as 0.5, not as -2, and if the column holds log2 ratios, name it, "
        'columns={"log2_ratio": "NAME"}'
    )


def _read_pairs(
    table: TextTable, found: Found, what: str, scale: str, decimal: DecimalMark | None, faults: FaultReport
) -> tuple[list[RatioPair], int]:
    cells = [found.cell(name, row).removesuffix("%") for row in table.rows for name in (what, "log2_ratio_sd")]
    points = [cell for cell in cells if "," not in cell]  # no ratio is in thousands
    commas = [cell for cell in cells if "," in cell]
    mark = decimal_mark_of(commas, decimal, table.has_decimal_points, faults, below_thousand=points)
    pairs, without = [], 0
    for row, line in zip(table.rows, table.lines, strict=True):
        text = found.cell(what, row)
        if scale == "percent_of_control":
            text = text.removesuffix("%").strip()
        if is_missing(text):
            without += 1
            continue
        log2_ratio = _log2_ratio(parse_number(text, mark), scale)
        if log2_ratio is None:
            rule = "a finite number" if scale == "log2_ratio" else "a finite number above 0"
            faults.add(f"{found.column(what)} must be {rule}, got {text!r}{_hint(parse_number(text, mark))}", line=line)
        error = found.cell("log2_ratio_sd", row)
        sd = 0.0 if is_missing(error) else parse_number(error, mark)
        if sd is None or not 0 <= sd < math.inf:
            faults.add(f"{found.column('log2_ratio_sd')} must be a number of 0 or more, got {error!r}", line=line)
        for name in ("target", "subject"):
            if not found.cell(name, row):
                faults.add(f"{found.column(name)} must not be empty", line=line)
        pairs.append(
            RatioPair(
                found.cell("target", row),
                found.cell("subject", row),
                found.cell("contrast", row) or DEFAULT_CONTRAST,
                found.cell("experiment", row) or DEFAULT_EXPERIMENT,
                found.cell("cell_type", row) or DEFAULT_CELL_TYPE,
                0.0 if log2_ratio is None else log2_ratio,
                sd or 0.0,
                (faults.place, line),
            )
        )
    return pairs, without


def _log2_ratio(number: float | None, scale: str) -> float | None:
    """The ratio on the log2 scale; None where it is no ratio."""
    if number is None or not math.isfinite(number):
        return None
    if scale == "log2_ratio":
        return number
    ratio = number / 100.0 if scale == "percent_of_control" else number
    return math.log2(ratio) if ratio > 0 else None


def _check_pairs(pairs: list[RatioPair], faults: FaultReport, *, has_experiments: bool) -> None:
    """One row a target, subject, contrast and experiment; one cell type a subject."""
    seen: dict[tuple[str, str, str, str], tuple[str, int]] = {}
    cell_type: dict[str, str] = {}
    for pair in pairs:
        place, line = pair.at
        key = (pair.target, pair.subject, pair.contrast, pair.experiment)
        if key in seen:
            hint = "" if has_experiments else "; repeats need a column experiment"
            before, line_before = seen[key]
            where = f"line {line_before}{'' if before == place else f' of {before}'}"
            faults.add(f"{', '.join(key)} must appear once, got it in {where} as well{hint}", line=line, place=place)
        seen.setdefault(key, pair.at)
        if cell_type.setdefault(pair.subject, pair.cell_type) != pair.cell_type:
            faults.add(
                f"cell_type of {pair.subject} must be the same in all rows, "
                f"got {cell_type[pair.subject]} and {pair.cell_type}",
                line=line,
                place=place,
            )


def _dataset(pairs: list[RatioPair], attrs: dict[str, str | int]) -> xr.Dataset:
    targets, subjects, contrasts, kinds = (
        list(dict.fromkeys(getattr(pair, name) for pair in pairs))
        for name in ("target", "subject", "contrast", "cell_type")
    )
    kind_of = {pair.subject: kinds.index(pair.cell_type) for pair in pairs}
    experiments = list(dict.fromkeys(pair.experiment for pair in pairs))
    data = xr.Dataset(
        {
            v.LOG2_RATIO: (v.PAIR, np.array([pair.log2_ratio for pair in pairs])),
            v.LOG2_RATIO_SD: (v.PAIR, np.array([pair.sd for pair in pairs])),
            v.TARGET_OF_PAIR: (v.PAIR, np.array([targets.index(pair.target) for pair in pairs])),
            v.SUBJECT_OF_PAIR: (v.PAIR, np.array([subjects.index(pair.subject) for pair in pairs])),
            v.CONTRAST_OF_PAIR: (v.PAIR, np.array([contrasts.index(pair.contrast) for pair in pairs])),
            v.EXPERIMENT_OF_PAIR: (v.PAIR, np.array([experiments.index(pair.experiment) for pair in pairs])),
            v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT, np.array([kind_of[name] for name in subjects])),
        },
        coords={v.TARGET: targets, v.SUBJECT: subjects, v.CONTRAST: contrasts, v.CELL_TYPE: kinds},
        attrs=attrs,
    )
    for name in (v.LOG2_RATIO, v.LOG2_RATIO_SD):
        data[name].attrs["units"] = v.UNITS[name]
    return data

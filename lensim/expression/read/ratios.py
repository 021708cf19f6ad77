"""A table with one row a ratio or a level, for users who have no Ct: to a Dataset of pairs, or of levels of groups."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import xarray as xr

from lensim import vocabulary as v
from lensim.checks import FaultReport
from lensim.expression.evidence import without_controls
from lensim.expression.read.assigned import DEFAULT_CELL_TYPE, DEFAULT_EXPERIMENT
from lensim.expression.read.calibrated import RatioPair, divided_by_control, may_be_percents
from lensim.expression.read.choices import Unpaired
from lensim.expression.read.columns import COLUMNS, LEVEL_SCALES, RATIO_COLUMNS, SCALES
from lensim.expression.read.level_rows import check_once, groups_of_rows, refuse_restarted_numbers
from lensim.expression.read.quoting import quoted
from lensim.expression.read.ratio_scales import (
    LEAST_PERCENT,
    as_log2,
    has_percents,
    has_signs,
    hint,
    rule_of,
    scale_of,
    told_of_scale,
)
from lensim.tables.columns import Found, find_columns, missing, name_one, names_any
from lensim.tables.number_text import DecimalMark, decimal_mark_of, is_missing, parse_number
from lensim.tables.source import Files, Source, read_table, sources_of
from lensim.tables.table import TextTable

DEFAULT_CONTRAST: Final = "treated"


def is_ratio_table(source: Source) -> bool:
    """Whether the first row of a file names a subject and a ratio or a level, and no Ct."""
    return any(_names_ratios(header) and not names_any(header, COLUMNS["ct_cycles"]) for header in source.headers)


def _names_ratios(header: Sequence[str]) -> bool:
    has_subject = names_any(header, RATIO_COLUMNS["subject"]) or names_any(header, COLUMNS["sample"])
    is_said = has_subject or names_any(header, RATIO_COLUMNS["contrast"])
    return (has_subject and any(names_any(header, RATIO_COLUMNS[scale]) for scale in SCALES)) or (
        is_said and any(names_any(header, RATIO_COLUMNS[scale]) for scale in LEVEL_SCALES)
    )


def read_ratios(
    files: Files,
    *,
    columns: Mapping[str, str] | None = None,
    decimal: DecimalMark | None = None,
    control: str = "",
    unpaired: Unpaired = "refuse",
) -> xr.Dataset:
    """Read tables with a row for each target, subject and experiment: the ratio of treated to control, or a level.

    Columns (see `RATIO_COLUMNS` for other spellings): target, subject, and exactly one of ratio, percent_of_control,
    log2_ratio, or of the levels of single samples relative_level (2^-dCt), log2_level and dct (Ct of the target less Ct
    of the reference, so -log2_level at an amplification factor of 2); where known cell_type, contrast (the condition;
    else 'treated', and needed of levels), is_control, experiment (else 'experiment 1', in all files), and the standard
    error log2_ratio_sd on the log2 scale. A row without a number is counted and left out.

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
        What becomes of a treated ratio whose subject has none of the control: "refuse" or "drop". Or numbers are
        compared as levels of groups: with "groups" all conditions have different subjects, whatever their names, with
        "keep" names are taken as they are, and subjects may be under one condition or several.

    Returns
    -------
    xr.Dataset
        Dim pair: log2_ratio [log2], log2_ratio_sd [log2] (0 where none is known), target_of_pair, subject_of_pair,
        contrast_of_pair, experiment_of_pair; cell_type_of_subject (subject); coordinates target, subject, contrast,
        cell_type; attrs assay, source, rows_without_ratio, read_notes. Where the table has ratios of the control, they
        are divided by that of the same target, subject and experiment; levels always are. A contrast whose ratios are
        all exactly 1 is the control: it is left out, and named in the attrs. With unpaired "groups" or "keep" as
        from `groups_of_rows`.

    Raises
    ------
    InputError
        With every fault of the files, each with its line; or if every ratio is exactly 1.
    """
    sources = sources_of(files)
    study = FaultReport(", ".join(source.place for source in sources))
    rows = _Rows()
    for source in sources:
        table, faults = read_table(source)
        stated = with_samples(table, columns or {})
        # without a column for the subject, rows of groups are subjects
        needed = ("target",) if unpaired == "groups" else ("target", "subject")
        found = find_columns(table, RATIO_COLUMNS, faults, stated=stated, needed=needed)
        what, scale = scale_of(table, found, faults)
        if "ratio" in stated and scale == "percent_of_control" and not has_percents(table, found, what):
            scale = "ratio"
        if scale in LEVEL_SCALES and not found.has("contrast"):
            way = name_one("contrast", RATIO_COLUMNS["contrast"])
            faults.add(f"levels need a column for the condition, {missing(table, 'condition')}{way}", line=1)
        rows.add(_read_pairs(table, found, what, scale, decimal, faults), found, what, scale)
        rows.has_signs |= has_signs(table, found, what)
        study.take(faults)
    is_levels = rows.scales <= set(LEVEL_SCALES)
    if not is_levels and rows.scales & set(LEVEL_SCALES):
        study.add(f"files must all have ratios, or all levels, got {', '.join(sorted(rows.scales))}")
        study.raise_if_any()
    attrs: dict[str, str | int] = {v.ASSAY: v.EXPRESSION, "source": study.place, "rows_without_ratio": rows.without}
    if unpaired in ("keep", "groups"):
        repeats = rows.has_experiments
        data = groups_of_rows(rows.pairs, control, unpaired, study, attrs, rows.told, has_experiments=repeats)
        study.raise_if_any()
        return data
    check_once(rows.pairs, study, has_experiments=rows.has_experiments)
    _check_cell_types(rows.pairs, study)
    if is_levels:
        refuse_restarted_numbers(rows.pairs, study)
    noun = "level" if is_levels else "ratio"
    pairs, told = ([], []) if study.faults else divided_by_control(rows.pairs, control, unpaired, study, noun)
    if rows.scales == {"ratio"} and not told and "ratio" not in (columns or {}):
        _ask_of_percents(pairs, rows.named, study)
    is_stated = rows.has_signs or "percent_of_control" in (columns or {})
    if rows.scales == {"percent_of_control"} and not told and not is_stated:
        _ask_of_folds(pairs, rows.named, study)
    if not pairs and not study.faults:
        study.add(f"there must be at least one {noun}, got none")
    study.raise_if_any()
    if said := [*rows.told, *told]:
        attrs[v.READ_NOTES] = "\n".join(said)
    return without_controls(_dataset(pairs, attrs))


@dataclass
class _Rows:
    """Rows of all files of a study."""

    pairs: list[RatioPair] = field(default_factory=list)
    without: int = 0
    scales: set[str] = field(default_factory=set)
    named: str = ""
    has_experiments: bool = True
    has_signs: bool = False
    told: list[str] = field(default_factory=list)

    def add(self, read: tuple[list[RatioPair], int], found: Found, what: str, scale: str) -> None:
        """Rows of one more file."""
        pairs, without = read
        self.pairs += pairs
        self.without += without
        self.scales.add(scale)
        self.named = self.named or found.column(what)
        self.has_experiments &= found.has("experiment")
        said = told_of_scale([pair.log2_ratio for pair in pairs], scale, found.column(what))
        self.told += [note for note in said if note not in self.told]


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


def _ask_of_folds(pairs: Sequence[RatioPair], column: str, faults: FaultReport) -> None:
    """Note percents of the control that may be ratios."""
    if not pairs or max(pair.log2_ratio for pair in pairs) >= math.log2(LEAST_PERCENT / 100.0):
        return
    shown, name = 100.0 * 2.0 ** pairs[0].log2_ratio, quoted(column)
    faults.add(
        f"the column {column!r} has no value of {LEAST_PERCENT:g} or more; are these ratios ({shown:.4g} is "
        f'{shown / 100:.4g} fold in percent)? State columns={{"ratio": {name}}} if so, else '
        f'columns={{"percent_of_control": {name}}}',
        line=pairs[0].at[1],
        place=pairs[0].at[0],
    )


def as_ratio_columns(stated: Mapping[str, str] | None) -> Mapping[str, str] | None:
    """The stated columns, with gene and condition under the names that they have in a table of ratios."""
    if stated is None:
        return None
    other = {"gene": "target", "condition": "contrast"}
    return {other[what] if what in other and other[what] not in stated else what: name for what, name in stated.items()}


def with_samples(table: TextTable, stated: Mapping[str, str]) -> Mapping[str, str]:
    """The stated columns, with that of samples for subjects where a table has no other."""
    if "subject" in stated or names_any(table.header, RATIO_COLUMNS["subject"]):
        return stated
    samples = [name for name in table.header if COLUMNS["sample"].rank(name) is not None]
    return {**stated, "subject": samples[0]} if len(samples) == 1 else stated


def _read_pairs(
    table: TextTable, found: Found, what: str, scale: str, decimal: DecimalMark | None, faults: FaultReport
) -> tuple[list[RatioPair], int]:
    cells = [found.cell(name, row).removesuffix("%") for row in table.rows for name in (what, "log2_ratio_sd")]
    points = [cell for cell in cells if "," not in cell]  # no ratio is in thousands
    commas = [cell for cell in cells if "," in cell]
    mark = decimal_mark_of(commas, decimal, table.has_decimal_points, faults, below_thousand=points)
    pairs, without = [], 0
    hinted: set[str] = set()
    needed = ["target", *(["subject"] if found.has("subject") else [])]
    needed += ["contrast"] if scale in LEVEL_SCALES and found.has("contrast") else []
    for row, line in zip(table.rows, table.lines, strict=True):
        text = found.cell(what, row)
        if scale == "percent_of_control":
            text = text.removesuffix("%").strip()
        if is_missing(text):
            without += 1
            continue
        number = parse_number(text, mark)
        log2_ratio = as_log2(number, scale)
        if log2_ratio is None:
            way = hint(text, number, scale, found.column(what))
            way, hinted = ("" if way in hinted else way), {*hinted, way}
            faults.add(f"{found.column(what)} must be {rule_of(scale)}, got {text!r}{way}", line=line)
        error = found.cell("log2_ratio_sd", row)
        sd = 0.0 if is_missing(error) else parse_number(error, mark)
        if sd is None or not 0 <= sd < math.inf:
            faults.add(f"{found.column('log2_ratio_sd')} must be a number of 0 or more, got {error!r}", line=line)
        for name in needed:
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
                found.cell("is_control", row),
            )
        )
    return pairs, without


def _check_cell_types(pairs: Sequence[RatioPair], faults: FaultReport) -> None:
    """One cell type a subject."""
    cell_type: dict[str, str] = {}
    for pair in pairs:
        if cell_type.setdefault(pair.subject, pair.cell_type) != pair.cell_type:
            faults.add(
                f"cell_type of {pair.subject} must be the same in all rows, "
                f"got {cell_type[pair.subject]} and {pair.cell_type}",
                line=pair.at[1],
                place=pair.at[0],
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

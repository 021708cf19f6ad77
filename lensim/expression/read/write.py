"""A Dataset of reactions, or an instrument's reactions, to a table with one row a reaction."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.expression.read.assemble import AS_STATED
from lensim.expression.read.reactions import Reactions
from lensim.expression.read.write_levels import write_levels
from lensim.expression.read.written import number_text, write_rows
from lensim.tables.names import names_along

COLUMNS: Final = (
    "plate", "well", "task", "gene", "is_reference", "subject", "cell_type", "condition", "is_control", "is_calibrator",
    "experiment", "ct_cycles", "quantity", "quantity_unit", "amplification_factor", "amplification_factor_sd",
    "cycle_limit",
)  # fmt: skip
REACTION_COLUMNS: Final = (
    "plate", "well", "task", "sample", "gene", "ct_cycles", "quantity", "quantity_unit", "cycle_limit",
)  # fmt: skip

RATIO_COLUMNS: Final = ("target", "subject", "cell_type", "contrast", "experiment", "log2_ratio", "log2_ratio_sd")

UNDETERMINED: Final = "Undetermined"

_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    v.CT: (v.REACTION,),
    v.GENE_OF_REACTION: (v.REACTION,),
    v.SAMPLE_OF_REACTION: (v.REACTION,),
    v.PLATE_OF_REACTION: (v.REACTION,),
    v.SUBJECT_OF_SAMPLE: (v.SAMPLE,),
    v.CONDITION_OF_SAMPLE: (v.SAMPLE,),
    v.EXPERIMENT_OF_SAMPLE: (v.SAMPLE,),
    v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT,),
    v.IS_REFERENCE: (v.GENE,),
    v.IS_CONTROL: (v.CONDITION,),
    v.CYCLE_LIMIT: (),
}
_RATIOS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (v.LOG2_RATIO, v.LOG2_RATIO_SD, v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR, v.EXPERIMENT_OF_PAIR),
        (v.PAIR,),
    ),
    v.CELL_TYPE_OF_SUBJECT: (v.SUBJECT,),
}
_STANDARDS: Final[dict[str, tuple[str, ...]]] = {
    v.STANDARD_CT: (v.STANDARD,),
    v.STANDARD_QUANTITY: (v.STANDARD,),
    v.GENE_OF_STANDARD: (v.STANDARD,),
    v.PLATE_OF_STANDARD: (v.STANDARD,),
}
_CONTROLS: Final[dict[str, tuple[str, ...]]] = {
    v.NO_TEMPLATE_CT: (v.NO_TEMPLATE,),
    v.GENE_OF_NO_TEMPLATE: (v.NO_TEMPLATE,),
    v.PLATE_OF_NO_TEMPLATE: (v.NO_TEMPLATE,),
}
_WITHOUT_RT: Final[dict[str, tuple[str, ...]]] = {
    v.NO_RT_CT: (v.NO_RT,),
    v.GENE_OF_NO_RT: (v.NO_RT,),
    v.PLATE_OF_NO_RT: (v.NO_RT,),
}


def write_cts(data: xr.Dataset, path: str | Path) -> None:
    """Write reactions, standards and controls, a row each: tab-separated in a .tsv, else with commas.

    Columns are those of `COLUMNS` of the readers, all but sample; `read_cts` makes the same Dataset of them without a
    sheet. A Ct that was not detected is written as Undetermined. The calibrator has
    the column is_calibrator. Names of samples, and other attrs, are not written.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, or the file cannot be written. One study at a time.
    """
    if v.STUDY in data.dims:
        raise InputError("write_cts needs data of one study: choose it with one_study")
    checks.has_variables(data, _NEEDED, "write_cts")
    for group in (_STANDARDS, _CONTROLS, _WITHOUT_RT):
        if next(iter(group)) in data:
            checks.has_variables(data, group, "write_cts")
    calibrator = str(data.attrs.get(v.CALIBRATOR, ""))
    columns = tuple(name for name in COLUMNS if calibrator or name != "is_calibrator")
    write_rows(path, columns, _rows(data, calibrator))


def write_study(data: xr.Dataset, path: str | Path) -> None:
    """Write a study of Cts as `write_cts` does, one of ratios as `write_ratios`, one of levels as `write_levels`.

    Raises
    ------
    InputError
        As these.
    """
    if v.SUBJECT_LEVEL in data:
        write_levels(data, path)
        return
    (write_ratios if v.LOG2_RATIO in data else write_cts)(data, path)


def write_ratios(data: xr.Dataset, path: str | Path) -> None:
    """Write log2 ratios of treated to control, a row each: tab-separated in a .tsv, else with commas.

    `read_ratios` makes the same Dataset of them, but for contrasts of a name that is a control's.

    Raises
    ------
    InputError
        If a variable is absent or has other dims, or the file cannot be written.
    """
    checks.has_variables(data, _RATIOS, "write_ratios")
    names = [names_along(data, dim) for dim in (v.TARGET, v.SUBJECT, v.CONTRAST, v.CELL_TYPE)]
    cell_type = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()
    columns = (v.TARGET_OF_PAIR, v.SUBJECT_OF_PAIR, v.CONTRAST_OF_PAIR, v.EXPERIMENT_OF_PAIR)
    values = (*(data[name].to_numpy() for name in columns), data[v.LOG2_RATIO].values, data[v.LOG2_RATIO_SD].values)
    rows = (
        {
            "target": names[0][target],
            "subject": names[1][subject],
            "cell_type": names[3][cell_type[subject]],
            "contrast": names[2][contrast],
            "experiment": f"experiment {experiment + 1}",
            "log2_ratio": number_text(ratio),
            "log2_ratio_sd": number_text(sd),
        }
        for target, subject, contrast, experiment, ratio, sd in zip(*values, strict=True)
    )
    write_rows(path, RATIO_COLUMNS, rows)


def write_reactions(reactions: Reactions, path: str | Path) -> None:
    """Write what an instrument says, a row a reaction: tab-separated in a .tsv, else with commas.

    `read_reactions` reads it as a tidy table.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    limit = "" if reactions.cycle_limit is None else number_text(reactions.cycle_limit)
    rows = (
        {
            "plate": one.plate,
            "well": one.well,
            "task": one.task,
            "sample": one.sample,
            "gene": one.gene,
            "ct_cycles": UNDETERMINED if one.ct_cycles is None else number_text(one.ct_cycles),
            "quantity": "" if one.quantity is None else number_text(one.quantity),
            "quantity_unit": reactions.quantity_unit if one.task == "standard" else "",
            "cycle_limit": limit,
        }
        for one in reactions.reactions
    )
    write_rows(path, REACTION_COLUMNS, rows)


def _rows(data: xr.Dataset, calibrator: str) -> Iterator[dict[str, str]]:
    genes, plates = names_along(data, v.GENE), names_along(data, v.PLATE)
    of_gene = [_gene_cells(data, position, name) for position, name in enumerate(genes)]
    of_sample = _sample_cells(data, calibrator)
    limit = {"cycle_limit": number_text(float(data[v.CYCLE_LIMIT]))}
    wells = _wells(data, v.WELL_NAME, v.REACTION)
    names = (v.PLATE_OF_REACTION, v.GENE_OF_REACTION, v.SAMPLE_OF_REACTION, v.CT)
    for well, plate, gene, sample, ct in zip(wells, *(data[name].values.tolist() for name in names), strict=True):
        yield (
            {"plate": plates[plate], "well": str(well), "task": "unknown", "ct_cycles": _ct(ct)}
            | of_gene[gene]
            | of_sample[sample]
            | limit
        )
    if v.STANDARD_CT in data:
        units = str(data[v.STANDARD_QUANTITY].attrs.get("units", ""))
        unit = {"quantity_unit": "" if units == AS_STATED else units}
        names = (v.PLATE_OF_STANDARD, v.GENE_OF_STANDARD, v.STANDARD_QUANTITY, v.STANDARD_CT)
        wells = _wells(data, v.STANDARD_WELL, v.STANDARD)
        for well, plate, gene, quantity, ct in zip(wells, *(data[one].values.tolist() for one in names), strict=True):
            own = {"well": str(well), "task": "standard", "quantity": number_text(quantity), "ct_cycles": _ct(ct)}
            yield {"plate": plates[plate]} | own | of_gene[gene] | unit | limit
    for task, dim, own_names, name_of_well in (
        (
            "no_template",
            v.NO_TEMPLATE,
            (v.PLATE_OF_NO_TEMPLATE, v.GENE_OF_NO_TEMPLATE, v.NO_TEMPLATE_CT),
            v.NO_TEMPLATE_WELL,
        ),
        ("no_rt", v.NO_RT, (v.PLATE_OF_NO_RT, v.GENE_OF_NO_RT, v.NO_RT_CT), v.NO_RT_WELL),
    ):
        if own_names[-1] not in data:
            continue
        wells = _wells(data, name_of_well, dim)
        for well, plate, gene, ct in zip(wells, *(data[name].values.tolist() for name in own_names), strict=True):
            own = {"well": str(well), "task": task, "ct_cycles": _ct(ct)}
            yield {"plate": plates[plate]} | own | of_gene[gene] | limit


def _wells(data: xr.Dataset, name: str, dim: str) -> list[str]:
    return data[name].values.tolist() if name in data else [""] * data.sizes[dim]


def _gene_cells(data: xr.Dataset, position: int, name: str) -> dict[str, str]:
    cells = {"gene": name, "is_reference": str(int(data[v.IS_REFERENCE].values[position]))}
    for column, variable in (
        ("amplification_factor", v.STATED_FACTOR),
        ("amplification_factor_sd", v.STATED_FACTOR_SD),
    ):
        if variable in data:
            cells[column] = number_text(float(data[variable].values[position]))
    return cells


def _sample_cells(data: xr.Dataset, calibrator: str) -> list[dict[str, str]]:
    subjects, cell_types = names_along(data, v.SUBJECT), names_along(data, v.CELL_TYPE)
    conditions, experiments = names_along(data, v.CONDITION), names_along(data, v.EXPERIMENT)
    cell_type, is_control = data[v.CELL_TYPE_OF_SUBJECT].values, data[v.IS_CONTROL].values
    pointers = (v.SUBJECT_OF_SAMPLE, v.CONDITION_OF_SAMPLE, v.EXPERIMENT_OF_SAMPLE)
    return [
        {
            "subject": subjects[subject],
            "cell_type": cell_types[cell_type[subject]],
            "condition": conditions[condition],
            "is_control": str(int(is_control[condition])),
            "experiment": experiments[experiment],
        }
        | ({"is_calibrator": str(int(subjects[subject] == calibrator))} if calibrator else {})
        for subject, condition, experiment in zip(*(data[name].values.tolist() for name in pointers), strict=True)
    ]


def _ct(value: float) -> str:
    return number_text(value) or UNDETERMINED

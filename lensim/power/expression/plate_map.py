"""The plate map of a planned study of RT-qPCR reactions: a row a well, with what to pipette."""

from collections import Counter
from typing import Any

import pandas as pd
import xarray as xr

from lensim import vocabulary as v
from lensim.expression.design import ExpressionDesign, lay_out
from lensim.power.expression.scenario import ExpressionScenario
from lensim.power.expression.study import design_of
from lensim.tables.well_names import well_name


def plate_map(scenario: ExpressionScenario) -> pd.DataFrame | None:
    """A row a well: plate, well, subject, cell_type, condition, experiment, gene, task, quantity.

    A plate holds whole subjects of one experiment, and the dilution series has a plate of its own, as `lay_out` has it;
    wells of each gene without template follow where the plate has room. All subjects that are recruited are there.
    None for a design of ratios, or one whose subject does not fit on a plate.
    """
    spec = scenario.design
    if not spec.has_reactions or spec.plate is None:
        return None
    return map_of_design(design_of(spec, spec.subjects))


def map_of_design(design: ExpressionDesign) -> pd.DataFrame:
    """The rows of `plate_map` for a design."""
    return map_of_sheet(lay_out(design), (design.plate_rows, design.plate_columns))


def map_of_sheet(sheet: xr.Dataset, shape: tuple[int, int]) -> pd.DataFrame:
    """The rows of `plate_map` for a sheet, on plates of so many rows and columns."""
    rows: list[dict[str, Any]] = []
    names = {dim: sheet[dim].to_numpy().tolist() for dim in (v.PLATE, v.SUBJECT, v.CONDITION, v.EXPERIMENT, v.GENE)}
    kinds = sheet[v.CELL_TYPE].to_numpy()[sheet[v.CELL_TYPE_OF_SUBJECT].to_numpy()].tolist()
    of_sample = {
        what: sheet[name].to_numpy().tolist()
        for what, name in (
            ("subject", v.SUBJECT_OF_SAMPLE), ("condition", v.CONDITION_OF_SAMPLE),
            ("experiment", v.EXPERIMENT_OF_SAMPLE),
        )
    }  # fmt: skip
    reactions = (v.PLATE_OF_REACTION, v.WELL_NAME, v.SAMPLE_OF_REACTION, v.GENE_OF_REACTION)
    for plate, well, sample, gene in zip(*(sheet[name].to_numpy().tolist() for name in reactions), strict=True):
        subject = of_sample["subject"][sample]
        rows.append(
            {
                "plate": names[v.PLATE][plate],
                "well": well,
                "subject": names[v.SUBJECT][subject],
                "cell_type": kinds[subject],
                "condition": names[v.CONDITION][of_sample["condition"][sample]],
                "experiment": names[v.EXPERIMENT][of_sample["experiment"][sample]],
                "gene": names[v.GENE][gene],
                "task": "unknown",
                "quantity": None,
            }
        )
    used: Counter[str] = Counter(row["plate"] for row in rows)
    standards = (v.PLATE_OF_STANDARD, v.GENE_OF_STANDARD, v.STANDARD_QUANTITY)
    for plate, gene, quantity in zip(*(sheet[name].to_numpy().tolist() for name in standards), strict=True):
        rows.append(_control(str(names[v.PLATE][plate]), used, shape, names[v.GENE][gene], "standard", quantity))
    for plate in names[v.PLATE]:
        if used[plate] + len(names[v.GENE]) <= shape[0] * shape[1]:
            rows += [_control(plate, used, shape, gene, "no_template", None) for gene in names[v.GENE]]
    order = {plate: at for at, plate in enumerate(names[v.PLATE])}
    rows.sort(key=lambda row: order[row["plate"]])
    return pd.DataFrame(rows)


def _control(
    plate: str, used: Counter[str], shape: tuple[int, int], gene: str, task: str, quantity: float | None
) -> dict[str, Any]:
    """A well of a standard or without template, in the next free place of the plate."""
    at, used[plate] = used[plate], used[plate] + 1
    empty = dict.fromkeys(("subject", "cell_type", "condition", "experiment"), "")
    well = well_name(*divmod(at, shape[1]))
    return {"plate": plate, "well": well, **empty, "gene": gene, "task": task, "quantity": quantity}

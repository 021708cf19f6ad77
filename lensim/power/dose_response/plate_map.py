"""The plate map of a planned panel, for pipetting: its sheet, and a table with one row a well."""

import numpy as np
import pandas as pd
import xarray as xr

from lensim import seeding
from lensim import vocabulary as v
from lensim.dose_response.design import lay_out
from lensim.power.dose_response.scenario import DoseResponseScenario
from lensim.tables.well_names import well_name


def plate_map(scenario: DoseResponseScenario) -> pd.DataFrame:
    """A row a well of the planned panel; see `map_table`."""
    return map_table(sheet_to_pipette(scenario))


def sheet_to_pipette(scenario: DoseResponseScenario) -> xr.Dataset:
    """The sheet of the planned panel, laid out by the scenario's own seed."""
    return lay_out(scenario.design.plates, seeding.stream(scenario.seed, "sheet to pipette"))


def map_table(sheet: xr.Dataset) -> pd.DataFrame:
    """A row a well: plate, well, cell_line, experiment, dose_um; blanks have no line and no dose."""
    culture = sheet[v.CULTURE_OF_WELL].to_numpy()
    plate = sheet[v.PLATE_OF_CULTURE].to_numpy()[culture]
    line = sheet[v.LINE_OF_CULTURE].to_numpy()[culture]
    experiment = sheet[v.EXPERIMENT_OF_CULTURE].to_numpy()[culture]
    wells = pd.DataFrame(
        {
            "plate": sheet[v.PLATE].to_numpy()[plate],
            "well": sheet[v.WELL_NAME].to_numpy(),
            "cell_line": sheet[v.CELL_LINE].to_numpy()[line],
            "experiment": sheet[v.EXPERIMENT].to_numpy()[experiment],
            "dose_um": sheet[v.DOSE].to_numpy(),
            "row": sheet[v.PLATE_ROW].to_numpy(),
            "column": sheet[v.PLATE_COLUMN].to_numpy(),
        }
    )
    row, column = sheet[v.BLANK_ROW].to_numpy(), sheet[v.BLANK_COLUMN].to_numpy()
    blanks = pd.DataFrame(
        {
            "plate": sheet[v.PLATE].to_numpy()[sheet[v.PLATE_OF_BLANK].to_numpy()],
            "well": [well_name(*place) for place in zip(row.tolist(), column.tolist(), strict=True)],
            "cell_line": "blank",
            "experiment": "",
            "dose_um": np.nan,
            "row": row,
            "column": column,
        }
    )
    both = pd.concat([wells, blanks], ignore_index=True)
    order = {name: k for k, name in enumerate(sheet[v.PLATE].to_numpy())}
    both = both.assign(at=both["plate"].map(order)).sort_values(["at", "row", "column"])
    return both.drop(columns=["at", "row", "column"]).reset_index(drop=True)

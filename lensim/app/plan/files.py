"""What the room hands out: the TOML, the report page, the plate map and a workbook."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pandas as pd

from lensim import limits
from lensim.app.plan.asked import TOML_NAME, Asked
from lensim.app.plan.found import Found
from lensim.input_file import read_bytes
from lensim.plan.plates import MOST_PLATES, plate_map_files
from lensim.plan.result import PlanResult
from lensim.plan.run import run_plan
from lensim.power.pool import Pool


def workbook_of(found: Found) -> bytes:
    """Every table of the answer as a workbook, with the curve and what one more of each thing buys."""
    with tempfile.TemporaryDirectory(prefix="lensim-app-") as place:
        path = Path(place) / "plan.xlsx"
        _with_own_tables(found).to_excel(path)
        return read_bytes(path, "a workbook", at_most=limits.RESULT_BYTES)


def _with_own_tables(found: Found) -> PlanResult:
    assert found.result is not None
    curve = pd.DataFrame([{"number": n, **share.columns} for n, share in sorted(found.curve.items())])
    gains = pd.DataFrame([vars(gain) for gain in found.gains])
    own = {"curve": curve} | ({"one_more": gains} if found.gains else {})
    return replace(found.result, tables={**found.result.tables, **own})


def has_plate_map(found: Found) -> bool:
    """Whether the chosen design has plates, and not so many that there is no map of them."""
    table = None if found.result is None else found.result.tables.get("plate_map")
    return table is not None and table["plate"].nunique() <= MOST_PLATES


def plate_map_of(found: Found) -> bytes:
    """The map to pipette of the chosen design as a workbook; empty where there is none."""
    if found.result is None or not has_plate_map(found):
        return b""
    return plate_map_files(found.result.tables["plate_map"])["plate_map.xlsx"]


def fit_of(asked: Asked) -> bytes:
    """The fit of a table of ratios, which `lensim plan --from` needs."""
    assert asked.start is not None
    return read_bytes(asked.start.prior.path, "a result file", at_most=limits.RESULT_BYTES)


def report_of(asked: Asked, found: Found, pool: Pool) -> bytes:
    """The page of `lensim report` on the folder that `lensim plan` writes.

    Parameters
    ----------
    asked, found
        The fields, and their answer.
    pool
        Where chunks are worked on; those that are known cost nothing.
    """
    from lensim.report.html import render
    from lensim.report.own_results import results_page
    from lensim.report.plan_folder import draw_plan

    with tempfile.TemporaryDirectory(prefix="lensim-app-") as place:
        folder = Path(place) / "plan"
        file = Path(place) / TOML_NAME
        file.write_text(asked.toml(), encoding="utf-8", newline="\n")
        run_plan(found.question, folder, trust=True, pool=pool, draw=draw_plan, asked_in=file)
        return render(results_page([folder], found.question.name)).encode()

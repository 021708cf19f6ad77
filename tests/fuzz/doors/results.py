"""What lensim reads back: results of fits, and folders of sweeps and experiments."""

import io
import zlib
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from tests.fuzz.case import Case, Door
from tests.fuzz.corpus import results


def _result(folder: Path, case: Case) -> Any:
    """All that reads a result: its verdict, tables, remarks, priors, page, and what commands make of them."""
    from lensim.assay import Asked
    from lensim.inference.verdict import verdict_of
    from lensim.output import load_result
    from lensim.report.fits import fit_section
    from lensim.report.html import render
    from lensim.report.page import Page

    result = load_result(folder / "fit.nc")
    said = verdict_of(result).sentence()
    section = fit_section(result, "fit.nc", "fit", Asked(), figures=False)
    page = render(Page("Results", (), (), (section,), "end"))
    return said, page


def _compared(folder: Path, case: Case) -> Any:
    """Classical analyses beside the posterior, or associations of lines, or the curve of a line for selections."""
    from lensim.checks import InputError
    from lensim.inference.priors import priors_of
    from lensim.output import load_result

    result = load_result(folder / "fit.nc")
    made, faults = 0, []
    for door in (
        priors_of,
        _classical,
        _associated,
    ):
        try:
            door(result)
            made += 1
        except InputError as error:
            faults.append(error)
    if not made:
        raise faults[-1]
    return made


def _classical(result: Any) -> Any:
    from lensim.assay import require_assay
    from lensim.expression.classical_comparison import comparison_tables

    require_assay(result, "expression", "fit.nc")
    return comparison_tables(result, 0.9)


def _associated(result: Any) -> Any:
    from lensim.dose_response import associations
    from lensim.dose_response.estimands import dose_response_estimands

    associations.lines_of(result)
    return associations.associate(
        dose_response_estimands(result, None), None, associations.Equivalence(1.0, 10.0), 0.9, 1
    )


def _printed(folder: Path, case: Case) -> Any:
    """Tables as the command line prints them; now and then the figures too."""
    from lensim.assay import Asked
    from lensim.output import load_result
    from lensim.report.figures.catalogue import figures_of
    from lensim.report.shown import shown_of

    result = load_result(folder / "fit.nc")
    title, tables, remarks, _ = shown_of(result, Asked())
    out = io.StringIO()
    console = Console(file=out, markup=False, emoji=False, width=100)
    for table in tables:
        console.print(table.shown.to_string())
    if zlib.crc32(case.files["fit.nc"]) % 10 == 0:
        import matplotlib.pyplot as plt

        for figure in figures_of(result, 0.9, None):
            drawn = figure.draw()
            drawn.canvas.draw()
            plt.close(drawn)
    return title, remarks


def _folder(folder: Path, case: Case) -> Any:
    from lensim.report.folder import folder_section
    from lensim.report.html import render
    from lensim.report.page import Page

    return render(Page("Results", (), (), (folder_section(folder / "run"),), "end"))


def _replaced(folder: Path, case: Case) -> Any:
    """Whether lensim would replace a folder, which must be its own."""
    from lensim.ownership import require_replaceable

    require_replaceable(folder / "run", force=True)


def _store(folder: Path, case: Case) -> Any:
    """A sweep run on in a folder that holds another's, or damaged, parts."""
    from lensim.power.run import run_power
    from lensim.power.scenario import scenario_of

    return run_power(scenario_of(_asked()), folder / "run").text


def _asked() -> dict[str, Any]:
    import tomllib

    return tomllib.loads(results.SCENARIO.decode())


DOORS: Final = (
    Door("result", results.result_cases, _result),
    Door("result_compared", results.compared_cases, _compared),
    Door("result_printed", results.result_cases, _printed),
    Door("results_folder", lambda: results.folder_cases() | results.store_cases(), _folder),
    Door("folder_replaced", lambda: results.folder_cases() | results.store_cases(), _replaced, may_write=True),
    Door("store", results.store_cases, _store, may_write=True),
)

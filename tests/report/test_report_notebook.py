"""A notebook in a kernel of its own: each figure is shown once, and the backend stays the user's."""

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from lensim.output import save_result
from tests.report.made_up_fits import made_up_fit

BACKEND = "import matplotlib\nprint(matplotlib.get_backend())"
OWN_AXES = """
import matplotlib.pyplot as plt
from lensim.report.figures.cell_cycle import effects_for_figure, plot_effects
own, (left, right) = plt.subplots(1, 2)
left.plot([0, 1])
plot_effects({"fit": effects_for_figure(fit.tree)}, ax=right);
"""
CELLS = {
    "backend before": BACKEND,
    "import": "import lensim",
    "backend after import": BACKEND,
    "load": "fit = lensim.load('fit.nc')",
    "fit": "fit",
    "summary": "fit.summary()",
    "shown as the value": "fit.plot('phases')",
    "assigned": "figure = fit.plot('phases')",
    "two drawn, the last shown": "fit.plot('phases')\nfit.plot('effects')",
    "own axes": OWN_AXES,
    "open": "plt.get_fignums()",
    "backend after": BACKEND,
}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory) -> dict[str, list[nbformat.NotebookNode]]:
    """Outputs of each cell, as run by this interpreter."""
    folder = tmp_path_factory.mktemp("notebook")
    save_result(made_up_fit("cell_cycle"), folder / "fit.nc")
    cells = [new_code_cell(source) for source in CELLS.values()]
    with pytest.MonkeyPatch.context() as patch:
        _own_kernel(folder / "kernels", patch)
        NotebookClient(
            new_notebook(cells=cells), kernel_name="own", timeout=180, resources={"metadata": {"path": str(folder)}}
        ).execute()
    return {name: cell["outputs"] for name, cell in zip(CELLS, cells, strict=True)}


def _own_kernel(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """A kernel of this interpreter, which need not be among the user's; its files stay in the folder."""
    spec = folder / "kernels" / "own"
    spec.mkdir(parents=True)
    start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": start, "display_name": "own", "language": "python"}))
    patch.setenv("JUPYTER_PATH", str(folder))
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        patch.setenv(name, str(folder / name.lower()))
    patch.delenv("MPLBACKEND", raising=False)


def pictures(outputs: list[nbformat.NotebookNode]) -> int:
    return sum("image/png" in output.get("data", {}) for output in outputs)


def printed(outputs: list[nbformat.NotebookNode]) -> str:
    return "".join(output.get("text", "") for output in outputs).strip()


def test_a_fit_is_shown_as_its_verdict_and_main_table(notebook):
    page = notebook["fit"][0]["data"]["text/html"]
    assert "converged" in page
    assert "Effect of treatment on each phase" in page
    assert "LP1-LR" in page
    assert "text/html" in notebook["summary"][0]["data"]


def test_a_figure_is_shown_once_where_it_is_the_value_of_a_cell(notebook):
    assert pictures(notebook["shown as the value"]) == 1
    assert pictures(notebook["two drawn, the last shown"]) == 1


def test_a_figure_that_is_assigned_is_not_shown(notebook):
    assert notebook["assigned"] == []


def test_a_figure_in_axes_of_a_user_is_shown_once_with_the_rest(notebook):
    assert pictures(notebook["own axes"]) == 1


def test_nothing_is_left_open(notebook):
    assert notebook["open"][0]["data"]["text/plain"] == "[]"


def test_the_backend_stays_the_notebooks(notebook):
    before = printed(notebook["backend before"])
    assert "inline" in before
    assert printed(notebook["backend after import"]) == before
    assert printed(notebook["backend after"]) == before

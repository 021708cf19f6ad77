"""What all figures share: no backend is chosen, nothing is left in pyplot, and names are drawn as they are."""

import ast
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib
import pytest
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from lensim.report.figures.style import figure_of, legend_above, literal, new_figure, save_figure

ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG"


def test_axes_are_an_array_of_rows_and_columns_however_few():
    figure, axes = new_figure(figsize=(3, 2))
    assert axes.shape == (1, 1)
    assert axes[0, 0].figure is figure
    _, axes = new_figure(2, 3, figsize=(3, 2), sharey=True, width_ratios=[1, 2, 1])
    assert axes.shape == (2, 3)


def test_the_users_settings_hold():
    with matplotlib.rc_context({"figure.facecolor": "#ABCDEF", "axes.grid": True}):
        figure, _ = new_figure(figsize=(3, 2))
    assert matplotlib.colors.to_hex(figure.get_facecolor()) == "#abcdef"


def test_a_notebook_gets_a_picture_from_the_figure_itself():
    figure, _ = new_figure(figsize=(3, 2))
    assert figure._repr_png_().startswith(PNG)


def test_axes_of_a_user_are_drawn_into_and_their_figure_comes_back():
    figure = Figure()
    ax = figure.subfigures(1, 2)[1].subplots()
    assert figure_of(ax, figsize=(3, 2)) == (figure, ax)
    made, own = figure_of(None, figsize=(3, 2))
    assert (made.get_figwidth(), own.figure) == (3, made)


def test_axes_without_a_figure_are_refused():
    ax = Figure().subplots()
    ax.remove()
    with pytest.raises(ValueError, match="ax must be axes of a figure, got axes that were removed from theirs"):
        figure_of(ax, figsize=(3, 2))


def test_a_legend_stands_on_the_figure_or_on_the_users_axes():
    def handles() -> list[Artist]:
        return [Line2D([], [], label=literal("_hidden")), Line2D([], [], label=literal("a$b$"))]

    figure, axes = new_figure(figsize=(3, 2))
    legend_above(figure, None, handles(), 2)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["_hidden", r"a\$b\$"]
    legend_above(figure, axes[0, 0], handles(), 2)
    assert len(axes[0, 0].get_legend().get_texts()) == 2


@pytest.mark.parametrize(
    "name", ["$x_1$", "a$b", "a$b and c$d", r"\frac", r"a\$b", r"$\frac{1}{2}$", "$", "_x", "100 %"]
)
def test_a_name_is_drawn_letter_by_letter(name):
    drawn, is_formula = Text(text=literal(name))._preprocess_math(literal(name))
    assert (drawn, bool(is_formula)) == (name, False)


@pytest.mark.parametrize("format", ["png", "pdf", "svg"])
def test_a_figure_is_written_in_every_format(format):
    figure, _ = new_figure(figsize=(3, 2))
    buffer = io.BytesIO()
    figure.savefig(buffer, format=format)
    assert buffer.tell() > 1000


def test_a_figure_is_written_at_print_resolution(tmp_path):
    from PIL import Image

    figure, _ = new_figure(figsize=(3, 2))
    save_figure(figure, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (480, 320)


def test_figures_are_drawn_in_threads(tmp_path):
    def draw(number: int) -> bytes:
        figure, axes = new_figure(figsize=(3, 2))
        axes[0, 0].plot([0, number])
        save_figure(figure, tmp_path / f"{number}.png")
        return (tmp_path / f"{number}.png").read_bytes()

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(draw, range(8)))
    assert together == [draw(number) for number in range(8)]


def _chooses_a_backend(source: str) -> bool:
    """Whether a module imports pyplot, or calls use or switch_backend."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import) and any("pyplot" in alias.name for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (
            "pyplot" in (node.module or "") or any(alias.name == "pyplot" for alias in node.names)
        ):
            return True
        if isinstance(node, ast.Attribute) and (ast.unparse(node) == "matplotlib.use" or node.attr == "switch_backend"):
            return True
    return False


@pytest.mark.parametrize("tree", ["lensim", "models", "experiments"])
def test_no_module_asks_pyplot_or_chooses_a_backend(tree):
    found = [str(path) for path in (ROOT / tree).rglob("*.py") if _chooses_a_backend(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["import matplotlib.pyplot as plt", "from matplotlib import pyplot", "import matplotlib\nmatplotlib.use('Agg')",
     "def f():\n    from matplotlib.pyplot import subplots"],
)  # fmt: skip
def test_every_form_of_it_is_seen(source):
    assert _chooses_a_backend(source)


SCRIPT = """
import sys
import matplotlib
import matplotlib.pyplot as plt  # itself falls back where a window is asked for and there is no display
before = dict.__getitem__(matplotlib.rcParams, "backend")
from lensim.report.figures import associations, bioassay, cell_cycle, claims, dose_response, expression
from lensim.report.figures import plan, power, selection, summaries
from lensim.report.figures.style import new_figure, save_figure
figure, axes = new_figure(figsize=(3, 2))
axes[0, 0].plot([0, 1])
save_figure(figure, sys.argv[1])
assert dict.__getitem__(matplotlib.rcParams, "backend") == before, "another backend was chosen"
assert plt.get_fignums() == []
"""


@pytest.mark.parametrize("backend", [None, "TkAgg", "pdf"])
def test_a_script_without_a_display_draws_whatever_the_backend(tmp_path, backend):
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "MPLBACKEND")}
    environment |= {} if backend is None else {"MPLBACKEND": backend}
    path = tmp_path / "a.png"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert path.read_bytes().startswith(PNG)

"""The figures of a result by its assay: which there are, that they draw late, and that names are drawn as they are."""

import io
from importlib.metadata import EntryPoint, EntryPoints
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.text import Text

from lensim import vocabulary as v
from lensim.checks import InputError
from lensim.inference.observations import observations_of
from lensim.report.figures import catalogue
from lensim.report.figures.catalogue import ResultFigure, figures_of
from lensim.report.figures.style import new_figure
from tests.report.made_up_fits import ASSAYS, made_up_fit, renamed

FIGURES = {
    "dose_response": ["curves", "ic50_forest", "posterior_predictive"],
    "expression": ["levels", "before_after", "forest", "standard_curves"],
    "bioassay": ["calibration", "tnf"],
    "cell_cycle": ["phases", "effects"],
}
ODD_NAMES = ["$x_1$", "a$b", "c$d", r"\frac", "_hidden", r"$\alpha$"]


@pytest.fixture(scope="module", params=ASSAYS)
def fit(request):
    return made_up_fit(request.param)


def test_every_assay_has_its_figures(fit):
    found = figures_of(fit)
    assert [one.name for one in found] == FIGURES[fit.attrs["assay"]]
    assert all(one.caption.endswith(".") and one.alt for one in found)


def _with_odd_names(fit: xr.DataTree) -> tuple[xr.DataTree, set[str]]:
    """The fit with an odd name for each of its first lines, conditions, genes and plates."""
    names: dict[str, str] = {}
    data = observations_of(fit)
    for number, dim in enumerate((v.CELL_LINE, v.CONDITION, v.GENE, v.SUBJECT, v.CELL_TYPE, v.MOLECULAR_GROUP)):
        if dim in data.coords:
            for place, name in enumerate(data[dim].to_numpy()[: len(ODD_NAMES)]):
                names[str(name)] = f"{ODD_NAMES[(place + number) % len(ODD_NAMES)]}{dim[0]}{place}"
    return renamed(fit, names), set(names.values())


def _drawn_text(found: tuple[ResultFigure, ...]) -> str:
    """All text of figures as an SVG reader shows it."""
    said = []
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        for one in found:
            buffer = io.BytesIO()
            one.draw().savefig(buffer, format="svg")
            tree = ElementTree.fromstring(buffer.getvalue())
            said += ["".join(node.itertext()) for node in tree.iter("{http://www.w3.org/2000/svg}text")]
    return "\n".join(said)


def test_names_of_a_user_are_drawn_letter_by_letter(fit):
    odd, names = _with_odd_names(fit)
    said = _drawn_text(figures_of(odd))
    assert {name for name in names if name not in said} == set()


LONG_NAMES = {
    "lenalidomide": "lenalidomide 10 uM, 48 h", "untreated": "DMSO 0.1% vehicle", "control": "DMSO 0.1% vehicle",
    "myeloma line": "human multiple myeloma cell lines", "LP-1": "LP-1 (DSMZ ACC 41, passage 12)",
    "KMS12-PE": "KMS12-PE (DSMZ ACC 606, passage 8)", "TNF": "TNF (Hs00174128_m1)",
    "MMSET": "t(4;14) MMSET/FGFR3 translocated", "nonrecurrent": "no recurrent translocation known",
}  # fmt: skip


def _cut_off(figure: Figure) -> list[str]:
    """Names and sentences that reach over the edge of their figure, by more than a pixel."""
    figure.canvas.draw()
    words = [text for text in figure.findobj(Text) if text.get_visible() and len(text.get_text()) > len("10000.5")]
    boxes = [(text.get_text(), text.get_window_extent()) for text in words]
    edge = figure.bbox.padded(1)
    return [said for said, box in boxes if not (edge.contains(box.x0, box.y0) and edge.contains(box.x1, box.y1))]


def test_long_names_of_a_user_are_not_cut_off(fit):
    long = renamed(fit, LONG_NAMES)
    assert {one.name: cut for one in figures_of(long) if (cut := _cut_off(one.draw()))} == {}


def test_nothing_is_drawn_before_it_is_asked_for(fit, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("drawn")

    for module in (fit.attrs["assay"], "panels"):
        monkeypatch.setattr(f"lensim.report.figures.{module}.new_figure", refuse)
    first = figures_of(fit)[0]
    with pytest.raises(AssertionError, match="drawn"):
        first.draw()


def test_figures_are_those_that_the_data_allow():
    whole = made_up_fit("expression")
    posterior, data = whole["posterior"].to_dataset(), observations_of(whole)
    plain = xr.DataTree.from_dict(
        {"posterior": posterior.drop_vars("mu_log2_fold_change"), "observations": data.isel(standard=slice(0))}
    )
    plain.attrs["assay"] = "expression"
    assert [one.name for one in figures_of(plain)] == ["levels", "before_after"]
    no_ratio = data.assign({v.CT: data[v.CT] * np.nan}).isel(standard=slice(0))
    plain["observations"] = xr.DataTree(no_ratio)
    assert [one.name for one in figures_of(plain)] == ["levels"]


def test_a_cell_cycle_without_treatment_has_no_effects():
    whole = made_up_fit("cell_cycle")
    data = observations_of(whole)
    untreated = data.assign({v.CONDITION_OF_CULTURE: 0 * data[v.CONDITION_OF_CULTURE]})
    whole["observations"] = xr.DataTree(untreated)
    assert [one.name for one in figures_of(whole)] == ["phases"]


def test_a_dose_response_without_replicated_wells_has_no_check_of_them():
    whole = made_up_fit("dose_response")
    del whole["posterior_predictive"]
    assert [one.name for one in figures_of(whole)] == ["curves", "ic50_forest"]


def test_a_threshold_is_a_line_in_the_forest():
    result = made_up_fit("dose_response")
    forest = figures_of(result, threshold_um=3.0)[1].draw().axes[0]
    assert "dotted: resistant above 3 µM" in forest.get_xlabel()
    assert "dotted" not in figures_of(result)[1].draw().axes[0].get_xlabel()


# --- other packages ---


def _offered(monkeypatch: pytest.MonkeyPatch, *entries: str) -> xr.DataTree:
    found = EntryPoints([EntryPoint("toy", value, catalogue.GROUP) for value in entries])
    monkeypatch.setattr(catalogue, "entry_points", lambda group, name: found.select(group=group, name=name))
    return xr.DataTree(xr.Dataset(attrs={"assay": "toy"}))


def of_toy(result: xr.DataTree, ci_prob: float, threshold_um: float | None) -> tuple[ResultFigure, ...]:
    return (ResultFigure("toy", f"A toy at {ci_prob:g}.", "A toy", lambda: new_figure(figsize=(2, 2))[0]),)


def test_an_assay_without_figures_has_none(monkeypatch):
    assert figures_of(xr.DataTree()) == ()
    assert figures_of(_offered(monkeypatch)) == ()


def test_another_package_offers_figures_of_its_assay(monkeypatch):
    (toy,) = figures_of(_offered(monkeypatch, f"{__name__}:of_toy"), 0.5)
    assert (toy.name, toy.caption) == ("toy", "A toy at 0.5.")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (("nowhere.all:f",), r"figures of toy must come from a function that can be imported, got nowhere\.all:f"),
        ((f"{__name__}:nothing",), r"figures of toy must come from a function that can be imported, got .*:nothing \("),
        ((f"{__name__}:of_toy",) * 2, "figures of toy must each have a name of their own, got toy twice"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_offered_figures_is_told(monkeypatch, entries, message):
    with pytest.raises(InputError, match=message):
        figures_of(_offered(monkeypatch, *entries))


def test_the_probability_must_be_one():
    with pytest.raises(InputError, match=r"ci_prob must lie between 0\.01 and 0\.999, got 1\.5"):
        figures_of(xr.DataTree(), 1.5)


def test_replicates_under_other_names_have_no_figure():
    fit = made_up_fit("dose_response")
    replicates = fit["posterior_predictive"].to_dataset()
    fit["posterior_predictive"] = xr.DataTree(replicates.rename({name: f"my_{name}" for name in replicates}))
    assert [one.name for one in figures_of(fit)] == ["curves", "ic50_forest"]

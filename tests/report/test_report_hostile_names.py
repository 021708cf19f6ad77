"""Names that a terminal, a page, TeX or a formula would read: every figure draws, and no page has more tags."""

import warnings
from collections.abc import Iterator
from html.parser import HTMLParser

import matplotlib
import pytest
import xarray as xr

from lensim.inference.observations import observations_of
from lensim.plain_text import visible
from lensim.report import html
from lensim.report.figures import bioassay, cell_cycle, dose_response, expression, style
from lensim.report.figures.catalogue import figures_of
from lensim.report.fits import fit_section
from lensim.report.page import Page
from tests.report.made_up_fits import ASSAYS, made_up_fit, renamed

HOSTILE = (
    "$x_1$", "a$b", r"$\frac{1}{2", r"\input{x}", "_x^2", "100 % {0}", "[/x]", ":smile:", "<b>b</b>", "a\nb", "\x1b[2J",
    "\u202egnp", "K\u200b", "骨髄腫", "😀", "x" * 10_000, '" onload="alert(1)', "{{ 7*7 }}", "<script>", "</style>",
    "&amp;", "e" + 300 * "\u0301", "\0", "-->", "nan", "1e5", "chain", "well", "a/b", "..", "#",
)  # fmt: skip


def names_of(fit: xr.DataTree) -> Iterator[str]:
    """The user's names in the data of a fit."""
    for values in observations_of(fit).coords.values():
        if values.dtype.kind in "UO":
            yield from map(str, values.to_numpy())


def with_names(fit: xr.DataTree, start: int) -> xr.DataTree:
    """The fit with a hostile name for each of its names, from that at `start` on."""
    names = dict.fromkeys(names_of(fit))
    kinds = len(HOSTILE)
    return renamed(
        fit,
        {name: HOSTILE[(start + place) % kinds] + str(place // kinds or "") for place, name in enumerate(names)},
    )


@pytest.mark.parametrize("start", [0, 8, 16, 24])
@pytest.mark.parametrize("assay", ASSAYS)
def test_every_figure_is_drawn_whatever_the_names(assay, start):
    fit = with_names(made_up_fit(assay), start)
    with matplotlib.rc_context({"text.usetex": True}), warnings.catch_warnings():
        warnings.simplefilter("error")  # such as of a letter that no font has
        for one in figures_of(fit):
            figure = one.draw()
            figure.canvas.draw()
            assert max(figure.get_size_inches()) < 100


class Tags(HTMLParser):
    """The elements of a page with the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, tuple[str, ...]]] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def tags_of(fit: xr.DataTree, title: str) -> Tags:
    section = fit_section(fit, title, "fit", figures=False)
    found = Tags()
    found.feed(html.render(Page(title, (title,), (), (section,), title)))
    return found


@pytest.mark.parametrize("assay", ASSAYS)
def test_a_page_of_hostile_names_has_no_element_or_attribute_of_its_own(assay):
    plain = tags_of(made_up_fit(assay), "fit")
    for start in (0, 16):
        hostile = tags_of(with_names(made_up_fit(assay), start), HOSTILE[start])
        assert hostile.found - plain.found == set()
        said = "".join(hostile.text)
        assert visible(said, keep="\n\t") == said


def pictures_of(assay: str) -> dict[str, bytes]:
    return {one.name: one.draw()._repr_png_() for one in figures_of(made_up_fit(assay))}  # type: ignore[attr-defined]


@pytest.mark.parametrize("assay", ASSAYS)
def test_figures_of_ordinary_names_are_those_of_names_that_nothing_was_done_to(assay, monkeypatch):
    drawn = pictures_of(assay)
    for module in (bioassay, cell_cycle, dose_response, expression):
        for way in ("literal", "literal_name", "short_name"):
            if hasattr(module, way):
                monkeypatch.setattr(module, way, lambda text, most=0: str(text))
    monkeypatch.setattr(style.ShownFigure, "_settle_texts", lambda figure: None)
    assert pictures_of(assay) == drawn

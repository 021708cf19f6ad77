"""A page as HTML: nothing of a user gets out as code, nothing is loaded, and parts are where readers expect them."""

import base64
import io
import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from lensim.checks import InputError
from lensim.report import pictures
from lensim.report.compact import compacted
from lensim.report.figures.style import new_figure
from lensim.report.html import FINDINGS_SHOWN, LARGEST_PAGE, MOST_ROWS, grid, render
from lensim.report.numbers import MINUS, NONE, TIMES, heading_of, number_text, whole_text
from lensim.report.page import Estimate, Mark, Page, PageTable, Picture, Remarked, Section, Span, Tile, key_of
from lensim.report.pictures import picture_of

NASTY = "<script>alert(1)</script> & \"K-562\" 'é' {{ 7 * 7 }}"
VOID = {"meta", "link", "img", "br", "hr", "line", "rect", "circle", "path"}


class Parsed(HTMLParser):
    """Tags in their order with their attributes; and whether each is closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def noise(pixels: int) -> bytes:
    """A picture that no PNG makes small."""
    buffer = io.BytesIO()
    values = np.random.default_rng(1).integers(0, 255, (pixels, pixels, 3), dtype=np.uint8)
    Image.fromarray(values).save(buffer, "png")
    return buffer.getvalue()


def drawn(name: str = "line") -> Picture:
    figure, axes = new_figure(figsize=(4, 3))
    axes[0, 0].plot([0, 1], [0, 1])
    return picture_of(figure, name, f"Caption of {NASTY}.", f"A line, {NASTY}")


def page(*sections: Section, title: str = "Results") -> Page:
    return Page(title, ("Words.",), (Tile("1 of 2", "fits passed", "no"),), sections, "Made by hand.")


def whole() -> Page:
    frame = pd.DataFrame(
        {
            "cell_line": [NASTY, "b"],
            "ic50_um": [0.5, np.nan],
            "reads": [Estimate(3.0, 2.0, 4.0), Estimate(1.0, error=0.25)],
            "inside": [Mark("yes", "inside"), Mark("no", "outside")],
            "among": [Span(1, 2, 3, 2.5), Span(1, 2, 3, 90)],
            "claim": [Remarked(NASTY, NASTY), None],
        }
    )
    inner = Section("inner", NASTY, state="no", verdict=NASTY, tables=(PageTable(frame, NASTY, source=NASTY),))
    outer = Section(
        "outer",
        "Outer",
        lead=(NASTY,),
        findings=(NASTY,),
        facts=(("Seed", NASTY),),
        text=(NASTY, NASTY),
        pictures=(drawn(),),
        sections=(inner, Section("gone", "Gone", missing=NASTY)),
    )
    return page(outer, title=NASTY)


def test_names_of_a_user_stay_text():
    text = render(whole())
    assert "<script" not in text
    assert "{{ 7 * 7 }}" in text  # neither run nor lost
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;K-562&#34; &#39;é&#39;") >= 12


def test_nothing_is_loaded_and_nothing_may_be():
    text = render(whole())
    assert not re.search(r"(src|href|url\(|@import)\W{0,3}(https?:|//)", text)
    parsed = Parsed(text)
    assert all(attrs["src"].startswith("data:image/png;base64,") for attrs in parsed.of("img"))
    assert all(attrs["href"].startswith(("#", "data:")) for tag in ("a", "link") for attrs in parsed.of(tag))
    policy = next(attrs["content"] for attrs in parsed.of("meta") if "Security" in attrs.get("http-equiv", ""))
    assert "default-src 'none'" in policy
    assert "script" not in {tag for tag, _ in parsed.tags}


def test_structure_is_that_of_a_document():
    parsed = Parsed(render(whole()))
    assert parsed.open == []
    names = [tag for tag, _ in parsed.tags]
    assert [names.count(tag) for tag in ("html", "header", "nav", "main", "footer", "h1")] == [1] * 6
    assert parsed.of("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag in names if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(deeper <= level + 1 for level, deeper in itertools.pairwise(levels))
    ids = [attrs["id"] for _, attrs in parsed.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in parsed.of("a")} <= set(ids)
    assert parsed.of("a")[0] == {"class": "skip", "href": "#content"}


def test_pictures_and_tables_speak():
    parsed = Parsed(render(whole()))
    assert [attrs["alt"] for attrs in parsed.of("img")] == [f"A line, {NASTY}"]
    assert all(attrs["aria-label"] for attrs in parsed.of("svg"))
    regions = [attrs for attrs in parsed.of("div") if attrs.get("role") == "region"]
    assert all(attrs["tabindex"] == "0" and attrs["aria-label"] for attrs in regions)
    assert len(regions) == len(parsed.of("table")) == len(parsed.of("caption")) == 1
    assert {attrs["scope"] for attrs in parsed.of("th")} == {"col", "row"}
    with pytest.raises(InputError, match=r"^Picture.alt of forest must say what the figure shows, got nothing$"):
        Picture("forest", b"", "caption", " ")


def test_a_verdict_is_a_word_and_a_sign():
    text = " ".join(render(whole()).split())
    assert '<span aria-hidden="true">✗</span> Not passed</span>' in text
    assert '<span aria-hidden="true">✓</span> inside</span>' in text
    assert "90 lies outside 1 to 3" in text
    assert "2.50 lies within 1 to 3" in text


def test_a_long_table_is_folded_and_cut_with_a_word():
    frame = pd.DataFrame({"n": range(MOST_ROWS + 5)})
    text = render(page(Section("a", "A", tables=(PageTable(frame, "Many", source="power/summary.csv"),))))
    assert f"The first {MOST_ROWS} of {MOST_ROWS + 5} rows; all of them are in power/summary.csv." in text
    assert "<details" in text
    short = render(page(Section("a", "A", tables=(PageTable(frame.head(3), "Few"),))))
    assert 'class="long-table"' not in short


def test_many_findings_are_folded_and_none_is_lost():
    said = tuple(f"finding {number}." for number in range(FINDINGS_SHOWN + 2))
    text = render(page(Section("a", "A", findings=said)))
    assert "<summary>2 more findings</summary>" in text
    assert all(f"<li>{sentence}</li>" in text for sentence in said)
    assert "more findings" not in render(page(Section("a", "A", findings=said[:FINDINGS_SHOWN])))


def test_pictures_are_made_to_fit_and_a_page_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(pictures, "WIDTHS", (140, 70))
    monkeypatch.setattr(pictures, "LARGEST_PICTURE", 15_000)
    noisy = Picture("noise", noise(160), "Noise.", "Noise without a meaning")
    shown = page(Section("a", "A", pictures=(noisy,)))
    address = Parsed(render(shown)).of("img")[0]["src"].partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(address))) as image:
        assert image.width == 70
    monkeypatch.setattr(pictures, "LARGEST_PICTURE", 1000)
    with pytest.raises(
        InputError, match=r"^figures of a page must take at most 4.0 MB together .* of which noise takes"
    ):
        render(shown)
    table = PageTable(pd.DataFrame({f"column {k}": ["x" * 200] * 200 for k in range(150)}), "Wide")
    with pytest.raises(
        InputError, match=r"^a page must take at most 5.0 MB, got \d.\d MB: leave out results or tables$"
    ):
        render(page(Section("a", "A", tables=(table,))))


def test_a_transparent_picture_gets_paper_and_a_wide_one_fewer_pixels():
    buffer = io.BytesIO()
    Image.new("RGBA", (3000, 60), (0, 0, 0, 0)).save(buffer, "png")
    text = render(page(Section("a", "A", pictures=(Picture("wide", buffer.getvalue(), "Wide.", "Wide"),))))
    address = Parsed(text).of("img")[0]["src"].partition(",")[2]
    with Image.open(io.BytesIO(base64.b64decode(address))) as image:
        assert image.width == 1400
        assert image.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


def test_what_is_no_picture_is_told():
    with pytest.raises(InputError, match=r"^forest must be a PNG or SVG figure, got something else"):
        render(page(Section("a", "A", pictures=(Picture("forest", b"no picture", "c", "a"),))))


def test_an_svg_is_carried_as_it_is():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'
    text = render(page(Section("a", "A", pictures=(Picture("p", svg, "c", "a"),))))
    assert f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}" in text


def test_two_sections_of_one_address_are_refused():
    with pytest.raises(InputError, match="keys of the sections of a page must not name anything twice, got a"):
        page(Section("a", "A"), Section("b", "B", sections=(Section("a", "C"),)))
    assert key_of("Fit of Café_1.nc") == "fit-of-caf-1-nc"
    assert key_of("…") == "part"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (-0.0, "0"), (1.5, "1.50"), (-0.0123, f"{MINUS}0.0123"), (123.4, "123"), 
        (99.96, "100"), (0.9999, "1.00"), (7.0, "7"),
        (12345.6, "12\u202f346"), (2.5e-7, f"2.5 {TIMES} 10⁻⁷"), (-3e9, f"{MINUS}3 {TIMES} 10⁹"), (float("nan"), NONE),
        (float("-inf"), f"{MINUS}∞"),
    ],
)  # fmt: skip
def test_numbers_are_those_of_no_language(value, text):
    assert number_text(value) == text


def test_whole_numbers_keep_their_digits():
    assert whole_text(1167215013) == "1\u202f167\u202f215\u202f013"
    table = PageTable(pd.DataFrame({"seed": [20131234, -5], "gaps": [3.0, np.nan], "far": [np.inf, 2.0]}), "Seeds")
    cells = [[cell.text for cell in row] for row in grid(table).rows]
    assert cells == [["20\u202f131\u202f234", "3", "∞"], [f"{MINUS}5", NONE, "2"]]


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("ic50_um_lower", "IC50 lower [µM]"), ("p_resistant", "P(resistant)"), ("r_hat", "R-hat"),
        ("new_percent_points", "new [percentage points]"), 
        ("percent", "percent"),
        ("tnf_pg_per_ml", "TNF [pg/ml]"), ("n", "n"), ("cell_line", "cell line"), ("lowest_p", "lowest P"),
    ],
)  # fmt: skip
def test_headings_have_words_and_units(name, heading):
    assert heading_of(name) == heading


def test_a_number_takes_its_interval_or_error_along():
    frame = pd.DataFrame(
        {
            "share": [0.5], "mcse": [0.01], "width": [2.0], "width_mcse": [0.1], "fold": [3.0], "fold_lower": [2.0],
            "fold_upper": [4.0], "median": [1.0], "lower": [0.5], "upper": [1.5],
            "truth.x": [1], "note": [""], "is": [True],
        }
    )  # fmt: skip
    found = compacted(frame)
    assert list(found) == ["share", "width", "fold", "median", "is"]
    assert [(one.value, one.error) for one in found.loc[0, ["share", "width"]]] == [(0.5, 0.01), (2.0, 0.1)]
    assert [(one.low, one.high) for one in found.loc[0, ["fold", "median"]]] == [(2.0, 4.0), (0.5, 1.5)]


def test_a_column_of_words_is_no_end_of_an_interval():
    frame = pd.DataFrame(
        {"fold": [3.0], "fold_lower": ["2;;"], "fold_upper": [4.0], "width": [2.0], "width_mcse": ["x"]}
    )
    assert list(compacted(frame)) == list(frame)


def test_a_page_is_far_below_its_largest_size():
    assert len(render(whole()).encode()) < LARGEST_PAGE / 20

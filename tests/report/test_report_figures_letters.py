"""Which letters the fonts of a figure have."""

import matplotlib
import pytest

from lensim.report.figures import letters
from lensim.report.figures.letters import drawable, give_fonts
from lensim.report.figures.style import literal, new_figure, short_name


@pytest.fixture
def no_other_fonts(monkeypatch):
    monkeypatch.setattr(letters, "OTHER_FAMILIES", ())


@pytest.mark.usefixtures("no_other_fonts")
@pytest.mark.parametrize(
    ("name", "drawn"),
    [("K-562", "K-562"), ("10 µM Å β", "10 µM Å β"), ("腫", r"\u816b"), ("\U000e5555", r"\U000e5555")],
)
def test_a_letter_that_no_font_has_is_an_escape(name, drawn):
    assert drawable(name) == drawn


def test_a_font_that_is_not_there_is_left_out(monkeypatch):
    with matplotlib.rc_context({"font.family": ["No Such Font"]}):
        assert drawable("µ") == "µ"


def test_a_text_in_another_script_gets_the_fonts_that_are_there(monkeypatch):
    monkeypatch.setattr(letters, "OTHER_FAMILIES", ("DejaVu Serif", "No Such Font"))
    figure, axes = new_figure(figsize=(3, 2))
    plain, other = axes[0, 0].text(0, 0, "a"), axes[0, 0].text(0, 0, "µ")
    give_fonts(figure)
    give_fonts(figure)
    assert "DejaVu Serif" not in plain.get_fontfamily()
    assert other.get_fontfamily()[-1:] == ["DejaVu Serif"]
    assert other.get_fontfamily().count("DejaVu Serif") == 1


@pytest.mark.usefixtures("no_other_fonts")
def test_escapes_make_no_name_longer_than_its_room():
    assert short_name("\x1b" * 30) == r"\x1b" * 5 + "…" + r"x1b" + r"\x1b" * 4
    assert len(short_name("腫" * 30)) == 40
    assert len(literal("腫" * 200)) == 300
    assert literal("a\n$b$") == "a\n\\$b\\$"

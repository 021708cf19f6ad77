"""Which grids are raw reads, and which are computed from them."""

import pytest

from lensim.tables.grid import Grid
from lensim.tables.instruments.raw_reads import only_raw, with_kinds


def grid(label="", title="", number=1):
    return Grid({(0, 0): (str(number), 1)}, 1, 1, title, label, heading=title)


@pytest.mark.parametrize(
    ("label", "title", "kind"),
    [
        ("450", "Results", "raw"),
        ("OD:450", "Results", "raw"),
        ("485/20,528/20", "", "raw"),
        ("Blank 450", "Results", "computed"),
        ("Blank OD:450", "Results", "computed"),
        ("[Concentration]", "Results", "computed"),
        ("", "Raw Data (485/520)", "raw"),
        ("", "Average based on Raw Data (485/520)", "computed"),
        ("", "Absorbance at 450 nm, plate of 3 March", "raw"),
        ("", "Donn\xe9es brutes (450)", "raw"),
        ("", "Moyenne", "computed"),
        ("", "Corregido (450 nm)", "computed"),
        ("", "Test name: normalised luminescence", "raw"),
        ("", "Fluorescence polarization", "unknown"),
        ("", "Blank plate luminescence", "unknown"),
        ("", "K562", "unknown"),
        ("Image Analysis, Mean fluorescence", "", "unknown"),
        ("0:00:00", "Mean V [450]", "unknown"),
        ("450 nm", "Blank corrected", "computed"),
    ],
)
def test_kinds(label, title, kind):
    assert [one.kind for one in with_kinds([grid(label, title)])] == [kind]


def test_the_only_raw_read():
    raw, blank, mean = with_kinds([grid("450"), grid("Blank 450", number=2), grid("Mean 450", number=3)])
    assert only_raw([blank, raw, mean]) is raw
    assert only_raw([blank, mean]) is None
    assert only_raw([raw, *with_kinds([grid("620", number=4)])]) is None
    assert only_raw([raw, *with_kinds([grid("Mean 620", number=4)])]) is None
    assert only_raw([raw, *with_kinds([grid("450")]), blank]) is raw


@pytest.mark.parametrize(
    ("raw", "computed", "is_taken"),
    [
        ("Raw signal plate 1", "Average signal plate 1", True),
        ("Raw signal plate 1", "Average signal plate 2", False),
        ("4. Raw Data (480-14/520-30)", "5. Blank corrected based on Raw Data (480-14/520-30)", True),
        ("Raw signal plate A", "Average signal plate B", False),
        ("Absorbance 570 nm", "Fold dilution 2", False),
        ("Results for Lum - channel 0", "Calc 1: Crosstalk", True),
    ],
)
def test_a_title_with_another_plate_is_asked_about(raw, computed, is_taken):
    read, other = with_kinds([grid(title=raw), grid(title=computed, number=2)])
    assert (read.kind, other.kind) == ("raw", "computed")
    assert (only_raw([read, other]) is read) == is_taken

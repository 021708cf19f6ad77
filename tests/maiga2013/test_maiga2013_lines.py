from collections import Counter

import pytest

from lensim.checks import InputError
from lensim.dose_response import DoseResponseDesign
from lensim.maiga2013 import (
    CELL_LINES,
    CULTURE,
    GROUP_OF_LINE,
    LINES,
    MOLECULAR_GROUPS,
    PUBLISHED_CALL,
    SELECTION,
    VARIANTS,
    cell_line,
    count_of,
    lines_of,
    number,
    resistant_variant,
)
from lensim.maiga2013.lines import _spelling


def test_panel_has_the_published_counts():
    assert len(CELL_LINES) == len(set(CELL_LINES)) == number("panel_lines") == 23
    assert Counter(PUBLISHED_CALL) == {"sensitive": 13, "resistant": 10}
    assert Counter(GROUP_OF_LINE) == {"MMSET": 5, "MAF/MAFB": 7, "CCND1": 7, "CCND3": 1, "nonrecurrent": 3}
    assert tuple(dict.fromkeys(GROUP_OF_LINE)) == MOLECULAR_GROUPS


@pytest.mark.parametrize(
    ("group", "word"),
    [
        ("MMSET", "mmset"),
        ("MAF/MAFB", "maf"),
        ("CCND1", "ccnd1"),
        ("CCND3", "ccnd3"),
        ("nonrecurrent", "nonrecurrent"),
    ],
)
def test_facts_counted_from_lists_of_names_agree_with_the_lists(group, word):
    resistant = count_of(f"resistant_{word}_lines")
    assert number(f"group_{word}_lines") == resistant.total == len(lines_of(group))
    assert resistant.count == len(lines_of(group, "resistant"))


def test_origins_and_interleukin_agree_with_their_facts():
    grown = [line for line in LINES if line.il6_ng_per_ml is not None]
    assert len(grown) == count_of("lines_grown_with_il6").count
    assert {line.il6_ng_per_ml for line in grown} == {CULTURE.il6_ng_per_ml}
    assert sum(line.origin is not None for line in LINES) == count_of("lines_with_stated_origin").count
    assert {line.name for line in LINES if line.origin is None} == {"JIN3", "KMS12-PE", "KMM-1", "SBN"}


def test_resistant_lines_are_the_ten_that_the_results_name():
    named = ["JIM-3", "XG-7", "XG-6", "RPMI-8226", "JIN3", "Karpas-620", "SKMM2", "KMS12-PE", "KMM1", "MDN"]
    assert {line.name for line in lines_of(published_call="resistant")} == {cell_line(name).name for name in named}


def test_aliases_are_unambiguous_between_lines_and_variants():
    # spellings that differ only in hyphens may stand twice under one line, never under two
    owner = {}
    for entry in (*LINES, *VARIANTS):
        for name in (entry.name, *entry.aliases):
            assert owner.setdefault(_spelling(name), entry.name) == entry.name


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("LP1", "LP-1"),
        ("XG3", "XG-3"),
        ("xg 5", "XG-5"),
        ("KMM1", "KMM-1"),
        ("MM1S", "MM.1S"),
        ("H929", "NCI-H929"),
        ("JIM3", "JIM-3"),
        ("JIN-3", "JIN3"),
        ("JJN3", "JIN3"),
        ("SK-MM-2", "SKMM2"),
        ("KMS-12-PE", "KMS12-PE"),
    ],
)
def test_line_is_found_in_every_spelling(spelling, name):
    assert cell_line(spelling).name == name


def test_every_canonical_name_and_alias_finds_its_own_line():
    for line in LINES:
        assert all(cell_line(name) is line for name in (line.name, *line.aliases))
    for variant in VARIANTS:
        assert all(resistant_variant(name) is variant for name in (variant.name, *variant.aliases))


def test_variants_agree_with_the_facts_and_have_a_parent_on_the_panel():
    assert resistant_variant("NCI-H929 10-4").name == "NCI-H929 R10-4"
    assert [variant.parent for variant in VARIANTS] == ["LP-1", "NCI-H929"]
    assert {variant.parent for variant in VARIANTS} <= set(CELL_LINES)
    made_here = resistant_variant(SELECTION.variant)
    assert made_here.parent == SELECTION.parent
    assert made_here.selection_dose_um == (SELECTION.dose_um.low, SELECTION.dose_um.high)
    assert made_here.selection_months_at_least == SELECTION.months.low
    assert made_here.maintenance_dose_um == SELECTION.maintenance_dose_um
    assert made_here.washout_days == SELECTION.washout_days
    assert {variant.washout_days_before_rna for variant in VARIANTS} == {SELECTION.washout_days_before_rna}


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"^cell line must be one of NCI-H929, OPM-2, .*, got 'HeLa'$"):
        cell_line("HeLa")
    with pytest.raises(InputError, match=r"^cell line must be one of the panel's 23, got the variant 'LP1-LR'$"):
        cell_line("lp1 lr")
    with pytest.raises(InputError, match=r"^resistant variant must be one of LP1-LR, NCI-H929 R10-4, got 'LP-1'$"):
        resistant_variant("LP-1")
    with pytest.raises(InputError, match=r"^molecular group must be one of MMSET, .*, got 'MYC'$"):
        lines_of("MYC")
    with pytest.raises(InputError, match=r"^published call must be one of sensitive, resistant, got 'unsure'$"):
        lines_of(published_call="unsure")


def test_panel_is_ready_for_the_simulator():
    assert DoseResponseDesign(CELL_LINES, GROUP_OF_LINE).cell_lines == CELL_LINES

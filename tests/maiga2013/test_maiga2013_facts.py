import ast
import math

import pytest
from scipy.stats import mannwhitneyu

from lensim.checks import InputError
from lensim.maiga2013 import (
    BIOASSAY,
    CELL_CYCLE,
    FACTS,
    PROLIFERATION,
    QPCR,
    CountOf,
    StatedRange,
    cell_line,
    count_of,
    fact,
    facts,
    number,
    recompute,
    resistant_variant,
    span,
    text,
)
from lensim.maiga2013.fact import FUNCTIONS, Fact, evaluate

DERIVED = [entry for entry in FACTS if entry.kind == "derived"]


def test_keys_are_unique_and_every_fact_has_a_place_and_a_unit():
    assert len({entry.key for entry in FACTS}) == len(FACTS)
    assert all(entry.where.strip() and entry.unit.strip() for entry in FACTS)
    assert all((entry.unit == "text") == isinstance(entry.value, str) for entry in FACTS)


def test_places_are_places_of_the_paper():
    starts = ("first page", "Abstract", "Methods", "Results", "Discussion", "Figure ")
    for entry in FACTS:
        assert all(place.startswith(starts) for place in entry.where.split("; ")), entry


@pytest.mark.parametrize("entry", DERIVED, ids=lambda entry: entry.key)
def test_derived_fact_follows_from_its_arithmetic(entry):
    assert recompute(entry.key) == pytest.approx(entry.value, rel=5e-6, abs=1e-12)


@pytest.mark.parametrize("entry", DERIVED, ids=lambda entry: entry.key)
def test_derived_fact_rests_on_stated_facts_alone(entry):
    names = {node.id for node in ast.walk(ast.parse(entry.basis)) if isinstance(node, ast.Name)} - set(FUNCTIONS)
    assert names
    assert {fact(name).kind for name in names} == {"stated"}


def test_stated_and_assumed_facts_carry_a_basis_only_where_they_must():
    assert all(not entry.basis for entry in FACTS if entry.kind == "stated")
    assert all(len(entry.basis.split()) > 3 for entry in FACTS if entry.kind == "assumed")


def test_published_numbers_stand_as_printed():
    assert span("sensitive_ic50_um") == StatedRange(0.15, 7.0)
    assert math.isinf(span("resistant_ic50_um").high)
    assert count_of("tnf_lines_increased") == CountOf(10, 12)
    assert [number(f"{gene}_{cells}_median_percent") for gene in ("tnf", "igf1") for cells in ("lines", "primary")] == [
        179,
        292,
        242,
        160,
    ]
    assert [number(f"{gene}_{cells}_p") for gene in ("tnf", "igf1") for cells in ("lines", "primary")] == [
        0.006,
        0.012,
        0.0024,
        0.0706,
    ]
    assert text("qpcr_assay_tnf") == "Hs00174128_m1"


def test_mann_whitney_p_of_igf1_is_that_of_four_against_twelve_with_one_inversion():
    # the lowest of the four lies below the highest of the twelve, and nothing else is out of order
    lines, primary = list(range(12)), [10.5, 20, 21, 22]
    result = mannwhitneyu(primary, lines, method="asymptotic", use_continuity=True)
    assert result.statistic == 4 * 12 - 1
    assert result.pvalue == pytest.approx(number("igf1_primary_over_lines_p_at_u_1"), rel=1e-5)
    assert round(result.pvalue, 4) == number("igf1_primary_over_lines_p")


def test_table_has_every_fact_and_selects_a_kind():
    table = facts()
    assert list(table.index) == [entry.key for entry in FACTS]
    assert table.loc["sensitive_lines", "value"] == "13 of 23"
    assert table.loc["sensitive_lines", ["count", "total"]].tolist() == [13, 23]
    assert table.loc["resistant_ic50_um", "value"] == "10 or more"
    assert table.loc["selection_dose_um", "value"] == "0.1 to 10"
    assert table.loc["qpcr_cycles", "number"] == 40
    assert sum(len(facts(kind)) for kind in ("stated", "derived", "assumed")) == len(FACTS)
    assert set(facts("assumed")["kind"]) == {"assumed"}


def test_designs_agree_with_the_paper_and_name_known_lines():
    assert (PROLIFERATION.cells_per_well, PROLIFERATION.replicate_wells, PROLIFERATION.experiments) == (1e4, 3, 3)
    assert (PROLIFERATION.culture_h, PROLIFERATION.pulse_h, PROLIFERATION.plate_wells) == (72, 8, 96)
    assert (QPCR.experiments, QPCR.replicate_reactions, QPCR.cycles) == (2, 2, 40)
    assert QPCR.standard_curve_ng == StatedRange(0.01, 20)
    assert QPCR.reference_gene in dict(QPCR.assay_of_gene)
    assert len(set(dict(QPCR.assay_of_gene).values())) == 4
    assert cell_line(QPCR.calibrator_line).name == QPCR.calibrator_line
    assert [cell_line(name).name for name in BIOASSAY.cell_lines] == list(BIOASSAY.cell_lines)
    assert BIOASSAY.calibration_pg_per_ml == StatedRange(12.5, 800)
    parent, variant = CELL_CYCLE.cell_lines
    assert resistant_variant(variant).parent == parent


def test_days_and_hours_of_the_proliferation_assay_agree():
    assert number("proliferation_culture_h") == 24 * number("proliferation_culture_days")


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (
            lambda: fact("tnf_lines_mean"),
            r"key of a fact must be one of tnf_bmsc_inhibition_percent, .*'tnf_lines_mean'",
        ),
        (lambda: fact("nothing"), r"key of a fact must be one of .*qpcr, .*got 'nothing'"),
        (lambda: number("tnf_lines_range_percent"), "fact tnf_lines_range_percent must be a number, got 58 to 369"),
        (lambda: span("qpcr_cycles"), "fact qpcr_cycles must be a range, got 40"),
        (lambda: count_of("qpcr_cycles"), "fact qpcr_cycles must be a count of a total, got 40"),
        (lambda: text("qpcr_cycles"), "fact qpcr_cycles must be a text, got 40"),
        (lambda: recompute("qpcr_cycles"), "fact qpcr_cycles must be derived to be recomputed, got one that is stated"),
        (lambda: facts("guessed"), "kind of facts must be one of stated, derived, assumed, got 'guessed'"),
        (lambda: StatedRange(2, 1), r"StatedRange\.low must not be above StatedRange\.high, got 2 and 1"),
        (lambda: CountOf(3, 2), r"CountOf\.count must lie between 0 and 2, got 3"),
        (lambda: Fact("Two Words", 1, "h", "stated", "Results"), "Fact.key must be a lower-case name"),
        (lambda: Fact("a", 1, "h", "guessed", "Results"), "Fact a: kind must be one of stated, derived, assumed"),
        (lambda: Fact("a", 1, "h", "stated", " "), "Fact a: where must not be empty, got ' '"),
        (lambda: Fact("a", 1, "h", "stated", "Results", "b"), "Fact a: basis must be empty for a stated fact, got 'b'"),
        (lambda: Fact("a", 1, "h", "assumed", "Results"), "Fact a: basis must be given for a fact assumed, got ''"),
    ],
)
def test_faults_are_told_with_place_rule_and_value(job, message):
    with pytest.raises(InputError, match=message):
        job()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("nobody + 1", "must use the keys of facts, got 'nobody'"),
        ("word + 1", "must reckon with numbers, got blue"),
        ("few.low", r"takes \.low of 2 of 3, which has none"),
        ("few", "must give a number, got 2 of 3"),
        ("__import__('os')", "must be plain arithmetic"),
        ("few.__class__", "must be plain arithmetic"),
        ("[1][0]", "must be plain arithmetic"),
        ("True", "must give a number, got True"),
    ],
)
def test_expressions_are_arithmetic_over_facts_only(expression, message):
    with pytest.raises(InputError, match=message):
        evaluate(expression, {"word": "blue", "few": CountOf(2, 3)})


def test_expressions_follow_the_rules_of_arithmetic():
    values = {"dose": StatedRange(0.1, 10.0), "few": CountOf(2, 3), "n": 4.0}
    assert evaluate("-(dose.high - 2 * n) ** 2 / few.total", values) == pytest.approx(-4 / 3)
    assert evaluate("log2(n) + log10(dose.high / dose.low) + log(1) + sqrt(n)", values) == pytest.approx(6.0)
    assert evaluate("normal_two_sided_p(1.959963984540054)", values) == pytest.approx(0.05)

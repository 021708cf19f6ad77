from benchmarks.worlds.page import page_of
from benchmarks.worlds.rates import tables_of


def record(study, world="nothing odd", rank=0.5, **more):
    """A study of two lines in a world of panels."""
    case = [0.1, 0.0, -0.5, 0.5, -0.2, 0.2, rank]
    return {
        "assay": "dose_response",
        "world": world,
        "engine": "fast",
        "outcome": "ok",
        "why": "",
        "converged": True,
        "told": ["some wells | are far off"],
        "seconds": 2.0,
        "sources": "a",
        "tested": [-2.0, 1.0],
        "flagged": [False, True],
        "numbers": {"log10_ic50_um": [case, case]},
        "calls": {"is_resistant": [[0.95, float(study % 2)], [0.1, 0.0]]},
    } | more


def test_the_page_begins_with_rows_that_do_not_hold():
    good = [record(study) for study in range(50)]
    bad = [record(study, "controls off", 0.99 if study % 2 else 0.4) for study in range(50)]
    text = page_of(*tables_of([*good, *bad]))
    worst = text.split("## Intervals that do not hold, the worst first\n\n")[1].split("##")[0]
    row = "| controls off | IC50 told as a number | fast | 100 | 50.0 ± 7.1 | 100.0 ± 1.9 | some wells / are far off |"
    assert row in worst.splitlines()
    assert "nothing odd | IC50, true one" in worst  # all of 100 hold, where 90 should
    assert "| controls off | fast | **50.0 ± 7.1** | **50.0 ± 7.1** |" in text.splitlines()
    assert "Untreated wells are 20% above wells with vehicle and no drug." in text
    assert "more than one version" not in text


def test_probabilities_that_do_not_come_true_have_a_table_of_their_own():
    off = [record(study, calls={"is_resistant": [[0.9, 0.0], [0.9, float(study % 3 == 0)]]}) for study in range(60)]
    text = page_of(*tables_of(off))
    part = text.split("## Probabilities that do not come true\n\n")[1].split("##")[0]
    assert "| nothing odd | fast | P(resistant) | 0 |" in part


def test_rows_of_several_versions_of_the_sources_are_told():
    text = page_of(*tables_of([record(0), record(1, sources="b")]))
    assert "Some rows are of studies that were made with more than one version of the sources." in text


def test_a_page_without_studies_says_so():
    assert page_of(*tables_of([])).count("No study yet.") == 2

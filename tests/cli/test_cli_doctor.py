"""`lensim doctor`: a table, a sentence, and an exit status."""

import pytest
from python_calamine import CalamineWorkbook

from lensim.doctor import run as doctor_run
from lensim.doctor.finding import Finding
from tests.cli.test_cli import run

OK = Finding("Python", "ok", "3.13.0")
SLOW = Finding("kernels of laplace", "slow", "not compiled yet", "lensim prepare")
EXTRA = Finding("extra rdml", "missing", "not installed", "pip install rdmlpython")
BROKEN = Finding("packages", "missing", "numba not there", "pip install numba", is_needed=True)
CASES = {
    "all is well": ([OK], 0, "lensim works here; of 1 things 0 are slow and 0 are missing"),
    "slow and without extras": ([OK, SLOW, EXTRA], 0, "of 3 things 1 are slow and 1 are missing"),
    "broken": ([OK, BROKEN], 3, "lensim does not work here: packages"),
}


@pytest.mark.parametrize("case", CASES)
def test_exit_status_and_sentence(monkeypatch, capsys, case):
    found, expected, sentence = CASES[case]
    monkeypatch.setattr(doctor_run, "LOOKS", (("a", lambda: iter(found)), ("speed", lambda: iter([]))))
    status, said, _ = run(capsys, "doctor")
    assert status == expected
    assert sentence in said
    for one in found:
        assert one.what in said
        assert one.remedy in said


def test_a_workbook_for_a_report_of_a_fault(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(doctor_run, "LOOKS", (("a", lambda: iter([OK, BROKEN])), ("speed", lambda: iter([]))))
    status, _, _ = run(capsys, "doctor", "--xlsx", tmp_path / "doctor.xlsx")
    assert status == 3
    book = CalamineWorkbook.from_path(tmp_path / "doctor.xlsx")
    rows = book.get_sheet_by_name(book.sheet_names[0]).to_python()
    assert "pip install numba" in [cell for row in rows for cell in row]


def test_this_machine_in_short(capsys):
    status, said, error = run(capsys, "doctor", "--quick")
    assert status == 0, said + error
    assert "lensim works here" in said
    assert "power of" not in said

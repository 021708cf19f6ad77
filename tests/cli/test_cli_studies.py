"""Several studies of one command: names of their files, joint tables, and what is printed of each."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from lensim.assay import ResultTable
from lensim.checks import InputError
from lensim.cli.main import main
from lensim.cli.studies import joint_tables, studies_of
from tests.cli.test_cli import run
from tests.tables.splitting_files import saved


def test_a_study_alone_has_the_names_that_are_given():
    [study] = studies_of(xr.Dataset(), "")
    assert (study.words, study.path(Path("a/r.nc")), study.folder(Path("f"))) == ("", Path("a/r.nc"), Path("f"))


def test_each_study_has_files_named_after_its_value():
    studies = studies_of({"24": xr.Dataset(), "IL-6 / 10%": xr.Dataset()}, "time (h)")
    assert [study.path(Path("a/r.nc")).name for study in studies] == ["r.time_h-24.nc", "r.time_h-IL-6_10.nc"]
    assert [study.folder(Path("f")).name for study in studies] == ["time_h-24", "time_h-IL-6_10"]
    assert [study.words for study in studies] == ["time (h) = 24: ", "time (h) = IL-6 / 10%: "]


def test_values_must_give_names_that_differ():
    with pytest.raises(InputError, match=r"^values of x must give names of files that differ, got 'a/b' and 'a b'"):
        studies_of({"a/b": xr.Dataset(), "a b": xr.Dataset()}, "x")


@pytest.mark.parametrize(("one", "other"), [("il6", "IL6"), ("caf\u00e9", "cafe\u0301")])
def test_names_that_some_file_systems_take_for_one_are_refused(one, other):
    said = f"values of x must give names of files that differ, got {one!r} and {other!r}"
    with pytest.raises(InputError) as refused:
        studies_of({one: xr.Dataset(), other: xr.Dataset()}, "x")
    assert str(refused.value) == said


WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
WINDOWS_SIGNS = set('<>:"/\\|?*') | {chr(code) for code in range(32)}
HOSTILE = [
    *("CON", "nul.nc", "COM1", "a.", "a ", "..", ".", " ", "a:b", "<x>", "a|b", "a\\b", "a/b", "C:\\x", "-rf", "~"),
    *("$HOME", "a\nb", "\x00", "\u202eabc", "%TEMP%", "'\"`", "x" * 300, "é" * 200),
]


@pytest.mark.parametrize("by", ["x", "CON", "a:b", "/etc", "é" * 200])
@pytest.mark.parametrize("value", HOSTILE)
def test_every_system_takes_the_names_of_files(by, value):
    [study] = studies_of({value: xr.Dataset()}, by)
    for path in (study.path(Path("fit.nc")), study.folder(Path("figures"))):
        name = path.name
        assert path.parts[:-1] in ((), ("figures",))
        assert not WINDOWS_SIGNS & set(name)
        assert not WINDOWS_DEVICES.fullmatch(name)
        assert name == name.rstrip(". ")
        assert not name.startswith(("-", "~"))
        assert len(name.encode()) <= 255


def test_no_value_leaves_its_folder_or_is_too_long_for_a_file():
    values = ("a/b", "../..", "con", "c:d", "e.", "x" * 300, "x" * 299 + "y", "\u816b" * 200, "[/x]")
    found = studies_of(dict.fromkeys(values, xr.Dataset()), "line")
    names = [one.path(Path("fit.nc")).name for one in found]
    assert names[:5] == ["fit.line-a_b.nc", "fit.line-_.nc", "fit.line-con.nc", "fit.line-c_d.nc", "fit.line-e.nc"]
    assert names[-1] == "fit.line-x.nc"
    assert len(set(names)) == len(values)
    assert max(len(name.encode()) for name in names) < 255
    assert all(one.path(Path("fit.nc")).parent == Path() for one in found)


def test_joint_tables_have_the_column_first():
    table = ResultTable("lines", "Lines", pd.DataFrame({"line": ["a", "b"], "ic50": [1.0, 2.0]}))
    joint = joint_tables("time_h", {"24": [table], "72": [replace(table, frame=table.frame.head(1))]})
    assert joint[0].frame.to_dict("list") == {
        "time_h": ["24", "24", "72"], "line": ["a", "b", "a"], "ic50": [1.0, 2.0, 1.0],
    }  # fmt: skip
    assert joint_tables("", {"": [table]}) == (table,)


def test_a_study_without_tables_is_a_row_of_the_main_table():
    table = ResultTable("lines", "Lines", pd.DataFrame({"line": ["a"], "ic50": [1.0]}))
    panel = ResultTable("panel", "Panel", pd.DataFrame({"lines": [1]}))
    lines, whole = joint_tables("time_h", {"24": [table, panel]}, {"72": "no curve"})
    assert lines.frame.astype(object).fillna("").to_dict("records") == [
        {"time_h": "24", "line": "a", "ic50": 1.0, "error": ""},
        {"time_h": "72", "line": "", "ic50": "", "error": "no curve"},
    ]
    assert list(whole.frame) == ["time_h", "lines"]


def wells(tmp_path):
    rows = [
        {"cell_line": "A", "time_h": time, "dose_um": str(dose), "signal": str(100 - dose)}
        for time in ("24", "72")
        for dose in range(4)
    ]
    return str(saved(tmp_path, rows))


def test_reading_by_a_column_writes_a_table_a_value(tmp_path, capsys):
    path = wells(tmp_path)
    assert run(capsys, "read", "dose-response", path) == (
        2,
        "",
        "error: t.csv line 7: the column 'time_h' has 2 values (24, 72) in cell line A, which would be pooled in one "
        "curve: keep one with --where time_h=72, read each by itself with --by time_h, or pool them with --ignore "
        "time_h",
    )
    code, said, notes = run(capsys, "read", "dose-response", path, "--by", "time_h", "--out", str(tmp_path / "o.csv"))
    assert (code, said.splitlines()[0]) == (0, "time_h = 24: 4 wells, 1 line")
    assert sorted(one.name for one in tmp_path.glob("o.*")) == ["o.time_h-24.csv", "o.time_h-72.csv"]
    note = "time_h = 24: note: columns used: cell_line, dose = dose_um, signal; rows kept: time_h = 24"
    assert note in notes
    assert run(capsys, "read", "dose-response", path, "--where", "time_h")[2] == (
        "error: --where must be COLUMN=VALUE, got 'time_h'"
    )


def test_by_is_given_once(monkeypatch, capsys):
    arguments = ["lensim", "read", "expression", "cts.csv", "--by", "Time", "--by=Dose"]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().err
    assert "--by must be given once: write the values of both columns into one column, and give that" in said

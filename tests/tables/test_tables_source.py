import pandas as pd
import pytest

from lensim.checks import FaultReport, InputError
from lensim.tables.source import Format, format_of, read_table, source_of, sources_of


def saved(folder, text, name="a.csv"):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_text_and_table_are_made_once(tmp_path):
    source = source_of(saved(tmp_path, "a,b\n1,2\n"))
    assert source.text is source.text
    assert source.table is source.table
    assert source_of(source) is source
    assert (source.place, source.stem) == ("a.csv", "a")


def test_each_reader_gets_a_report_of_its_own(tmp_path):
    source = source_of(saved(tmp_path, "a,b\n1,2\n1\n"))
    _, faults = read_table(source)
    faults.add("mine")
    assert source.new_faults().faults == [
        ("a.csv", 3, "the row must have 2 fields, as the header has, got 1; is the file cut off?")
    ]


def test_names_in_the_first_row_by_each_separator(tmp_path):
    source = source_of(saved(tmp_path, '\n"a, b";c\n1;2\n'))
    assert ("a, b", "c") in source.headers
    pd.DataFrame({"x": [1.5], "y": ["z"]}).to_parquet(tmp_path / "a.parquet")
    parquet = source_of(tmp_path / "a.parquet")
    assert parquet.headers == (("x", "y"),)
    with pytest.raises(InputError, match=r"^a\.parquet: the file is a parquet table, text is needed$"):
        _ = parquet.text


def test_several_files(tmp_path):
    one, two = saved(tmp_path, "a,b\n1,2\n"), saved(tmp_path, "a,b\n1,2\n", "x/a.csv")
    assert [source.place for source in sources_of(one)] == ["a.csv"]
    assert [source.place for source in sources_of([one, two])] == [str(one), str(two)]
    with pytest.raises(InputError, match=r"^files must name at least one file, got none$"):
        sources_of([])
    with pytest.raises(InputError, match=r"^files must not name anything twice, got .*a\.csv$"):
        sources_of([one, one])
    with pytest.raises(InputError) as refused:
        sources_of([tmp_path / "no.csv", one, tmp_path / "x"])
    assert str(refused.value).splitlines() == [
        f"{tmp_path / 'no.csv'} must be a file, got nothing there; perhaps 'a.csv'",
        f"{tmp_path / 'x'} must be a file, got a folder",
    ]


def test_the_first_format_that_fits_is_taken(tmp_path):
    source = source_of(saved(tmp_path, "a,b\n1,2\n"))
    formats = [
        Format("never", lambda one: False),
        Format("text", lambda one: "1" in one.text),
        Format("any", lambda one: True),
    ]
    assert format_of(source, formats) == "text"
    assert format_of(source, formats[:1]) is None


def test_faults_of_several_files_keep_what_is_counted_there():
    study = FaultReport("a.csv, b.parquet")
    for place, unit in (("a.csv", "line"), ("b.parquet", "row")):
        own = FaultReport(place, unit=unit)
        own.add("odd", line=2)
        own.add("odd", line=2)
        study.take(own)
    with pytest.raises(InputError) as refused:
        study.raise_if_any()
    assert str(refused.value).splitlines() == ["a.csv line 2: odd", "b.parquet row 2: odd"]


def test_files_of_a_cytometer_are_named_as_such(tmp_path):
    (tmp_path / "a.fcs").write_bytes(b"FCS3.0    \x00\x01")
    with pytest.raises(InputError, match=r"^a\.fcs: the file is an FCS file of a cytometer: name it in a table with"):
        _ = source_of(tmp_path / "a.fcs").text

from dataclasses import asdict

import typer
from typer.testing import CliRunner

from benchmarks.calibration.__main__ import JOURNAL, main
from benchmarks.calibration.journal import key_of, lacking, read_journal
from benchmarks.calibration.study import Task
from benchmarks.journal import append, keep, sources_digest

APP = typer.Typer()
APP.command()(main)


def tasks(count):
    return [Task("fold_change_hierarchical", "exact", "", 1, number) for number in range(count)]


def entry(task, sources="abc"):
    return asdict(task) | {"sources": sources, "outcome": "ok"}


def test_what_is_written_is_read_and_no_longer_lacking(tmp_path):
    path = tmp_path / "folder" / "journal.jsonl"
    assert read_journal(path) == {}
    written = [entry(task) for task in tasks(3)]
    assert list(append(path, written)) == written
    assert list(read_journal(path).values()) == written
    assert lacking(tasks(5), read_journal(path)) == tasks(5)[3:]


def test_a_line_cut_off_by_a_kill_is_made_again(tmp_path):
    path = tmp_path / "journal.jsonl"
    list(append(path, [entry(task) for task in tasks(2)]))
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:-20], encoding="utf-8")
    assert lacking(tasks(2), read_journal(path)) == tasks(2)[1:]
    list(append(path, [entry(tasks(2)[1])]))
    assert lacking(tasks(2), read_journal(path)) == []


def test_records_of_other_sources_can_be_made_again(tmp_path):
    path = tmp_path / "journal.jsonl"
    list(append(path, [entry(tasks(1)[0], "old")]))
    assert len(read_journal(path)) == 1
    assert read_journal(path, "new") == {}


def test_another_model_engine_twin_seed_or_number_is_another_simulation():
    own = asdict(tasks(1)[0])
    for changed in ({"model": "x"}, {"engine": "nuts"}, {"twin": "wrong"}, {"seed": 2}, {"number": 7}):
        assert key_of(own) != key_of(own | changed)


def test_the_digest_of_sources_is_of_their_text(tmp_path):
    (tmp_path / "lensim").mkdir()
    (tmp_path / "lensim" / "a.py").write_text("one", encoding="utf-8")
    before = sources_digest(tmp_path)
    (tmp_path / "lensim" / "a.py").write_text("two", encoding="utf-8")
    assert sources_digest(tmp_path) != before


def test_kept_records_are_read_as_a_journal_and_have_the_same_bytes_again(tmp_path):
    path, again = tmp_path / "records" / "one.jsonl.gz", tmp_path / "two.jsonl.gz"
    kept = [entry(task) | {"why": "größer"} for task in tasks(3)]
    keep(path, kept)
    assert list(read_journal(path).values()) == kept
    assert lacking(tasks(5), read_journal(path)) == tasks(5)[3:]
    keep(again, read_journal(path).values())
    assert again.read_bytes() == path.read_bytes()


def test_a_run_goes_on_with_kept_records_and_adds_to_them(tmp_path):
    records, folder = tmp_path / "records.jsonl.gz", tmp_path / "folder"
    one = ["--model", "level_groups", "--engine", "exact", "--wrong", "0", "--records", str(records)]
    assert CliRunner().invoke(APP, [*one, "--simulations", "2", "--folder", str(folder)]).exit_code == 0
    first = list(read_journal(records).values())
    assert len(first) == 2
    elsewhere = tmp_path / "elsewhere"
    assert CliRunner().invoke(APP, [*one, "--simulations", "3", "--folder", str(elsewhere)]).exit_code == 0
    assert list(read_journal(records).values())[:2] == first
    assert len(read_journal(records)) == 3
    assert len(read_journal(elsewhere / JOURNAL)) == 1
    other = [*one, "--simulations", "1", "--seed", "7", "--folder", str(tmp_path / "seed")]
    assert CliRunner().invoke(APP, other).exit_code == 0
    assert len(read_journal(records)) == 4  # a run of another seed loses none

import json

import pytest

from benchmarks.journal import append, sources_digest
from benchmarks.worlds import __main__ as command
from benchmarks.worlds.journal import current, entry_of, key_of, lacking, read_journal
from benchmarks.worlds.study import Task
from lensim.checks import InputError


def tasks(count):
    return [Task("expression", "nothing odd", "fast", 1, study) for study in range(count)]


def test_what_is_written_is_read_and_no_longer_lacking(tmp_path):
    path = tmp_path / "folder" / "journal.jsonl"
    assert read_journal(path) == {}
    written = [entry_of(task) | {"outcome": "ok"} for task in tasks(3)]
    assert list(append(path, written)) == written
    assert list(read_journal(path).values()) == written
    assert lacking(tasks(5), read_journal(path)) == tasks(5)[3:]


def test_a_line_cut_off_by_a_kill_is_made_again(tmp_path):
    path = tmp_path / "journal.jsonl"
    list(append(path, [entry_of(task) for task in tasks(2)]))
    text = path.read_text(encoding="utf-8")
    path.write_text(text[:-20], encoding="utf-8")
    assert lacking(tasks(2), read_journal(path)) == tasks(2)[1:]
    list(append(path, [entry_of(tasks(2)[1])]))
    assert lacking(tasks(2), read_journal(path)) == []


def test_records_of_a_world_that_was_changed_are_not_shown(tmp_path):
    path = tmp_path / "journal.jsonl"
    odd = Task("expression", "four pairs", "fast", 1, 0)
    own, changed = entry_of(tasks(1)[0]), entry_of(odd) | {"digest": "of a world that was changed"}
    gone = own | {"world": "a world that is no more"}
    list(append(path, [entry_of(odd), changed, gone, own]))
    assert current(read_journal(path)) == [own, entry_of(odd)]


def test_another_seed_engine_or_world_of_that_name_is_another_study(tmp_path):
    own = entry_of(tasks(1)[0])
    for changed in ({"seed": 2}, {"engine": "nuts"}, {"study": 7}, {"digest": "of a world that was changed"}):
        assert key_of(own) != key_of(own | changed)
    assert key_of(own) == key_of(json.loads(json.dumps(own)))


def test_the_digest_of_sources_is_of_their_text(tmp_path):
    (tmp_path / "lensim").mkdir()
    (tmp_path / "models").mkdir()
    (tmp_path / "lensim" / "a.py").write_text("x = 1", encoding="utf-8")
    before = sources_digest(tmp_path)
    assert before == sources_digest(tmp_path)
    (tmp_path / "lensim" / "a.py").write_text("x = 2", encoding="utf-8")
    assert before != sources_digest(tmp_path)


def test_a_run_makes_only_what_the_journal_lacks(tmp_path, monkeypatch):
    made = []

    def measured(task):
        made.append(task.study)
        return {"outcome": "ok", "study_again": task.study}

    monkeypatch.setattr(command, "measure", measured)
    path = tmp_path / "journal.jsonl"
    assert [one["study"] for one in command.run(tasks(2), path, 1)] == [0, 1]
    assert [one["study_again"] for one in command.run(tasks(4), path, 1)] == [0, 1, 2, 3]
    assert made == [0, 1, 2, 3]
    command.run(tasks(4), path, 1)
    assert made == [0, 1, 2, 3]
    command.run(tasks(4), path, 1, again=True)
    assert made == [0, 1, 2, 3]
    monkeypatch.setattr(command, "sources_digest", lambda root: "of other sources")
    command.run(tasks(2), path, 1, again=True)
    assert made == [0, 1, 2, 3, 0, 1]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ((["rnaseq"], [], "fast"), "--assay must be one of dose_response, expression, groups, got 'rnaseq'"),
        (([], [], "exact"), "--engine must be one of nuts, fast, got 'exact'"),
    ],
)
def test_unknown_names_are_refused(asked, message):
    with pytest.raises(InputError) as error:
        command.tasks_of(*asked, 1, 1)
    assert str(error.value) == message


def test_all_worlds_of_all_assays_are_asked_for_by_default():
    asked = command.tasks_of([], [], "fast", 2, 1)
    assert len(asked) == len(set(asked))
    many = command.tasks_of(["expression"], ["four pairs", "nothing odd"], "fast", 10, 1)
    assert [task.study for task in many] == [*range(8), *range(8), 8, 9, 8, 9]
    assert {task.assay for task in asked} == {"dose_response", "expression", "groups"}
    assert {task.world for task in command.tasks_of(["expression"], ["four pairs"], "fast", 2, 1)} == {"four pairs"}

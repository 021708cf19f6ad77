"""Files among others' files: only those that lensim wrote there, and that are as it wrote them, are ever replaced."""

import json
import os
import re
import signal
from pathlib import Path

import pytest

from lensim import ownership, placing
from lensim.added_files import added_file, added_to, require_added
from lensim.checks import InputError
from lensim.ownership import LIST, read_list


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working folder with someone's picture in a folder of pictures."""
    monkeypatch.chdir(tmp_path)
    Path("pictures").mkdir()
    Path("pictures/mine.png").write_text("mine")
    return tmp_path


def add(*names, text="new", force=True, **options):
    with added_to(Path("pictures"), force=force, is_stale=lambda name: name.endswith(".png"), **options) as folder:
        for name in names:
            (folder / name).write_text(text)


def content() -> dict[str, str]:
    return {
        path.name: path.read_text()
        for path in sorted(Path("pictures").iterdir())
        if path.is_file() and path.name != LIST
    }


def refused(path, **options):
    message = (
        f"{path} must be free or a file that lensim wrote there, got another, or one that was changed since: move it "
        "away, or choose another name"
    )
    return pytest.raises(InputError, match=f"^{re.escape(message)}$", **options)


def test_files_go_into_a_folder_of_others_and_come_again(place):
    add("wells.png", force=False)
    assert content() == {"mine.png": "mine", "wells.png": "new"}
    with pytest.raises(InputError, match=r"wells\.png must not exist yet, got a file of that name: add force=True to"):
        add("wells.png", text="newer", force=False)
    add("wells.png", text="newer")
    assert content() == {"mine.png": "mine", "wells.png": "newer"}
    assert sorted(json.loads(Path("pictures", LIST).read_text())["files"]) == ["wells.png"]


def test_a_file_of_someone_is_not_replaced_and_no_other_is_changed(place):
    with refused("pictures/mine.png"):
        add("forest.png", "mine.png")
    assert content() == {"mine.png": "mine"}
    assert not Path("pictures", LIST).exists()


def test_a_file_that_someone_changed_is_not_replaced(place):
    add("wells.png", "forest.png")
    Path("pictures/wells.png").write_text("annotated")
    with refused("pictures/wells.png"):
        add("wells.png", "forest.png", text="newer")
    assert content() == {"forest.png": "new", "mine.png": "mine", "wells.png": "annotated"}


def test_a_file_of_an_earlier_result_goes_unless_someone_changed_it(place):
    add("wells.png", "forest.png", "residuals.png")
    Path("pictures/forest.png").write_text("annotated")
    add("residuals.png", text="newer")
    assert content() == {"forest.png": "annotated", "mine.png": "mine", "residuals.png": "newer"}
    add("residuals.png", text="newest")  # what was not replaced is no obstacle
    assert content()["residuals.png"] == "newest"


def test_what_is_not_stale_stays(place):
    add("wells.png")
    with added_to(Path("pictures"), force=True, is_stale=lambda name: name.endswith(".csv")) as folder:
        (folder / "lines.csv").write_text("a\n")
    assert content() == {"lines.csv": "a\n", "mine.png": "mine", "wells.png": "new"}


def test_an_input_is_not_replaced_nor_removed(place):
    add("wells.png", "forest.png")
    with pytest.raises(InputError, match=r"wells\.png must not be a file that is read here"):
        add("wells.png", inputs=[Path("pictures/wells.png")])
    add("forest.png", inputs=[Path("pictures/wells.png")])
    assert content() == {"forest.png": "new", "mine.png": "mine", "wells.png": "new"}


@pytest.mark.parametrize("name", ["../notes.txt", "ABSOLUTE", "sub/../../notes.txt", "link.png", "sub/link/notes.txt"])
def test_a_list_that_someone_forged_removes_nothing_elsewhere(place, name):
    Path("notes.txt").write_text("mine")
    Path("pictures/link.png").symlink_to(place / "notes.txt")
    Path("pictures/sub").mkdir()
    Path("pictures/sub/link").symlink_to(place)
    name = str(place / "notes.txt") if name == "ABSOLUTE" else name
    digest = ownership.digest_of(Path("notes.txt"))
    Path("pictures", LIST).write_text(json.dumps({"written_by": "lensim", "files": {name: digest}}))
    with added_to(Path("pictures"), force=True, is_stale=lambda name: True) as folder:
        (folder / "wells.png").write_text("new")
    assert Path("notes.txt").read_text() == "mine"
    assert Path("pictures/link.png").is_symlink()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Expecting property name"),
        ("[1]", r"\[1\]"),
        ('{"files": {}}', "it does not say that lensim wrote it"),
        ('{"written_by": "lensim", "files": 3}', "its files are not listed by name"),
        ("[" * 100_000, "brackets within brackets without an end"),
        ('{"written_by": "lensim", "files": {"wells.png": 3}}', None),
    ],
)
def test_a_list_that_is_none_is_refused(place, text, why):
    Path("pictures/wells.png").write_text("mine")
    Path("pictures", LIST).write_text(text)
    if why is None:
        with refused("pictures/wells.png"):
            add("wells.png")
    else:
        with pytest.raises(
            InputError,
            match=rf"^\S*pictures/{re.escape(LIST)} must be the list of what lensim wrote there, got something else "
            rf"\(.*{why}.*\): move it away, or choose another folder$",
        ):
            add("wells.png")
    assert content()["wells.png"] == "mine"
    assert Path("pictures", LIST).read_text() == text


def test_nothing_is_changed_when_the_block_raises(place):
    add("wells.png")
    before = content()

    def broken():
        with added_to(Path("pictures"), force=True, is_stale=lambda name: True) as folder:
            (folder / "wells.png").write_text("half")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        broken()
    assert content() == before


def test_no_folder_is_left_of_files_that_could_not_be_made(place):
    def broken():
        with added_to(Path("new/deep"), force=True) as folder:
            (folder / "wells.png").write_text("half")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        broken()
    assert not Path("new").exists()


def test_one_file_beside_others(place):
    with added_file(Path("wells.time_h-24.csv"), force=False) as partial:
        partial.write_text("a\n")
    require_added(Path("wells.time_h-24.csv"), force=True)
    Path("wells.time_h-72.csv").write_text("mine")
    with refused("wells.time_h-72.csv"):
        require_added(Path("wells.time_h-72.csv"), force=True)


def test_a_file_is_no_folder_for_files(place):
    with (
        pytest.raises(InputError, match=r"^pictures/mine\.png must be a folder, got a file$"),
        added_to(Path("pictures/mine.png"), force=True),
    ):
        pass


def test_results_with_files_that_lensim_added_are_its_own(place):
    Path("out").mkdir()
    Path("out/table.csv").write_text("a\n")
    ownership.sign(Path("out"))
    with added_to(Path("out"), force=True) as folder:
        (folder / "wells.png").write_text("new")
    ownership.require_replaceable(Path("out"), force=True)
    Path("out/wells.png").write_text("annotated")
    with pytest.raises(InputError, match=r"\(wells\.png\): move that away, or name another folder$"):
        ownership.require_replaceable(Path("out"), force=True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_run_that_was_killed_as_it_replaced_files_is_no_obstacle(place, monkeypatch):
    monkeypatch.setattr(placing, "_flush_one", lambda path: None)
    add("a.png", "b.png", text="old")
    replace, kills = os.replace, 0
    for moment in range(20):
        child = os.fork()
        if child == 0:
            calls = 0

            def killed(*paths, moment=moment):
                nonlocal calls
                if calls == moment:
                    os.kill(os.getpid(), signal.SIGKILL)
                calls += 1
                replace(*paths)

            os.replace = killed
            add("a.png", "b.png", "c.png", text="new")
            os._exit(0)
        if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            break
        kills += 1
        assert {content()[name] for name in ("a.png", "b.png")} <= {"old", "new"}
        add("a.png", "b.png", text="old")
        assert content() == {"a.png": "old", "b.png": "old", "mine.png": "mine"}
    assert kills > 3
    assert set(read_list(Path("pictures")).digests) == {"a.png", "b.png", "c.png"}


def test_a_single_file_is_replaced_only_as_lensim_wrote_it(place):
    table = Path("table.csv")
    table.write_text("mine")
    for force in (False, True):
        with refused("table.csv"), added_file(table, force=force):
            pass
    assert table.read_text() == "mine"
    table.write_text("")  # an empty one is nobody's
    for text in ("old", "new"):
        with added_file(table, force=True) as partial:
            partial.write_text(text)
        assert table.read_text() == text
    table.write_text("edited")
    with refused("table.csv"):
        require_added(table, force=True)
    assert sorted(os.listdir()) == [LIST, "pictures", "table.csv"]


def test_single_files_do_not_go_with_those_that_are_made_together(place):
    with added_file(Path("pictures/one.png"), force=False) as partial:
        partial.write_text("single")
    add("wells.png", "old.png")
    add("wells.png")
    assert content() == {"mine.png": "mine", "one.png": "single", "wells.png": "new"}
    with added_file(Path("pictures/two.png"), force=False) as partial:
        partial.write_text("single")
    listed = json.loads(Path("pictures", LIST).read_text())
    assert (sorted(listed["files"]), sorted(listed["single"])) == (["wells.png"], ["one.png", "two.png"])
    add("wells.png", "one.png")
    listed = json.loads(Path("pictures", LIST).read_text())
    assert (sorted(listed["files"]), sorted(listed["single"])) == (["one.png", "wells.png"], ["two.png"])

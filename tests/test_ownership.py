"""What may be replaced: only folders that lensim wrote, whatever path leads to a folder."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lensim.checks import InputError
from lensim.ownership import remove_own, require_replaceable, require_writable, sign


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A working folder with work in it, and a home of its own."""
    home = tmp_path / "people" / "me"
    work = tmp_path / "projects" / "study"
    for folder in (home, work):
        folder.mkdir(parents=True)
        (folder / "notes.txt").write_text("mine")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(work)
    return tmp_path


def filled(folder: Path) -> Path:
    """A results folder as lensim writes it."""
    (folder / "chunks").mkdir(parents=True)
    (folder / "table.csv").write_text("a\n1\n")
    (folder / "chunks" / "0.parquet").write_bytes(b"PAR1")
    sign(folder)
    return folder


def former(folder: Path) -> Path:
    """A results folder as lensim wrote it before manifests listed the files."""
    folder.mkdir(parents=True)
    (folder / "table.csv").write_text("a\n1\n")
    (folder / "manifest.json").write_text(json.dumps({"seed": 1, "commit": "", "python": "", "versions": {}}))
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refused(target, message, **options):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        require_replaceable(Path(target), **{"force": True, **options})


MUST_BE = "must be a new folder or one that lensim wrote, got"


@pytest.mark.parametrize(
    ("path", "got"),
    [
        (".", "the working folder"),
        ("./", "the working folder"),
        ("new/..", "the working folder"),
        ("../study", "the working folder"),
        ("..", "a folder that holds the working folder"),
        ("../..", "a folder that holds the working folder"),
        ("../../people", "a folder that holds the home folder"),
        ("../../people/me", "the home folder"),
        ("/", "the root of the file system"),
    ],
)
@pytest.mark.parametrize("force", [True, False])
def test_folders_that_are_never_replaced(place, path, got, force):
    refused(path, f"{Path(path)} {MUST_BE} {got}: name another folder", force=force)


def test_they_are_not_replaced_even_if_lensim_wrote_them(place, monkeypatch):
    monkeypatch.chdir(filled(place / "results"))
    for path in (".", "../results", place / "results", "new/.."):
        refused(path, f"{Path(path)} {MUST_BE} the working folder: name another folder")
    monkeypatch.chdir(place / "results" / "chunks")
    refused("..", f".. {MUST_BE} a folder that holds the working folder: name another folder")


def test_a_link_is_not_replaced(place):
    target = filled(place / "results")
    for link, to in (("link", target), ("to_here", Path()), ("nowhere", place / "absent")):
        Path(link).symlink_to(to.absolute())
        for path in (link, f"{link}/", f"../study/{link}"):
            refused(path, f"{Path(path)} {MUST_BE} a link to {to.resolve()}: name another folder")
    (place / "also").symlink_to(place)
    require_replaceable(place / "also" / "results", force=True)  # a link above is a way to it


def test_a_folder_that_holds_an_input_is_not_replaced(place):
    target = filled(place / "results")
    config = target / "table.csv"
    Path("link.toml").symlink_to(config)
    for path in (config, Path("link.toml"), Path("../../results/table.csv"), target / "absent" / "x.toml"):
        message = f"{target} {MUST_BE} a folder that holds {path}, which is read here: name another folder"
        refused(target, message, inputs=[Path("notes.txt"), path])
    require_replaceable(target, force=True, inputs=[Path("notes.txt")])


def test_the_link_to_an_input_may_lie_in_the_folder(place):
    target = place / "results"
    target.mkdir()
    (target / "config.toml").symlink_to(Path("notes.txt").absolute())
    message = (
        f"{target} {MUST_BE} a folder that holds {target / 'config.toml'}, which is read here: name another folder"
    )
    refused(target, message, inputs=[target / "config.toml"])


def test_a_file_is_not_replaced_by_a_folder(place):
    refused("notes.txt", f"notes.txt {MUST_BE} a file: name another folder")
    refused(
        "notes.txt/a", "{} must be a folder, got a file: name a place in a folder".format(Path("notes.txt").absolute())
    )
    refused(
        "notes.txt/a/b",
        "{} must be a folder, got a file: name a place in a folder".format(Path("notes.txt").absolute()),
    )


def test_someones_folder_is_not_replaced(place):
    for name in ("a.csv", "b.csv", "c.csv", "d.csv", "e.csv"):
        (place / "data" / name).parent.mkdir(exist_ok=True)
        (place / "data" / name).write_text("mine")
    message = (
        f"{place / 'data'} {MUST_BE} one without lensim's manifest.json (in it: a.csv, b.csv, c.csv and 2 more): "
        "name another folder, or delete that one"
    )
    refused(place / "data", message)
    refused(place / "data", message, force=False)


@pytest.mark.parametrize(
    "content", ["[1]", "{", "{}", '{"name": "web app"}', '{"written_by": "lensim", "files": 3}', "\x00"]
)
def test_the_manifest_of_something_else_is_no_right(place, content):
    target = place / "app"
    target.mkdir()
    (target / "manifest.json").write_text(content)
    refused(
        target, f"{target} {MUST_BE} one whose manifest.json is not of lensim: name another folder, or delete that one"
    )


@pytest.mark.parametrize("name", ["mine.csv", "chunks/mine.csv", "deep/er/mine.csv", ".hidden"])
def test_a_file_put_into_a_results_folder_is_not_lost(place, name):
    target = filled(place / "results")
    (target / name).parent.mkdir(parents=True, exist_ok=True)
    (target / name).write_text("mine")
    with pytest.raises(InputError, match=re.escape(name) + r"\): move that away, or name another folder$"):
        require_replaceable(target, force=True)
    with pytest.raises(InputError, match=r"must be a folder that lensim may delete, got one with what lensim did not"):
        remove_own(target)
    assert (target / name).read_text() == "mine"
    assert (target / "table.csv").exists()


def test_a_changed_file_an_empty_folder_and_a_link_count_as_not_written(place):
    def message(names):
        return (
            f"{place / 'results'} {MUST_BE} one with what lensim did not write, or what was changed since ({names}): "
            "move that away, or name another folder"
        )

    target = filled(place / "results")
    (target / "table.csv").write_text("a\n2\n")
    refused(target, message("table.csv"))
    (target / "table.csv").unlink()
    require_replaceable(target, force=True)  # what is gone is no loss
    (target / "raw").mkdir()
    refused(target, message("raw"))
    (target / "raw").rmdir()
    (target / "table.csv").symlink_to(place / "projects" / "study" / "notes.txt")
    refused(target, message("table.csv"))
    (target / "table.csv").unlink()
    shutil.rmtree(target / "chunks")
    (target / "chunks").symlink_to(place / "people")
    refused(target, message("chunks"))


def test_what_file_managers_leave_is_no_ones(place):
    target = filled(place / "results")
    (target / "chunks" / ".DS_Store").write_text("")
    require_replaceable(target, force=True)
    remove_own(target)
    assert not target.exists()


def test_without_force_the_remedy_is_force_where_force_helps(place):
    message = "must not exist yet, got a folder of that name: add force=True to replace it"
    target = filled(place / "results")
    refused(target, f"{target} {message}", force=False)
    (place / "empty").mkdir()
    refused(place / "empty", f"{place / 'empty'} {message}", force=False)
    require_replaceable(place / "empty", force=True)
    require_replaceable(place / "new" / "deep", force=False)


def test_a_folder_of_an_earlier_lensim_stays_because_nothing_says_which_files_are_its_own(place):
    """A copy, a checkout or a backup gives all files one time, so times prove nothing."""
    target = former(place / "results")
    (target / "mine.csv").write_text("mine")
    message = (
        f"{target} {MUST_BE} one of an earlier lensim, whose manifest.json does not list its files: name another "
        "folder, or delete that one"
    )
    refused(target, message)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_not_replaced(place):
    target = filled(place / "results")
    (target / "chunks").chmod(0)
    try:
        refused(target, f"{target} {MUST_BE} one that cannot be read (Permission denied): name another folder")
    finally:
        (target / "chunks").chmod(0o755)


def test_a_manifest_that_lists_files_elsewhere_deletes_none(place):
    target = filled(place / "results")
    content = json.loads((target / "manifest.json").read_text())
    content["files"] |= {"../projects/study/notes.txt": "", str(place / "people" / "me" / "notes.txt"): ""}
    (target / "manifest.json").write_text(json.dumps(content))
    require_replaceable(target, force=True)
    remove_own(target)
    assert not target.exists()
    assert Path("notes.txt").read_text() == "mine"


STEPS = st.lists(
    st.sampled_from(["..", ".", "results", "study", "projects", "link", "chunks", "new", "people", "me", "data"]),
    min_size=1,
    max_size=7,
)


@given(steps=STEPS, absolute=st.booleans(), slash=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
def test_no_path_leads_to_the_loss_of_a_file(place, steps, absolute, slash):
    """Whatever way is taken, what may be replaced holds only what lensim wrote, and not where someone is."""
    results, link = place / "projects" / "study" / "results", place / "projects" / "study" / "link"
    if not results.exists():
        filled(results)
        link.symlink_to(place / "projects")
        (place / "data").mkdir()
        (place / "data" / "mine.csv").write_text("mine")
    path = Path(("/".join([str(place)] * absolute + steps)) + "/" * slash)
    before = everything(place)
    try:
        require_replaceable(path, force=True)
    except InputError:
        return
    assert everything(place) == before
    lost = everything(path.resolve()) if path.exists() else {}
    assert set(lost) <= set(everything(results))
    assert not path.exists() or path.resolve() == results


@pytest.mark.parametrize("kind", ["link", "link of its own", "pipe", "folder", "large", "deep"])
def test_a_manifest_that_is_no_plain_file_of_its_folder_is_no_right(place, kind, monkeypatch):
    results = filled(Path("results"))
    manifest, moved = results / "manifest.json", Path("manifest-elsewhere.json")
    text = manifest.read_text()
    manifest.rename(moved)
    if kind.startswith("link"):  # it would lead elsewhere as soon as the folder is moved
        manifest.symlink_to(f"../{moved}" if kind == "link" else "manifest.json")
    elif kind == "pipe":  # would be waited for without an end
        os.mkfifo(manifest)
    elif kind == "folder":
        manifest.mkdir()
    else:
        manifest.write_text(text[:-2] + ',"x":' + '{"a":' * 200 + "1" + "}" * 200 + "}")
        if kind == "large":
            monkeypatch.setattr("lensim.limits.TEXT_BYTES", 10)
    message = "one whose manifest.json is not of lensim: name another folder, or delete that one"
    refused("results", f"results {MUST_BE} {message}")


def test_a_link_to_results_is_none_that_may_be_deleted(place):
    Path("link").symlink_to(filled(Path("results")))
    with pytest.raises(InputError, match=r"^link must be a folder that lensim may delete, got a link to "):
        remove_own(Path("link"))
    assert Path("results", "manifest.json").exists()


def test_a_disk_without_room_is_told_before_any_work(place, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"total": 10, "free": 0})())
    with pytest.raises(InputError) as told:
        require_writable(place / "new" / "results")
    assert str(told.value) == (
        f"{place} must be a folder in which files can be made, got one on a disk that is full: choose another"
    )


def test_a_disk_that_says_nothing_of_its_room_is_taken(place, monkeypatch):
    def fail(_):
        raise OSError

    monkeypatch.setattr("shutil.disk_usage", fail)
    require_writable(place)

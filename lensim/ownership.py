"""Which folders lensim wrote, and so may replace: the manifest lists every file with its digest."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from lensim import unfinished
from lensim.checks import InputError
from lensim.plain_text import few_of
from lensim.private_folders import takes_files
from lensim.record import object_in

MANIFEST: Final = "manifest.json"
OBJECT: Final = "a list written by lensim"
WRITER: Final = "lensim"
LIST: Final = ".lensim-files.json"
"""The list of lensim's files in a folder that may hold others'."""
FILES: Final = "files"
"""In a list: files that are made together, of which those that a later result lacks go."""
COMING: Final = "coming"
"""In a list while files are replaced: digests of those that come, so that a kill leaves none that is unknown."""
SINGLE: Final = "single"
"""In a list: files whose names a user gave one by one, such as a table; none of them goes with others."""
COMING_SINGLE: Final = "coming_single"
LEFT_BY_FILE_MANAGERS: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
# What manifests held, and which kinds of files lay beside them, before they listed the files.
FORMER_KEYS: Final = frozenset({"seed", "commit", "python", "versions", "verdicts", "seconds"})
NAMED_AT_MOST: Final = 3


@dataclass(frozen=True)
class Listed:
    """What a list of lensim's files says: the digests that each may have, and which were named one by one."""

    digests: Mapping[str, frozenset[str]] = field(default_factory=dict)
    single: frozenset[str] = frozenset()

    def has(self, folder: Path, name: str) -> bool:
        """Whether a file is as lensim wrote it; a link never is, nor what lies elsewhere, whatever the list says."""
        path, allowed = folder / name, self.digests.get(name)
        if not allowed or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            return False
        inside = [path, *path.parents][: len(PurePosixPath(name).parts)]
        return path.is_file() and not any(one.is_symlink() for one in inside) and digest_of(path) in allowed


def read_list(folder: Path, list_name: str = LIST) -> Listed:
    """The list of lensim's files in a folder; an empty one where there is none.

    Raises
    ------
    InputError
        If the file of that name is not lensim's.
    """
    path = folder / list_name
    if not os.path.lexists(path):
        return Listed()
    try:
        return _listed(read_object(path))
    except ValueError as error:
        why = str(error).removeprefix(f"{path} must be {OBJECT}, got ")
        raise InputError(
            f"{path} must be the list of what lensim wrote there, got something else ({why}): move it away, or "
            "choose another folder"
        ) from None


def _listed(content: Mapping[str, Any]) -> Listed:
    """What the content of a list, or of a manifest, says; a `ValueError` where it is not lensim's."""
    together, single = ([content.get(part, {}) for part in kind] for kind in ((FILES, COMING), (SINGLE, COMING_SINGLE)))
    parts = [*together, *single]
    if content.get("written_by") != WRITER and not _is_former(content):
        raise ValueError("it does not say that lensim wrote it")
    if not all(isinstance(part, dict) for part in parts):
        raise ValueError("its files are not listed by name")
    names = {name for part in parts for name in part}
    return Listed(
        {name: frozenset(part[name] for part in parts if isinstance(part.get(name), str)) for name in names},
        frozenset(names).difference(*together),
    )


def _is_former(content: Mapping[str, Any]) -> bool:
    """Whether a manifest is of an earlier lensim, which listed no files."""
    return set(content) <= FORMER_KEYS and {"seed", "versions"} <= set(content)


def sign(folder: Path) -> None:
    """Write into the manifest of a folder that lensim wrote it, and the digest of every file in it.

    Everything that is in the folder now counts as written by lensim, so call it when the last file is written.
    """
    path = folder / MANIFEST
    content = read_object(path) if path.exists() else {}
    files = {name: digest_of(folder / name) for name in files_in(folder) if name != MANIFEST}
    path.write_text(
        json.dumps({"written_by": WRITER, **content, "files": files}, indent=2) + "\n", encoding="utf-8", newline="\n"
    )


def require_replaceable(target: Path, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse a folder for results that is taken or must not be lost, before any work is done for it.

    A folder that is there is replaced only with `force`, and only if lensim wrote all that is in it. Never replaced
    are a link, the folder where the command runs, the home folder, the root of the file system, a folder that holds
    one of these, and a folder that holds one of `inputs`.

    Raises
    ------
    InputError
        With the path, the reason and the remedy.
    """
    require_place(target)
    unfinished.recover(target.absolute())
    place = _place_of(target)
    if not os.path.lexists(place):
        return
    if reason := protected(target, inputs) or _not_own(place):
        raise InputError(f"{target} must be a new folder or one that lensim wrote, got {reason}")
    if not force:
        raise InputError(f"{target} must not exist yet, got a folder of that name: add force=True to replace it")


def require_place(target: Path) -> None:
    """Refuse a place for a new folder below a file, or below a folder in which none can be made.

    Raises
    ------
    InputError
        With the file or folder, and what to do.
    """
    for above in target.absolute().parents:
        if above.exists() or above.is_symlink():
            if not above.is_dir():
                raise InputError(f"{above} must be a folder, got a file: name a place in a folder")
            break
    require_writable(target.parent)


def _place_of(target: Path) -> Path:
    """Where a path leads: `new/..` is what is there, though `new` is not."""
    return target if os.path.lexists(target) else target.resolve()


def protected(target: Path, inputs: Iterable[Path] = ()) -> str:
    """Why a path must never be filled or deleted by lensim; empty where it may be, or nothing is there."""
    another = "name another folder"
    target = _place_of(target)
    if not os.path.lexists(target):
        return ""
    if target.is_symlink():
        return f"a link to {target.resolve()}: {another}"
    if not target.is_dir():
        return f"a file: {another}"
    if same(target, Path(target.resolve().anchor)):
        return f"the root of the file system: {another}"
    for name, place in (("the working folder", Path.cwd()), ("the home folder", _home())):
        if place is not None and same(target, place):
            return f"{name}: {another}"
        if place is not None and _holds(target, place):
            return f"a folder that holds {name}: {another}"
    for path in inputs:
        if _holds(target, path.absolute()) or _holds(target, path.resolve()):
            return f"a folder that holds {path}, which is read here: {another}"
    return ""


def require_writable(folder: Path) -> None:
    """Refuse a folder, there or not yet, in which no file can be made, before any work is done for it.

    Raises
    ------
    InputError
        With the folder that does not permit it.
    """
    place = folder.absolute()
    there = next((one for one in (place, *place.parents) if os.path.lexists(one)), place)
    got = ""
    if there.is_dir() and not takes_files(there):
        got = "on a disk that is read-only" if _is_read_only(there) else "without that permission"
    elif there.is_dir() and _is_full(there):
        got = "on a disk that is full"
    if got:
        raise InputError(f"{there} must be a folder in which files can be made, got one {got}: choose another")


def _is_read_only(folder: Path) -> bool:
    """Whether a disk takes no file of anyone; false where the system does not say so."""
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _is_full(folder: Path) -> bool:
    """Whether a disk has no room at all; false where the system does not say so."""
    try:
        found = shutil.disk_usage(folder)
    except OSError:
        return False
    return found.total > 0 and found.free == 0


def require_filled(folder: Path, option: str) -> None:
    """Refuse a folder into which no command puts many files, though it replaces none that is not its own.

    Raises
    ------
    InputError
        If it is the root of the file system, the home folder, or a folder that holds that or the working folder.
    """
    target = _place_of(folder)
    reason = ""
    if same(target, Path(target.resolve().anchor)):
        reason = "the root of the file system"
    elif (home := _home()) is not None and _holds(target, home):
        reason = "the home folder" if same(target, home) else "a folder that holds the home folder"
    elif _holds(target, Path.cwd()) and not same(target, Path.cwd()):
        reason = "a folder that holds the working folder"
    if reason:
        raise InputError(f"{option} must be a folder for these files, got {folder}, {reason}: name a new folder in it")
    require_writable(folder)


def _not_own(folder: Path) -> str:
    """Why a folder is not one that lensim wrote; empty text where lensim wrote it or it has no files."""
    delete = "name another folder, or delete that one"
    if folder.is_symlink():
        return f"a link to {folder.resolve()}: {delete}"
    try:
        hidden = unfinished.inside(folder)
        if unfinished.is_held(hidden):
            return "one in which another run works: wait until it has ended, or name another folder"
        entries = _entries(folder)
        if not entries:
            return ""
        if MANIFEST not in entries:
            return f"one without lensim's {MANIFEST} (in it: {_named(entries)}): {delete}"
        try:
            content = read_object(folder / MANIFEST)
        except InputError:
            return f"one whose {MANIFEST} is not of lensim: {delete}"
        return _foreign(folder, entries, content, delete)
    except OSError as error:
        return f"one that cannot be read ({error.strerror or error}): name another folder"


def _foreign(folder: Path, entries: set[str], content: dict[str, Any], delete: str) -> str:
    """Why a folder with a manifest holds more than lensim wrote."""
    if _is_former(content):
        return f"one of an earlier lensim, whose {MANIFEST} does not list its files: {delete}"
    try:
        listed = _listed(content)
    except ValueError:
        return f"one whose {MANIFEST} is not of lensim: {delete}"
    own, added = {MANIFEST}, Listed()
    with suppress(InputError):  # a file of that name that is no list is someone's
        added = read_list(folder)
        own.add(LIST)
    others = {name for name in entries - own if not listed.has(folder, name) and not added.has(folder, name)}
    if others := others - _folders_of(folder, [*listed.digests, *added.digests]):
        return (
            "one with what lensim did not write, or what was changed since "
            f"({_named(others)}): move that away, or name another folder"
        )
    return ""


def require_own(folder: Path) -> None:
    """Refuse a folder that holds anything that lensim did not write.

    Raises
    ------
    InputError
        With the reason and the remedy.
    """
    if reason := _not_own(folder):
        raise InputError(f"{folder} must be a folder that lensim may delete, got {reason}")


def remove_own(folder: Path) -> None:
    """Delete a folder that lensim wrote: its files one by one, then the folders that are empty.

    The manifest shows whose the rest is, so it is deleted last: where this is stopped, it can be done again.

    Raises
    ------
    InputError
        If something was put into it meanwhile; that and what is around it stays.
    """
    unfinished.removed(unfinished.inside(folder))
    listed = [(path, names) for path, _, names in folder.walk(top_down=False)]
    require_own(folder)  # after the list: what someone puts in from now on is not on it
    for path, names in listed:
        for name in names:
            if path != folder or name != MANIFEST:
                (path / name).unlink(missing_ok=True)
        if path != folder:
            path.rmdir()
    (folder / MANIFEST).unlink(missing_ok=True)
    folder.rmdir()


def _entries(folder: Path) -> set[str]:
    """Names of all that is in a folder and its folders, except what file managers and killed runs leave."""

    def stop(error: OSError) -> None:
        raise error

    hidden = unfinished.inside(folder)
    passed = (hidden,) if unfinished.is_own(hidden) else ()
    return {
        (path / name).relative_to(folder).as_posix()
        for path, folders, files in folder.walk(on_error=stop)
        for name in (*folders, *files)
        if name not in LEFT_BY_FILE_MANAGERS and not any(one in (path / name, path, *path.parents) for one in passed)
    }


def _folders_of(folder: Path, files: Iterable[str]) -> set[str]:
    """Folders that hold listed files; a link in the place of one is not among them."""
    above = {one.as_posix() for name in files for one in Path(name).parents}
    return {name for name in above if (folder / name).is_dir() and not (folder / name).is_symlink()}


def files_in(folder: Path) -> list[str]:
    """Names of the files in a folder and its folders, links not among them."""
    return sorted(name for name in _entries(folder) if (folder / name).is_file() and not (folder / name).is_symlink())


def digest_of(path: Path) -> str:
    """The digest of a file, as lists have it."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def read_object(path: Path) -> dict[str, Any]:
    """The content of a manifest or a list.

    Raises
    ------
    InputError
        If it is a link, which leads elsewhere once its folder is moved, or as `lensim.record.object_in`.
    """
    if path.is_symlink():
        raise InputError(f"{path} must be {OBJECT}, got a link to {path.readlink()}")
    return object_in(path, OBJECT)


def _named(names: Iterable[str]) -> str:
    return few_of(sorted(names), NAMED_AT_MOST)


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def _holds(folder: Path, place: Path) -> bool:
    """Whether a place, there or not yet, is in a folder; names of another case or of a link count."""
    return any(same(folder, above) for above in (place, *place.parents, *place.resolve().parents))


def same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file or folder, which is there; names of another case or of a link count."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False

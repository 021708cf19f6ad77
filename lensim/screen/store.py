"""The store of a screen: a folder in which each compound is a part, written whole, and for one screen only."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lensim import ownership, placing, unfinished
from lensim.added_files import put_from, require_added
from lensim.checks import InputError, remedy_of, shown, shown_name
from lensim.input_digests import FILES_READ, NamedDigest, digests_as_text, digests_in
from lensim.output import require_own_netcdf
from lensim.ownership import MANIFEST, WRITER, read_list
from lensim.record import object_in
from lensim.result_file import has_mark
from lensim.screen.one import Done
from lensim.screen.part import FOLDER, NAME, Part, read_part, stem_of, text_of
from lensim.screen.settings import ScreenSettings
from lensim.screen.table import COMPOUNDS, SUMMARY, write_tables

RECORD: Final = "screen.json"
FINDINGS: Final = "findings.txt"
WHAT: Final = "the record of a screen that lensim wrote"
TABLES: Final = "tables"
SHOWN: Final = 3


@dataclass(frozen=True)
class Record:
    """What a store says of its screen: the column, its compounds in order, the settings, and the files of the data."""

    by: str
    names: tuple[str, ...]
    settings: Mapping[str, Any]
    of: str
    files: tuple[NamedDigest, ...] = ()


@dataclass(frozen=True)
class Store:
    """The folder of a screen, and a hidden one in it where parts are made."""

    folder: Path
    filling: Path
    record: Record

    def find(self, name: str, data: str) -> Part | None:
        """The part of a compound that needs no other fit; None where there is none, or it is damaged."""
        try:
            part = read_part(part_path(self.folder, name))
        except InputError:
            return None
        if (part.name, part.of, part.data) != (name, self.record.of, data) or not part.is_final:
            return None
        return part if not part.fit or part.fit == _digest_of(fit_path(self.folder, name)) else None

    def write(self, done: Done) -> None:
        """Write what came of a compound: first its draws, then its part, each whole or not at all.

        Raises
        ------
        InputError
            If the folder cannot be written to, or is full, or something that lensim did not write has the name.
        """
        path, draws = part_path(self.folder, done.part.name), fit_path(self.folder, done.part.name)
        with _told(self.folder):
            require_own_part(path)
            require_own_netcdf(draws)
            if done.image:
                partial = self.filling / draws.name
                partial.write_bytes(done.image)
                placing.replace(partial, draws)
            else:
                removed(draws)
            partial = self.filling / path.name
            partial.write_text(text_of(done.part), encoding="utf-8", newline="\n")
            placing.replace(partial, path)

    def parts(self) -> Iterator[Part]:
        """The parts that are there, in the order of the screen."""
        return parts_of(self.folder, self.record)

    def write_tables(self, findings: str = "", manifest: Mapping[str, Any] | None = None) -> None:
        """Write the tables of all compounds that are done, whole or not at all.

        Parameters
        ----------
        findings
            What was found, in sentences; where the screen is done.
        manifest
            What the manifest is to say; with it the list of all files is written.
        """
        place = self.filling / TABLES
        place.mkdir(exist_ok=True)
        with _told(self.folder):
            write_tables(place, self.record.by, self.parts)
            if findings:
                (place / FINDINGS).write_text(findings + "\n", encoding="utf-8", newline="\n")
            if manifest is not None:
                (place / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8", newline="\n")
            is_own = own_of_screen(self.folder) if manifest is not None else None
            put_from(place, self.folder, list_name=MANIFEST, is_own=is_own)


def part_path(folder: Path, name: str) -> Path:
    """Where the part of a compound is."""
    return folder / FOLDER / f"{stem_of(name)}.json"


def fit_path(folder: Path, name: str) -> Path:
    """Where the draws of a compound are: a result as `lensim fit` writes it, in compact form."""
    return folder / FOLDER / f"{stem_of(name)}.nc"


def is_screen(folder: Path) -> bool:
    """Whether a path is the folder of a screen."""
    return folder.is_dir() and (folder / RECORD).is_file()


def read_record(folder: Path) -> Record:
    """What a store says of its screen.

    Raises
    ------
    InputError
        If it is no folder of a screen.
    """
    if not is_screen(folder):
        got = "a folder without it" if folder.is_dir() else "a file" if folder.exists() else "nothing there"
        raise InputError(f"{shown_name(folder)} must be the folder of a screen, with {RECORD} in it, got {got}")
    content = object_in(folder / RECORD, WHAT)
    by, names, settings, of = (content.get(name) for name in ("by", "names", "settings", "of"))
    if (
        content.get("written_by") != WRITER
        or not (isinstance(by, str) and isinstance(of, str) and isinstance(settings, dict))
        or not (isinstance(names, list) and all(isinstance(one, str) for one in names))
    ):
        raise InputError(f"{shown_name(folder / RECORD)} must be {WHAT}, got something else")
    return Record(by, tuple(names), settings, of, tuple(digests_in(content)))


def parts_of(folder: Path, record: Record) -> Iterator[Part]:
    """The sound parts of a screen, in its order, one at a time."""
    for name in record.names:
        with suppress(InputError):
            part = read_part(part_path(folder, name))
            if part.name == name and part.of == record.of:
                yield part


def own_of_screen(folder: Path) -> Callable[[str], bool]:
    """Whether a file in a folder is one of a screen of lensim's, by its name inside the folder and what it says."""

    def is_own(name: str) -> bool:
        if name == RECORD:
            return True
        if NAME.fullmatch(name) is None:
            return False
        return has_mark(folder / name) if name.endswith(".nc") else not _fault(folder / name)

    return is_own


def require_own_part(path: Path) -> None:
    """Refuse to replace what lensim did not write; an empty file is nobody's.

    Raises
    ------
    InputError
        With what is there, and what to do.
    """
    if os.path.lexists(path) and (got := _fault(path)):
        raise InputError(
            f"{shown_name(path)} must be free or a part that lensim wrote, got {got}: move it away, and its compound "
            "is fitted again"
        )


def _fault(path: Path) -> str:
    """Why something that is there is no part of lensim's; empty where it is one, or an empty file."""
    if path.is_symlink():
        return f"a link to {path.resolve()}"
    if path.is_dir():
        return "a folder"
    if not path.is_file():
        return "a pipe or a device"
    if path.stat().st_size == 0:
        return ""
    try:
        read_part(path)
    except InputError:
        return "another file, or one that was cut or changed"
    return ""


@contextmanager
def open_screen(
    folder: Path,
    by: str,
    digests: Mapping[str, str],
    settings: ScreenSettings,
    *,
    files: Sequence[NamedDigest] = (),
    force: bool = False,
) -> Iterator[Store]:
    """The store of a screen, new or begun; no other process can open it while the block runs.

    Parameters
    ----------
    folder
        Of the screen.
    by
        The column that names compounds.
    digests
        Digest of the data of each compound, in the order of the table.
    settings
        How each is fitted.
    files
        The files of the data, with their digests.
    force
        Remove what a folder of another screen has of other settings, of other data, and of other compounds.

    Raises
    ------
    InputError
        If the folder holds another screen or something else, another run works in it, or it cannot be written to.
    """
    record = Record(by, tuple(digests), settings.content(), settings.digest(), tuple(files))
    _require_own(folder, record, digests, force=force)
    ownership.require_place(folder)
    ownership.require_writable(folder)
    place = folder.absolute()
    known = read_list(folder, MANIFEST)
    for name in (SUMMARY, COMPOUNDS, FINDINGS):
        require_added(folder / name, force=True, list_name=MANIFEST, known=known)
    with ExitStack() as stack:
        with _told(folder):
            stack.enter_context(unfinished.folder_made(place))
            filling = stack.enter_context(unfinished.held(unfinished.inside(place), folder))
            stale = _require_own(folder, record, digests, force=force)
            for one in stale:
                removed(one)
                removed(one.with_suffix(".nc"))
            partial = filling / RECORD
            said = {"written_by": WRITER, "by": by, "of": record.of, "settings": record.settings}
            said |= {FILES_READ: digests_as_text(files)} if files else {}
            text = json.dumps({**said, "names": list(record.names)}, indent=1, default=str, ensure_ascii=False)
            partial.write_text(text + "\n", encoding="utf-8", newline="\n")
            placing.replace(partial, place / RECORD)
        yield Store(folder, filling, record)


def _require_own(folder: Path, record: Record, digests: Mapping[str, str], *, force: bool) -> list[Path]:
    """Parts of a begun store that are not of this screen, which `force` removes; refuses what may not be filled."""
    if not os.path.lexists(folder / RECORD):
        reason = ownership.protected(folder)
        if not reason and folder.exists() and {one.name for one in folder.iterdir()} - {unfinished.SUFFIX}:
            reason = "a folder with other files: name another folder"
        if reason:
            raise InputError(f"{folder} must be a new folder or one of a screen, got {reason}")
        return []
    there = read_record(folder)
    if there.of != record.of and not force:
        raise InputError(
            f"{folder} must hold this very screen, got one with {_differing(there, record)}: name another folder, or "
            "add force=True to fit all again there"
        )
    if (there.by != record.by) and not force:
        raise InputError(
            f"{folder} must hold this very screen, got one by {shown(there.by)} and not by {shown(record.by)}: name "
            "another folder, or add force=True to fit all again there"
        )
    return _stale(folder, record, digests, force=force)


def _differing(there: Record, record: Record) -> str:
    """Settings that differ, in words."""
    now = json.loads(json.dumps(dict(record.settings), default=str))
    names = [name for name in now if there.settings.get(name) != now[name]]
    said = [f"{name} {shown(there.settings.get(name))} and not {shown(now[name])}" for name in names[:SHOWN]]
    return ", ".join(said) or "other settings"


def _stale(folder: Path, record: Record, digests: Mapping[str, str], *, force: bool) -> list[Path]:
    """Parts of other settings, other data or other compounds; refused without `force` where they were finished."""
    stale, changed, gone = [], [], []
    place = folder / FOLDER
    if place.is_symlink() or (os.path.lexists(place) and not place.is_dir()):
        raise InputError(f"{shown_name(place)} must be a folder that lensim made, got something else: move it away")
    for path in sorted(place.glob("*.json")) if place.is_dir() else ():
        if NAME.fullmatch(f"{FOLDER}/{path.name}") is None:
            continue
        require_own_part(path)
        require_own_netcdf(path.with_suffix(".nc"))
        try:
            part = read_part(path)
        except InputError:
            continue
        if part.name not in digests:
            gone.append(part.name)
        elif part.of == record.of and part.data != digests[part.name]:
            changed.append(part.name)
        elif part.of == record.of:
            continue
        stale.append(path)
    for names, what in ((changed, "other data"), (gone, "compounds that are not in the data now")):
        if names and not force:
            raise InputError(
                f"{folder} must hold results of these very data, got {len(names)} of {what} ({_some(names)}): add "
                "force=True to remove these and go on, or name another folder"
            )
    return stale


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(shown, names[:SHOWN])) + more


def removed(path: Path) -> None:
    """Remove a part, or its draws, that lensim wrote; nothing where there is none."""
    path.unlink(missing_ok=True)


def _digest_of(path: Path) -> str:
    return ownership.digest_of(path) if path.is_file() and not path.is_symlink() else ""


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        kept = "; what was finished is kept, and the same command goes on there" if (folder / FOLDER).is_dir() else ""
        raise InputError(
            f"{folder} must be a folder that can be written to, got: {why}{remedy_of(error)}{kept}"
        ) from None

"""Hidden folders in which results are made: each is held by one process, and one of a killed process is known.

A hidden folder has a file that its process keeps locked. The system takes the lock away when the process ends, however
it ends, so no clock and no number of a process says whether it still runs. In it lie

* `filling`: what is being written; worth nothing if the process ends;
* `whole`: a folder of results that is finished but has not taken its name yet, or the one that had the name before;
* `old`: results that were moved aside on systems that cannot swap two names in one step.
"""

import errno
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from lensim import placing
from lensim.checks import InputError

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:
    msvcrt = None  # type: ignore[assignment]

SUFFIX: Final = ".lensim-unfinished"
LOCK, FILLING, WHOLE, OLD = "lock", "filling", "whole", "old"
MARK: Final = b"lensim makes results here; what a run that was killed has left is removed by the next one\n"
LONGEST_NAME: Final = 180  # bytes; file systems take 255
WAIT_S: Final = 0.05
FEW_TRIES: Final = 4
"""For what another process holds as long as it computes."""
MANY_TRIES: Final = 200
"""For what another process holds as long as it writes."""
NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""Errors of a write, which names no path."""
_BUSY: Final = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)


def beside(target: Path) -> Path:
    """The hidden folder of a file or folder that takes its name whole; in the same folder, with the same name."""
    name = target.name
    if len(os.fsencode(name)) > LONGEST_NAME:
        name = hashlib.blake2b(os.fsencode(name), digest_size=16).hexdigest()
    return target.parent / f".{name}{SUFFIX}"


def inside(folder: Path) -> Path:
    """The hidden folder of files that are put into a folder one by one."""
    return folder / SUFFIX


def is_within(path: Path) -> bool:
    """Whether a path is in a hidden folder, so that what is written there has no name yet."""
    return any(part.endswith(SUFFIX) for part in path.parts[:-1])


@contextmanager
def told_with(path: Path) -> Iterator[None]:
    """Errors name the file or folder that a user asked for, and not the hidden one in which it is made."""
    place = path.absolute()
    made_at = (beside(place) / FILLING / path.name, inside(place.parent) / FILLING / path.name, inside(place) / FILLING)
    hidden = {str(made): str(path) for made in made_at}

    def named(text: str) -> str:
        for made, asked in hidden.items():
            text = text.replace(made, asked)
        return text

    try:
        yield
    except InputError as error:
        if (told := named(str(error))) != str(error):
            raise InputError(told) from None
        raise
    except OSError as error:
        if SUFFIX in str(error.filename) or (error.filename is None and error.errno in NO_ROOM):
            found = named(str(error.filename or path))
            raise OSError(error.errno, error.strerror, str(path) if SUFFIX in found else found) from error
        raise


@contextmanager
def folder_made(folder: Path) -> Iterator[None]:
    """Make a folder for the block, and remove what was made of it where the block fails and nothing is in it."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            for one in missing:
                one.rmdir()
        raise


@contextmanager
def held(hidden: Path, target: Path, *, tries: int = FEW_TRIES) -> Iterator[Path]:
    """A folder to fill for `target`, in a hidden folder that no other process has; removed when the block ends.

    What a killed run left in `filling` is gone; `whole` and `old` of it are still there beside it.

    Parameters
    ----------
    tries
        How often to ask for it, 50 ms apart, while another process has it.

    Raises
    ------
    InputError
        If another process keeps it, or something that lensim did not make has its name.
    OSError
        If it cannot be made there.
    """
    handle = _take(hidden, tries)
    if handle is None:
        raise InputError(
            f"{target} must not be written by two runs at once, got another one at work there: wait until it has "
            "ended, or choose another name"
        )
    try:
        _remove(hidden / FILLING)
        (hidden / FILLING).mkdir()
        yield hidden / FILLING
    finally:
        _leave(hidden, handle)


def is_held(hidden: Path) -> bool:
    """Whether a process works in a hidden folder."""
    try:
        handle = os.open(hidden / LOCK, os.O_RDWR | _AS_IT_IS)
    except OSError:
        return False
    try:
        return _locked(handle) is False
    finally:
        os.close(handle)


def is_own(hidden: Path) -> bool:
    """Whether lensim made a hidden folder: it has the mark, and nothing but what lensim makes in it."""
    if hidden.is_symlink() or not hidden.is_dir():
        return False
    entries = {path.name for path in hidden.iterdir()}
    if not entries:
        return True  # of a process that was killed as it made or removed the folder
    lock = hidden / LOCK
    if lock.is_symlink() or not lock.is_file() or not entries <= {LOCK, FILLING, WHOLE, OLD}:
        return False
    if any((hidden / name).is_symlink() or not (hidden / name).is_dir() for name in entries - {LOCK}):
        return False
    return MARK.startswith(lock.read_bytes())  # a loss of power can leave less of it


def removed(hidden: Path) -> bool:
    """Remove the hidden folder of a killed process; false where a process works in it, or it is not lensim's."""
    if not os.path.lexists(hidden):
        return True
    try:
        handle = _take(hidden, 1)
    except InputError:
        return False
    if handle is None:
        return False
    _leave(hidden, handle)
    return not os.path.lexists(hidden)


def recover(target: Path) -> None:
    """Give results their name back where a run was killed between two renames; on systems that cannot swap names.

    The new results are taken, which were whole, else the old ones. Nothing is done where something has the name.
    """
    hidden = beside(target)
    places = [hidden / place / target.name for place in (WHOLE, OLD)]
    if os.path.lexists(target) or not os.path.lexists(places[1]):
        return
    try:
        handle = _take(hidden, FEW_TRIES)
    except InputError:
        return
    if handle is None:
        return
    try:
        for place in places:
            if os.path.lexists(place):
                with suppress(FileExistsError):
                    placing.put(place, target)
                return
    finally:
        os.close(handle)  # the rest is removed by the next run, which looks whose it is


def _take(hidden: Path, tries: int) -> int | None:
    """The lock of a hidden folder, which is made if need be; none where another process keeps it."""
    strange = 0
    while True:
        made = _made(hidden)
        try:
            if not made and not is_own(hidden):
                strange += 1
                if strange < FEW_TRIES:  # as it looks for a moment while another process removes it
                    time.sleep(WAIT_S)
                    continue
                raise InputError(
                    f"{hidden} must be free for what lensim makes there, got something else of that name: move it away"
                )
            handle = os.open(hidden / LOCK, os.O_CREAT | os.O_RDWR | _AS_IT_IS, 0o666)
        except FileNotFoundError:  # removed by its process a moment ago
            continue
        got = _locked(handle)
        if got is None and not made:
            os.close(handle)
            raise InputError(
                f"{hidden} must not be there, as this file system cannot say whether a run works in it: delete it if "
                "none does"
            )
        if got is not False and _is_at(handle, hidden / LOCK):
            _mark(hidden, handle)
            return handle
        os.close(handle)
        if got is False:
            tries -= 1
            if tries <= 0:
                return None
            time.sleep(WAIT_S)


def _mark(hidden: Path, handle: int) -> None:
    try:
        if os.fstat(handle).st_size < len(MARK):
            os.lseek(handle, 0, os.SEEK_SET)
            os.write(handle, MARK)
    except OSError as error:
        _leave(hidden, handle)
        raise OSError(error.errno, error.strerror, str(hidden)) from error


def _made(hidden: Path) -> bool:
    try:
        hidden.mkdir()
    except FileExistsError:
        return False
    return True


def _leave(hidden: Path, handle: int) -> None:
    """Remove a hidden folder, except results in it that are to be kept, and let go of its lock."""
    try:
        with suppress(OSError):
            _remove(hidden / FILLING)
            for name in (WHOLE, OLD):
                if (hidden / name).exists():
                    (hidden / name).rmdir()
            if msvcrt is not None:  # Windows removes no file that is open
                os.close(handle)
                handle = -1
            (hidden / LOCK).unlink(missing_ok=True)  # last, as it shows whose the folder is
            hidden.rmdir()
    finally:
        if handle >= 0:
            os.close(handle)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


_AS_IT_IS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""No link is followed, and no end of a line is written in another way: the mark is compared letter by letter."""


def _locked(handle: int) -> bool | None:
    """Take a lock that ends with the process; false where another has it, none where there are no such locks."""
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        elif msvcrt is not None:
            os.lseek(handle, 1_000_000, os.SEEK_SET)  # others cannot read what is locked, and so not the mark
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            return None
    except OSError as error:
        return False if error.errno in _BUSY else None
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether an open file is still the one at a path."""
    try:
        found = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and os.path.samestat(os.fstat(handle), found)

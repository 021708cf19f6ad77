"""The one door through which every file of a user is opened: regular files alone, none beyond a bound, never a wait.

A pipe would be waited for without an end, a device such as `/dev/zero` never ends, and a file that another program
still writes is read in part. All of these are refused, in one sentence with what was found and what to do.
"""

import os
import stat
from pathlib import Path
from typing import Final

from lensim import limits
from lensim.checks import InputError
from lensim.plain_text import shown_name

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe: save what comes out of it to a file, and name that"),
    (stat.S_ISCHR, "a device: save what it gives to a file, and name that"),
    (stat.S_ISBLK, "a device: save what it gives to a file, and name that"),
    (stat.S_ISSOCK, "a socket: save what comes out of it to a file, and name that"),
)
_CHUNK: Final = 1 << 20
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def read_bytes(path: str | Path, what: str = "a file", *, at_most: int = limits.TABLE_BYTES) -> bytes:
    """The content of a user's file.

    Parameters
    ----------
    path
        As the user names it.
    what
        What the file is to be, for messages: "a file", "a scenario file".
    at_most
        The largest size that is read [bytes].

    Raises
    ------
    InputError
        If nothing is there, it is no regular file (a folder, pipe, device or socket), it cannot be opened or read, it
        is larger than `at_most`, or it changes while it is read.
    """
    check_file(path, what, at_most=at_most)  # before it is opened: to open a pipe or a device can wait, or act
    try:
        handle = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise _cannot_be(path, what, "opened", error) from None
    try:
        before = os.fstat(handle)
        _refuse_kind(path, what, before, at_most)
        content = _read(handle, before.st_size, at_most)
        after = os.fstat(handle)
    except OSError as error:
        raise _cannot_be(path, what, "read", error) from None
    finally:
        os.close(handle)
    if len(content) > at_most:
        raise _too_large(path, what, f"more than {at_most:,}", at_most)
    has_changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    if has_changed or (before.st_size and len(content) != before.st_size):  # files of the system state no size
        size = max(after.st_size, len(content))
        raise InputError(
            f"{shown_name(path)} must be {what} that stays as it is, got one that changed while it was read "
            f"({before.st_size:,} bytes, then {size:,}): wait until it is written, and try again"
        )
    return content


def check_file(path: str | Path, what: str = "a file", *, at_most: int = limits.TABLE_BYTES) -> None:
    """Refuse what is no regular file or is too large; for files that a library opens by itself.

    Raises
    ------
    InputError
        As `read_bytes`, which looks again after opening.
    """
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        got = "a link to what is not there" if os.path.islink(path) else "nothing there"
        raise InputError(f"{shown_name(path)} must be {what}, got {got}") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL in it
        raise _cannot_be(path, what, "opened", error) from None
    _refuse_kind(path, what, found, at_most)


def _refuse_kind(path: str | Path, what: str, found: os.stat_result, at_most: int) -> None:
    for is_kind, words in _KINDS:
        if is_kind(found.st_mode):
            raise InputError(f"{shown_name(path)} must be {what}, got {words}")
    if found.st_size > at_most:
        raise _too_large(path, what, f"{found.st_size:,}", at_most)


def _read(handle: int, stated: int, at_most: int) -> bytes:
    """What is in an open file, and no more than one byte beyond the bound; mostly in one piece of the stated size."""
    parts, size = [], 0
    while size <= at_most and (part := os.read(handle, min(max(stated, _CHUNK), at_most + 1 - size))):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _too_large(path: str | Path, what: str, got: str, at_most: int) -> InputError:
    return InputError(
        f"{shown_name(path)} must be {what} of at most {at_most:,} bytes, got {got}: leave out what is not needed, or "
        "divide it into several files"
    )


def _cannot_be(path: str | Path, what: str, done: str, error: OSError | ValueError) -> InputError:
    why = (error.strerror if isinstance(error, OSError) else "") or str(error) or type(error).__name__
    return InputError(f"{shown_name(path)} must be {what}, got one that cannot be {done} ({why})")

"""The file of a result: HDF5 with a digest behind it, looked through before the netCDF library sees it.

The libraries of HDF5 and netCDF crash, hang or read other files where a file is damaged or made to harm. So a digest
tells damage before anything is parsed, and every file that this process did not write is first looked through in a
process of its own (`lensim.result_look`). The digest is no signature: whoever makes a file can make its digest, so it
spares no look.
"""

import hashlib
import io
from pathlib import Path
from typing import Final

from lensim import input_file, limits
from lensim.checks import InputError, shown_name
from lensim.looked_through import looked_through

MARK: Final = b"lensim result, blake2b: "
DIGEST_BYTES: Final = 32
END: Final = len(MARK) + DIGEST_BYTES
SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"
WHAT: Final = "a netCDF file written by lensim"
LOOK: Final = Path(__file__).with_name("result_look.py")
LOOK_SECONDS: Final = 15.0
"""Processor time for a file, beside that for its size: one that takes more is made to hang a reader."""
BYTES_PER_SECOND: Final = 20 * limits.MEGABYTE
EXPECTED: Final = "lensim_digest_behind_file"
"""Root attribute of a file that had a digest when it was written: without one it was changed since."""
AGAIN: Final = "fit again, or take a copy that is whole"

_written: set[bytes] = set()


def with_digest(image: memoryview) -> memoryview:
    """The bytes of a netCDF file with the digest behind them, which every reader of HDF5 passes over."""
    digest = _digest(image)
    _written.add(digest)
    return memoryview(b"".join([image, MARK, digest]))


def has_mark(path: Path) -> bool:
    """Whether a file ends as lensim's netCDF files do, also one that was damaged since."""
    with path.open("rb") as opened:
        starts = opened.read(len(SIGNATURE)) == SIGNATURE
        opened.seek(max(path.stat().st_size - END, 0))
        return starts and opened.read(len(MARK)) == MARK


def _digest(image: bytes | memoryview) -> bytes:
    return hashlib.blake2b(image, digest_size=DIGEST_BYTES).digest()


def result_content(path: Path) -> io.BytesIO:
    """The content of a result file, looked through and fit for the netCDF library.

    Raises
    ------
    InputError
        If it is no regular file, too large, damaged, no netCDF of HDF5, or has what no result of lensim has.
    """
    content = input_file.read_bytes(path, "a result file", at_most=limits.RESULT_BYTES)
    if not content.startswith(SIGNATURE):
        raise InputError(f"{shown_name(path)} must be {WHAT}, got {_kind(content)}")
    has_digest = content[-END:-DIGEST_BYTES] == MARK
    is_lost = not has_digest and EXPECTED.encode() in content
    if is_lost or (has_digest and _digest(memoryview(content)[:-END]) != content[-DIGEST_BYTES:]):
        raise InputError(
            f"{shown_name(path)} must be {WHAT} and not changed since, got one that was damaged or changed: {AGAIN}"
        )
    if not (has_digest and content[-DIGEST_BYTES:] in _written):
        _look(content, path)
    return io.BytesIO(content)


def _kind(content: bytes) -> str:
    if not content:
        return "something else (an empty file)"
    return "one of the classic format of netCDF" if content.startswith(b"CDF") else "something else"


def _look(content: bytes, path: Path) -> None:
    """Look through a file in a process of its own; one that crashes or hangs there is refused."""
    declared = max(limits.RESULT_VALUES_BYTES, limits.RESULT_EXPANSION * len(content))
    seconds = LOOK_SECONDS + len(content) / BYTES_PER_SECOND
    if_slow = "if the machine or the disk was busy, try again; if not, the file is made to hang its readers"
    look = looked_through(LOOK, content, declared, seconds, shown_name(path), if_slow)
    if look.is_too_slow:
        raise _damaged(path, f"one that was not read within {seconds:.0f} s of processor time")
    if look.exit_status:
        raise _damaged(path, f"one at which the HDF5 library breaks off (exit status {look.exit_status})")
    if look.said:
        raise _damaged(path, look.said)


def _damaged(path: Path, got: str) -> InputError:
    return InputError(f"{shown_name(path)} must be {WHAT}, got {got}: {AGAIN}")

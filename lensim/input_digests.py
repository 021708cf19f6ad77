"""Which files data were read from: the SHA-256 of each, by which a person knows the same file again."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import xarray as xr

from lensim import limits
from lensim.checks import InputError
from lensim.input_file import read_bytes
from lensim.plain_text import shown_name

FILES_READ: Final = "files_sha256"
"""The attr: a line a file, its SHA-256 in hexadecimal, two blanks and its name, as the program `sha256sum` writes."""
_BLANKS: Final = "  "

NamedDigest = tuple[str, str]
"""The name of a file without its folder, and its SHA-256."""


def digest_of_bytes(content: bytes) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def with_digests(data: xr.Dataset, files: Iterable[NamedDigest]) -> xr.Dataset:
    """Data whose attrs say which files they are from, beside those that they name already."""
    lines = [*str(data.attrs.get(FILES_READ, "")).splitlines(), *digests_as_text(files).splitlines()]
    return data.assign_attrs({FILES_READ: "\n".join(dict.fromkeys(lines))}) if lines else data


def digests_as_text(files: Iterable[NamedDigest]) -> str:
    """Files as the attr `FILES_READ` has them; `digests_in` reads it."""
    return "\n".join(f"{own}{_BLANKS}{name}" for name, own in files)


def digests_in(attrs: Mapping[Any, Any]) -> list[NamedDigest]:
    """The files that attrs of data name."""
    parted = (line.partition(_BLANKS) for line in str(attrs.get(FILES_READ, "")).splitlines())
    return [(name, digest) for digest, _, name in parted]


def digests_of(paths: Iterable[Path]) -> list[NamedDigest]:
    """The files at some paths; folders, and what is not there or too large, are left out."""
    found: list[NamedDigest] = []
    for path in paths:
        try:
            content = read_bytes(path, at_most=limits.PARQUET_BYTES)
        except InputError:
            continue
        found.append((shown_name(path.name), digest_of_bytes(content)))
    return found

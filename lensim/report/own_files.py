"""Files of a results folder, as a page reads them: regular files inside the folder, and none that a link leads to.

A link in a folder that someone sent would put another file of the reader's onto a page that is handed on.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from lensim import input_file, limits, ownership
from lensim.checks import InputError, shown_name

SHOWN: Final = (".csv", ".png", ".txt", ".toml", ".json")
"""Kinds of files that a page shows."""


def cautions_of(folder: Path) -> Iterator[str]:
    """A sentence for each file of a page that is not as lensim wrote it, by the digests in manifest.json.

    Nothing is known of a folder without a manifest, and of one of an earlier lensim, which listed no files.

    Raises
    ------
    InputError
        If a list of files in the folder is none.
    """
    path = folder / ownership.MANIFEST
    if not os.path.lexists(path) or ownership.FILES not in ownership.read_object(path):
        return
    listed, added = ownership.read_list(folder, ownership.MANIFEST), ownership.read_list(folder)
    there = {*names_of(folder, ".csv"), *names_of(folder, ".png")}
    for name in sorted({*listed.digests, *there}):
        if not name.endswith(SHOWN):
            continue
        if not os.path.lexists(folder / name):
            yield f"{shown_name(name)}, which lensim wrote, is not there any more."
        elif name not in listed.digests and name not in added.digests:
            yield f"{shown_name(name)} was not written by lensim."
        elif not _is_small(folder / name) or not (listed.has(folder, name) or added.has(folder, name)):
            yield f"{shown_name(name)} was changed since lensim wrote it."


def _is_small(path: Path) -> bool:
    """Whether a file is one of which a digest takes no time; what is larger is on no page."""
    return path.stat().st_size <= limits.PICTURE_BYTES


def require_inside(folder: Path, path: Path) -> None:
    """Refuse a file of a folder that is a link, or lies in a folder that is one.

    Raises
    ------
    InputError
        Naming the link.
    """
    for one in (path, *path.parents):
        if one == folder:
            return
        if one.is_symlink():
            raise InputError(
                f"{shown_name(one)} must be a file of this results folder, got a link: put a copy in its place, or "
                "take it away"
            )


def names_of(folder: Path, suffix: str) -> list[str]:
    """Files of a folder and of those right below it, by their names inside; hidden ones are passed over.

    Raises
    ------
    InputError
        As `require_inside`.
    """
    found = [*folder.glob(f"*{suffix}"), *folder.glob(f"*/*{suffix}")]
    seen = [path for path in found if not path.name.startswith(".")]
    for path in seen:
        require_inside(folder, path)
    inside = [path.relative_to(folder) for path in seen]
    return [path.as_posix() for path in sorted(inside, key=lambda path: (len(path.parts), path.as_posix()))]


def text_of(path: Path) -> str:
    """A text that lensim wrote.

    Raises
    ------
    InputError
        If it is no regular file, too large, or no text in UTF-8.
    """
    try:
        return input_file.read_bytes(path, "text in UTF-8", at_most=limits.TEXT_BYTES).decode()
    except UnicodeDecodeError:
        raise InputError(f"{shown_name(path)} must be text in UTF-8, got something else") from None


def read_table(path: Path) -> pd.DataFrame:
    """A table that lensim wrote.

    Raises
    ------
    InputError
        If it is no regular file, too large, or no CSV.
    """
    what = "a table (CSV) written by lensim"
    content = input_file.read_bytes(path, what, at_most=limits.PAGE_TABLE_BYTES)
    if (commas := max((line.count(b",") for line in content.splitlines()), default=0)) >= limits.TABLE_COLUMNS:
        raise InputError(
            f"{shown_name(path)} must be {what} of at most {limits.TABLE_COLUMNS:,} columns, got {commas + 1:,}"
        )
    try:
        found = pd.read_csv(io.BytesIO(content))
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (pd.errors.ParserError, ValueError, OverflowError) as error:  # ValueError: also what is no UTF-8
        raise InputError(f"{shown_name(path)} must be {what}, got something else ({error})") from None
    if not isinstance(found.index, pd.RangeIndex):
        raise InputError(f"{shown_name(path)} must be {what}, got lines with more cells than the first")
    return found


def picture_bytes(path: Path) -> bytes:
    """A figure that lensim drew.

    Raises
    ------
    InputError
        If it is no regular file or too large.
    """
    return input_file.read_bytes(path, "a figure (PNG)", at_most=limits.PICTURE_BYTES)

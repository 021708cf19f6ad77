"""Files that lensim puts into a folder which may hold others': a list there says which are lensim's.

The list has the digest of each file. A file of the same name is replaced only if it is on the list and is as lensim
wrote it, and a figure or table of an earlier result that the new one lacks goes, so that none is stale beside the rest.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lensim import checks, ownership, placing, unfinished
from lensim.output import require_free
from lensim.ownership import COMING, LIST, Listed, read_list


@contextmanager
def added_to(
    folder: Path,
    *,
    force: bool,
    inputs: Iterable[Path] = (),
    is_stale: Callable[[str], bool] = lambda name: False,
    list_name: str = LIST,
    is_own: Callable[[str], bool] | None = None,
) -> Iterator[Path]:
    """A hidden folder to fill; when the block ends well, its files go into `folder`, each in one step.

    Parameters
    ----------
    folder
        May be there and hold others' files.
    force
        Replace files of the same names that lensim wrote there.
    inputs
        Files that are read for the results: none of them is replaced.
    is_stale
        Whether a file that lensim wrote there before is removed where none of that name comes now.
    list_name
        The file with the list, a JSON object; a file of that name that the block writes has what else it is to say.
    is_own
        Whether lensim wrote a file that is there and not on the list, by its name inside the folder.

    Raises
    ------
    InputError
        If a file of the same name is there that may not be replaced, or another process keeps writing there. Then no
        file is changed.
    OSError
        With a path in `folder`, where the disk fails.
    """
    place = folder.absolute()
    if os.path.lexists(place) and not place.is_dir():
        raise checks.InputError(f"{folder} must be a folder, got a file")
    with (
        unfinished.told_with(folder),
        unfinished.folder_made(place),
        unfinished.held(unfinished.inside(place), folder, tries=unfinished.MANY_TRIES) as filling,
    ):
        yield filling
        _Adding(folder, place, filling, list_name).put(force=force, inputs=inputs, is_stale=is_stale, is_own=is_own)


@contextmanager
def added_file(path: Path, *, force: bool, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """A path to write to, for a file whose name lensim has made from one that a user gave; it becomes `path`.

    Raises
    ------
    InputError, OSError
        As `added_to`.
    """
    require_added(path, force=force, inputs=inputs)
    with added_to(path.parent, force=force, inputs=inputs) as filling:
        yield filling / path.name


def require_added(
    path: Path, *, force: bool, inputs: Iterable[Path] = (), list_name: str = LIST, known: "Listed | None" = None
) -> None:
    """Refuse a file in a folder that is taken, and is not lensim's to replace.

    Raises
    ------
    InputError
        With the path, the reason and the remedy.
    """
    require_free(path, force=force, inputs=inputs)
    if path.exists() and not (known or read_list(path.parent, list_name)).has(path.parent, path.name):
        raise checks.InputError(
            f"{path} must be free or a file that lensim wrote there, got another, or one that was changed since: move "
            "it away, or choose another name"
        )


@dataclass(frozen=True)
class _Adding:
    """Files on their way from a hidden folder to a folder."""

    named: Path
    place: Path
    filling: Path
    list_name: str

    def put(
        self,
        *,
        force: bool,
        inputs: Iterable[Path],
        is_stale: Callable[[str], bool],
        is_own: Callable[[str], bool] | None,
    ) -> None:
        inputs = tuple(inputs)
        known = read_list(self.place, self.list_name)
        new = {path.name: path for path in sorted(self.filling.iterdir()) if path.name != self.list_name}
        if not new and not known.digests:
            return
        for name in new:
            require_added(self.named / name, force=force, inputs=inputs, list_name=self.list_name, known=known)
        placing.flush(self.filling)
        coming = {name: ownership.digest_of(path) for name, path in new.items()}
        there = self._there(known, is_own)
        rest = self._rest()
        self._write_list({**rest, "files": there, COMING: coming})
        for name, path in new.items():
            if (self.place / name).exists():
                os.replace(path, self.place / name)
            else:
                placing.put(path, self.place / name)
        stale = {
            name
            for name in there
            if "/" not in name and name not in new and is_stale(name) and known.has(self.place, name)
            and not any(_same(self.place / name, read) for read in inputs)
        }  # fmt: skip
        for name in stale:
            (self.place / name).unlink(missing_ok=True)
        kept = {name: digest for name, digest in there.items() if name not in stale}
        self._write_list({**rest, "files": kept | coming})

    def _rest(self) -> Mapping[str, Any]:
        """What the list says besides the files: who wrote it, and what the block wrote under its name."""
        written = self.filling / self.list_name
        return {"written_by": ownership.WRITER} | (ownership.read_object(written) if written.exists() else {})

    def _there(self, known: Listed, is_own: Callable[[str], bool] | None) -> dict[str, str]:
        """The files of lensim that are there, with their digests."""
        there = ownership.files_in(self.place) if is_own is not None else []
        own = {name for name in there if is_own is not None and is_own(name)}
        listed = {name for name in known.digests if known.has(self.place, name)}
        return {name: ownership.digest_of(self.place / name) for name in sorted(own | listed) if name != self.list_name}

    def _write_list(self, content: Mapping[str, Any]) -> None:
        partial = self.filling / f"{self.list_name}-new"
        partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        placing.flush(partial)
        os.replace(partial, self.place / self.list_name)
        placing.flush_names(self.place)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)

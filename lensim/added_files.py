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
from lensim.ownership import COMING, COMING_SINGLE, FILES, LIST, SINGLE, Listed, read_list


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
    ownership.require_writable(place)
    with (
        unfinished.told_with(folder),
        unfinished.folder_made(place),
        unfinished.held(unfinished.inside(place), folder, tries=unfinished.MANY_TRIES) as filling,
    ):
        yield filling
        adding = _Adding(folder, place, filling, list_name)
        adding.put(force=force, inputs=inputs, is_stale=is_stale, is_own=is_own)


def put_from(
    filling: Path, folder: Path, *, list_name: str = LIST, is_own: Callable[[str], bool] | None = None
) -> None:
    """Put the files of a hidden folder, which the caller holds, into a folder; as at the end of `added_to`.

    Parameters
    ----------
    filling
        In a hidden folder inside `folder`; its files go into `folder`, each in one step.
    folder, list_name, is_own
        As for `added_to`, with `force`.

    Raises
    ------
    InputError, OSError
        As `added_to`.
    """
    adding = _Adding(folder, folder.absolute(), filling, list_name)
    adding.put(force=True, inputs=(), is_stale=lambda name: False, is_own=is_own)


@contextmanager
def added_file(path: Path, *, force: bool, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """A path to write to, for a single file such as a table or a page; it becomes `path` when the block ends well.

    A file that is there is replaced only with `force`, and only if lensim wrote it, as the list in its folder says, and
    it is as it was written.

    Raises
    ------
    InputError, OSError
        As `added_to`.
    """
    require_added(path, force=force, inputs=inputs)
    folder, place = path.parent, path.absolute().parent
    with (
        unfinished.told_with(path),
        unfinished.folder_made(place),
        unfinished.held(unfinished.inside(place), folder, tries=unfinished.MANY_TRIES) as filling,
    ):
        yield filling / path.name
        adding = _Adding(folder, place, filling, LIST, SINGLE, COMING_SINGLE)
        adding.put(force=force, inputs=inputs, is_stale=lambda name: False, is_own=None)


def require_added(
    path: Path, *, force: bool, inputs: Iterable[Path] = (), list_name: str = LIST, known: "Listed | None" = None
) -> None:
    """Refuse a file in a folder that is taken, and is not lensim's to replace; an empty one is nobody's.

    Raises
    ------
    InputError
        With the path, the reason and the remedy.
    """
    require_free(path, force=True, inputs=inputs)
    if not path.exists():
        return
    is_own = (known or read_list(path.parent, list_name)).has(path.parent, path.name)
    if not is_own and path.stat().st_size > 0:
        raise checks.InputError(
            f"{path} must be free or a file that lensim wrote there, got another, or one that was changed since: move "
            "it away, or choose another name"
        )
    require_free(path, force=force)


@dataclass(frozen=True)
class _Adding:
    """Files on their way from a hidden folder to a folder."""

    named: Path
    place: Path
    filling: Path
    list_name: str
    part: str = FILES
    coming: str = COMING

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
        rest = self._rest(known, new)
        self._write_list({**rest, self.part: there, self.coming: coming})
        for name, path in new.items():
            if (self.place / name).exists():
                os.replace(path, self.place / name)
            else:
                placing.put(path, self.place / name)
        stale = {
            name
            for name in there
            if "/" not in name and name not in new and is_stale(name) and known.has(self.place, name)
            and not any(ownership.same(self.place / name, read) for read in inputs)
        }  # fmt: skip
        for name in stale:
            (self.place / name).unlink(missing_ok=True)
        kept = {name: digest for name, digest in there.items() if name not in stale}
        self._write_list({**rest, self.part: kept | coming})

    def _rest(self, known: Listed, new: Iterable[str]) -> Mapping[str, Any]:
        """What the list says besides: who wrote it, what the block put there, and files of the other kind."""
        written = self.filling / self.list_name
        others = self._digests(self._of_kind(known, is_single=self.part != SINGLE) - set(new))
        return (
            {"written_by": ownership.WRITER}
            | ({FILES if self.part == SINGLE else SINGLE: others} if others else {})
            | (ownership.read_object(written) if written.exists() else {})
        )

    def _there(self, known: Listed, is_own: Callable[[str], bool] | None) -> dict[str, str]:
        """The files of lensim that are there, with their digests."""
        there = ownership.files_in(self.place) if is_own is not None else []
        own = {name for name in there if is_own is not None and is_own(name)}
        return self._digests((own | self._of_kind(known, is_single=self.part == SINGLE)) - {self.list_name})

    def _of_kind(self, known: Listed, *, is_single: bool) -> set[str]:
        """Names of files that are there as lensim wrote them, one by one or together."""
        return {name for name in known.digests if (name in known.single) is is_single and known.has(self.place, name)}

    def _digests(self, names: Iterable[str]) -> dict[str, str]:
        return {name: ownership.digest_of(self.place / name) for name in sorted(names)}

    def _write_list(self, content: Mapping[str, Any]) -> None:
        partial = self.filling / f"{self.list_name}-new"
        partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8", newline="\n")
        placing.flush(partial)
        os.replace(partial, self.place / self.list_name)
        placing.flush_names(self.place)

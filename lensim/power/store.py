"""A results folder that survives a killed run: chunks are written whole, in order, and for one scenario only."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lensim import ownership, placing, unfinished
from lensim.checks import InputError, remedy_of
from lensim.power.own_parts import AUDIT, CHUNKS, PART, PARTS_OF, SCENARIO_FILE, require_own_part, require_own_parts
from lensim.power.renamed import renamed
from lensim.power.scenario import Scenario
from lensim.power.stored_part import read_part, signed
from lensim.record import object_in


@dataclass(frozen=True)
class Store:
    """The folder with the chunks of one scenario, and a hidden one in it where they are made."""

    folder: Path
    filling: Path
    of: str
    """The scenario that its parts are of, by its digest."""
    is_signed: bool
    """Whether every part has a digest; an earlier lensim wrote none."""

    def chunk_path(self, point: int, chunk: int) -> Path:
        """Path of the Parquet file of one chunk."""
        return self.folder / CHUNKS / f"point-{point:04d}" / f"chunk-{chunk:06d}.parquet"

    def audit_path(self, number: int) -> Path:
        """Path of the Parquet file of one part of the audit."""
        return self.folder / AUDIT / f"part-{number:03d}.parquet"

    def has(self, path: Path) -> bool:
        """Whether a file was finished: files are written whole or not at all."""
        return os.path.lexists(path)

    def write(self, path: Path, rows: pd.DataFrame) -> None:
        """Write one part, whole or not at all.

        Raises
        ------
        InputError
            If the folder cannot be written to, or is full, or something that lensim did not write has the name.
        """
        with _told(self.folder):
            partial = self.filling / path.name
            signed(rows, self._name(path), self.of).to_parquet(partial, index=False, compression="zstd")
            require_own_part(path, is_signed=self.is_signed)
            placing.replace(partial, path)

    def read(self, path: Path) -> pd.DataFrame:
        """The rows of a finished file.

        Raises
        ------
        InputError
            If the file is damaged, or not the part that lensim wrote there.
        """
        return read_part(path, self._name(path), self.of, must_be_signed=self.is_signed)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


@contextmanager
def open_store(folder: Path, scenario: Scenario, points: list[Mapping[str, Any]]) -> Iterator[Store]:
    """The store of a scenario, new or begun; no other process can open it while the block runs.

    Raises
    ------
    InputError
        If the folder holds another scenario's results or something else, another run works in it, it cannot be written
        to, or it is none that lensim begins to fill: a link, the working folder, the home folder, one that holds these;
        if a link, a pipe or a file of someone else's is in the place of a part.
    """
    said: dict[str, Any] = {"digest": scenario.digest(), "points": [dict(point) for point in points]}
    said |= {"scenario": scenario.model_dump(mode="json"), PARTS_OF: said["digest"]}
    _require_own(folder, said["digest"], scenario)
    ownership.require_place(folder)
    ownership.require_writable(folder)
    place = folder.absolute()
    with ExitStack() as stack:
        with _told(folder):
            stack.enter_context(unfinished.folder_made(place))
            filling = stack.enter_context(unfinished.held(unfinished.inside(place), folder))
            there = _require_own(folder, said["digest"], scenario)
            if not there:
                partial = filling / SCENARIO_FILE
                partial.write_text(
                    json.dumps(said, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8", newline="\n"
                )
                placing.replace(partial, place / SCENARIO_FILE)
        of = (there or said).get(PARTS_OF, "")
        require_own_parts(folder, is_signed=bool(of))
        yield Store(folder, filling, str(of or said["digest"]), bool(of))


def _require_own(folder: Path, digest: str, scenario: Scenario) -> dict[str, Any]:
    """What a store that is begun says; empty where there is none. Refuses what is another's, or cannot become one."""
    path = folder / SCENARIO_FILE
    if not path.exists():
        reason = ownership.protected(folder)
        if not reason and folder.exists() and {one.name for one in folder.iterdir()} - {unfinished.SUFFIX}:
            reason = "a folder with other files: name another folder"
        if reason:
            raise InputError(f"{folder} must be a new folder or one that lensim power began, got {reason}")
        return {}
    try:
        content = object_in(path, "a record of lensim power")
    except InputError as error:
        raise InputError(f"{path} must say which scenario the folder is of, got something else: {error}") from None
    there, former = content.get("digest"), content.get("scenario")
    if not isinstance(there, str) or not isinstance(former, dict) or not isinstance(content.get(PARTS_OF, ""), str):
        raise InputError(f"{path} must say which scenario the folder is of, got something else")
    if there != digest and not _is_former(there, former, scenario):
        raise InputError(
            f"{folder} must hold results of this very scenario, got those of another (digest {there[:12]}, "
            f"this one has {digest[:12]}): name another folder, or delete that one"
        )
    return content


def _is_former(digest: str, former: dict[str, Any], scenario: Scenario) -> bool:
    """Whether a store was begun with this scenario by an earlier lensim, which had other names and another digest."""
    now, prior = scenario.model_dump(mode="json"), scenario.truth.posterior
    try:
        then = renamed(former)
        if (prior is None) != (former.get("truth", {}).get("posterior") is None):
            return False
    except (AttributeError, TypeError, KeyError, ValueError):  # no scenario of any lensim
        return False
    for content in (now, then):
        if not isinstance(content.setdefault("truth", {}), dict):
            return False
        content["truth"]["posterior"] = None
    if now != then:
        return False
    content = former | ({} if prior is None else {"posterior_digest": prior.digest})
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest() == digest


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)  # pyarrow's strerror is a text with a hidden path
        parts = any(PART.fullmatch(one.relative_to(folder).as_posix()) for one in folder.rglob("*.parquet"))
        kept = "; what was finished is kept, and the same command goes on there" if parts else ""
        raise InputError(
            f"{folder} must be a folder that can be written to, got: {why}{remedy_of(error)}{kept}"
        ) from None

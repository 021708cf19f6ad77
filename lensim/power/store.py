"""A results folder that survives a killed run: chunks are written whole, in order, and for one scenario only."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from lensim import ownership, placing, unfinished
from lensim.checks import InputError
from lensim.power.renamed import renamed
from lensim.power.scenario import Scenario
from lensim.record import object_in

SCENARIO_FILE: Final = "scenario.json"
PART: Final = re.compile(r"chunks/point-\d{4,}/chunk-\d{6,}\.parquet|audit/part-\d{3,}\.parquet")


def is_of_store(name: str) -> bool:
    """Whether a file is one of a store, by its name inside the folder."""
    return name == SCENARIO_FILE or PART.fullmatch(name) is not None


@dataclass(frozen=True)
class Store:
    """The folder with the chunks of one scenario, and a hidden one in it where they are made."""

    folder: Path
    filling: Path

    def chunk_path(self, point: int, chunk: int) -> Path:
        """Path of the Parquet file of one chunk."""
        return self.folder / "chunks" / f"point-{point:04d}" / f"chunk-{chunk:06d}.parquet"

    def audit_path(self, number: int) -> Path:
        """Path of the Parquet file of one part of the audit."""
        return self.folder / "audit" / f"part-{number:03d}.parquet"

    def has(self, path: Path) -> bool:
        """Whether a file was finished: files are written whole or not at all."""
        return path.exists()

    def write(self, path: Path, rows: pd.DataFrame) -> None:
        """Write one part, whole or not at all.

        Raises
        ------
        InputError
            If the folder cannot be written to, or is full.
        """
        with _told(self.folder):
            partial = self.filling / path.name
            rows.to_parquet(partial, index=False, compression="zstd")
            placing.replace(partial, path)

    def read(self, path: Path) -> pd.DataFrame:
        """The rows of a finished file.

        Raises
        ------
        InputError
            If the file is damaged.
        """
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path} must be a part that lensim wrote, got something else: delete it ({error})"
            ) from None


@contextmanager
def open_store(folder: Path, scenario: Scenario, points: list[Mapping[str, Any]]) -> Iterator[Store]:
    """The store of a scenario, new or begun; no other process can open it while the block runs.

    Raises
    ------
    InputError
        If the folder holds another scenario's results or something else, another run works in it, it cannot be written
        to, or it is none that lensim begins to fill: a link, the working folder, the home folder, one that holds these.
    """
    said: dict[str, Any] = {"digest": scenario.digest(), "points": [dict(point) for point in points]}
    said["scenario"] = scenario.model_dump(mode="json")
    _require_own(folder, said["digest"], scenario)
    place = folder.absolute()
    with ExitStack() as stack:
        with _told(folder):
            stack.enter_context(unfinished.folder_made(place))
            filling = stack.enter_context(unfinished.held(unfinished.inside(place), folder))
            if not _require_own(folder, said["digest"], scenario):
                partial = filling / SCENARIO_FILE
                partial.write_text(json.dumps(said, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")
                placing.replace(partial, place / SCENARIO_FILE)
        yield Store(folder, filling)


def _require_own(folder: Path, digest: str, scenario: Scenario) -> bool:
    """Whether a store is begun; refuses what is another's, or cannot become one."""
    path = folder / SCENARIO_FILE
    if not path.exists():
        reason = ownership.protected(folder)
        if not reason and folder.exists() and {one.name for one in folder.iterdir()} - {unfinished.SUFFIX}:
            reason = "a folder with other files: name another folder"
        if reason:
            raise InputError(f"{folder} must be a new folder or one that lensim power began, got {reason}")
        return False
    try:
        content = object_in(path, "a record of lensim power")
        there, former = str(content["digest"]), dict(content["scenario"])
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path} must say which scenario the folder is of, got something else") from None
    if there != digest and not _is_former(there, former, scenario):
        raise InputError(
            f"{folder} must hold results of this very scenario, got those of another (digest {there[:12]}, "
            f"this one has {digest[:12]}): name another folder, or delete that one"
        )
    return True


def _is_former(digest: str, former: dict[str, Any], scenario: Scenario) -> bool:
    """Whether a store was begun with this scenario by an earlier lensim, which had other names and another digest."""
    now, then = scenario.model_dump(mode="json"), renamed(former)
    prior = scenario.truth.posterior
    if (prior is None) != (former.get("truth", {}).get("posterior") is None):
        return False
    for content in (now, then):
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
        raise InputError(
            f"{folder} must be a folder that can be written to, got: {error.strerror or error}; "
            "what was finished is kept"
        ) from None

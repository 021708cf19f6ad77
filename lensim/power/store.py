"""A results folder that survives a killed run: chunks are written whole, in order, and for one scenario only."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from lensim.checks import InputError
from lensim.output import written_whole
from lensim.power.renamed import renamed
from lensim.power.scenario import Scenario

SCENARIO_FILE = "scenario.json"


def is_of_store(name: str) -> bool:
    """Whether a file is one of a store, by its name inside the folder."""
    path = PurePosixPath(name)
    return name == SCENARIO_FILE or (path.suffix == ".parquet" and path.parts[0] in ("chunks", "audit"))


@dataclass(frozen=True)
class Store:
    """The folder with the chunks of one scenario."""

    folder: Path

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
        with _told(self.folder), written_whole(path, force=True) as partial:
            rows.to_parquet(partial, index=False, compression="zstd")

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


def open_store(folder: Path, scenario: Scenario, points: list[Mapping[str, Any]]) -> Store:
    """The store of a scenario, new or begun.

    Raises
    ------
    InputError
        If the folder holds another scenario's results, or something else, or cannot be written to.
    """
    said: dict[str, Any] = {"digest": scenario.digest(), "points": [dict(point) for point in points]}
    said["scenario"] = scenario.model_dump(mode="json")
    path = folder / SCENARIO_FILE
    if path.exists():
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            there, former = str(content["digest"]), dict(content["scenario"])
        except (ValueError, KeyError, TypeError, OSError):
            raise InputError(f"{path} must say which scenario the folder is of, got something else") from None
        if there != said["digest"] and not _is_former(there, former, scenario):
            raise InputError(
                f"{folder} must hold results of this very scenario, got those of another (digest {there[:12]}, "
                f"this one has {said['digest'][:12]}): name another folder, or delete that one"
            )
        return Store(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            f"{folder} must be a new folder or one that lensim power began, got a folder with other "
            "files, a file or a link: name another folder"
        )
    with _told(folder), written_whole(path, force=False) as partial:
        partial.write_text(json.dumps(said, indent=1, sort_keys=True, default=str) + "\n", encoding="utf-8")
    return Store(folder)


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

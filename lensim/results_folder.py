"""The frame of every experiment: read a config, fill one results folder, write its manifest."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import BaseModel, ConfigDict, Field
from rich.console import Console

from lensim import ownership
from lensim.checks import InputError
from lensim.config import checked, read_toml

try:
    import fcntl
except ImportError:  # where there are no such locks, what killed runs left stays
    fcntl = None  # type: ignore[assignment]

UNFINISHED: Final = ".unfinished"
TOKEN: Final = 8
LIBRARIES = ("arviz", "lensim", "matplotlib", "numba", "numpy", "nutpie", "pymc", "pytensor", "scipy", "xarray")


class SamplerConfig(BaseModel):
    """How long and how carefully to sample, as a config file says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    draws: int = Field(gt=0)
    tune: int = Field(gt=0)
    chains: int = Field(gt=1)
    target_accept: float = Field(gt=0.5, lt=1.0)


def read_config[Config: BaseModel](path: Path, kind: type[Config]) -> Config:
    """A config file (TOML) as a checked value.

    Raises
    ------
    InputError
        As `read_toml`, or a key is unknown or out of its range; all such faults together.
    """
    return checked(kind, read_toml(path, "a config file"), str(path))


@dataclass
class Manifest:
    """How a results folder was made: seed, versions, verdicts and seconds."""

    seed: int
    seconds: dict[str, float] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note how long a step takes."""
        started = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - started, 2)

    def write(self, folder: Path, is_own: Callable[[str], bool] = lambda name: True) -> None:
        """Write manifest.json: versions, commit, seed, verdicts, durations, and the digest of every file there now.

        `is_own` says which files lensim wrote; see `ownership.sign`.
        """
        content = {
            "seed": self.seed,
            "commit": _commit(),
            "python": platform.python_version(),
            "versions": {name: version(name) for name in LIBRARIES},
            "verdicts": self.verdicts,
            "seconds": self.seconds,
        }
        (folder / ownership.MANIFEST).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        ownership.sign(folder, is_own)


def _commit() -> str:
    here = Path(__file__).parent
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True)
        status = subprocess.run(["git", "status", "--porcelain"], cwd=here, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return commit.stdout.strip() + (" with changes" if status.stdout.strip() else "")


@contextmanager
def results_folder(target: Path, config: Path, *, force: bool, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends well; it begins with a copy of the config.

    A folder that is there stays until the new one is whole. Only a folder that lensim wrote is replaced.

    Parameters
    ----------
    inputs
        Files that are read for the results, besides the config: a folder that holds one is not replaced.

    Raises
    ------
    InputError
        If `target` is there and `force` is false, or it may not be replaced (`ownership.require_replaceable`). Where
        that came about while the block ran, the new results are kept, and the message names their folder.
    """
    read_here = (config, *inputs)
    ownership.require_replaceable(target, force=force, inputs=read_here)
    target, read_here = target.resolve(), tuple(path.absolute() for path in read_here)
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(target)
    partial = _beside(target)
    partial.mkdir()
    lock = _locked(partial)
    try:
        shutil.copy(config, partial / config.name)
        yield partial
        (partial / UNFINISHED).unlink(missing_ok=True)
        ownership.sign(partial)
        _put_in_place(partial, target, read_here)
        _remove_leftovers(target)
    finally:
        os.close(lock)
        shutil.rmtree(partial, ignore_errors=True)


def _put_in_place(new: Path, target: Path, inputs: Iterable[Path]) -> None:
    """Give a finished folder its name; the one that had it is deleted last."""
    old = None
    try:
        ownership.require_replaceable(target, force=True, inputs=inputs)
        if target.exists():
            old = target.rename(_beside(target))
        new.rename(target)
    except (InputError, OSError) as error:
        if old is not None:
            old.rename(target)
        kept = new.rename(target.parent / f"{target.name}-{new.name[-TOKEN:]}")
        raise InputError(f"{error}; the new results are in {kept}") from None
    if old is not None:
        ownership.remove_own(old)


def _beside(target: Path) -> Path:
    """A hidden name of nothing yet, in the same folder; made with `mkdir`, a folder of it has the user's umask."""
    return target.parent / f".{target.name}-{os.urandom(TOKEN // 2).hex()}"


def _locked(folder: Path) -> int:
    """A file that says that the folder is being filled, locked as long as this process lives."""
    handle = os.open(folder / f"{UNFINISHED}-", os.O_CREAT | os.O_EXCL | os.O_RDWR)
    _lock(handle)
    (folder / f"{UNFINISHED}-").rename(folder / UNFINISHED)  # seen only when it is locked
    return handle


def _lock(handle: int) -> bool:
    """Take a lock that ends with the process; false where another has it, or there are no such locks."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _remove_leftovers(target: Path) -> None:
    """Delete what runs for the same folder left when they were killed; folders of a running process are kept."""
    name = re.compile(re.escape(f".{target.name}-") + f"[0-9a-f]{{{TOKEN}}}")
    for left in [path for path in target.parent.iterdir() if name.fullmatch(path.name) and not path.is_symlink()]:
        if (left / UNFINISHED).is_file():
            handle = os.open(left / UNFINISHED, os.O_RDWR)
            try:
                if _lock(handle):
                    shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)
        elif target.exists() and (left / ownership.MANIFEST).is_file():  # whole, and replaced since
            with suppress(InputError):
                ownership.remove_own(left)


def command_of(run: Callable[..., None], name: str) -> Callable[..., None]:
    """The command line of an experiment: `run(config, out, force=...)` with its usual paths, errors in one sentence."""

    def main(
        config: Annotated[Path, typer.Option(help="Config file (TOML).")] = Path(f"experiments/{name}.toml"),
        out: Annotated[Path, typer.Option(help="Results folder.")] = Path(f"results/{name}"),
        force: Annotated[bool, typer.Option("--force", help="Replace a results folder that is there.")] = False,
    ) -> None:
        try:
            run(config, out, force=force)
        except InputError as error:
            Console(stderr=True).print(f"error: {error}", markup=False, soft_wrap=True)
            sys.exit(2)

    main.__doc__ = (run.__doc__ or "").split("\n\n")[0]  # what a user of the command line wants to read
    return main

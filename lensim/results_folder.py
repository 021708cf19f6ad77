"""The frame of every experiment: read a config, fill one results folder, write its manifest."""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import BaseModel, ConfigDict, Field

from lensim import ownership, placing, unfinished
from lensim.bounds import BoundedModel
from lensim.checks import InputError
from lensim.config import checked
from lensim.plain_text import message_text
from lensim.toml_file import read_toml

TOKEN: Final = 8
GIT_SECONDS: Final = 20
LIBRARIES = ("arviz", "lensim", "matplotlib", "numba", "numpy", "nutpie", "pymc", "pytensor", "scipy", "xarray")


class SamplerConfig(BoundedModel):
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

    def content(self) -> dict[str, Any]:
        """What manifest.json says, besides the digest of every file: versions, commit, seed, verdicts, durations."""
        return {
            "seed": self.seed,
            "commit": _commit(),
            "python": platform.python_version(),
            "versions": {name: version(name) for name in LIBRARIES},
            "verdicts": self.verdicts,
            "seconds": self.seconds,
        }

    def write(self, folder: Path) -> None:
        """Write manifest.json into a folder that `results_folder` gave, which adds the digests at the end."""
        (folder / ownership.MANIFEST).write_text(
            json.dumps(self.content(), indent=2) + "\n", encoding="utf-8", newline="\n"
        )


def _commit() -> str:
    """The commit of lensim's own repository, where it runs from one; no other repository is asked."""
    here = Path(__file__).parent.parent
    if not (here / ".git").exists():
        return "unknown"
    try:
        commit, status = (_git(here, *asked) for asked in (("rev-parse", "HEAD"), ("status", "--porcelain")))
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return "unknown"
    return commit + (" with changes" if status else "")


def _git(here: Path, *asked: str) -> str:
    """What git answers, without a program that a repository names for its watching, and without waiting long."""
    command = ["git", "-c", "core.fsmonitor=false", "--no-optional-locks", *asked]
    return subprocess.run(
        command,
        cwd=here,
        capture_output=True,
        encoding="utf-8",
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=GIT_SECONDS,
    ).stdout.strip()


@contextmanager
def results_folder(target: Path, config: Path, *, force: bool, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends well; it begins with a copy of the config.

    A folder that is there stays until the new one is whole and on the disk; then both swap names in one step, and the
    old one is deleted. Only a folder that lensim wrote is replaced. Where the system cannot swap names, the old folder
    is moved aside first; if the run is killed right then, `unfinished.recover` gives the results their name back.

    Parameters
    ----------
    inputs
        Files that are read for the results, besides the config: a folder that holds one is not replaced.

    Raises
    ------
    InputError
        If `target` is there and `force` is false, it may not be replaced (`ownership.require_replaceable`), or another
        process makes results for it. Where it came about while the block ran that it may not be replaced, the new
        results are kept, and the message names their folder.
    """
    read_here = (config, *inputs)
    ownership.require_replaceable(target, force=force, inputs=read_here)
    target, read_here = target.resolve(), tuple(path.absolute() for path in read_here)
    with (
        unfinished.told_with(target),
        unfinished.folder_made(target.parent),
        unfinished.held(unfinished.beside(target), target) as filling,
    ):
        whole = filling.parent / unfinished.WHOLE
        _remove_former(whole, filling.parent / unfinished.OLD)
        partial = filling / target.name
        partial.mkdir()
        shutil.copyfile(config, partial / config.name)  # without its mode: one that is read-only is deleted nowhere
        yield partial
        ownership.sign(partial)
        placing.flush(partial)
        filling.rename(whole)
        _put_in_place(whole / target.name, target, read_here, force=force)


def _remove_former(*places: Path) -> None:
    """Remove results that a killed run left whole but without their name; what someone put into them is not lost."""
    for place in places:
        if place.exists():
            for folder in place.iterdir():
                ownership.remove_own(folder)


def _put_in_place(new: Path, target: Path, inputs: Iterable[Path], *, force: bool) -> None:
    """Give a finished folder its name; the one that had it is deleted last."""
    old = None
    try:
        if os.path.lexists(target):
            ownership.require_replaceable(target, force=force, inputs=inputs)
            old = _swapped(new, target)
        else:
            placing.put(new, target)
    except (InputError, OSError) as error:
        raise _kept(new, target, error) from None
    placing.flush_names(target.parent)
    if old is None:
        return
    try:
        ownership.require_own(old)
    except InputError as error:  # someone put a file in as the names were swapped
        _swap_back(old, new, target)
        raise _kept(new, target, error) from None
    with suppress(OSError):  # what cannot be deleted now is a leftover for the next run
        ownership.remove_own(old)


def _kept(new: Path, target: Path, error: InputError | OSError) -> InputError:
    """What to say of results that could not take their name; they get another one."""
    kept = target.parent / f"{target.name}-{os.urandom(TOKEN // 2).hex()}"
    placing.put(new, kept)
    why = f"{target} cannot be used: {error.strerror}" if isinstance(error, OSError) else str(error)
    return InputError(f"{why}; the new results are in {kept}")


def _swapped(new: Path, target: Path) -> Path:
    """Swap the names of a new folder and an old one, and give the place where the old one is then."""
    if placing.exchange(new, target):
        return new
    old = new.parent.parent / unfinished.OLD / target.name
    old.parent.mkdir(exist_ok=True)
    target.rename(old)
    try:
        new.rename(target)
    except OSError:
        old.rename(target)
        raise
    return old


def _swap_back(old: Path, new: Path, target: Path) -> None:
    if not placing.exchange(old, target):
        target.rename(new)
        old.rename(target)


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
            print(message_text(f"error: {error}"), file=sys.stderr)
            sys.exit(2)

    main.__doc__ = (run.__doc__ or "").split("\n\n")[0]  # what a user of the command line wants to read
    return main

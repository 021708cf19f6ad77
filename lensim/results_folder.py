"""What every experiment does around its work: read a config, fill one results folder, say how it was made."""

import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console

from lensim.checks import InputError
from lensim.config import read_toml
from lensim.output import require_free

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
    content = read_toml(path, "a config file")
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        faults = [f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}, got {e['input']!r}" for e in error.errors()]
        raise InputError("\n".join(faults)) from None


@dataclass
class Manifest:
    """What a results folder says of its making."""

    seed: int
    seconds: dict[str, float] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Note how long a step takes."""
        started = time.perf_counter()
        yield
        self.seconds[step] = round(time.perf_counter() - started, 2)

    def write(self, folder: Path) -> None:
        """Write manifest.json: versions, commit, seed, verdicts, durations."""
        content = {
            "seed": self.seed,
            "commit": _commit(),
            "python": platform.python_version(),
            "versions": {name: version(name) for name in LIBRARIES},
            "verdicts": self.verdicts,
            "seconds": self.seconds,
        }
        (folder / "manifest.json").write_text(json.dumps(content, indent=2) + "\n")


def _commit() -> str:
    here = Path(__file__).parent
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True)
        status = subprocess.run(["git", "status", "--porcelain"], cwd=here, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return commit.stdout.strip() + (" with changes" if status.stdout.strip() else "")


@contextmanager
def results_folder(target: Path, config: Path, *, force: bool) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends well; it begins with a copy of the config.

    Raises
    ------
    InputError
        If `target` is there and `force` is false.
    """
    require_free(target, force=force)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        shutil.copy(config, partial / config.name)
        yield partial
        partial.chmod(0o755)
        if target.exists():
            shutil.rmtree(target)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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

"""One run of a command in a process of its own, forked from one that has the libraries loaded; and what it left."""

import hashlib
import json
import os
import shutil
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from lensim import ownership, unfinished
from tests.faults.commands import Command
from tests.faults.shim import Calls

NEVER_AGAIN = 120.0  # seconds of a run that hangs


@dataclass
class Place:
    """Folders of a trial: inputs, the one that is written to and watched, and the working folder."""

    inputs: Path
    results: Path
    working: Path

    @classmethod
    def new(cls, root: Path, inputs: Path) -> "Place":
        """Empty folders."""
        for name in ("results", "working"):
            shutil.rmtree(root / name, ignore_errors=True)
            (root / name).mkdir(parents=True)
        return cls(inputs, root / "results", root / "working")


@dataclass
class Ended:
    """How a run ended."""

    status: int
    error: str = ""
    calls: int = 0
    failed: str = ""
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


def start(command: Command, place: Place, *, force: bool, call: int = 0, number: int = -1, stays: bool = False) -> int:
    """Fork a process that runs a command; its number. `number` is an error, 0 for a kill, -1 for no fault."""
    process = os.fork()
    if process:
        return process
    status = 70
    try:
        status = _run(command, place, force=force, call=call, number=number, stays=stays)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _run(command: Command, place: Place, *, force: bool, call: int = 0, number: int = -1, stays: bool = False) -> int:
    from lensim.cli import fit, main
    from tests.faults.commands import without_sampler

    os.chdir(place.working)
    said = place.working.parent
    for stream, name in ((1, "out"), (2, "err")):
        handle = os.open(said / name, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(handle, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    fit._fit = without_sampler()  # type: ignore[assignment]
    sys.argv = ["lensim", *command.arguments(place.inputs, place.results, force=force)]
    calls = Calls()
    calls.watch(place.results, call if number >= 0 else 0, max(number, 0), stays=stays)
    status = 0
    try:
        main.main()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    (said / "calls").write_text(json.dumps([calls.counted, calls.failed]))
    return status


def ended(process: int, place: Place, started: float) -> Ended:
    """Wait for a run."""
    status = None
    while status is None:
        done, found = os.waitpid(process, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(found)
        elif time.monotonic() - started > NEVER_AGAIN:
            os.kill(process, 9)
            os.waitpid(process, 0)
            return Ended(-99, "hangs")
        else:
            time.sleep(0.002)
    said = place.working.parent
    calls = json.loads((said / "calls").read_text()) if (said / "calls").exists() else [0, ""]
    (said / "calls").unlink(missing_ok=True)
    error = (said / "err").read_text(errors="replace") if (said / "err").exists() else ""
    return Ended(status, error, *calls, seconds=time.monotonic() - started)


def run(command: Command, place: Place, *, force: bool, call: int = 0, number: int = -1, stays: bool = False) -> Ended:
    """Run a command to its end."""
    started = time.monotonic()
    return ended(start(command, place, force=force, call=call, number=number, stays=stays), place, started)


def content(place: Place) -> dict[str, str]:
    """All that is in the folders of results and of work: digests of files, nothing for folders."""
    return {
        str(path): hashlib.blake2b(path.read_bytes()).hexdigest() if path.is_file() else ""
        for folder in (place.results, place.working)
        for path in folder.rglob("*")
    }


def leftovers(place: Place) -> list[str]:
    """Hidden files and folders in the folder of results, but for the list of lensim's files in a folder."""
    hidden = (path for path in place.results.rglob(".*") if path.name != ownership.LIST)
    return sorted(str(path.relative_to(place.results)) for path in hidden)


def taken_elsewhere(command: Command, place: Place) -> list[str]:
    """What is wrong with results that could not take their name and got another; they are taken away."""
    found = []
    for name in command.folders:
        folder = place.results / name
        for other in folder.parent.glob(f"{folder.name}-*"):
            found += _odd_folder(other, begun=False)
            shutil.rmtree(other)
    return found


def damaged(command: Command, place: Place) -> list[str]:
    """What is there and not whole."""
    found = []
    named = {path for pattern in command.files for path in place.results.glob(pattern)}
    folders = [place.results / name for name in command.folders]
    for path in place.results.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(place.results).parts)
        if path.is_dir() or hidden:
            continue
        if not any(path.is_relative_to(folder) for folder in folders) and path not in named:
            found.append(f"{path.name} is nobody's")
        elif fault := _fault_of(path):
            found.append(f"{path.name}: {fault}")
    for folder in folders:
        found += _odd_folder(folder, begun=not command.has_force)
    return found


def _fault_of(path: Path) -> str:
    """Why a file is not whole; empty where it is."""
    content = path.read_bytes()
    if path.suffix == ".nc":
        import xarray as xr

        try:
            with xr.open_datatree(path, engine="h5netcdf") as opened:
                opened.load()
        except Exception as error:
            return f"not readable: {error}"
    if path.suffix == ".parquet":
        import pandas as pd

        try:
            pd.read_parquet(path)
        except Exception as error:
            return f"not readable: {error}"
    if path.suffix == ".png" and not content.endswith(b"IEND\xaeB`\x82"):
        return "cut short"
    if path.suffix == ".html" and not content.rstrip().endswith(b"</html>"):
        return "cut short"
    if path.suffix in (".csv", ".txt", ".json", ".toml") and not content.endswith(b"\n"):
        return "cut short"
    return ""


def _odd_folder(folder: Path, *, begun: bool) -> list[str]:
    """What a folder of results lacks, or has too much; one of `lensim power` may be begun alone."""
    if not folder.exists():
        return []
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return [] if begun else [f"{folder.name} has no manifest"]
    listed = json.loads(manifest.read_text())["files"]
    found = []
    for name, digest in listed.items():
        path = folder / name
        now = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() if path.exists() else "nothing"
        if now != digest:
            found.append(f"{name} is not as its manifest says")
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and unfinished.SUFFIX not in str(path)
    }
    return found + ([] if begun else [f"{name} is not in the manifest" for name in there - {*listed, "manifest.json"}])


def present(command: Command, place: Place) -> set[str]:
    """Results that are there, by name."""
    names = {str(path.relative_to(place.results)) for pattern in command.files for path in place.results.glob(pattern)}
    return names | {name for name in command.folders if (place.results / name / "manifest.json").exists()}

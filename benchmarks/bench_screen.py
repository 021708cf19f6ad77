"""A screen: seconds a compound, memory, the gain of a second worker, and a run that is killed and goes on.

Compounds of 20 lines x 27 wells (8 doses and the control on 3 plates), simulated by equations of this file. A row a
question: a whole screen of 1,000 compounds by 2 workers, approximate and exact, and of 40 compounds one worker against
two, and a run that is killed and goes on. Memory is the largest that the process that asks and its workers had
together at one time, looked at five times a second. `python -m benchmarks screen` does all, for hours; `python -m
benchmarks.bench_screen --compounds 0 --few 8` does all but the exact whole.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import numpy as np
import psutil
import typer
from rich.console import Console

from benchmarks.__main__ import as_table
from lensim.inference.approximation import APPROXIMATE
from lensim.inference.engine import AUTO

LINES: Final = 20
PLATES: Final = 3
DOSES: Final = np.array([0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0])
WHOLE: Final = 1_000
FEW: Final = 40
MEGABYTE: Final = 1e6
LOOKED_EVERY_SECONDS: Final = 0.2
HEADER: Final = "compound,cell_line,experiment,plate,dose_um,luminescence\n"
ONE_RUN: Final = """
import json, os, resource, sys, time
import lensim

if __name__ == "__main__":
    table, folder, workers, engine = sys.argv[1:5]
    if workers == "1" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    started = time.perf_counter()
    said = {}
    if folder == "read":
        from lensim.dose_response.read import read_compounds
        said["compounds"] = len(read_compounds(table))
    else:
        screen = lensim.screen(table, folder, workers=int(workers), engine=engine)
        said["compounds"] = len(screen.compounds)
        said["not converged"], said["failed"] = len(screen.not_converged), len(screen.failed)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    said["seconds"] = time.perf_counter() - started
    said["processor"] = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps(said))
"""


class Curves(NamedTuple):
    """Curves (line) that a compound was simulated with: log10 of the midpoint [uM], slope, and share lost at most."""

    middle: np.ndarray
    steep: np.ndarray
    depth: np.ndarray


def write_screen(path: Path, compounds: int, seed: int = 1) -> dict[str, Curves]:
    """Write a table of compounds: lines that differ in sensitivity, days that differ, wells that scatter by 8%.

    Returns the curves by the name of the compound.
    """
    truth = {}
    rng = np.random.default_rng(seed)
    of_lines = 0.6 * rng.standard_normal(LINES)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for number in range(compounds):
            name = f"CPD-{number + 1:04d}"
            rows, truth[name] = _wells(name, of_lines, rng)
            file.write(rows)
    return truth


def _wells(name: str, of_lines: np.ndarray, rng: np.random.Generator) -> tuple[str, Curves]:
    middle = (
        rng.standard_normal() + of_lines * (1.0 + 0.3 * rng.standard_normal(LINES)) + 0.3 * rng.standard_normal(LINES)
    )
    steep = np.exp(0.2 + 0.2 * rng.standard_normal(LINES))
    depth = 1.0 / (1.0 + np.exp(-1.5 - rng.standard_normal(LINES)))
    rows = []
    for plate in range(PLATES):
        level = 50_000.0 * np.exp(0.15 * rng.standard_normal(LINES))
        of_day = middle + 0.1 * rng.standard_normal(LINES)
        for line in range(LINES):
            with np.errstate(divide="ignore"):
                gone = depth[line] / (1.0 + 10.0 ** (-steep[line] * (np.log10(DOSES) - of_day[line])))
            signal = level[line] * (1.0 - gone) * np.exp(0.08 * rng.standard_normal(len(DOSES)))
            rows += [
                f"{name if dose else ''},L{line + 1:02d},E{plate + 1},{name}-P{plate + 1},{dose:g},{one:.0f}\n"
                for dose, one in zip(DOSES, signal, strict=True)
            ]
    return "".join(rows), Curves(middle, steep, depth)


def _command(
    script: Path, table: Path, folder: str, workers: int, engine: str = AUTO
) -> tuple[list[str], dict[str, str]]:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    return [sys.executable, str(script), str(table), folder, str(workers), engine], environment


def _ran(script: Path, table: Path, folder: str, workers: int, engine: str = AUTO) -> dict[str, Any]:
    command, environment = _command(script, table, folder, workers, engine)
    most = 0
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            most = max(most, _resident(process.pid))
            time.sleep(LOOKED_EVERY_SECONDS)
        assert process.stdout is not None
        said = process.stdout.read()
    if process.returncode:
        raise RuntimeError(f"a screen ended with status {process.returncode}")
    return {**json.loads(said.splitlines()[-1]), "memory": most / MEGABYTE}


def _resident(number: int) -> int:
    """Bytes of memory of a process and all that it started; 0 where it has ended."""
    total = 0
    with suppress(psutil.Error):
        asked = psutil.Process(number)
        for one in (asked, *asked.children(recursive=True)):
            with suppress(psutil.Error):
                total += one.memory_info().rss
    return total


def _killed(script: Path, table: Path, folder: Path, done: int) -> None:
    """Kill a run, and its workers with it, once some compounds are done."""
    command, environment = _command(script, table, str(folder), 2)
    process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL)
    while process.poll() is None and len(list(folder.glob("compounds/*.json"))) < done:
        time.sleep(0.05)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def _content(folder: Path) -> str:
    """Digest of all that does not tell of the run itself."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def run(compounds: int = WHOLE, few: int = FEW, approximate: int = WHOLE) -> list[dict[str, object]]:
    """A row a question, with seconds, processor time a compound and memory."""
    with tempfile.TemporaryDirectory(prefix="lensim-screen-") as place:
        home = Path(place)
        script = home / "one_run.py"
        script.write_text(ONE_RUN, encoding="utf-8")
        rows = _of_few(script, home, few)
        if approximate:
            table, folder = home / "approximate.csv", home / "approximate"
            write_screen(table, approximate)
            found = _ran(script, table, str(folder), 2, APPROXIMATE)
            rows.append(_row(f"{approximate:,} compounds, approximate, 2 workers", found))
        if compounds:
            table, folder = home / "whole.csv", home / "whole"
            write_screen(table, compounds)
            rows.append(_row(f"{compounds:,} compounds, only read", _ran(script, table, "read", 1)))
            whole = _row(f"{compounds:,} compounds, 2 workers", _ran(script, table, str(folder), 2))
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            rows.append(whole | {"store [MB]": size / MEGABYTE})
    return rows


def _of_few(script: Path, home: Path, few: int) -> list[dict[str, object]]:
    """One worker on one core, two workers, and two that are killed and go on."""
    table = home / "few.csv"
    write_screen(table, few)
    one, two = (_ran(script, table, str(home / name), workers) for name, workers in (("one", 1), ("two", 2)))
    _killed(script, table, home / "killed", max(1, few // 3))
    done = len(list((home / "killed").glob("compounds/*.json")))
    again = _ran(script, table, str(home / "killed"), 2)
    is_same = len({_content(home / name) for name in ("one", "two", "killed")}) == 1
    return [
        _row(f"{few:,} compounds, 1 worker", one),
        _row(f"{few:,} compounds, 2 workers", two) | {"gain": one["seconds"] / two["seconds"]},
        {
            "what": f"{few:,} compounds, killed after {done:,}, then on",
            "seconds": again["seconds"],
            "same files": "yes" if is_same else "NO",
        },
    ]


def _row(what: str, found: dict[str, Any]) -> dict[str, object]:
    told: dict[str, object] = {name: found[name] for name in ("not converged", "failed") if name in found}
    return {
        "what": what,
        "seconds": found["seconds"],
        "processor seconds a compound": found["processor"] / found["compounds"],
        "memory [MB]": found["memory"],
        **told,
    }


def main(
    compounds: Annotated[int, typer.Option(min=0, help="Of the whole exact screen; none with 0.")] = WHOLE,
    few: Annotated[int, typer.Option(min=3, help="For one worker against two, and the run that is killed.")] = FEW,
    approximate: Annotated[int, typer.Option(min=0, help="Of the whole approximate screen; none with 0.")] = WHOLE,
) -> None:
    """Print the table of a screen."""
    Console(width=200).print(as_table("screen", run(compounds, few, approximate)))


if __name__ == "__main__":
    typer.run(main)

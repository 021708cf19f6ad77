"""A user's fits from the command to the table: each in a process of its own, the kernels compiled before.

Seconds and memory of the whole command, imports and files included; `fit_seconds` is what the engine took. GDSC2 panels
come from the folder of real data beside the repository and are left out without it.

`python -m benchmarks fits` runs all; `python -m benchmarks.bench_fits NAME` the one that is named.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import pandas as pd
import typer
import xarray as xr
from rich.console import Console

import lensim
from benchmarks.__main__ import as_table
from lensim import seeding
from lensim.assay import find_assay
from lensim.dose_response import DoseResponseDesign, PlateFaults, draw_truth, lay_out, one_study, simulate
from lensim.inference.verdict import verdict_of
from lensim.maiga2013.populations import DOSE_RESPONSE
from lensim.output import load_result

ROOT: Final = 2013
GDSC: Final = Path(__file__).parents[2] / "shared" / "data" / "gdsc2_raw_wells_mm_lines.csv"
GDSC_OPTIONS: Final = (
    *("--column", "cell_line=cell_line", "--column", "dose=conc_uM", "--column", "signal=intensity"),
    *("--column", "plate=barcode", "--column", "well=position", "--column", "compound=drug_name"),
    *("--column", "role=tag", "--role", "untreated=NC-1", "--role", "blank=B", "--role", "ignored=NC-0"),
    *("--role", "ignored=PC-*", "--role", "treated=L*-D*-S", "--ignore", "seeding_density", "--dose-unit", "uM"),
)
RATIOS: Final = "target,subject,ratio\nTNF,A,1.9\nTNF,B,2.6\nTNF,C,1.4\nTNF,D,3.1\n"
MEGABYTE: Final = 1024.0
"""Of the kilobytes in which the system tells memory."""

Job = tuple[str, Path, tuple[str, ...]]
"""Assay as the command has it, table, further options."""


def four_ratios(folder: Path) -> list[Job]:
    """Four ratios of one target."""
    path = folder / "ratios.csv"
    path.write_text(RATIOS)
    return [("expression", path, ())]


def reactions(folder: Path) -> list[Job]:
    """The RT-qPCR twin: 22 subjects, 701 reactions."""
    return [("expression", _written(folder, "expression", lensim.simulate.expression(seed=1)[1]), ())]


def panel(folder: Path) -> list[Job]:
    """The panel's twin: 23 lines in three experiments."""
    return [("dose-response", _written(folder, "dose_response", lensim.simulate.dose_response(seed=1)[1]), ())]


def gdsc(folder: Path) -> list[Job]:
    """Six compounds on 17 myeloma lines."""
    if not GDSC.is_file():
        return []
    wells = pd.read_csv(GDSC, usecols=["drug_name", "tag"])
    names = sorted(wells["drug_name"][wells["tag"].str.startswith("L")].unique())
    return [("dose-response", GDSC, (*GDSC_OPTIONS, "--compound", name)) for name in names]


def hundred_lines(folder: Path) -> list[Job]:
    """100 lines of 72 wells, in three experiments."""
    return [some_lines(folder, 100)]


def three_hundred_lines(folder: Path) -> list[Job]:
    """300 lines of 72 wells, in three experiments."""
    return [some_lines(folder, 300)]


JOBS: Final[Mapping[str, Callable[[Path], list[Job]]]] = {
    "four ratios": four_ratios,
    "701 reactions": reactions,
    "23 lines": panel,
    "GDSC2": gdsc,
    "100 lines": hundred_lines,
    "300 lines": three_hundred_lines,
}


def _written(folder: Path, assay: str, data: xr.Dataset) -> Path:
    path, write = folder / f"{assay}.csv", find_assay(assay).write
    if write is None:
        raise TypeError(f"{assay} has no writer of tables")
    write(data, path)
    return path


def some_lines(folder: Path, count: int) -> Job:
    """Lines of five groups in three experiments, 72 wells each."""
    names = tuple(f"line {k:03d}" for k in range(count))
    design = DoseResponseDesign(cell_lines=names, group_of_line=tuple(f"group {k % 5}" for k in range(count)))
    rng = seeding.stream(ROOT, "lines", str(count))
    sheet = lay_out(design, rng)
    data = one_study(simulate(sheet, draw_truth(DOSE_RESPONSE, sheet, rng, 1), PlateFaults(), rng), 0)
    data.attrs["assay"] = "dose_response"
    return "dose-response", _written(folder, "dose_response", data), ()


def measured(name: str, number: int, job: Job, folder: Path) -> dict[str, object]:
    """One command in a process of its own."""
    assay, table, options = job
    out = folder / f"fit{number}.nc"
    command = [
        sys.executable,
        "-m",
        "lensim.cli.main",
        "fit",
        assay,
        str(table),
        "--out",
        str(out),
        "--force",
        *options,
    ]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        said = running.stdout.read() if running.stdout else ""
        _, status, used = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    row: dict[str, object] = {
        "fit": name,
        "what": " ".join(options[-1:]),
        "exit": running.returncode,
        "seconds": seconds,
    }
    if not out.is_file():
        return row | {"verdict": said.strip().splitlines()[-1] if said.strip() else ""}
    with load_result(out) as result:
        verdict = verdict_of(result)
        return row | {
            "cpu_seconds": used.ru_utime + used.ru_stime,
            "megabytes": used.ru_maxrss / MEGABYTE,
            "engine": str(result.attrs.get("engine", "")),
            "fit_seconds": float(result.attrs.get("sampling_seconds", float("nan"))),
            "r_hat": verdict.largest_r_hat,
            "ess": min(verdict.smallest_ess_bulk, verdict.smallest_ess_tail),
            "gate": "passed" if verdict.passed else "; ".join(verdict.reasons),
        }


def run(names: tuple[str, ...] = tuple(JOBS)) -> list[dict[str, object]]:
    """One row a command."""
    rows = []
    for name in names:
        with tempfile.TemporaryDirectory() as kept:
            folder = Path(kept)
            rows += [measured(name, k, job, folder) for k, job in enumerate(JOBS[name](folder))]
    return rows


def main(
    name: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(JOBS)}; all if left out.")] = None,
) -> None:
    """Print the table of the fits that are named."""
    for one in name or []:
        lensim.checks.one_of("name of a fit", one, JOBS)
    Console(width=180).print(as_table("fits", run(tuple(name or JOBS))))


if __name__ == "__main__":
    typer.run(main)

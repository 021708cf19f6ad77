"""A complete run of a power analysis into one folder: studies, tables, sentences, and a manifest."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lensim.added_files import added_to, require_added
from lensim.csv_file import write_csv_file
from lensim.input_digests import digests_of
from lensim.ownership import MANIFEST, read_list
from lensim.power.own_parts import own_of_store
from lensim.power.processes import require_workers
from lensim.power.result import PowerResult
from lensim.power.scenario import Scenario
from lensim.power.sweep import sweep
from lensim.record import object_in
from lensim.results_folder import Manifest

Draw = Callable[[PowerResult, Path], None]
"""A function that writes figures of a result into a folder; `lensim.report.power_folder.draw_power` is one."""

SUMMARY, AUDIT, FINDINGS = "summary.csv", "audit.csv", "findings.txt"
MOST_SECONDS = 1e9


def run_power(
    scenario: Scenario,
    folder: Path | None = None,
    *,
    workers: int = 1,
    scheduler: str = "",
    trust_network: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    draw: Draw | None = None,
    asked_in: Path | None = None,
) -> PowerResult:
    """Simulate, analyse and judge every point of a scenario, and write what was found.

    Parameters
    ----------
    scenario
        What is asked.
    folder
        Gets summary.csv, audit.csv where studies were audited, findings.txt, manifest.json, scenario.json, chunks of
        studies, and figures where `draw` is given. An interrupted run continues there. Without it nothing is kept.
    workers
        Processes on this machine; 1 works in this process.
    scheduler
        Address of a dask scheduler that someone started; its workers are used instead. Whoever can reach it can run
        code here and there: see `lensim.power.scheduler`.
    trust_network
        Take a scheduler on another machine without encryption.
    progress
        Called with chunks done and the most that there can be.
    draw
        Draws figures into the folder.
    asked_in
        The file that the scenario was read from; a copy goes into the folder.

    Raises
    ------
    InputError
        If the folder is another scenario's or cannot be written to, or the scheduler cannot be reached.

    Examples
    --------
    >>> result = run_power(read_scenario(Path("study.toml")), Path("results/power"))
    >>> print(result.text)
    """
    require_workers(workers)
    files = tuple(digests_of([] if asked_in is None else [asked_in]))
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="lensim-power-") as place:
            found = sweep(
                scenario,
                Path(place) / "run",
                workers=workers,
                scheduler=scheduler,
                trust_network=trust_network,
                progress=progress,
            )
        return replace(found, files=files)
    copied = asked_in is not None and asked_in.resolve().parent != folder.resolve()  # else it is the user's own
    known = read_list(folder, MANIFEST)  # before the studies: what stands in the way at the end is told now
    for name in (SUMMARY, AUDIT, FINDINGS, *([asked_in.name] if asked_in is not None and copied else [])):
        require_added(folder / name, force=True, list_name=MANIFEST, known=known)
    manifest = Manifest(scenario.seed)
    with manifest.timed("studies"):
        found = sweep(
            scenario, folder, workers=workers, scheduler=scheduler, trust_network=trust_network, progress=progress
        )
    result = replace(found, folder=folder, files=files)
    manifest.seconds["studies"] += _seconds_before(folder)
    is_own = own_of_store(folder)
    with added_to(folder, force=True, is_stale=_is_shown, list_name=MANIFEST, is_own=is_own) as filling:
        write_csv_file(result.table, filling / SUMMARY)
        if not result.audit.empty:
            write_csv_file(result.audit, filling / AUDIT)
        (filling / FINDINGS).write_text(result.text + "\n", encoding="utf-8", newline="\n")
        if asked_in is not None and copied:
            shutil.copyfile(asked_in, filling / asked_in.name)
        if draw is not None:
            with manifest.timed("figures"):
                draw(result, filling)
        manifest.write(filling)
    return result


def _is_shown(name: str) -> bool:
    """Whether a file of an earlier run would be stale beside new ones: a table or a figure."""
    return name.endswith((".csv", ".png"))


def _seconds_before(folder: Path) -> float:
    """Seconds that earlier runs in this folder took for studies, which this one did not repeat."""
    try:
        seconds = float(object_in(folder / MANIFEST, "a manifest")["seconds"]["studies"])
    except (ValueError, KeyError, TypeError, OverflowError):
        return 0.0
    return seconds if 0 <= seconds < MOST_SECONDS else 0.0

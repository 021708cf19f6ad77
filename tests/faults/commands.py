"""Every command that writes, on small inputs, and what it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lensim.output import save_result
from tests.cli.test_cli_plan import TOML as PLAN
from tests.cli.test_cli_plan import TRUTH
from tests.cli.test_cli_selection import TOML as SELECTION
from tests.power.test_power_run import TOML as POWER
from tests.report.made_up_fits import made_up_fit
from tests.summaries.test_summaries_posterior import PAPER

QUICK = "bioassay"
"""The assay whose tables and figures take the least time."""


@dataclass(frozen=True)
class Command:
    """A command line with places for the folder of inputs and the folder of results.

    `kept` says that a fit that cannot be written is found in the working folder.
    """

    name: str
    line: tuple[str, ...]
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    has_force: bool = True
    kept: bool = False

    def arguments(self, inputs: Path, place: Path, *, force: bool) -> list[str]:
        """The command line for these folders."""
        said = [word.format(inputs=inputs, place=place) for word in self.line]
        return [*said, "--force"] if force and self.has_force else said


def _command(name: str, line: str, *, files: str = "", folders: str = "", **options: bool) -> Command:
    return Command(name, tuple(line.split()), tuple(files.split()), tuple(folders.split()), **options)


COMMANDS = {
    one.name: one
    for one in (
        _command(
            "fit",
            "fit dose-response {inputs}/wells.csv --where time_h=24 --out {place}/new/fit.nc --csv {place}/lines.csv",
            files="new/fit.nc lines.csv", kept=True,
        ),
        _command(
            "fit figures",
            "fit dose-response {inputs}/wells.csv --where time_h=24 --out {place}/fit.nc --figures {place}/figures",
            files="fit.nc figures/*.png", kept=True,
        ),
        _command(
            "fit by",
            "fit dose-response {inputs}/wells.csv --by time_h --out {place}/fit.nc --csv {place}/tables",
            files="fit.time_h-24.nc fit.time_h-72.nc tables/*.csv", kept=True,
        ),
        _command(
            "power", "power {inputs}/power.toml --out {place}/power --no-figures",
            folders="power", has_force=False,
        ),
        _command(
            "power figures", "power {inputs}/power.toml --out {place}/power",
            folders="power", has_force=False,
        ),
        _command("plan", "plan {inputs}/plan.toml --out {place}/plan --no-figures", folders="plan"),
        _command("plan figures", "plan {inputs}/plan.toml --out {place}/plan", folders="plan"),
        _command(
            "plate-map", "plate-map {place}/map.xlsx --factors cell_line,role --wells 6", files="map.xlsx",
        ),
        _command("published", "published {inputs}/paper.toml --out {place}/a/paper --no-figures", folders="a/paper"),
        _command("published figures", "published {inputs}/paper.toml --out {place}/paper", folders="paper"),
        _command(
            "simulate selection", "simulate selection {inputs}/selection.toml --out {place}/selection --no-figures",
            folders="selection",
        ),
        _command(
            "simulate", "simulate bioassay --out {place}/plate.csv --experiments 2",
            files="plate.csv plate.truth.nc",
        ),
        _command("report", "report {inputs}/quick.nc --out {place}/page.html --no-figures", files="page.html"),
        _command("report figures", "report {inputs}/quick.nc --out {place}/page.html", files="page.html"),
        _command(
            "read", "read dose-response {inputs}/wells.csv --where time_h=24 --out {place}/tidy.csv",
            files="tidy.csv",
        ),
        _command(
            "read by", "read dose-response {inputs}/wells.csv --by time_h --out {place}/tidy.csv",
            files="tidy.time_h-24.csv tidy.time_h-72.csv",
        ),
        _command("summarize", "summarize {inputs}/quick.nc --csv {place}/tables", files="tables/*.csv"),
        _command(
            "summarize figures", "summarize {inputs}/quick.nc --csv {place}/t.csv --figures {place}/figures",
            files="t.csv figures/*.png",
        ),
        _command(
            "associate", "associate {inputs}/fit.nc --csv {place}/a.csv --figure {place}/a.png", files="a.csv a.png",
        ),
        _command("compare", "compare {inputs}/expression.nc --csv {place}/c.csv", files="c.csv"),
    )
}  # fmt: skip


def write_inputs(folder: Path) -> None:
    """Files that the commands read."""
    folder.mkdir(parents=True)
    for name, text in (
        ("power", POWER),
        ("plan", PLAN + TRUTH),
        ("paper", PAPER),
        ("selection", SELECTION.replace("= 20\n", "= 10\n", 1)),
    ):
        (folder / f"{name}.toml").write_text(text)
    rows = [
        {"cell_line": line, "time_h": time, "dose_um": dose, "signal": 100 - dose}
        for line in "ABC"
        for time in (24, 72)
        for dose in range(4)
    ]
    pd.DataFrame(rows).to_csv(folder / "wells.csv", index=False)
    save_result(made_up_fit("dose_response"), folder / "fit.nc")
    save_result(made_up_fit(QUICK), folder / "quick.nc")
    save_result(made_up_fit("expression"), folder / "expression.nc")


def without_sampler() -> Callable[..., object]:
    """In the place of the sampling of `lensim fit`: a fit that is made up."""
    from lensim.face.fit import Fit

    return lambda *_, **__: Fit(made_up_fit(QUICK))

"""The command line. Heavy libraries are imported by the command that needs them, so that --help comes at once."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from lensim.checks import STANDARD_OUTPUT, InputError, fault_of
from lensim.cli import (
    associate,
    calibrate,
    compare,
    doctor,
    miqe,
    plan,
    plate_map,
    power,
    prepare,
    published,
    report,
    selection,
    simulate,
    sources,
)
from lensim.cli.app_command import app_command
from lensim.cli.check import ByContent, check_command
from lensim.cli.console import print_anything
from lensim.cli.fit import fit_command
from lensim.cli.read import read_command, read_expression_command
from lensim.cli.read_plate import read_plate
from lensim.cli.refused_values import refusal_of
from lensim.cli.remedies import speaking_options
from lensim.cli.shared import Force, once_by, out, say
from lensim.cli.summarize_command import summarize
from lensim.cli.workbook import Xlsx, require_workbook, write_tables
from lensim.working_folder import pass_over_settings

app = typer.Typer(
    help="Simulate, model and plan dose-response panels and RT-qPCR studies, with honest uncertainty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
simulate_app = typer.Typer(help="Simulate an assay, machine faults included.", no_args_is_help=True)
fit_app = typer.Typer(help="Fit a model to your own file.", no_args_is_help=True)
read_app = typer.Typer(help="Turn a machine's export, or any table, into a tidy table.", no_args_is_help=True)
check_app = typer.Typer(
    cls=ByContent,
    help="Check a run before it is fitted: controls, replicates, dilution series, plates. Without an assay, "
    "`lensim check FILE` takes the one that the file shows.",
    no_args_is_help=True,
)
app.add_typer(simulate_app, name="simulate")
app.add_typer(fit_app, name="fit")
app.add_typer(read_app, name="read")
app.add_typer(check_app, name="check")

FAILED: Final = 2
INTERRUPTED: Final = 130
STOPPED: Final = "stopped by Ctrl-C: no file is half-written"
CODES: Final = (
    "\n\nExit status 0 where the sampler converged, 3 where it did not: the result is written all the same, with its "
    "verdict. 2 where something failed, such as one of the studies of --by: what was fitted is written."
)
DOSE_RESPONSE: Final = "IC50 of every line, as an interval or as a bound, from raw signals or percent viabilities."
EXPRESSION: Final = (
    "Fold change of every target and subject, with the uncertainty of efficiency, reference and missing Cts in it.\n\n"
    "A table of ratios (columns target, subject and one of ratio, percent_of_control, log2_ratio) is taken as well."
)
BIOASSAY: Final = (
    "TNF of every sample, as an interval or as a bound, and what a treatment does to it, from standards and samples."
)
CELL_CYCLE: Final = (
    "Share of each phase, what a drug does to it in each line, and how lines differ in that.\n\n"
    "A table of single events, or of FCS files that hold them, is gated first."
)


def _tell_version(asked: bool) -> None:
    if asked:
        say(f"lensim {version('lensim')}")
        raise typer.Exit


@app.callback()
def _whole(
    of_version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    pass


def _add(group: typer.Typer, name: str, command: Callable[..., None], example: str) -> None:
    group.command(name, epilog=f"Example:  lensim {example}")(speaking_options(command))


_add(
    fit_app,
    "dose-response",
    fit_command("dose_response", sources.dose_response, DOSE_RESPONSE + CODES),
    "fit dose-response wells.csv --dose-unit uM --column signal=luminescence --out fit.nc",
)
_add(
    fit_app,
    "expression",
    fit_command("expression", sources.expression, EXPRESSION + CODES),
    "fit expression cts.csv --calibrator LP-1 --out fit.nc",
)
_add(
    fit_app,
    "bioassay",
    fit_command("bioassay", sources.bioassay, BIOASSAY + CODES),
    "fit bioassay plate.csv --control DMSO --out fit.nc",
)
_add(
    fit_app,
    "cell-cycle",
    fit_command("cell_cycle", sources.cell_cycle, CELL_CYCLE + CODES),
    "fit cell-cycle events.csv --out fit.nc --figures figures/",
)
_add(
    read_app,
    "dose-response",
    read_command("dose_response", sources.dose_response, "Plate grids, or tables in any words, to one row a well."),
    "read dose-response reader.txt --plate-map map.csv --dose-unit uM --out wells.csv",
)
_add(
    read_app,
    "expression",
    read_expression_command(
        "From a machine's export to one tidy table, with a summary of what was found.\n\n"
        "With --sheet, --reference and --control the table knows subjects and conditions, and lensim fit takes it as "
        "it is. A tidy table that has columns of subject and condition keeps them, with all that it says of samples "
        "and genes."
    ),
    "read expression run1.txt run2.txt --sheet samples.csv --reference RPL37A --control untreated --out cts.csv",
)
_add(
    read_app,
    "plate",
    read_plate,
    "read plate reader.xlsx --reading 450 --out readings.csv",
)
_add(
    read_app,
    "bioassay",
    read_command("bioassay", sources.bioassay, "Plate grids, or tables in any words, to one row a well."),
    "read bioassay reader.txt --plate-map map.csv --control DMSO --out plate.csv",
)
_add(
    read_app,
    "cell-cycle",
    read_command("cell_cycle", sources.cell_cycle, "Counts, percents, events or FCS files to one row a tube."),
    "read cell-cycle sheet.csv --out tubes.csv",
)
_CHECKED: Final = "\n\nExit status 3 where a check fails, else 0; nothing is left out of the data."
_add(
    check_app,
    "dose-response",
    check_command(
        "dose_response",
        sources.every_well,
        "Z', signal to background, CV of untreated wells, edges, gradients, drift, saturated and negative wells."
        + _CHECKED,
    ),
    "check dose-response wells.csv --dose-unit uM --xlsx qc.xlsx",
)
_add(
    check_app,
    "expression",
    check_command(
        "expression",
        sources.expression,
        "Margins of controls, replicates, dilution series, plate calibrators, references; a sheet is not needed."
        + _CHECKED,
    ),
    "check expression run1.txt --reference RPL37A --xlsx qc.xlsx",
)
_SIMULATE: Final[tuple[tuple[str, Callable[..., None], str], ...]] = (
    ("dose-response", simulate.simulate_dose_response, "dose-response --out twin.csv --seed 7"),
    ("expression", simulate.simulate_expression, "expression --out cts.csv --seed 7"),
    ("bioassay", simulate.simulate_bioassay, "bioassay --out plate.csv --seed 7"),
    ("cell-cycle", simulate.simulate_cell_cycle, "cell-cycle --out events.csv --seed 7"),
    ("selection", selection.simulate_selection, "selection clones.toml --out results/selection"),
)
_WHOLE: Final[tuple[tuple[str, Callable[..., None], str], ...]] = (
    ("power", power.power, "study.toml --out results/power --workers 2"),
    ("plan", plan.plan, "next.toml --from fit.nc --out results/plan --workers 2"),
    ("associate", associate.associate, "fit.nc --labels p53.csv"),
    ("published", published.published, "paper.toml --out results/paper"),
    ("report", report.report, "fit.nc results/power --out report.html"),
    ("compare", compare.compare, "fit.nc --csv comparison.csv"),
    ("summarize", summarize, "fit.nc --threshold-um 10 --figures figures/"),
    ("miqe", miqe.miqe, "fit.nc --answers bench.csv --out miqe.xlsx"),
    ("calibrate", calibrate.calibrate, "fit.nc --simulations 100 --out calibration/"),
    ("plate-map", plate_map.plate_map, "filled.xlsx --picture map.png"),
    ("app", app_command, ""),
    ("prepare", prepare.prepare, ""),
    ("doctor", doctor.doctor, "--quick"),
)
for _name, _command, _example in _SIMULATE:
    _add(simulate_app, _name, _command, f"simulate {_example}")
for _name, _command, _example in _WHOLE:
    _add(app, _name, _command, f"{_name} {_example}".strip())

MODELS: Final = ("model", "needs", "answers")
"""Columns of the table of models."""
FORMER_NAMES: Final = {"proliferation": "dose-response", "qpcr": "expression"}
"""Names that assays had in earlier versions, which are refused with the new one."""


def _refusal(group: str, former: str, name: str) -> Callable[[Any], None]:
    def command(context: typer.Context) -> None:
        rest = " ".join(context.args)
        raise InputError(f"lensim {group} {former} is now called: lensim {group} {name}{f' {rest}' if rest else ''}")

    return command


for _former, _now in FORMER_NAMES.items():
    for _group_name, _group in (("simulate", simulate_app), ("read", read_app), ("fit", fit_app)):
        _group.command(
            _former,
            hidden=True,
            add_help_option=False,
            context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
        )(_refusal(_group_name, _former, _now))


@app.command()
def models(xlsx: Xlsx = None, force: Force = False) -> None:
    """List the models that a fit can use, and what each answers."""
    import pandas as pd
    from rich.table import Table

    from lensim.inference.catalogue import catalogue

    require_workbook(xlsx, force=force)
    table, rows = Table(*MODELS), []
    for name, entry in sorted(catalogue().items()):
        rows.append((name, entry.signal, entry.question))
        table.add_row(*rows[-1])
    out.print(table)
    if xlsx is not None:
        from lensim.result_workbook import NamedTable

        sheet = NamedTable("models", pd.DataFrame(rows, columns=MODELS), "Models that a fit can use")
        write_tables(xlsx, [sheet], [], force=force)


def _source_of_another_package(name: str) -> Callable[..., Any]:
    def source(files: Annotated[list[Path], typer.Argument(help="Your files.")]) -> Any:
        from lensim.assay import find_assay

        return find_assay(name).read(files)

    return source


def _add_assays_of_other_packages() -> None:
    """Commands of assays that other packages offer; their names are known without importing them."""
    own = {command.name for command in fit_app.registered_commands}
    for entry in entry_points(group="lensim.assays"):
        command = entry.name.replace("_", "-")
        if command not in own:
            source = _source_of_another_package(entry.name)
            about = f"The assay {entry.name}, offered by {entry.dist.name if entry.dist else 'another package'}."
            _add(fit_app, command, fit_command(entry.name, source, about + CODES), f"fit {command} FILE --out fit.nc")
            _add(read_app, command, read_command(entry.name, source, about), f"read {command} FILE")


_add_assays_of_other_packages()


def main() -> None:
    """Run the command line. A user's error gives one message and exit status 2, an interrupt 130, never a traceback."""
    status: Any = FAILED
    print_anything()
    try:
        for name in pass_over_settings():
            _say_last(f"note: {name} in this folder is not read; settings of your own belong in your home folder")
        once_by(sys.argv[1:])
        status = app(standalone_mode=False)
        if status == INTERRUPTED:  # typer gives it as a value; a command with a sentence of its own exits
            _say_last(STOPPED)
    except SystemExit as stop:
        status = stop.code
    except WRONG_CALL as error:
        status = _refused_call(error)
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
        _say_last(STOPPED)
    except (InputError, OSError, MemoryError) as error:
        _say_last(f"error: {fault_of(_with_its_place(error))}", "red")
    _end(status if isinstance(status, int | str) else 0)


WRONG_CALL: Final[type[Any]] = typer.BadParameter.__bases__[0]
"""Of commands and options that are none; typer would print what was typed with its own console."""


def _refused_call(error: Any) -> int:
    """Say how the command is called, and what is wrong; the exit status."""
    if type(error).__name__ != "NoArgsIsHelpError":  # the help is printed already
        if error.ctx is not None:
            _say_last(error.ctx.get_usage())
            _say_last(f"Try '{error.ctx.command_path} --help' for help.")
        _say_last(f"error: {refusal_of(error)}", "red")
    return int(error.exit_code)


def _say_last(sentence: str, style: str | None = None) -> None:
    with suppress(OSError):  # of a standard error that is closed or full
        say(sentence, quietly=True, style=style or "")


def _with_its_place(error: Exception) -> Exception:
    """An error of a write that names no file, as of standard output where that takes no more."""
    if isinstance(error, OSError) and error.filename is None and error.errno is not None and sys.stdout is not None:
        try:
            sys.stdout.write("\n")  # what failed may not be in its memory any more
            sys.stdout.flush()
        except OSError as fault:
            return OSError(fault.errno, fault.strerror, STANDARD_OUTPUT)
    return error


def _end(status: str | int | None) -> NoReturn:
    """Leave, also where standard output takes no more: what it still holds would fail once more as Python ends."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EPIPE and status != FAILED:  # a reader that has seen enough is no fault
            _say_last(f"error: {fault_of(OSError(error.errno, error.strerror, STANDARD_OUTPUT))}")
            status = status or FAILED
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def command() -> None:
    """What a shell starts: `main`, left at once after an interrupt.

    Objects of libraries that were interrupted at their work would complain as Python ends, or wait for each other.
    """
    try:
        main()
    except SystemExit as stop:
        if stop.code != INTERRUPTED:
            raise
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    command()

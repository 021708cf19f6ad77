"""Every option of every command, by the parser of the command line; what samples, measures or serves for minutes is left out."""

import contextlib
import io
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest import mock

import typer

from lensim.checks import InputError
from tests.fuzz.case import Case, Door, File
from tests.fuzz.corpus import results, tables, written
from tests.fuzz.mutations.words import NUMBERS, WORDS

PATHS: Final = ("out.csv", "out.nc", "out.tsv", "out.html", "new/out.csv", ".", "", "wells.csv", "there", "x" * 300, "a\x00b", "/proc/x.csv",
                "/dev/null/x.nc", "folder", "[/x].csv", "$x$.nc", "-", "~", "fit.nc", "out.CSV", "\u00e9.csv")  # fmt: skip
"""None of them can harm what lies outside: fuzzing runs with a user's rights."""

SAMPLING: Final = ("lensim.face.fit.fit", "lensim.power.run.sweep", "lensim.plan.run.run_plan", "lensim.selection.run.run_selection", "lensim.simulate.dose_response", "lensim.simulate.expression", "lensim.simulate.bioassay",
                   "lensim.simulate.cell_cycle", "lensim.simulate.cell_cycle_events",
                   "lensim.face.power.power", "lensim.face.plan.plan", "lensim.face.published.published",
                   "lensim.app.serve.serve", "lensim.doctor.run.findings")  # fmt: skip


@cache
def _command() -> Any:
    from lensim.cli.main import app

    return typer.main.get_command(app)


def _leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if hasattr(command, "commands"):
        for name, one in command.commands.items():
            yield from _leaves(one, (*path, name))
    else:
        yield path, command


@cache
def _files() -> dict[str, bytes]:
    """A file of each kind that commands take, the same for all."""
    return {
        "wells.csv": tables.dose_response_table(), "cts.csv": tables.expression_table(), "od.csv": tables.bioassay_table(),
        "tubes.csv": tables.cell_cycle_table(), "fit.nc": results.small_result("dose_response"), "ct.nc": results.small_result("expression"),
        "study.toml": results.SCENARIO, "paper.toml": next(iter(written.papers().values())).files["paper.toml"],
        "clones.toml": next(iter(written.selections().values())).files["clones.toml"],
        "next.toml": next(iter(written.plans().values())).files["next.toml"], "there/x.csv": b"a,b\n1,2\n",
    }  # fmt: skip


def _cases() -> dict[str, Case]:
    """A command line a command, with its own file."""
    own = {"dose-response": "wells.csv", "expression": "cts.csv", "bioassay": "od.csv", "cell-cycle": "tubes.csv", "power": "study.toml",
           "published": "paper.toml", "plan": "next.toml", "selection": "clones.toml", "compare": "ct.nc"}  # fmt: skip
    _files()  # made now, not while a command is watched
    found = {}
    for path, command in _leaves(_command()):
        if command.hidden or path == ("models",):
            continue
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        argv: list[Any] = [*path, *([File(own.get(path[-1], "fit.nc"))] if arguments else [])]
        suffix = {"fit": ".nc", "report": ".html", "power": "", "plan": "", "published": "", "selection": ""}
        if any("--out" in one.opts for one in command.params):
            end = suffix.get(path[0], suffix.get(path[-1], ".csv"))
            argv += ["--out", File(f"out{end}")]
        if path[0] == "simulate" and path[-1] != "selection":
            argv += ["--experiments", "1"]
        if path == ("report",):
            argv.append("--no-figures")
        found[" ".join(path)] = Case({}, {"argv": argv})
    return found


def _option(rng: random.Random, case: Case) -> Case | None:
    """An option more with a value for its type, or an odd one; an argument or option away or twice."""
    argv = list(case.options["argv"])
    path = next((found for found, _ in _leaves(_command()) if list(found) == argv[: len(found)]), None)
    if path is None:
        return None
    command = dict(_leaves(_command()))[path]
    what = rng.random()
    if what < 0.1 and len(argv) > len(path):
        del argv[rng.randrange(len(path), len(argv))]
        return replace(case, options={"argv": argv}, said=(*case.said, "a word away"))
    if what < 0.15:
        argv.append(
            rng.choice((*WORDS, "--", "-x", "--help", "--no-such", File("cts.csv"), File("ct.nc"), File("there")))
        )
        return replace(case, options={"argv": argv}, said=(*case.said, "a word more"))
    options = [one for one in command.params if one.param_type_name == "option" and "--help" not in one.opts]
    if not options:
        return None
    option = rng.choice(options)
    name = rng.choice([*option.opts, *option.secondary_opts])
    argv += [name] if option.is_flag else [name, _value(rng, option)]
    return replace(case, options={"argv": argv}, said=(*case.said, f"{argv[-2:]}"))


def _value(rng: random.Random, option: Any) -> Any:
    kind = type(option.type).__name__
    if (
        "Path" in kind
        or "File" in kind
        or option.name in ("path", "folder", "fit", "sheet", "factors", "priors", "labels", "plate_map")
    ):
        return rng.choice((*PATHS, *(File(name) for name in _files())))
    if "Choice" in kind and rng.random() < 0.7:
        return str(rng.choice(list(option.type.choices)))
    if ("Int" in kind or "Float" in kind) and rng.random() < 0.9:
        return rng.choice((*NUMBERS, "0", "1", "2", "0.5", "0.9", "3", "100"))
    if option.name in ("column", "where", "role") and rng.random() < 0.8:
        left = rng.choice(
            ("dose", "signal", "condition", "gene", "plate", "time_h", "untreated", "cell_line", "", *WORDS)
        )
        return f"{left}={rng.choice(('x', '=x', '', 'dose_um', '*', '[', *WORDS))}"
    return rng.choice((*WORDS, *NUMBERS))


def _enter(folder: Path, case: Case) -> Any:
    """One command in its folder; a fault that the parser finds counts as refused."""
    from lensim.cli.shared import once_by

    for name, content in _files().items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    before = Path.cwd()
    argv = [one.name if isinstance(one, File) else str(one) for one in case.options["argv"]]
    out = io.StringIO()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.ExitStack() as stack:
            for name in SAMPLING:
                stack.enter_context(_left_out(name))
            once_by(argv)
            _command()(argv, prog_name="lensim", standalone_mode=False)
    except (SystemExit, typer.Exit, typer.Abort) as stop:
        return getattr(stop, "exit_code", 1)
    except OSError as error:  # the command line says it in a sentence of its own
        if error.filename is None:
            raise
        raise InputError(f"{error.filename!r:.200} cannot be used: {error.strerror}") from None
    except Exception as error:  # what the parser refuses, in a class of its own
        if not hasattr(error, "format_message"):
            raise
        raise InputError(f"command line: {' '.join(error.format_message().split())[:500]}") from None
    finally:
        os.chdir(before)
    return out.getvalue()


def _left_out(name: str) -> Any:
    """A function that samples, measures or serves is as if it had refused."""
    _module, _, last = name.rpartition(".")
    try:
        return mock.patch(name, side_effect=InputError(f"{last}: reached"), create=False)
    except (ImportError, AttributeError):
        return contextlib.nullcontext()


DOORS: Final = (Door("options", _cases, _enter, changes=(_option,) * 3, may_write=True),)

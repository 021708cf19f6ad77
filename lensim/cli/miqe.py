"""The command `lensim miqe`: the checklist that a journal asks for, filled from a fit."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lensim.checks import told_of
from lensim.cli.shared import CiProb, Force, say

if TYPE_CHECKING:
    import xarray as xr


COLUMNS: Final = ("section", "items", "filled", "in part", "answered", "blank: bench", "blank: fit")
"""Of the printed table."""


def miqe(
    result_file: Annotated[
        Path, typer.Argument(metavar="RESULT", help="Result of lensim fit expression or dose-response (.nc).")
    ],
    path: Annotated[
        Path | None, typer.Option("--out", help="Workbook to write (.xlsx): items, blanks, answers, tables.")
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(help="Your answers: a filled workbook of --out, a table of item and answer, or TOML."),
    ] = None,
    rdml: Annotated[
        Path | None, typer.Option(help="Also write the reactions as RDML 1.3 (.rdml), for the journal.")
    ] = None,
    rdes: Annotated[
        Path | None,
        typer.Option(help="Also write them as RDES, one table a plate, with a sample sheet, into this folder."),
    ] = None,
    power: Annotated[
        Path | None, typer.Option(help="Results folder of lensim power or plan: fills the item power analysis.")
    ] = None,
    ci: CiProb = 0.9,
    force: Force = False,
) -> None:
    """The MIQE checklist of an RT-qPCR fit, or the methods sheet of a dose-response fit; what is blank is listed."""
    import pandas as pd

    from lensim.cli.tables import print_text
    from lensim.miqe.answers import read_answers
    from lensim.miqe.fill import STATUSES, checklist_of, items_of, told_of_blank
    from lensim.miqe.sheets import workbook_of_checklist
    from lensim.output import load_result
    from lensim.report.power_words import power_found
    from lensim.workbook_file import write_workbook

    inputs = [one for one in (result_file, answers) if one is not None]
    _require_room(path, rdml, rdes, force=force, inputs=inputs)
    result = load_result(result_file)
    with told_of(str(result_file)):
        items = items_of(result)
    found_power = "" if power is None else power_found(power)
    given = {} if answers is None else read_answers(answers, {item.name: item for item in items})
    with told_of(str(result_file)):
        checklist = checklist_of(
            result, ci_prob=ci, answers=given, rdml="" if rdml is None else rdml.name, power=found_power
        )
    rows = []
    for section, own in checklist.table.groupby("section", sort=False):
        counts = own["status"].value_counts()
        rows.append([str(section), str(len(own)), *(str(int(counts.get(status, 0))) for status in STATUSES)])
    print_text(pd.DataFrame(rows, columns=list(COLUMNS)))
    for note in told_of_blank(checklist):
        say(f"note: {note}")
    say(checklist.sentence)
    if path is not None:
        write_workbook(path, workbook_of_checklist(checklist), force=force, inputs=inputs)
        say(f"workbook in {path}")
    _write_exchange(result, rdml, rdes, force=force, inputs=inputs)


def _write_exchange(
    result: "xr.DataTree", rdml: Path | None, rdes: Path | None, *, force: bool, inputs: list[Path]
) -> None:
    """Write the reactions of a fit as RDML and RDES, where these are asked for."""
    from lensim.added_files import added_file, added_to
    from lensim.miqe.exchange import (
        SHEET_NAME,
        exchange_of,
        numbered_plates,
        plates_named_otherwise,
        rdes_files,
        sample_sheet_of,
        write_rdml,
    )
    from lensim.miqe.study import listed
    from lensim.plain_text import counted

    if rdml is None and rdes is None:
        return
    exchange = exchange_of(result)
    if numbered := numbered_plates(exchange):
        say(f"note: not every well is known on {listed(numbered)}: their reactions are numbered in RDML and RDES")
    if rdml is not None:
        with added_file(rdml, force=force, inputs=inputs) as partial:
            write_rdml(exchange, partial)
        say(f"RDML in {rdml}")
    if rdes is not None:
        if otherwise := plates_named_otherwise(exchange):
            say(f"note: RDES names a plate by its file, and these names are no names of files: {listed(otherwise)}")
        files = rdes_files(exchange)
        sheet = {SHEET_NAME: sample_sheet_of(exchange)}
        with added_to(rdes, force=force, inputs=inputs, is_stale=lambda name: name.endswith(".tsv")) as folder:
            for name, text in (files | sheet).items():
                (folder / name).write_text(text, encoding="utf-8", newline="\n")
        say(f"{counted(len(files), 'table')} of RDES and their sample sheet {SHEET_NAME} in {rdes}")


def _require_room(path: Path | None, rdml: Path | None, rdes: Path | None, *, force: bool, inputs: list[Path]) -> None:
    """Refuse targets that are taken, before any work is done."""
    from lensim.added_files import require_added
    from lensim.checks import one_of
    from lensim.ownership import require_filled
    from lensim.workbook_file import workbook_suffix

    workbook_suffix("--out", path)
    if rdml is not None:
        one_of("--rdml suffix", rdml.suffix.lower(), (".rdml",))
    for one in (path, rdml):
        if one is not None:
            require_added(one, force=force, inputs=inputs)
    if rdes is not None:
        require_filled(rdes, "--rdes")

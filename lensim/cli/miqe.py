"""The command `lensim miqe`: the checklist that a journal asks for, filled from a fit."""

from pathlib import Path
from typing import Annotated

import typer

from lensim.checks import told_of
from lensim.cli.shared import CiProb, Force, out, say


def miqe(
    result_file: Annotated[Path, typer.Argument(metavar="RESULT", help="Result of lensim fit expression (.nc).")],
    path: Annotated[
        Path | None, typer.Option("--out", help="Workbook to write (.xlsx): items, blanks, answers, tables.")
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(help="Your answers: a filled workbook of --out, a table of item and answer, or TOML."),
    ] = None,
    ci: CiProb = 0.9,
    force: Force = False,
) -> None:
    """The MIQE checklist of an RT-qPCR fit: what the fit knows is filled, what is blank is listed."""
    from rich.table import Table
    from rich.text import Text

    from lensim.miqe.answers import read_answers
    from lensim.miqe.fill import STATUSES, checklist_of, require_expression, told_of_blank
    from lensim.miqe.sheets import workbook_of_checklist
    from lensim.output import load_result
    from lensim.workbook_file import write_workbook

    inputs = [one for one in (result_file, answers) if one is not None]
    _require_room(path, force=force, inputs=inputs)
    given = {} if answers is None else read_answers(answers)
    result = load_result(result_file)
    with told_of(str(result_file)):
        require_expression(result)
        checklist = checklist_of(result, ci_prob=ci, answers=given)
    table = Table("section", "items", "filled", "in part", "answered", "blank: bench", "blank: fit")
    for section, own in checklist.table.groupby("section", sort=False):
        counts = own["status"].value_counts()
        cells = [str(int(counts.get(status, 0))) for status in STATUSES]
        table.add_row(Text(str(section)), str(len(own)), *cells)
    out.print(table)
    for note in told_of_blank(checklist):
        say(f"note: {note}")
    say(checklist.sentence)
    if path is not None:
        write_workbook(path, workbook_of_checklist(result, checklist, ci), force=force, inputs=inputs)
        say(f"workbook in {path}")


def _require_room(path: Path | None, *, force: bool, inputs: list[Path]) -> None:
    """Refuse a target that is taken, before any work is done."""
    from lensim.added_files import require_added
    from lensim.workbook_file import workbook_suffix

    if path is None:
        return
    workbook_suffix("--out", path)
    require_added(path, force=force, inputs=inputs)

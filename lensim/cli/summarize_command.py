"""The command `lensim summarize`: a result, or the folder of a screen, as tables, figures and verdict."""

from pathlib import Path
from typing import Annotated

import typer

from lensim.checks import InputError, told_of
from lensim.cli.screen import summarize_screen
from lensim.cli.shared import CiProb, Csv, DoseUm, FigureFolder, Force, Levels, ThresholdUm
from lensim.cli.summarize import (
    print_result,
    require_room,
    require_room_for_figures,
    with_about,
    write_csv,
    write_figures,
)
from lensim.cli.workbook import Xlsx, named, require_workbook, write_tables


def summarize(
    result_file: Annotated[
        Path, typer.Argument(metavar="RESULT", help="Result of lensim fit (.nc), or the folder of a screen.")
    ],
    compound: Annotated[
        list[str] | None, typer.Option("--compound", help="Of a screen, this compound alone. May be repeated.")
    ] = None,
    threshold_um: ThresholdUm = None,
    level: Levels = None,
    dose_um: DoseUm = None,
    ci: CiProb = 0.9,
    csv: Csv = None,
    xlsx: Xlsx = None,
    figures: FigureFolder = None,
    force: Force = False,
) -> None:
    """Read a result of any assay: tables, remarks and verdict, as on the page of lensim report."""
    from lensim.assay import Asked, assay_of
    from lensim.output import load_result

    asked = Asked(ci, threshold_um, tuple(level or ()), dose_um)
    if result_file.is_dir():
        summarize_screen(result_file, compound or [], asked, csv, figures, xlsx, force=force)
        return
    if compound:
        raise InputError(f"--compound must go with the folder of a screen, got the file {result_file}: leave it out")
    require_room(csv, figures, force=force, inputs=[result_file])
    require_workbook(xlsx, force=force, inputs=[result_file])
    result = load_result(result_file)
    require_room_for_figures(result, asked, figures, force=force)
    if asked == Asked(ci):
        said = print_result(result, asked)
    else:
        with told_of(str(result_file)):
            assay_of(result)  # thresholds and levels have no meaning for bare parameters
            said = print_result(result, asked)
    write_csv(said.tables, csv, force=force)
    about = with_about(said, result, asked, xlsx).about
    write_tables(xlsx, named(said.tables), about, force=force, inputs=[result_file])
    write_figures(result, asked, figures, force=force)

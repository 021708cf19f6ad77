"""The command `lensim plate-map`: an empty map to fill in, or what is on a filled one and what is odd."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lensim.cli.shared import Force, out, say, table_suffix


def plate_map(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Map to check, or with --factors or --wells the one to write (.xlsx)."),
    ],
    factors: Annotated[
        str, typer.Option(help='Write an empty map with these blocks: "cell_line, dose (uM), role".')
    ] = "",
    wells: Annotated[
        Literal["6", "12", "24", "48", "96", "384", "1536"] | None,
        typer.Option(help="Wells of a plate of an empty map."),
    ] = None,
    plates: Annotated[int, typer.Option(min=1, max=100, help="Plates of an empty map, a sheet each.")] = 1,
    picture: Annotated[Path | None, typer.Option(help="Picture of a filled map: .png, .pdf or .svg.")] = None,
    table: Annotated[
        Path | None, typer.Option("--out", help="Filled map with a row a well: .csv or .tsv; as blocks: .xlsx.")
    ] = None,
    quantstudio: Annotated[
        Path | None, typer.Option(help="Folder for QuantStudio's plate setup files of a filled map, one a plate.")
    ] = None,
    cfx: Annotated[Path | None, typer.Option(help="Folder for CFX's plate setup files of a filled map.")] = None,
    force: Force = False,
) -> None:
    """A map of a plate as people draw it: a block of the plate's shape for each factor, in a workbook.

    With --factors or --wells an empty one is written. Else the map is read, what is on it is shown, and what is odd.
    """
    from lensim.checks import InputError

    if factors or wells is not None:
        named = {"--picture": picture, "--out": table, "--quantstudio": quantstudio, "--cfx": cfx}
        if given := [name for name, one in named.items() if one is not None]:
            raise InputError(
                f"{' and '.join(given)} must be left out with --factors or --wells, which write an empty map"
            )
        _write_empty(path, factors, int(wells or "96"), plates, force=force)
        return
    if plates != 1:
        raise InputError("--plates is for an empty map: give --factors or --wells as well")
    _check(path, picture, table, {"quantstudio": quantstudio, "cfx": cfx}, force=force)


def _write_empty(path: Path, factors: str, wells: int, plates: int, *, force: bool) -> None:
    from lensim.plate_map.contents import factors_of
    from lensim.plate_map.sheets import USUAL_FACTORS, empty_map
    from lensim.workbook_file import write_workbook

    names = factors_of(factors or USUAL_FACTORS)
    write_workbook(path, empty_map(names, wells, plates), force=force)
    blocks = f"{len(names)} block{'s' * (len(names) > 1)} of {wells} wells ({', '.join(names)})"
    sheets = f", on {plates} sheets" if plates > 1 else ""
    say(f"empty map with {blocks}{sheets} in {path}: fill it in, then lensim plate-map {path}")


def _check(
    path: Path, picture: Path | None, table: Path | None, folders: "dict[str, Path | None]", *, force: bool
) -> None:
    from lensim.added_files import added_file, added_to, require_added
    from lensim.checks import one_of
    from lensim.cli.tables import print_text
    from lensim.plate_map.check import check_map
    from lensim.plate_map.contents import read_plate_map
    from lensim.plate_map.machines import setup_files
    from lensim.plate_map.sheets import block_sheets
    from lensim.workbook_file import write_workbook

    if picture is not None:
        one_of("--picture suffix", picture.suffix.lower(), (".png", ".pdf", ".svg"))
        require_added(picture, force=force, inputs=[path])
    if table is not None and table.suffix.lower() != ".xlsx":
        table_suffix(table)
    found = read_plate_map(path)
    checked = check_map(found)
    parts = {
        f"{found.place}: wells by role": checked.wells, "what is in them": checked.contents,
        f"odd: {len(checked.odd)}": checked.odd,
    }  # fmt: skip
    for title, part in parts.items():
        if len(part):
            print_text((part if any(part["plate"]) else part.drop(columns="plate")).astype(str), title)
    if not len(checked.odd):
        out.print("nothing is odd")
    if table is not None and table.suffix.lower() == ".xlsx":
        write_workbook(table, block_sheets(found), force=force, inputs=[path])
        say(f"map in blocks in {table}")
    elif table is not None:
        with added_file(table, force=force, inputs=[path]) as partial:
            separator = "\t" if table.suffix.lower() == ".tsv" else ","
            found.table().to_csv(partial, index=False, sep=separator, lineterminator="\n")
        say(f"map with a row a well in {table}")
    for machine, folder in folders.items():
        if folder is not None:
            files = setup_files(found, machine)  # type: ignore[arg-type]
            with added_to(folder, force=force, inputs=[path]) as filling:
                for name, text in files.items():
                    (filling / name).write_text(text, encoding="utf-8", newline="")
            say(f"{', '.join(files)} in {folder}")
    if picture is not None:
        from lensim.report.figures.plate_map import MOST_PLATES, plot_map
        from lensim.report.figures.style import save_figure

        with added_file(picture, force=force, inputs=[path]) as partial:
            save_figure(plot_map(found), partial)
        left = len(found.plates) - MOST_PLATES
        say(f"picture in {picture}" + (f", without the last {left} plates" if left > 0 else ""))

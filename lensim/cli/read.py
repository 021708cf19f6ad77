"""The commands `lensim read ASSAY`: a machine's export, or any table that a fit takes, to one tidy table."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lensim.checks import InputError
from lensim.cli import sources
from lensim.cli.assay_command import assay_command
from lensim.cli.exports import exports_of
from lensim.cli.remedies import in_own_options
from lensim.cli.shared import Force, out, paths_in, say, table_suffix
from lensim.cli.studies import Source, Study, studies_of
from lensim.cli.workbook import Xlsx, data_sheet, require_workbook, write_tables

if TYPE_CHECKING:
    import xarray as xr

    from lensim.result_workbook import Entry, NamedTable


def read_options(
    path: Annotated[Path | None, typer.Option("--out", help="Table to write: .csv or .tsv.")] = None,
    xlsx: Xlsx = None,
    force: Force = False,
) -> None:
    """Options of every reading; the signature alone is used."""


def read_command(name: str, source: Source, about: str) -> Callable[..., None]:
    """The command that reads files of one assay and writes them as one tidy table; see `fit_command`."""
    return assay_command(f"read_{name}", source, read_options, partial(_run, name, source), about)


def _run(
    name: str, source: Source, given: dict[str, Any], *, path: Path | None, xlsx: Path | None, force: bool
) -> None:
    from lensim.added_files import added_file, require_added
    from lensim.assay import find_assay
    from lensim.tables.told import column_notes

    assay = find_assay(name)
    require_workbook(xlsx, force=force, inputs=paths_in(given))
    if xlsx is not None and assay.write is None:
        raise InputError(f"--xlsx must be left out: the assay {name} has no table to write")
    if path is not None:
        table_suffix(path)
        if not given.get("by"):
            require_added(path, force=force, inputs=paths_in(given))
        if assay.write is None:
            raise InputError(f"--out must be left out: the assay {name} has no table to write")
    studies = studies_of(source(**given), given.get("by") or "")
    for study in studies:
        if path is not None:
            require_added(study.path(path), force=force, inputs=paths_in(given))
    sheets: list[NamedTable] = []
    about: list[Entry] = []
    for study in studies:
        data = assay.prepared(study.data)
        say(f"{study.words}{assay.counts(data)}")
        notes = [in_own_options(note) for note in (*column_notes(study.data), *assay.notes(data))]
        for note in notes:
            say(f"{study.words}note: {note}", quietly=True)
        if xlsx is not None and assay.write is not None:
            sheets.append(_sheet(study, data, assay.write, assay.counts(data)))
            about += _about(study, data, notes)
        if path is not None and assay.write is not None:
            with added_file(study.path(path), force=force, inputs=paths_in(given)) as place:
                assay.write(data, place)
            say(f"{study.words}table in {study.path(path)}")
    write_tables(xlsx, sheets, about, force=force, inputs=paths_in(given))


def _sheet(study: Study, data: "xr.Dataset", write: "Callable[[xr.Dataset, Path], None]", counts: str) -> "NamedTable":
    """The tidy table of one study."""
    numbers = {str(name) for name, values in data.data_vars.items() if values.dtype.kind in "fiu"}
    return data_sheet(study.value or "data", counts, lambda path: write(data, path), numbers)


def _about(study: Study, data: "xr.Dataset", notes: list[str]) -> "list[Entry]":
    """What the reader noted of one study, for the last sheet."""
    from lensim.input_digests import FILES_READ, digests_in
    from lensim.result_workbook import entries_of, input_files, sentences

    of = study.words.removesuffix(": ")
    said = {str(name).replace("_", " "): value for name, value in data.attrs.items() if name != FILES_READ}
    files = input_files(digests_in(data.attrs), of)
    return [*sentences("note", notes, of), *files, *entries_of("data", said, of)]


def _expression(given: dict[str, Any], *, path: Path | None, xlsx: Path | None, force: bool) -> None:
    """From machines' exports to one tidy table: reactions alone where nothing says which sample is which."""
    from lensim.added_files import added_file, require_added
    from lensim.expression.read import left_out_of_reactions, without_sheet, write_reactions
    from lensim.result_workbook import entries_of, sentences

    if path is not None:
        table_suffix(path)
        require_added(path, force=force, inputs=paths_in(given))
    require_workbook(xlsx, force=force, inputs=paths_in(given))
    exports = exports_of(given)
    given, files, kinds = dict(exports.given), exports.files, exports.kinds
    if all(kind == "ratios" for kind in kinds):
        _run("expression", sources.expression, given, path=path, xlsx=xlsx, force=force)
        return
    useless = [f"--{option}" for option in ("sheet", "reference", "control", "factors") if given[option]]
    if useless and not exports.says_samples:
        why = without_sheet(files, kinds, exports.columns)
        raise InputError(f"--sheet must say which sample is which for {', '.join(useless)}, got none: {why}")
    reactions = exports.reactions()
    _print_found(reactions.instrument, reactions.paths, reactions.summary())
    if exports.says_samples:
        _run("expression", sources.expression, given, path=path, xlsx=xlsx, force=force)
        return
    notes = [in_own_options(note) for note in (*reactions.notes, *left_out_of_reactions(files, kinds))]
    for note in notes:
        say(f"note: {note}", quietly=True)
    if path is not None:
        with added_file(path, force=force, inputs=paths_in(given)) as place:
            write_reactions(reactions, place)
        say(f"table in {path}")
    if xlsx is not None:
        tidy = data_sheet("reactions", "One row a reaction", partial(write_reactions, reactions), ())
        found = entries_of("data", {"instrument": reactions.instrument, "files": list(reactions.paths)})
        write_tables(xlsx, [tidy], [*sentences("note", notes), *found], force=force, inputs=paths_in(given))


def _print_found(instrument: str, paths: tuple[str, ...], found: dict[str, int]) -> None:
    from rich.table import Table
    from rich.text import Text

    from lensim.plain_text import one_line

    table = Table("found", "number", title=Text(f"{instrument}: {', '.join(map(one_line, paths))}"))
    for name, count in found.items():
        table.add_row(name.replace("_", " "), str(count))
    out.print(table)


def read_expression_command(about: str) -> Callable[..., None]:
    """`lensim read expression`, which also writes reactions of samples that no sheet describes."""
    return assay_command("read_expression", sources.expression, read_options, _expression, about)

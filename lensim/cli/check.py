"""The commands `lensim check ASSAY`: what a run is like before anyone fits it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from lensim.checks import InputError, one_of
from lensim.cli import sources
from lensim.cli.assay_command import assay_command
from lensim.cli.exports import exports_of
from lensim.cli.shared import Exclude, Force, csv_suffix, paths_in, say
from lensim.cli.studies import Source, Study, studies_of, without_excluded
from lensim.cli.workbook import Xlsx, require_workbook, write_tables

if TYPE_CHECKING:
    from lensim.qc.finding import Checked
    from lensim.qc.run import Run
    from lensim.qc.wells import Wells

FAILED_A_CHECK: Final = 3


class ByContent(TyperGroup):
    """`lensim check run.csv` without an assay takes the one that the file's content shows."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first argument, or of the file that it is."""
        if args and args[0] not in self.commands and Path(args[0]).is_file():
            args = [_assay_of(Path(args[0])), *args]
        return super().resolve_command(ctx, args)


def _assay_of(path: Path) -> str:
    """Tables and exports of Cts are RT-qPCR, all else is a plate."""
    from lensim.expression.read import is_of_reactions

    try:
        return "expression" if is_of_reactions(path) else "dose-response"
    except InputError:  # told by the command
        return "dose-response"


def check_options(
    exclude: Exclude = None,
    exclusions_out: Annotated[
        Path | None,
        typer.Option(
            help="Write wells that checks name here (.csv), as a file for --exclude whose reasons you fill in."
        ),
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write all findings here (.csv).")] = None,
    xlsx: Xlsx = None,
    force: Force = False,
) -> None:
    """Options of every check; the signature alone is used."""


def check_command(name: str, source: Source, about: str) -> Callable[..., None]:
    """The command that checks the run in files of one assay; see `fit_command`."""
    found = _of_expression if name == "expression" else partial(_of_plates, source)
    return assay_command(f"check_{name}", source, check_options, partial(_run, found), about)


def _run(
    found: "Callable[[dict[str, Any], Path | None], list[_Checked]]",
    given: dict[str, Any],
    *,
    exclude: Path | None,
    exclusions_out: Path | None,
    csv: Path | None,
    xlsx: Path | None,
    force: bool,
) -> None:
    from lensim.added_files import require_added
    from lensim.qc.finding import worst

    csv_suffix(csv)
    inputs = paths_in({**given, "exclude": exclude})
    if exclusions_out is not None:
        one_of("--exclusions-out suffix", exclusions_out.suffix.lower(), (".csv",))
    for path in (csv, exclusions_out):
        if path is not None:
            require_added(path, force=force, inputs=inputs)
    require_workbook(xlsx, force=force, inputs=inputs)
    runs = found(given, exclude)
    for one in runs:
        _show(one.words, one.found)
    _write([(one.words, one.found) for one in runs], csv, xlsx, force=force, inputs=inputs)
    _write_candidates(runs, exclusions_out, force=force, inputs=inputs)
    if worst(finding for one in runs for finding in one.found.findings) == "fail":
        raise typer.Exit(FAILED_A_CHECK)


@dataclass(frozen=True)
class _Checked:
    """What was found in one study, and in which wells or reactions; `by` and `value` are of --by, as in `Study`."""

    found: "Checked"
    of: "Run | Wells"
    words: str = ""
    by: str = ""
    value: str = ""


def _of_plates(source: Source, given: dict[str, Any], exclude: Path | None) -> list[_Checked]:
    from lensim.qc.plates import check_plates
    from lensim.qc.wells import wells_of_study

    studies = studies_of(source(**given), given.get("by") or "")
    found = []
    for study in without_excluded(studies, exclude, given.get("decimal")):
        _tell_excluded(study)
        wells = wells_of_study(study.data)
        found.append(_Checked(check_plates(wells), wells, study.words, study.by, study.value))
    return found


def _of_expression(given: dict[str, Any], exclude: Path | None) -> list[_Checked]:
    """Of exports without a sheet too: then samples are what the export calls so."""
    from lensim.expression.read.columns import LEVEL_SCALES, RATIO_COLUMNS
    from lensim.qc.excluded import without_excluded as run_without
    from lensim.qc.expression import check_run
    from lensim.qc.run import beside_studies, run_of_reactions, run_of_study
    from lensim.tables.columns import names_any

    exports = exports_of(given)
    if any(kind == "ratios" for kind in exports.kinds):
        file = exports.files[0]
        is_of_levels = any(names_any(header, RATIO_COLUMNS[scale]) for header in file.headers for scale in LEVEL_SCALES)
        what = "levels" if is_of_levels else "ratios"
        raise InputError(f"{file.place}: a table of {what} has no Ct, reactions are needed")
    run = run_of_reactions(exports.reactions(), tuple(given["reference"] or ()))
    if not exports.says_samples:
        if given["by"] or given["where"]:
            raise InputError("--by and --where need a table or a --sheet that says which sample is which")
        run, told = run_without(run, exclude, given.get("decimal"))
        if told:
            say(f"note: {told}", quietly=True)
        return [_Checked(check_run(run), run)]
    studies = studies_of(sources.expression(**exports.given), given.get("by") or "")
    others = beside_studies(run, [one.data for one in studies])
    found = []
    for study in without_excluded(studies, exclude, given.get("decimal")):
        _tell_excluded(study)
        of = run_of_study(study.data, others)
        found.append(_Checked(check_run(of), of, study.words, study.by, study.value))
    return found


def _tell_excluded(study: Study) -> None:
    from lensim.tables.excluded_record import told_of_excluded

    for note in told_of_excluded(study.data):
        say(f"{study.words}note: {note}", quietly=True)


def _write_candidates(runs: list[_Checked], path: Path | None, *, force: bool, inputs: list[Path]) -> None:
    """Write the wells that checks name, for --exclude."""
    import pandas as pd

    from lensim.added_files import added_file
    from lensim.csv_file import write_csv_file
    from lensim.qc.candidates import candidates, not_in_table

    if path is None:
        return
    tables = []
    for one in runs:
        own = candidates(one.found, one.of)
        # a line must say which study of --by it is of
        tables.append(own.assign(**{one.by: one.value}) if one.by and one.by not in own else own)
    table = pd.concat(tables, ignore_index=True).fillna("").drop_duplicates()
    missing = [f"{one.words}{told}" for one in runs if (told := not_in_table(one.found, one.of))]
    for told in missing:
        say(f"note: {told}")
    if not len(table):
        why = "no well that checks name can be told from its replicates" if missing else "no check names a single well"
        say(f"{why}, so {path} is not written")
        return
    table = table[[*(name for name in table if name != "reason"), "reason"]]
    with added_file(path, force=force, inputs=inputs) as partial_path:
        write_csv_file(table, partial_path)
    say(
        f"{len(table)} {'well' if len(table) == 1 else 'wells'} in {path}: write a reason in each line that is to be "
        "excluded, delete the other lines, and give the file as --exclude"
    )


def _show(words: str, checked: "Checked") -> None:
    from lensim.cli.tables import print_text
    from lensim.qc.words import in_words

    say(f"{words}{checked.sentence}")
    print_text(checked.summary().astype(str))
    shown = [one for one in checked.findings if one.status != "pass"]
    if shown:
        print_text(in_words(checked), "what a person should look at")
    for sentence in checked.not_checked:
        say(f"{words}not checked: {sentence}", quietly=True)


def _write(
    runs: "list[tuple[str, Checked]]", csv: Path | None, xlsx: Path | None, *, force: bool, inputs: list[Path]
) -> None:
    import pandas as pd

    from lensim.cli.summarize import write_csv_table
    from lensim.result_workbook import NamedTable, sentences

    if csv is None and xlsx is None:
        return
    tables = [(words.removesuffix(": "), checked.table) for words, checked in runs]
    whole = pd.concat([table.assign(study=study) if study else table for study, table in tables], ignore_index=True)
    if csv is not None:
        write_csv_table(whole, csv, force=force, inputs=inputs)
        say(f"findings in {csv}")
    missing = [f"{words}{sentence}" for words, checked in runs for sentence in checked.not_checked]
    sheet = NamedTable("run QC", whole, "checks of the run, a row a finding")
    write_tables(xlsx, [sheet], sentences("not checked", missing), force=force, inputs=inputs)

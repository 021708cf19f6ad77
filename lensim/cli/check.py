"""The commands `lensim check ASSAY`: what a run is like before anyone fits it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from lensim.checks import InputError
from lensim.cli import sources
from lensim.cli.assay_command import assay_command
from lensim.cli.exports import exports_of
from lensim.cli.shared import Force, csv_suffix, paths_in, say
from lensim.cli.studies import Source, studies_of
from lensim.cli.workbook import Xlsx, require_workbook, write_tables

if TYPE_CHECKING:
    import pandas as pd

    from lensim.qc.finding import Checked

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
    found: Callable[[dict[str, Any]], "list[tuple[str, Checked]]"],
    given: dict[str, Any],
    *,
    csv: Path | None,
    xlsx: Path | None,
    force: bool,
) -> None:
    from lensim.added_files import require_added
    from lensim.qc.finding import worst

    csv_suffix(csv)
    if csv is not None:
        require_added(csv, force=force, inputs=paths_in(given))
    require_workbook(xlsx, force=force, inputs=paths_in(given))
    runs = found(given)
    for words, checked in runs:
        _show(words, checked)
    _write(runs, csv, xlsx, force=force, inputs=paths_in(given))
    if worst(finding for _, checked in runs for finding in checked.findings) == "fail":
        raise typer.Exit(FAILED_A_CHECK)


def _of_plates(source: Source, given: dict[str, Any]) -> "list[tuple[str, Checked]]":
    from lensim.qc.plates import check_plates
    from lensim.qc.wells import wells_of_study

    studies = studies_of(source(**given), given.get("by") or "")
    return [(study.words, check_plates(wells_of_study(study.data))) for study in studies]


def _of_expression(given: dict[str, Any]) -> "list[tuple[str, Checked]]":
    """Of exports without a sheet too: then samples are what the export calls so."""
    from lensim.qc.expression import check_run
    from lensim.qc.run import run_of_reactions, run_of_study

    exports = exports_of(given)
    if any(kind == "ratios" for kind in exports.kinds):
        raise InputError(f"{exports.files[0].place}: a table of ratios has no Ct, reactions are needed")
    run = run_of_reactions(exports.reactions(), tuple(given["reference"] or ()))
    if not exports.says_samples:
        if given["by"] or given["where"]:
            raise InputError("--by and --where need a table or a --sheet that says which sample is which")
        return [("", check_run(run))]
    studies = studies_of(sources.expression(**exports.given), given.get("by") or "")
    return [(study.words, check_run(run_of_study(study.data, run))) for study in studies]


def _show(words: str, checked: "Checked") -> None:
    from lensim.cli.tables import print_text

    say(f"{words}{checked.sentence}")
    print_text(checked.summary().astype(str))
    shown = [one for one in checked.findings if one.status != "pass"]
    if shown:
        print_text(_in_words(checked), "what a person should look at")
    for sentence in checked.not_checked:
        say(f"{words}not checked: {sentence}", quietly=True)


def _in_words(checked: "Checked") -> "pd.DataFrame":
    """Findings that do not pass, the worst first, as people read them."""
    import pandas as pd

    from lensim.qc.words import measured

    odd = sorted((one for one in checked.findings if one.status != "pass"), key=lambda one: one.status != "fail")
    rows = [
        {"check": one.check, "place": one.place, "status": one.status, "value": measured(one), "why": one.reason}
        | {"what it does": one.effect}
        for one in odd
    ]
    return pd.DataFrame(rows)


def _write(
    runs: "list[tuple[str, Checked]]", csv: Path | None, xlsx: Path | None, *, force: bool, inputs: list[Path]
) -> None:
    import pandas as pd

    from lensim.added_files import added_file
    from lensim.result_workbook import NamedTable, sentences

    if csv is None and xlsx is None:
        return
    tables = [(words.removesuffix(": "), checked.table) for words, checked in runs]
    whole = pd.concat([table.assign(study=study) if study else table for study, table in tables], ignore_index=True)
    if csv is not None:
        with added_file(csv, force=force, inputs=inputs) as partial_path:
            whole.to_csv(partial_path, index=False)
        say(f"findings in {csv}")
    missing = [f"{words}{sentence}" for words, checked in runs for sentence in checked.not_checked]
    sheet = NamedTable("run QC", whole, "checks of the run, a row a finding")
    write_tables(xlsx, [sheet], sentences("not checked", missing), force=force, inputs=inputs)

"""A complete run on published summaries into one folder: warnings, audits, the posterior, and a manifest."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import xarray as xr

from lensim import limits
from lensim.arguments import checked
from lensim.checks import between, told_of
from lensim.csv_file import write_csv_file
from lensim.input_digests import NamedDigest, digests_of
from lensim.notebook import in_notebook, paragraph, table
from lensim.output import save_result
from lensim.ownership import require_replaceable
from lensim.result_workbook import NamedTable, entries_of, input_files, sentences, write_result_workbook
from lensim.results_folder import Manifest, results_folder
from lensim.summaries.audit import excluded_p
from lensim.summaries.posterior import summary_posterior
from lensim.summaries.read import read_summaries
from lensim.summaries.summary import PublishedSummary, warnings_of
from lensim.summaries.tables import audit_of, findings_of, table_of


@dataclass(frozen=True)
class PublishedResult:
    """The result of published summaries.

    Attributes
    ----------
    summaries
        As the file has them.
    tree
        The posterior of effect and spread; a design prior for `lensim.plan`.
    table
        A row a kind of summary; see `lensim.summaries.tables.table_of`.
    audit
        What each P value can be; see `lensim.summaries.tables.audit_of`.
    text
        What the audits say, a sentence a line.
    folder
        Where all of it lies; None where nothing was kept.
    settings
        What it was made from: the file, the seed and the number of draws.
    files
        Names and SHA-256 of the files that it was made from.
    """

    summaries: list[PublishedSummary]
    tree: xr.DataTree
    table: pd.DataFrame
    audit: pd.DataFrame
    text: str
    folder: Path | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    files: tuple[NamedDigest, ...] = ()

    @checked
    def to_excel(self, path: str | Path, *, force: bool = False) -> None:
        """Write effects and audits to `path`, a workbook (.xlsx); the last sheet has sentences, seed and settings.

        Raises
        ------
        InputError
            If the name ends otherwise, or something is there and `force` is false.
        """
        tables = [
            NamedTable("posterior", self.table, "Effect and spread by target and cell type, medians and 90% intervals"),
            NamedTable("audit", self.audit, "What each P value can be"),
        ]
        found = sentences("found", self.text.splitlines())
        about = [*found, *input_files(self.files), *entries_of("settings", self.settings)]
        write_result_workbook(Path(path), tables, about, force=force)

    def _repr_html_(self) -> str:
        """Sentences above the table, for a notebook."""
        said = map(paragraph, self.text.splitlines())
        return in_notebook([*said, table(self.table, float_format="{:.3g}".format)])


Draw = Callable[[PublishedResult, Path], None]
"""A function that writes figures into a folder; `lensim.report.published_folder.draw_published` is one."""


def run_published(
    summary_file: Path,
    folder: Path | None = None,
    *,
    draws: int = 4000,
    seed: int = 1,
    tell: Callable[[str], None] = lambda said: None,
    warn: Callable[[str], None] = lambda said: None,
    draw: Draw | None = None,
    force: bool = False,
) -> PublishedResult:
    """Audit the published summaries of a file, and draw the effect and spread behind them.

    Parameters
    ----------
    summary_file
        Published summaries (TOML); see `lensim.summaries.read.read_summaries`.
    folder
        Gets posterior.nc, posterior.csv, audit.csv, findings.txt, manifest.json, the file, and figures where `draw` is
        given. Nothing is kept without it.
    draws, seed
        Independent draws, and the root of their random numbers.
    tell, warn
        Called with each sentence, and with each warning, before the posterior is drawn.
    draw
        Draws figures into the folder.
    force
        Replace a folder that lensim wrote.

    Raises
    ------
    InputError
        With every fault of the file; if no values can have a summary, or the folder is there and `force` is false.

    Examples
    --------
    >>> result = run_published(Path("paper.toml"))
    >>> print(result.text)
    """
    if folder is not None:
        require_replaceable(folder, force=force, inputs=[summary_file])
    between("draws", draws, limits.FEWEST_DRAWS, limits.SAMPLER_DRAWS)
    manifest, files = Manifest(seed), tuple(digests_of([summary_file]))
    summaries, priors = read_summaries(summary_file)
    for warning in (said for one in summaries for said in warnings_of(one)):
        warn(warning)
    with manifest.timed("audit"), told_of(summary_file.name):
        left_out = [reason for one in summaries if (reason := excluded_p(one))]
        audits = audit_of(summaries)
    for reason in left_out:
        warn(reason)
    said = [*findings_of(summaries, audits), *(f"{one}." for one in left_out)]
    for sentence in said:
        tell(sentence)
    with manifest.timed("posterior"), told_of(summary_file.name):
        tree = summary_posterior(summaries, seed, draws, priors)
    settings = {"file": summary_file.name, "seed": seed, "draws": draws}
    text = "\n".join(said)
    result = PublishedResult(summaries, tree, table_of(tree), audits, text, settings=settings, files=files)
    if folder is None:
        return result
    with results_folder(folder, summary_file, force=force) as partial:
        save_result(tree, partial / "posterior.nc")
        write_csv_file(result.table, partial / "posterior.csv")
        write_csv_file(audits, partial / "audit.csv")
        (partial / "findings.txt").write_text(result.text + "\n", encoding="utf-8", newline="\n")
        if draw is not None:
            with manifest.timed("figures"):
                draw(result, partial)
        manifest.write(partial)
    return replace(result, folder=folder)

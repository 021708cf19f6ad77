"""The result of a scenario."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lensim.arguments import checked
from lensim.input_digests import NamedDigest
from lensim.notebook import in_notebook, paragraph, table
from lensim.plain_text import one_line
from lensim.power.assays import assay_of
from lensim.power.scenario import Scenario
from lensim.power.words import power_sentences
from lensim.result_workbook import Entry, NamedTable, entries_of, input_files, sentences, write_result_workbook


@dataclass(frozen=True, repr=False)
class PowerResult:
    """What came out of a scenario.

    Attributes
    ----------
    scenario
        What was asked.
    table
        A row each point, rule and target: the grid's fields, rule, target, quantity ('power' or 'assurance'), and
        every diagnosand with its error; type S and M of rules with a sign alone, a ceiling of assurance alone. With
        `studies.decide_at` its verdict, under both readings of failures.
    audit
        A row each audited study, rule and target, with its point; see `lensim.power.audit.run_parts`. Empty where
        there was none.
    folder
        Where tables, sentences and the manifest lie; None where nothing was kept.
    remarks
        Sentences on parts of the folder that were damaged or another's, and were made again.
    files
        Names and SHA-256 of the files that it was made from.
    """

    scenario: Scenario
    table: pd.DataFrame
    audit: pd.DataFrame
    folder: Path | None = None
    remarks: tuple[str, ...] = ()
    files: tuple[NamedDigest, ...] = ()

    def __repr__(self) -> str:
        return f"<PowerResult of {one_line(self.scenario.name)}: {len(self.table)} rows in .table, sentences in .text>"

    @property
    def text(self) -> str:
        """The results in sentences, one a line."""
        remark = assay_of(self.scenario).remark(self.scenario)
        return "\n".join([*power_sentences(self.table, self.audit), *([remark] if remark else [])])

    @checked
    def to_excel(self, path: str | Path, *, force: bool = False) -> None:
        """Write table and audit to `path`, one workbook (.xlsx); the last sheet has sentences, scenario and seed.

        Raises
        ------
        InputError
            If the name ends otherwise, or something is there and `force` is false.
        """
        tables = [NamedTable("power", self.table, "Shares and estimates of each point, rule and target, with errors")]
        if len(self.audit):
            tables.append(NamedTable("audit", self.audit, "Studies that were analysed a second time by NUTS"))
        write_result_workbook(Path(path), tables, self._about(), force=force)

    def _about(self) -> list[Entry]:
        return [
            *sentences("found", self.text.splitlines()),
            *sentences("note", self.remarks),
            *input_files(self.files),
            *entries_of("scenario", self.scenario.model_dump(mode="json", serialize_as_any=True)),
        ]

    def _repr_html_(self) -> str:
        """Sentences above the table, for a notebook."""
        said = map(paragraph, [*self.text.splitlines(), *self.remarks])
        return in_notebook([*said, table(self.table, float_format="{:.3g}".format, na_rep="")])

"""The result of a planning question."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from lensim.arguments import checked
from lensim.input_digests import NamedDigest
from lensim.notebook import heading, in_notebook, paragraph, table
from lensim.plan.doses import DosesFound
from lensim.plan.evaluate import Share
from lensim.plan.frontier import Frontier
from lensim.plan.lines import LinesFound
from lensim.plan.question import Question
from lensim.plan.robustness import DesignTrial, Trial
from lensim.plan.search import Size
from lensim.result_workbook import NamedTable, entries_of, input_files, sentences, write_result_workbook

ROWS_SHOWN = 20
"""Of each table, in a notebook."""


@dataclass
class Plan:
    """Every answer to a planning question.

    Attributes
    ----------
    question
        What was asked.
    first, size
        The first rough answer and the final one.
    share
        Of finds with the design as given, where no size is asked.
    frontier, robustness, designs_tried, interim, detection, bracketing, layouts, doses, lines
        As their modules give them; None where not asked.
    seconds
        From the start to each answer.
    """

    question: Question
    first: Size | None = None
    size: Size | None = None
    share: Share | None = None
    frontier: Frontier | None = None
    robustness: list[Trial] | None = None
    designs_tried: list[DesignTrial] | None = None
    interim: pd.DataFrame | None = None
    detection: pd.DataFrame | None = None
    bracketing: pd.DataFrame | None = None
    layouts: pd.DataFrame | None = None
    doses: DosesFound | None = None
    lines: LinesFound | None = None
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanResult:
    """A whole run of a plan.

    Attributes
    ----------
    plan
        Every answer.
    text
        The paragraph for a grant or a colleague.
    tables
        Every table, by the name of its file; see `lensim.plan.tables.tables_of`.
    folder
        Where paragraph, tables and the manifest lie; None where nothing was kept.
    files
        Names and SHA-256 of the files that it was made from.
    """

    plan: Plan
    text: str
    tables: dict[str, pd.DataFrame]
    folder: Path | None = None
    files: tuple[NamedDigest, ...] = ()

    @checked
    def to_excel(self, path: str | Path, *, force: bool = False) -> None:
        """Write every table to `path`, as a sheet of one workbook (.xlsx); the last has paragraph, question and seed.

        Raises
        ------
        InputError
            If the name ends otherwise, or something is there and `force` is false.
        """
        about = [
            *sentences("found", self.text.splitlines()),
            *input_files(self.files),
            *entries_of("question", self.plan.question.model_dump(mode="json", serialize_as_any=True)),
        ]
        tables = [NamedTable(name, frame) for name, frame in self.tables.items()]
        write_result_workbook(Path(path), tables, about, force=force)

    def _repr_html_(self) -> str:
        """The paragraph above the tables, for a notebook."""
        shown = (
            f"{heading(name)}{table(frame.head(ROWS_SHOWN), float_format='{:.3g}'.format)}"
            for name, frame in self.tables.items()
        )
        return in_notebook([paragraph(self.text), *shown])

"""`Fit.miqe()`: the checklist that a journal asks for, filled from a fit, from Python."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from lensim import checks
from lensim.arguments import checked
from lensim.miqe.answers import answers_of
from lensim.miqe.fill import Checklist, checklist_of, items_of, told_of_blank
from lensim.miqe.sheets import workbook_of_checklist
from lensim.report.power_words import power_found
from lensim.workbook_file import write_workbook


class MiqeChecklist:
    """The items of MIQE, or of the methods sheet of a dose-response fit, as `Fit.miqe` gives them.

    >>> found = fit.miqe()  # doctest: +SKIP
    >>> found.sentence, found.table, found.blank, found.tables["quantities"]  # doctest: +SKIP
    """

    def __init__(self, found: Checklist) -> None:
        self._found = found

    @property
    def table(self) -> pd.DataFrame:
        """One row an item: item, section, asked, importance, source, status, value, lacks, answer."""
        return self._found.table

    @property
    def blank(self) -> pd.DataFrame:
        """The items that neither the fit nor an answer fills."""
        return self._found.blank

    @property
    def counts(self) -> dict[str, int]:
        """Items of each status."""
        return self._found.counts

    @property
    def sentence(self) -> str:
        """How many items are filled and how many not."""
        return self._found.sentence

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what is blank."""
        return tuple(told_of_blank(self._found))

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The sheets of the workbook by name: miqe (or methods), blank, answers, quantities, standards and others."""
        return {sheet.name: sheet.table for sheet in workbook_of_checklist(self._found)}

    @checked
    def to_excel(self, path: str | Path, *, force: bool = False) -> None:
        """Write to `path` the workbook that `lensim miqe fit.nc --out` writes (.xlsx).

        Raises
        ------
        InputError
            If the name ends otherwise, or something is there and `force` is false.

        Examples
        --------
        >>> fit.miqe().to_excel("miqe.xlsx")
        """
        write_workbook(Path(path), workbook_of_checklist(self._found), force=force)

    def __repr__(self) -> str:
        return f"<lensim.MiqeChecklist: {self.sentence}>"

    def _repr_html_(self) -> str:
        """Sentence and items, for a notebook."""
        from lensim.notebook import in_notebook, paragraph, table

        shown = self.table[["section", "asked", "status", "value", "lacks"]]
        return in_notebook([paragraph(self.sentence, "font-weight:bold"), table(shown, border=0)])


def miqe_of(
    result: xr.DataTree,
    ci_prob: float,
    answers: Mapping[str, str] | str | Path | None,
    power: str | Path | None,
) -> MiqeChecklist:
    """The checklist of a fit, with a user's answers and power analysis."""
    checks.between("ci_prob", ci_prob, 0.01, 0.999)
    given = answers_of(answers, {item.name: item for item in items_of(result)})
    found = "" if power is None else power_found(Path(power))
    return MiqeChecklist(checklist_of(result, ci_prob=ci_prob, answers=given, power=found))

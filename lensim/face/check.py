"""`lensim.check(...)`: run QC of data before a fit, from Python."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from lensim.arguments import checked
from lensim.exclude import exclude_wells
from lensim.qc.candidates import candidates
from lensim.qc.finding import Checked, Finding, Status
from lensim.qc.run import Run
from lensim.qc.study import checked_of, looked_at
from lensim.qc.wells import Wells
from lensim.qc.words import in_words
from lensim.result_workbook import NamedTable, sentences, write_result_workbook
from lensim.tables.exclusions import Exclusions


class RunCheck:
    """What the checks of a run found, as `lensim.check` gives it.

    >>> found = lensim.check(data)  # doctest: +SKIP
    >>> found.status, found.summary, found.table, found.not_checked  # doctest: +SKIP
    """

    def __init__(self, found: Checked, of: Run | Wells) -> None:
        self._found, self._of = found, of

    @property
    def status(self) -> Status:
        """The worst status: pass, look or fail."""
        return self._found.status

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the checks, then of places."""
        return self._found.findings

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding: check, place, status, value, low, high, unit, reason, effect."""
        return self._found.table

    @property
    def summary(self) -> pd.DataFrame:
        """One row a check: its worst status, and how many of its places have which."""
        return self._found.summary()

    @property
    def not_checked(self) -> tuple[str, ...]:
        """Checks for which the data have nothing, a sentence each."""
        return self._found.not_checked

    @property
    def sentence(self) -> str:
        """How many findings have which status."""
        return self._found.sentence

    @property
    def candidates(self) -> pd.DataFrame:
        """Wells that checks name, as a table for `lensim.fit(..., exclude=...)` with an empty column reason.

        A person writes a reason in each row that is to be excluded and deletes the others; rows without one are
        refused.
        """
        return candidates(self._found, self._of)

    @checked
    def to_excel(self, path: str | Path, *, force: bool = False) -> None:
        """Write all findings to `path`, a workbook (.xlsx); its last sheet has what was not checked.

        Raises
        ------
        InputError
            If the name ends otherwise, or something is there and `force` is false.

        Examples
        --------
        >>> found.to_excel("qc.xlsx")
        """
        sheet = NamedTable("run QC", self.table, "checks of the run, a row a finding")
        about = sentences("not checked", self.not_checked)
        write_result_workbook(Path(path), [sheet], about, force=force)

    def __repr__(self) -> str:
        return f"<lensim.RunCheck: {self.sentence}>"

    def _repr_html_(self) -> str:
        """Sentence, checks, and what a person should look at, for a notebook."""
        from lensim.notebook import in_notebook, paragraph, table

        parts = [paragraph(self.sentence, "font-weight:bold"), table(self.summary, border=0)]
        odd = in_words(self._found)
        parts += [paragraph("what a person should look at"), table(odd, border=0)] if len(odd) else []
        parts += [paragraph(f"not checked: {one}") for one in self.not_checked]
        return in_notebook(parts)


@checked
def check(
    data: xr.Dataset | str | Path | Sequence[str | Path],
    *,
    references: Sequence[str] = (),
    exclude: str | Path | pd.DataFrame | Exclusions | None = None,
) -> RunCheck:
    """Run QC of an RT-qPCR study or of plates: each check with its value, status, reason, and effect on the result.

    >>> import lensim
    >>> found = lensim.check(lensim.read.dose_response("wells.csv", dose_unit="uM"))  # doctest: +SKIP
    >>> found.table[found.table["status"] != "pass"]  # doctest: +SKIP

    Parameters
    ----------
    data
        What `lensim.read` or `lensim.simulate` gives; or exports of RT-qPCR, of which no sheet needs to say what their
        samples are.
    references
        Reference genes of exports; data that were read have theirs.
    exclude
        Wells or reactions to leave out, as for `lensim.fit`; of data that were read.

    Raises
    ------
    InputError
        If the data are of another assay, or of ratios, which have no Ct; or as `lensim.fit` for `exclude`.
    """
    if isinstance(data, xr.Dataset):
        of = looked_at(exclude_wells(data, exclude))
        return RunCheck(checked_of(of), of)
    from lensim.checks import InputError
    from lensim.expression.read import read_reactions
    from lensim.qc.expression import check_run
    from lensim.qc.run import run_of_reactions

    if exclude is not None:
        raise InputError("exclude must go with data that were read, got files: take lensim.read.expression(...) first")
    run = run_of_reactions(read_reactions(data), tuple(references))
    return RunCheck(check_run(run), run)

"""Tables, remarks and figures of a result, the same on the page, the command line and in Python."""

from typing import Final

import xarray as xr

from lensim import checks
from lensim import vocabulary as v
from lensim.assay import MODEL_REASON, Asked, ResultTable, assay_names, assay_of, read_result
from lensim.inference.observations import OBSERVATIONS
from lensim.inference.verdict import INCOMPLETE, verdict_of
from lensim.plain_text import shown_kind
from lensim.qc.study import failures_of
from lensim.report.parameters import parameter_tables
from lensim.tables.excluded_record import table_of_excluded, told_of_excluded

PARAMETERS: Final = "Parameters of a model"
EXCLUDED: Final = "excluded"
"""Name of the table of what a file of exclusions left out."""

Shown = tuple[str, tuple[ResultTable, ...], tuple[str, ...], str]
"""Title, tables, remarks, and what the result lacks."""


def shown_of(result: xr.DataTree, asked: Asked) -> Shown:
    """Title, tables and remarks of a result, and what it lacks.

    The parameters take the place of tables where no assay is named or a variable is missing.

    Raises
    ------
    InputError
        If the result names an assay that is not installed.
    """
    try:
        assay = assay_of(result)
    except checks.InputError:
        if name := result.attrs.get(v.ASSAY):
            raise checks.InputError(
                f"a result must be of an assay that is installed ({', '.join(assay_names())}), got {shown_kind(name)}: "
                "install the package of this assay"
            ) from None
        return PARAMETERS, parameter_tables(result, asked), (), ""
    try:
        read = read_result(result, asked)
    except KeyError as error:
        return parameters_alone(result, asked, error)
    excluded = _excluded(result)
    lacks = tuple(str(result.attrs[name]) for name in (MODEL_REASON, INCOMPLETE) if name in result.attrs)
    odd = tuple(note.sentence() for note in verdict_of(result).notes) if "verdict" in result.attrs else ()
    said = tuple(said for data in _data(result) for said in told_of_excluded(data))
    failed = tuple(said for data in _data(result) for said in failures_of(data))
    return assay.title, (*read.tables, *excluded), (*failed, *read.remarks, *said, *odd, *lacks), ""


def _data(result: xr.DataTree) -> tuple[xr.Dataset, ...]:
    return (result[OBSERVATIONS].to_dataset(),) if OBSERVATIONS in result.children else ()


def _excluded(result: xr.DataTree) -> tuple[ResultTable, ...]:
    """What was excluded from the data, where anything was."""
    tables = [table_of_excluded(data) for data in _data(result)]
    caption = "excluded before the fit, as a person's file says"
    return tuple(ResultTable(EXCLUDED, caption, frame, hidden=("sha256",)) for frame in tables if len(frame))


def parameters_alone(result: xr.DataTree, asked: Asked, error: KeyError) -> Shown:
    """Parameters alone, for a fit by another package's model, or a result that lacks its estimands."""
    lacks = f" The result lacks {last_word(error)}, so its parameters are shown as they are."
    return PARAMETERS, parameter_tables(result, asked), (), lacks


def last_word(error: KeyError) -> str:
    """The name at the end of a message such as 'Could not find node at log_top_signal'."""
    return str(error.args[0] if error.args else error).split()[-1].strip("'\".")

"""What an assay offers, as one value, and how it is found by name.

A package offers assays through the entry-point group `lensim.assays`: name = "package.module:ASSAY". lensim's own are
found in the same way. Every Dataset and every result carries the name of its assay in `attrs["assay"]`; `fit`,
`summarize`, `report`, `power` and `plan` find what they need by it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import xarray as xr

from lensim import checks, limits
from lensim import vocabulary as v
from lensim.bounds import number_fault
from lensim.inference.approximation import Approximate
from lensim.inference.engine import Density, Engine
from lensim.inference.further_run import FurtherRun
from lensim.inference.observations import OBSERVATIONS, observations_of
from lensim.inference.prior_sensitivity import PRIOR_SENSITIVITY
from lensim.inference.prior_words import PRIOR_DECIDES, moves_of_rows, prior_decides
from lensim.tables.excluded import Places

if TYPE_CHECKING:
    from lensim.inference.doubts import Population
    from lensim.inference.verdict import VerdictNote

GROUP: Final = "lensim.assays"
MODEL_REASON: Final = "model_reason"
"""In the attrs of a result whose model was chosen by its assay: why."""


@dataclass(frozen=True)
class ResultTable:
    """One table of a result, the same on a page, on the command line and in a CSV file.

    Attributes
    ----------
    name
        Stem of its CSV file, and its key in `Fit.tables`.
    caption
        What it holds, in a sentence.
    frame
        All columns, one row an item, no index. A column with two more that end on _lower and _upper is shown as one.
    hidden
        Columns that people are not shown; CSV files have them.
    units
        Unit of a column, where its name does not say it.
    quantities
        Estimands that its rows show, each with its words; the column `prior_decides` names those of which that is so.
    labels
        Label of each row along a dim of these estimands, where the frame has no column of the dim's name.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    hidden: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    quantities: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def row_names(self) -> list[str]:
        """What a row is of: its labels along the dims of its quantities, or its first texts."""
        # pandas before 3 knows no dtype "str"
        texts = self.frame.select_dtypes(exclude=["number", "bool", "datetime"]).iloc[:, :3]
        return [" ".join(dict.fromkeys(str(one) for one in row if one)) for row in texts.to_numpy()]

    @property
    def shown(self) -> pd.DataFrame:
        """The columns that people are shown."""
        return self.frame[[name for name in self.frame if name not in self.hidden]]


@dataclass(frozen=True)
class Asked:
    """Options for reading a result: interval, dose and figures.

    Attributes
    ----------
    ci_prob
        Probability inside intervals.
    threshold_um
        Dose above which an IC50 counts as resistant; each line's top dose where it is None [uM]. Of assays with
        `has_threshold`.
    levels
        Levels of effect whose doses are told [percent, from 1 to 99]; none where empty. Of assays with `has_levels`.
    dose_um
        Dose at which inhibition is told and compared, beside the top dose [uM]. Of assays with `has_levels`.
    """

    ci_prob: float = 0.9
    threshold_um: float | None = None
    levels: tuple[float, ...] = ()
    dose_um: float | None = None

    def __post_init__(self) -> None:
        checks.between("ci_prob", self.ci_prob, 0.01, 0.999)
        for name in ("threshold_um", "dose_um"):
            if (dose := getattr(self, name)) is not None:
                checks.above(name, dose, 0.0)
                if fault := number_fault(dose):
                    raise checks.InputError(f"{name} {fault}")
        for level in self.levels:
            require_level(level)
        object.__setattr__(self, "levels", tuple(dict.fromkeys(map(float, self.levels))))

    @property
    def words(self) -> str:
        """What is said behind the caption of a table of estimates."""
        return f"medians and {self.ci_prob:.0%} intervals"


def require_level(level: float) -> None:
    """Refuse a level of effect that is not from 1 to 99 percent.

    Raises
    ------
    InputError
        With what to write instead.
    """
    checks.is_number("levels", level)
    if not limits.LOWEST_LEVEL <= level <= limits.HIGHEST_LEVEL:
        meant = f"{100.0 * level:g}" if limits.LOWEST_LEVEL <= 100.0 * level <= limits.HIGHEST_LEVEL else "90"
        raise checks.InputError(
            f"levels must lie between {limits.LOWEST_LEVEL:g} and {limits.HIGHEST_LEVEL:g} percent, got {level:g}: "
            f"write levels={meant} for the dose of {meant}% effect"
        )


@dataclass(frozen=True)
class Assay:
    """An assay: its readers, models, estimands, tables and figures.

    Attributes
    ----------
    name
        As in `attrs["assay"]`, folders and scenarios: dose_response. Commands have hyphens: dose-response.
    title
        What a fit of it answers, in words.
    read
        `read(files, ...) -> Dataset`, from one file or several.
    recognises
        Whether a Dataset without a name of an assay is of this one.
    prepared
        What models take, from what `read` gives: single events of a cytometer are gated.
    default_model
        Name of the model that suits prepared data, in the catalogue.
    model_reason
        Why `default_model` suits prepared data, in a sentence that names the other; '' where there is none.
    estimands
        `estimands(result, asked) -> Dataset`: draws of every quantity of interest, and in coordinates and attrs what
        tables need beside them. Computed once; what follows takes it.
    judged
        `judged(estimands) -> Dataset`: draws that the convergence gate judges with the parameters.
    tables
        `tables(estimands, asked) -> tuple[ResultTable, ...]`, the main table first.
    weighed
        `weighed(estimands) -> Dataset`: draws in the coordinates in which tables are read, of which it is told whether
        prior or data decide; the estimands as they are where not given.
    populations
        `populations(estimands)`: means of populations with their members, for the notes of the verdict.
    misfits
        `misfits(estimands)`: where data are not what the model says, as notes of the verdict.
    first_answer
        `first_answer(data, seed)`: rough draws within a second, of which a table is shown until the posterior is
        drawn; None where there are none.
    approximate
        `approximate(data, model, priors, seed)`: the answer of the engine of screens called approximate; None where
        there is none.
    means_suffice
        `means_suffice(result)`: variables of the posterior of which tables and figures need the means alone, so that a
        screen keeps no draws of them.
    counts
        What there is to be fitted, in a sentence without an end.
    notes
        Sentences that a person should read before a fit: what is assumed, what is odd.
    remarks
        `remarks(estimands)`: sentences that belong to the tables.
    simulate
        `simulate(design, seed=...) -> (truth, data)`; None where there is no simulator.
    write
        `write(data, path)`: the tidy table that `read` takes; None where there is none.
    engines
        Fast engines that draw posteriors of its models, the first choice first; NUTS is always there, behind them.
    densities
        By name of a model: what it says of draws without PyTensor, for the groups of a fast fit.
    further_run
        What a further run of a study is, of which posterior calibration simulates some; None where there is none.
    places
        `places(data)`: wells, reactions or tubes by the names that a file of exclusions uses; None where it has none.
    without
        `without(data, masks)`: the data without some of these; what is left can be fitted, or `InputError` says why
        not.
    has_threshold
        Whether `Asked.threshold_um` has a meaning.
    has_levels
        Whether `Asked.levels` and `Asked.dose_um` have one.
    """

    name: str
    title: str
    read: Callable[..., xr.Dataset]
    recognises: Callable[[xr.Dataset], bool]
    default_model: Callable[[xr.Dataset], str]
    estimands: Callable[[xr.DataTree, Asked], xr.Dataset]
    tables: Callable[[xr.Dataset, Asked], tuple[ResultTable, ...]]
    judged: Callable[[xr.Dataset], xr.Dataset]
    counts: Callable[[xr.Dataset], str]
    notes: Callable[[xr.Dataset], tuple[str, ...]] = lambda data: ()
    remarks: Callable[[xr.Dataset], tuple[str, ...]] = lambda estimands: ()
    weighed: Callable[[xr.Dataset], xr.Dataset] = lambda estimands: estimands
    populations: Callable[[xr.Dataset], "Iterable[Population]"] = lambda estimands: ()
    misfits: Callable[[xr.Dataset], "Iterable[VerdictNote]"] = lambda estimands: ()
    first_answer: Callable[[xr.Dataset, int], xr.DataTree | None] = lambda data, seed: None
    approximate: Approximate | None = None
    means_suffice: Callable[[xr.DataTree], tuple[str, ...]] = lambda result: ()
    prepared: Callable[[xr.Dataset], xr.Dataset] = lambda data: data
    model_reason: Callable[[xr.Dataset], str] = lambda data: ""
    simulate: Callable[..., tuple[xr.Dataset, xr.Dataset]] | None = None
    write: Callable[..., None] | None = None
    engines: tuple[Engine, ...] = ()
    densities: Mapping[str, Density] = field(default_factory=dict)
    further_run: FurtherRun | None = None
    places: Callable[[xr.Dataset], tuple[Places, ...]] | None = None
    without: Callable[[xr.Dataset, Sequence[np.ndarray]], xr.Dataset] | None = None
    has_threshold: bool = False
    has_levels: bool = False

    @property
    def command(self) -> str:
        """Its name on the command line: dose-response."""
        return self.name.replace("_", "-")


@cache
def _offered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def assay_names() -> tuple[str, ...]:
    """The assays that are installed, lensim's own and those of other packages."""
    return tuple(sorted(_offered()))


@cache
def find_assay(name: str) -> Assay:
    """The assay called `name`.

    Raises
    ------
    InputError
        If there is none; the message lists those that there are.
    """
    checks.one_of("assay", name, assay_names())
    found = _offered()[name].load()
    if not isinstance(found, Assay):
        raise checks.InputError(
            f"entry point {name} of {GROUP} must be a lensim.assay.Assay, got {type(found).__name__}"
        )
    return found


def assay_of(data: xr.Dataset | xr.DataTree) -> Assay:
    """The assay that a Dataset or a result is of, by `attrs["assay"]`, else by its variables.

    Raises
    ------
    InputError
        If it is of none that is installed.
    """
    if not isinstance(data, xr.Dataset | xr.DataTree):
        raise checks.InputError(
            f"data must be a Dataset, as lensim.read and lensim.simulate give it, got {type(data).__name__}"
        )
    if name := str(data.attrs.get(v.ASSAY, "")):
        return find_assay(name)
    if isinstance(data, xr.DataTree):
        if OBSERVATIONS not in data.children:
            raise checks.InputError(
                f"a result must carry the name of its assay in attrs[{v.ASSAY!r}] or its observations, got neither"
            )
        return assay_of(observations_of(data))
    for known in map(find_assay, assay_names()):
        if known.recognises(data):
            return known
    raise checks.InputError(
        f"data must carry the name of their assay ({', '.join(assay_names())}) in attrs[{v.ASSAY!r}], got none, and "
        f"the variables {', '.join(map(str, data.data_vars)) or 'none'} are of no assay"
    )


def is_of(data: xr.Dataset | xr.DataTree, name: str) -> bool:
    """Whether a Dataset or a result is of the assay called `name`."""
    try:
        return assay_of(data).name == name
    except checks.InputError:
        return False


def has_levels(result: xr.DataTree) -> bool:
    """Whether a result is of an assay that tells doses of levels."""
    try:
        return assay_of(result).has_levels
    except checks.InputError:
        return False


def require_assay(data: xr.Dataset | xr.DataTree, name: str, user: str) -> None:
    """Refuse a result or a Dataset of another assay.

    Raises
    ------
    InputError
        Naming `user`, which needs it, and what it got.
    """
    if not is_of(data, name):
        got = str(data.attrs.get(v.ASSAY) or data.attrs.get("model") or "something without a name")
        raise checks.InputError(f"{user} must be of the assay {name}, got {got}")


@dataclass(frozen=True)
class Read:
    """What a result says, computed once: tables and remarks for the page, the command line, CSV files and Python."""

    assay: Assay
    estimands: xr.Dataset
    tables: tuple[ResultTable, ...]
    remarks: tuple[str, ...]


def read_result(result: xr.DataTree, asked: Asked | None = None, estimands: xr.Dataset | None = None) -> Read:
    """Estimands, tables and remarks of a result.

    Parameters
    ----------
    result
        A fit.
    asked
        What is asked of it beyond the usual.
    estimands
        Of these very draws, where nothing is asked of them and they are known already.

    Raises
    ------
    InputError
        If the assay is not known, or something is asked of an assay that has none.
    """
    asked, assay = asked or Asked(), assay_of(result)
    for name, is_asked, has in (
        ("threshold_um", asked.threshold_um is not None, "has_threshold"),
        ("levels", bool(asked.levels), "has_levels"),
        ("dose_um", asked.dose_um is not None, "has_levels"),
    ):
        if is_asked and not getattr(assay, has):
            able = [one for one in assay_names() if getattr(find_assay(one), has)]
            raise checks.InputError(
                f"{name}= must go with a result of the assay {' or '.join(able)}, got one of {assay.name}"
            )
    estimands = assay.estimands(result, asked) if estimands is None else estimands
    tables = assay.tables(estimands, asked)
    remarks = assay.remarks(estimands)
    if PRIOR_SENSITIVITY in result.children:
        tables = with_prior(tables, result[PRIOR_SENSITIVITY].to_dataset())
    return Read(assay, estimands, tables, remarks)


def with_prior(tables: tuple[ResultTable, ...], found: xr.Dataset) -> tuple[ResultTable, ...]:
    """Tables with the column `prior_decides`, where they name their quantities.

    Parameters
    ----------
    tables
        As an assay makes them.
    found
        Group `prior_sensitivity` of the result.
    """
    told = []
    for one in tables:
        if one.quantities and len(one.frame):
            moved = moves_of_rows(one.frame, found, one.quantities, one.labels)
            one = replace(one, frame=one.frame.assign(**{PRIOR_DECIDES: prior_decides(moved, found)}))
        told.append(one)
    return tuple(told)

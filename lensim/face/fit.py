"""A fit: verdict, tables and figures of a result, with the DataTree that ArviZ reads."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import xarray as xr

from lensim.arguments import checked
from lensim.assay import Asked, assay_of
from lensim.checks import one_of
from lensim.fit_study import fit_study
from lensim.inference.verdict import Verdict
from lensim.plain_text import one_line
from lensim.tables.exclusions import Exclusions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lensim.face.calibration import Calibration
    from lensim.face.miqe import MiqeChecklist


class Fit:
    """A result of `lensim.fit` or of the command `lensim fit`; all its data are in `tree`.

    >>> import lensim
    >>> fit = lensim.load("fit.nc")  # doctest: +SKIP
    >>> fit.verdict.passed, fit.summary(), fit.plot()  # doctest: +SKIP

    Attributes
    ----------
    tree
        The DataTree: groups posterior, sample_stats, observations and others. `az.summary(fit.tree)` works.
    """

    @checked
    def __init__(self, tree: xr.DataTree) -> None:
        self.tree = tree

    @property
    def verdict(self) -> Verdict:
        """What the convergence gate says: `passed`, the reasons, and `sentence()`."""
        from lensim.inference.verdict import verdict_of

        return verdict_of(self.tree)

    @property
    def assay(self) -> str:
        """Name of the assay: dose_response, expression, bioassay, cell_cycle, or another package's."""
        return assay_of(self.tree).name

    @checked
    def summary(
        self,
        *,
        ci_prob: float = 0.9,
        threshold_um: float | None = None,
        levels: Sequence[float] = (),
        dose_um: float | None = None,
    ) -> pd.DataFrame:
        """The main table, all of its columns, one row an item: a line, a subject, a medium, an effect.

        Parameters
        ----------
        ci_prob
            Probability inside intervals.
        threshold_um
            Dose above which an IC50 counts as resistant [uM]; each line's top dose where not given. Of dose-response
            fits alone.
        levels
            Levels of effect, each with columns of its own [percent, from 1 to 99]: ic90 and ec90 in words, as an
            interval or a bound, with numbers and probabilities beside them. Of dose-response fits alone.
        dose_um
            Dose at which inhibition is told too, and the difference between conditions of a line [uM]. Of dose-response
            fits alone.

        Raises
        ------
        InputError
            If a number is out of its range, or the assay has no threshold or no levels.

        Examples
        --------
        >>> fit.summary(threshold_um=1.0)[["cell_line", "ic50", "p_resistant"]]
        >>> fit.summary(levels=[10, 90])[["cell_line", "ic10", "ic90", "p_ic90_above_top", "ec90"]]
        """
        asked = self.tables_at(ci_prob=ci_prob, threshold_um=threshold_um, levels=levels, dose_um=dose_um)
        return next(iter(asked.values()))

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table by name, with 90% intervals; the main one first. `tables_at` has other intervals."""
        return self.tables_at()

    @checked
    def tables_at(
        self,
        *,
        ci_prob: float = 0.9,
        threshold_um: float | None = None,
        levels: Sequence[float] = (),
        dose_um: float | None = None,
    ) -> Mapping[str, pd.DataFrame]:
        """Every table by name, the main one first.

        `ci_prob`, `threshold_um` and `dose_um` are those of `summary`. With `levels` there is a table `levels`, with a
        row for each line and level, and where lines have conditions or parents `condition_levels`, with the ratios.
        """
        from lensim.report.shown import shown_of

        _, tables, _, _ = shown_of(self.tree, Asked(ci_prob, threshold_um, tuple(levels), dose_um))
        return {table.name: table.frame for table in tables}

    def predictive(self) -> xr.DataTree:
        """The result with its groups by well, which are made now where it lacks them, and added to `tree`.

        A fit of few wells has them; of many they are made when they are asked for. prior_predictive and
        posterior_predictive are replicates of the data (chain, draw, well), log_likelihood has the log density of each
        value observed (chain, draw, well), for `arviz.loo`.

        Raises
        ------
        InputError
            If no density of the model is known to lensim, or the result lacks its prior, data, priors or seed.

        Examples
        --------
        >>> fit.predictive()["posterior_predictive"]
        >>> az.loo(fit.predictive())
        """
        from lensim.predictive import add_predictive

        add_predictive(self.tree)
        return self.tree

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of the figures that `plot` draws."""
        from lensim.report.figures.catalogue import figures_of

        return tuple(figure.name for figure in figures_of(self.tree))

    @checked
    def plot(self, name: str = "", *, ci_prob: float = 0.9, threshold_um: float | None = None) -> "Figure":
        """One figure: the first of `figures`, or the one that is named.

        Parameters
        ----------
        name
            One of `figures`.
        ci_prob, threshold_um
            As for `summary`.

        Raises
        ------
        InputError
            If there is no figure of that name, or the result lacks what it shows.

        Examples
        --------
        >>> fit.plot("ic50_forest").savefig("forest.png")
        """
        from lensim.face.fit_plot import drawn

        return drawn(self.tree, name, ci_prob, threshold_um)

    @checked
    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write the fit to `path`, a netCDF file, whole or not at all.

        Raises
        ------
        InputError
            If the name does not end on .nc, or something is there and `force` is false.

        Examples
        --------
        >>> fit.save("fit.nc")
        """
        from lensim.output import save_result

        path = Path(path)
        one_of("suffix of a result", path.suffix.lower(), (".nc",))
        save_result(self.tree, path, force=force)

    @checked
    def to_excel(
        self,
        path: str | Path,
        *,
        ci_prob: float = 0.9,
        threshold_um: float | None = None,
        levels: Sequence[float] = (),
        dose_um: float | None = None,
        force: bool = False,
    ) -> None:
        """Write every table as a sheet of one workbook (.xlsx); the last sheet has verdict, seed, settings and priors.

        Headers have units. A column of intervals and bounds in words, such as ic50, has two more beside it: ic50_number
        and ic50_flag (above or below, of a bound). No cell is a formula, and the same fit gives the same file.

        Parameters
        ----------
        path
            Ends on .xlsx.
        ci_prob, threshold_um, levels, dose_um
            As for `summary`.
        force
            Replace a workbook that lensim wrote there.

        Raises
        ------
        InputError
            If the name ends otherwise, a number is out of its range, or something is there and `force` is false.

        Examples
        --------
        >>> fit.to_excel("fit.xlsx")
        """
        from lensim.report.about import workbook_of_fit
        from lensim.result_workbook import write_result_workbook

        tables, about = workbook_of_fit(self.tree, Asked(ci_prob, threshold_um, tuple(levels), dose_um))
        write_result_workbook(Path(path), tables, about, force=force)

    @checked
    def miqe(
        self,
        *,
        ci_prob: float = 0.9,
        answers: Mapping[str, str] | str | Path | None = None,
        power: str | Path | None = None,
    ) -> "MiqeChecklist":
        """The MIQE checklist of an RT-qPCR fit, or the methods sheet of a dose-response fit, as `lensim miqe` gives it.

        Parameters
        ----------
        ci_prob
            Probability inside intervals.
        answers
            Your own, by names of items; or a file with them: the filled workbook, a table of item and answer, or TOML.
        power
            Results folder of `lensim power` or `lensim plan`, which fills the item power analysis.

        Raises
        ------
        InputError
            If the fit is of another assay, or an answer is for an item that is none of the checklist.

        Examples
        --------
        >>> fit.miqe(answers={"sample.storage": "-80 C"}).to_excel("miqe.xlsx")
        """
        from lensim.face.miqe import miqe_of

        return miqe_of(self.tree, ci_prob, answers, power)

    @checked
    def calibrate(
        self,
        *,
        simulations: int = 100,
        seed: int = 1,
        engine: str = "auto",
        workers: int = 1,
        out: str | Path | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> "Calibration":
        """Whether the intervals of this fit can be believed for its data, by posterior calibration.

        Further runs of the study (the same lines or subjects, other days, samples and wells) are simulated from draws
        of the fit, and fitted together with the data; the draws must then lie anywhere among those of the new fits.

        Parameters
        ----------
        simulations
            Further runs; 100 tell coverage to 3 to 5%.
        seed
            Root seed; the same seed gives the same numbers on any number of workers.
        engine
            Fast engine that fits them; auto takes the first that does.
        workers
            Processes on this machine.
        out
            Folder for table, figure and finished simulations; a run that was stopped goes on there. Nothing is kept
            without it.
        progress
            Called with simulations done and asked for.

        Raises
        ------
        InputError
            If no fast engine takes the data, or the folder is of another fit.

        Examples
        --------
        >>> found = fit.calibrate(simulations=100)
        >>> found.sentence, found.table, found.plot()
        """
        from lensim.face.calibration import calibration_of

        return calibration_of(
            self.tree,
            simulations=simulations,
            seed=seed,
            engine=engine,
            workers=workers,
            out=None if out is None else Path(out),
            progress=progress,
        )

    def __repr__(self) -> str:
        return f"<lensim.Fit of {self._name()}: {self.verdict.sentence()}>"

    def _repr_html_(self) -> str:
        """Verdict and main table for a notebook; names are shown as they are, not read as HTML or as formulas."""
        from lensim.face.fit_html import html_of

        return html_of(self.tree, self._name(), self.verdict)

    def _name(self) -> str:
        return one_line(self.tree.attrs.get("model") or self.tree.attrs.get("assay") or "a model without a name")


@checked
def fit(
    data: xr.Dataset,
    *,
    model: str = "",
    priors: Any = None,
    engine: Literal["auto", "laplace", "exact", "kernel", "nuts"] = "auto",
    exclude: str | Path | pd.DataFrame | Exclusions | None = None,
    seed: int = 1,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    target_accept: float = 0.95,
    attempts: int = 2,
    progress: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Fit:
    """Fit data of any assay, as `lensim.read` or `lensim.simulate` gives them.

    >>> import lensim
    >>> data = lensim.read.dose_response("wells.csv", dose_unit="uM")  # doctest: +SKIP
    >>> fit = lensim.fit(data, seed=1)  # doctest: +SKIP

    Parameters
    ----------
    data
        Observations, with the name of their assay in attrs["assay"].
    model
        Name of a model (`lensim.models()`); the assay's choice for these data where not given.
    priors
        The model's dataclass of priors, a mapping of what is to differ from its defaults, or a TOML file of that.
    engine
        How the posterior is drawn. auto takes the first engine of the assay that takes the data, and nuts where none
        does. laplace (dose-response), exact and kernel (expression) are fast; nuts compiles the PyMC model first, which
        takes up to a minute or two.
    exclude
        Wells or reactions to leave out: a table, or its file, with the columns plate and well (or cell_line and
        dose_um; or target and sample) and reason; see `lensim.tables.exclusions.COLUMNS`. The result keeps which, why,
        and the file's digest.
    seed
        Root seed; the same seed gives the same numbers.
    draws, tune, chains, target_accept
        Kept draws and warm-up steps of each chain, chains, and the care of the sampler. laplace sets its own warm-up,
        and exact has none: tune and target_accept have no effect on them.
    attempts
        How often to sample at most; a further one has four times the draws, after twice those where chains nearly pass.
    progress
        Show the sampler's progress bar.
    tell
        Called with a sentence when there is something to say on the way.

    Raises
    ------
    InputError
        If a name is unknown, a number is out of its range, the data do not suit the model, the engine that is named
        does not take them, or a line of `exclude` names no well or those of several plates.
    """
    from lensim.exclude import exclude_wells
    from lensim.inference.settings import FitSettings, SamplerSettings

    settings = FitSettings(SamplerSettings(draws=draws, tune=tune, chains=chains, target_accept=target_accept))
    return Fit(
        fit_study(
            exclude_wells(data, exclude),
            settings,
            seed,
            model=model,
            priors=priors,
            engine=engine,
            attempts=attempts,
            progress=progress,
            tell=tell,
        )
    )

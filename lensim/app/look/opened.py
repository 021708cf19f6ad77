"""A result opened for the room: what is shown of it, and what can be asked of it. Runs in the session's process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import xarray as xr

from lensim import vocabulary as v
from lensim.app.bench import Tell
from lensim.app.look.curves import LineCurve, curves_at, lines_of
from lensim.app.look.places import Found
from lensim.app.look.posterior import Estimand, Posterior, draws_of, estimands_of, listed, posterior_of
from lensim.app.results import Image, ShownFit, result_at, shown_fit
from lensim.assay import Asked, assay_names, find_assay
from lensim.checks import InputError
from lensim.dose_response.read.units import shown_unit
from lensim.inference.observations import OBSERVATIONS, observations_of
from lensim.report.html import LARGEST_PAGE
from lensim.report.own_results import results_page
from lensim.report.page import Section
from lensim.report.pictures import embedded
from lensim.report.shown import shown_of
from lensim.screen.result import open_result


@dataclass(frozen=True)
class Opened:
    """What the room shows.

    Attributes
    ----------
    path
        Of the fit.
    shown
        The fit; None of a folder that is none.
    sections, images
        Of a folder of lensim that is no fit.
    lines
        That have curves.
    estimands
        That can be looked at.
    """

    path: Path
    shown: ShownFit | None = None
    sections: tuple[Section, ...] = ()
    images: Mapping[str, Image] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    estimands: tuple[Estimand, ...] = ()


def warm_up(tell: Tell) -> None:
    """Import what a result needs, before one is there."""
    for name in assay_names():
        find_assay(name)


def open_fit(path: Path, name: str, tell: Tell) -> Opened:
    """Open the file of a fit.

    Raises
    ------
    InputError
        If it is none.
    """
    tell("Opening the result …")
    result_at.cache_clear()  # a file at a typed path may be another one by now
    _estimands.cache_clear()
    result = result_at(path)
    tell("Drawing tables and figures …")
    shown = shown_fit(result, path, name)
    return Opened(path, shown, lines=lines_of(result), estimands=listed(_estimands(path), words_of(result)))


def open_place(found: Found, name: str, tell: Tell) -> Opened:
    """Open what lies at a typed path: a fit, one fit of a folder or a screen, or another folder of lensim.

    Parameters
    ----------
    found
        The place.
    name
        Of the fit in a folder, or the compound of a screen; empty for the folder itself.
    tell
        Gets sentences on the way.

    Raises
    ------
    InputError
        If it is none of these.
    """
    if found.is_fit:
        return open_fit(found.path, found.path.name, tell)
    if name:
        if name not in found.fits:
            raise InputError(f"{found.path.name} has no {name}: choose one of the list")
        path = open_result(found.path).draws_file(name) if found.is_screen else found.path / name
        return open_fit(path, name, tell)
    tell("Opening the folder …")
    page = results_page([found.path], found.path.name, tell=tell)
    pictures = [picture for section in page.sections[:1] for picture in section.pictures]
    drawn, _ = embedded(pictures, LARGEST_PAGE)
    return Opened(found.path, None, page.sections[:1], {p.name: i for p, i in zip(pictures, drawn, strict=True)})


def words_of(result: xr.DataTree) -> dict[str, str]:
    """Words of the quantities that tables show."""
    try:
        tables = shown_of(result, Asked())[1]
    except InputError:
        return {}
    return {name: said for table in tables for name, said in table.quantities.items()}


@lru_cache(maxsize=2)
def _estimands(path: Path) -> xr.Dataset:
    return estimands_of(result_at(path))


def curves_in(path: Path, lines: tuple[str, ...], tell: Tell) -> tuple[LineCurve, ...]:
    """Curves of some lines of the fit in a file."""
    return curves_at(result_at(path), lines)


def posteriors_in(
    path: Path, estimand: Estimand, item: int, other: Path | None, tell: Tell
) -> tuple[Posterior, Posterior | None]:
    """The posterior of an item of the fit in a file, and of another fit of the same data, where there is one.

    Raises
    ------
    InputError
        If a draw says nothing.
    """
    unit = _unit_of_doses(result_at(path))
    own = posterior_of(estimand, item, draws_of(_estimands(path), estimand.name, item), in_data=unit)
    if other is None or estimand.name not in _estimands(other):
        return own, None
    return own, posterior_of(estimand, item, draws_of(_estimands(other), estimand.name, item), in_data=unit)


def _unit_of_doses(result: xr.DataTree) -> tuple[str, float]:
    """The unit of doses in the data of a fit, with the uM that one of it is."""
    if str(result.attrs.get(v.ASSAY, "")) != v.DOSE_RESPONSE or OBSERVATIONS not in result.children:
        return "uM", 1.0
    unit = shown_unit(observations_of(result))
    return unit.name, unit.um_per_unit

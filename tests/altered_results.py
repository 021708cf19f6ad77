"""Results whose groups, variables, dims, coordinates or values are not what a fit writes: for tests.

They are made with xarray and saved as lensim saves, so their digest is right and HDF5 reads them. `altered` changes a
result at random; `DOORS` are the functions that take one for a user. A door may raise `InputError` and nothing else.
"""

import io
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import xarray as xr

from lensim import simulate
from lensim.bioassay.design import BioassayDesign
from lensim.bioassay.truth import BioassayPopulation
from lensim.dose_response import DoseResponseDesign
from lensim.expression.design import ExpressionDesign
from lensim.face.fit import Fit
from lensim.inference.priors import priors_of
from lensim.inference.verdict import Verdict, carry_verdict, verdict_of
from lensim.output import result_in
from lensim.report.fits import fit_section
from tests.report.made_up_fits import around, replicate_wells

DRAWS: Final = 6
DOSES: Final = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)
PRIORS: Final = '{"sd_well": 0.2, "midpoint": {"mean": 0.5, "sd": 1.0}}'
Groups = dict[str, xr.Dataset]


def _simulated(assay: str) -> tuple[xr.Dataset, xr.Dataset]:
    match assay:
        case "dose_response":
            design = DoseResponseDesign(("LP-1", "L-2", "L-3"), ("a", "a", "b"), doses_um=DOSES, experiments=1)
            return simulate.dose_response(design)
        case "expression":
            subjects = ("s1", "s2", "s3", "s4")
            kinds = ("line", "line", "donor", "donor")
            return simulate.expression(ExpressionDesign(subjects, kinds, ("TNF", "IGF1"), calibrator="s1"))
        case "bioassay":
            return simulate.bioassay(BioassayDesign(("A", "B"), experiments=2), BioassayPopulation())
        case _:
            return simulate.cell_cycle()


@cache
def _groups(assay: str) -> Groups:
    """A small result of an assay, with its attrs under the name ''."""
    truth, data = _simulated(assay)
    result = around(truth, data)
    if assay == "dose_response":
        replicate_wells(result, data)
    groups = {
        name: group.to_dataset().isel(draw=slice(0, DRAWS), missing_dims="ignore").load()
        for name, group in result.children.items()
    }
    carry_verdict(result, Verdict(True, (), 1.0, 1000.0, 1000.0, "x", 0, 1.0, 0.0))
    attrs = dict(result.attrs) | {"assay": assay, "seed": 1, "model": f"{assay}_made_up", "priors": PRIORS}
    return {"": xr.Dataset(attrs=attrs), **groups}


def small_result(assay: str) -> xr.DataTree:
    """A small result of an assay; the caller may change it."""
    return xr.DataTree.from_dict({f"/{name}": group.copy(deep=True) for name, group in _groups(assay).items()})


def altered(assay: str, rng: np.random.Generator, changes: int = 1) -> tuple[str, bytes | None]:
    """What was changed, and the bytes of such a result; None where no netCDF file can be so."""
    groups = {name: group.copy(deep=True) for name, group in _groups(assay).items()}
    said = []
    for _ in range(changes):
        name = _pick([one for one in groups if one and groups[one].variables], rng)
        change = CHANGES[int(rng.integers(len(CHANGES)))]
        try:
            said.append(f"{change.__name__[1:]} {name} {change(groups, name, rng)}")
        except (ValueError, KeyError, TypeError, IndexError, OverflowError, UserWarning):
            continue  # what one change leaves, the next cannot always change
    try:
        tree = xr.DataTree.from_dict({f"/{name}": group for name, group in groups.items()})
        return "; ".join(said), bytes(tree.to_netcdf(None, engine="h5netcdf"))
    except (ValueError, TypeError, NotImplementedError, AttributeError):
        return "; ".join(said), None


def _pick(names: list[Any], rng: np.random.Generator) -> Any:
    return names[int(rng.integers(len(names)))]


def _drop_group(groups: Groups, name: str, rng: np.random.Generator) -> str:
    del groups[name]
    return ""


def _rename_group(groups: Groups, name: str, rng: np.random.Generator) -> str:
    other = _pick(["other", "prior", "posterior", "observations"], rng)
    groups[other] = groups.pop(name)
    return str(other)


def _drop(groups: Groups, name: str, rng: np.random.Generator) -> str:
    one = _pick(list(groups[name].variables), rng)
    groups[name] = groups[name].drop_vars(one)
    return str(one)


def _rename(groups: Groups, name: str, rng: np.random.Generator) -> str:
    one = _pick(list(groups[name].variables), rng)
    groups[name] = groups[name].rename_vars({one: f"{one}_x"}) if rng.uniform() < 0.5 else _swapped(groups, name, rng)
    return str(one)


def _swapped(groups: Groups, name: str, rng: np.random.Generator) -> xr.Dataset:
    one, other = (_pick(list(groups[name].data_vars), rng) for _ in range(2))
    return groups[name].rename({one: other, other: one}) if one != other else groups[name].drop_vars(one)


def _values(groups: Groups, name: str, rng: np.random.Generator) -> str:
    """Odd values, all or one; a variable of texts gets odd texts."""
    one = _pick(list(groups[name].variables), rng)
    variable = groups[name].variables[one]
    values = np.array(variable.to_numpy())
    if values.dtype.kind in "OUT":
        odd: Any = _pick(["", "\x01", "x" * 3000, str(values.flat[0]), "[/x]$a^", "nan"], rng)
        values = values.astype(object)
    elif values.dtype.kind == "f":
        odd = _pick([np.nan, np.inf, -np.inf, 1e308, -1e308, 0.0, -1.0, 1e6, 300.0, -300.0, 2.0**62, 0.5], rng)
    else:
        odd = _pick([0, -1, 1, 7, 1_000_000, 2**62, -(2**62)], rng)
    with np.errstate(over="ignore"):
        if rng.uniform() < 0.5:
            values[...] = odd
        else:
            values.flat[int(rng.integers(values.size))] = odd
    _put(groups, name, one, variable.dims, values)
    return f"{one} {str(odd)[:20]!r}"


def _put(groups: Groups, name: str, one: Any, dims: Any, values: Any) -> None:
    attrs = groups[name][one].attrs if one in groups[name].variables else {}
    is_coord = one in groups[name].coords
    rest = groups[name].drop_vars(one, errors="ignore")
    made = (dims, values, attrs)
    groups[name] = rest.assign_coords({one: made}) if is_coord else rest.assign({one: made})


def _dtype(groups: Groups, name: str, rng: np.random.Generator) -> str:
    one = _pick(list(groups[name].variables), rng)
    variable = groups[name].variables[one]
    kind = _pick(["str", "f4", "i1", "i8", "bool", "time", "u8", "number", "span"], rng)
    values = np.asarray(variable.to_numpy())
    with np.errstate(all="ignore"):
        match kind:
            case "str":
                values = values.astype(str).astype(object)
            case "time":
                values = np.full(values.shape, np.datetime64("2020-01-01", "ns"))
            case "span":
                values = np.full(values.shape, np.timedelta64(3, "ns"))
            case "number":
                values = np.arange(values.size, dtype=float).reshape(values.shape)
            case _:
                values = (np.zeros(values.shape) if values.dtype.kind in "OUT" else np.nan_to_num(values)).astype(kind)
    _put(groups, name, one, variable.dims, values)
    return f"{one} {kind}"


def _transpose(groups: Groups, name: str, rng: np.random.Generator) -> str:
    """Dims in another order: of one variable or of all, with their values or without."""
    several = [one for one, variable in groups[name].variables.items() if variable.ndim > 1]
    if not several:
        return _rename_dim(groups, name, rng)
    one = _pick(several, rng)
    variable = groups[name].variables[one]
    order = [variable.dims[k] for k in rng.permutation(variable.ndim)]
    if rng.uniform() < 0.3:
        groups[name] = groups[name].transpose(*reversed(list(groups[name].dims)))
    elif rng.uniform() < 0.5:
        _put(groups, name, one, tuple(order), variable.transpose(*order).to_numpy())
    else:  # the names of the dims alone: sizes no longer agree with the coordinates
        _put(groups, name, one, tuple(f"{dim}_x" for dim in variable.dims), variable.to_numpy())
    return str(one)


def _rename_dim(groups: Groups, name: str, rng: np.random.Generator) -> str:
    dim = _pick(list(groups[name].dims), rng)
    other = _pick(["x", "chain", "draw", "well", "cell_line", "subject"], rng)
    if rng.uniform() < 0.5:
        groups[name] = groups[name].rename({dim: other})
    else:
        one = _pick([one for one, var in groups[name].variables.items() if dim in var.dims and one != dim], rng)
        variable = groups[name].variables[one]
        _put(groups, name, one, tuple(other if d == dim else d for d in variable.dims), variable.to_numpy())
    return f"{dim} {other}"


def _shorter(groups: Groups, name: str, rng: np.random.Generator) -> str:
    """A dim of a group cut, emptied, repeated, reversed or in another order."""
    dim = _pick(list(groups[name].dims), rng)
    size = groups[name].sizes[dim]
    kind = int(rng.integers(6))
    cut: list[Any] = [slice(0, 0), slice(0, 1), slice(0, size - 1), list(range(size)) * 2, slice(None, None, -1)]
    where: Any = [*cut, rng.permutation(size)][kind]
    groups[name] = groups[name].isel({dim: where})
    return f"{dim} {['none', 'one', 'one less', 'twice', 'reversed', 'other order'][kind]}"


def _of_one_variable(groups: Groups, name: str, rng: np.random.Generator) -> str:
    """One variable without a dim, with one more, or a single number."""
    one = _pick(list(groups[name].variables), rng)
    variable = groups[name].variables[one]
    values = variable.to_numpy()
    if rng.uniform() < 0.4 and variable.ndim:
        at = int(rng.integers(variable.ndim))
        dims = tuple(dim for k, dim in enumerate(variable.dims) if k != at)
        _put(groups, name, one, dims, values.take(0, axis=at))
    elif rng.uniform() < 0.5:
        other = _pick([*groups[name].dims, "x"], rng)
        size = groups[name].sizes.get(other, 2)
        dims = (*variable.dims, other)
        _put(groups, name, one, dims, np.repeat(values[..., None], size, axis=-1))
    else:
        _put(groups, name, one, (), values.flat[0])
    return str(one)


def _labels(groups: Groups, name: str, rng: np.random.Generator) -> str:
    """Names along a dim that are others, twice the same, numbers, times or in another order."""
    dim = _pick(list(groups[name].dims), rng)
    size = groups[name].sizes[dim]
    now = groups[name][dim].to_numpy()
    kind = int(rng.integers(7))
    labels: Any = [
        lambda: np.array([f"name {k}" for k in range(size)], dtype=object),
        lambda: np.array([str(now[0])] * size, dtype=object),
        lambda: np.arange(size) + 0.5,
        lambda: np.full(size, np.nan),
        lambda: now[::-1],
        lambda: np.array([""] * size, dtype=object),
        lambda: np.arange(size).astype("datetime64[ns]"),
    ][kind]()
    groups[name] = groups[name].drop_vars(dim, errors="ignore").assign_coords({dim: labels})
    return f"{dim} {['others', 'alike', 'numbers', 'NaN', 'reversed', 'empty', 'times'][kind]}"


def _attrs(groups: Groups, name: str, rng: np.random.Generator) -> str:
    group = groups[_pick(["", name], rng)]
    there = [*group.attrs, "seed", "assay", "model", "calibrator", "control", "unpaired", "dose_unit", "um_per_unit"]
    key = _pick([one for one in there if one != "verdict"], rng)
    odd = _pick(
        ["", "x", "nan", "[/x]", 1e308, float("nan"), -1, 2**62, 0, np.arange(3), np.array(["a", "b"], dtype=object),
         "\x01", "expression", "bioassay", "dose_response", "cell_cycle", "selection"],
        rng,
    )  # fmt: skip
    if rng.uniform() < 0.2 and key in group.attrs:
        del group.attrs[key]
    else:
        group.attrs[key] = odd
    return f"{key} {odd!r}"


CHANGES: Final = (
    _drop, _drop, _rename, _values, _values, _values, _dtype, _dtype, _transpose, _rename_dim, _shorter, _shorter,
    _of_one_variable, _labels, _labels, _attrs, _drop_group, _rename_group,
)  # fmt: skip


def _summarized(result: xr.DataTree) -> None:
    verdict_of(result).sentence()
    fit = Fit(result)
    fit.summary()
    assert fit.tables


def _shown(result: xr.DataTree) -> None:
    fit = Fit(result)
    assert repr(fit)
    assert fit._repr_html_()


def _reported(result: xr.DataTree) -> None:
    fit_section(result, "fit.nc", "key", figures=False)


def _plotted(result: xr.DataTree) -> None:
    import matplotlib.pyplot as plt

    fit = Fit(result)
    names = fit.figures
    for name in names:
        drawn = fit.plot(name)
        drawn.canvas.draw()
        plt.close(drawn)


def _priors(result: xr.DataTree) -> None:
    priors_of(result)


def _compared(result: xr.DataTree) -> None:
    from lensim.assay import assay_of, require_assay
    from lensim.expression.classical_comparison import comparison_tables
    from lensim.inference.observations import observations_of

    require_assay(result, "expression", "fit.nc")
    assay_of(result).notes(observations_of(result))
    comparison_tables(result, 0.9)


def _associated(result: xr.DataTree) -> None:
    from lensim.assay import require_assay
    from lensim.dose_response import associations
    from lensim.dose_response.estimands import dose_response_estimands

    require_assay(result, "dose_response", "fit.nc")
    associations.lines_of(result)
    estimands = dose_response_estimands(result, None)
    associations.associate(estimands, None, associations.Equivalence(1.0, 10.0), 0.9, 1)
    associations.words_on_convergence(result)


def _selected(result: xr.DataTree) -> None:
    from lensim.selection.from_fit import curve_draws

    curve_draws(result, "LP-1")


DOORS: Final[Mapping[str, Callable[[xr.DataTree], None]]] = {
    "summarize": _summarized,
    "shown": _shown,
    "report": _reported,
    "figures": _plotted,
    "priors": _priors,
    "compare": _compared,
    "associate": _associated,
    "selection": _selected,
}
DOORS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "dose_response": ("associate", "selection"),
    "expression": ("compare",),
    "bioassay": (),
    "cell_cycle": (),
}
"""Doors that are of one assay; the others are of all."""


def doors_of(assay: str) -> list[str]:
    """Doors at which results of an assay are let in."""
    of_others = {name for names in DOORS_OF.values() for name in names} - set(DOORS_OF[assay])
    return [name for name in DOORS if name not in of_others]


def read_altered(content: bytes) -> xr.DataTree:
    """A result from bytes, as `load_result` reads it once its file is looked through."""
    return result_in(io.BytesIO(content), "fit.nc")

"""Results that were damaged or made to harm, and the doors that read results: for tests and for `make fuzz`.

`whole_result(assay)` has the bytes of a small result of an assay; `damaged_bytes` and `damaged_structure` change them
at random; `DOORS` are the functions that read a result for a user. A door may raise `InputError` and nothing else.
"""

import io
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import h5py  # type: ignore[import-untyped]
import numpy as np
import xarray as xr

from lensim.assay import Asked
from lensim.inference.priors import priors_of
from lensim.inference.verdict import verdict_of
from lensim.output import load_result, save_result
from lensim.report.fits import fit_section
from lensim.report.shown import shown_of
from tests.report.made_up_fits import ASSAYS, made_up_fit

DRAWS: Final = 6


@cache
def whole_result(assay: str) -> bytes:
    """The file of a small result of an assay, with all that a fit writes into its attrs."""
    import tempfile

    fit = made_up_fit(assay)
    groups = {
        name: group.to_dataset().isel(draw=slice(0, DRAWS), missing_dims="ignore")
        for name, group in fit.children.items()
    }
    small = xr.DataTree.from_dict(groups)
    small.attrs = dict(fit.attrs) | {
        "settings": '{"sampler": {"draws": 6, "chains": 2}, "prior_draws": 500}',
        "priors": '{"sd_well": 0.2, "midpoint": {"mean": 0.5, "sd": 1.0}}',
        "attempts": 1,
        "kept_every": 1,
        "sampling_seconds": 3.5,
        "compile_seconds": 1.5,
        "lensim_version": "0.1",
    }
    small["posterior"].attrs["inference_library"] = "nutpie"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fit.nc"
        save_result(small, path)
        return path.read_bytes()


def damaged_bytes(raw: bytes, rng: np.random.Generator) -> bytes:
    """The bytes of a file with one kind of damage: cut, flipped, zeroed, overwritten, moved or repeated."""
    found = bytearray(raw)
    at = int(rng.integers(len(raw)))
    length = int(min(2 ** rng.uniform(0, 13), len(raw) - at))
    match int(rng.integers(7)):
        case 0:
            return raw[:at]
        case 1:
            for place in rng.integers(len(raw), size=int(2 ** rng.uniform(0, 6))):
                found[place] ^= 1 << int(rng.integers(8))
        case 2:
            for place in rng.integers(min(4096, len(raw)), size=int(2 ** rng.uniform(0, 4))):
                found[place] = int(rng.integers(256))
        case 3:
            found[at : at + length] = bytes(length)
        case 4:
            found[at : at + length] = rng.bytes(length)
        case 5:
            other = int(rng.integers(len(raw)))
            found[at : at + length] = raw[other : other + length]
        case _:
            found[at:at] = raw[at : at + length]
    return bytes(found)


ODD_TEXTS: Final = (
    "", "{}", "null", "[]", "[" * 5000, "{" * 5000, '{"a":' * 3000 + "1" + "}" * 3000, "NaN", "Infinity", "1e999", "-1",
    "0", "\x00", "\ud7ff", "[/x]", "$x$", '{"passed": true}', '{"passed": "no", "reasons": 3}', '"text"', "9" * 5000,
    '{"kind": []}', "x" * 2_000_000, '{"passed": true, "reasons": ["a"], "largest_r_hat": "1", "smallest_ess_bulk": 1, '
    '"smallest_ess_tail": 1, "worst_variable": 3, "divergences": 0, "smallest_e_bfmi": 1, "saturated_share": null}',
)  # fmt: skip


def _odd_value(rng: np.random.Generator) -> Any:
    numbers = [np.nan, np.inf, -np.inf, 1e308, -1, 0, 2**63 - 1, -(2**63), True]
    others: list[Any] = [
        np.float64(rng.choice(np.array(numbers[:5]))),
        np.int64(int(rng.choice(np.array(numbers[4:8], dtype=float).clip(-9e18, 9e18)))),
        np.arange(int(rng.integers(0, 5))),
        np.zeros((2, 3)),
        np.bytes_(b"\xff\xfe\x00"),
        np.array(["a", "b"], dtype=h5py.string_dtype()),
        h5py.Empty("f8"),
        h5py.Empty("S10"),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        1j,
    ]
    if rng.uniform() < 0.6:
        return ODD_TEXTS[int(rng.integers(len(ODD_TEXTS)))]
    return others[int(rng.integers(len(others)))]


def _objects(file: h5py.File) -> tuple[list[str], list[str]]:
    groups: list[str] = ["/"]
    variables: list[str] = []
    file.visititems(lambda name, one: (groups if isinstance(one, h5py.Group) else variables).append(name))
    return groups, variables


def damaged_structure(raw: bytes, rng: np.random.Generator, changes: int = 0) -> bytes:
    """A file that HDF5 reads, of which groups, variables, values or attributes are not what they should be."""
    held = io.BytesIO(raw)
    with h5py.File(held, "r+") as file:
        for _ in range(changes or int(rng.integers(1, 4))):
            groups, variables = _objects(file)
            try:
                CHANGES[int(rng.integers(len(CHANGES)))](file, groups, variables, rng)
            except (OSError, ValueError, KeyError, TypeError, RuntimeError):
                continue  # what one change leaves, the next cannot always change
    return held.getvalue()


def _one(names: list[str], rng: np.random.Generator) -> str:
    return names[int(rng.integers(len(names)))]


def _delete(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    del file[_one(variables if rng.uniform() < 0.8 else groups[1:], rng)]


def _odd_attr(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    where = file["/"] if rng.uniform() < 0.5 else file[_one(groups + variables, rng)]
    names = [*where.attrs, "verdict", "priors", "settings", "assay", "model", "seed", "units", "_FillValue", "dtype", "scale_factor", "coordinates"]  # fmt: skip  # noqa: E501
    name = _one(names, rng)
    if rng.uniform() < 0.2 and name in where.attrs:
        del where.attrs[name]
        return
    value = _odd_value(rng)
    if isinstance(value, str) and len(value) > 60_000 and where.name != "/":
        value = value[:60_000]
    where.attrs[name] = value


def _odd_values(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    variable = file[_one(variables, rng)]
    if not variable.size:
        return
    if variable.dtype.kind == "O":
        values = variable[()]
        flat = np.ravel(values) if isinstance(values, np.ndarray) else np.array([values], dtype=object)
        flat[int(rng.integers(flat.size))] = [b"", b"\xff\xfe", flat[0], b"[/x]$", b"x" * 3000][int(rng.integers(5))]
        variable[...] = flat.reshape(variable.shape)
        return
    values = np.array(variable[()])
    odd: dict[str, list[Any]] = {
        "f": [np.nan, np.inf, -np.inf, 1e308, -1e308, 0.0, -1.0, 1e6, 2.0**62],
        "i": [0, -1, 1_000_000, 2**62],
        "u": [0, 1_000_000, 2**62],
    }
    choices = odd.get(values.dtype.kind, [0])
    with np.errstate(over="ignore"):
        value = np.array(choices[int(rng.integers(len(choices)))]).astype(values.dtype)
    if rng.uniform() < 0.5:
        values[...] = value
    else:
        values.reshape(-1)[int(rng.integers(values.size))] = value
    variable[...] = values


def _other_dtype(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    name = _one(variables, rng)
    shape, attrs = file[name].shape, dict(file[name].attrs)
    del file[name]
    compound = np.dtype([("a", "i4"), ("b", "f8")])
    dtype: Any = [
        "f4", "i1", "u8", "S3", h5py.string_dtype(), compound, h5py.vlen_dtype(np.int32), h5py.ref_dtype,
        h5py.enum_dtype({"no": 0, "yes": 1}, basetype="i1"), "c16", h5py.opaque_dtype(np.dtype("V4")), "f2",
    ][int(rng.integers(12))]  # fmt: skip
    made = file.create_dataset(name, shape=shape, dtype=dtype)
    if rng.uniform() < 0.7:
        for key in ("DIMENSION_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "CLASS", "NAME"):
            if key in attrs:
                made.attrs[key] = attrs[key]


def _other_shape(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    name = _one(variables, rng)
    values, attrs = file[name][()], dict(file[name].attrs)
    del file[name]
    values = np.asarray(values)
    shapes: list[Any] = [np.ravel(values)[:0], np.ravel(values)[:1], np.ravel(values), values[..., None], values.T]
    made = file.create_dataset(name, data=shapes[int(rng.integers(5))])
    for key in ("DIMENSION_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates"):
        if key in attrs and rng.uniform() < 0.8:
            made.attrs[key] = attrs[key]


def _bomb(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    name = _one(variables, rng)
    shape = file[name].shape or (1,)
    dtype = file[name].dtype
    del file[name]
    big = tuple(int(10 ** rng.uniform(3, 12 / len(shape))) for _ in shape)
    made = file.create_dataset(name, shape=big, dtype=dtype, chunks=tuple(min(one, 100) for one in big), compression="gzip" if rng.uniform() < 0.5 else None)  # fmt: skip  # noqa: E501
    made.attrs["_Netcdf4Dimid"] = 0


def _link(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    name, other = _one(variables + groups[1:], rng), _one(variables + groups, rng)
    kind = int(rng.integers(6))
    target = file[other]
    shape, dtype = getattr(target, "shape", (1,)), getattr(target, "dtype", "f8")
    if kind != 4 and name != other:
        del file[name]
    if kind == 0:
        file[name] = h5py.ExternalLink("/etc/hostname", "/x")
    elif kind == 1:
        file[name] = h5py.SoftLink(f"/{other}")
    elif kind == 2:
        file[name] = target
    elif kind == 3:
        layout = h5py.VirtualLayout(shape=shape or (1,), dtype=dtype)
        layout[...] = h5py.VirtualSource("/etc/other.nc", "x", shape=shape or (1,))
        file.create_virtual_dataset(name, layout)
    elif kind == 4:
        file[f"{_one(groups, rng)}/again"] = file[_one(groups, rng)]
    else:
        file.create_dataset(name, shape=(64,), dtype="u1", external=[("/etc/passwd", 0, 64)])


def _swap(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    one, other = _one(variables, rng), _one(variables, rng)
    if one != other:
        file.move(one, "kept_apart")
        file.move(other, one)
        file.move("kept_apart", other)


def _foreign(file: h5py.File, groups: list[str], variables: list[str], rng: np.random.Generator) -> None:
    group = file[_one(groups, rng)]
    group.create_dataset(f"odd_{int(rng.integers(10**9))}", data=rng.normal(size=(2, 3)))


CHANGES: Final = (
    _delete, _delete, _odd_attr, _odd_attr, _odd_attr, _odd_values, _odd_values, _odd_values, _other_dtype,
    _other_shape, _bomb, _link, _swap, _foreign,
)  # fmt: skip


def _summarized(path: Path) -> None:
    result = load_result(path)
    shown_of(result, Asked())
    verdict_of(result).sentence()


def _reported(path: Path) -> None:
    fit_section(load_result(path), path.name, "key", figures=False)


def _drawn(path: Path) -> None:
    fit_section(load_result(path), path.name, "key")


def _priors(path: Path) -> None:
    priors_of(load_result(path))


def _compared(path: Path) -> None:
    from lensim.assay import require_assay
    from lensim.expression.classical_comparison import comparison_tables

    result = load_result(path)
    require_assay(result, "expression", str(path))
    comparison_tables(result, 0.9)


def _associated(path: Path) -> None:
    from lensim.dose_response import associations
    from lensim.dose_response.estimands import dose_response_estimands

    result = load_result(path)
    associations.lines_of(result)
    estimands = dose_response_estimands(result, None)
    associations.associate(estimands, None, associations.Equivalence(1.0, 10.0), 0.9, 1)
    associations.words_on_convergence(result)


def _selected(path: Path) -> None:
    from lensim.selection.from_fit import curve_draws

    curve_draws(load_result(path), "LP-1")


DOORS: Final[Mapping[str, Callable[[Path], None]]] = {
    "summarize": _summarized,
    "report": _reported,
    "figures": _drawn,
    "priors": _priors,
    "compare": _compared,
    "associate": _associated,
    "selection": _selected,
}

__all__ = ["ASSAYS", "DOORS", "damaged_bytes", "damaged_structure", "whole_result"]

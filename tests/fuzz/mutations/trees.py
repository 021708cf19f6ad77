"""netCDF: attributes, variables, dims and groups, changed in memory by h5py."""

import io
import random
from collections.abc import Callable
from typing import Any

from tests.fuzz.mutations.nested import VALUES
from tests.fuzz.mutations.words import WORDS

ATTRS = ("verdict", "settings", "priors", "assay", "model", "seed", "attempts", "gated", "calibrator", "source", "units", "kept_every", "lensim_version",
         "earlier_result", "inference_library", "sampling_seconds", "compile_seconds", "target_design", "columns")  # fmt: skip
TEXTS = ("{}", "null", "[]", "[" * 3000, "{", "1", '"a"', "NaN", '{"kind": "x"}', '{"passed": null}', '{"passed": true}', "a" * 70_000, "dose_response",
         "expression", "bioassay", "cell_cycle", "selection", "toy")  # fmt: skip


def _of_file(change: Callable[[random.Random, Any], str | None]) -> Callable[..., tuple[bytes, str] | None]:
    def changed(rng: random.Random, raw: bytes) -> tuple[bytes, str] | None:
        import h5py

        memory = io.BytesIO(raw)
        try:
            with h5py.File(memory, "r+") as file:
                said = change(rng, file)
        except Exception:  # damaged by an earlier change, or a change that HDF5 refuses
            return None
        return None if said is None else (memory.getvalue(), said)

    return changed


def _objects(file: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [("/", file)]
    file.visititems(lambda name, item: found.append((name, item)))
    return found


def _variables(file: Any) -> list[str]:
    import h5py

    return [name for name, item in _objects(file) if isinstance(item, h5py.Dataset)]


def attribute(rng: random.Random, file: Any) -> str | None:
    """An attribute with another value or type, or away."""
    name, item = rng.choice(_objects(file)) if rng.random() < 0.5 else ("/", file)
    names = [
        one for one in item.attrs if not one.startswith(("_NC", "CLASS", "NAME", "DIMENSION", "REFERENCE", "_Netcdf"))
    ]
    attr = rng.choice(names) if names and rng.random() < 0.8 else rng.choice(ATTRS)
    if rng.random() < 0.2 and attr in item.attrs:
        del item.attrs[attr]
        return f"{name}@{attr} away"
    value = rng.choice(TEXTS) if rng.random() < 0.6 else rng.choice((*WORDS, *VALUES))
    item.attrs[attr] = value
    return f"{name}@{attr} is {value!r:.40}"


def numbers(rng: random.Random, file: Any) -> str | None:
    """Numbers of a variable: NaN, infinite, huge, negative, all the same."""
    import numpy as np

    name = rng.choice(_variables(file))
    item = file[name]
    if item.dtype.kind not in "fiu" or not item.size:
        return None
    values = item[...]
    new = (
        rng.choice((np.nan, np.inf, -np.inf, 1e308, -1e308, 0.0, -1.0))
        if item.dtype.kind == "f"
        else rng.choice((0, -1, 10_000, 2**31 - 1, 1))
    )
    flat = values.reshape(-1)
    if rng.random() < 0.4:
        flat[:] = new
    else:
        flat[rng.randrange(flat.size)] = new
    item[...] = flat.reshape(values.shape)
    return f"{name} has {new}"


def variable(rng: random.Random, file: Any) -> str | None:
    """A variable away, under another name, of another type or shape."""
    import numpy as np

    names = _variables(file)
    name, what = rng.choice(names), rng.randrange(5)
    if what == 0:
        del file[name]
        return f"{name} away"
    if what == 1:
        other = rng.choice([*names, "posterior/x", f"{name}_1"])
        if other not in file:
            file.move(name, other)
            return f"{name} is {other}"
        values, attrs = file[other][...], {}
    else:
        values, attrs = file[name][...], dict(file[name].attrs)
    if what == 2:
        values = np.asarray(values).astype(rng.choice(("f4", "i8", "u1", "S5", "c16", "?")))
    elif what == 3:
        values = np.asarray(values)[..., :0] if np.ndim(values) else np.zeros(0)
    elif what == 4:
        values = np.asarray(
            [rng.choice(WORDS).replace("\x00", "").encode("utf-8", "replace")] * max(np.size(values), 1), dtype="S"
        )
    del file[name]
    file.create_dataset(name, data=values)
    for key, value in attrs.items():
        if not key.startswith(("DIMENSION_LIST", "REFERENCE_LIST")):
            file[name].attrs[key] = value
    return f"{name} made anew"


def group(rng: random.Random, file: Any) -> str | None:
    """A group away, under another name, empty, or linked into itself."""
    import h5py

    names = [name for name, item in _objects(file) if isinstance(item, h5py.Group) and name != "/"]
    if not names:
        return None
    name, what = rng.choice(names), rng.randrange(5)
    if what == 0:
        del file[name]
        return f"the group {name} away"
    if what == 1:
        new = rng.choice(
            ("posterior", "observations", "prior", "sample_stats", "x", "log_prior", "sampler_coordinates")
        )
        if new in file:
            del file[new]
        file.move(name, new)
        return f"the group {name} is {new}"
    if what == 2:
        del file[name]
        file.create_group(name)
        return f"the group {name} is empty"
    if what == 3:
        file[f"{name}/again"] = h5py.SoftLink("/")
        return f"{name} has a link to the top"
    file[f"{name}/elsewhere"] = h5py.ExternalLink("/etc/passwd", "/")
    return f"{name} has a link to another file"


def names_of_things(rng: random.Random, file: Any) -> str | None:
    """Names along a dim: odd, alike, empty."""
    import h5py

    texts = [
        name for name in _variables(file) if file[name].dtype.kind in "OS" and file[name].ndim == 1 and file[name].size
    ]
    if not texts:
        return None
    name = rng.choice(texts)
    values = [one.decode() if isinstance(one, bytes) else one for one in file[name][...].tolist()]
    new = rng.choice(WORDS).replace("\x00", "")
    if rng.random() < 0.3:
        values = [new] * len(values)
    else:
        values[rng.randrange(len(values))] = new
    if file[name].dtype.kind == "O":
        file[name][...] = [
            one.encode("utf-8", "replace") if h5py.check_string_dtype(file[name].dtype) else one for one in values
        ]
        return f"a name of {name} is {new[:40]!r}"
    return None


CHANGES = tuple(
    map(
        _of_file,
        (
            attribute,
            attribute,
            attribute,
            numbers,
            numbers,
            variable,
            variable,
            group,
            names_of_things,
            names_of_things,
        ),
    )
)

"""Finished simulations in a file, written whole each time, so that a run that was stopped goes on there."""

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import xarray as xr

from lensim import checks
from lensim.added_files import added_file
from lensim.record import object_in

KEPT: Final = "simulations.json"
EVERY_SECONDS: Final = 5.0
WHAT: Final = "simulations of lensim calibrate"


def digest_of(result: xr.DataTree, engine: str, seed: int) -> str:
    """What simulations are of: draws and data of a fit, the engine that fits further runs, and the seed."""
    found = hashlib.sha256(f"{engine} {seed} {result.attrs.get('priors', '')}".encode())
    for group in ("posterior", "observations"):
        own = result[group].to_dataset()
        for name in sorted(map(str, own.data_vars)):
            values = own[name].to_numpy()
            content = values.tobytes() if values.dtype != object else str(values.tolist()).encode()
            found.update(f"{group} {name} {values.shape}".encode() + content)
    return found.hexdigest()


def read_kept(folder: Path | None, of: str) -> dict[int, dict[str, Any]]:
    """Simulations of a folder by number; none where there is no file.

    Raises
    ------
    InputError
        If the file is of another fit, engine or seed, or is none that lensim wrote.
    """
    path = None if folder is None else folder / KEPT
    if path is None or not path.exists():
        return {}
    content = object_in(path, WHAT)
    there, records = content.get("of"), content.get("simulations")
    if not isinstance(there, str) or not isinstance(records, list) or not all(map(_is_record, records)):
        raise checks.InputError(f"{path} must be {WHAT}, got something else")
    if there != of:
        raise checks.InputError(
            f"{path} must be of this very fit, engine and seed, got those of another: name another folder, or delete it"
        )
    return {int(one["number"]): one for one in records}


def _is_record(one: object) -> bool:
    needed = {"number": int, "outcome": str, "why": str, "converged": bool, "ranks": dict}
    if not isinstance(one, dict) or not all(isinstance(one.get(name), kind) for name, kind in needed.items()):
        return False
    return all(
        isinstance(ranks, list) and all(isinstance(rank, int | float) and 0 <= rank <= 1 for rank in ranks)
        for ranks in one["ranks"].values()
    )


def keeping(
    folder: Path | None, of: str, done: dict[int, dict[str, Any]], coming: Iterable[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Hand on records as they come, and keep them in the folder: every few seconds, and as the run ends or is stopped.

    Parameters
    ----------
    folder
        Where; None for nowhere.
    of
        As from `digest_of`.
    done
        Those that are there, to which the others are added.
    coming
        Records.
    """
    last = time.monotonic()
    try:
        for record in coming:
            done[int(record["number"])] = record
            if folder is not None and time.monotonic() - last > EVERY_SECONDS:
                _keep(folder, of, done)
                last = time.monotonic()
            yield record
    except BaseException:
        if folder is not None:
            with suppress(checks.InputError, OSError):
                _keep(folder, of, done)
        raise
    if folder is not None:
        _keep(folder, of, done)


def _keep(folder: Path, of: str, done: dict[int, dict[str, Any]]) -> None:
    content = {"of": of, "simulations": [done[number] for number in sorted(done)]}
    with added_file(folder / KEPT, force=True) as partial:
        partial.write_text(json.dumps(content) + "\n", encoding="utf-8", newline="\n")

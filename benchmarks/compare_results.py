"""Compare every table of two folders of results, file by file and column by column, such as before and after a change.

    python -m benchmarks.compare_results BEFORE/results AFTER/results [--renamed OLD=NEW ...]

Tables (.csv, .parquet) are compared with the exact values that they hold, results (.nc) with the exact draws of every
variable, sentences (.txt) word by word. Times, versions and commits are left out. Exit status 1 where anything differs.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

TABLES = (".csv", ".parquet")
OTHERS = (".nc", ".txt")


def differences(before: Path, after: Path, renamed: dict[str, str]) -> Iterator[str]:
    """One sentence a difference."""
    names = {_renamed(path.relative_to(before).as_posix(), renamed): path for path in _files(before)}
    found = {path.relative_to(after).as_posix(): path for path in _files(after)}
    for name in sorted(names.keys() | found.keys()):
        if name not in found:
            yield f"{name}: is gone"
        elif name not in names:
            yield f"{name}: is new"
        else:
            yield from (f"{name}: {said}" for said in _compared(names[name], found[name], renamed))


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.suffix in (*TABLES, *OTHERS) and path.is_file()]


def _renamed(text: str, renamed: dict[str, str]) -> str:
    for old, new in renamed.items():
        text = text.replace(old, new)
    return text


def _compared(before: Path, after: Path, renamed: dict[str, str]) -> Iterator[str]:
    if before.suffix in TABLES:
        yield from _of_tables(_table(before, renamed), _table(after, {}))
    elif before.suffix == ".nc":
        yield from _of_results(before, after, renamed)
    elif _renamed(before.read_text(encoding="utf-8"), renamed) != after.read_text(encoding="utf-8"):
        old, new = (
            _renamed(before.read_text(encoding="utf-8"), renamed).splitlines(),
            after.read_text(encoding="utf-8").splitlines(),
        )
        yield from (f"says {b!r}, said {a!r}" for a, b in zip(old, new, strict=False) if a != b)
        if len(old) != len(new):
            yield f"has {len(new)} lines, had {len(old)}"


def _table(path: Path, renamed: dict[str, str]) -> pd.DataFrame:
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, keep_default_na=False, dtype=str)
    frame = frame.rename(columns=lambda name: _renamed(str(name), renamed))
    return frame.map(lambda value: _renamed(value, renamed) if isinstance(value, str) else value)


def _of_tables(old: pd.DataFrame, new: pd.DataFrame) -> Iterator[str]:
    if gone := [str(name) for name in old if name not in new]:
        yield f"lost the columns {', '.join(gone)}"
    if added := [str(name) for name in new if name not in old]:
        yield f"has the new columns {', '.join(added)}"
    if len(old) != len(new):
        yield f"has {len(new)} rows, had {len(old)}"
        return
    for name in (name for name in old if name in new and "seconds" not in str(name)):
        differs = (old[name].to_numpy() != new[name].to_numpy()) & ~(old[name].isna() & new[name].isna()).to_numpy()
        if differs.any():
            at = int(np.flatnonzero(differs)[0])
            yield f"{name} differs in {differs.sum()} of {len(old)} rows: {old[name][at]!r} was, {new[name][at]!r} is"


def _of_results(before: Path, after: Path, renamed: dict[str, str]) -> Iterator[str]:
    old, new = (xr.open_datatree(path, engine="h5netcdf").load() for path in (before, after))
    for group in sorted({node.path for node in old.subtree} | {node.path for node in new.subtree}):
        if (group in old.groups) != (group in new.groups):
            yield f"group {group} is {'new' if group in new.groups else 'gone'}"
            continue
        a, b = old[group].to_dataset(), new[group].to_dataset()
        a = a.rename({name: _renamed(str(name), renamed) for name in a.variables})
        for name in sorted(map(str, a.data_vars.keys() | b.data_vars.keys())):
            if (name in a) != (name in b):
                yield f"{group}/{name} is {'new' if name in b else 'gone'}"
            elif a[name].shape != b[name].shape or not a[name].equals(b[name]):
                yield f"{group}/{name} differs"


def main() -> int:
    """Print the differences of two folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--renamed", action="append", default=[], metavar="OLD=NEW", help="A name that was changed.")
    asked = parser.parse_args()
    said = list(differences(asked.before, asked.after, dict(pair.split("=", 1) for pair in asked.renamed)))
    print("\n".join(said) or "no difference")
    return bool(said)


if __name__ == "__main__":
    sys.exit(main())

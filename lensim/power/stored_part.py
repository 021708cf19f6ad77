"""The files of a store are not trusted: each says what it is and its digest, and is checked before it is counted.

The digest tells damage and mistakes (a file cut, of another run, or under another's name), not a forger: who can write
into the folder can also write a digest.
"""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from lensim import input_file, limits
from lensim.checks import InputError, fault_of
from lensim.power.diagnosands import COLUMNS, EXACT, LAPLACE, SCORES

PART, OF, DIGEST = "lensim_part", "lensim_of", "lensim_digest"
"""In the attrs of a part: its name in the folder, the scenario that it is of, and the digest of its rows."""
MOST_ROWS: Final = 10_000_000
MOST_COLUMNS: Final = 100
MOST_BYTES: Final = 1_000 * limits.MEGABYTE
AUDITED: Final = ("study", "rule", "target", "fast_decided", "nuts_decided", "fast_probability", "nuts_probability")
FLAGS: Final = ("decided", "is_null", "is_so")
WHOLE: Final = ("study", "rule", "target", "answered_by")


def signed(rows: pd.DataFrame, part: str, of: str) -> pd.DataFrame:
    """Rows whose attrs say which part of which scenario they are, and their digest; Parquet keeps attrs."""
    found = rows.copy(deep=False)
    found.attrs = {PART: part, OF: of, DIGEST: _digest(rows)}
    return found


def read_part(path: Path, part: str, of: str, *, must_be_signed: bool) -> pd.DataFrame:
    """The rows of a part.

    Parameters
    ----------
    path, part
        The file, and its name in the folder.
    of
        The scenario that the store is of.
    must_be_signed
        Refuse a part without a digest, as an earlier lensim wrote it.

    Raises
    ------
    InputError
        If it is no Parquet file, too large, or not the part that lensim wrote there.
    """
    what = "a part that lensim wrote"
    content = input_file.read_bytes(path, what, at_most=MOST_BYTES)
    try:
        said = pq.read_metadata(io.BytesIO(content))
        size = sum(said.row_group(group).total_byte_size for group in range(said.num_row_groups))
        if said.num_rows > MOST_ROWS or said.num_columns > MOST_COLUMNS or size > MOST_BYTES:
            raise InputError(f"{path} must be {what}, got {said.num_rows:,} rows and {said.num_columns:,} columns")
        rows = pd.read_parquet(io.BytesIO(content))
    except InputError:
        raise
    except Exception as error:  # whatever the library makes of a damaged file
        raise InputError(f"{path} must be {what}, got something else ({fault_of(error)})") from None
    attrs, rows.attrs = rows.attrs, {}
    if must_be_signed and DIGEST not in attrs:
        raise InputError(f"{path} must be {what}, got one without its digest")
    if DIGEST in attrs and attrs[DIGEST] != _digest(rows):
        raise InputError(f"{path} must be {what}, got other rows than it was written with")
    if DIGEST in attrs and (attrs.get(PART), attrs.get(OF)) != (part, of):
        raise InputError(f"{path} must be {what}, got another part, or one of another scenario")
    return rows


def require_chunk(path: Path, rows: pd.DataFrame, first: int, size: int, targets: Sequence[int]) -> None:
    """Refuse rows that cannot be those of a chunk.

    Parameters
    ----------
    path
        Of its file, for the message.
    rows
        As `read_part` gives them.
    first, size
        Number of its first study, and number of studies.
    targets
        Number of targets of each rule.

    Raises
    ------
    InputError
        If a study, rule or target is missing or of another chunk, or a column is missing or holds other values.
    """
    what = f"{path} must hold studies {first} to {first + size - 1}"
    if missing := [name for name in ("study", *COLUMNS, *SCORES) if name not in rows]:
        raise InputError(f"{what} with the column {missing[0]}, got {', '.join(map(str, rows))}")
    for name in ("study", *COLUMNS, *SCORES):
        kinds = "i" if name in WHOLE else "b" if name in FLAGS else "fiub"
        if rows[name].dtype.kind not in kinds:
            raise InputError(f"{what} with numbers in the column {name}, got {rows[name].dtype}")
    if {*rows["study"].unique()} != {*range(first, first + size)}:
        raise InputError(f"{what}, got {rows['study'].nunique()} studies in {len(rows)} rows")
    expected = {(rule, target) for rule, count in enumerate(targets) for target in range(count)}
    there = {*zip(rows["rule"].tolist(), rows["target"].tolist(), strict=True)}
    if there != expected:
        raise InputError(f"{what} by {len(expected)} rules and targets, got {len(there)}, or others")
    if not rows["answered_by"].between(EXACT, LAPLACE).all():
        raise InputError(f"{what} with answered_by from {EXACT} to {LAPLACE}, got others")
    for name in ("probability", "covered"):
        if not (rows[name].isna() | rows[name].between(0, 1)).all():
            raise InputError(f"{what} with {name} from 0 to 1, got others")


def require_audit(path: Path, rows: pd.DataFrame) -> None:
    """Refuse rows that cannot be those of an audit; none at all are rows of an audit.

    Raises
    ------
    InputError
        Naming a column that is missing, or holds no numbers.
    """
    for name in () if rows.empty else AUDITED:
        if name not in rows or rows[name].dtype.kind not in "biuf":
            raise InputError(f"{path} must hold an audit with numbers in the column {name}, got something else")


def _digest(rows: pd.DataFrame) -> str:
    """Digest of the names, types and values of all columns; every value that is not a number is alike."""
    found = hashlib.blake2b(digest_size=16)
    for name in rows:
        values = rows[name].to_numpy()
        found.update(f"{name} {values.dtype.kind} {len(values)}\n".encode())
        if values.dtype.kind == "f":
            values = np.where(np.isnan(values), np.nan, values)
        plain = values.dtype.kind in "biuf"
        found.update(np.ascontiguousarray(values).tobytes() if plain else "\n".join(map(str, values)).encode())
    return found.hexdigest()

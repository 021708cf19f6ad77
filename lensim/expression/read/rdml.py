"""RDML, the exchange format of qPCR: XML, by itself or in a zip archive, versions 1.0 to 1.4."""

import io
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lensim.checks import FaultReport, InputError
from lensim.expression.read.understand import FileReactions, Manner, RawRow, TaskOrIgnored, task_of, understand
from lensim.tables.well_names import parse_well_name, well_name

INSTRUMENT: Final = "RDML"
LARGEST_BYTES: Final = 1 << 30
"""An archive that unpacks to more than this is refused."""

_ROOT: Final = re.compile(r"<(?:\w+:)?rdml\b[^>]*>", re.IGNORECASE)
_LATER_VERSION: Final = re.compile(r"""(\bversion\s*=\s*["'])1\.([4-9])(["'])""")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)

Data = dict[str, Any]


def recognises(raw: bytes) -> bool:
    """Whether a file's bytes are RDML, packed or not."""
    if raw.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                return _member(archive) is not None
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            return b"rdml" in raw.lower()
    return re.search(rb"<(\w+:)?rdml\b", raw[:4000].replace(b"\x00", b"")) is not None


def read_rdml(raw: bytes, plate: str, faults: FaultReport, *, cycle_limit: float | None) -> FileReactions:
    """Read all runs of a file, each a plate.

    A reaction is excluded by its own mark, and then ignored. Not detected are a missing or negative cq, and one at the
    last cycle that has a fluorescence. The cycle limit is that last cycle.

    Raises
    ------
    InputError
        If the file is damaged, no RDML, or has no reactions.
    """
    samples, runs = _load(raw, faults.place)
    last_cycle = max((run["adp_cyc_max"] for _, run, _ in runs), default=0.0)
    rows = [row for name, run, columns in runs for row in _rows(name or plate, run, columns, samples, faults)]
    if not rows:
        raise InputError(f"{faults.place}: the RDML file has no reactions with data")
    units = {unit for sample in samples.values() for unit in sample["units"]}
    manner = Manner(
        "cq",
        "the sample's quantity",
        "not detected",
        limit_is_not_detected=True,
        decimal=".",
        file_limit=last_cycle or None,
        stated_limit=cycle_limit,
    )
    return understand(rows, INSTRUMENT, manner, faults, units.pop() if len(units) == 1 else "")


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    for info in archive.infolist():
        if info.filename.lower().endswith("rdml_data.xml"):
            return info
    return None


def _unpack(raw: bytes, place: str) -> str:
    """The XML as text."""
    if raw.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                info = _member(archive)
                if info is None:
                    raise InputError(f"{place}: the archive holds no rdml_data.xml, so it is no RDML file")
                if info.file_size > LARGEST_BYTES:
                    raise InputError(f"{place}: the RDML file must unpack to at most 1 GiB, got {info.file_size} bytes")
                raw = archive.read(info)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, KeyError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{place}: the RDML file is damaged, its archive cannot be unpacked ({error})") from None
    for encoding in ("utf-8-sig", "utf-16") if raw[:2] not in (b"\xff\xfe", b"\xfe\xff") else ("utf-16",):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{place}: the RDML file is damaged, its XML is not UTF-8 text")


def _load(raw: bytes, place: str) -> tuple[dict[str, Data], list[tuple[str, Data, int]]]:
    """Samples by their name; and of each run its name, its reactions and the columns of its plate."""
    from rdmlpython import rdml  # here, because it takes seconds to import

    text = _COMMENT.sub("", _unpack(raw, place))
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    root = _ROOT.search(text)
    if root is None:
        raise InputError(f"{place}: the file must have the XML element rdml, got none")
    # later versions only add to what 1.3 has, but the library asks for a version that it knows
    text = text[: root.start()] + _LATER_VERSION.sub(r"\g<1>1.3\g<3>", root.group()) + text[root.end() :]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an empty document is dated with a deprecated function
            document = rdml.Rdml()
        document.loadXMLString(text)
        samples = {sample["id"]: _sample(sample) for sample in document.samples()}
        runs = [
            (run["id"] or "", run.getreactjson(), _columns(run))
            for experiment in document.experiments()
            for run in experiment.runs()
        ]
    except Exception as error:  # the library lets whatever goes wrong through: KeyError, TypeError, ValueError ...
        said = str(error).strip().splitlines()
        raise InputError(
            f"{place}: the RDML file is damaged or not RDML ({said[0] if said else type(error).__name__})"
        ) from None
    if not runs:
        raise InputError(f"{place}: the RDML file has no run")
    return samples, _named_apart(runs)


def _named_apart(runs: list[tuple[str, Data, int]]) -> list[tuple[str, Data, int]]:
    """Runs of one name, in different experiments, are numbered."""
    seen: dict[str, int] = {}
    named = []
    for name, run, columns in runs:
        seen[name] = seen.get(name, 0) + 1
        named.append((f"{name} ({seen[name]})" if name and seen[name] > 1 else name, run, columns))
    return named


def _sample(sample: Any) -> Data:
    quantities = sample.quantitys()
    return {
        "types": {one["targetId"]: (one["type"] or "").strip() for one in sample.types()},
        "quantities": {one["targetId"]: (one.get("value") or "").strip() for one in quantities},
        "units": [one["unit"] for one in quantities if one.get("unit") and one["unit"] != "other"],
    }


def _columns(run: Any) -> int:
    """Columns of the plate where reactions are numbered along its rows, lettered A, B, C; else 0."""
    columns, labels = run["pcrFormat_columns"], run["pcrFormat_rowLabel"]
    return int(columns) if columns and columns.isascii() and columns.isdigit() and labels == "ABC" else 0


def _well(react: str, columns: int) -> str:
    if columns and react.isascii() and react.isdigit() and 1 <= int(react) <= 32 * 48:
        name = well_name(*divmod(int(react) - 1, columns))
        return name if parse_well_name(name) else react
    return react


def _rows(plate: str, run: Data, columns: int, samples: Mapping[str, Data], faults: FaultReport) -> Iterator[RawRow]:
    for react in run["reacts"]:
        well, sample = _well((react["id"] or "").strip(), columns), react.get("sample", "")
        about = samples.get(sample)
        if about is None:
            faults.add(f"plate {plate}, well {well}: the sample {sample!r} is not described in the file")
            continue
        for data in react["datas"]:
            gene = data.get("tar", "")
            word = about["types"].get(gene, about["types"].get("", ""))
            task: TaskOrIgnored | None = task_of(word)
            if task is None:
                faults.add(f"plate {plate}, well {well}: the type of sample {sample!r} is not known, got {word!r}")
                continue
            excluded = str(data.get("excl") or "").strip().lower() not in ("", "false", "0")
            quantity = about["quantities"].get(gene, about["quantities"].get("", ""))
            cq = _cq(str(data.get("cq") or ""))
            yield RawRow(0, plate, well, sample, gene, "ignored" if excluded else task, cq, quantity)


def _cq(text: str) -> str:
    """Text of a cq; empty where it is a sign for none: negative, or no number at all."""
    try:
        number = float(text)
    except ValueError:
        return text
    return "" if number < 0 or math.isnan(number) else text

"""RDML, the exchange format of qPCR: XML, by itself or in a zip archive, versions 1.0 to 1.4."""

import io
import math
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lensim.checks import FaultReport, InputError
from lensim.expression.read.tasks import TaskOrIgnored, task_of
from lensim.expression.read.understand import FileReactions, Manner, RawRow, understand
from lensim.tables.well_names import parse_well_name, well_name

INSTRUMENT: Final = "RDML"
LARGEST_BYTES: Final = 1 << 30
"""An archive that unpacks to more than this is refused."""

_ROOT: Final = re.compile(r"<(?:\w+:)?rdml\b[^>]*>", re.IGNORECASE)
_LATER_VERSION: Final = re.compile(r"""(\bversion\s*=\s*["'])1\.([4-9])(["'])""")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)

_DAMAGED: Final = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, KeyError)
_HEAD: Final = 4000
"""Bytes in which a document's first element is."""

EXCLUDED: Final = "excluded"
NOT_DETECTED: Final = "not detected"
_SIGNS: Final = (0.0, 100.0)
"""Numbers that programs write for a cq that is none, besides -1."""

Data = dict[str, Any]


def recognises(raw: bytes) -> bool:
    """Whether a file's bytes are RDML, packed or not."""
    if raw.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                return _member(archive) is not None
        except _DAMAGED:
            return b"rdml" in raw.lower()
    return _begins_as_rdml(raw)


def read_rdml(raw: bytes, plate: str, faults: FaultReport, *, cycle_limit: float | None) -> FileReactions:
    """Read all runs of a file, each a plate.

    A cq of -1 is not detected; so are 0, 100 and NaN, as some programs write it, and one at the last cycle that has a
    fluorescence, which is the cycle limit. A reaction without a cq is not analysed, and has no result. A reaction that
    the operator excluded is ignored.

    Raises
    ------
    InputError
        If the file is damaged, no RDML, has no reactions, or none of them is analysed.
    """
    samples, factors, runs = _load(raw, faults.place)
    last_cycle = max((run["adp_cyc_max"] for _, run, _ in runs), default=0.0)
    found = [one for name, run, columns in runs for one in _rows(name or plate, run, columns, samples, faults)]
    if not found:
        raise InputError(f"{faults.place}: the RDML file has no reactions with data")
    kept = [row for row, _ in found if row.task != "ignored"]
    if kept and not any(row.ct for row in kept):
        faults.raise_if_any()
        raise InputError(
            f"{faults.place}: none of the {len(kept)} reactions has a cq, so the run is not analysed yet: analyse it "
            "in the program of the machine, and export it again"
        )
    units = {unit for sample in samples.values() for unit in sample["units"]}
    manner = Manner(
        "cq",
        "the sample's quantity",
        "no result",
        is_empty_told=True,
        decimal=".",
        file_limit=last_cycle or None,
        stated_limit=cycle_limit,
    )
    unit = units.pop() if len(units) == 1 else ""
    notes = [f"{faults.place}: {note}" for note in _notes(found, factors)]
    return understand([row for row, _ in found], INSTRUMENT, manner, faults, unit, notes=notes)


def _notes(found: Sequence[tuple[RawRow, str]], factors: Mapping[str, str]) -> Iterator[str]:
    """What was read otherwise than it is written."""
    if excluded := sum(sign == EXCLUDED for _, sign in found):
        yield f"{_reactions(excluded)} excluded by the operator left out"
    signs = Counter(sign for row, sign in found if sign and row.task != "ignored")
    for sign, number in signs.items():
        yield f"{_reactions(number)} with a cq of {sign} read as not detected"
    without = [row for row, _ in found if row.task != "ignored" and not row.ct]
    if without:
        where = ", ".join(dict.fromkeys(f"{row.gene} on plate {row.plate}" for row in without))
        yield f"{_reactions(len(without))} without a cq left out, as not analysed ({where})"
    if factors:
        stated = ", ".join(f"{target} {factor}" for target, factor in factors.items())
        yield f"the efficiencies in the file are not used ({stated}): state amplification factors with factors="


def _reactions(number: int) -> str:
    return "1 reaction" if number == 1 else f"{number} reactions"


def _member(archive: zipfile.ZipFile) -> zipfile.ZipInfo | None:
    """The RDML document in an archive: rdml_data.xml, or with some programs any other XML with that element."""
    infos = archive.infolist()
    named = next((info for info in infos if info.filename.lower().endswith("rdml_data.xml")), None)
    return named or next((info for info in infos if _is_rdml(archive, info)), None)


def _is_rdml(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    if not info.filename.lower().endswith((".xml", ".rdml")):
        return False
    with archive.open(info) as file:
        return _begins_as_rdml(file.read(_HEAD))


def _begins_as_rdml(raw: bytes) -> bool:
    return re.search(rb"<(\w+:)?rdml\b", raw[:_HEAD].replace(b"\x00", b"")) is not None


def _unpack(raw: bytes, place: str) -> str:
    """The XML as text."""
    if raw.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                info = _member(archive)
                if info is None:
                    raise InputError(f"{place}: the archive holds no rdml_data.xml or other RDML document")
                if info.file_size > LARGEST_BYTES:
                    raise InputError(f"{place}: the RDML file must unpack to at most 1 GiB, got {info.file_size} bytes")
                raw = archive.read(info)
        except _DAMAGED as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{place}: the RDML file is damaged, its archive cannot be unpacked ({error})") from None
    for encoding in ("utf-8-sig", "utf-16") if raw[:2] not in (b"\xff\xfe", b"\xfe\xff") else ("utf-16",):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(f"{place}: the RDML file is damaged, its XML is not UTF-8 text")


def _load(raw: bytes, place: str) -> tuple[dict[str, Data], dict[str, str], list[tuple[str, Data, int]]]:
    """Samples and stated amplification factors by name; and of each run its name, reactions and plate columns."""
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
        factors = {
            target["id"]: factor for target in document.targets() if (factor := target["amplificationEfficiency"])
        }
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
    return samples, factors, _named_apart(runs)


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


def _rows(
    plate: str, run: Data, columns: int, samples: Mapping[str, Data], faults: FaultReport
) -> Iterator[tuple[RawRow, str]]:
    """Each reaction, and a sign by which it says that it is excluded, or not detected in an unusual way."""
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
            quantity = about["quantities"].get(gene, about["quantities"].get("", ""))
            cq, sign = _cq(str(data.get("cq") or ""))
            if str(data.get("excl") or "").strip().lower() not in ("", "false", "0"):
                task, sign = "ignored", EXCLUDED
            yield RawRow(0, plate, well, sample, gene, task, cq, quantity), sign


def _cq(text: str) -> tuple[str, str]:
    """Text of a cq, and the sign by which it is not detected where that is not -1; empty text where there is none."""
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return text, ""
    if number == -1:
        return NOT_DETECTED, ""
    return (NOT_DETECTED, f"{number:g}") if math.isnan(number) or number in _SIGNS else (text, "")

"""What an RDML document says, from its XML, which is read once and in pieces: what is checked is what is read.

No document type and no entity is accepted, in whatever encoding or place: the parser refuses the first. Elements,
names, depth, lengths and reactions are counted as they come.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

from lensim import limits
from lensim.checks import InputError
from lensim.plain_text import shown, shown_name

NAMESPACE: Final = "http://www.rdml.org"
_TREE: Final[Mapping[str, Any]] = {
    "rdml": {
        "sample": {"type": {}, "quantity": {"value": {}, "unit": {}}},
        "target": {"amplificationEfficiency": {}},
        "experiment": {
            "run": {
                "pcrFormat": {"rows": {}, "columns": {}, "rowLabel": {}},
                "react": {"sample": {}, "data": {"tar": {}, "cq": {}, "excl": {}, "adp": {"cyc": {}}}},
            }
        },
    }
}
"""The elements that are read; all others are counted, and passed over."""

_COLUMNS: Final = frozenset(map(str, range(1, 49)))
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,6}")
LONGEST_NUMBER: Final = 12  # digits
MOST_PLACES: Final = 1_000_000
"""Of a plate whose size is not stated."""
MOST_CYCLES: Final = 1_000
"""Cycles of the longest run; a fluorescence at a later one is none."""


@dataclass(frozen=True)
class Sample:
    """What a sample is: its types and quantities by target ("" where they hold for all), and units of quantities."""

    types: Mapping[str, str]
    quantities: Mapping[str, str]
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reaction:
    """One measured value: the well's number, sample, target, cq, and why it is excluded; "" for what is not there."""

    react: str
    sample: str
    target: str
    cq: str
    excluded: str


@dataclass(frozen=True)
class Run:
    """One run of a plate: its name, reactions, last cycle with a fluorescence, and the plate's columns.

    `columns` is 0 where reactions are not numbered along rows that are lettered A, B, C.
    """

    name: str
    reactions: list[Reaction]
    last_cycle: float
    columns: int


@dataclass
class Document:
    """Samples and stated amplification factors by name, and the runs."""

    samples: dict[str, Sample] = field(default_factory=dict)
    factors: dict[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)


def read_document(pieces: Iterable[bytes], place: str) -> Document:
    """A document from XML in UTF-8.

    Raises
    ------
    InputError
        If it is no well-formed XML, no RDML, has a document type or entities, or is beyond one of the bounds of
        `limits` for RDML.
    """
    parser = expat.ParserCreate("utf-8", " ", None)  # None: names are not kept
    parser.buffer_text, parser.buffer_size = True, limits.CELL_CHARACTERS + 1
    reader = _Reader(place, parser)
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartNamespaceDeclHandler = reader.namespace
    parser.StartDoctypeDeclHandler = reader.document_type
    parser.EntityDeclHandler = reader.document_type
    size = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)
            size += len(piece)
            if size - parser.CurrentByteIndex > limits.RDML_MARKUP_BYTES + len(piece):
                reader.refuse(
                    f"must have tags and comments of at most {limits.RDML_MARKUP_BYTES:,} bytes, got a longer one"
                )
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputError(f"{place}: the RDML file is damaged or not RDML ({error})") from None
    return reader.document


class _Element:
    """An element that is read, until its end: its possible children, its id or target, its text, what children said."""

    __slots__ = ("children", "identity", "said", "texts")

    def __init__(self, children: Mapping[str, Any], identity: str) -> None:
        self.children = children
        self.identity = identity
        self.texts: list[str] = []
        self.said: dict[str, Any] = {}

    def first(self, tag: str) -> Any:
        return self.said.get(tag, "")


class _Reader:
    """What the parser calls. The elements that are open lie on each other; those that are not read are only counted."""

    def __init__(self, place: str, parser: expat.XMLParserType) -> None:
        self.document = Document()
        self._place = place
        self._parser = parser
        self._open = [_Element(_TREE, "")]
        self._tags: list[str] = []
        self._unread = 0
        self._count = 0
        self._reactions = 0
        self._names: set[str] = set()
        self._ends: dict[tuple[int, str], Callable[[_Element, _Element], None]] = {
            (1, "sample"): self._end_sample,
            (1, "target"): self._end_target,
            (2, "quantity"): self._end_quantity,
            (2, "type"): self._end_type,
            (2, "run"): self._end_run,
            (3, "react"): self._end_react,
            (4, "sample"): self._end_reference,
            (4, "data"): self._end_data,
            (5, "tar"): self._end_reference,
            (6, "cyc"): self._end_cycle,
        }

    def refuse(self, rule: str) -> None:
        raise InputError(f"{self._place} line {self._parser.CurrentLineNumber}: the XML of an RDML file {rule}")

    def document_type(self, *_: object) -> None:
        self.refuse("must have no document type and no entities, got <!DOCTYPE: export it again, or take that line out")

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        self._note_names((f"xmlns:{prefix} {uri}",))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1 + len(attributes)
        if self._count > limits.RDML_ELEMENTS:
            self._check_number("elements and attributes", self._count, limits.RDML_ELEMENTS)
        if name not in self._names:
            self._note_names((name,))
        if attributes:
            self._note_names(attributes)
        if self._unread:
            self._unread += 1
            self._check_depth()
            return
        tag = name.rpartition(" ")[2] if name.startswith(NAMESPACE) else name
        children = self._open[-1].children.get(tag)
        if children is None:
            if not self._tags:
                raise InputError(f"{self._place}: the file must have the XML element rdml, got {shown_name(tag)}")
            self._unread = 1
            return
        identity = attributes.get("targetId" if tag in ("type", "quantity") else "id", "")
        self._check_length(tag, len(identity))
        self._tags.append(tag)
        self._open.append(_Element(children, identity))

    def text(self, text: str) -> None:
        element = self._open[-1]
        if self._unread or element.children:
            return
        element.texts.append(text)
        self._check_length(self._tags[-1], sum(map(len, element.texts)))

    def end(self, _: str) -> None:
        if self._unread:
            self._unread -= 1
            return
        tag, element = self._tags.pop(), self._open.pop()
        above = self._open[-1]
        if finish := self._ends.get((len(self._tags), tag)):
            finish(element, above)
        elif element.children:
            above.said.setdefault(tag, element.said)
        else:
            above.said.setdefault(tag, "".join(element.texts))

    def _note_names(self, names: Iterable[str]) -> None:
        self._names.update(names)
        if len(self._names) > limits.RDML_NAMES:
            self.refuse(f"must have at most {limits.RDML_NAMES:,} names of elements and attributes, got more")

    def _check_depth(self) -> None:
        if len(self._tags) + self._unread > limits.RDML_DEPTH:
            self.refuse(f"must have at most {limits.RDML_DEPTH} elements within each other, got more")

    def _check_number(self, what: str, number: int, bound: int) -> None:
        if number > bound:
            self.refuse(f"must have at most {bound:,} {what}, got more: export fewer runs into one file")

    def _check_length(self, tag: str, length: int) -> None:
        if length > limits.CELL_CHARACTERS:
            self.refuse(
                f"must have texts of at most {limits.CELL_CHARACTERS:,} characters, got {length:,} or more in {tag}"
            )

    def _end_sample(self, sample: _Element, _: _Element) -> None:
        quantities = sample.said.get("quantity", [])
        self.document.samples[sample.identity] = Sample(
            dict(sample.said.get("type", [])),
            {target: value.strip() for target, value, _ in quantities},
            tuple(unit for *_, unit in quantities if unit and unit != "other"),
        )
        self._check_number("samples", len(self.document.samples), limits.RDML_SAMPLES)

    def _end_type(self, element: _Element, above: _Element) -> None:
        above.said.setdefault("type", []).append((element.identity, "".join(element.texts).strip()))

    def _end_quantity(self, element: _Element, above: _Element) -> None:
        value = (element.identity, element.first("value"), element.first("unit"))
        above.said.setdefault("quantity", []).append(value)

    def _end_target(self, target: _Element, _: _Element) -> None:
        if factor := target.first("amplificationEfficiency"):
            self.document.factors[target.identity] = factor

    def _end_reference(self, element: _Element, above: _Element) -> None:
        above.said.setdefault("sample" if len(self._tags) == 4 else "tar", element.identity)

    def _end_cycle(self, element: _Element, _: _Element) -> None:
        run, text = self._open[3], "".join(element.texts)  # rdml, experiment, run, react, data, adp
        try:
            cycle = float(text)
        except ValueError:
            cycle = math.nan
        if not 0 <= cycle <= MOST_CYCLES:
            self.refuse(f"must have cycles between 0 and {MOST_CYCLES}, got {shown(text)}")
        run.said["last_cycle"] = max(run.said.get("last_cycle", 0.0), cycle)

    def _end_data(self, data: _Element, react: _Element) -> None:
        self._reactions += 1
        self._check_number("reactions", self._reactions, limits.RDML_REACTIONS)
        react.said.setdefault("data", []).append((data.first("tar"), data.first("cq"), data.first("excl")))

    def _end_react(self, react: _Element, run: _Element) -> None:
        reactions = [Reaction(react.identity, react.first("sample"), *data) for data in react.said.get("data", ())]
        run.said.setdefault("reactions", []).extend(reactions)

    def _check_places(self, run: _Element, plate: Mapping[str, str]) -> None:
        """Refuse a plate whose size is no number, and reactions beyond its last well."""
        size = {name: plate.get(name, "").strip() for name in ("rows", "columns")}
        for name, text in size.items():
            if text and not _WHOLE.fullmatch(text):
                self.refuse(f"must have a whole number as {name} of pcrFormat, got {shown(text)}: export it again")
        known = all(text.isdecimal() and int(text) > 0 for text in size.values())
        most = int(size["rows"]) * int(size["columns"]) if known else MOST_PLACES
        for one in run.said.get("reactions", []):
            if one.react.isdecimal() and (len(one.react) > LONGEST_NUMBER or int(one.react) > most):
                self.refuse(
                    f"must have reactions of wells 1 to {most:,}, got the reaction {shown(one.react)}: export it again"
                )

    def _end_run(self, run: _Element, _: _Element) -> None:
        plate = run.said.get("pcrFormat", {})
        number = plate.get("columns", "").strip()
        self._check_places(run, plate)
        columns = int(number) if number in _COLUMNS and plate.get("rowLabel", "").strip() == "ABC" else 0
        reactions, last_cycle = run.said.get("reactions", []), run.said.get("last_cycle", 0.0)
        self.document.runs.append(Run(run.identity, reactions, last_cycle, columns))
        self._check_number("runs", len(self.document.runs), limits.RDML_RUNS)

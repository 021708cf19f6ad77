"""One FCS file (2.0, 3.0, 3.1 or 3.2) in list mode: what it states is compared with its size before it is used."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from lensim import limits
from lensim.checks import InputError
from lensim.plain_text import shown

VERSIONS: Final = ("2.0", "3.0", "3.1", "3.2")
LINEAR_SINCE: Final = "3.1"
"""The first version in which numbers with a fraction cannot be logarithms."""
MOST_DECADES: Final = 20.0
_HEADER_BYTES: Final = 58
_INTEGER_BITS: Final = (8, 16, 32, 64)
_FLOAT_BITS: Final = {"F": 32, "D": 64}


@dataclass(frozen=True)
class Channel:
    """One channel: names, range of its numbers, decades and offset of a log scale (0 decades = linear), and gain."""

    short: str
    long: str
    range: float
    decades: float
    offset: float
    gain: float

    @property
    def is_time(self) -> bool:
        """Whether it is the clock of the cytometer, which has no gain."""
        return self.short.lower() == "time"


@dataclass(frozen=True)
class FcsFile:
    """The channels of a file, and its events as they are stored."""

    channels: tuple[Channel, ...]
    stored: np.ndarray
    time_step: float

    @property
    def events(self) -> int:
        """How many events there are."""
        return len(self.stored)

    def values(self, at: int) -> np.ndarray:
        """One channel on its linear scale: 10^(decades x / range) offset where it is stored as a log, over the gain.

        A time is multiplied by the time step instead. Integers have only the bits that the range needs.
        """
        channel, stored = self.channels[at], self.stored[_field(at)]
        if stored.dtype.kind == "u":
            bits = (math.ceil(channel.range) - 1).bit_length()
            stored = stored & np.array((1 << min(bits, 8 * stored.dtype.itemsize)) - 1, dtype=stored.dtype)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
            values = stored.astype(float)
            if channel.is_time:
                values *= self.time_step
            if channel.decades > 0:
                values = 10 ** (channel.decades * values / channel.range) * channel.offset
            return values if channel.is_time else values / channel.gain


def parse_fcs(raw: bytes) -> FcsFile:
    """The events of a file.

    Raises
    ------
    InputError
        If it is no FCS file in list mode, states what cannot be, or does not have the bytes that it states; the
        message goes behind the file's name.
    """
    if raw[:3] != b"FCS":
        raise InputError("it does not begin with FCS")
    version = raw[3:6].decode("latin-1")
    if version not in VERSIONS or len(raw) < _HEADER_BYTES:
        raise InputError(f"its version must be one of {', '.join(VERSIONS)}, got {shown(version)}")
    said = _keywords(raw)
    if said.get("mode", "L").strip().upper() != "L":
        raise InputError(f"$MODE must be L, a list of events, got {shown(said['mode'])}")
    if _integer(said.get("nextdata", "0"), "$NEXTDATA"):
        raise InputError("it holds several data sets: export each into a file of its own")
    number = _integer(said.get("par", ""), "$PAR")
    if not 1 <= number <= limits.FCS_CHANNELS:
        raise InputError(f"$PAR must lie between 1 and {limits.FCS_CHANNELS:,} channels, got {number:,}")
    channels = tuple(_channel(said, n) for n in range(1, number + 1))
    event = _event_type(said, channels, version)
    _check_text_behind(raw, said)
    start, events = _place_of_data(raw, said, version, event.itemsize)
    stored = np.frombuffer(raw, dtype=event, count=events, offset=start) if events else np.empty(0, dtype=event)
    return FcsFile(channels, stored, _number(said.get("timestep", "").strip() or "1", "$TIMESTEP"))


def _keywords(raw: bytes) -> dict[str, str]:
    """The keywords without their $, in lower case; a delimiter within a value is written twice."""
    start, stop = _header_integer(raw, 10, "start of its text"), _header_integer(raw, 18, "end of its text")
    if not _HEADER_BYTES <= start <= stop < len(raw):
        raise InputError(f"its text must lie within the {len(raw):,} bytes of the file, got {start:,} to {stop:,}")
    if stop - start + 1 > limits.FCS_TEXT_BYTES:
        raise InputError(f"its text must be at most {limits.FCS_TEXT_BYTES:,} bytes, got {stop - start + 1:,}")
    try:
        text = raw[start : stop + 1].decode()
    except UnicodeDecodeError:
        text = raw[start : stop + 1].decode("latin-1")
    delimiter, twice = text[0], "\x01" if text[0] == "\x00" else "\x00"
    fields = text[1:].rstrip(" \r\n" if delimiter not in " \r\n" else "").removesuffix(delimiter)
    parts = [part.replace(twice, delimiter) for part in fields.replace(delimiter * 2, twice).split(delimiter)]
    return {key.strip().lower().removeprefix("$"): value for key, value in zip(parts[::2], parts[1::2], strict=False)}


def _check_text_behind(raw: bytes, said: Mapping[str, str]) -> None:
    """Refuse more keywords, behind the data, that cannot be there; 0 states none."""
    start = _integer(said.get("beginstext", "0"), "$BEGINSTEXT")
    stop = _integer(said.get("endstext", "0"), "$ENDSTEXT")
    if stop > len(raw) or (stop and start > stop):
        raise InputError(
            f"$BEGINSTEXT and $ENDSTEXT must lie within the {len(raw):,} bytes of the file, got {start:,} to {stop:,}: "
            "the file is cut off or damaged, export it again"
        )


def _header_integer(raw: bytes, at: int, what: str) -> int:
    return _integer(raw[at : at + 8].decode("latin-1").strip() or "0", f"the {what}")


def _integer(text: str, what: str) -> int:
    plain = text.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 15):
        raise InputError(f"{what} must be a whole number of 0 or more, got {shown(text)}")
    return int(plain)


def _number(text: str, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{what} must be a finite number, got {shown(text)}")
    return number


def _channel(said: Mapping[str, str], n: int) -> Channel:
    decades, _, offset = said.get(f"p{n}e", "0,0").partition(",")
    scale = _number(decades, f"$P{n}E"), _number(offset or "0", f"$P{n}E")
    if scale[0] < 0 or scale[1] < 0:
        raise InputError(f"$P{n}E must be two numbers of 0 or more, got {shown(said[f'p{n}e'])}")
    if scale[0] > MOST_DECADES:
        raise InputError(f"$P{n}E must have at most {MOST_DECADES:g} decades, got {scale[0]:g}: export it again")
    top = _number(said.get(f"p{n}r", ""), f"$P{n}R")
    if not 0 < top <= 2.0**64:
        raise InputError(f"$P{n}R must be above 0 and at most 2^64, got {top:g}")
    gain = _number(said.get(f"p{n}g", "").strip() or "1", f"$P{n}G") or 1.0  # 0 states none
    return Channel(said.get(f"p{n}n", f"P{n}"), said.get(f"p{n}s", ""), top, scale[0], scale[1] or 1.0, gain)


def _event_type(said: Mapping[str, str], channels: tuple[Channel, ...], version: str) -> np.dtype:
    """How one event is stored: a field for each channel, in the order of bytes that the file states."""
    kind = said.get("datatype", "").strip().upper()
    if kind not in ("I", *_FLOAT_BITS):
        raise InputError(f"$DATATYPE must be I, F or D, got {shown(said.get('datatype', ''))}")
    allowed = _INTEGER_BITS if kind == "I" else (_FLOAT_BITS[kind],)
    order = _byte_order(said.get("byteord", ""))
    fields = []
    for n, channel in enumerate(channels, start=1):
        if kind != "I" and channel.decades > 0 and version >= LINEAR_SINCE:
            raise InputError(
                f"$P{n}E must be 0,0 for data of type {kind}, got {shown(said[f'p{n}e'])}: export it on a linear scale"
            )
        bits = _integer(said.get(f"p{n}b", ""), f"$P{n}B")
        if bits not in allowed:
            words = " or ".join(map(str, allowed))
            raise InputError(f"$P{n}B must be {words} bits for data of type {kind}, got {bits:,}")
        fields.append((_field(n - 1), f"{order}{'u' if kind == 'I' else 'f'}{bits // 8}"))
    return np.dtype(fields)


def _byte_order(text: str) -> str:
    order = [part.strip() for part in text[:40].split(",")]
    upwards = [str(n + 1) for n in range(len(order))]
    if order == upwards:
        return "<"
    if order == upwards[::-1]:
        return ">"
    raise InputError(f"$BYTEORD must count bytes up or down, such as 1,2,3,4, got {shown(text)}")


def _field(at: int) -> str:
    return f"channel {at + 1}"


def _place_of_data(raw: bytes, said: Mapping[str, str], version: str, event_bytes: int) -> tuple[int, int]:
    """The first byte and the number of events; as many as the file states must be there, and no more."""
    start, stop = _header_integer(raw, 26, "start of its data"), _header_integer(raw, 34, "end of its data")
    if version != "2.0":
        text_start = _integer(said.get("begindata", "0"), "$BEGINDATA")
        text_stop = _integer(said.get("enddata", "0"), "$ENDDATA")
        if text_stop:
            if stop and (text_start, text_stop) != (start, stop):  # 0 where the data lie beyond what 8 digits state
                raise InputError(
                    f"its header has the data at bytes {start:,} to {stop:,}, its keywords at {text_start:,} to "
                    f"{text_stop:,}: export it again"
                )
            start, stop = text_start, text_stop
    events = _integer(said.get("tot", ""), "$TOT")
    needed, there = events * event_bytes, max(min(stop + 1, len(raw)) - start, 0)
    if start < _HEADER_BYTES or needed > there:
        raise InputError(
            f"{events:,} events of {event_bytes:,} bytes need {needed:,} bytes of data, got {there:,} (from byte "
            f"{start:,} of {len(raw):,}): the file is cut off or damaged, export it again"
        )
    if stop > len(raw):  # some cytometers state the byte behind the last
        raise InputError(f"its data must end within the {len(raw):,} bytes of the file, got {stop:,}: export it again")
    if there - needed > 1:  # some cytometers state the byte behind the last
        raise InputError(
            f"{events:,} events of {event_bytes:,} bytes need {needed:,} bytes of data, got {there:,}: export it again"
        )
    return start, events

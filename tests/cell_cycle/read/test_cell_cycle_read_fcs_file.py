"""FCS files are read as flowio reads them where they are right; where they state what cannot be, that is told."""

import io
import warnings

import flowio
import numpy as np
import pytest
from fcs_text import fcs
from hypothesis import given, settings
from hypothesis import strategies as st

from lensim import limits
from lensim.cell_cycle.read.fcs_file import LINEAR_SINCE, parse_fcs
from lensim.checks import InputError

Y = np.arange(1, 121)


def refused(raw: bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_fcs(raw)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(
    seed=st.integers(0, 1000),
    kind=st.sampled_from("IFD"),
    widths=st.lists(st.sampled_from([8, 16, 32]), min_size=1, max_size=4),
    order=st.sampled_from("<>"),
    version=st.sampled_from(["2.0", "3.0", "3.1"]),
    delimiter=st.sampled_from(["/", "|", "\\", "*", "\x0c", ",".replace(",", "!")]),
    scale=st.sampled_from(["0,0", "4,1", "4,0", "2.5,0.1"]),
    top=st.sampled_from([64, 1024, 1000, 65536, 262144]),
    gain=st.sampled_from(["1.0", "0", "2", "0.5"]),
    is_uniform=st.booleans(),
    names=st.permutations(["Time", "FL1-H", "PI-A", "FSC-H"]),
)
@settings(max_examples=150, deadline=None)
def test_it_is_read_as_flowio_reads_it(
    seed, kind, widths, order, version, delimiter, scale, top, gain, is_uniform, names
):
    rng = np.random.default_rng(seed)
    widths = [widths[0]] * len(widths) if is_uniform else widths
    bits = widths if kind == "I" else None
    columns = [rng.integers(0, 256, 20) if kind == "I" else rng.normal(100, 50, 20) for _ in widths]
    said = {"TIMESTEP": "0.5"}
    scale = scale if kind == "I" or version < LINEAR_SINCE else "0,0"
    for n in range(1, len(widths) + 1):
        said |= {f"P{n}E": scale, f"P{n}R": str(top), f"P{n}G": gain, f"P{n}N": names[n - 1], f"P{n}S": f"dye {n}"}
    raw = fcs(columns, kind=kind, bits=bits, order=order, version=version, delimiter=delimiter, **said)
    ours = parse_fcs(raw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = flowio.FlowData(io.BytesIO(raw))
        expected = theirs.as_array(preprocess=True)
    assert [channel.short for channel in ours.channels] == theirs.pnn_labels
    assert [channel.long for channel in ours.channels] == theirs.pns_labels
    own = np.column_stack([ours.values(at) for at in range(len(widths))])
    np.testing.assert_allclose(own, expected, rtol=1e-12)


def test_wide_integers_are_read_whole():
    file = parse_fcs(fcs([Y * 10**12], kind="I", bits=[64], P1R=str(2**60)))
    np.testing.assert_array_equal(file.values(0), Y * 1e12)


def test_floats_that_are_none_are_read_without_a_warning():
    whole = fcs([Y], kind="F")
    own = np.array([0x7F800001], dtype="<u4").tobytes()  # a signalling NaN, of which casts warn
    file = parse_fcs(whole[: len(whole) - 480] + own + whole[len(whole) - 476 :])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(file.values(0)).sum() == 1


def test_delimiters_within_values():
    raw = fcs([Y], P1S="a//b", P1N="FL1")
    assert parse_fcs(raw).channels[0].long == "a/b"
    assert parse_fcs(fcs([Y], P1S="/" * 9)).events == 120


CUT = f"{'9' * 50}...(5,000 characters)...{'9' * 50}"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"TOT": "1000000000000"}, "1,000,000,000,000 events of 4 bytes need 4,000,000,000,000 bytes of data, got 480"),
        ({"TOT": "121"}, "121 events of 4 bytes need 484 bytes of data, got 480 (from byte"),
        ({"TOT": "60"}, "60 events of 4 bytes need 240 bytes of data, got 480: export it again"),
        ({"TOT": "-5"}, "$TOT must be a whole number of 0 or more, got '-5'"),
        ({"TOT": None}, "$TOT must be a whole number of 0 or more, got ''"),
        ({"TOT": "9" * 5000}, f"$TOT must be a whole number of 0 or more, got '{CUT}'"),
        ({"PAR": "0"}, "$PAR must lie between 1 and 1,000 channels, got 0"),
        ({"PAR": "1000000"}, "$PAR must lie between 1 and 1,000 channels, got 1,000,000"),
        ({"PAR": "2"}, "$P2R must be a finite number, got ''"),
        ({"P1B": "17"}, "$P1B must be 32 bits for data of type F, got 17"),
        ({"DATATYPE": "I", "P1B": "12"}, "$P1B must be 8 or 16 or 32 or 64 bits for data of type I, got 12"),
        ({"DATATYPE": "I", "P1B": "-8"}, "$P1B must be a whole number of 0 or more, got '-8'"),
        ({"DATATYPE": "A"}, "$DATATYPE must be I, F or D, got 'A'"),
        ({"DATATYPE": "999999d"}, "$DATATYPE must be I, F or D, got '999999d'"),
        ({"BYTEORD": "3,4,1,2"}, "$BYTEORD must count bytes up or down, such as 1,2,3,4, got '3,4,1,2'"),
        ({"MODE": "C"}, "$MODE must be L, a list of events, got 'C'"),
        ({"NEXTDATA": "1000"}, "it holds several data sets: export each into a file of its own"),
        ({"P1R": "0"}, "$P1R must be above 0 and at most 2^64, got 0"),
        ({"P1R": "1e308"}, "$P1R must be above 0 and at most 2^64, got 1e+308"),
        ({"P1R": "nan"}, "$P1R must be a finite number, got 'nan'"),
        ({"P1E": "-1,0"}, "$P1E must be two numbers of 0 or more, got '-1,0'"),
        ({"P1E": "4,1"}, "$P1E must be 0,0 for data of type F, got '4,1': export it on a linear scale"),
        ({"P1E": "400,1", "version": "2.0"}, "$P1E must have at most 20 decades, got 400: export it again"),
        ({"ENDSTEXT": "999999999999"}, "bytes of the file, got 0 to 999,999,999,999: the"),
        ({"BEGINSTEXT": "9", "ENDSTEXT": "8"}, "$BEGINSTEXT and $ENDSTEXT must lie within the "),
        ({"BEGINSTEXT": "x"}, "$BEGINSTEXT must be a whole number of 0 or more, got 'x'"),
        ({"P1E": "soon"}, "$P1E must be a finite number, got 'soon'"),
        ({"P1G": "inf"}, "$P1G must be a finite number, got 'inf'"),
        ({"TIMESTEP": "soon"}, "$TIMESTEP must be a finite number, got 'soon'"),
        ({"BEGINDATA": "99999999999"}, "its header has the data at bytes "),
        ({"version": "9.9"}, "its version must be one of 2.0, 3.0, 3.1, 3.2, got '9.9'"),
        ({"header": (58, 57, 0, 0, 0, 0)}, "its text must lie within the "),
        ({"header": (58, 99_999_999, 0, 0, 0, 0)}, "got 58 to 99,999,999"),
        ({"header": (10, 300, 0, 0, 0, 0)}, "got 10 to 300"),
        ({"header": ("x", 9, 0, 0, 0, 0)}, "the start of its text must be a whole number of 0 or more, got 'x'"),
    ],
)  # fmt: skip
def test_what_a_file_states_wrongly(said, message):
    assert refused(fcs([Y], **said)).startswith(message) or message in refused(fcs([Y], **said))


def test_wrong_places_of_data():
    right = fcs([Y])
    start = len(right) - 480
    moved = (58, start - 1, start + 400, start + 879, 0, 0)
    assert "got 80 (from byte" in refused(fcs([Y], version="2.0", header=moved))
    assert "(from byte 3 of " in refused(fcs([Y], version="2.0", header=(58, start - 1, 3, 482, 0, 0)))
    behind = (58, start - 1, start, start + 480, 0, 0)  # the byte behind the last
    assert parse_fcs(fcs([Y], version="2.0", header=behind, tail=b"\0")).events == 120
    beyond = (58, start - 1, start, 99_999_999, 0, 0)
    assert refused(fcs([Y], version="2.0", header=beyond)) == (
        f"its data must end within the {len(right):,} bytes of the file, got 99,999,999: export it again"
    )
    far = (58, start - 1, 0, 0, 0, 0)  # as of data beyond 10^8 bytes, stated by the keywords alone
    assert parse_fcs(fcs([Y], header=far)).events == 120


def test_a_large_text(monkeypatch):
    monkeypatch.setattr(limits, "FCS_TEXT_BYTES", 1_000)
    assert refused(fcs([Y], COM="x" * 1_000)).startswith("its text must be at most 1,000 bytes, got 1,")


@pytest.mark.parametrize("delimiter", ["a", "$", "[", "^", ".", "(", "\x00", "\x01", "0"])
def test_odd_delimiters_are_read_or_refused(delimiter):
    try:
        assert parse_fcs(fcs([Y], delimiter=delimiter)).events == 120
    except InputError as error:
        told = str(error)
    else:
        return
    assert told


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6), st.integers(0, 400))
@settings(max_examples=500)
def test_a_damaged_file_is_read_or_refused(changes, cut):
    raw = bytearray(fcs([Y, Y, Y], kind="I"))
    text = len(raw) - 720
    for place, value in changes:
        raw[place % text] = value
    try:
        file = parse_fcs(bytes(raw[: len(raw) - cut * (cut % 3 == 0)]))
    except InputError:
        return
    assert all(len(file.values(at)) == file.events for at in range(len(file.channels)))

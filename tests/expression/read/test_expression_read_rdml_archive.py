"""What an RDML file is packed in: each way that is not read is told by its name, and nothing swells unseen."""

import io
import re
import struct
import warnings
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_files import faults_of, read
from rdml_text import packed, rdml

from lensim import limits
from lensim.checks import InputError
from lensim.expression.read.rdml_archive import is_rdml, pieces_of


def archive(*members: tuple[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name twice
        for name, content in members:
            opened.writestr(name, content)
    return out.getvalue()


def refused(raw: bytes) -> str:
    with pytest.raises(InputError) as caught:
        b"".join(pieces_of(raw, "a.rdml"))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def with_method(raw: bytes, method: int, flags: int = 0) -> bytes:
    """The same archive, which says that its one member is packed in another way."""
    raw = bytearray(raw)
    raw[6:10] = struct.pack("<HH", flags, method)
    at = raw.index(b"PK\x01\x02")
    raw[at + 8 : at + 12] = struct.pack("<HH", flags, method)
    return bytes(raw)


@pytest.mark.parametrize(
    ("method", "name"),
    [(9, "deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "zstd"), (95, "xz"), (98, "PPMd"), (77, "method 77")],
)
def test_other_ways_to_pack_are_told(tmp_path, method, name):
    raw = with_method(packed(rdml()), method)
    message = (
        f"the document of an RDML file must be packed with deflate, got 'rdml_data.xml' packed with {name}: unpack it, "
        "and name the XML itself"
    )
    assert refused(raw) == f"a.rdml: {message}"
    assert faults_of(tmp_path, raw) == [f"run.dat: {message}"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_real_archives_packed_otherwise(method):
    assert "must be packed with deflate" in refused(archive(("rdml_data.xml", rdml()), method=method))


def test_an_encrypted_archive():
    assert refused(with_method(packed(rdml()), 8, flags=1)) == (
        "a.rdml: the document of an RDML file must be packed with deflate, got 'rdml_data.xml' encrypted: unpack it, "
        "and name the XML itself"
    )


def test_a_document_that_swells_is_stopped_by_what_comes_out(monkeypatch):
    raw = bytearray(archive(("rdml_data.xml", b"<rdml>" + b" " * 2_000_000)))
    monkeypatch.setattr(limits, "RDML_BYTES", 1_000_000)
    message = (
        "a.rdml: the XML of an RDML file must be at most 1,000,000 bytes, got more from 1,9[0-9][0-9] bytes: export "
        "fewer runs into one file"
    )
    assert re.fullmatch(message, refused(bytes(raw)))
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 100)  # it says that it unpacks to 100 bytes
    assert "a.rdml: the RDML file is damaged, its archive cannot be unpacked (" in refused(bytes(raw))


def test_members(monkeypatch):
    twice = archive(("rdml_data.xml", rdml()), ("rdml_data.xml", rdml()))
    one_of_several = ": unpack it, and name the one to read"
    assert refused(twice) == (
        "a.rdml: the archive must hold one RDML document, got 2 ('rdml_data.xml', 'rdml_data.xml')" + one_of_several
    )
    apart = archive(("a/rdml_data.xml", rdml()), ("b/rdml_data.xml", rdml()), ("c.xml", rdml()))
    assert refused(apart) == (
        "a.rdml: the archive must hold one RDML document, got 2 ('a/rdml_data.xml', 'b/rdml_data.xml')" + one_of_several
    )
    assert "got a zip archive: unpack it, and name that" in refused(archive(("rdml_data.xml", packed(rdml()))))
    assert "holds no rdml_data.xml or other RDML document" in refused(archive(("rdml_data.xml/", "")))
    monkeypatch.setattr(limits, "RDML_MEMBERS", 3)
    assert refused(archive(*((f"{n}.xml", "rdml") for n in range(4)))) == (
        "a.rdml: the archive of an RDML file must have at most 3 members, got 4: unpack it, and name rdml_data.xml"
    )


@pytest.mark.parametrize(
    "name", ["/etc/rdml_data.xml", "../../rdml_data.xml", "C:\\rdml_data.xml", "a/b/rdml_data.xml"]
)
def test_names_of_members_are_no_paths(tmp_path, name):
    """Nothing is written, so a name leads nowhere."""
    macos = ("__MACOSX/._rdml_data.xml", b"\x00\x05\x16\x07")
    assert read(tmp_path, archive(macos, (name, rdml()))).instrument == "RDML"


def test_a_truncated_archive():
    raw = packed(rdml())
    for size in range(30, len(raw), 7):
        assert "a.rdml: the RDML file is damaged, its archive cannot be unpacked (" in refused(raw[:size])
    assert is_rdml(raw[:-10])
    assert not is_rdml(archive(("a.xml", "<a/>")))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=5))
@settings(max_examples=300)
def test_a_damaged_archive_is_read_or_refused(changes):
    raw = bytearray(packed(rdml()))
    for place, value in changes:
        raw[place % len(raw)] = value
    is_rdml(bytes(raw))
    try:
        b"".join(pieces_of(bytes(raw), "a.rdml"))
    except InputError as error:
        told = str(error)
    else:
        return
    assert told.startswith("a.rdml")

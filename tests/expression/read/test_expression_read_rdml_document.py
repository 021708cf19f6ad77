"""RDML is read once, by one parser, which refuses what hides or swells; and as the library of the format reads it."""

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdml_text import rdml

from lensim import limits
from lensim.checks import InputError
from lensim.expression.read.rdml_archive import pieces_of
from lensim.expression.read.rdml_document import read_document

HEAD = '<rdml version="1.2" xmlns="http://www.rdml.org">'


def document(text: str | bytes):
    raw = text.encode() if isinstance(text, str) else text
    return read_document(pieces_of(raw, "a.rdml"), "a.rdml")


def refused(text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        document(text)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def reaction(**said: str) -> str:
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in said.items())
    return (
        f'{HEAD}<sample id="s"><type>unkn</type></sample><experiment id="e"><run id="r"><react id="1"><sample id="s"/>'
        f'<data><tar id="T"/>{inner}</data></react></run></experiment></rdml>'
    )


def as_the_library_reads(text: str):
    rdmlpython = pytest.importorskip("rdmlpython")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        library = rdmlpython.rdml.Rdml()
    text = text.partition("?>")[2] if text.startswith("<?xml") else text
    library.loadXMLString(text.replace(' version="1.4"', ' version="1.3"', 1))  # it knows none that is later
    samples = {
        one["id"]: (
            {said["targetId"]: said["type"] for said in one.types()},
            {said["targetId"]: said["value"] for said in one.quantitys()},
        )
        for one in library.samples()
    }
    runs = [(run["id"], run.getreactjson()) for experiment in library.experiments() for run in experiment.runs()]
    reactions = [
        (name, react["id"], react["sample"], one["tar"], one.get("cq", ""), one.get("excl", ""))
        for name, run in runs
        for react in run["reacts"]
        for one in react["datas"]
    ]
    factors = {one["id"]: said for one in library.targets() if (said := one["amplificationEfficiency"])}
    return samples, factors, reactions, [run["adp_cyc_max"] for _, run in runs]


def as_we_read(text: str | bytes):
    found = document(text)
    reactions = [
        (run.name, one.react, one.sample, one.target, one.cq, one.excluded)
        for run in found.runs
        for one in run.reactions
    ]
    samples = {name: (dict(one.types), dict(one.quantities)) for name, one in found.samples.items()}
    return samples, found.factors, reactions, [run.last_cycle for run in found.runs]


NAMES = st.text("abAB01 -_.\u00e4\u03b2<&\"'", min_size=1, max_size=6)
NUMBERS = st.sampled_from(["", "-1", "0", "25.5", "NaN", "40"])


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


@st.composite
def documents(draw):
    samples = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    targets = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    text = HEAD + draw(st.sampled_from(["", "<id><publisher>p</publisher></id>"]))
    for name in samples:
        quantity = draw(st.sampled_from(["", "<quantity><value>10</value><unit>cop</unit></quantity>"]))
        text += f'<sample id="{escaped(name)}"><description>d</description><type>unkn</type>{quantity}</sample>'
    factors = st.sampled_from(["", "<amplificationEfficiency>1.9</amplificationEfficiency>"])
    for name in targets:
        text += f'<target id="{escaped(name)}"><type>toi</type>{draw(factors)}</target>'
    for run in range(draw(st.integers(1, 2))):
        text += f'<experiment id="e{run}"><run id="r{run}"><pcrFormat><rows>8</rows><columns>12</columns></pcrFormat>'
        for react in range(draw(st.integers(1, 3))):
            text += f'<react id="{react + 1}"><sample id="{escaped(draw(st.sampled_from(samples)))}"/>'
            for target in draw(st.lists(st.sampled_from(targets), max_size=2)):
                cq, excluded = draw(NUMBERS), draw(st.sampled_from(["", "<excl>bad</excl>"]))
                cycle = draw(st.integers(1, 50))
                text += f'<data><tar id="{escaped(target)}"/>' + (f"<cq>{cq}</cq>" if cq else "") + excluded
                text += f"<adp><cyc>{cycle}</cyc><tmp>60</tmp><fluor>1</fluor></adp></data>"
            text += "</react>"
        text += "</run></experiment>"
    return text + "</rdml>"


@given(documents())
@settings(max_examples=50)
def test_it_is_read_as_the_library_reads_it(text):
    assert as_we_read(text) == as_the_library_reads(text)
    assert as_we_read(text) == as_we_read(text.encode("utf-16"))
    assert as_we_read(text) == as_we_read(text.replace("><", "><!-- <cq>1</cq> --><"))


def test_real_files_are_read_as_the_library_reads_them(shared_data):
    for name in ("stepone_std.rdml", "rdmltools_relative.rdml"):
        raw = (shared_data / "formats" / name).read_bytes()
        text = b"".join(pieces_of(raw, name)).decode("utf-8-sig")
        ours, theirs = as_we_read(text), as_the_library_reads(text)
        assert len(ours[2]) > 20
        assert ours == theirs


LONG = "9" * 20


@pytest.mark.parametrize(
    ("size", "react", "said"),
    [
        ("<rows>8</rows><columns>12</columns>", "97", "must have reactions of wells 1 to 96, got the reaction '97'"),
        (
            "<rows>8</rows><columns>12</columns>",
            LONG,
            f"must have reactions of wells 1 to 96, got the reaction '{LONG}'",
        ),
        ("", LONG, f"must have reactions of wells 1 to 1,000,000, got the reaction '{LONG}'"),
        ("<columns>nan</columns>", "1", "must have a whole number as columns of pcrFormat, got 'nan'"),
        ("<rows>1e3</rows>", "1", "must have a whole number as rows of pcrFormat, got '1e3'"),
        ("<columns>9999999</columns>", "1", "must have a whole number as columns of pcrFormat, got '9999999'"),
    ],
)
def test_what_cannot_be_on_the_plate_is_refused(size, react, said):
    plate = f"<pcrFormat>{size}<rowLabel>ABC</rowLabel></pcrFormat>"
    text = reaction(cq="20").replace('<react id="1">', f'{plate}<react id="{react}">')
    assert refused(text).endswith(f"the XML of an RDML file {said}: export it again")


@pytest.mark.parametrize("size", ["<rows>8</rows><columns>12</columns>", "<rows>-1</rows><columns>-1</columns>", ""])
@pytest.mark.parametrize("react", ["96", "A1"])
def test_what_can_be_on_the_plate_is_read(size, react):
    text = reaction(cq="20").replace('<react id="1">', f'<pcrFormat>{size}</pcrFormat><react id="{react}">')
    assert document(text).runs[0].reactions[0].react == react


ENTITY = '<!DOCTYPE rdml [<!ENTITY a "b">]>'


@pytest.mark.parametrize(
    "start",
    [
        ENTITY,
        f"<!-- --><!-- a -->{ENTITY}",
        "<!DOCTYPE rdml>",
        "<!DOCTYPE rdml SYSTEM 'file:///etc/passwd'>",
        '<!DOCTYPE rdml [<!ENTITY % p SYSTEM "http://a/b"> %p;]>',
        "<!DOCTYPE rdml PUBLIC 'a' 'b' [<!ELEMENT rdml ANY>]>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", ["", "utf-8", "utf-16", "utf-7", "cp037", "iso-8859-1"])
def test_document_types_and_entities_are_refused(start, encoding, declared):
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    assert refused((declaration + start + reaction(cq="&a;")).encode(encoding)) == (
        "a.rdml line 1: the XML of an RDML file must have no document type and no entities, got <!DOCTYPE: export it "
        "again, or take that line out"
    )


@pytest.mark.parametrize("encoding", ["cp037", "utf-7", "cp500"])
def test_encodings_that_hide_markup_are_none(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>{ENTITY}{reaction(cq="20")}'
    raw = text.encode("utf-8").replace(b"<!D", b"+ADwAIQ-D") if encoding == "utf-7" else text.encode(encoding)
    assert refused(raw).startswith("a.rdml: the RDML file is damaged or not RDML (not well-formed")


def test_an_entity_is_nothing_without_a_declaration():
    assert refused(reaction(cq="&a;")) == (
        "a.rdml: the RDML file is damaged or not RDML (undefined entity: line 1, column 173)"
    )
    assert document(reaction(cq="2&#53;")).runs[0].reactions[0].cq == "25"


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "latin1"])
def test_declared_encodings_of_one_byte(declared):
    text = f'<?xml version="1.0" encoding="{declared}"?>{reaction(cq="20")}'.replace(
        '"T"', '"TNF\u03b1"'.replace("\u03b1", "\xe4")
    )
    assert document(text.encode("latin-1")).runs[0].reactions[0].target == "TNF\xe4"
    assert "not well-formed (invalid token)" in refused(text.replace(declared, "utf-8").encode("latin-1"))
    wide = text.replace("latin1", "utf-8").encode("utf-16")
    assert document(wide).runs[0].reactions[0].target == "TNF\xe4"
    assert refused(wide + b"\x00\xd8") == "a.rdml: the RDML file is damaged, its XML is not utf-16 text"


BOUNDS = "a.rdml line 1: the XML of an RDML file must have at most "
FEWER = ": export fewer runs into one file"


def test_every_bound_is_told(monkeypatch):
    monkeypatch.setattr(limits, "RDML_ELEMENTS", 60)
    assert refused(HEAD + "<a/>" * 60) == f"{BOUNDS}60 elements and attributes, got more{FEWER}"
    assert refused(HEAD + "<a b='' c=''/>" * 20) == f"{BOUNDS}60 elements and attributes, got more{FEWER}"
    assert refused(HEAD + "<a>" * 51) == f"{BOUNDS}50 elements within each other, got more"
    monkeypatch.setattr(limits, "RDML_NAMES", 10)
    names = "names of elements and attributes, got more"
    assert refused(HEAD + "".join(f"<a{n}/>" for n in range(11))) == f"{BOUNDS}10 {names}"
    assert refused(HEAD + "".join(f"<a b{n}=''/>" for n in range(11))) == f"{BOUNDS}10 {names}"
    assert refused(HEAD + "".join(f"<a xmlns:b{n}='b'/>" for n in range(11))) == f"{BOUNDS}10 {names}"
    monkeypatch.setattr(limits, "RDML_NAMES", 1000)
    monkeypatch.setattr(limits, "RDML_SAMPLES", 2)
    assert refused(HEAD + "".join(f"<sample id='{n}'/>" for n in range(3))) == f"{BOUNDS}2 samples, got more{FEWER}"
    monkeypatch.setattr(limits, "RDML_RUNS", 2)
    assert refused(f"{HEAD}<experiment>{'<run/>' * 3}") == f"{BOUNDS}2 runs, got more{FEWER}"
    monkeypatch.setattr(limits, "RDML_REACTIONS", 2)
    data = "<experiment><run><react>" + "<data/>" * 3
    assert refused(HEAD + data) == f"{BOUNDS}2 reactions, got more{FEWER}"


def test_lengths_and_cycles_are_told(monkeypatch):
    monkeypatch.setattr(limits, "RDML_MARKUP_BYTES", 70_000)
    long = (
        "a.rdml line 1: the XML of an RDML file must have tags and comments of at most 70,000 bytes, got a longer one"
    )
    for start in ("<!--", "<", "<a b='", "<?a ", "<![CDATA["):
        if start != "<![CDATA[":
            assert refused(HEAD + start + "a" * 300_000) == long
    text = "a.rdml line 1: the XML of an RDML file must have texts of at most 32,767 characters, got "
    assert refused(reaction(cq="9" * 40_000)) == f"{text}40,000 or more in cq"
    assert refused(f"{HEAD}<sample id='{'s' * 40_000}'/>") == f"{text}40,000 or more in sample"
    cycles = "a.rdml line 1: the XML of an RDML file must have cycles between 0 and 1000, got "
    for said in ("1e308", "nan", "-1", "soon", "1001"):
        assert refused(reaction(adp=f"<cyc>{said}</cyc>")) == f"{cycles}{said!r}"


def test_what_is_no_rdml():
    assert refused("<html/>") == "a.rdml: the file must have the XML element rdml, got html"
    assert refused("<rdml xmlns='http://a'/>") == "a.rdml: the file must have the XML element rdml, got http://a rdml"
    assert refused(HEAD + "<!--" * 30_000).startswith("a.rdml: the RDML file is damaged or not RDML (")
    assert refused("").startswith("a.rdml: the RDML file is damaged or not RDML (no element found")


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4))
@settings(max_examples=300)
def test_a_damaged_document_is_read_or_refused(place, damage):
    raw = bytearray(rdml().encode())
    place %= len(raw)
    raw[place : place + len(damage)] = damage
    try:
        document(bytes(raw))
    except InputError as error:
        told = str(error)
    else:
        return
    assert told.startswith("a.rdml")


@given(st.text("<>!-[]&;/\"'= rdml?xCDATAEOP%", max_size=80))
@settings(max_examples=300)
def test_markup_at_random_is_read_or_refused(text):
    try:
        document(HEAD + text + "</rdml>")
    except InputError as error:
        told = str(error)
    else:
        return
    assert told.startswith("a.rdml")

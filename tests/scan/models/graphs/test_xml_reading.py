from xml.parsers import expat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.graphs.openvino import IrDocument
from seamark.scan.models.graphs.pmml import PmmlDocument
from seamark.scan.models.graphs.xml_markup import Markup, expands
from seamark.scan.models.graphs.xml_prolog import PROLOG_LIMIT, UNFINISHED, root_name

ENTITY = '<!ENTITY x SYSTEM "file:///etc/hostname">'


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def document(doctype: str = "", inside: str = "") -> bytes:
    return f'<?xml version="1.0"?>{doctype}<PMML version="4.4">{inside}</PMML>'.encode()


def root(data: bytes) -> str:
    return root_name(data[:4096], BytesBlob(data))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<PMML>", "PMML"),
        (b"  \n<PMML/>", "PMML"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- < > --><net name='a'>", "net"),
        (b"<p:PMML xmlns:p='x'>", "PMML"),
        (b"<!DOCTYPE a [<!ENTITY b '>'><!-- ]> --> <!ENTITY c \"]>\">]><net>", "net"),
        (b"<!--" + b"x" * 20_000 + b"--><net>", "net"),
        ("<?xml version='1.0'?><net>".encode("utf-16"), "net"),
        ("<net>".encode("utf-16-be"), "net"),
        (b"<!--" + b"x" * (PROLOG_LIMIT + 9) + b"--><net>", UNFINISHED),
        (b"<!-- never ends", ""),
        (b"<<", ""),
        (b"text", ""),
        (b"", ""),
    ],
)
def test_the_root_element_is_found(data: bytes, name: str) -> None:
    assert root(data) == name


OUTSIDE = {
    "entity": document(f"<!DOCTYPE a [{ENTITY}]>", "&x;"),
    "entity that nobody uses": document(f"<!DOCTYPE a [{ENTITY}]>"),
    "parameter entity": document('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://s.invalid/">%x;]>'),
    "document type": document('<!DOCTYPE a SYSTEM "http://s.invalid/x.dtd">'),
    "public document type": document('<!DOCTYPE a PUBLIC "p" "http://s.invalid/x.dtd">'),
    "inclusion": document(inside='<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="x"/>'),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_reaches_out_is_hostile(name: str) -> None:
    report = scan_bytes(OUTSIDE[name], name="m.pmml")
    assert (rules(report) & {"PMM001"}, report.verdict) == ({"PMM001"}, Verdict.HOSTILE)


def test_entities_that_expand_are_hostile_and_not_expanded() -> None:
    many = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 30)
    )
    report = scan_bytes(document(f"<!DOCTYPE a [{many}]>", "&a29;"), name="m.pmml")
    assert (rules(report), report.verdict) == ({"PMM002"}, Verdict.HOSTILE)


def test_entities_may_not_hide_elements() -> None:
    doctype = "<!DOCTYPE a [<!ENTITY b 'c'>]>"
    report = scan_bytes(document(doctype, "<Extension>os.system(1)</Extension>"), name="m.pmml")
    assert (rules(report), report.verdict) == ({"PMM003"}, Verdict.REVIEW)
    assert report.coverage.skipped
    defaults = document("<!DOCTYPE a [<!ATTLIST Apply function CDATA 'x'>]>")
    assert rules(scan_bytes(defaults, name="m.pmml")) == {"PMM003"}


def test_the_document_types_of_early_versions_must_be_reviewed() -> None:
    data = document('<!DOCTYPE PMML PUBLIC "PMML 2.0" "http://www.dmg.org/v2-0/pmml_v2_0.dtd">')
    report = scan_bytes(data, name="m.pmml")
    assert (rules(report), report.verdict) == ({"PMM003"}, Verdict.REVIEW)


@pytest.mark.parametrize("text", ["<?xml-stylesheet href='x.xsl'?>", "<?php x ?>"])
def test_instructions_must_be_reviewed(text: str) -> None:
    assert rules(scan_bytes(document(inside=text), name="m.pmml")) == {"PMM004"}


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "idna", "rot13", "unicode_escape"])
def test_encodings_that_hide_must_be_reviewed(encoding: str) -> None:
    data = document().replace(b"?>", f" encoding='{encoding}'?>".encode(), 1)
    report = scan_bytes(data, name="m.pmml")
    assert (rules(report), report.verdict) == ({"PMM005"}, Verdict.REVIEW)


@pytest.mark.parametrize(
    "data",
    [
        document().replace(b"?>", b" encoding='utf-16'?>", 1),
        document()[:-3],
        document() + b"more",
        document(inside="&unknown;"),
        document(inside="\udcff".encode("utf-8", "surrogatepass").decode("latin-1")) + b"\xff",
    ],
)
def test_what_is_not_well_formed_is_unclear(data: bytes) -> None:
    report = scan_bytes(data, name="m.pmml")
    assert (rules(report), report.verdict) == ({"FIL005"}, Verdict.UNCLEAR)


COSTLY = {
    "depth": b'<PMML version="4.4">' + b"<Node>" * 50_000,
    "names": b'<PMML version="4.4">' + b"".join(b"<a%d/>" % i for i in range(50_000)),
    "long names": b'<PMML version="4.4"><' + b"a" * 2000 + b"/></PMML>",
    "one tag": b'<PMML version="4.4"><Extension value="' + b"A" * (3 << 20) + b'"/></PMML>',
}


@pytest.mark.parametrize("name", COSTLY)
def test_documents_that_only_cost_are_unclear(name: str) -> None:
    assert rules(scan_bytes(COSTLY[name], name="m.pmml")) == {"FIL004"}


def test_other_xml_matters_only_under_the_name_of_a_model() -> None:
    data = f"<?xml version='1.0'?><!DOCTYPE a [{ENTITY}]><a>&x;</a>".encode()
    assert scan_bytes(data, name="notes.svg").findings == ()
    assert rules(scan_bytes(data, name="m.pmml")) == {"PMM001"}
    assert rules(scan_bytes(data, name="m.mapping")) == {"PMM001"}
    long = b"<!--" + b"x" * (PROLOG_LIMIT + 9) + b"--><PMML/>"
    assert rules(scan_bytes(long, name="m.pmml")) == {"FIL004"}


def test_a_mapping_beside_a_model_is_text() -> None:
    data = b"<?xml version='1.0'?><mapping><map><framework name='a'/><IR name='b'/></map></mapping>"
    report = scan_bytes(data, name="m.mapping")
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "text")


def test_growth_is_computed_without_growing() -> None:
    assert not expands({"a": "b" * 100, "c": "&a;" * 10})
    assert expands({"a": "&b;", "b": "&a;"})
    assert expands({f"e{i}": f"&e{i - 1};" * 16 for i in range(1, 40)} | {"e0": "x" * 16})
    chain = {f"e{i}": f"&e{i - 1};" for i in range(1, 30)} | {"e0": "x"}
    assert not expands(chain)


@given(st.text(alphabet="<>?!-[]'\"&;% \nDOCTYPEnetPMML", max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_prolog_gets_a_verdict(text: str) -> None:
    report = scan_bytes(b"<?xml version='1.0'?>" + text.encode(), name="m.pmml")
    assert "FIL008" not in rules(report)
    assert isinstance(root(text.encode()), str)


LEAF = (
    b'<Node score="1" recordCount="2">\n<True/>\n'
    b'<ScoreDistribution value="1" recordCount="2"/></Node>'
)
PORTS = b'<input><port id="0" precision="FP32"><dim>1</dim><dim>-1</dim></port></input>'
EDGE = b'<edge from-layer="0" from-port="0" to-layer="1" to-port="0" />'
SAID = (LEAF, b"<True/>", PORTS, EDGE, b'<data auto_broadcast="numpy" />')


def _well_formed(data: bytes) -> bool:
    parser = expat.ParserCreate()
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return False
    return True


@given(
    st.lists(
        st.sampled_from(
            [*SAID, b"<a>", b"</a>", b"<Node>", b"</Node>", b"<!--", b"-->", b"<![CDATA[", b"]]>",
             b"&", b" ", b"x", b"<b/>", b'<c d="', b'"/>', b"<?p", b"?>"]
        ),
        max_size=14,
    )
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_what_is_left_out_changes_no_document_that_is_not_well_formed(parts: list[bytes]) -> None:
    body = b"".join(parts)
    for document in (IrDocument(Markup()), PmmlDocument(Markup())):
        for data in (b"<r>" + body + b"</r>", b"<r></r>" + body):
            at = data.index(b">") + 1
            left = data[:at] + document.reduced(data[at:], data[:at])
            assert _well_formed(left) == _well_formed(data)


@pytest.mark.parametrize("part", [LEAF, PORTS, EDGE + EDGE])
def test_most_of_a_document_is_left_out(part: bytes) -> None:
    document = PmmlDocument(Markup()) if part is LEAF else IrDocument(Markup())
    assert len(document.reduced(part * 50 + b"</x>", b"")) < 20 * 50


def test_extensions_are_read_wherever_a_piece_ends() -> None:
    document = PmmlDocument(Markup())
    inside = LEAF.replace(b'score="1"', b'score="os.system("')
    assert document.reduced(b"sion>" + inside * 3, b"... <Exten") == b"sion>" + inside * 3
    assert document.reduced(b'<Extension name="n">' + inside * 3, b"").count(b"os.system") == 3
    document.extensions = 1
    assert document.reduced(inside * 3, b"").count(b"os.system") == 3

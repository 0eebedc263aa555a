"""SPDX 2.3: valid by spdx-tools, the same bytes, nothing lost."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from govern.documents.bom.conftest import digest, found, inventory, listing, package
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from seamark.core.components import Origin, OriginKind
from seamark.govern.documents.bom import spdx
from seamark.govern.documents.bom.assemble import Subject, assemble
from seamark.govern.documents.bom.declared import Declared
from seamark.govern.documents.bom.model import Bom


def problems(bom: Bom, folder: Path, timestamp: str = "") -> list[str]:
    path = folder / "bom.spdx.json"
    path.write_text(spdx.as_json(bom, timestamp=timestamp), encoding="utf-8")
    return [each.validation_message for each in validate_full_spdx_document(parse_file(str(path)))]


def test_spdx_tools_accepts_it(bom: Bom, tmp_path: Path) -> None:
    assert problems(bom, tmp_path) == []
    assert problems(bom, tmp_path, "2026-01-02T03:04:05Z") == []


def test_the_same_content_gives_the_same_bytes(make: Callable[..., Bom]) -> None:
    assert spdx.as_json(make()) == spdx.as_json(make())
    other = make(inventory=inventory(listing(package("b", "1"))))
    assert spdx.as_tree(other)["documentNamespace"] != spdx.as_tree(make())["documentNamespace"]


def test_identifiers_are_unique_and_well_formed(bom: Bom) -> None:
    ids = [each["SPDXID"] for each in spdx.as_tree(bom)["packages"]]
    parts = sum(len(each.parts) for each in bom.entries)
    assert len(ids) == len(set(ids)) == 1 + len(bom.entries) + parts
    assert all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", each) for each in ids)


def test_relations_tell_needs_parts_ancestors_and_data(bom: Bom) -> None:
    named = {spdx.spdx_id(each): each.ref for each in (bom.subject, *bom.entries)}
    relations = {
        (named.get(each["spdxElementId"], "?"), each["relationshipType"],
         named.get(each["relatedSpdxElement"], each["relatedSpdxElement"]))
        for each in spdx.as_tree(bom)["relationships"]
    }  # fmt: skip
    assert ("pkg:pypi/app-lib@1.0", "DEPENDS_ON", "pkg:pypi/base@2.0") in relations
    assert ("pkg:pypi/base@2.0", "DEPENDS_ON", "NONE") in relations
    assert ("model:m", "DESCENDANT_OF", "base-model:google-bert/bert-base-uncased") in relations
    assert ("model:m", "OTHER", "dataset:squad") in relations
    assert not any(one == "pkg:pypi/silent@3.0" for one, _, _ in relations)


def test_what_is_missing_is_an_annotation(bom: Bom) -> None:
    told = [each["comment"] for each in spdx.as_tree(bom)["annotations"]]
    assert told == [f"Incomplete: {each}" for each in bom.gaps]


def test_hashes_of_several_archives_are_no_checksums(bom: Bom) -> None:
    packages = {each["name"]: each for each in spdx.as_tree(bom)["packages"]}
    assert packages["base"]["checksums"] == [{"algorithm": "SHA256", "checksumValue": "c" * 64}]
    assert "checksums" not in packages["app-lib"]
    remarks = [each["comment"] for each in packages["app-lib"]["annotations"]]
    assert f"seamark:artifact={digest('a')}" in remarks


def test_a_license_that_is_none_keeps_its_text(make: Callable[..., Bom]) -> None:
    bom = make(inventory=inventory(listing(package("a", "1", licenses=("Ask my lawyer",)))))
    tree = spdx.as_tree(bom)
    declared = next(each for each in tree["packages"] if each["name"] == "a")["licenseDeclared"]
    assert {
        each["licenseId"]: each["extractedText"] for each in tree["hasExtractedLicensingInfos"]
    }[declared] == "Ask my lawyer"


TEXT = st.text(max_size=20)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=TEXT, version=TEXT, license_=TEXT, url=TEXT, owner=TEXT)
def test_any_text_gives_a_valid_document(
    tmp_path: Path, name: str, version: str, license_: str, url: str, owner: str
) -> None:
    odd = package(
        name or "n", version, licenses=(license_,), hashes=(digest("a"), name),
        origin=Origin(kind=OriginKind.VCS, url=url, revision=name), requires=(owner,),
    )  # fmt: skip
    bom = assemble(
        found(
            subject=Subject(name=name or "n", owner=owner),
            inventory=inventory(listing(odd)),
            services=(Declared(name=name, url=url or "u", owner=owner),),
        ),
        tool_version="1",
    )
    assert problems(bom, tmp_path) == []
    assert json.loads(spdx.as_json(bom))["spdxVersion"] == "SPDX-2.3"

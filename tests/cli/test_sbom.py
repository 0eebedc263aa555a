"""``seamark sbom`` as a person calls it."""

import json
import shutil
from pathlib import Path

import pytest
from cli.conftest import CLEAN, Runner
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from cyclonedx.validation.xml import XmlValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

HASH = "--hash=sha256:" + "a" * 64
PINNED = f"jinja2==2.4.1 {HASH}\nnumpy==2.0.0 {HASH}\n"
SYSTEM = """
system: {name: letters, owner: Team Post, purpose: Sorts letters}
datasets: [{name: letters, path: data/**}]
prompts: [prompts/hello.txt]
services: [{name: api, url: "https://api.example.org"}]
"""


@pytest.fixture
def project(seamark: Runner) -> Runner:
    seamark.write("requirements.txt", PINNED)
    seamark.write("seamark.yaml", SYSTEM)
    seamark.write("data/a.csv", "1,2\n")
    seamark.write("prompts/hello.txt", "Hello {name}")
    seamark.write("models/a.pkl", CLEAN)
    return seamark


def test_every_format_is_valid_and_complete(project: Runner, tmp_path: Path) -> None:
    ran = project("sbom", "--spec-version", "1.7")
    assert ran.code == 0, ran.err
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(ran.out) is None
    kinds = sorted(each["type"] for each in ran.json["components"])
    assert kinds == ["data", "data", "file", "library", "library"]
    assert "Complete: 2 packages" in ran.err
    ran = project("sbom", "--format", "cyclonedx-xml")
    assert XmlValidator(SchemaVersion.V1_6).validate_str(ran.out) is None
    ran = project("sbom", "--format", "spdx", "-o", str(tmp_path / "b.spdx.json"))
    assert ran.code == 0
    document = parse_file(str(tmp_path / "b.spdx.json"))
    assert validate_full_spdx_document(document) == []


def test_a_second_run_gives_the_same_bytes(project: Runner) -> None:
    for form in ("cyclonedx", "cyclonedx-xml", "spdx"):
        first = project(
            "sbom", "-f", form, "-o", f"bom-{form}.json"
        )  # which is there the next time
        assert first.code == 0
        written = (project.folder / f"bom-{form}.json").read_text(encoding="utf-8")
        assert project("sbom", "-f", form, "--no-receipts").out == written


def test_a_time_only_where_it_is_asked_for(project: Runner) -> None:
    project.environment["SOURCE_DATE_EPOCH"] = "86400"
    assert project("sbom").json["metadata"]["timestamp"] == "1970-01-02T00:00:00Z"
    ran = project("sbom", "--timestamp", "2026-01-01T02:00:00+02:00")
    assert ran.json["metadata"]["timestamp"] == "2026-01-01T00:00:00Z"
    assert project("sbom", "--timestamp", "noon").code == 2
    project.environment["SOURCE_DATE_EPOCH"] = "noon"
    assert project("sbom").code == 2


def test_what_is_missing_is_told_and_ends_with_3(project: Runner) -> None:
    project.write("poetry.lock", "not = [toml")
    project.write("more/requirements.txt", "scipy>=1\n")
    ran = project("sbom")
    assert ran.code == 3
    told = [each["value"] for each in ran.json["metadata"]["properties"]]
    assert any(each.startswith("poetry.lock") for each in told)
    assert "more/requirements.txt:1: the version of scipy is open (>=1)." in told
    assert ran.json["compositions"][0]["aggregate"] == "incomplete"
    assert project("sbom", "--allow-incomplete").code == 0


def test_nothing_found_writes_nothing_and_ends_with_3(seamark: Runner, tmp_path: Path) -> None:
    target = tmp_path / "bom.json"
    for words in (("sbom",), ("sbom", "--allow-incomplete"), ("sbom", "-o", str(target))):
        ran = seamark(*words)
        assert ran.code == 3
        assert ran.out == ""
        assert "Nothing was found" in ran.err
    assert not target.exists()


def test_an_absent_dataset_is_told(project: Runner) -> None:
    project.write("seamark.yaml", SYSTEM.replace("data/**", "gone/**"))
    ran = project("sbom")
    assert ran.code == 3
    assert "seamark.yaml names letters, and there is no such file." in ran.err


def test_vulnerabilities_and_waivers(project: Runner) -> None:
    ran = project("sbom", "--with-vulnerabilities")
    assert ran.code == 3  # the shipped database is old
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(ran.out) is None
    states = {each["id"]: each["analysis"]["state"] for each in ran.json["vulnerabilities"]}
    assert states["CVE-2014-1402"] == "in_triage"
    project.write(
        "seamark.yaml",
        SYSTEM + "waivers: [{rule: VUL*, path: requirements.txt, owner: ana, "
        "reason: internal only, expires: 2999-01-01}]\n",
    )
    ran = project("sbom", "--format", "openvex", "--timestamp", "2026-01-01T00:00:00Z")
    statements = {each["vulnerability"]["name"]: each for each in ran.json["statements"]}
    assert statements["CVE-2014-1402"]["status"] == "affected"
    assert "internal only" in statements["CVE-2014-1402"]["action_statement"]


def test_vex_goes_round(project: Runner) -> None:
    ran = project("sbom", "--format", "openvex", "--timestamp", "2026-01-01T00:00:00Z")
    tree = ran.json
    for each in tree["statements"]:
        each |= {"status": "not_affected", "justification": "component_not_present"}
    project.write("vex.json", json.dumps(tree))
    project.write("seamark.yaml", SYSTEM + "checks: {dependencies: {options: {vex: [vex.json]}}}\n")
    ran = project("sbom", "--format", "cyclonedx-vex")
    states = {each["analysis"]["state"] for each in ran.json["vulnerabilities"]}
    assert states == {"not_affected"}
    assert [each["name"] for each in ran.json["components"]] == ["jinja2"]


def test_diff_of_two_documents(project: Runner) -> None:
    project("sbom", "-o", "old.json")
    project.write("requirements.txt", f"jinja2==2.4.1 {HASH}\npyyaml==5.3 {HASH}\n")
    project("sbom", "-f", "spdx", "-o", "new.spdx.json")
    ran = project("sbom", "--diff", "old.json", "new.spdx.json", "--format", "json")
    assert ran.code == 1
    assert [each["what"] for each in ran.json["added"]] == ["pkg:pypi/pyyaml"]
    assert [each["what"] for each in ran.json["removed"]] == ["pkg:pypi/numpy"]
    assert {each["what"] for each in ran.json["newly_vulnerable"]} == {"pkg:pypi/pyyaml"}
    same = project("sbom", "--diff", "old.json", "old.json", "--allow-incomplete")
    assert same.code == 0
    assert "Nothing differs." in same.out
    assert project("sbom", "--diff", "old.json", "seamark.yaml").code == 2


def test_score(project: Runner) -> None:
    ran = project("sbom", "--score", "--format", "json")
    assert ran.code == 0
    assert 0 < ran.json["score"] < 100
    assert project("sbom", "--score", "--fail-under", "99").code == 1
    project("sbom", "-o", "bom.json")
    assert project("sbom", "bom.json", "--score", "-f", "json").json["score"] > 0


def test_senseless_requests_are_refused(project: Runner) -> None:
    for words in (
        ("--format", "text"),
        ("--score", "--format", "spdx"),
        ("--score", "--diff", "a", "b"),
        ("--format", "openvex"),
        ("requirements.txt",),
    ):
        assert project("sbom", *words).code == 2, words


def test_an_installed_environment_gives_licenses_and_edges(project: Runner) -> None:
    place = ".venv/lib/python3.11/site-packages/jinja2-2.4.1.dist-info/METADATA"
    project.write(place, "Metadata-Version: 2.4\nName: Jinja2\nVersion: 2.4.1\n"
                  "License-Expression: BSD-3-Clause\nRequires-Dist: numpy\n")  # fmt: skip
    project.write(".venv/lib/python3.11/site-packages/x/requirements.txt", "never==1\n")
    ran = project("sbom", "--environment", ".venv")
    assert ran.code == 0, ran.err
    jinja = next(each for each in ran.json["components"] if each["name"] == "jinja2")
    assert jinja["licenses"][0]["license"]["id"] == "BSD-3-Clause"
    places = [each["location"] for each in jinja["evidence"]["occurrences"]]
    assert places == [place, "requirements.txt"]
    needs = {each["ref"]: each.get("dependsOn") for each in ran.json["dependencies"]}
    assert needs["pkg:pypi/jinja2@2.4.1"] == ["pkg:pypi/numpy@2.0.0"]
    assert "never" not in ran.out
    assert project("sbom", "--environment", "data").code == 2


def test_every_real_list_gives_valid_documents(seamark: Runner, tmp_path: Path) -> None:
    lists = Path(__file__).parents[1] / "data" / "dependencies"
    shutil.copytree(lists, seamark.folder / "lists")
    ran = seamark("sbom", "--with-vulnerabilities")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(ran.out) is None
    components = ran.json["components"]
    kinds = {each["purl"].partition("/")[0] for each in components if "purl" in each}
    assert {"pkg:pypi", "pkg:npm", "pkg:deb", "pkg:apk", "pkg:conda"} <= kinds
    ran = seamark("sbom", "--format", "cyclonedx-xml")
    assert XmlValidator(SchemaVersion.V1_6).validate_str(ran.out) is None
    seamark("sbom", "--format", "spdx", "-o", str(tmp_path / "b.spdx.json"))
    assert validate_full_spdx_document(parse_file(str(tmp_path / "b.spdx.json"))) == []

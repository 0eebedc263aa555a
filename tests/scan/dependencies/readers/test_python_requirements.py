"""One requirement at a time: what it pins, from where it comes, and what cannot be told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Location
from seamark.scan.dependencies.listings import Unassessed
from seamark.scan.dependencies.readers.python import python_origins as origins
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    exact_version,
    read_requirement,
)

WHERE = Context(location=Location(path="requirements.txt", line=1))
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SHA = "ab" * 32


def read(text: str) -> Component:
    item = read_requirement(text, WHERE)
    assert isinstance(item, Component), item
    return item


def refused(text: str) -> Unassessed:
    item = read_requirement(text, WHERE)
    assert isinstance(item, Unassessed), item
    return item


@pytest.mark.parametrize(
    ("text", "version", "constraint"),
    [
        ("torch==2.1.0", "2.1.0", ""),
        ("torch == 2.1.0+cu118", "2.1.0+cu118", ""),
        ("torch===2.1.0-odd", "2.1.0-odd", ""),
        ("torch[extra]==1.0rc1 ; python_version < '3.9'", "1.0rc1", ""),
        ("torch==1.2.*", "", "==1.2.*"),
        ("torch==1.2,!=1.3", "1.2", ""),
        ("torch==1.2,<1", "", "<1,==1.2"),
        ("torch==1.2,==1.3", "", "==1.2,==1.3"),
        ("torch~=1.2", "", "~=1.2"),
        ("torch (>=1.2)", "", ">=1.2"),
        ("torch", "", ""),
        ("torch==1!2.0", "1!2.0", ""),
    ],
)
def test_only_one_exact_version_is_a_pin(text: str, version: str, constraint: str) -> None:
    item = read(text)
    assert (item.name, item.version, item.constraint) == ("torch", version, constraint)
    assert item.purl == "pkg:pypi/torch" + (
        f"@{version}".replace("+", "%2B").replace("!", "%21") if version else ""
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("torch==1.0-x-y", "no PEP 440 version"),
        ("torch 1.0", "no requirement"),
        ("torch==", "no requirement"),
        ("==1.0", "no requirement"),
        ("${PACKAGE}==1.0", "environment variable"),
        ("torch==1; nonsense", "its marker"),
        ("https://example.org/archive.zip", "which package it is"),
        ("git+https://example.org/x/y.git", "which package the repository"),
        ("./folder", "a folder"),
        ("torch @ https://example.org/evil-1.0-py3-none-any.whl", "is the package 'evil'"),
        ("x" * 9000, "longer than"),
        ("torch; " + "(" * 3000, "its marker"),
        ("-torch", "no requirement"),
    ],
)
def test_what_cannot_be_told_is_told(text: str, reason: str) -> None:
    item = refused(text)
    assert reason in item.reason
    assert len(item.name) < 100


def test_the_file_of_a_url_tells_name_version_and_hash() -> None:
    item = read(f"https://example.org/w/My_Pkg-1.2%2Bcpu-py3-none-any.whl#sha256={SHA}")
    assert (item.name, item.version, item.hashes) == ("my-pkg", "1.2+cpu", (f"sha256:{SHA}",))
    assert item.origin is not None
    assert item.origin.kind is OriginKind.URL
    assert read("my-pkg @ https://example.org/my_pkg-3.tar.gz").version == "3"
    assert read("my-pkg @ https://example.org/archive/main.zip").version == ""
    assert read("my-pkg @ https://example.org/archive/other-3.zip").version == ""
    assert read("./wheels/my_pkg-1.2-py3-none-any.whl").version == "1.2"
    assert read("https://example.org/a-1.zip ; os_name == 'nt'").marker == 'os_name == "nt"'


def test_a_repository_has_a_revision_and_no_version() -> None:
    item = read(f"git+https://token@example.org/x/y.git@{COMMIT}#egg=Y[e]&subdirectory=lib")
    assert (item.name, item.version) == ("y", "")
    assert item.origin is not None
    assert item.origin.kind is OriginKind.VCS
    assert item.origin.url == "git+https://example.org/x/y.git#subdirectory=lib"
    assert item.origin.revision == COMMIT
    other = read("y @ git+ssh://git@example.org/x/y.git@v1.0")
    assert other.origin is not None
    assert (other.origin.url, other.origin.revision) == (
        "git+ssh://git@example.org/x/y.git",
        "v1.0",
    )
    assert not origins.is_commit(other.origin.revision)


@pytest.mark.parametrize(
    "text",
    [
        "a @ https://user:SECRET@example.org/a-1.zip",
        "a @ https://SECRET@example.org/a-1.zip",
        "a @ https://example.org/a-1.zip?sig=SECRET",
        "a @ https://${USER}:SECRET@example.org/a-1.zip",
        "git+https://SECRET@example.org/a@v1#egg=a",
        "https://user:SECRET@example.org/nothing",
        "https://user:SECRET@[broken/a",
        "torch 1.0 https://user:SECRET@example.org",
        "a @ https://dl.cloudsmith.io/SECRETSECRET/org/a-1.zip",
        "-e git+https://user:SECRET@example.org/x",
    ],
)
def test_credentials_never_leave(text: str) -> None:
    assert "SECRET" not in repr(read_requirement(text, WHERE))


@given(
    st.text(alphabet="abAB09-_.", min_size=1, max_size=12),
    st.from_regex(r"\A[0-9]{1,3}(\.[0-9]{1,3}){0,3}((a|b|rc)[0-9])?(\.post[0-9])?\Z"),
)
@settings(max_examples=80, deadline=None)
def test_the_short_way_equals_packaging(name: str, version: str) -> None:
    from packaging.requirements import InvalidRequirement, Requirement

    text = f"{name}=={version}"
    item = read_requirement(text, WHERE)
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        assert isinstance(item, Unassessed)
        return
    if not name[-1].isalnum():  # packaging lets "a_" pass, PEP 508 does not
        assert isinstance(item, Unassessed)
        return
    assert isinstance(item, Component)
    assert (item.title, f"=={item.version}") == (requirement.name, str(requirement.specifier))
    assert exact_version(f"=={version}") == version


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_every_text_becomes_one_item(text: str) -> None:
    item = read_requirement(text, WHERE)
    assert isinstance(item, Component | Unassessed)
    assert item.location == WHERE.location

"""Package URLs read as the specification writes them, and by another program's reading."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packageurl import PackageURL

from seamark.scan.dependencies.names import purl
from seamark.scan.dependencies.purls import parse_purl


@pytest.mark.parametrize(
    ("text", "ecosystem", "name", "version"),
    [
        ("pkg:pypi/Django_x@4.2", "PyPI", "django-x", "4.2"),
        ("pkg:pypi/torch@2.1.0%2Bcpu", "PyPI", "torch", "2.1.0+cpu"),
        ("pkg:npm/%40angular/core@1.0", "npm", "@angular/core", "1.0"),
        ("pkg:npm/@angular/core@1.0", "npm", "@angular/core", "1.0"),
        ("pkg:npm/@angular/core", "npm", "@angular/core", ""),
        ("pkg:maven/org.x/y@1", "Maven", "org.x:y", "1"),
        ("pkg:golang/github.com/a/b@v1#sub", "Go", "github.com/a/b", "v1"),
        ("pkg:deb/debian/curl@7.1?arch=amd64&distro=debian-12", "Debian:12", "curl", "7.1"),
        ("pkg:deb/debian/curl@7.1?distro=bookworm", "Debian", "curl", "7.1"),
        ("pkg:apk/alpine/curl@8?distro=alpine-3.19.1", "Alpine:v3.19", "curl", "8"),
        ("pkg:oci/python@sha256%3Aabc", "oci", "python", "sha256:abc"),
    ],
)
def test_what_it_names(text: str, ecosystem: str, name: str, version: str) -> None:
    found = parse_purl(text)
    assert found is not None
    assert (found.ecosystem, found.component_name, found.version) == (ecosystem, name, version)


@pytest.mark.parametrize(
    "text", ["", "x", "pkg:", "pkg:pypi", "pkg:pypi/", "pkg:1/x", "http://x/y"]
)
def test_what_is_none(text: str) -> None:
    assert parse_purl(text) is None


PART = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None)
@given(PART, PART, st.text(min_size=1, max_size=6).map(str.strip).filter(bool))
def test_another_program_reads_the_same(name: str, namespace: str, version: str) -> None:
    text = purl("golang", name.lower(), version, namespace=namespace.lower())
    theirs, ours = PackageURL.from_string(text), parse_purl(text)
    assert ours is not None
    assert (ours.type, ours.namespace, ours.name, ours.version) == (
        theirs.type, theirs.namespace, theirs.name, theirs.version,
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_one_or_none(text: str) -> None:
    found = parse_purl(f"pkg:pypi/{text}")
    assert found is None or found.type == "pypi"

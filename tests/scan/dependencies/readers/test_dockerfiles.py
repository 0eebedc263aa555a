from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.components import Component
from seamark.scan.dependencies.kinds import kind_of
from seamark.scan.dependencies.listings import Item, Unassessed
from seamark.scan.dependencies.readers.images import dockerfiles
from seamark.scan.dependencies.source import Source

DIGEST = "sha256:" + "ab" * 32


def items(folder: Path, text: str, name: str = "Dockerfile") -> list[Item]:
    (folder / name).write_text(text)
    return list(dockerfiles.read(Source(path=str(folder / name), shown=name, root=str(folder))))


def images(folder: Path, text: str) -> list[tuple[str, str]]:
    found = items(folder, text)
    assert all(isinstance(each, Component) for each in found)
    return [(each.name, each.version) for each in found if isinstance(each, Component)]


@pytest.mark.parametrize(
    ("reference", "name", "version"),
    [
        ("python", "docker.io/library/python", "latest"),
        ("python:3.11-slim", "docker.io/library/python", "3.11-slim"),
        ("nvidia/cuda:12.1.0-base", "docker.io/nvidia/cuda", "12.1.0-base"),
        (f"ghcr.io/a/b/c:1@{DIGEST}", "ghcr.io/a/b/c", DIGEST),
        ("localhost:5000/x:y", "localhost:5000/x", "y"),
        ("registry:5000/x/y", "registry:5000/x/y", "latest"),
        ("index.docker.io/library/redis:7", "docker.io/library/redis", "7"),
        (f"alpine@{DIGEST}", "docker.io/library/alpine", DIGEST),
    ],
)
def test_references(tmp_path: Path, reference: str, name: str, version: str) -> None:
    assert images(tmp_path, f"FROM {reference}\n") == [(name, version)]


def test_a_component_has_purl_line_and_hash(tmp_path: Path) -> None:
    (found,) = items(tmp_path, f"# syntax=docker/dockerfile:1\n\nFROM --platform=$BUILDPLATFORM "
                               f"ghcr.io/acme/base:1.2@{DIGEST} AS build\n")  # fmt: skip
    assert isinstance(found, Component)
    assert found.purl == (f"pkg:oci/base@{DIGEST}?repository_url=ghcr.io/acme/base&tag=1.2")
    assert found.hashes == (DIGEST,)
    assert found.location.line == 3
    assert found.ecosystem == "oci"


def test_stages_and_scratch_are_no_images(tmp_path: Path) -> None:
    text = (
        "FROM golang:1.22 AS Build\nFROM build AS test\nFROM scratch\n"
        "COPY --from=build /a /a\nCOPY --from=0 /b /b\nCOPY --link --from=busybox:1.36 /c /c\n"
        "RUN --mount=type=bind,from=alpine:3.19,target=/x true\nRUN echo --from=nothing\n"
    )
    assert images(tmp_path, text) == [
        ("docker.io/library/golang", "1.22"),
        ("docker.io/library/busybox", "1.36"),
        ("docker.io/library/alpine", "3.19"),
    ]


@pytest.mark.parametrize(
    ("text", "name", "version"),
    [
        ("ARG V=3.11\nFROM python:$V\n", "docker.io/library/python", "3.11"),
        (
            "ARG V=3.11\nARG I=python:${V}-slim\nFROM ${I}\n",
            "docker.io/library/python",
            "3.11-slim",
        ),
        ("ARG V\nFROM python:${V:-3.12}\n", "docker.io/library/python", "3.12"),
        ("ARG R='ghcr.io/a' V=\"1\"\nFROM $R/b:$V\n", "ghcr.io/a/b", "1"),
        ("ARG V=1\nFROM a:${V:+2}\n", "docker.io/library/a", "2"),
        ("from \\\n  # a remark\n  python:3 \\\n as x\n", "docker.io/library/python", "3"),
        ("# escape=`\nFROM `\npython:3\n", "docker.io/library/python", "3"),
    ],
)
def test_arguments_are_followed_to_their_defaults(
    tmp_path: Path, text: str, name: str, version: str
) -> None:
    assert images(tmp_path, text) == [(name, version)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ARG V\nFROM python:$V\n", "only the build decides"),
        ("FROM $X\n", "only the build decides"),
        ("FROM python:${V:?no}\n", "only the build decides"),
        ("FROM {{ base }}\n", "cannot be read"),
        ("FROM\n", "cannot be read"),
        ("FROM UPPER/case\n", "name can be none"),
        ("FROM python@sha256:short\n", "name can be none"),
        ("RUN true\n", "no image to start from"),
        ("", "no image to start from"),
    ],
)
def test_what_cannot_be_told_is_told(tmp_path: Path, text: str, reason: str) -> None:
    (found,) = items(tmp_path, text)
    assert isinstance(found, Unassessed)
    assert reason in found.reason


def test_heredocs_are_no_instructions_and_hide_none(tmp_path: Path) -> None:
    text = "FROM a\nRUN <<EOF\nFROM no\nEOF\nCOPY <<-'X' /y\n\tFROM no\n\tX\nFROM b\n"
    assert [name for name, _ in images(tmp_path, text)] == [
        "docker.io/library/a", "docker.io/library/b",
    ]  # fmt: skip
    open_end = "FROM a\nRUN x <<EOF\nFROM b\nRUN cat <<<word\nFROM c\n"
    assert len(images(tmp_path, open_end)) == 3


def test_lists_of_globs_beside_it_are_none(tmp_path: Path) -> None:
    assert items(tmp_path, "*.pyc\n", "Dockerfile.dockerignore") == []


def test_programs_that_write_dockerfiles_are_none(tmp_path: Path) -> None:
    assert items(tmp_path, 'TEMPLATE = """\nFROM {base_image}\n"""\n', "dockerfile.py") == []


@pytest.mark.parametrize(
    "name",
    ["Dockerfile", "docker/Dockerfile.gpu", "api.Dockerfile", "Containerfile", "x.dockerfile"],
)
def test_names_of_files(name: str) -> None:
    kind = kind_of(name)
    assert kind is not None
    assert kind.name == "dockerfile"


@given(st.text(alphabet="FROMARGfrom $\\{}:-=\n\t#<E'\"@/.a1`", max_size=120))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    starts = [each for each in dockerfiles.instructions(text) if each.word == "FROM"]
    found = items(folder, text)
    assert found or starts


def test_substitution_is_bounded(tmp_path: Path) -> None:
    steps = ["ARG A0=aaaaaaaaaa"] + [f"ARG A{n}=${{A{n - 1}}}${{A{n - 1}}}" for n in range(1, 60)]
    (found,) = items(tmp_path, "\n".join([*steps, "FROM $A59"]))
    assert isinstance(found, Unassessed)

"""Long TOML lists, cut and parsed in parts, mean what the whole means."""

from pathlib import Path
from typing import Any

import pytest

from seamark.scan.dependencies import documents
from seamark.scan.dependencies.documents import (
    parse_json,
    parse_toml,
    parse_toml_list,
    parse_yaml,
    parse_yaml_list,
)
from seamark.scan.dependencies.source import Unreadable

DATA = Path(__file__).parents[2] / "data" / "dependencies"
LOCKS = sorted(
    path
    for path in DATA.glob("*/*/*")
    if path.suffix in (".lock", ".toml") and "[[package" in path.read_text()
)
ENTRY = '[[package]]\nname = "a"\n[package.dependencies]\nb = 1\n'


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_PART", 3)


@pytest.mark.parametrize(
    "path", LOCKS, ids=lambda path: f"{path.parent.parent.name}-{path.parent.name}"
)
def test_same_as_the_whole(path: Path) -> None:
    text = path.read_text()
    name = "packages" if path.name == "pylock.toml" else "package"
    assert parse_toml_list(text, name) == parse_toml(text)


def outcome(parse: Any, *args: str) -> Any:
    try:
        return parse(*args)
    except Unreadable as problem:
        return problem.reason


@pytest.mark.parametrize(
    "text",
    [
        ENTRY * 9,
        "\n" + ENTRY * 9 + "[metadata]\nx = 1\n",
        "[package]\nx = 1\n" + ENTRY * 9,
        "package = 5\n" + ENTRY * 9,
        "[meta]\nx = 1\n" + ENTRY * 9 + "[meta]\ny = 2\n",
        "[meta.one]\nx = 1\n" + ENTRY * 9 + "[meta.two]\ny = 2\n",
        ENTRY * 4 + "[meta.one]\nx = 1\n" + ENTRY * 4 + "[meta.two]\ny = 2\n" + ENTRY * 4,
        ENTRY * 8 + 'x = """\n[[package]]\n"""\n' + ENTRY,
        ENTRY * 8 + "x = [\n[[package]]\n]\n" + ENTRY,
        ENTRY * 8 + "[package]\n" + ENTRY,
        ENTRY * 8 + "[[package]]\nname = \n",
        ENTRY * 4 + "[[package.deep]]\ny = 1\n" + ENTRY * 4 + "[[package.deep]]\ny = 2\n",
        ENTRY * 9 + "x = " + "9" * 5000 + "\n",
        (ENTRY * 9).replace("\n", "\r\n"),
        "x = " + "[" * 5000 + "\n" + ENTRY * 9,
    ],
    ids=range(15),
)
def test_odd_documents(text: str) -> None:
    assert outcome(parse_toml_list, text, "package") == outcome(parse_toml, text)


def test_an_error_says_its_line() -> None:
    with pytest.raises(Unreadable, match="line 37"):
        parse_toml_list(ENTRY * 9 + "x = = 1\n", "package")


def test_a_key_that_is_there_twice_is_found_fast() -> None:
    """Quadratic search through 200,000 keys would take minutes."""
    text = "{" + ",".join(f'"k{number}": 0' for number in range(200_000)) + ', "k199999": 1}'
    with pytest.raises(Unreadable, match="k199999"):
        parse_json(text)


def test_yaml_in_parts_is_the_same() -> None:
    text = (DATA / "conda-lock" / "unified" / "conda-lock.yml").read_text()
    assert len(parse_yaml(text)["package"]) > 3
    assert parse_yaml_list(text, "package") == parse_yaml(text)


ITEM = "- name: a\n  needs: {b: 1}\n"


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\npackage:\n" + ITEM * 9,
        "package:\n" + ITEM * 9 + "version: 1\n",
        "package:\n" + ITEM * 9 + "package: 5\n",
        "version: 1\npackage:\n" + ITEM * 9 + "version: 2\n",
        "package:\n" + ITEM * 4 + '- name: "x\n- name: b\n' + ITEM * 4 + '  y"\n' + ITEM,
        "package:\n" + ITEM * 4 + "- name: |\n    x\n- - a\n" + ITEM * 4,
        "package:\n" + ITEM * 4 + "- [a,\n- b]\n" + ITEM * 4,
        "package:\n" + ITEM * 4 + "---\n" + ITEM * 4,
        "package:\n" + ITEM * 9 + "  bad: : x\n",
        "other:\n" + ITEM * 9 + "package:\n" + ITEM * 9,
        "package: # all\n" + ITEM * 9,
        "package: &all\n" + ITEM * 9 + "again: *all\n",
        ITEM * 9,
        "package:\n  package:\n" + ITEM * 9,
    ],
    ids=range(14),
)
def test_odd_yaml(text: str) -> None:
    assert outcome(parse_yaml_list, text, "package") == outcome(parse_yaml, text)


def test_yaml_of_too_many_values_is_refused() -> None:
    with pytest.raises(Unreadable, match="too many"):
        parse_yaml("[" + "[]," * 300_000 + "]")


@pytest.mark.parametrize(
    "text",
    [
        "a" + ".a" * 300_000 + " = 1",
        "a" + ' . "a.b"' * 50_000 + " = 1",
        "a" + ".'a'" * 50_000 + " = 1",
        "[a" + ".a" * 300_000 + "]",
        "x = {a" + ".a" * 300_000 + " = 1}",
    ],
)
def test_keys_of_many_parts_are_refused(text: str) -> None:
    """``tomllib`` needs minutes for the first of them."""
    with pytest.raises(Unreadable, match="nested too deeply"):
        parse_toml(text)


def test_texts_full_of_dots_are_no_keys() -> None:
    prose = "Read this. Then that is. " * 40 + "1.2.3 ... " * 40
    text = f'a = "{prose}"\nb = """\n{prose}\n"""\n"{"c." * 100}" = 1\n'
    assert set(parse_toml(text)) == {"a", "b", "c." * 100}

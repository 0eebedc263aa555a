"""Readers: values, and where they stand."""

import pytest

from seamark.scan.config.documents.document import Document, Unreadable
from seamark.scan.config.documents.json_text import read_json
from seamark.scan.config.documents.plain_text import (
    read_environment,
    read_ini,
    read_properties,
    read_toml,
)
from seamark.scan.config.documents.yaml_text import read_yaml


def test_yaml_has_types_documents_and_positions():
    (first, _), (second, start) = read_yaml("a: {b: 1, c: yes}\nd: ['2', 3.10, ~]\n---\n- x\n")
    assert first == {"a": {"b": 1, "c": True}, "d": ["2", "3.10", None]}
    assert second == ["x"]
    assert start[0] == 3
    document = Document("f", "k", first)
    assert document.position_of(("a", "c")) == (1, 11)
    assert document.line_of(("d", 1)) == 2
    assert document.line_of(("d", 7, "nothing")) == 2
    assert document.get("d", 0) == "2"
    assert document.get("a", "b", "c", default=4) == 4


def test_json_has_comments_and_positions():
    data = read_json('// c\n{"a": [1, "x\\n",], /* d\n */ "b": {"c": null}}')
    assert data == {"a": [1, "x\n"], "b": {"c": None}}
    document = Document("f", "k", data)
    assert document.position_of(("a", 1)) == (2, 11)
    assert document.position_of(("b", "c")) == (3, 11)


@pytest.mark.parametrize(
    "text", ["", "{", "[1", '{"a" 1}', "1 2", "[1}", "{,}", "[,]", '"a', "/*", "nul", "]", "{1:2}"]
)
def test_json_that_is_none(text):
    with pytest.raises(Unreadable):
        read_json(text)


def test_plain_forms():
    environment = read_environment("# A=1\nexport B='2 3'\nC=4 # five\n")
    assert environment == {"B": "2 3", "C": "4"}
    assert environment.positions["C"] == (3, 1)
    assert read_properties("a.b=c=d\n! x\ne: f\n") == {"a.b": "c=d", "e": "f"}
    ini = read_ini("a = 1\n[s]\nb: 2\n;c = 3\n")
    assert ini == {"": {"a": "1"}, "s": {"b": "2"}}
    toml = read_toml("[a.b]\nc = false\n")
    assert Document("f", "k", toml).line_of(("a", "b", "c")) == 2

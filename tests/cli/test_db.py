"""``seamark db`` as a person calls it."""

import json

from cli.conftest import Runner

RECORD = {
    "id": "X-1",
    "modified": "2024-01-01T00:00:00Z",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"}, "versions": ["1"]}],
}


def test_status_of_the_snapshot(seamark: Runner) -> None:
    ran = seamark("db", "status")
    assert ran.code == 0
    assert "ships with Seamark" in ran.out
    assert "2024-10-10" in ran.out
    assert "CC-BY-4.0" in ran.out
    found = seamark("db", "status", "--format", "json").json
    assert (found["schema"], found["usable"], found["shipped"]) == (
        "seamark.advisories/1",
        True,
        True,
    )
    assert found["ecosystems"] == {"PyPI": 660}
    assert found["age_days"] > 0


def test_import_and_status(seamark: Runner) -> None:
    seamark.write("a.json", json.dumps(RECORD))
    ran = seamark("db", "import", "a.json", "--db", "here")
    assert ran.code == 0
    assert ran.out.startswith("a.json imported: 2,056 advisories")
    found = seamark("db", "status", "--db", "here", "--format", "json").json
    assert {each["name"] for each in found["sources"]} == {"PYSEC", "a.json"}
    assert not found["shipped"]


def test_what_cannot_be_imported(seamark: Runner) -> None:
    seamark.write("a.txt", "hello")
    seamark.write("b.json", "{")
    seamark.write("c.json", json.dumps(RECORD))
    for words in (
        ["nothing.zip"], ["a.txt"], ["b.json"], ["http://example.org/a.zip"],
        ["c.json", "--digest", "sha256:0"], ["c.json", "b.json", "--name", "x"],
        ["c.json", "c.json"],
    ):  # fmt: skip
        ran = seamark("db", "import", *words, "--db", "here")
        assert ran.code == 2, words
        assert "Traceback" not in ran.err
    assert list((seamark.folder / "here").glob("sha256-*")) == []


def test_a_database_that_cannot_be_used_is_exit_code_3(seamark: Runner) -> None:
    seamark.write("a.sqlite", "hello")
    ran = seamark("db", "status", "--db", "a.sqlite", "--format", "json")
    assert ran.code == 3
    assert ran.json["usable"] is False

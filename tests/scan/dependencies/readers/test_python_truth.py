"""Lists and environments that pip, pip-tools, uv, pipenv and setuptools wrote: nothing is lost."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from seamark.core.components import Component, OriginKind
from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import Inventory, take_inventory

DATA = Path(__file__).parents[3] / "data" / "dependencies"
CASES = sorted(
    (kind, each.parent.name)
    for kind in ("requirements", "pipfile-lock", "installed-python")
    for each in (DATA / kind).glob("*/from.json")
)


def inventory_of(folder: Path) -> Inventory:
    found = [each for each in find_sources(str(folder)) if not isinstance(each, str)]
    return take_inventory(found, root=str(folder))


def components_of(kind: str, name: str) -> tuple[list[Component], dict[str, Any]]:
    """The components of the file that the story is about (of all in an environment)."""
    story = json.loads((DATA / kind / name / "from.json").read_text())
    inventory = inventory_of(DATA / kind / name)
    wanted = [each for each in inventory.listings if each.path == story.get("file", each.path)]
    assert wanted
    assert [each for listing in wanted for each in listing.unassessed] == []
    return [each for listing in wanted for each in listing.components], story


def test_there_are_fixtures_of_every_tool() -> None:
    assert len(CASES) >= 10


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_every_package_of_the_tool_is_found(kind: str, name: str) -> None:
    found, story = components_of(kind, name)
    versions = {each.name: [each.version] for each in found}
    assert len(versions) == len(found)
    assert versions == story["truth"]


@pytest.mark.parametrize(("kind", "name"), [case for case in CASES if "compile" in case[1]])
def test_comments_of_compilers_tell_who_asked(kind: str, name: str) -> None:
    found, story = components_of(kind, name)
    assert sorted(each.name for each in found if each.direct) == story["direct"]
    edges = {each.name: each.requires for each in found}
    assert edges["jinja2"] == ("markupsafe",)
    assert edges["requests"] == ("certifi", "charset-normalizer", "idna", "pysocks", "urllib3")
    assert edges["markupsafe"] == ()


def test_every_hash_of_pip_compile_is_kept() -> None:
    found, _ = components_of("requirements", "pip-compile-hashed")
    text = (DATA / "requirements/pip-compile-hashed/requirements.txt").read_text()
    assert sum(len(each.hashes) for each in found) == text.count("--hash=sha256:")
    assert all(each.hashes for each in found)
    lines = text.splitlines()
    assert all(lines[(each.location.line or 0) - 1].startswith(each.title) for each in found)


def test_pipenv_tells_hashes_groups_commits_and_indexes() -> None:
    found, _ = components_of("pipfile-lock", "git-and-indexes")
    by_name = {each.name: each for each in found}
    assert by_name["vcs-thing"].origin is not None
    assert by_name["vcs-thing"].origin.kind is OriginKind.VCS
    assert len(by_name["vcs-thing"].origin.revision) == 40
    assert by_name["iniconfig"].groups == ("docs",)
    document = json.loads((DATA / "pipfile-lock/git-and-indexes/Pipfile.lock").read_text())
    assert set(by_name["six"].hashes) == set(document["default"]["six"]["hashes"])
    assert by_name["tabulate"].origin is None  # the second index is PyPI too


def test_a_pipfile_asks_for_what_it_names() -> None:
    inventory = inventory_of(DATA / "pipfile-lock" / "app")
    declared = next(each for each in inventory.listings if each.kind == "pipfile")
    document = tomllib.loads((DATA / "pipfile-lock/app/Pipfile").read_text())
    names = {*document["packages"], *document["dev-packages"]}
    assert {each.name for each in declared.components} == names
    assert not declared.unassessed


def test_an_environment_tells_who_was_asked_for_and_from_where() -> None:
    found, story = components_of("installed-python", "venv")
    assert sorted(each.name for each in found if each.direct) == story["direct"]
    by_name = {each.name: each for each in found}
    assert by_name["egg-folder"].origin is not None
    assert by_name["egg-folder"].origin.kind is OriginKind.PATH
    assert by_name["python-dateutil"].requires == ("six",)
    assert by_name["flask"].requires is not None
    assert "asgiref" not in by_name["flask"].requires  # of the extra "async"
    assert all(each.licenses for each in found)


def test_an_environment_tells_the_commit_that_was_built() -> None:
    found, _ = components_of("installed-python", "vcs")
    origin = next(each.origin for each in found if each.name == "vcs-thing")
    assert origin is not None
    assert (origin.kind, len(origin.revision)) == (OriginKind.VCS, 40)


def test_eggs_tell_what_they_need() -> None:
    found, _ = components_of("installed-python", "eggs")
    by_name = {each.name: each for each in found}
    assert by_name["egg-folder"].requires == ("requests", "six")  # numpy is of the extra "gpu"

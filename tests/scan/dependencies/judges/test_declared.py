"""Declarations and their locks."""

import pytest

PROJECT = '[project]\nname = "app"\nversion = "1"\ndependencies = [{}]\n'


def _poetry(*packages: tuple[str, str]) -> str:
    tables = "".join(f"[[package]]\nname = '{n}'\nversion = '{v}'\n\n" for n, v in packages)
    return tables + "[metadata]\nlock-version = '2.0'\n"


def _told(findings) -> list[tuple[str, object]]:
    return [(each.rule.id, each.evidence.get("names", each.anchor)) for each in findings]


def test_nothing_pins_what_is_declared(judged) -> None:
    findings = judged(
        "declared", {"pyproject.toml": PROJECT.format('"torch>=2", "numpy", "six==1.16"')}
    )
    assert _told(findings) == [("PIN020", ["numpy", "torch"])]
    assert findings[0].rule.verdict == "unclear"


@pytest.mark.parametrize("place", ["", "packages/one/"])
@pytest.mark.parametrize("lock", ["requirements.txt", "requirements/base.txt", "constraints.txt"])
def test_a_pinned_list_covers_in_its_folder_and_below(judged, place: str, lock: str) -> None:
    files = {f"{place}pyproject.toml": PROJECT.format('"torch>=2"'), lock: "torch==2.1\n"}
    assert judged("declared", files) == []


def test_a_list_elsewhere_covers_nothing(judged) -> None:
    files = {
        "pyproject.toml": PROJECT.format('"torch>=2"'),
        "other/requirements.txt": "torch==2.1\n",
    }
    assert _told(judged("declared", files)) == [("PIN020", ["torch"])]


def test_open_entries_cover_nothing(judged) -> None:
    files = {"pyproject.toml": PROJECT.format('"torch>=2"'), "requirements.txt": "torch\n"}
    assert _told(judged("declared", files)) == [("PIN020", ["torch"])]


def test_own_extras_are_no_dependency(judged) -> None:
    text = PROJECT.format("") + '[project.optional-dependencies]\nall = ["app[x]"]\nx = []\n'
    assert judged("declared", {"pyproject.toml": text}) == []


def test_build_requirements_are_a_remark(judged) -> None:
    text = PROJECT.format("") + '[build-system]\nrequires = ["hatchling"]\n'
    findings = judged("declared", {"pyproject.toml": text})
    assert _told(findings) == [("PIN022", ["hatchling"])]
    assert findings[0].rule.verdict == "clean"


def test_lock_that_lacks_a_declared_name(judged) -> None:
    files = {
        "pyproject.toml": PROJECT.format('"torch>=2", "numpy"'),
        "poetry.lock": _poetry(("torch", "2.1")),
    }
    findings = [each for each in judged("declared", files) if each.rule.id == "PIN021"]
    assert [(each.anchor, each.location.path) for each in findings] == [("numpy", "poetry.lock")]


def test_lock_with_a_version_that_is_excluded(judged) -> None:
    files = {
        "pyproject.toml": PROJECT.format('"torch>=2.5"'),
        "poetry.lock": _poetry(("torch", "2.1")),
    }
    findings = [each for each in judged("declared", files) if each.rule.id == "PIN021"]
    assert [each.message for each in findings] == [
        "torch is declared as >=2.5, but the lock holds 2.1."
    ]


def test_alternatives_for_other_versions_of_python(judged) -> None:
    """A lock for Python 3.11 and newer holds the one, and no list needs what only limits."""
    limits = """
[tool.uv]
constraint-dependencies = [
    "torch==1.9; python_version < '3.11'", "torch>=2; python_version >= '3.11'", "unused<3",
]
"""
    lock = """version = 1
[[package]]
name = "torch"
version = "{}"
source = {{ registry = "https://pypi.org/simple" }}
"""
    pyproject = PROJECT.format('"torch"') + limits
    fits = {"pyproject.toml": pyproject, "uv.lock": lock.format("2.1")}
    assert [each for each in judged("declared", fits) if each.rule.id == "PIN021"] == []
    differs = {"pyproject.toml": pyproject, "uv.lock": lock.format("1.12")}
    stale = {each.message for each in judged("declared", differs) if each.rule.id == "PIN021"}
    assert stale == {
        "torch is declared as ==1.9, but the lock holds 1.12.",
        "torch is declared as >=2, but the lock holds 1.12.",
    }


def test_lock_that_fits(judged) -> None:
    files = {
        "pyproject.toml": PROJECT.format('"torch>=2.0rc1", "Num_Py"'),
        "poetry.lock": _poetry(("torch", "2.1"), ("num-py", "1")),
    }
    assert judged("declared", files) == []


def test_npm(judged) -> None:
    package = '{"name": "app", "dependencies": {"left-pad": "^1.0.0", "chalk": "^5.0.0"}}'
    lock = (
        '{"name": "app", "lockfileVersion": 3, "packages": {"": {"name": "app", "dependencies": '
        '{"left-pad": "^1.0.0"}}, "node_modules/left-pad": {"version": "1.3.0"}}}'
    )
    assert [each.rule.id for each in judged("declared", {"package.json": package})] == ["PIN020"]
    findings = judged("declared", {"package-lock.json": lock})
    assert [(each.rule.id, each.anchor) for each in findings if each.rule.id == "PIN021"] == [
        ("PIN021", "chalk")
    ]

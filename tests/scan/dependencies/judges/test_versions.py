"""Open versions: what installs something that the list does not name exactly."""

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HASH = "sha256:" + "ab" * 32


def _ids(findings) -> list[tuple[str, str]]:
    return [(finding.rule.id, finding.anchor) for finding in findings]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("torch", "PIN010"),
        ("torch>=2", "PIN010"),
        ("torch==2.*", "PIN010"),
        ("torch~=2.1.0", "PIN010"),
        ("torch @ git+https://example.org/torch.git", "PIN011"),
        ("torch @ git+https://example.org/torch.git@main", "PIN011"),
        ("torch @ git+https://example.org/torch.git@v2.1.0", "PIN011"),
        ("torch @ git+https://example.org/torch.git@0123456", "PIN011"),
        (f"torch @ git+https://example.org/torch.git@{COMMIT}", "PIN013"),
        ("torch @ https://example.org/torch-2.1.0-py3-none-any.whl", "PIN012"),
        (f"torch @ https://example.org/latest.zip#{HASH.replace(':', '=')}", "PIN013"),
    ],
)
def test_open_entries(judged, line: str, rule: str) -> None:
    findings = judged("versions", {"requirements.txt": line + "\n"})
    assert _ids(findings) == [(rule, "torch")]
    assert findings[0].rule.verdict == "unclear"
    assert findings[0].location.line == 1


@pytest.mark.parametrize(
    "line",
    [
        "torch==2.1.0",
        "torch===2.1.0",
        f"torch @ https://example.org/torch-2.1.0-py3-none-any.whl#{HASH.replace(':', '=')}",
    ],
)
def test_exact_entries(judged, line: str) -> None:
    assert judged("versions", {"requirements.txt": line + "\n"}) == []


def test_constraints_give_the_versions(judged) -> None:
    files = {
        "requirements.txt": "-c constraints.txt\ntorch\nnumpy\n",
        "constraints.txt": "torch==2\n",
    }
    assert _ids(judged("versions", files)) == [("PIN010", "numpy")]


def test_constraints_that_limit_are_no_list_to_install(judged) -> None:
    files = {"requirements.txt": "torch==2.1\n", "constraints.txt": "numpy<3\n"}
    assert judged("versions", files) == []


def test_a_pinned_list_beside_does_not_excuse_an_open_one(judged) -> None:
    files = {"requirements.txt": "torch\n", "requirements-dev.txt": "torch==2.1\n"}
    assert _ids(judged("versions", files)) == [("PIN010", "torch")]


def test_a_branch_in_a_declaration_is_excused_by_its_lock(judged) -> None:
    declaration = (
        '[project]\nname = "app"\nversion = "1"\n'
        'dependencies = ["torch @ git+https://example.org/torch.git@main"]\n'
    )
    assert _ids(judged("versions", {"pyproject.toml": declaration})) == [("PIN011", "torch")]
    lock = (
        "[[package]]\nname = 'torch'\nversion = '2.1.0'\n[package.source]\ntype = 'git'\n"
        f"url = 'https://example.org/torch.git'\nreference = 'main'\n"
        f"resolved_reference = '{COMMIT}'\n"
        "[metadata]\nlock-version = '2.0'\n"
    )
    assert judged("versions", {"poetry.lock": lock}) == []


def test_image_by_tag_and_by_digest(judged) -> None:
    docker = f"FROM python:3.11 AS a\nFROM python:3.11@{HASH}\n"
    assert [each.rule.id for each in judged("versions", {"Dockerfile": docker})] == ["PIN014"]


def test_own_folder_is_told_once(judged) -> None:
    own = '[project]\nname = "core"\nversion = "1"\ndependencies = []\n'
    files = {"requirements.txt": "-e ./core\n", "core/pyproject.toml": own}
    findings = judged("versions", files)
    assert [(each.rule.id, each.rule.verdict.value) for each in findings] == [("PIN015", "clean")]


def test_many_are_counted_and_none_is_lost(judged) -> None:
    lines = "".join(f"package{number}\n" for number in range(250))
    findings = judged("versions", {"requirements.txt": lines})
    assert len(findings) == 101
    assert findings[-1].evidence == {"count": 150}
    assert findings[-1].rule.id == "PIN010"


@pytest.mark.parametrize("version", ["two", "=2.1", "2.1-final-cut", "1.0.0.0.x"])
def test_version_that_nobody_can_order(judged, version: str) -> None:
    findings = judged("versions", {"requirements.txt": f"torch==={version}\n"})
    assert _ids(findings) == [("PIN016", "torch")]


@pytest.mark.parametrize("version", ["2.1", "2.1.0rc1", "1!2.0.post1.dev3+local.1", "v2.1"])
def test_version_that_can_be_ordered(judged, version: str) -> None:
    assert judged("versions", {"requirements.txt": f"torch==={version}\n"}) == []

"""What was not read, what was withdrawn, and the remark on each list."""

import pytest

from seamark.core.checks import Remark
from seamark.scan.dependencies.judges import pins


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("poetry.lock", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
        ("poetry.lock", "<!DOCTYPE html><html><body>404</body></html>"),
        ("package-lock.json", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"),
        ("uv.lock", "<html></html>"),
        ("uv.lock", ""),
        ("poetry.lock", ""),
        ("pdm.lock", ""),
        ("Pipfile.lock", ""),
        ("package-lock.json", ""),
        ("conda-lock.yml", ""),
        ("yarn.lock", "left-pad@^1:\n  version 1.3.0\n"),
    ],
)
def test_lists_that_are_none(judged, name: str, content: str) -> None:
    rules = {each.rule.id for each in judged("pins", {name: content})}
    assert rules & {"PIN001", "PIN002", "PIN003"}, rules


@pytest.mark.parametrize(
    "content", ["<html><body>404</body></html>\n", "version https://git-lfs.github.com/spec/v1\n"]
)
def test_requirements_that_are_another_file(judged, content: str) -> None:
    findings = judged("pins", {"requirements.txt": content})
    assert [each.rule.id for each in findings] == ["PIN002"]


def test_empty_list_alone_and_beside_others(judged) -> None:
    assert [each.rule.id for each in judged("pins", {"requirements.txt": "\n"})] == ["PIN003"]
    assert (
        judged(
            "pins", {"other/pyproject.toml": "[project]\nname='a'\nversion='1'\ndependencies=[]\n"}
        )
        == []
    )


def test_remark_of_each_list(case_in) -> None:
    case = case_in({"requirements.txt": "torch==2.1\nnumpy\n???\n"})
    remarks = [each.value for each in pins.judge(case) if isinstance(each, Remark)]
    assert remarks == [
        {
            "path": "requirements.txt",
            "kind": "requirements",
            "role": "requirements",
            "ecosystem": "PyPI",
            "components": 2,
            "pinned": 1,
            "hashed": 0,
            "unassessed": 1,
            "read": True,
        }
    ]


def test_unread_entries_keep_their_place(judged) -> None:
    findings = judged("unread", {"requirements.txt": "torch==2.1\nnumpy ==== 1\n"})
    assert [(each.rule.id, each.location.line) for each in findings] == [("PIN002", 2)]

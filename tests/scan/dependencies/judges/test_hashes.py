"""Hashes of all, of some, of none, and weak ones."""

STRONG = " --hash=sha256:" + "ab" * 32


def _ids(findings) -> list[str]:
    return [each.rule.id for each in findings]


def test_all(judged) -> None:
    assert judged("hashes", {"requirements.txt": f"torch==2.1{STRONG}\n"}) == []


def test_none_is_one_remark(judged) -> None:
    findings = judged("hashes", {"requirements.txt": "torch==2.1\nnumpy==1.26\nopen\n"})
    assert [(each.rule.id, each.rule.verdict.value) for each in findings] == [("PIN031", "clean")]
    assert "2 pinned entries" in findings[0].message


def test_some_is_a_defect_of_each_other(judged) -> None:
    findings = judged("hashes", {"requirements.txt": f"torch==2.1{STRONG}\nnumpy==1.26\n"})
    assert [(each.rule.id, each.anchor) for each in findings] == [("PIN030", "numpy")]
    assert findings[0].rule.verdict == "review"


def test_a_lock_that_lost_one(judged) -> None:
    lock = (
        "[[package]]\nname = 'torch'\nversion = '2.1'\n"
        f"files = [{{file = 'torch-2.1.tar.gz', hash = 'sha256:{'ab' * 32}'}}]\n"
        "[[package]]\nname = 'numpy'\nversion = '1.26'\nfiles = []\n"
        "[metadata]\nlock-version = '2.0'\n"
    )
    assert [each.anchor for each in judged("hashes", {"poetry.lock": lock})] == ["numpy"]


def test_weak_only(judged) -> None:
    integrity = "sha1-" + "A" * 27 + "="
    lock = (
        '{"lockfileVersion": 3, "packages": {"node_modules/left-pad": {"version": "1.3.0", '
        f'"integrity": "{integrity}"}}}}}}'
    )
    assert _ids(judged("hashes", {"package-lock.json": lock})) == ["PIN032"]


def test_images_and_environments_have_none(judged) -> None:
    files = {
        "Dockerfile": "FROM python:3.11\n",
        "environment.yml": "dependencies:\n  - numpy=1.26=x\n",
    }
    assert judged("hashes", files) == []

"""Indexes and origins."""

import json

import pytest

from seamark.scan.dependencies.settings import Settings

STRONG = " --hash=sha256:" + "ab" * 32
EXTRA = "--extra-index-url https://packages.example.org/simple\n"


def _ids(findings) -> list[str]:
    return [each.rule.id for each in findings]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (EXTRA + "torch==2.1\n", ["SRC001"]),
        (EXTRA + f"torch==2.1{STRONG}\n", ["SRC002"]),
        (EXTRA + f"torch==2.1{STRONG}\nnumpy==1.26\n", ["SRC001"]),
        (EXTRA + f"torch==2.1{STRONG}\n???\n", ["SRC001"]),
        ("--index-url https://packages.example.org/simple\ntorch==2.1\n", []),
        ("--index-url http://packages.example.org/simple\ntorch==2.1\n", ["SRC003"]),
        ("--index-url http://127.0.0.1:3141/simple\ntorch==2.1\n", []),
        ("--trusted-host packages.example.org\ntorch==2.1\n", ["SRC003"]),
        ("--trusted-host localhost\ntorch==2.1\n", []),
        ("--find-links http://example.org/wheels\ntorch==2.1\n", ["SRC003"]),
        ("--find-links ./wheels\ntorch==2.1\n", []),
        ("--index-url https://user:pass@example.org/simple\ntorch==2.1\n", ["SRC004"]),
        ("torch @ http://example.org/torch-2.1-py3-none-any.whl\n", ["SRC010"]),
        ("torch @ git+http://example.org/torch.git@main\n", ["SRC010"]),
        ("torch @ git+ssh://git@example.org/torch.git@main\n", []),
    ],
)
def test_requirements(judged, text: str, rules: list[str]) -> None:
    assert _ids(judged("sources", {"requirements.txt": text})) == rules


def test_credentials_are_not_shown(judged) -> None:
    text = "--index-url https://user:seamark-canary-7@example.org/simple\ntorch==2.1\n"
    findings = judged("sources", {"requirements.txt": text})
    assert findings
    assert "seamark-canary-7" not in repr(findings)


def test_extra_index_of_an_included_file(judged) -> None:
    files = {
        "requirements.txt": f"-r base.txt\n{EXTRA}torch==2.1{STRONG}\n",
        "base.txt": "numpy==1.26\n",
    }
    assert _ids(judged("sources", files)) == ["SRC001"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("acme-core==1.0\n", 1),
        ("acme_core==1.0\n", 1),
        ("acme==1.0\n", 0),
        ("--index-url https://packages.example.org/simple\nacme-core==1.0\n", 0),
        ("--index-url https://pypi.org/simple\n" + EXTRA + "acme-core==1.0\n", 1),
        ("acme-core @ git+https://example.org/core.git@main\n", 0),
    ],
)
def test_internal_names(judged, text: str, count: int) -> None:
    settings = Settings(internal=("acme-*",))
    findings = judged("sources", {"requirements.txt": text}, settings)
    assert [each for each in _ids(findings) if each == "SRC020"] == ["SRC020"] * count


def _npm(**packages: str) -> str:
    entries = {
        f"node_modules/{name.replace('__', '/')}": {"version": "1.0.0", "resolved": url}
        for name, url in packages.items()
    }
    return json.dumps({"lockfileVersion": 3, "packages": {"": {}, **entries}})


REGISTRY = "https://registry.npmjs.org"


def test_npm_lock_from_one_registry(judged) -> None:
    lock = _npm(a=f"{REGISTRY}/a/-/a-1.0.0.tgz", b=f"{REGISTRY}/b/-/b-1.0.0.tgz")
    assert judged("sources", {"package-lock.json": lock}) == []
    mirror = "https://npm.example.org"
    lock = _npm(a=f"{mirror}/a/-/a-1.0.0.tgz", b=f"{mirror}/b/-/b-1.0.0.tgz")
    assert judged("sources", {"package-lock.json": lock}) == []


def test_scope_of_another_registry_is_usual(judged) -> None:
    lock = _npm(
        a=f"{REGISTRY}/a/-/a-1.0.0.tgz",
        **{"@acme__core": "https://npm.example.org/@acme/core/-/core-1.0.0.tgz"},
    )
    assert judged("sources", {"package-lock.json": lock}) == []


def test_one_entry_from_another_host(judged) -> None:
    lock = _npm(
        a=f"{REGISTRY}/a/-/a-1.0.0.tgz",
        b=f"{REGISTRY}/b/-/b-1.0.0.tgz",
        c="https://evil.example.org/c/-/c-1.0.0.tgz",
        d="https://evil.example.org/d.tgz",
    )
    findings = judged("sources", {"package-lock.json": lock})
    assert [(each.rule.id, each.anchor) for each in findings] == [("SRC011", "c"), ("SRC011", "d")]


def test_archive_of_another_package(judged) -> None:
    lock = _npm(a=f"{REGISTRY}/a/-/a-1.0.0.tgz", b=f"{REGISTRY}/evil/-/evil-1.0.0.tgz")
    findings = judged("sources", {"package-lock.json": lock})
    assert [(each.rule.id, each.anchor) for each in findings] == [("SRC012", "b")]


def test_uv_lock_that_fetches_from_elsewhere(judged) -> None:
    lock = (
        'version = 1\n[[package]]\nname = "torch"\nversion = "2.1"\n'
        'source = { registry = "https://pypi.org/simple" }\n'
        'wheels = [{ url = "https://evil.example.org/torch-2.1-py3-none-any.whl", '
        f'hash = "sha256:{"ab" * 32}" }}]\n'
    )
    findings = judged("sources", {"uv.lock": lock})
    assert [(each.rule.id, each.anchor) for each in findings] == [("SRC011", "torch")]
    declared = (
        '[project]\nname = "app"\nversion = "1"\n'
        'dependencies = ["torch @ https://evil.example.org/torch-2.1-py3-none-any.whl"]\n'
    )
    assert judged("sources", {"pyproject.toml": declared}) == []


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://user:seamark-canary-7@example.org/torch-2.1-py3-none-any.whl", True),
        ("https://seamark-canary-7-token@example.org/torch-2.1-py3-none-any.whl", True),
        ("https://example.org/torch-2.1-py3-none-any.whl?token=seamark-canary-7", True),
        ("git+https://x:seamark-canary-7@example.org/torch.git@main", True),
        ("https://${USER}:${SECRET}@example.org/torch-2.1-py3-none-any.whl", False),
        ("https://someone@example.org/torch-2.1-py3-none-any.whl", False),
        ("https://example.org/torch-2.1-py3-none-any.whl?raw=true", False),
        ("git+ssh://git@example.org/torch.git@main", False),
    ],
)
def test_credentials_in_the_address_of_a_package(judged, url: str, told: bool) -> None:
    findings = judged("sources", {"requirements.txt": f"torch @ {url}\n"})
    assert _ids(findings) == ["SRC004"] * told
    assert "seamark-canary-7" not in repr(findings)


def test_credentials_in_a_lock_of_npm(judged) -> None:
    lock = _npm(a="https://user:seamark-canary-7@registry.npmjs.org/a/-/a-1.0.0.tgz")
    findings = judged("sources", {"package-lock.json": lock})
    assert _ids(findings) == ["SRC004"]
    assert "seamark-canary-7" not in repr(findings)


def test_variables_in_the_address_of_an_index_are_no_credentials(judged) -> None:
    text = "--index-url https://${USER}:${PASSWORD}@example.org/simple\ntorch==2.1\n"
    assert judged("sources", {"requirements.txt": text}) == []


def test_lock_that_takes_a_package_from_a_repository(judged) -> None:
    """Allowed where a member of the workspace says so, from that host."""
    commit = "0123456789abcdef0123456789abcdef01234567"
    lock = (
        'version = 1\n[[package]]\nname = "torch"\nversion = "2.1"\n'
        f'source = {{ git = "https://git.example.org/torch#{commit}" }}\n'
    )
    assert _ids(judged("sources", {"uv.lock": lock})) == ["SRC011"]
    head = '[project]\nname = "app"\nversion = "1"\n'
    for host, rules in (("git.example.org", []), ("evil.example.org", ["SRC011"])):
        member = f'{head}dependencies = ["torch @ git+https://{host}/torch@{commit}"]\n'
        files = {"uv.lock": lock, "packages/core/pyproject.toml": member}
        assert _ids(judged("sources", files)) == rules


def test_a_lock_whose_declaration_is_not_read_is_no_proof_of_injection(judged) -> None:
    place = f"git+https://github.com/bokeh/bokeh#{'7' * 40}"
    text = f"version: 7\npackages:\n- pypi: {place}\n  name: bokeh\n  version: 3.10.0\n"
    assert "SRC011" not in _ids(judged("sources", {"pixi.lock": text}))

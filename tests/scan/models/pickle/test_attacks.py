"""Names of known attacks: they decide nothing, and none of them is allowed."""

import re

import pytest

from seamark.scan.models.pickle.attacks import known_attacks, name_attack
from seamark.scan.models.pickle.decide import Decision, load_allowlist

FAMILIES = {
    "code execution",
    "process",
    "file",
    "network",
    "import",
    "deserialization",
    "introspection",
}


HELD = {"dill._dill:_load_type", "cloudpickle.cloudpickle:_builtin_type"}
"""They load a type by its name; their guard admits the names of plain data types only."""


def test_no_known_attack_is_allowed() -> None:
    allowlist = load_allowlist()
    passed = [
        key
        for key in known_attacks()
        if allowlist.decide(*key.split(":", 1)) in (Decision.ALLOWED, Decision.GUARDED)
    ]
    assert set(passed) == HELD


def test_there_are_many_and_each_is_whole() -> None:
    attacks = known_attacks()
    assert len(attacks) >= 150
    for key, attack in attacks.items():
        assert re.fullmatch(r"[\w.]+:[\w.]+", key)
        assert attack.title
        assert not attack.title.endswith(".")
        assert attack.family in FAMILIES
        for reference in attack.references:
            assert re.fullmatch(
                r"CVE-\d{4}-\d+|GHSA(-[23456789cfghjmpqrvwx]{4}){3}", reference.name
            )
            assert reference.url.startswith("https://")


@pytest.mark.parametrize(
    ("module", "name", "reference"),
    [
        ("pip", "main", "CVE-2025-1716"),
        ("pkgutil", "resolve_name", "GHSA-vvpj-8cmc-gx39"),
        ("timeit", "timeit", "GHSA-v7x6-rv5q-mhwc"),
        ("pty", "spawn", "GHSA-r7v6-mfhq-g3m2"),
        ("asyncio.unix_events", "_UnixSubprocessTransport", "CVE-2025-10157"),
    ],
)
def test_advisories(module: str, name: str, reference: str) -> None:
    attack = name_attack(module, name)
    assert attack is not None
    assert reference in [link.name for link in attack.references]


def test_unpublished_names_have_no_title() -> None:
    assert name_attack("mylib", "Thing") is None
    assert name_attack("", "") is None

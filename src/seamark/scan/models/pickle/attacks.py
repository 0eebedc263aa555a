"""Names of known attacks: what was found, and where it was published. Decides nothing.

The decision is the allowlist's; a reference that nobody ever published is denied just the same.
"""

import functools
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from seamark.core.rules import Reference, cve, ghsa

_FILE = os.path.join(os.path.dirname(__file__), "attacks.json")


@dataclass(frozen=True, slots=True)
class Attack:
    """A published way to turn a reference into harm.

    ``title`` says what it does, ``family`` what kind of effect it has (``code execution``,
    ``process``, ``file``, ``network``, ``import``, ``deserialization``, ``introspection``).
    """

    title: str
    family: str
    references: tuple[Reference, ...] = ()


def name_attack(module: str, name: str) -> Attack | None:
    """The known attack that uses ``module.name``, by exact name, then by its whole module."""
    attacks = known_attacks()
    return attacks.get(f"{module}:{name}") or attacks.get(f"{module}:*")


@functools.cache
def known_attacks() -> Mapping[str, Attack]:
    """Attacks by ``module:name`` (``module:*`` for modules without an honest use)."""
    with open(_FILE, encoding="utf-8") as file:
        table = json.load(file)
    return {
        key: Attack(
            title=group["title"],
            family=group["family"],
            references=tuple(map(_reference, [*group["references"], *own])),
        )
        for group in table["groups"]
        for key, own in group["names"].items()
    }


def _reference(text: str) -> Reference:
    if text.startswith("CVE-"):
        return cve(text)
    if text.startswith("GHSA-"):
        return ghsa(text)
    name, _, url = text.partition(" ")
    return Reference(name, url)

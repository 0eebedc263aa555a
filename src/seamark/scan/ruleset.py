"""The rule-set version: one name for everything that decides what a verdict is.

Rules, allowlists and the readers themselves: a corrected reader changes verdicts as much as a new
rule does, and a receipt of the one before must not be served. So the digest is over the bytes of
every module and data file of this room (the offline builder apart), by path; equal releases
have equal names on every machine.
"""

import hashlib
import os
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from seamark.core.rules import Rule

EDITION = "2026.11"
"""Year and month of the rule set, for people."""

_SUFFIXES = (".py", ".json")
_LEFT_OUT = frozenset({"__pycache__", "builder"})


def ruleset_digest() -> str:
    """``sha256:…`` over the package's modules and data files."""
    root = os.path.dirname(os.path.abspath(__file__))
    state = hashlib.sha256()
    for name, path in sorted(_files(root, "")):
        with open(path, "rb") as file:
            data = file.read()
        state.update(f"{name}\0{len(data)}\0".encode())
        state.update(data)
    return "sha256:" + state.hexdigest()


def ruleset_version() -> str:
    """``2026.11+sha256:abcdef12``, as reports and receipts carry it."""
    return f"{EDITION}+{ruleset_digest()[:15]}"


def declared_rules(package: str, *, besides: str = "") -> Iterator[Rule]:
    """Every rule that a package declares: imports each of its modules for its ``RULES``.

    Modules whose names begin with ``besides`` are left out.
    """
    for module in walk_packages(import_module(package).__path__, f"{package}."):
        if not besides or not module.name.startswith(besides):
            yield from getattr(import_module(module.name), "RULES", ())


def _files(directory: str, prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name in _LEFT_OUT:
                continue
            name = f"{prefix}{entry.name}"
            if entry.is_dir():
                found += _files(entry.path, f"{name}/")
            elif entry.name.endswith(_SUFFIXES):
                found.append((name, entry.path))
    return found

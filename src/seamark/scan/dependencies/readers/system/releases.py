"""Which operating system a root file system holds: ``etc/os-release`` beside a package database.

Source: os-release(5). Names of ecosystems are OSV's (``Debian:12``, ``Alpine:v3.19``,
``Ubuntu:22.04:LTS``); a derivative is an ecosystem of its own, never that of what it is like.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from seamark.scan.dependencies.listings import Unassessed
from seamark.scan.dependencies.names import purl
from seamark.scan.dependencies.source import Source, Unreadable

_PLACES = ("etc/os-release", "usr/lib/os-release")
_IDENTIFIER = re.compile(r"[a-z0-9._-]{1,64}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ALPINE = re.compile(r"([0-9]+\.[0-9]+)(?:\.[0-9]+)?")
_TITLES = {"debian": "Debian", "ubuntu": "Ubuntu", "alpine": "Alpine", "wolfi": "Wolfi",
           "chainguard": "Chainguard"}  # fmt: skip
_ROLLING = ("Wolfi", "Chainguard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An operating system: its ``ecosystem`` as OSV calls it, its ``id`` and ``version``."""

    ecosystem: str
    id: str
    version: str = ""

    @property
    def distribution(self) -> str:
        """As the qualifier ``distro`` of package URLs has it (``debian-12``)."""
        return f"{self.id}-{self.version}" if self.version else self.id

    def purl(
        self, kind: str, name: str, version: str, *, architecture: str = "", upstream: str = ""
    ) -> str:
        """The package URL of a package of this system; ``upstream`` is its source package."""
        qualifiers = {"arch": architecture, "distro": self.distribution, "upstream": upstream}
        return purl(kind, name, version, namespace=self.id, qualifiers=qualifiers)


def release_beside(source: Source, up: int, usual: Release) -> Iterator[Release | Unassessed]:
    """The release of the root that is ``up`` directories above the file, at last.

    Where it does not say, what is ``usual`` for the file, after a word about that.
    """
    reasons = []
    for place in _PLACES:
        beside = source.beside("../" * up + place)
        if beside is None:
            reasons.append(f"{place} leads outside")
            continue
        try:
            release = parse_release(beside.text())
        except Unreadable as problem:
            reasons.append(f"{place}: {problem.reason}")
            continue
        if release is not None:
            yield release
            return
        reasons.append(f"{place} names none that has advisories of its own")
    reason = f"which release of {usual.ecosystem} this is cannot be told ({'; '.join(reasons)})"
    yield Unassessed(name=source.shown, reason=reason, location=source.at())
    yield usual


def parse_release(text: str) -> Release | None:
    """What an ``os-release`` file says; None where it names no release."""
    values = dict(_assignments(text))
    identifier = values.get("ID", "").lower()
    version = values.get("VERSION_ID", "")
    if not _IDENTIFIER.fullmatch(identifier) or (version and not _VERSION.fullmatch(version)):
        return None
    title = _TITLES.get(identifier, identifier)
    if title in _ROLLING:
        return Release(ecosystem=title, id=identifier)
    if not version:
        return None
    if title == "Alpine":
        match = _ALPINE.fullmatch(version)
        name = f"Alpine:v{match.group(1)}" if match else "Alpine:edge"
    elif title == "Ubuntu" and "LTS" in values.get("VERSION", ""):
        name = f"Ubuntu:{version}:LTS"
    else:
        name = f"{title}:{version}"
    return Release(ecosystem=name, id=identifier, version=version)


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if not equals or name.startswith("#"):
            continue
        try:
            words = shlex.split(value)
        except ValueError:
            continue  # a quote without an end: systemd ignores such a line, too
        yield name, words[0] if words else ""

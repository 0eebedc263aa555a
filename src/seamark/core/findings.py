"""A finding: one rule broken at one location, with evidence and a stable fingerprint."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from seamark.core.rules import Confidence, Reference, Rule

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a finding is: a file, a member inside nested containers, a line or a byte offset.

    ``path`` is as the user gave it, with ``/`` between parts. ``member`` is the path through
    containers, outermost first, joined by ``!`` (``archive/data.pkl``, ``a.tar!m.pkl``).
    ``line`` and ``column`` count from 1, ``offset`` (bytes into the member) from 0.
    """

    path: str
    member: str = ""
    line: int | None = None
    column: int | None = None
    offset: int | None = None

    def __str__(self) -> str:
        text = self.path
        if self.member:
            text += f"!{self.member}"
        if self.line is not None:
            text += f":{self.line}"
        elif self.offset is not None:
            text += f"@{self.offset}"
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule broken at one location.

    ``message`` is one sentence for a person. ``anchor`` names the thing itself (``os.system``,
    a tensor, a key) without position or surroundings: the fingerprint is made of rule, path,
    member and anchor, so it survives edits around the finding. ``evidence`` holds JSON values.
    ``references`` adds to the rule's own, e.g. the advisory of a recognized attack.
    """

    rule: Rule
    message: str
    location: Location
    anchor: str = ""
    confidence: Confidence = Confidence.HIGH
    evidence: Mapping[str, Json] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    fingerprint: str = ""


def fingerprint(finding: Finding, occurrence: int = 0) -> str:
    """32 hex digits that name this finding across runs; ``occurrence`` tells equal ones apart."""
    parts = (
        finding.rule.id,
        finding.location.path,
        finding.location.member,
        finding.anchor,
        str(occurrence),
    )
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32]


def with_fingerprints(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in their order, each with its fingerprint; equal ones are numbered."""
    seen: dict[tuple[str, str, str, str], int] = {}
    result = []
    for finding in findings:
        where = finding.location
        key = (finding.rule.id, where.path, where.member, finding.anchor)
        occurrence = seen.get(key, 0)
        seen[key] = occurrence + 1
        result.append(replace(finding, fingerprint=fingerprint(finding, occurrence)))
    return tuple(result)

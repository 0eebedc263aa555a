"""What a kind of credential is: how it looks, how it is tested, how much harm a leaked one does."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from seamark.core.rules import Reference, Rule, Severity, cwe, owasp_llm
from seamark.core.verdicts import Verdict

Test = Callable[[str], bool]
"""Whether a value has the structure of its kind; never raises."""


class Group(Enum):
    """How the values of a kind are taken out of a text."""

    TOKEN = "token"  # noqa: S105 - the name of a group
    """By a pattern of its own: the value tells what it is."""
    NAMED = "named"
    """From an assignment: the name tells what it is, the value has a known form."""
    GENERIC = "generic"
    """From an assignment whose name only says that the value is secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of credential.

    ``pattern`` is in RE2 syntax over bytes; its last group is the value, for ``NAMED`` kinds it is
    the whole value. ``keywords`` are literals (compared without case) of which every match holds
    at least one: the prefilter's. ``names`` is a pattern that the name of an assignment holds.
    ``tests`` lower the score where they fail. ``score`` is that of a value that passes all.
    ``prefix`` may be shown. ``distinct`` kinds can be looked for in binary files as well.
    """

    id: str
    rule: Rule
    group: Group
    pattern: str
    keywords: tuple[str, ...] = ()
    names: str = ""
    tests: tuple[Test, ...] = ()
    score: float = 0.9
    prefix: str = ""
    entropy: float = 0.0

    @property
    def distinct(self) -> bool:
        """Whether a match is hardly chance, whatever bytes surround it."""
        return self.group is Group.TOKEN and self.score >= 0.9


_REASON = "Whoever reads this file, its history or a copy of it can act as its owner."
_REMEDY = (
    "Revoke it at its issuer first, then issue a new one and read it from the environment or a "
    "secret manager; removing the line alone leaves it in the history."
)

END = r"(?:[^0-9A-Za-z_]|\z)"
"""Behind a value: RE2 has no lookahead, and one separator may be consumed."""


def rule_of(number: int, title: str, severity: Severity, page: str = "") -> Rule:
    """The rule ``SECnnn`` that a leaked credential of this kind breaks."""
    references: tuple[Reference, ...] = (cwe(798), cwe(312), owasp_llm(2))
    if page:
        references += (Reference("Revoking it", page),)
    return Rule(
        id=f"SEC{number:03}",
        title=title if " file" in title else f"{title} in a file",
        severity=severity,
        verdict=Verdict.REVIEW,
        reason=_REASON,
        remedy=_REMEDY,
        references=references,
    )


def token(
    number: int,
    slug: str,
    title: str,
    body: str,
    keywords: tuple[str, ...],
    *,
    severity: Severity = Severity.HIGH,
    tests: tuple[Test, ...] = (),
    score: float = 0.9,
    prefix: str | None = None,
    entropy: float = 2.5,
    page: str = "",
    whole: bool = False,
) -> Kind:
    """A kind whose values tell what they are. ``whole``: ``body`` is the pattern as it stands."""
    shown = keywords[0] if prefix is None and len(keywords) == 1 else prefix or ""
    return Kind(
        id=slug,
        rule=rule_of(number, title, severity, page),
        group=Group.TOKEN,
        pattern=body if whole else rf"\b({body}){END}",
        keywords=tuple(keyword.lower() for keyword in keywords),
        tests=tests,
        score=score,
        prefix=shown,
        entropy=entropy,
    )


def named(
    number: int,
    slug: str,
    title: str,
    names: str,
    value: str,
    *,
    severity: Severity = Severity.HIGH,
    tests: tuple[Test, ...] = (),
    score: float = 0.85,
    entropy: float = 2.8,
    page: str = "",
) -> Kind:
    """A kind whose values have a plain form (hex digits) and are told by the name beside them."""
    return Kind(
        id=slug,
        rule=rule_of(number, title, severity, page),
        group=Group.NAMED,
        pattern=value,
        names=names,
        tests=tests,
        score=score,
        entropy=entropy,
    )

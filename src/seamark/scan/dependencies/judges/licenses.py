"""Whether the project's policy allows the licenses of what it uses (family LCN).

Without a policy there is nothing to say. With one, every package needs a license that is known
and allowed; a list without licenses is told once, and learns from installed packages in the same
project.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from seamark.core.checks import Remark
from seamark.core.components import Component, OriginKind
from seamark.core.findings import Finding, Location
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.licenses.policy import Policy, policy_of
from seamark.scan.dependencies.licenses.texts import Readings, readings, spdx
from seamark.scan.dependencies.listings import Listing, Role

__all__ = ["RULES", "judge", "spdx"]

_SHOWN = 20

DENIED = Rule(
    id="LCN001",
    title="License is not allowed",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The project's own policy (licenses_allow, licenses_deny) rules this license out; "
    "using the package may bind the system to terms that nobody has accepted.",
    remedy="Replace the package, ask its owner for other terms, or change the policy if the "
    "license is acceptable after all.",
)
UNKNOWN = Rule(
    id="LCN002",
    title="License is not known",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The package says nothing that is recognized as a license. Without a license nobody "
    "may use it, and the project's policy cannot be applied.",
    remedy="Look the license up at the package's source; a waiver records what was found.",
)
UNLISTED = Rule(
    id="LCN003",
    title="Licenses are not known from this list",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The format of this list holds no licenses, and no installed package in the project "
    "gives them, so the project's policy was not applied to its packages.",
    remedy="Scan the installed environment together with the list.",
)
AMBIGUOUS = Rule(
    id="LCN004",
    title="License is ambiguous",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="What the package says may mean several licenses (BSD may be any of three), and the "
    "project's policy allows only some of them.",
    remedy="Look the license up at the package's source; a waiver records what was found.",
)

RULES = (DENIED, UNKNOWN, UNLISTED, AMBIGUOUS)


@dataclass(slots=True)
class _Known:
    """Texts of licenses in the whole inventory: by name and version, and by name alone."""

    exact: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    named: dict[tuple[str, str], set[tuple[str, ...]]] = field(default_factory=dict)

    def learn(self, each: Component) -> None:
        if each.licenses:
            self.exact.setdefault((each.ecosystem, each.name, each.version), each.licenses)
            self.named.setdefault((each.ecosystem, each.name), set()).add(each.licenses)

    def of(self, each: Component) -> tuple[str, ...]:
        """The texts of this one; of another version only where this one's is left open."""
        if each.licenses:
            return each.licenses
        if each.version:
            return self.exact.get((each.ecosystem, each.name, each.version), ())
        found = self.named.get((each.ecosystem, each.name), set())
        return next(iter(found)) if len(found) == 1 else ()


def judge(case: Case) -> Iterator[Finding | Remark]:
    """Findings under the policy. Raises ``ConfigurationError`` for one that cannot be read."""
    settings = case.settings
    if not (settings.licenses_allow or settings.licenses_deny):
        return
    policy = policy_of(settings.licenses_allow, settings.licenses_deny)
    known = _Known()
    exact: set[tuple[str, str]] = set()
    for listing in case.inventory.listings:
        for each in listing.components:
            known.learn(each)
            if listing.role is not Role.DECLARATION and each.version:
                exact.add((each.ecosystem, each.name))
    told: set[tuple[str, str]] = set()
    for listing in case.inventory.listings:
        yield from _judge_listing(listing, policy, known, exact, told)


def _judge_listing(
    listing: Listing, policy: Policy, known: _Known,
    exact: set[tuple[str, str]], told: set[tuple[str, str]],
) -> Iterator[Finding]:  # fmt: skip
    """Findings of one list. ``exact`` are packages that a lock or an environment has, ``told``
    those of which it was said that nothing is known.
    """
    tells = listing.role is Role.INSTALLED or any(each.licenses for each in listing.components)
    missing: dict[str, Component] = {}
    judged: set[tuple[str, tuple[str, ...]]] = set()
    for each in listing.components:
        texts = known.of(each)
        key = (each.ecosystem, each.name)
        if texts:
            if (each.name, texts) not in judged:
                judged.add((each.name, texts))
                yield from _judge_package(each, texts, policy, told)
        elif _is_own(each) or (listing.role is Role.DECLARATION and key in exact):
            continue  # the project's own code; or told where the version is
        elif not tells or _covers_nothing(each):
            missing.setdefault(each.name, each)
        elif key not in told:
            told.add(key)
            yield _finding(UNKNOWN, each, f"Nothing says under which license {each.title} is.")
    if missing:
        yield _unlisted(listing, missing)


def _is_own(each: Component) -> bool:
    return each.origin is not None and each.origin.kind is OriginKind.PATH


def _covers_nothing(each: Component) -> bool:
    """Whether the ecosystem's lists hold no licenses at all (packages of Debian)."""
    return each.ecosystem.partition(":")[0] in ("Debian", "Ubuntu")


def _judge_package(
    each: Component, texts: tuple[str, ...], policy: Policy, told: set[tuple[str, str]]
) -> Iterator[Finding]:
    found = readings(texts)
    if not found:
        if (each.ecosystem, each.name) not in told:
            told.add((each.ecosystem, each.name))
            message = f"The license of {each.title} is not recognized: {_quoted(texts)}."
            yield _finding(UNKNOWN, each, message, {"texts": [text[:200] for text in texts]})
        return
    allowed = {str(reading): policy.allows(reading) for reading in sorted(found, key=str)}
    evidence = {"texts": [text[:200] for text in texts], "readings": [*allowed]}
    if not any(allowed.values()):
        message = f"{each.title} is under {_named(found)}, which the policy does not allow."
        yield _finding(DENIED, each, message, evidence)
    elif not all(allowed.values()):
        refused = " or ".join(name for name, is_allowed in allowed.items() if not is_allowed)
        message = (
            f"The license of {each.title} ({_quoted(texts)}) may be {refused}, "
            "which the policy does not allow."
        )
        yield _finding(AMBIGUOUS, each, message, evidence)


def _named(found: Readings) -> str:
    return " or ".join(sorted(map(str, found)))


def _quoted(texts: tuple[str, ...]) -> str:
    shown = [" ".join(text.split()) for text in texts]
    return ", ".join(repr(text if len(text) <= 60 else f"{text[:60]}…") for text in shown[:3])


def _finding(
    rule: Rule, each: Component, message: str, evidence: Mapping[str, list[str]] | None = None
) -> Finding:
    return Finding(
        rule=rule,
        message=message,
        location=each.location,
        anchor=each.name,
        evidence={key: list(value) for key, value in (evidence or {}).items()},
    )


def _unlisted(listing: Listing, missing: Mapping[str, Component]) -> Finding:
    names = sorted(missing)
    count = "1 package" if len(names) == 1 else f"{len(names)} packages"
    return Finding(
        rule=UNLISTED,
        message=f"The licenses of {count} are not known from this list; "
        "scan the installed environment.",
        location=Location(path=listing.path),
        anchor="licenses",
        evidence={"packages": [*names[:_SHOWN]], "count": len(names)},
    )

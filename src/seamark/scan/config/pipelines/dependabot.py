"""Dependabot's settings: updates that run code of packages, or take releases of the same hour."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Reference, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines.case import Place, brief
from seamark.scan.config.pipelines.tree import Mapping, Node, Scalar, Sequence, Unreadable, text_of

_OPTIONS = Reference(
    "GitHub: Dependabot options",
    "https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference",
)
EXECUTION = Rule(
    id="GHA080",
    title="Updates run code of the packages that they look at",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A hostile release runs its code during the update, with access to private registries.",
    remedy="Remove insecure-external-code-execution: allow.",
    references=(cwe(829), _OPTIONS),
)
COOLDOWN = Rule(
    id="GHA081",
    title="Updates are proposed as soon as a release exists",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="Most hostile releases are found and withdrawn within days.",
    remedy="Say cooldown: default-days: 7 for the ecosystem; security updates do not wait.",
    references=(cwe(1357), _OPTIONS),
)
RULES = (EXECUTION, COOLDOWN)


def judge(root: Node, place: Place) -> Iterator[Finding]:
    """Every ecosystem of the file. Raises :class:`Unreadable`."""
    updates = root.get("updates") if isinstance(root, Mapping) else None
    if not isinstance(updates, Sequence):
        raise Unreadable("it has no list of updates", root.line)
    for number, update in enumerate(updates.items):
        if not isinstance(update, Mapping):
            raise Unreadable("an entry of updates is no mapping", update.line)
        ecosystem = text_of(update.get("package-ecosystem")) or str(number)
        anchor = f"{ecosystem} {text_of(update.get('directory'))}".strip()
        execution = update.get("insecure-external-code-execution")
        if isinstance(execution, Scalar) and execution.value == "allow":
            yield Finding(
                rule=EXECUTION,
                message=f"Updates of {brief(ecosystem)} may run code of the packages.",
                location=place.of(execution),
                anchor=anchor,
            )
        if "cooldown" not in update.values and "multi-ecosystem-group" not in update.values:
            key = update.keys.get("package-ecosystem")
            yield Finding(
                rule=COOLDOWN,
                message=f"Updates of {brief(ecosystem)} do not wait (no cooldown).",
                location=place.of(key) if key is not None else place.of(_start(update)),
                anchor=anchor,
            )


def _start(node: Mapping) -> Scalar:
    return next(iter(node.keys.values()), Scalar("", node.line, node.column, node.line))

"""Findings about vulnerabilities after VEX: suppressed ones are remarks, never silence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from seamark.core.checks import Remark
from seamark.core.findings import Finding, Json
from seamark.scan.dependencies.vex.model import Ignored, Statement, Statements
from seamark.scan.dependencies.vex.reading import read_documents, strongest
from seamark.scan.dependencies.vex.rules import VEX_IGNORED, VEX_UNREADABLE, VEX_UNUSED

FAMILY = "VUL"


@dataclass(frozen=True)
class Vex:
    """All VEX documents that a project believes."""

    documents: tuple[Statements, ...]
    problems: tuple[Ignored, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Statement, ...]]:
        """Statements by every name of their vulnerability."""
        found: dict[str, list[Statement]] = {}
        for document in self.documents:
            for statement in document.statements:
                for name in statement.names:
                    found.setdefault(name, []).append(statement)
        return {name: tuple(each) for name, each in found.items()}

    def answer(
        self, *, names: frozenset[str], purl: str, known: frozenset[str]
    ) -> Statement | None:
        """The statement that counts for this vulnerability of this package."""
        found = [each for name in sorted(names) for each in self.by_name.get(name, ())]
        return strongest(found, names=names, purl=purl, known=known)


def open_vex(root: str, paths: Iterable[str], *, today: date) -> Vex:
    """Read the documents. Never raises: those that cannot be read are problems.

    A statement of a day that has not come yet is not believed: it would outlive every later one.
    """
    found = list(read_documents(root, paths))
    return Vex(
        tuple(_until(each, today) for each in found if isinstance(each, Statements)),
        tuple(each for each in found if isinstance(each, Ignored)),
    )


def _until(document: Statements, today: date) -> Statements:
    """The document without statements of the future; a day is allowed for, as for time zones."""
    last = today + timedelta(days=1)
    late = [each for each in document.statements if each.time.date() > last]
    reason = "its time has not come yet"
    ignored = (Ignored(", ".join(sorted(each.names)), reason, each.location) for each in late)
    return replace(
        document,
        statements=tuple(each for each in document.statements if each.time.date() <= last),
        ignored=(*document.ignored, *ignored),
    )


def apply(
    results: Iterable[Finding | Remark], vex: Vex, *, known: frozenset[str] = frozenset()
) -> Iterator[Finding | Remark]:
    """The results without findings that a statement clears; each of those becomes a remark.

    A finding of the family VUL says in its evidence whom it concerns: ``purl``, and ``id`` with
    ``aliases`` of the vulnerability. One about malware is never cleared: no statement makes it
    harmless. ``known`` are package URLs of all components.
    """
    used: set[Statement] = set()
    for result in results:
        statement = _cleared_by(result, vex, known) if isinstance(result, Finding) else None
        if statement is None or not isinstance(result, Finding):
            yield result
            continue
        used.add(statement)
        yield Remark("vex", _remark(result, statement))
    yield from about(vex, used)


def about(vex: Vex, used: set[Statement]) -> Iterator[Finding]:
    """What is to be said of the documents themselves."""
    for problem in vex.problems:
        message = f"The VEX document {problem.what} was not read: {problem.reason}."
        yield Finding(
            rule=VEX_UNREADABLE, message=message, location=problem.location, anchor=problem.what
        )
    for document in vex.documents:
        for ignored in document.ignored:
            message = f"The statement about {ignored.what} is not believed: {ignored.reason}."
            yield Finding(
                rule=VEX_IGNORED, message=message, location=ignored.location, anchor=ignored.what
            )
        for statement in document.statements:
            if statement.clears and statement not in used:
                names = ", ".join(sorted(statement.names))
                message = f"The statement about {names} suppresses no finding."
                yield Finding(
                    rule=VEX_UNUSED, message=message, location=statement.location, anchor=names
                )


def _cleared_by(finding: Finding, vex: Vex, known: frozenset[str]) -> Statement | None:
    if not finding.rule.id.startswith(FAMILY) or finding.evidence.get("malicious"):
        return None
    purl, names = finding.evidence.get("purl"), _names(finding)
    if not isinstance(purl, str) or not names:
        return None
    statement = vex.answer(names=names, purl=purl, known=known | {purl})
    return statement if statement and statement.clears else None


def _names(finding: Finding) -> frozenset[str]:
    aliases = finding.evidence.get("aliases")
    listed = aliases if isinstance(aliases, list) else []
    said = [finding.evidence.get("id"), *listed]
    return frozenset(each for each in said if isinstance(each, str) and each)


def _remark(finding: Finding, statement: Statement) -> dict[str, Json]:
    return {
        "rule": finding.rule.id,
        "id": finding.evidence.get("id"),
        "purl": finding.evidence.get("purl"),
        "location": str(finding.location),
        "status": statement.status.value,
        "reason": statement.reason,
        "source": str(statement.location),
        "time": statement.time.isoformat(),
    }

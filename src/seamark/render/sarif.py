"""The report as SARIF 2.1.0 (OASIS Standard), for code-scanning pages and editors.

What consumers need beyond the standard was learned from their issue trackers: GitHub shows a
result only with ``startLine``, ranks it by the rule's ``security-severity`` and follows it by
``primaryLocationLineHash``; DefectDojo refuses results without a region.
"""

from typing import Any

from seamark.core.findings import Finding, Location
from seamark.core.policy import Assessed, Judgment, Standing
from seamark.core.reports import FileReport, Report
from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import ExitCode
from seamark.render.gaps import notifications
from seamark.render.uris import relative_uri
from seamark.render.view import View
from seamark.render.visible import visible
from seamark.render.wellformed import encode
from seamark.render.words import outcome, references, standing_note

Object = dict[str, Any]

SCHEMA_URI = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_LEVEL = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
# Middles of the CVSS v3 bands; GitHub reads over 9.0 as critical, 7.0 as high, 4.0 as medium.
_SCORE = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}


def render(report: Report, judgment: Judgment, *, view: View = View()) -> str:
    """One SARIF log with one run."""
    used = {each.finding.rule.id: each.finding.rule for each in judgment.assessed}
    rules = [used[name] for name in sorted(used)]
    index = {rule.id: number for number, rule in enumerate(rules)}
    artifacts = {file.path: number for number, file in enumerate(report.files)}
    aged = any(each.standing is Standing.BASELINE for each in judgment.assessed)
    run: Object = {
        "tool": {"driver": _driver(report, rules)},
        "invocations": [_invocation(report, judgment, view)],
        "originalUriBaseIds": {
            "%SRCROOT%": {"description": {"text": "The folder in which the command was started."}}
        },
        "artifacts": [_artifact(file) for file in report.files],
        "results": [_result(each, index, artifacts, aged=aged) for each in judgment.assessed],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "verdict": report.verdict.value,
            "ruleset": report.ruleset,
            "seeds": dict(sorted(report.seeds.items())),
        },
    }
    return encode({"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}) + "\n"


def _driver(report: Report, rules: list[Rule]) -> Object:
    return {
        "name": "Seamark",
        "version": report.tool_version,
        "semanticVersion": report.tool_version,
        "rules": [_rule(rule) for rule in rules],
        "properties": {"ruleset": report.ruleset},
    }


def _rule(rule: Rule) -> Object:
    links = ", ".join(f"[{each.name}]({each.url})" for each in rule.references)
    markdown = f"{rule.reason}\n\n**What to do.** {rule.remedy}\n"
    tags = ["security", f"verdict/{rule.verdict}"]
    for each in rule.references:
        weakness = each.name.startswith("CWE-")
        tags.append(f"external/cwe/{each.name.lower()}" if weakness else each.name)
    made: Object = {
        "id": rule.id,
        "name": "".join(word[:1].upper() + word[1:] for word in _words(rule.title)),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.reason},
        "help": {
            "text": f"{rule.reason} {rule.remedy}",
            "markdown": f"{markdown}\nReferences: {links}.\n" if links else markdown,
        },
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {
            "tags": tags,
            "security-severity": _SCORE[rule.severity],
            "precision": "high",
        },
    }
    if rule.references:
        made["helpUri"] = rule.references[0].url
    return made


def _words(title: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in title).split()


def _artifact(file: FileReport) -> Object:
    made: Object = {
        "location": relative_uri(file.path),
        "length": file.size,
        "roles": ["analysisTarget"],
        "properties": {"format": file.format, "verdict": file.verdict.value},
    }
    if file.digest:
        made["hashes"] = {"sha-256": file.digest.removeprefix("sha256:")}
    return made


def _result(
    assessed: Assessed, rules: dict[str, int], artifacts: dict[str, int], *, aged: bool
) -> Object:
    finding = assessed.finding
    made: Object = {
        "ruleId": finding.rule.id,
        "ruleIndex": rules[finding.rule.id],
        "kind": "fail",
        "level": _LEVEL[finding.rule.severity],
        "message": {"text": message(finding.message)},
        "locations": [_location(finding.location, artifacts)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
            "seamarkFingerprint/v1": finding.fingerprint,
        },
        "suppressions": _suppressions(assessed),
        "properties": _properties(finding),
    }
    if aged:
        old = assessed.standing is Standing.BASELINE
        made["baselineState"] = "unchanged" if old else "new"
    return made


def _location(where: Location, artifacts: dict[str, int]) -> Object:
    artifact = relative_uri(where.path)
    if where.path in artifacts:
        artifact["index"] = artifacts[where.path]
    # A region for every result, because consumers drop results without one. Inside a container
    # line and offset count from the member's start, so they say nothing about the outer file.
    region: Object = {"startLine": 1}
    if not where.member:
        if where.line is not None:
            region["startLine"] = where.line
            if where.column is not None:
                region["startColumn"] = where.column
        elif where.offset is not None:
            region |= {"byteOffset": where.offset, "byteLength": 0}
    made: Object = {"physicalLocation": {"artifactLocation": artifact, "region": region}}
    if where.member:
        member: Object = {
            "name": where.member.rsplit("!", 1)[-1].rsplit("/", 1)[-1] or where.member,
            "fullyQualifiedName": f"{where.path}!{where.member}",
            "kind": "member",
        }
        made["logicalLocations"] = [member]
        inside = {"line": where.line, "column": where.column, "offset": where.offset}
        known = {key: value for key, value in inside.items() if value is not None}
        if known:
            made["properties"] = {"insideMember": known}
    return made


def _properties(finding: Finding) -> Object:
    return {
        "confidence": finding.confidence.value,
        "severity": finding.rule.severity.value,
        "verdict": finding.rule.verdict.value,
        "evidence": dict(finding.evidence),
        "remedy": finding.rule.remedy,
        "references": [{"name": each.name, "url": each.url} for each in references(finding)],
    }


def _suppressions(assessed: Assessed) -> list[Object]:
    if assessed.standing is Standing.NEW:
        return []
    status = "rejected" if assessed.standing is Standing.REOPENED else "accepted"
    return [
        {
            "kind": "external",
            "status": status,
            "justification": standing_note(assessed),
            "properties": {
                "standing": assessed.standing.value,
                "owner": assessed.owner,
                "since": assessed.since,
                "expires": assessed.expires,
            },
        }
    ]


def _invocation(report: Report, judgment: Judgment, view: View) -> Object:
    complete = judgment.exit_code in (ExitCode.PASSED, ExitCode.FAILED) and not report.interrupted
    made: Object = {
        "executionSuccessful": complete,
        "exitCode": int(judgment.exit_code),
        "exitCodeDescription": f"{outcome(judgment.exit_code)}: {judgment.exit_reason}",
        "startTimeUtc": report.started,
        "endTimeUtc": report.finished,
        "account": report.actor.name,
        "toolExecutionNotifications": [
            {
                "level": "error" if gap.required else "note",
                "message": {"text": message(gap.text)},
                "locations": [
                    {"physicalLocation": {"artifactLocation": relative_uri(gap.path)}}
                ] if gap.path else [],
            }
            for gap in notifications(report)
        ],
    }  # fmt: skip
    if view.command:
        made["commandLine"] = view.command
    return made


def message(text: str) -> str:
    """``text`` as a SARIF message string, in which nothing is a placeholder or a link.

    Section 3.11.5 doubles braces; 3.11.6 makes ``[text](target)`` a link unless escaped.
    """
    text = visible(text).replace("{", "{{").replace("}", "}}")
    return text.replace("](", "]\\(") if "](" in text else text

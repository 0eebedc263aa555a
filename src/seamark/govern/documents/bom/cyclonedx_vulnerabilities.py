"""CycloneDX ``vulnerabilities``: what is known, how bad it is, and what it means here (VEX)."""

from typing import Any, Final

from seamark.core.rules import Severity
from seamark.govern.documents.bom.model import Entry, Status, Vulnerability

Tree = dict[str, Any]

_STATES: Final = {
    Status.NOT_AFFECTED: "not_affected",
    Status.AFFECTED: "exploitable",
    Status.FIXED: "resolved",
    Status.UNDER_INVESTIGATION: "in_triage",
}
_VERSIONS: Final = {
    Status.NOT_AFFECTED: "unaffected",
    Status.AFFECTED: "affected",
    Status.FIXED: "unaffected",
    Status.UNDER_INVESTIGATION: "unknown",
}
JUSTIFICATIONS: Final = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
"""OpenVEX's five, in the nearest words of CycloneDX."""


def vulnerability_tree(found: Vulnerability, named: dict[str, Entry], timestamp: str) -> Tree:
    """One vulnerability with all entries that it affects."""
    tree: Tree = {
        "bom-ref": f"vulnerability:{found.id}:{found.status.value}:{found.affects[0]}",
        "id": found.id,
        "source": source_of(found.id),
        "references": [{"id": each, "source": source_of(each)} for each in found.aliases],
        "ratings": [_rating(found)],
        "description": found.summary,
        "recommendation": _recommendation(found),
        "published": f"{found.published[:10]}T00:00:00Z" if found.published else "",
        "analysis": _analysis(found, timestamp),
        "affects": [_affected(ref, named, found.status) for ref in found.affects],
        "properties": [{"name": name, "value": value} for name, value in found.properties],
    }
    return {key: value for key, value in tree.items() if value not in ("", [], None)}


def source_of(identifier: str) -> Tree:
    """Who publishes records of this name."""
    for prefix, name, url in (
        ("CVE-", "NVD", f"https://nvd.nist.gov/vuln/detail/{identifier}"),
        ("GHSA-", "GitHub Advisories", f"https://github.com/advisories/{identifier}"),
    ):
        if identifier.startswith(prefix):
            return {"name": name, "url": url}
    return {"name": "OSV", "url": f"https://osv.dev/vulnerability/{identifier}"}


def _rating(found: Vulnerability) -> Tree:
    """Severity and score; unknown is said, because silence would read as low."""
    tree: Tree = {"severity": _severity(found.severity)}
    if found.score is not None:
        tree = {"score": found.score, **tree}
    method = _method(found.vector)
    if method:
        tree |= {"method": method, "vector": found.vector}
    return tree


def _severity(severity: Severity | None) -> str:
    return severity.value if severity else "unknown"


def _method(vector: str) -> str:
    for prefix, method in (
        ("CVSS:4.0/", "CVSSv4"), ("CVSS:3.1/", "CVSSv31"), ("CVSS:3.0/", "CVSSv3"),
    ):  # fmt: skip
        if vector.startswith(prefix):
            return method
    return "CVSSv2" if vector.startswith("AV:") else ""


def _recommendation(found: Vulnerability) -> str:
    return f"Repaired in {', '.join(found.fixed)}." if found.fixed else ""


def _analysis(found: Vulnerability, timestamp: str) -> Tree:
    detail = " ".join(each for each in (found.impact, found.action) if each)
    tree: Tree = {"state": _STATES[found.status]}
    if found.justification:
        tree["justification"] = JUSTIFICATIONS[found.justification]
    if detail:
        tree["detail"] = detail
    if timestamp:
        tree["lastUpdated"] = timestamp
    return tree


def _affected(ref: str, named: dict[str, Entry], status: Status) -> Tree:
    entry = named.get(ref)
    tree: Tree = {"ref": ref}
    if entry and entry.version:
        tree["versions"] = [{"version": entry.version, "status": _VERSIONS[status]}]
    return tree

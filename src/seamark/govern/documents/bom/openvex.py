"""OpenVEX 0.2 documents. Source: https://github.com/openvex/spec, OPENVEX-SPEC.md and schema.

Every vulnerability of the bill of materials becomes one statement about the packages that it
affects. The published schema allows justification or impact statement, not both; where both are
known, the words go into ``status_notes``.
"""

import json
import uuid
from typing import Any, Final

from seamark.core.errors import UsageError
from seamark.govern.documents.bom.model import Bom, Entry, Status, Vulnerability
from seamark.govern.documents.bom.texts import uri

Tree = dict[str, Any]

CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"
_NAMESPACE: Final = uuid.UUID("0a8d2f3e-7c4b-5b8e-9a55-62d1e4b7c9f0")


def as_json(bom: Bom, *, timestamp: str) -> str:
    """The document as JSON. ``timestamp`` (RFC 3339) decides which statement is the later.

    Raises ``UsageError`` without a time, and where there is nothing to state: a document without
    statements is not valid.
    """
    if not timestamp:
        raise UsageError(
            "OpenVEX statements need a time.", hint="Use --timestamp now, or set SOURCE_DATE_EPOCH."
        )
    named = bom.by_ref()
    statements = [_statement(each, named) for each in bom.vulnerabilities]
    if not statements:
        raise UsageError(
            "No vulnerability is known, so there is nothing to state.",
            hint="Use --format cyclonedx --with-vulnerabilities: it may be empty.",
        )
    author = bom.subject.owner or bom.subject.name or "unknown"
    body: Tree = {
        "author": author,
        "role": "System owner" if bom.subject.owner else "System",
        "timestamp": timestamp,
        "version": 1,
        "tooling": f"{bom.tool} {bom.tool_version}".strip(),
        "statements": statements,
    }
    known = json.dumps(body, sort_keys=True)
    tree = {"@context": CONTEXT, "@id": f"urn:uuid:{uuid.uuid5(_NAMESPACE, known)}", **body}
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def _statement(found: Vulnerability, named: dict[str, Entry]) -> Tree:
    tree: Tree = {
        "vulnerability": {
            "name": found.id,
            **({"aliases": list(found.aliases)} if found.aliases else {}),
        },
        "products": [_product(named[ref]) for ref in found.affects if ref in named],
        "status": found.status.value,
    }
    if found.status is Status.NOT_AFFECTED:
        if found.justification:
            tree["justification"] = found.justification
            tree |= {"status_notes": found.impact} if found.impact else {}
        else:
            tree["impact_statement"] = found.impact or "No reason is given."
    elif found.status is Status.AFFECTED:
        tree["action_statement"] = found.action or _advice(found)
    elif found.impact:
        tree["status_notes"] = found.impact
    return tree


def _advice(found: Vulnerability) -> str:
    return f"Update to {', '.join(found.fixed)}." if found.fixed else "No repair is known."


def _product(entry: Entry) -> Tree:
    if entry.purl:
        return {"@id": uri(entry.purl), "identifiers": {"purl": entry.purl}}
    return {"@id": f"urn:seamark:{uri(entry.ref)}"}

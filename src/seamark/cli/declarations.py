"""What each command may change: deny by default. A test fails for a command that is not declared.

``permission`` is who may do it once identities exist, ``event`` what the ledger will record.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Writes:
    """A command that changes something: what, by whose permission, recorded as which event."""

    what: str
    permission: str
    event: str


READS: frozenset[str] = frozenset(
    {"rules list", "rules show", "rules facts", "baseline show", "allowlist verify", "db status"}
)
"""Commands that change nothing; a test runs them and compares the files before and after."""

WRITES: Mapping[str, Writes] = {
    "init": Writes("seamark.yaml, .gitignore", "project:write", "project.initialized"),
    "scan": Writes("the --output file, receipts", "report:write", "asset.scanned"),
    "check": Writes("the --output file, receipts", "report:write", "project.checked"),
    "sbom": Writes("the --output file, receipts", "report:write", "bom.created"),
    "upgrade-plan": Writes("the --output file (a patch)", "report:write", "upgrade.planned"),
    "convert": Writes("the converted file, --report", "model:convert", "model.converted"),
    "baseline create": Writes("seamark.baseline.json", "baseline:write", "baseline.created"),
    "baseline update": Writes("seamark.baseline.json", "baseline:write", "baseline.updated"),
    "baseline prune": Writes("seamark.baseline.json", "baseline:write", "baseline.pruned"),
    "schema": Writes("the --output file", "report:write", "schema.exported"),
    "doctor": Writes("the receipts key, where there is none", "key:create", "key.created"),
    "allowlist merge": Writes("the shipped allowlist", "allowlist:write", "allowlist.merged"),
    "db import": Writes("the advisory database", "advisories:write", "advisories.imported"),
    "db update": Writes("the advisory database", "advisories:write", "advisories.updated"),
    "allowlist build": Writes("files in --output", "allowlist:write", "allowlist.built"),
}

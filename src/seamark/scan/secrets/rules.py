"""What can be said of a file besides the credentials that it holds (each kind is a rule)."""

from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict

POSSIBLE = Rule(
    id="SEC900",
    title="Values that may be secrets, but probably are not",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Examples, placeholders, tests and failed checksums look like credentials.",
    remedy="Nothing, unless one of them is real: then revoke it.",
    references=(cwe(798),),
)

ALLOWED = Rule(
    id="SEC901",
    title="Credentials that a comment allows",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="A comment on the line says that what looks like a credential may stay.",
    remedy="Review such comments as you would review the credential.",
    references=(cwe(798),),
)

UNREAD = Rule(
    id="SEC902",
    title="A file could not be searched for credentials",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What was not read may hold a credential.",
    remedy="Make it readable, or leave it out by name (scan.exclude).",
    references=(cwe(312),),
)

DECODED = Rule(
    id="SEC903",
    title="Part of a file was not decoded",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Weights and other binary data are searched at both ends only.",
    remedy="Nothing, unless credentials are hidden in such data.",
    references=(cwe(312),),
)

RULES = (POSSIBLE, ALLOWED, UNREAD, DECODED)

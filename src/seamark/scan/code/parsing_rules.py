"""Rules about code that could not be examined."""

from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict

OTHER_SYNTAX = Rule(
    id="PYT001",
    title="Code that this Python cannot parse",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Python 2, a template or a fragment: the rules were not asked about it.",
    remedy="None is needed where nobody runs it.",
)
NOT_EXAMINED = Rule(
    id="PYT002",
    title="Code that could not be examined",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="A file that is broken, huge or nested beyond reason may hide anything.",
    remedy="Repair it, split it, or exclude it by name.",
    references=(cwe(1120),),
)
NOT_READ = Rule(
    id="PYT003",
    title="A file of code that could not be read",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What cannot be read cannot be examined.",
    remedy="Make it readable, or exclude it by name.",
)

RULES = (OTHER_SYNTAX, NOT_EXAMINED, NOT_READ)

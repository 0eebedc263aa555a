"""Rules about the check itself: what could not be read."""

from seamark.core.rules import Rule, Severity
from seamark.core.verdicts import Verdict

UNREAD = Rule(
    id="CFG001",
    title="A configuration could not be examined",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="The file configures something that this check knows, and what was not read may hold "
    "any mistake.",
    remedy="Repair the file, or exclude it if nothing uses it.",
)
RULES = (UNREAD,)

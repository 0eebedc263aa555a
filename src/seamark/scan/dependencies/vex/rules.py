"""Rules about VEX documents themselves."""

from seamark.core.rules import Reference, Rule, Severity
from seamark.core.verdicts import Verdict

_OPENVEX = Reference("OpenVEX", "https://github.com/openvex/spec")

VEX_UNREADABLE = Rule(
    id="VUL091",
    title="VEX document cannot be read",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Statements about vulnerabilities that should be taken into account were not.",
    remedy="Repair the document, or remove it from the check's option vex.",
    references=(_OPENVEX,),
)
VEX_IGNORED = Rule(
    id="VUL092",
    title="VEX statement is not believed",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason=(
        "It is incomplete by the specification, for example it says not_affected and gives no "
        "justification. The findings that it was to suppress stand."
    ),
    remedy="Complete the statement, or remove it.",
    references=(_OPENVEX,),
)
VEX_UNUSED = Rule(
    id="VUL093",
    title="VEX statement suppresses nothing",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="A statement that nothing needs would silently suppress a finding that comes later.",
    remedy="Remove the statement, or correct its product and vulnerability.",
    references=(_OPENVEX,),
)
RULES = (VEX_UNREADABLE, VEX_IGNORED, VEX_UNUSED)

"""Rules about TorchServe archives (family MAR)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

SYSTEM_HANDLER = Rule(
    id="MAR001",
    title="TorchServe handler is a system function",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="TorchServe imports the handler's module and calls the function with each request. No "
    "handler lives in Python's standard library or starts programs.",
    remedy="Do not serve the archive.",
    references=(atlas("AML.T0011.000"), cwe(94), cwe(470)),
)
LEADS_OUT = Rule(
    id="MAR002",
    title="TorchServe manifest names a file outside the archive",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="TorchServe joins the manifest's names to the folder that it unpacked. A name that "
    "leads out makes it load, import or install something that was not examined.",
    remedy="Do not serve the archive; every file has to lie in it.",
    references=(cwe(22), cwe(73)),
)
MISSING = Rule(
    id="MAR003",
    title="TorchServe manifest names a file that is not there",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="The archive was cut or edited, or counts on a file that lies on the server already.",
    remedy="Pack the archive again with torch-model-archiver.",
)
UNKNOWN_RUNTIME = Rule(
    id="MAR004",
    title="TorchServe archive asks for an unusual runtime",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The runtime decides which program runs the handler: a native one loads a shared "
    "library of the archive, and old servers started whatever was named.",
    remedy="Serve archives whose runtime is python only, after a review of their handler.",
    references=(cwe(78), cwe(829)),
)
UNKNOWN_HANDLER = Rule(
    id="MAR005",
    title="TorchServe handler is neither built in nor in the archive",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="TorchServe imports the handler from whatever is installed on the server.",
    remedy="Find out which package has the module, and examine it.",
    references=(atlas("AML.T0010.003"), cwe(829)),
)

RULES = (SYSTEM_HANDLER, LEADS_OUT, MISSING, UNKNOWN_RUNTIME, UNKNOWN_HANDLER)

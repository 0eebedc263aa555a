"""Rules about R data (family RDS)."""

from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict

PROMISE = Rule(
    id="RDS001",
    title="R data holds code that waits to run",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="A promise without a value runs its expression as soon as anything uses the value. "
    "Saving never leaves one outside the environment of a function.",
    remedy="Do not load the file. R 4.4 and later refuse the simplest form only.",
    references=(cve("CVE-2024-27322"), atlas("AML.T0011.000"), cwe(502)),
)
DANGEROUS_CALL = Rule(
    id="RDS002",
    title="R data calls programs, the network or foreign code",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Functions and calls of a model run when it is used, updated or printed. None needs to "
    "start programs, fetch files or load libraries.",
    remedy="Do not use the object; ask its source what the call is for.",
    references=(atlas("AML.T0011.000"), cwe(502), cwe(78)),
)
ODD_CALL = Rule(
    id="RDS003",
    title="R data calls what models rarely need",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Code made of texts, hooks, connections and deleted files have honest uses, and are "
    "what attacks are made of.",
    remedy="Read the function before using the object.",
    references=(cwe(94),),
)
MAPPED_FILE = Rule(
    id="RDS004",
    title="R vector asks for a file or for foreign code on loading",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Vectors of this class are rebuilt on loading by opening the file that they name, or "
    "by code of a package that loading brings in.",
    remedy="Ask the source of the file to save plain vectors.",
    references=(cwe(73), cwe(829)),
)
RUNS_AT_START = Rule(
    id="RDS005",
    title="R workspace replaces what R itself calls",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="R runs functions of some names by itself when a session begins or ends, and names "
    "of the workspace hide those of its packages.",
    remedy="Do not start R where the file lies; load it into an environment of its own.",
    references=(cwe(427), atlas("AML.T0011.000")),
)
PERSISTENT = Rule(
    id="RDS006",
    title="R data refers to objects elsewhere",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Persistent references are resolved by a function of the program that loads the file; "
    "what they name was not examined.",
    remedy="Examine the package or database that the file belongs to.",
)
TRAILING = Rule(
    id="RDS007",
    title="Bytes follow the R data",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="R stops reading at the end of the object; what follows is invisible to it.",
    remedy="Save the object again with saveRDS.",
    references=(cwe(434),),
)

RULES = (
    PROMISE, DANGEROUS_CALL, ODD_CALL, MAPPED_FILE, RUNS_AT_START, PERSISTENT, TRAILING,
)  # fmt: skip

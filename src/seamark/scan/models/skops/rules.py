"""Rules about skops files (family SKO)."""

from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict

SYSTEM_REFERENCE = Rule(
    id="SKO001",
    title="skops schema refers to a system function",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Loading looks the name up and may call it. No estimator is made of functions from "
    "Python's own library that reach processes, files or the interpreter.",
    remedy="Do not load the file, and do not put the name on a list of trusted types.",
    references=(
        cve("CVE-2025-54412"),
        cve("CVE-2025-54413"),
        cve("CVE-2025-54886"),
        atlas("AML.T0011.000"),
        cwe(502),
    ),
)
UNKNOWN_REFERENCE = Rule(
    id="SKO002",
    title="skops schema refers to code that no allowlist knows",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Loading imports the module and builds the object with its state.",
    remedy="Read that code; then allow the name by hand, and trust it in skops by the same name.",
    references=(cwe(502),),
)
NODE_LIES = Rule(
    id="SKO003",
    title="skops node does something else than its type says",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Some loaders act by other fields than those that are shown and checked as the type, "
    "so what a user trusts is not what runs.",
    remedy="Do not load the file. Update skops to 0.12 or later.",
    references=(
        cve("CVE-2025-54412"),
        cve("CVE-2025-54413"),
        atlas("AML.T0011.000"),
        cwe(351),
    ),
)
ACTS_ON_LOADING = Rule(
    id="SKO004",
    title="skops node takes a method or calls a function on loading",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The loader calls what the node names with arguments from the file; skops trusts "
    "none of these by default.",
    remedy="Read what is called before trusting its name.",
    references=(cve("CVE-2025-54413"), cwe(502)),
)
MEMBER_NAME = Rule(
    id="SKO005",
    title="skops node names a file that is not its array",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Arrays are members of the archive by a plain name. A path or a missing member is "
    "nothing that skops writes.",
    remedy="Do not load the file; save it again with skops.",
    references=(cwe(22),),
)
UNKNOWN_NODE = Rule(
    id="SKO006",
    title="skops node of an unknown kind",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="A newer protocol or an extension reads this node; what it would do is not known.",
    remedy="Scan with a newer Seamark, or save the model with an older skops.",
)
BROKEN_TREE = Rule(
    id="SKO007",
    title="skops schema is not a tree of nodes",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Nodes without a type, references to themselves and impossible protocols make the "
    "loader fail or never end.",
    remedy="Do not load the file; save it again with skops.",
    references=(cwe(674), cwe(20)),
)

RULES = (
    SYSTEM_REFERENCE, UNKNOWN_REFERENCE, NODE_LIES, ACTS_ON_LOADING, MEMBER_NAME, UNKNOWN_NODE,
    BROKEN_TREE,
)  # fmt: skip

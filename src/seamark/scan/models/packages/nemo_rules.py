"""Rules about NeMo archives and Hydra's targets (family NMO)."""

from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict

SYSTEM_TARGET = Rule(
    id="NMO001",
    title="Configuration instantiates a system function",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Every _target_ is imported and called while the model is loaded. No part of a model "
    "lives in Python's standard library.",
    remedy="Do not load the model with Hydra or NeMo. Update NeMo to 2.3.2 or later in any case.",
    references=(cve("CVE-2025-23304"), atlas("AML.T0011.000"), cwe(94), cwe(470)),
)
FOREIGN_TARGET = Rule(
    id="NMO002",
    title="NeMo configuration names a class from outside NeMo",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The class's module is imported and the class is called while the model is loaded; "
    "before 2.3.2 NeMo took any name.",
    remedy="Find out which package has the class, and examine it.",
    references=(cve("CVE-2025-23304"), atlas("AML.T0010.003"), cwe(470)),
)
COMPUTED_TARGET = Rule(
    id="NMO003",
    title="NeMo configuration computes what it instantiates",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The name of the class is put together while the configuration is read, so that no "
    "reader of the file sees it.",
    remedy="Do not load the model; ask its source for a plain configuration.",
    references=(cwe(94), cwe(470)),
)
ARTIFACT_LEADS_OUT = Rule(
    id="NMO004",
    title="NeMo artifact lies outside the archive",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="NeMo joins the names of artifacts to the folder where it unpacks the archive.",
    remedy="Do not load the model.",
    references=(cve("CVE-2024-0129"), cwe(22)),
)
ARTIFACT_MISSING = Rule(
    id="NMO005",
    title="NeMo archive lacks an artifact that its configuration names",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="The archive was cut, or taken apart and put together again.",
    remedy="Fetch or save the model again.",
)
EVALUATED_VALUE = Rule(
    id="NMO006",
    title="NeMo configuration reads the environment",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A resolver puts values of the machine, such as keys in environment variables, into the "
    "configuration, from where they can reach an address or a file.",
    remedy="Replace the value by plain text.",
    references=(cwe(526),),
)
ELSEWHERE = Rule(
    id="NMO007",
    title="NeMo model takes a part of itself from outside the archive",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="While the model is restored, NeMo opens the file, or restores the other model, that "
    "this entry names. It was not examined, may be unpickled, and can change at any time.",
    remedy="Save the model again with all its parts in the archive, and examine what the entry "
    "names.",
    references=(atlas("AML.T0010.003"), cwe(73), cwe(829)),
)

RULES = (
    SYSTEM_TARGET,
    FOREIGN_TARGET,
    COMPUTED_TARGET,
    ARTIFACT_LEADS_OUT,
    ARTIFACT_MISSING,
    EVALUATED_VALUE,
    ELSEWHERE,
)

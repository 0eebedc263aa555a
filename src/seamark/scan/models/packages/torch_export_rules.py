"""Rules about exported PyTorch programs and AOTInductor packages (family PTX)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

NOT_ARITHMETIC = Rule(
    id="PTX001",
    title="Exported program holds code where arithmetic belongs",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="torch hands sizes to sympy, which evaluates them as Python, and pastes guards into a "
    "function that it runs. Anything but arithmetic there is code that runs on loading.",
    remedy="Do not load the program; export it again from its source.",
    references=(atlas("AML.T0011.000"), cwe(94), cwe(95)),
)
SYSTEM_TARGET = Rule(
    id="PTX002",
    title="Exported program calls a function that acts on the machine",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="torch follows a node's target from attribute to attribute and calls what it finds. "
    "Computing a prediction needs no file, no library and no program.",
    remedy="Do not load the program; export it again from its source.",
    references=(atlas("AML.T0011.000"), cwe(94), cwe(470)),
)
FOREIGN_OPERATOR = Rule(
    id="PTX003",
    title="Exported program needs an operator from outside torch",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The program runs native code of a library that has to be loaded first; what it does "
    "is not in this file.",
    remedy="Load the program only with a library that you trust to provide the operator.",
    references=(cwe(829),),
)
ODD_TARGET = Rule(
    id="PTX004",
    title="Exported program calls what torch does not export",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Exported graphs consist of operators. A target elsewhere in torch was put there by "
    "hand or by a plugin.",
    remedy="Do not load the program; export it again from its source.",
    references=(cwe(470),),
)
NATIVE_CODE = Rule(
    id="PTX005",
    title="Package holds a model as native code",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="AOTInductor compiles the model to a shared library, which loading runs unseen; its "
    "machine code is not examined.",
    remedy="Load it only from a publisher that you trust, or take the exported program and "
    "compile it yourself.",
    references=(atlas("AML.T0011.000"), cwe(829)),
)
WEIGHT_LEADS_OUT = Rule(
    id="PTX006",
    title="Exported program names weights outside their folder",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Loaders join the name to a folder of the archive, or to one on disk where it was "
    "unpacked.",
    remedy="Do not load the program; export it again from its source.",
    references=(cwe(22),),
)

RULES = (
    NOT_ARITHMETIC,
    SYSTEM_TARGET,
    FOREIGN_OPERATOR,
    ODD_TARGET,
    NATIVE_CODE,
    WEIGHT_LEADS_OUT,
)

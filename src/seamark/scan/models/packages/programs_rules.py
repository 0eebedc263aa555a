"""Rules about programs in place of models (family EXE)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

PROGRAM = Rule(
    id="EXE001",
    title="Native program in place of a model",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The name promises weights and the content is a program or library for a machine. "
    "Opening or loading it by name runs native code.",
    remedy="Do not run or load the file. Ask its source why a program carries a model's name.",
    references=(atlas("AML.T0011.000"), cwe(434), cwe(506)),
)
SELF_RUNNING_MODEL = Rule(
    id="EXE002",
    title="Model that is a program",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The file holds weights and the program that runs them. Whoever starts it trusts all of "
    "its native code, which this scan does not read.",
    remedy="Take the weights alone (GGUF) and run them with a program that you trust.",
    references=(cwe(829),),
)
SCRIPT = Rule(
    id="EXE003",
    title="Script in place of a model",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The name promises weights and the content is a script that names its interpreter. "
    "Opening it by name runs it.",
    remedy="Do not run the file. Ask its source why a script carries a model's name.",
    references=(atlas("AML.T0011.000"), cwe(434)),
)
UNPACKER = Rule(
    id="EXE004",
    title="Program that unpacks an archive",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A self-extracting archive runs native code to write files, and often starts one.",
    remedy="Ask for a plain archive or for the model itself.",
    references=(cwe(506), cwe(829)),
)
OPENS_UP = Rule(
    id="EXE005",
    title="Model program starts with arguments that open the machine",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The arguments inside a llamafile are used each time it starts. These make it listen "
    "on the network, drop its sandbox, or read and write files of the machine.",
    remedy="Start it with arguments of your own, or take the weights alone.",
    references=(cwe(668), cwe(693)),
)

RULES = (PROGRAM, SELF_RUNNING_MODEL, SCRIPT, UNPACKER, OPENS_UP)

"""Rules about torch checkpoints, TorchScript and packages (family PTH)."""

from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict

SEVERAL_CHECKPOINTS = Rule(
    id="PTH001",
    title="Archive holds several checkpoints",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="torch takes the folder of the archive's first member and ignores letter case, other "
    "tools take the first or the last data.pkl; which one is loaded depends on the program.",
    remedy="Do not load the file; save each checkpoint into a file of its own with torch.save.",
    references=(cwe(436),),
)
STORAGE_MISSING = Rule(
    id="PTH002",
    title="Checkpoint lacks data that it refers to",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="The checkpoint names tensor data that the archive does not hold; it was cut, or "
    "taken apart and put together again.",
    remedy="Fetch or save the checkpoint again and compare its digest with the publisher's.",
)
STORAGE_SHORT = Rule(
    id="PTH003",
    title="Tensor data is shorter than the checkpoint says",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A loader that trusts the number of elements reads beyond the data.",
    remedy="Do not load the file; save the checkpoint again with torch.save.",
    references=(cwe(125), cve("CVE-2026-24747")),
)
SCRIPT_REACHES_FILES = Rule(
    id="PTH004",
    title="TorchScript reads or writes files",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The program inside the model opens files by name when the model runs. Computing a "
    "prediction needs no such operator.",
    remedy="Do not run the model; export it again from its source.",
    references=(atlas("AML.T0011.000"), cwe(73)),
)
SCRIPT_FOREIGN_OPERATOR = Rule(
    id="PTH005",
    title="TorchScript needs an operator or class from outside torch",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The model runs native code of a library that has to be loaded first; what it does "
    "is not in this file.",
    remedy="Load the model only with a library that you trust to provide the operator.",
    references=(cwe(829),),
)
PACKAGE_CODE = Rule(
    id="PTH006",
    title="torch.package brings Python code",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Loading an object from the package imports the Python sources that it carries.",
    remedy="Read the sources, or take the weights alone in the safetensors format.",
    references=(atlas("AML.T0011.000"), cwe(94)),
)
TAR_CHECKPOINT = Rule(
    id="PTH007",
    title="Checkpoint in the old tar format holds what torch never wrote there",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="torch reads tar checkpoints with its oldest code; before 2.6 it unpickled parts of "
    "them without restriction even with weights_only=True.",
    remedy="Do not load the file; ask its source for safetensors.",
    references=(cve("CVE-2025-32434"), cwe(502)),
)
METADATA_ODD = Rule(
    id="PTH008",
    title="Checkpoint metadata is not what torch writes",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="Members such as version or byteorder hold a word or a number; anything else was put "
    "there by another program.",
    remedy="Save the checkpoint again with torch.save.",
)
SCRIPT_NOT_PRINTED = Rule(
    id="PTH009",
    title="TorchScript is not written as torch writes it",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="torch prints programs in one plain form, each operator in full. This one was edited: "
    "through an alias, a line break or a comment it can reach any operator unseen.",
    remedy="Do not run the model; export it again from its source.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)

RULES = (
    SEVERAL_CHECKPOINTS,
    STORAGE_MISSING,
    STORAGE_SHORT,
    SCRIPT_REACHES_FILES,
    SCRIPT_FOREIGN_OPERATOR,
    PACKAGE_CODE,
    TAR_CHECKPOINT,
    METADATA_ODD,
    SCRIPT_NOT_PRINTED,
)

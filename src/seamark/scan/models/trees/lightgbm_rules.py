"""Rules about LightGBM models (family LGB)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

TREE = Rule(
    id="LGB001",
    title="LightGBM tree is not a tree",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Predicting follows child, leaf and feature numbers without checking them: one out of "
    "range reads foreign memory, a loop never ends.",
    remedy="Do not load the model; save it again from where it was trained.",
    references=(cwe(125), cwe(835), atlas("AML.T0011.000")),
)
COUNTS = Rule(
    id="LGB002",
    title="LightGBM counts do not match the content",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The library allocates arrays and jumps to trees by the declared numbers, which no "
    "honest writer gets wrong.",
    remedy="Do not load the model; save it again from where it was trained.",
    references=(cwe(190), cwe(125)),
)
DUPLICATE = Rule(
    id="LGB003",
    title="LightGBM model says something twice",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Readers differ in which of the two they take, so a check of one says nothing about "
    "the other.",
    remedy="Save the model again from where it was trained.",
    references=(cwe(436),),
)
FOREIGN = Rule(
    id="LGB004",
    title="Foreign content in a LightGBM model",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A model is numbers and names. Code, an encoded pickle or another file in it is meant "
    "for a program that reads it back.",
    remedy="Do not decode or run the text; ask the source of the model what it is for.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)
PATHS = Rule(
    id="LGB005",
    title="LightGBM parameters tell where files lay",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Absolute paths name users and machines of whoever trained the model. Loading does not "
    "open them.",
    remedy="Remove the lines from the section of parameters before publishing, if that matters.",
    references=(cwe(200),),
)

RULES = (TREE, COUNTS, DUPLICATE, FOREIGN, PATHS)

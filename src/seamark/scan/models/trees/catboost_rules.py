"""Rules about CatBoost models (family CBM)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

BOUNDS = Rule(
    id="CBM001",
    title="CatBoost model leads out of its own bytes",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Offsets and lengths are followed by native code; one that leads out of the file reads "
    "foreign memory.",
    remedy="Do not load the model; save it again from where it was trained.",
    references=(cwe(125), cwe(190), atlas("AML.T0011.000")),
)
TREES = Rule(
    id="CBM002",
    title="CatBoost trees contradict themselves",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Predicting takes splits, nodes and leaves by number without checking them; one out of "
    "range reads foreign memory.",
    remedy="Do not load the model; save it again from where it was trained.",
    references=(cwe(125),),
)
FOREIGN = Rule(
    id="CBM003",
    title="Foreign content in a text of a CatBoost model",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Information and names are texts about training. Code or an encoded pickle there is "
    "meant for a program that reads it back.",
    remedy="Do not decode or run the text; ask the source of the model what it is for.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)
TRAILING = Rule(
    id="CBM004",
    title="Bytes follow the CatBoost model",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="CatBoost stops reading at the end of the parts that it declares; what follows is "
    "invisible to it.",
    remedy="Save the model again from where it was trained.",
    references=(cwe(434),),
)
DUPLICATE = Rule(
    id="CBM005",
    title="CatBoost model names a part twice",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Readers differ in which of the two they take, so a check of one says nothing about "
    "the other.",
    remedy="Save the model again from where it was trained.",
    references=(cwe(436),),
)

RULES = (BOUNDS, TREES, FOREIGN, TRAILING, DUPLICATE)

VERSION = "FlabuffersModel_v1"
"""The only version of the format there is; the spelling is the library's own."""
EXTRA_PARTS = ("text_process", "embed_process")
COUNTED_PART = "static_provider"

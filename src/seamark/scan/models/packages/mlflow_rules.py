"""Rules about MLflow model folders (family MLF). COD012 and COD013 speak of them as well."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

SYSTEM_NAME = Rule(
    id="MLF001",
    title="MLflow model is loaded by a system function",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="MLflow imports the modules and classes that the MLmodel names and calls them. No part "
    "of a model lives in Python's standard library or starts programs.",
    remedy="Do not load the model.",
    references=(atlas("AML.T0011.000"), cwe(94), cwe(470)),
)
FOREIGN_CLASS = Rule(
    id="MLF002",
    title="MLmodel names a class from outside its flavor's library",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="MLflow imports the module of the class and calls it to build the model; a module of "
    "somebody else runs its own code then.",
    remedy="Review that module; save the model again with a class of the library itself.",
    references=(atlas("AML.T0010.003"), cwe(470)),
)
ELSEWHERE = Rule(
    id="MLF003",
    title="MLflow model takes its content from elsewhere",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="What is loaded is not in this folder: it was not examined and can change at any time.",
    remedy="Save the model with its weights, or pin the source and examine it as well.",
    references=(atlas("AML.T0010.003"), cwe(494), cwe(829)),
)
UNKNOWN_FLAVOR = Rule(
    id="MLF004",
    title="MLflow flavor is not known",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="A plugin loads this flavor, and nobody here knows which of its entries it acts upon.",
    remedy="Review the plugin that the flavor belongs to.",
    references=(cwe(829),),
)
PICKLE_MODULE = Rule(
    id="MLF005",
    title="MLflow model brings its own unpickler",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="MLflow imports the module that pickle_module_info.txt names before it reads weights.",
    remedy="Save the model again without pickle_module, or as safetensors.",
    references=(atlas("AML.T0010.003"), cwe(470)),
)

RULES = (SYSTEM_NAME, FOREIGN_CLASS, ELSEWHERE, UNKNOWN_FLAVOR, PICKLE_MODULE)

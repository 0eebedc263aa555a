"""Rules about TensorFlow Lite models (family TFL)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

REACHES_OUT = Rule(
    id="TFL001",
    title="TensorFlow operator that reaches beyond tensors",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The model asks the Flex delegate for an operator of full TensorFlow that reads or "
    "writes files, opens connections or calls Python. No model for a device needs that.",
    remedy="Do not load the model, and link no Flex delegate where none is needed.",
    references=(atlas("AML.T0011.000"), cwe(73), cwe(829)),
)
CUSTOM_OPERATOR = Rule(
    id="TFL002",
    title="Custom operator",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The model runs only where the program registers a native function for this operator; "
    "that is code which this file does not hold and this scan has not seen.",
    remedy="Find out which library provides the operator and review it, or convert the model "
    "with built-in operators only.",
    references=(cwe(829),),
)
BAD_REFERENCE = Rule(
    id="TFL003",
    title="Reference to what the model does not have",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A tensor, operator, buffer or subgraph is referred to by a number beyond its list, or "
    "data lies beyond the file. Interpreters have read and written foreign memory that way.",
    remedy="Do not load the model; no converter writes it.",
    references=(cwe(125), cwe(787)),
)
DISAGREES = Rule(
    id="TFL004",
    title="Operator is called one thing and runs another",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The Flex delegate runs the node that lies in the operator's options, whatever the "
    "operator is called. No converter gives the two different names.",
    remedy="Do not load the model.",
    references=(cwe(436), atlas("AML.T0011.000")),
)
UNUSED_CONTENT = Rule(
    id="TFL005",
    title="Content that the model does not use",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A buffer that no tensor or metadata names, or bytes that nothing leads to, are a place "
    "to carry a payload beside the weights.",
    remedy="Compare the model with its publisher's, or convert it again.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)
RECURSION = Rule(
    id="TFL006",
    title="Subgraph that calls itself",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A subgraph whose operators run the subgraph itself never ends; interpreters overflow "
    "their stack or hang.",
    remedy="Do not load the model; no converter writes it.",
    references=(cwe(674), cwe(835)),
)

RULES = (
    REACHES_OUT,
    CUSTOM_OPERATOR,
    BAD_REFERENCE,
    DISAGREES,
    UNUSED_CONTENT,
    RECURSION,
)

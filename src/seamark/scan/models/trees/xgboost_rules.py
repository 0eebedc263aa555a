"""Rules about XGBoost models (family XGB)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

TREE = Rule(
    id="XGB001",
    title="XGBoost tree is not a tree",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Predicting follows child and feature numbers without checking them: one out of range "
    "reads foreign memory, a loop never ends.",
    remedy="Do not load the model; save it again from where it was trained.",
    references=(cwe(125), cwe(835), atlas("AML.T0011.000")),
)
COUNTS = Rule(
    id="XGB002",
    title="XGBoost counts do not match the content",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The library allocates and reads by the declared counts, which no honest writer gets "
    "wrong.",
    remedy="Do not load the model; save it again from where it was trained.",
    references=(cwe(190), cwe(125)),
)
DUPLICATE = Rule(
    id="XGB003",
    title="XGBoost document names a part twice",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Readers differ in which of the two they take, so a check of one says nothing about "
    "the other.",
    remedy="Save the model again from where it was trained.",
    references=(cwe(436),),
)
UNKNOWN_NAME = Rule(
    id="XGB004",
    title="XGBoost model asks for an unknown component",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="Objectives and boosters that the library does not have come from a native plugin.",
    remedy="Ask the source of the model which plugin it needs, and examine that.",
    references=(cwe(829),),
)
FOREIGN = Rule(
    id="XGB005",
    title="Foreign content in a text of an XGBoost model",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Attributes and names are texts about training. Code or an encoded pickle there is "
    "meant for a program that reads it back.",
    remedy="Do not decode or run the text; ask the source of the model what it is for.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)
TRAILING = Rule(
    id="XGB006",
    title="Bytes follow the XGBoost model",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="XGBoost stops reading at the end of its document; what follows is invisible to it.",
    remedy="Save the model again from where it was trained.",
    references=(cwe(434),),
)

RULES = (TREE, COUNTS, DUPLICATE, UNKNOWN_NAME, FOREIGN, TRAILING)

BOOSTERS = frozenset({"gbtree", "gblinear", "dart"})
OBJECTIVES = frozenset(
    """reg:squarederror reg:squaredlogerror reg:logistic reg:pseudohubererror reg:absoluteerror
    reg:quantileerror reg:expectileerror reg:gamma reg:tweedie reg:linear binary:logistic
    binary:logitraw binary:hinge count:poisson survival:cox survival:aft multi:softmax
    multi:softprob rank:ndcg rank:map rank:pairwise""".split()
)
"""Names that XGBoost registers itself, releases 0.7 to 3.2."""

"""Rules about Core ML models and packages (family CML)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

ESCAPE = Rule(
    id="CML001",
    title="Core ML model reaches out of its folder",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Weights, linked models and items of a package are opened by the path that the model "
    "names. A path that leaves the folder reads or loads another file of the machine.",
    remedy="Do not load or compile the model; ask its source for one that is self-contained.",
    references=(cwe(22), cwe(73)),
)
CUSTOM_CODE = Rule(
    id="CML002",
    title="Core ML model needs a class of the application",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A custom layer or model names a class that the application must contain, and hands it "
    "parameters and weights. What that code does cannot be seen here.",
    remedy="Review the class, or convert the model with layers of Core ML only.",
    references=(cwe(470), cwe(829)),
)
LINKED_MODEL = Rule(
    id="CML003",
    title="Core ML model continues in another file",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A linked model is looked up when this one is loaded. Who can write to one of the "
    "places searched decides what runs; it was not examined with this file.",
    remedy="Scan the linked model as well, or export one model that holds all parts.",
    references=(cwe(426), cwe(829)),
)
BAD_REFERENCE = Rule(
    id="CML004",
    title="Reference into the weight file does not fit it",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Weights are read from a mapped file at the offset that the model names. A place that "
    "is no entry there, or one of another size or type, reads what is not meant to be a weight.",
    remedy="Do not load the model; convert it again with coremltools.",
    references=(cwe(125), cwe(823)),
)
BAD_WEIGHTS = Rule(
    id="CML005",
    title="Weight file contradicts itself",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Entries that overlap, point elsewhere or claim more than the file holds make readers "
    "of the mapped file read outside of it.",
    remedy="Do not load the model; convert it again with coremltools.",
    references=(cwe(125), cwe(119)),
)
HIDDEN_BYTES = Rule(
    id="CML006",
    title="Bytes that belong to no weight",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Between and behind entries the format has room for alignment only, filled with zeros. "
    "Other bytes there are invisible to users of the model.",
    remedy="Convert the model again with coremltools; what no weight uses is then gone.",
    references=(cwe(506), atlas("AML.T0011.000")),
)
AMBIGUOUS = Rule(
    id="CML007",
    title="Core ML model says one thing twice",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Of several model types or manifest entries, programs take the first, the last or "
    "merge them: what was reviewed need not be what runs.",
    remedy="Do not load the model; no honest writer makes it.",
    references=(cwe(436), cwe(694)),
)
METADATA = Rule(
    id="CML008",
    title="Core ML metadata carries more than text",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Metadata is for descriptions. Serialized objects or programs there are handed to "
    "whatever application unpacks them.",
    remedy="Read the entry, and save the model again without it.",
    references=(cwe(502), cwe(506)),
)

RULES = (
    ESCAPE,
    CUSTOM_CODE,
    LINKED_MODEL,
    BAD_REFERENCE,
    BAD_WEIGHTS,
    HIDDEN_BYTES,
    AMBIGUOUS,
    METADATA,
)

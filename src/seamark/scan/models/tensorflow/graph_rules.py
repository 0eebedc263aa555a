"""Rules about TensorFlow graphs, SavedModel folders and checkpoints (family TFG)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

OUTSIDE_FILE = Rule(
    id="TFG001",
    title="Graph touches a file outside the model",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="An operator reads, lists or writes a path that is fixed in the graph and leads out of "
    "the model. A graph runs with the rights of whoever loads it: it steals or plants files.",
    remedy="Do not load the model. Ask its source why a computation needs this file.",
    references=(atlas("AML.T0011.000"), cwe(73), cwe(829)),
)
WRITES_FILE = Rule(
    id="TFG002",
    title="Graph writes files",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="An operator writes what the graph computes to a file. No model needs that; it is how "
    "a model plants a program or a key on the machine that serves it.",
    remedy="Do not load the model. Export it again without the operator.",
    references=(atlas("AML.T0011.000"), cwe(73), cwe(434)),
)
READS_FILE = Rule(
    id="TFG003",
    title="Graph opens files that are no part of the model",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="An operator opens files whose names come from the request, from a computation or from "
    "elsewhere on the machine. Input pipelines do that; a served model discloses files with it.",
    remedy="Export the model without its input pipeline, and keep vocabularies as assets.",
    references=(cwe(73), cwe(200)),
)
RUNS_PYTHON = Rule(
    id="TFG004",
    title="Graph calls back into Python",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The operator calls a Python function of the loading program by its number. What it "
    "runs is decided there and cannot be seen in the model.",
    remedy="Export the model with TensorFlow operators only.",
    references=(cwe(829), atlas("AML.T0011.000")),
)
CUSTOM_OPERATOR = Rule(
    id="TFG005",
    title="Operator that TensorFlow does not have",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The graph runs only with a native library that registers the operator; that library "
    "is code which this file does not hold and this scan has not seen.",
    remedy="Find out which library provides the operator and review it, or export the model "
    "with TensorFlow's own operators.",
    references=(cwe(829),),
)
NETWORK = Rule(
    id="TFG006",
    title="Graph opens network connections",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The operator connects to a server, or becomes one, while the graph runs: inputs and "
    "weights leave the machine, or commands reach it.",
    remedy="Do not load the model. Export it again without the operator.",
    references=(atlas("AML.T0011.000"), cwe(918), cwe(200)),
)
COMPILED = Rule(
    id="TFG007",
    title="Operator that carries a compiled program",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The operator holds a program in another form (an engine, a compiler's module, a graph "
    "as text), and this scan does not see what that program calls.",
    remedy="Export the model without the operator, or examine the program by other means.",
    references=(cwe(829),),
)
ASSET_OUTSIDE = Rule(
    id="TFG008",
    title="Asset outside the model's folder",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="An asset's name is joined to the model's folder when it is loaded. A name that leaves "
    "the folder makes the loader take any file of the machine for part of the model.",
    remedy="Do not load the model. Assets lie in its folder assets/.",
    references=(cwe(22), cwe(73)),
)
AMBIGUOUS = Rule(
    id="TFG009",
    title="Graph says one thing twice",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Two functions of one name, a function with an operator's name, or a graph given twice: "
    "programs differ in which one they run.",
    remedy="Do not load the model; no honest writer makes it.",
    references=(cwe(436),),
)
BAD_ENTRY = Rule(
    id="TFG010",
    title="Checkpoint entry does not fit its data",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Entries that reach beyond their file, overlap, or differ in size from what type and "
    "shape say, make a loader read other memory or other tensors than those meant.",
    remedy="Do not load the checkpoint; fetch it again or have it saved again.",
    references=(cwe(125), cwe(20)),
)
FOREIGN_CHECKPOINT = Rule(
    id="TFG011",
    title="Checkpoint state points elsewhere",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The state file names the checkpoint that is restored next, and it names one that does "
    "not lie beside it: weights come from a place that was not examined.",
    remedy="Name the checkpoint by its file name only, and keep it beside the state file.",
    references=(cwe(73),),
)
UNUSED_BYTES = Rule(
    id="TFG012",
    title="Checkpoint data that no entry uses",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Bytes between or behind the tensors are never restored. They are a place to carry a "
    "payload beside the weights.",
    remedy="Compare the file with its publisher's, or save the checkpoint again.",
    references=(atlas("AML.T0011.000"), cwe(506)),
)
ENDLESS = Rule(
    id="TFG013",
    title="Graph that cannot end",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A loop's condition is a constant that is true, a function calls itself, or an operator "
    "waits for what nothing brings: the graph holds its machine until it is killed.",
    remedy="Do not serve the model.",
    references=(cwe(835),),
)
STOPS = Rule(
    id="TFG014",
    title="Graph stops its process",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The operator ends or halts the process that runs the graph, and with it whatever else "
    "that process serves. Tests of TensorFlow itself use it; no model does.",
    remedy="Do not serve the model.",
    references=(cwe(400),),
)

RULES = (
    OUTSIDE_FILE,
    WRITES_FILE,
    READS_FILE,
    RUNS_PYTHON,
    CUSTOM_OPERATOR,
    NETWORK,
    COMPILED,
    ASSET_OUTSIDE,
    AMBIGUOUS,
    BAD_ENTRY,
    FOREIGN_CHECKPOINT,
    UNUSED_BYTES,
    ENDLESS,
    STOPS,
)

"""Rules about Keras model configurations (family KRS)."""

from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict

HOSTILE_CODE = Rule(
    id="KRS001",
    title="Lambda layer whose code reaches the system",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The layer holds compiled Python code that runs when the model is loaded or called, "
    "and the code uses names that reach processes, files, the network or the interpreter.",
    remedy="Do not load the model. Ask its source why a layer needs this.",
    references=(
        cve("CVE-2024-3660"),
        cve("CVE-2025-9905"),
        atlas("AML.T0011.000"),
        cwe(94),
        cwe(502),
    ),
)
LAMBDA = Rule(
    id="KRS002",
    title="Lambda layer with code inside",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The layer holds compiled Python code, which runs when the model is loaded or called. "
    "Compiled code can hide what it does from a reader.",
    remedy="Have the layer replaced by a named, registered class whose source can be read.",
    references=(cve("CVE-2024-3660"), cwe(94)),
)
INJECTION = Rule(
    id="KRS003",
    title="Configuration names a system module",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Keras imports the module that a configuration names and calls what it finds there. "
    "No layer lives in Python's standard library.",
    remedy="Do not load the model. Update Keras to 3.11.3 or later in any case.",
    references=(cve("CVE-2025-1550"), atlas("AML.T0011.000"), cwe(94), cwe(470)),
)
GADGET = Rule(
    id="KRS004",
    title="Configuration calls a Keras function that is no part of models",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Functions that download, read or write files, load further models or switch safe mode "
    "off run with arguments from the configuration while the model is loaded.",
    remedy="Do not load the model. Update Keras to 3.11.3 or later in any case.",
    references=(
        cve("CVE-2025-8747"),
        cve("CVE-2025-9906"),
        cve("CVE-2025-12060"),
        cwe(502),
        cwe(470),
    ),
)
CUSTOM_CODE = Rule(
    id="KRS005",
    title="Model needs code that is not in Keras",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The configuration names classes or functions of another package; they are imported "
    "and run when the model is loaded, and this scan has not seen them.",
    remedy="Review the package that provides them, and load the model only beside that package.",
    references=(cwe(829),),
)
OUTSIDE_FILE = Rule(
    id="KRS006",
    title="Configuration reads a file or address outside the model",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Layers that take a vocabulary or weights by path read it while the model is loaded: "
    "any file of the machine ends up inside the model, or a server is contacted.",
    remedy="Do not load the model. Vocabularies belong into the model file as lists.",
    references=(cve("CVE-2025-12058"), cwe(73), cwe(918)),
)
NAMED_FILE = Rule(
    id="KRS007",
    title="Configuration reads a file by name",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="What the layer does depends on a file that is not part of the model.",
    remedy="Save the model again with the vocabulary inside.",
    references=(cve("CVE-2025-12058"), cwe(73)),
)
EMBEDDED_PICKLE = Rule(
    id="KRS008",
    title="Layer that unpickles a PyTorch module",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="TorchModuleWrapper carries a pickled module, and loading it runs what the pickle says.",
    remedy="Replace the layer by native Keras layers, or load the weights alone.",
    references=(cve("CVE-2025-49655"), cwe(502)),
)
SAVED_MODEL = Rule(
    id="KRS009",
    title="Layer that loads another model",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="TFSMLayer loads a TensorFlow SavedModel from a path while this model is loaded; its "
    "graph can read and write files.",
    remedy="Scan that SavedModel as well, and load both only from a folder that you control.",
    references=(cwe(829), cwe(502)),
)

RULES = (
    HOSTILE_CODE,
    LAMBDA,
    INJECTION,
    GADGET,
    CUSTOM_CODE,
    OUTSIDE_FILE,
    NAMED_FILE,
    EMBEDDED_PICKLE,
    SAVED_MODEL,
)

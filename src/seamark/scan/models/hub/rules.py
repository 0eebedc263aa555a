"""Rules about model hub folders (family HUB)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

MISSING_SHARD = Rule(
    id="HUB001",
    title="Model's index names shards that are not there",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Part of the model's weights was not examined, because it is not in the folder; a "
    "loader may fetch it from elsewhere.",
    remedy="Complete the download and scan again, or remove the index.",
)
UNUSED_INDEX = Rule(
    id="HUB002",
    title="Index without any of its shards",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Downloads of one format often bring the index of the other. The weights that are "
    "there are examined; loaders prefer them.",
    remedy="Remove the index where its format is not used.",
)
UNNAMED_SHARD = Rule(
    id="HUB003",
    title="Shard that the model's index does not name",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="The file is called like a part of the model, and no loader that follows the index "
    "reads it. Weights that nobody loads are a place to keep something else.",
    remedy="Remove the file, or save the model again.",
    references=(cwe(434),),
)
ABSENT_TENSOR = Rule(
    id="HUB004",
    title="Shard lacks tensors that the index promises",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Loaders refuse the model, or give these parts random or other weights than those that "
    "were reviewed.",
    remedy="Fetch index and shards again from one revision.",
    references=(cwe(345),),
)
UNNAMED_TENSOR = Rule(
    id="HUB005",
    title="Shard holds tensors that the index does not name",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Loaders that read whole shards take tensors that the index conceals; others never "
    "look at them, so they can carry anything.",
    remedy="Save the model again, so that index and shards agree.",
    references=(cwe(345), cwe(434)),
)
TENSOR_TWICE = Rule(
    id="HUB006",
    title="Tensor lies in several shards",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Which of the tensors counts depends on the loader and on the order in which it reads "
    "the shards: the weights that were tested need not be those that are served.",
    remedy="Save the model again; no writer puts a tensor into two shards.",
    references=(cwe(436), cwe(694)),
)
OTHER_FORMAT = Rule(
    id="HUB007",
    title="Index of one format names shards of another",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Loaders choose how to read each shard by its name. An index that promises safetensors "
    "and names a pickle makes a loader unpickle that was asked not to.",
    remedy="Do not load the model; save its weights as safetensors again.",
    references=(atlas("AML.T0011.000"), cwe(502), cwe(843)),
)
TOTAL_SIZE = Rule(
    id="HUB008",
    title="Index gives a wrong total size",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Programs only plan memory with it. It shows that index or shards were edited after "
    "they were saved.",
    remedy="Save the model again where the difference matters.",
)
BROKEN_INDEX = Rule(
    id="HUB009",
    title="Model's index is not usable",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Which files make up the model cannot be told from this index, so it cannot be said "
    "that all of them were examined.",
    remedy="Fetch the index again, or save the model again.",
)
FOREIGN_LIBRARY = Rule(
    id="HUB010",
    title="Model imports a library that its format does not need",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The loader imports the module that the configuration names and takes a class out of "
    "it. Any package of the machine can be meant, and importing it runs its code.",
    remedy="Find out why the model needs the library; load it with a version of the library that "
    "asks before it imports (trust_remote_code).",
    references=(atlas("AML.T0010.003"), cwe(829), cwe(470)),
)
CALLS_ANYTHING = Rule(
    id="HUB011",
    title="Configuration calls something that is no part of a model",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Loaders import what stands here by its dotted name and call it. It leads to Python's "
    "own library or to modules that a class of a model is not taken from.",
    remedy="Do not load the model; report it to whoever hosts it.",
    references=(atlas("AML.T0011.000"), cwe(470), cwe(94)),
)
REMOTE_KERNEL = Rule(
    id="HUB012",
    title="Configuration takes native code from another repository",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="An attention or expert implementation with the name of a repository is downloaded "
    "as a compiled kernel and run, in some versions without asking for trust_remote_code.",
    remedy="Remove the entry; choose kernels where the model is used, by a pinned revision.",
    references=(atlas("AML.T0010.003"), cwe(829), cwe(494)),
)
COSTLY_PATTERN = Rule(
    id="HUB013",
    title="Pattern in the configuration can take exponential time",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The loader matches the names of all modules with this expression. A repetition "
    "inside a repetition can match one name in exponentially many ways, and loading then hangs.",
    remedy="Replace the pattern by a list of module names.",
    references=(cwe(1333),),
)
OUTSIDE_FILE = Rule(
    id="HUB014",
    title="Configuration opens a file outside of the model's folder",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The loader opens what stands here while the model is loaded: a file of the machine "
    "becomes part of the model, or a state that nobody examined is unpickled.",
    remedy="Remove the entry, or put the file into the model's folder and name it there.",
    references=(atlas("AML.T0010.003"), cwe(22), cwe(73)),
)

RULES = (
    MISSING_SHARD,
    UNUSED_INDEX,
    UNNAMED_SHARD,
    ABSENT_TENSOR,
    UNNAMED_TENSOR,
    TENSOR_TWICE,
    OTHER_FORMAT,
    TOTAL_SIZE,
    BROKEN_INDEX,
    FOREIGN_LIBRARY,
    CALLS_ANYTHING,
    REMOTE_KERNEL,
    COSTLY_PATTERN,
    OUTSIDE_FILE,
)

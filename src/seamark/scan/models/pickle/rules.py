"""Rules about pickle streams (family PKL)."""

from seamark.core.rules import Reference, Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

_ATLAS = atlas("AML.T0011.000")
_SAFE = (
    "Do not load the file. Ask its source for safetensors, ONNX or another format without code, or "
    "for the training code to make the model again."
)
_SPEC = Reference("pickle", "https://docs.python.org/3/library/pickle.html")

HOSTILE_IMPORT = Rule(
    id="PKL001",
    title="Pickle imports what no model needs",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Loading the file imports a part of Python that can run commands, read files or reach "
    "the network; the import alone already runs code.",
    remedy=_SAFE,
    references=(_ATLAS, cwe(502)),
)
DOTTED_IMPORT = Rule(
    id="PKL002",
    title="Pickle reaches through a module for something else",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="A dotted name walks attributes from one module to whatever that module imported, "
    "which hides what is really called.",
    remedy=_SAFE,
    references=(_ATLAS, cwe(502), cwe(470)),
)
UNKNOWN_IMPORT = Rule(
    id="PKL003",
    title="Pickle imports code that no allowlist knows",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Loading the file runs whatever this name means on the machine that loads it; it is "
    "not known to be only data.",
    remedy="Look at what the name does. If it is your own harmless class, allow it by exact name "
    "in seamark.yaml (scan: allow: [module:name]); otherwise ask for a format without code, "
    "such as safetensors.",
    references=(_ATLAS, cwe(502)),
)
ODD_CALL = Rule(
    id="PKL004",
    title="Known callable with arguments that its library does not write",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="An honest callable becomes a gadget with the wrong arguments: it calls, opens or "
    "allocates what the stream chooses.",
    remedy="Do not load the file before somebody understood this call; ask for the model in "
    "safetensors or ONNX.",
    references=(_ATLAS, cwe(502), cwe(915)),
)
COMPUTED_IMPORT = Rule(
    id="PKL005",
    title="Name of an import is computed while loading",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="No pickler does it; it hides from scanners what is imported.",
    remedy=_SAFE,
    references=(_ATLAS, cwe(502), cwe(470)),
)
EXTENSION_CODE = Rule(
    id="PKL006",
    title="Import through the extension registry",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="EXT opcodes import what the loading process registered under a number, which cannot "
    "be seen in the file.",
    remedy="Save the model again without copyreg extension codes, or do not load it.",
    references=(_ATLAS, _SPEC),
)
PERSISTENT_ID = Rule(
    id="PKL007",
    title="Persistent id outside its format",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="What a persistent id means is up to the loader; here none is expected, or it does "
    "not have the form that the format prescribes.",
    remedy="Find out which program wrote the file and load it with nothing else.",
    references=(_SPEC,),
)
CHANGED_IMPORT = Rule(
    id="PKL008",
    title="Pickle changes an imported object",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Setting the state or an item of an imported class, function or registry changes the "
    "program that loads the file; saved models only set the state of their own objects.",
    remedy=_SAFE,
    references=(_ATLAS, cwe(915)),
)
LYING_FRAME = Rule(
    id="PKL009",
    title="Frame that lies about its length",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Python's two unpicklers read such a stream differently, so a check by one says "
    "nothing about the other.",
    remedy="Fetch or save the file again; if it stays so, do not load it.",
    references=(_SPEC, cwe(436)),
)
LATE_PROTOCOL = Rule(
    id="PKL010",
    title="Protocol changes in mid-stream",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="No pickler does it; it changes how later names are resolved, or shows that streams "
    "were spliced.",
    remedy="Ask the source how the file was made; do not load it before.",
    references=(_SPEC,),
)
COMPUTED_ARGUMENTS = Rule(
    id="PKL011",
    title="Arguments of a call are computed while loading",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="No pickler does it; it hides from scanners what is called with what, and nothing "
    "after it could be followed.",
    remedy=_SAFE,
    references=(_ATLAS, cwe(502)),
)
TRAILING_BYTES = Rule(
    id="PKL012",
    title="Bytes after the end of the stream",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Loaders ignore them or read them as something else; they can carry a second file.",
    remedy="Ask the source what they are, or load and save the model again once it is trusted.",
    references=(cwe(436),),
)
BROKEN_AFTER_ACTING = Rule(
    id="PKL013",
    title="Stream breaks after it has acted",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="What a stream imports and calls before it breaks has already run when the loader "
    "reports the error; this is a known way past scanners.",
    remedy="Do not load the file, not even to see the error message.",
    references=(_ATLAS, cwe(502)),
)
DAMAGED_STREAM = Rule(
    id="PKL014",
    title="Stream is damaged or truncated",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="No loader gets to the end of the stream, so what the model would have been is unknown.",
    remedy="Fetch or save the file again and compare its digest with the publisher's.",
)
MEMO_BOMB = Rule(
    id="PKL015",
    title="Memo index that exhausts memory",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The unpickler reserves memory for every index up to the largest: a few bytes of file "
    "take gigabytes.",
    remedy="Do not load the file; no pickler writes such an index.",
    references=(cwe(400), cwe(789)),
)
DEEP_NESTING = Rule(
    id="PKL016",
    title="Containers nest deeper than any pickler writes",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Printing, comparing, hashing or freeing such a value can crash the process.",
    remedy="Do not load the file.",
    references=(cwe(674),),
)
EXPONENTIAL = Rule(
    id="PKL017",
    title="Structure that takes exponential time",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Tuples of tuples that share their parts are small in the file, but hashing them visits "
    "each part again and again; loading never ends.",
    remedy="Do not load the file.",
    references=(cwe(400), cwe(407)),
)
JUDGE_DIED = Rule(
    id="PKL018",
    title="Judge could not finish the stream",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="The unpickler in the limited child ran out of memory or time, or crashed; a program "
    "that loads the file may fare likewise.",
    remedy="Load the file only in a process with limits, if at all.",
    references=(cwe(400),),
)
ENGINES_DISAGREE = Rule(
    id="PKL019",
    title="The two pickle engines disagree",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A stream that two machines read differently may do what neither report says.",
    remedy="Do not load the file, and report it to us: it shows a defect of the scanner or a "
    "trick that we do not know.",
)
BAD_PROTOCOL = Rule(
    id="PKL020",
    title="Unknown pickle protocol",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="No Python that exists loads it, so nobody can say what it does.",
    remedy="Fetch the file again; ask its source which program wrote it.",
    references=(_SPEC,),
)
ARRAY_LIES = Rule(
    id="PKL021",
    title="Array wrapper that does not fit its bytes",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="joblib reads raw bytes where the wrapper says that an array lies; where that is "
    "not certain, data and instructions cannot be told apart.",
    remedy="Save the model again with joblib.dump, or do not load it.",
    references=(cwe(436),),
)
TWO_READINGS = Rule(
    id="PKL022",
    title="Loaders read different streams from the same bytes",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="pickle.load takes for instructions what joblib.load takes for array data.",
    remedy="Do not load the file.",
    references=(cwe(436),),
)
STORAGE_LIES = Rule(
    id="PKL023",
    title="Tensor storages do not add up",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="In a legacy checkpoint the raw storages follow the pickles and must end with the "
    "file; what is left over or missing was not written by torch.save.",
    remedy="Save the checkpoint again with a current torch.save, or ask for safetensors.",
    references=(cwe(436),),
)
HOSTILE_STATE = Rule(
    id="PKL024",
    title="State that turns a known object into code",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The state replaces the object's class or one of the methods that Python itself calls, "
    "or is text that its library executes; no library writes such a state.",
    remedy=_SAFE,
    references=(_ATLAS, cwe(502), cwe(915)),
)

RULES = (
    HOSTILE_IMPORT,
    DOTTED_IMPORT,
    UNKNOWN_IMPORT,
    ODD_CALL,
    COMPUTED_IMPORT,
    EXTENSION_CODE,
    PERSISTENT_ID,
    CHANGED_IMPORT,
    LYING_FRAME,
    LATE_PROTOCOL,
    COMPUTED_ARGUMENTS,
    TRAILING_BYTES,
    BROKEN_AFTER_ACTING,
    DAMAGED_STREAM,
    MEMO_BOMB,
    DEEP_NESTING,
    EXPONENTIAL,
    JUDGE_DIED,
    ENGINES_DISAGREE,
    BAD_PROTOCOL,
    ARRAY_LIES,
    TWO_READINGS,
    STORAGE_LIES,
    HOSTILE_STATE,
)

"""Rules about code and configuration that travel with a model (family COD)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

_CODE = (atlas("AML.T0011.000"), atlas("AML.T0010.003"), cwe(506), cwe(94))

RUNS_ON_LOAD = Rule(
    id="COD001",
    title="Code beside the model acts as soon as it is loaded",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Loading the model imports this file, and the import alone runs programs, code held "
    "as data, or a connection. No model needs that to be loaded.",
    remedy="Do not load the model with remote code enabled; report it to whoever hosts it.",
    references=_CODE,
)
HIDES_CODE = Rule(
    id="COD002",
    title="Code beside the model hides what it runs",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The name of a dangerous function is computed or looked up by text, or what is "
    "executed was encoded. Honest code has no reason to hide that.",
    remedy="Do not load the model; report it to whoever hosts it.",
    references=(*_CODE, cwe(656)),
)
FETCHES_OR_LEAKS = Rule(
    id="COD003",
    title="Code beside the model runs what it downloads, or sends secrets out",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="What is downloaded can change after every review, and credentials of the machine "
    "have no place in a request that a model makes.",
    remedy="Do not load the model; change the credentials where it was loaded already.",
    references=(atlas("AML.T0025"), cwe(494), cwe(200)),
)
ACTS_ON_IMPORT = Rule(
    id="COD004",
    title="Code beside the model has effects when it is imported",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Importing a model's source should only define classes and functions. This one also "
    "reaches the network, files, native code or serialized objects.",
    remedy="Read the lines named here; move the effect into a function or remove it.",
    references=(cwe(829),),
)
CAN_ACT = Rule(
    id="COD005",
    title="Code beside the model can run programs or reach out",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A function in it starts programs, runs code held as data, loads native code or "
    "talks to a fixed address. It runs with the rights of whoever serves the model.",
    remedy="Read the lines named here and make sure that they do what the model's page says.",
    references=(cwe(829), cwe(78)),
)
NOT_READ = Rule(
    id="COD006",
    title="File beside the model could not be read",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="Loaders of the model read this file, and it could not be parsed within the limits.",
    remedy="Fix or remove the file; a source file may need a newer Python to be parsed.",
)
ODD_ENCODING = Rule(
    id="COD007",
    title="Source is written in an unusual encoding",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The declared encoding makes other code of these bytes than a person sees in them.",
    remedy="Store the source as UTF-8 and read it again.",
    references=(cwe(838),),
)
SENSITIVE_FILE = Rule(
    id="COD008",
    title="Code beside the model names credentials or start-up files",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Keys, password files and files that run at the next login are no part of a model.",
    remedy="Read the lines named here; do not load the model until they are explained.",
    references=(atlas("AML.T0055"), cwe(522)),
)
CUSTOM_CODE = Rule(
    id="COD010",
    title="Model brings its own code",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The configuration makes loaders import Python from the model's own folder "
    "(trust_remote_code). Loading the model is then running that code.",
    remedy="Review the named files, pin the model's revision, and load it without remote code "
    "where the library has the architecture built in.",
    references=(atlas("AML.T0010.003"), cwe(829)),
)
REMOTE_CODE = Rule(
    id="COD011",
    title="Model takes its code from another repository",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The code comes from a repository that its owner can change at any time, so pinning "
    "and scanning this model says nothing about what will run.",
    remedy="Copy the code beside the model, review it, and refer to the copy.",
    references=(atlas("AML.T0010.003"), cwe(829), cwe(494)),
)
CUSTOM_LOADER = Rule(
    id="COD012",
    title="MLflow model is loaded by code of its own",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="MLflow imports the named module, or everything in the named code folder, to load "
    "the model.",
    remedy="Review that code; prefer a flavor that MLflow loads itself.",
    references=(atlas("AML.T0010.003"), cwe(829)),
)
ESCAPES_FOLDER = Rule(
    id="COD013",
    title="Model's index names files outside its folder",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="A loader that follows the index reads weights from elsewhere on the machine or the "
    "network, and they were not examined.",
    remedy="Do not load the model; every shard has to lie in the model's own folder.",
    references=(cwe(22), cwe(73)),
)
CONSTRUCTS_OBJECTS = Rule(
    id="COD014",
    title="YAML beside the model builds Python objects",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="A python tag calls any function when the file is read by an unsafe YAML loader.",
    remedy="Do not load the file; rewrite it as plain YAML.",
    references=(cwe(502), *_CODE),
)
REMOTE_ADDRESS = Rule(
    id="COD015",
    title="Configuration points to an address in the network",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="Loaders may fetch the base model from there, outside the registry that you trust.",
    remedy="Replace the address by a pinned name of your registry.",
    references=(cwe(829),),
)
AMBIGUOUS_CONFIG = Rule(
    id="COD016",
    title="Configuration names a key twice",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Parsers disagree on which value counts, so what was examined may not be what is used.",
    remedy="Remove one of the two.",
    references=(cwe(436),),
)
NEEDS_UNSAFE_LOADER = Rule(
    id="COD017",
    title="YAML beside the model names Python objects",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Only an unsafe YAML loader reads this file, and such a loader runs whatever the next "
    "version of the file names.",
    remedy="Rewrite the values as plain YAML and read the file with a safe loader.",
    references=(cwe(502),),
)
NOT_FETCHED = Rule(
    id="COD018",
    title="Pointer in place of the model",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The file is a Git LFS pointer: the model itself was not downloaded or examined.",
    remedy="Run git lfs pull and scan again.",
)
UNSEEN_FOLDER = Rule(
    id="COD019",
    title="Model's index names files that a scan leaves out",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Folders such as .git and venv hold no models and are left out of a scan by default; "
    "weights that an index takes from one of them were not examined.",
    remedy="Name that folder to the scan on its own, or save the model's shards beside its index.",
    references=(cwe(829),),
)

RULES = (
    RUNS_ON_LOAD,
    HIDES_CODE,
    FETCHES_OR_LEAKS,
    ACTS_ON_IMPORT,
    CAN_ACT,
    NOT_READ,
    ODD_ENCODING,
    SENSITIVE_FILE,
    CUSTOM_CODE,
    REMOTE_CODE,
    CUSTOM_LOADER,
    ESCAPES_FOLDER,
    CONSTRUCTS_OBJECTS,
    REMOTE_ADDRESS,
    AMBIGUOUS_CONFIG,
    NEEDS_UNSAFE_LOADER,
    NOT_FETCHED,
    UNSEEN_FOLDER,
)

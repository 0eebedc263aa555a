"""Rules about MessagePack weights (family MSG)."""

from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict

PICKLED = Rule(
    id="MSG001",
    title="MessagePack carries a pickled array",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="An array of Python objects has no bytes of its own: decoders unpickle it, or take "
    "addresses from the file for objects. Either runs or reaches what the file's author chose.",
    remedy="Do not load the file; weights are numbers and need no object arrays.",
    references=(atlas("AML.T0011.000"), cwe(502)),
)
EXTENSION = Rule(
    id="MSG002",
    title="MessagePack extension type that no weights need",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Programs give extension types a meaning of their own, and some decode them by "
    "unpickling. Flax knows three: arrays, complex numbers and NumPy scalars.",
    remedy="Find out which program wrote the type and how the one that loads it decodes it.",
    references=(cwe(502),),
)
ARRAY_SIZE = Rule(
    id="MSG003",
    title="Array's size contradicts its bytes",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Type times shape must fill the bytes of the array. Readers that trust one of the two "
    "read other numbers than meant, or outside the array.",
    remedy="Do not load the file; save the weights again with the library that made them.",
    references=(cwe(125), cwe(190)),
)
COUNT = Rule(
    id="MSG004",
    title="MessagePack announces more entries than can follow",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Every entry needs a byte. Decoders that make room for what is announced run out of "
    "memory before they notice.",
    remedy="Do not load the file; fetch it again from its publisher.",
    references=(cwe(770), cwe(789)),
)
DUPLICATE_KEY = Rule(
    id="MSG005",
    title="MessagePack map names one key twice",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Some decoders keep the first value and some the last: the same file holds different "
    "weights for different programs.",
    remedy="Do not load the file; no honest writer makes it.",
    references=(cwe(436), cwe(694)),
)
TRAILING = Rule(
    id="MSG006",
    title="Bytes follow the MessagePack value",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Streaming decoders stop after the first value and never see the rest, which can "
    "carry a payload for another program.",
    remedy="Save the weights again with the library that made them.",
    references=(cwe(434),),
)
EMBEDDED = Rule(
    id="MSG007",
    title="MessagePack value is a pickle",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A binary value that unpickles as a whole is there for a program that does so. "
    "What it would do is judged on its own.",
    remedy="Find out what reads the value; keep weights as arrays.",
    references=(cwe(502),),
)

RULES = (PICKLED, EXTENSION, ARRAY_SIZE, COUNT, DUPLICATE_KEY, TRAILING, EMBEDDED)

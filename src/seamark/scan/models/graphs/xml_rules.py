"""Rules about XML as such, in files that are models (family PMM)."""

from seamark.core.rules import Rule, Severity, cwe
from seamark.core.verdicts import Verdict

EXTERNAL = Rule(
    id="PMM001",
    title="XML reaches out of the document",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="An external entity, an external document type or an inclusion makes the parser fetch a "
    "file or an address and put its content into the model, or send it away.",
    remedy="Do not load the model. No model format needs external parts; ask for a file without.",
    references=(cwe(611), cwe(918)),
)
BOMB = Rule(
    id="PMM002",
    title="XML entities that expand each other",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Entities made of entities grow from a kilobyte to gigabytes while they are parsed.",
    remedy="Do not load the model; no honest writer makes it.",
    references=(cwe(776),),
)
ENTITIES = Rule(
    id="PMM003",
    title="XML with a document type of its own",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Entities and default attributes of a document type change what the elements say, for "
    "parsers that read it and not for others. Nothing behind it was examined.",
    remedy="Save the model again without a document type; writers of models have no use for it.",
    references=(cwe(436), cwe(611)),
)
INSTRUCTION = Rule(
    id="PMM004",
    title="Processing instruction in a model",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A processing instruction addresses a program: a style sheet transforms the document "
    "and can run scripts where it is opened.",
    remedy="Read the instruction, and save the model again without it.",
    references=(cwe(91), cwe(829)),
)
ENCODING = Rule(
    id="PMM005",
    title="XML in an encoding that hides its content",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Programs that know the declared encoding read other content than those that do not; "
    "that is how XML is brought past filters.",
    remedy="Convert the model to UTF-8 with a tool that you trust, and scan it again.",
    references=(cwe(838),),
)

RULES = (EXTERNAL, BOMB, ENTITIES, INSTRUCTION, ENCODING)

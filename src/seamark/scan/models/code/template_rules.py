"""Rules about chat and tokenizer templates (family TPL)."""

from seamark.core.rules import Rule, Severity, atlas, cve, cwe, owasp_llm
from seamark.core.verdicts import Verdict

_INJECTION = (cve("CVE-2024-34359"), cwe(1336), cwe(94), atlas("AML.T0010.003"), owasp_llm(3))

REACHES_INTERNALS = Rule(
    id="TPL001",
    title="Template reaches into Python's internals",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="A chat template only puts text together. Through attributes such as __init__ or "
    "__globals__ it gets at every module of the process, and rendering it then runs any code "
    "wherever the renderer is not sandboxed.",
    remedy="Do not load the model. Take the template from the model's original publisher, and "
    "render templates in a sandboxed environment only.",
    references=_INJECTION,
)
HIDES_NAME = Rule(
    id="TPL002",
    title="Template hides the name of what it reaches",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The name of a Python internal is put together while rendering (from pieces, escapes "
    "or filters). Nobody writes that except to get past a filter.",
    remedy="Do not load the model. Take the template from the model's original publisher, and "
    "render templates in a sandboxed environment only.",
    references=_INJECTION,
)
READS_FILES = Rule(
    id="TPL003",
    title="Template loads a file from outside",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="An absolute path, a parent folder or a URL in include, import or extends reads files "
    "of the machine that renders the template.",
    remedy="Do not load the model; take the template from its original publisher.",
    references=(cwe(22), cwe(73), cwe(1336)),
)
LOADS_TEMPLATE = Rule(
    id="TPL004",
    title="Template loads another template",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Chat templates are self-contained; what include, import or extends bring in was not "
    "part of this examination.",
    remedy="Put the other template's text into this one, or examine it as well.",
    references=(cwe(829),),
)
UNKNOWN_NAME = Rule(
    id="TPL005",
    title="Template uses a name that no chat template has",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Renderers give a chat template a handful of functions. A call of another one needs a "
    "renderer that was changed, or probes for a web framework around it.",
    remedy="Find out what the name is meant to be; compare with the publisher's template.",
    references=(cwe(1336),),
)
COMPUTED_ATTRIBUTE = Rule(
    id="TPL006",
    title="Template reads an attribute that cannot be told in advance",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The attribute is private, or its name is known only while rendering, so it may be "
    "any internal of Python.",
    remedy="Write the attribute's name into the template, or use the publisher's template.",
    references=(cwe(1336),),
)
EXPLODES = Rule(
    id="TPL007",
    title="Template can use up time or memory",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A loop, repetition or power in it grows beyond anything that a conversation needs; "
    "rendering one message would stop the service.",
    remedy="Use the publisher's template, and bound the time that rendering may take.",
    references=(cwe(400), cwe(834), atlas("AML.T0029")),
)
NOT_PARSED = Rule(
    id="TPL008",
    title="Template could not be parsed",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="The text is no template that Jinja accepts, so nothing can be said of what another "
    "renderer would do with it.",
    remedy="Fix the template, or remove it if nothing renders it.",
)
TOO_LARGE = Rule(
    id="TPL009",
    title="Template is too large or nested too deep",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="Real chat templates have some kilobytes; this one costs more to examine than a "
    "template may, so it was not examined to its end.",
    remedy="Use the publisher's template.",
    references=(cwe(400),),
)

RULES = (
    REACHES_INTERNALS,
    HIDES_NAME,
    READS_FILES,
    LOADS_TEMPLATE,
    UNKNOWN_NAME,
    COMPUTED_ATTRIBUTE,
    EXPLODES,
    NOT_PARSED,
    TOO_LARGE,
)

"""Credentials in calls: written out, or on their way into a prompt."""

import ast
from collections.abc import Iterator
from typing import Final

from seamark.core.rules import Confidence, Rule, Severity, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.code.facts import Taint
from seamark.scan.code.origins import call_taint
from seamark.scan.code.sites import Sight, Site, Subject, Trigger

WRITTEN_KEY = Rule(
    id="CRD001",
    title="A key is written into the code",
    severity=Severity.LOW,
    verdict=Verdict.REVIEW,
    reason="Whoever can read the source, its history or a backup can use the key.",
    remedy="Read it from the environment or a secret manager, and replace this one.",
    references=(cwe(798),),
)
PROMPT_SECRET = Rule(
    id="CRD002",
    title="A credential is put into a prompt",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The provider's logs keep it, and the model repeats it to whoever asks well.",
    remedy="Keep credentials in the code that calls tools; the model never needs to see them.",
    references=(cwe(200), owasp_llm(7), owasp_llm(2)),
)

_KEY_NAMES: Final = (
    "api_key",
    "openai_api_key",
    "anthropic_api_key",
    "google_api_key",
    "huggingfacehub_api_token",
    "hf_token",
    "secret_key",
    "access_token",
    "auth_token",
    "cohere_api_key",
    "groq_api_key",
)
_PLACEHOLDERS: Final = (
    "your",
    "xxx",
    "***",
    "...",
    "<",
    "{",
    "$",
    "placeholder",
    "example",
    "changeme",
    "change-me",
    "dummy",
    "fake",
    "test",
    "insert",
    "replace",
    "not-needed",
    "none",
    "redacted",
    "sample",
    "key-here",
    "_key",
    "api-key",
    "apikey",
    "os.environ",
    "secret",
    "12345",
)
_MODEL_WORDS: Final = (
    "completions",
    "generate_content",
    "llm",
    "OpenAI",
    "Anthropic",
    "litellm",
    "ollama",
    "pipeline(",
)
_SHORTEST: Final = 17


def _keys(site: Site) -> Iterator[Sight]:
    for keyword in site.node.keywords:
        if keyword.arg not in _KEY_NAMES or not isinstance(keyword.value, ast.Constant):
            continue
        value = keyword.value.value
        if isinstance(value, str) and _may_be_key(value):
            yield Sight(
                rule=WRITTEN_KEY,
                node=keyword.value,
                about=f"{site.method}:{keyword.arg}",
                message=f"{site.text or site.called} is given a literal {keyword.arg}.",
                confidence=Confidence.MEDIUM,
            )


def _may_be_key(value: str) -> bool:
    lowered = value.lower()
    if len(value) < _SHORTEST or any(sign in lowered for sign in _PLACEHOLDERS):
        return False
    if not all(33 <= ord(sign) < 127 for sign in value) or "://" in value:
        return False
    # A name is letters alone; a key has digits, and more than a handful of different signs.
    return any(sign.isdigit() for sign in value) and len(set(value)) >= 10


_PROMPTS: Final = ("messages", "prompt", "input", "contents", "content", "query", "inputs")


def _prompts(site: Site) -> Iterator[Sight]:
    head, _, name = site.text.rpartition(".")
    receiver = head.rpartition(".")[2] if head else name
    if call_taint(site.path, site.text, receiver, name if head else "") is not Taint.MODEL:
        return
    given = [site.argument(0)] + [k.value for k in site.node.keywords if k.arg in _PROMPTS]
    if any(node is not None and Taint.SECRET in site.fact(node).taints for node in given):
        yield site.sight(
            PROMPT_SECRET,
            f"{site.text or site.called} sends a credential of the environment to a model.",
            about=f"{site.method}:prompt",
        )


def _every(site: Site) -> Iterator[Sight]:
    yield from _keys(site)
    yield from _prompts(site)


SUBJECT = Subject(
    follows=True,
    rules=(WRITTEN_KEY, PROMPT_SECRET),
    triggers=(
        Trigger(("_key", "_token"), pattern=r"(?:_key|_token)\s*=\s*[\"'][^\"'\s]{17}"),
        Trigger(("environ", "getenv"), also=_MODEL_WORDS),
    ),
    every=_every,
)

"""Chat and tokenizer templates (Jinja), judged through their syntax tree.

Most renderers sandbox templates, some do not (CVE-2024-34359); a template that needs the sandbox
is hostile either way. Nothing is rendered here.
"""

import warnings
from collections.abc import Iterator

from seamark.core.digests import digest_bytes
from seamark.core.findings import Finding
from seamark.core.rules import cve
from seamark.scan.models.code import template_rules as rules
from seamark.scan.models.scope import Scope

MAX_CHARACTERS = 256 << 10
"""Longest template that is examined. The largest public ones have about 30,000 characters."""

_MAX_FINDINGS = 50

RULES = rules.RULES


def examine_template(text: str, scope: Scope, *, anchor: str) -> Iterator[Finding]:
    """Findings about one template.

    The model's metadata gets its digest. ``anchor`` names the template within its file
    (``chat_template``, a GGUF key). Never raises: what is no template, or too large to examine, is
    a finding that makes the file ``unclear``.
    """
    scope.describe(templates=[digest_bytes(text.encode("utf-8", "surrogatepass"))])
    if len(text) > MAX_CHARACTERS:
        yield scope.finding(
            rules.TOO_LARGE,
            f"The template {anchor} has {len(text):,} characters and was not examined.",
            anchor=anchor,
        )
        return
    if not any(mark in text for mark in ("{{", "{%", "{#")):
        return  # plain text renders to itself
    # Odd escapes in a template's strings warn while they are parsed; that is no news.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from _examine(text, scope, anchor)


def _examine(text: str, scope: Scope, anchor: str) -> Iterator[Finding]:
    # jinja2 costs 50 ms to import: only scans that meet a template pay for it.
    from jinja2 import TemplateSyntaxError

    from seamark.scan.models.code.template_judge import TemplateJudge
    from seamark.scan.models.code.template_syntax import TemplateTooLargeError, parse

    try:
        sights = list(TemplateJudge(parse(text)).sights())
    except (TemplateTooLargeError, RecursionError) as error:
        why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
        yield scope.finding(
            rules.TOO_LARGE, f"The template {anchor} was not examined: {why}.", anchor=anchor
        )
        return
    except (TemplateSyntaxError, ValueError, OverflowError) as error:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else None
        yield scope.finding(
            rules.NOT_PARSED,
            f"The template {anchor} is no valid Jinja: {_one_line(str(error))}.",
            anchor=anchor,
            evidence={"template_line": line},
        )
        return
    seen: set[tuple[str, str]] = set()
    for sight in sights:
        key = (sight.rule.id, sight.about)
        if key in seen or len(seen) >= _MAX_FINDINGS:
            continue
        seen.add(key)
        hostile = sight.rule in (rules.REACHES_INTERNALS, rules.HIDES_NAME)
        yield scope.finding(
            sight.rule,
            sight.message,
            anchor=f"{anchor}:{sight.about}",
            evidence={"template": anchor, "template_line": sight.line},
            references=(cve("CVE-2024-34359"),) if hostile else (),
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200].rstrip(".")

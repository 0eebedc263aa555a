"""Chance, digests and temporary names where an attacker may guess."""

import ast
from collections.abc import Iterator
from typing import Final

from seamark.core.rules import Confidence, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.code.flow import Flow
from seamark.scan.code.sites import Sight, Site, Subject, Trigger
from seamark.scan.models.code.source_names import Names

TEMPORARY_NAME = Rule(
    id="CRY001",
    title="A temporary file's name is chosen before the file is made",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Somebody else on the machine can put a file or a link there in between.",
    remedy="Use tempfile.NamedTemporaryFile or tempfile.mkstemp, which make the file at once.",
    references=(cwe(377),),
)
WEAK_DIGEST = Rule(
    id="CRY002",
    title="Integrity rests on a broken digest",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Two files of one MD5 or SHA-1 can be made, so a swapped model passes the check.",
    remedy="Use hashlib.sha256, or verify a signature.",
    references=(cwe(328), cwe(354)),
)
PREDICTABLE = Rule(
    id="CRY003",
    title="A secret comes from a predictable generator",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The state of module random can be computed from what it gave before.",
    remedy="Use the module secrets (secrets.token_urlsafe).",
    references=(cwe(330), cwe(338)),
)

_INTEGRITY: Final = (
    "verify",
    "integrity",
    "check_hash",
    "check_md5",
    "check_sha",
    "validate_file",
    "check_sum",
)
_SECRETS: Final = frozenset(
    "secret password passwd api_key apikey auth_token access_token session_id session_token "
    "csrf_token reset_token otp nonce secret_key salt refresh_token verification_code".split()
)


def _mktemp(site: Site) -> Iterator[Sight]:
    yield site.sight(TEMPORARY_NAME, "tempfile.mktemp names a file that does not exist yet.")


def _digest(site: Site) -> Iterator[Sight]:
    if site.says(False, None, "usedforsecurity"):
        return
    name = site.path.rpartition(".")[2]
    if name == "new":
        name = site.text_of(site.argument(0, "name")).lower()
    function = site.function.lower()
    if name in ("md5", "sha1") and any(part in function for part in _INTEGRITY):
        yield site.sight(
            WEAK_DIGEST,
            f"{site.function} relies on {name.upper()}.",
            about=f"{site.function}:{name}",
            confidence=Confidence.MEDIUM,
        )


def _tokens(nodes: list[ast.AST], flow: Flow, _names: Names) -> Iterator[Sight]:
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
            call = _random_in(node.value, flow) if _is_secret(name) else None
            if call:
                yield Sight(
                    rule=PREDICTABLE,
                    node=node,
                    about=name,
                    message=f"{name} is made with {call}.",
                    confidence=Confidence.MEDIUM,
                )


def _is_secret(name: str) -> bool:
    lowered = name.lower()
    return any(lowered == each or lowered.endswith("_" + each) for each in _SECRETS)


def _random_in(value: ast.expr, flow: Flow) -> str:
    for node in ast.walk(value):
        if isinstance(node, ast.Call):
            for origin in flow.fact(node.func).origins:
                if (
                    origin.startswith("random.")
                    and origin not in ("random.SystemRandom",)
                    and ("SystemRandom" not in origin)
                ):
                    return origin
    return ""


SUBJECT = Subject(
    rules=(TEMPORARY_NAME, WEAK_DIGEST, PREDICTABLE),
    triggers=(
        Trigger(("mktemp",)),
        Trigger(("md5", "sha1"), also=_INTEGRITY),
        Trigger(("random",), pattern=rf"(?:{'|'.join(sorted(_SECRETS))})[ \t]*=[^=]"),
    ),
    calls={
        "tempfile.mktemp": _mktemp,
        "hashlib.md5": _digest,
        "hashlib.sha1": _digest,
        "hashlib.new": _digest,
    },
    nodes=_tokens,
)

"""Object stores: policies and access lists that let everyone read or write models and data."""

from collections.abc import Iterator
from typing import Any

from seamark.core.findings import Finding
from seamark.core.rules import atlas, cwe
from seamark.scan.config.builds import build_commands
from seamark.scan.config.case import Case, found, shown
from seamark.scan.config.declare import CRITICAL, HIGH, declare
from seamark.scan.config.documents.document import Document, Map, items_of, mappings

PUBLIC_READ = declare(
    "OBJ001",
    HIGH,
    "Everyone may read a bucket",
    "Models, training data and logs in it belong to whoever finds the name; names are guessed.",
    "Name the accounts that need it; block public access on the account.",
    cwe(732),
    atlas("AML.T0035"),
)
PUBLIC_WRITE = declare(
    "OBJ002",
    CRITICAL,
    "Everyone may write to a bucket",
    "Whoever finds it replaces models and training data, and what loads them runs his code.",
    "Name the accounts that may write; block public access on the account.",
    cwe(732),
    atlas("AML.T0020"),
    atlas("AML.T0010"),
)
UNPROTECTED = declare(
    "OBJ003",
    HIGH,
    "A bucket's protection against public access is switched off",
    "The block exists so that one wrong policy does not open the bucket.",
    "Set all four settings of the block to true.",
    cwe(732),
)
RULES = (PUBLIC_READ, PUBLIC_WRITE, UNPROTECTED)
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def judge(case: Case) -> Iterator[Finding]:
    """Findings about policies, templates and commands that open buckets."""
    for document in case.documents:
        if case.kind in ("policy", "cloudformation"):
            for place, each in mappings(document.data):
                if "Effect" in each:
                    yield from _statement(document, place, each)
                yield from _template(document, place, each)
                yield from _binding(document, place, each)
        if case.kind in ("dockerfile", "script", "compose"):
            yield from _commands(case, document)
            return


def _statement(
    document: Document, place: tuple[str | int, ...], statement: Map
) -> Iterator[Finding]:
    if statement.get("Effect") != "Allow" or not _is_anyone(statement.get("Principal")):
        return
    actions = statement.get("Action")
    listed = [str(a) for a in (actions if isinstance(actions, list) else [actions])]
    if not any(a == "*" or a.startswith("s3:") for a in listed) or statement.get("Condition"):
        return
    resources = statement.get("Resource")
    aims = [str(r) for r in (resources if isinstance(resources, list) else [resources])]
    if all(aim == "*" for aim in aims):
        return  # the policy of a network endpoint or a key: it is about no bucket of its own
    writes = any(
        a in ("*", "s3:*") or a.startswith(("s3:Put", "s3:Delete", "s3:Create")) for a in listed
    )
    rule = PUBLIC_WRITE if writes else PUBLIC_READ
    where = (*place, "Principal")
    sid = statement.get("Sid") or ",".join(listed)
    yield found(
        rule,
        f"The statement allows {shown(', '.join(listed))} to everyone.",
        document.at(where),
        str(sid),
    )


def _is_anyone(principal: Any) -> bool:
    if isinstance(principal, dict):
        return any("*" in ([v] if isinstance(v, str) else items_of(v)) for v in principal.values())
    return bool(principal == "*")


def _template(document: Document, place: tuple[str | int, ...], each: Map) -> Iterator[Finding]:
    acl = each.get("AccessControl")
    if acl in ("PublicRead", "PublicReadWrite"):
        rule = PUBLIC_WRITE if acl == "PublicReadWrite" else PUBLIC_READ
        where = document.at((*place, "AccessControl"))
        yield found(rule, f"The bucket's access list is {acl}.", where, str(place[:2]))
    off = [key for key in _BLOCKS if str(each.get(key)).lower() == "false"]
    if off:
        yield found(
            UNPROTECTED,
            f"{', '.join(off)} is false.",
            document.at((*place, off[0])),
            str(place[:2]),
        )


def _binding(document: Document, place: tuple[str | int, ...], each: Map) -> Iterator[Finding]:
    """A binding of Google Cloud's access policies."""
    role, members = str(each.get("role") or ""), items_of(each.get("members"))
    anyone = [m for m in members if m in ("allUsers", "allAuthenticatedUsers")]
    if anyone and role.startswith("roles/storage."):
        writes = any(word in role for word in ("Admin", "Creator", "Writer", "Owner", "objectUser"))
        yield found(
            PUBLIC_WRITE if writes else PUBLIC_READ,
            f"{anyone[0]} has {shown(role)}.",
            document.at((*place, "members")),
            role,
        )


def _commands(case: Case, document: Document) -> Iterator[Finding]:
    commands = [*build_commands(case), *(c for w in case.workloads for c in w.commands)]
    for command in dict.fromkeys(commands):
        words = command.words
        where = document.at_line(command.line)
        program = words[0].rpartition("/")[2] if words else ""
        text = " ".join(words)
        if (program == "mc" and "anonymous" in words[1:3]) or words[:3] == ("mc", "policy", "set"):
            level = next((w for w in words if w in ("public", "download", "upload")), "")
            if "set" in words and level:
                rule = PUBLIC_READ if level == "download" else PUBLIC_WRITE
                yield found(rule, f"mc sets a bucket to {level}.", where, shown(text))
        elif program in ("aws", "s3cmd") and "--acl" in words:
            acl = words[words.index("--acl") + 1] if words[-1] != "--acl" else ""
            if acl in ("public-read", "public-read-write"):
                rule = PUBLIC_READ if acl == "public-read" else PUBLIC_WRITE
                yield found(rule, f"{program} sets the access list {acl}.", where, shown(text))
        elif program == "gsutil" and any(w.startswith(("allUsers:", "public-read")) for w in words):
            yield found(PUBLIC_READ, "gsutil gives a bucket to everyone.", where, shown(text))

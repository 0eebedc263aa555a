"""Package indexes that lists use: confusion, plaintext, credentials (family SRC)."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from seamark.core.components import Component, OriginKind
from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.dependencies.judges.lists import Lists, is_hashed, name_of
from seamark.scan.dependencies.listings import Index, IndexUse, Listing, Role

CONFUSION = Rule(
    id="SRC001",
    title="Packages come from whichever index has the higher version",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="With an index beside the main one, a stranger only has to publish a higher version "
    "of an internal package's name on the other to have it installed (dependency confusion).",
    remedy="Take everything from one index that mirrors the others, bind packages to their index "
    "(explicit indexes of uv and Poetry), or pin every entry with hashes.",
    references=(cwe(427), cwe(829)),
)
CONFUSION_PREVENTED = Rule(
    id="SRC002",
    title="Extra index, and every package is pinned by hash",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Hashes keep a file from the wrong index out. That ends when somebody writes the list "
    "again, for then the higher version wins.",
    remedy="Take everything from one index, or bind packages to their index.",
    references=(cwe(427),),
)
PLAINTEXT = Rule(
    id="SRC003",
    title="Index is reached without protection",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Without TLS, or with certificates that nobody checks, anyone on the way can exchange "
    "the packages.",
    remedy="Use an https:// address, and give the installer the certificate of your own authority "
    "instead of trusting the host blindly.",
    references=(cwe(319), cwe(295)),
)
CREDENTIALS = Rule(
    id="SRC004",
    title="Address in a list holds credentials",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Whoever can read the list, its history or a log of the build can use them.",
    remedy="Revoke them. Keep new ones in the installer's keyring, in netrc or in the environment.",
    references=(cwe(522), cwe(798)),
)
RULES = (CONFUSION, CONFUSION_PREVENTED, PLAINTEXT, CREDENTIALS)

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_UNPROTECTED: Final = frozenset({"http", "ftp", "git", "svn", "rsync"})
_FETCHED: Final = (OriginKind.INDEX, OriginKind.URL)


def judge_indexes(listing: Listing, lists: Lists) -> Iterator[Finding]:
    """Findings on the indexes of one list."""
    for index in listing.indexes:
        if index.use is IndexUse.EXTRA:
            yield _confusion(index, listing, lists)
        if index.secret:
            yield _finding(
                CREDENTIALS, index, f"The address {index.url} is given with credentials."
            )
        if index.use is IndexUse.TRUSTED:
            if not is_loopback(index.url):
                text = f"The certificate of {index.url} is not checked."
                yield _finding(PLAINTEXT, index, text)
        elif is_plaintext(index.url):
            yield _finding(PLAINTEXT, index, f"Packages are taken from {index.url} without TLS.")


def _confusion(index: Index, listing: Listing, lists: Lists) -> Finding:
    if _all_hashed(listing, lists):
        text = f"{index.url} is used beside another index; every package is pinned by hash."
        return _finding(CONFUSION_PREVENTED, index, text)
    text = f"{index.url} is used beside another index, for every package."
    return _finding(CONFUSION, index, text)


def _all_hashed(listing: Listing, lists: Lists) -> bool:
    """Whether everything that is installed with this list has a strong hash somewhere in it."""
    if listing.role is Role.DECLARATION:
        locked = lists.hashed_for(listing)
        return bool(locked) and all(
            name_of(each) in locked for each in listing.components if _is_fetched(each)
        )
    parts = [each for each in lists.together(listing) if each.role is not Role.DECLARATION]
    wanted = [each for part in parts for each in part.components if _is_fetched(each)]
    whole = not any(part.unassessed for part in parts)
    return whole and bool(wanted) and all(map(is_hashed, wanted))


def _is_fetched(component: Component) -> bool:
    return component.origin is None or component.origin.kind in _FETCHED


def is_plaintext(url: str) -> bool:
    """Whether what is fetched from this address can be changed on the way."""
    scheme = url.partition("://")[0].lower() if "://" in url else ""
    tool, _, inner = scheme.rpartition("+")
    return (inner in _UNPROTECTED or (tool == "" and scheme in _UNPROTECTED)) and not is_loopback(
        url
    )


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    return host_of(url) in _LOOPBACK


def host_of(url: str) -> str:
    """The host of an address in small letters, also of one without a scheme (``host:port``)."""
    text = url if "://" in url else f"//{url}"
    try:
        return (urlsplit(text).hostname or "").lower()
    except ValueError:
        return ""


def _finding(rule: Rule, index: Index, message: str) -> Finding:
    evidence = {"index": index.url, "use": index.use.value, "name": index.name}
    return Finding(
        rule=rule,
        message=message,
        location=index.location,
        anchor=index.url,
        confidence=Confidence.HIGH,
        evidence={key: value for key, value in evidence.items() if value},
    )

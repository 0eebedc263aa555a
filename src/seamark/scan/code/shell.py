"""Shell lines of notebooks and documents: installers from the network, tokens in addresses.

Every test here is a search for fixed words; a hostile line costs time linear in its length.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from seamark.core.rules import Confidence, Rule, Severity, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.code.snippets import Line, Mark

TRUSTED_HOST = Rule(
    id="NBC001",
    title="Packages are installed without a verified connection",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="With --trusted-host, or an http:// index, anyone on the way chooses what is installed.",
    remedy="Use https:// and give pip the authority's certificate with --cert.",
    references=(cwe(295), cwe(494), owasp_llm(3)),
)
EXTRA_INDEX = Rule(
    id="NBC002",
    title="Packages may come from a second index",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="pip takes the highest version of either index, so a public name can replace a "
    "private one.",
    remedy="Use one index that proxies the other, or hashes (--require-hashes).",
    references=(cwe(427), owasp_llm(3)),
)
PIPED_SCRIPT = Rule(
    id="NBC003",
    title="A script from the network is run unread",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Whoever controls the address, today or tomorrow, runs commands here.",
    remedy="Download it, compare its digest with the published one, then run it.",
    references=(cwe(494), owasp_llm(3)),
)
TOKEN_IN_ADDRESS = Rule(
    id="NBC004",
    title="An address holds a password or token",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="It is kept in the notebook, in git's settings and in the shell's history.",
    remedy="Replace the token, and let git's credential helper or an environment variable hold it.",
    references=(cwe(798), cwe(522)),
)

RULES = (TRUSTED_HOST, EXTRA_INDEX, PIPED_SCRIPT, TOKEN_IN_ADDRESS)

WORDS: Final = (b"--trusted-host", b"index", b"curl", b"wget", b"://")
"""One of these must occur in a text that holds shell lines."""

_MAX_LINE: Final = 20_000
_SHELLS: Final = ("sh", "bash", "zsh", "python", "python3", "perl", "node", "ruby")
_OWN_HOSTS: Final = ("localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal")  # noqa: S104
_KNOWN_INDEXES: Final = ("download.pytorch.org", "pypi.nvidia.com", "data.pyg.org")


def judge_shell(lines: Sequence[Line]) -> Iterator[Mark]:
    """What is wrong with these commands; lines are numbered from 1 as they are given."""
    for number, text in _commands(lines):
        if text.lstrip().startswith("#") or len(text) > _MAX_LINE:
            continue
        for rule, about, message, confidence in _judge(text):
            column = len(text) - len(text.lstrip())
            yield Mark(
                rule=rule,
                about=about,
                message=message,
                line=number,
                column=column,
                end_line=number,
                end_column=len(lines[number - 1].text.rstrip()),
                confidence=confidence,
            )


def _commands(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Commands with the number of their first line; a backslash goes on."""
    start, parts = 0, list[str]()
    for number, line in enumerate(lines, 1):
        start = start or number
        parts.append(line.text.rstrip())
        if parts[-1].endswith("\\") and number < len(lines) and len(parts) < 200:
            parts[-1] = parts[-1][:-1]
            continue
        yield start, " ".join(parts)
        start, parts = 0, []


_Found = tuple[Rule, str, str, Confidence]


def _judge(command: str) -> Iterator[_Found]:
    words = command.split()
    bare = [word.rpartition("/")[2] for word in words]
    if ("pip" in bare or "pip3" in bare or "uv" in bare) and "install" in words:
        yield from _pip(words)
    yield from _piped(command)
    yield from _addresses(words)


def _option(words: Sequence[str], *names: str) -> Iterator[str]:
    for index, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            yield value if equals else (words[index + 1] if index + 1 < len(words) else "")


def _pip(words: Sequence[str]) -> Iterator[_Found]:
    for host in _option(words, "--trusted-host"):
        if not host.strip("\"'").startswith(_OWN_HOSTS):
            message = f"pip trusts {host[:80]} without verifying it."
            yield TRUSTED_HOST, "--trusted-host", message, Confidence.HIGH
    for address in _option(words, "--index-url", "-i", "--extra-index-url", "--find-links", "-f"):
        host = _host(address)
        if address.strip("\"'").startswith("http://") and not host.startswith(_OWN_HOSTS):
            message = f"pip takes packages from {host[:80]} over plain HTTP."
            yield TRUSTED_HOST, "http-index", message, Confidence.HIGH
    for address in _option(words, "--extra-index-url"):
        host = _host(address)
        if host not in _KNOWN_INDEXES:
            message = f"pip also takes packages from {host[:80] or 'another index'}."
            yield EXTRA_INDEX, "--extra-index-url", message, Confidence.MEDIUM


def _host(address: str) -> str:
    rest = address.strip("\"'").partition("://")[2].partition("/")[0]
    return rest.rpartition("@")[2].partition(":")[0]


def _piped(command: str) -> Iterator[_Found]:
    fetched = ""
    for part in command.split("|"):
        words = part.replace("(", " ").replace(";", " ").replace("&&", " ").split()
        while words[:1] and (words[0] in ("sudo", "env", "-E", "exec") or "=" in words[0]):
            words = words[1:]
        # python -m json.tool and python -c read data, not a script
        reads_data = len(words) > 1 and words[1] in ("-m", "-c", "-e")
        if fetched and words and words[0].rpartition("/")[2] in _SHELLS and not reads_data:
            message = f"What {fetched[:80]} sends is run as a script."
            yield PIPED_SCRIPT, f"pipe:{fetched[:80]}", message, Confidence.HIGH
            return
        if "curl" in words or "wget" in words:
            fetched = next((_host(word) for word in words if "://" in word), "") or "an address"
        elif words[:1] != ["tee"]:
            fetched = ""
    for opening in ("bash <(curl", "sh <(curl", '-c "$(curl', "-c '$(curl", "source <(curl"):
        if opening in command:
            host = next((_host(w) for w in command.split() if "://" in w), "an address")
            message = f"What {host[:80]} sends is run as a script."
            yield PIPED_SCRIPT, f"pipe:{host[:80]}", message, Confidence.HIGH
            return


_PLACEHOLDERS: Final = ("<", "{", "$", "your", "token", "user", "pass", "xxx", "***", "...", "%s")


def _addresses(words: Sequence[str]) -> Iterator[_Found]:
    for word in words:
        _, scheme, rest = word.strip("\"'").partition("://")
        user, at, _ = rest.partition("/")[0].rpartition("@")
        if not scheme or not at:
            continue
        name, colon, password = user.partition(":")
        value = password if colon else name
        if len(value) < 8 or any(sign in value.lower() for sign in _PLACEHOLDERS):
            continue
        message = f"The address of {_host(word)[:80]} holds a credential."
        yield TOKEN_IN_ADDRESS, f"credential:{_host(word)[:80]}", message, Confidence.HIGH

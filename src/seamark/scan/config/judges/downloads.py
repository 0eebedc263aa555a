"""Commands of builds, scripts and containers that trust the network more than they should."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import atlas, cwe
from seamark.scan.config.builds import build_commands
from seamark.scan.config.case import Case, found, shown
from seamark.scan.config.declare import HIGH, declare
from seamark.scan.config.documents.shell import Command

PIPED = declare(
    "DWN001",
    HIGH,
    "What is downloaded is run unread",
    "The server, or whoever takes it over, decides what runs in the build, each time anew; a "
    "broken download runs in part.",
    "Download a fixed version, compare its hash, then run it.",
    cwe(494),
    cwe(829),
    atlas("AML.T0010.001"),
)
UNVERIFIED = declare(
    "DWN002",
    HIGH,
    "Downloads are not verified",
    "Without the check of certificates or signatures anyone on the way can give other packages, "
    "models or code.",
    "Take the option away; add the certificate of your own index to the trust store instead.",
    cwe(295),
    atlas("AML.T0010.001"),
)
RULES = (PIPED, UNVERIFIED)

_FETCHERS = frozenset({"curl", "wget"})
_RUNNERS = frozenset({"sh", "bash", "dash", "zsh", "ash", "python", "python3", "perl", "ruby"})
_HASHES = ("sha256sum", "sha512sum", "shasum", "gpg --verify")
_VARIABLES = {
    "PYTHONHTTPSVERIFY": "0",
    "NODE_TLS_REJECT_UNAUTHORIZED": "0",
    "GIT_SSL_NO_VERIFY": "1",
    "CURL_INSECURE": "1",
    "UV_NATIVE_TLS_VERIFY": "0",
    "HF_HUB_DISABLE_SSL_VERIFICATION": "1",
}


def judge(case: Case) -> Iterator[Finding]:
    """Findings about the file's commands and variables."""
    document = case.documents[0] if case.documents else None
    if document is None:
        return
    hashes = any(tool in case.text for tool in _HASHES)
    seen: set[tuple[str, int]] = set()
    for command in (*build_commands(case), *(c for w in case.workloads for c in w.commands)):
        where = document.at_line(command.line)
        key = (" ".join(command.words), command.line)
        if not command.words or key in seen:
            continue
        seen.add(key)
        if _runs_download(command):
            source = command.piped[0] if command.piped else "a download"
            message = f"{shown(command.words[0])} runs what {shown(source)} brings."
            address = next((w for w in (*command.piped, *command.words) if "://" in w), "")
            yield found(PIPED, message, where, address.partition("?")[0])
        program = command.words[0].rpartition("/")[2]
        hashed = hashes and program in _FETCHERS
        if not hashed and (what := _unverified(command)):
            message = f"{shown(command.words[0])} is told not to verify ({what})."
            yield found(UNVERIFIED, message, where, f"{command.words[0]} {what}")
    for workload in case.workloads:
        for setting in workload.settings:
            name = setting.name
            if name in _VARIABLES and setting.text == _VARIABLES[name]:
                message = f"{name}={setting.text} switches off the check of certificates."
                yield found(UNVERIFIED, message, setting.location, name)
            elif name in ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST") and _is_host(setting.text):
                message = f"{name} names hosts whose certificates are not checked."
                yield found(UNVERIFIED, message, setting.location, name)


def _is_host(text: str) -> bool:
    return bool(text) and text not in ("localhost", "127.0.0.1") and "$" not in text


def _runs_download(command: Command) -> bool:
    program = command.words[0].rpartition("/")[2]
    if program in _RUNNERS and command.piped:
        fed = command.piped[0].rpartition("/")[2]
        script = next((w for w in command.words[1:] if not w.startswith("-")), None)
        reads = script is None or "-s" in command.words or script.startswith("-")
        return fed in _FETCHERS and (reads and "-c" not in command.words)
    text = " ".join(command.words[:4])
    fetched = "$(curl " in text or "$(wget " in text or "<(curl " in text
    return fetched and program in ("eval", *_RUNNERS)


def _unverified(command: Command) -> str:
    """The option that switches verification off; empty for none."""
    words = command.words
    program = words[0].rpartition("/")[2]
    if program.startswith("python") and "-m" in words[:4] and "pip" in words[:5]:
        program = "pip"
    if program.startswith("pip") or program == "uv":
        for number, word in enumerate(words):
            name, _, value = word.partition("=")
            if name in ("--trusted-host", "--allow-insecure-host"):
                host = value or next(iter(words[number + 1 : number + 2]), "")
                return name if _is_host(host) else ""
    if program == "curl" and not any(_is_local(w) for w in words):
        for word in words[1:]:
            short = word.startswith("-") and not word.startswith("--") and "k" in word
            if word == "--insecure" or (short and word[1:].isalpha() and len(word) < 8):
                return word
    if program == "wget" and "--no-check-certificate" in words:
        return "--no-check-certificate"
    if program == "git" and any(w.lower() in ("http.sslverify=false",) for w in words):
        return "http.sslVerify=false"
    if program == "git" and words[-2:] == ("http.sslVerify", "false"):
        return "http.sslVerify=false"
    if program in ("apt-get", "apt"):
        options = ("--allow-unauthenticated", "--force-yes")
        return next((w for w in words if w in options), "")
    if program in ("conda", "mamba") and words[-2:] in (
        ("ssl_verify", "false"),
        ("ssl_verify", "False"),
    ):
        return "ssl_verify"
    if program == "npm" and ("strict-ssl=false" in words or words[-2:] == ("strict-ssl", "false")):
        return "strict-ssl=false"
    return ""


def _is_local(word: str) -> bool:
    return any(f"://{host}" in word for host in ("localhost", "127.0.0.1", "kubernetes.default"))

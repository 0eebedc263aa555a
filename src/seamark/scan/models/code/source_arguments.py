"""What dangerous functions are given: encoded payloads, downloads, shells, secrets, addresses."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from seamark.scan.models.code.source_decoders import DECODERS
from seamark.scan.models.code.source_effects import Effect, effect_of
from seamark.scan.models.code.source_names import Names

_MAX_DEPTH: Final = 6
_MAX_NODES: Final = 400

_ATTACK_COMMANDS: Final = (
    "/dev/tcp/",
    "/dev/udp/",
    "bash -i",
    "sh -i",
    "nc -e",
    "ncat -e",
    "base64 -d",
    "base64 --decode",
    "powershell -e",
    "powershell.exe -e",
    "powershell -nop",
    "-encodedcommand",
    "mkfifo /tmp",
)
_SHELLS: Final = ("sh", "bash", "zsh", "python", "python3", "perl")
_PLACES: Final = (
    ".ssh/",
    ".aws/credentials",
    ".netrc",
    ".git-credentials",
    ".kube/config",
    ".docker/config.json",
    ".bashrc",
    ".bash_profile",
    ".zshrc",
    ".config/autostart",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/cron",
    "/etc/ld.so.preload",
    "authorized_keys",
    "sitecustomize.py",
    "usercustomize.py",
    "/proc/self/environ",
    "/proc/self/mem",
    "169.254.169.254",
)
_SECRET_WORDS: Final = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "ACCESS_KEY", "_PAT")


@dataclass(frozen=True, slots=True)
class Payload:
    """Why an argument is no honest one."""

    what: str
    fetched: bool = False


class Arguments:
    """Answers questions on the arguments of calls in one file."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def payload(self, call: ast.Call) -> Payload | None:
        """Why what the call is given is encoded, fetched or a shell attack; None if it is not."""
        arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
        for argument in arguments[:8]:
            command = self._command(argument)
            if command is not None and _is_attack(command):
                return Payload("a shell command that opens a way in")
        for argument in arguments[:2]:
            if any(isinstance(value, bytes) for value in self._names.folder.values(argument)):
                return Payload("data that the source itself holds")
            found = self._origin(argument)
            if found is not None:
                return found
        return None

    def _command(self, node: ast.expr) -> str | None:
        for value in self._names.folder.values(node):
            if isinstance(value, str):
                return value
            if isinstance(value, tuple):
                return " ".join(part for part in value if isinstance(part, str))
        return None

    def _origin(self, start: ast.expr) -> Payload | None:
        """Follows variables back to a decoder or a download."""
        for node in self._behind(start):
            found = self._made_by(node) if isinstance(node, ast.Call) else None
            if found is not None:
                return found
        return None

    def _behind(self, start: ast.expr) -> Iterator[ast.AST]:
        """The parts of an expression, and of what its variables are given."""
        waiting: list[tuple[ast.AST, int]] = [(start, 0)]
        seen: set[str] = set()
        for _ in range(_MAX_NODES):
            if not waiting:
                return
            node, depth = waiting.pop()
            yield node
            if isinstance(node, ast.Name) and node.id not in seen and depth < _MAX_DEPTH:
                seen.add(node.id)
                given = self._names.assigned.get(node.id, [])[:8]
                waiting += [(value, depth + 1) for _, value in given]
            waiting += [(child, depth) for child in ast.iter_child_nodes(node)]

    def _made_by(self, call: ast.Call) -> Payload | None:
        for target in self._names.resolve(call.func):
            found = effect_of(target.path)
            if found and found[1] in {Effect.FETCH, Effect.CONNECT}:
                return Payload("what it fetched from the network", fetched=True)
            if found and found[0].startswith("marshal."):
                return Payload("compiled code that was stored as data")
            module, _, name = target.path.rpartition(".")
            if name in DECODERS and module in {
                "base64",
                "binascii",
                "codecs",
                "zlib",
                "bz2",
                "lzma",
            }:
                return Payload("data that was encoded")
        if isinstance(call.func, ast.Attribute) and call.func.attr == "fromhex":
            return Payload("data that was encoded")
        if isinstance(call.func, ast.Attribute) and call.func.attr == "join":
            inner = [node for arg in call.args for node in ast.walk(arg)]
            names = {node.id for node in inner if isinstance(node, ast.Name)}
            if "chr" in names:
                return Payload("text that was spelled character by character")
        return None

    def opens_for_writing(self, call: ast.Call) -> bool:
        """Does this call of ``open`` ask for a mode that writes?"""
        modes = [k.value for k in call.keywords if k.arg == "mode"] + call.args[1:2]
        texts = [text for mode in modes for text in self._names.folder.texts(mode)]
        return any(set(text) & set("wax+") for text in texts)

    def fixed_address(self, call: ast.Call) -> bool:
        """Is a request sent to an address that the code holds, or does it upload?"""
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"post", "put", "patch"}:
            return True
        parts = [part for argument in call.args[:2] for part in self._behind(argument)]
        return any(
            isinstance(part, ast.Constant) and isinstance(part.value, str) and "://" in part.value
            for part in parts
        )

    def reads_secret(self, node: ast.expr) -> str | None:
        """What credential of the machine this expression reads, or None."""
        if isinstance(node, ast.Subscript):
            paths = {target.path for target in self._names.resolve(node.value)}
            return self._secret_named(node.slice) if "os.environ" in paths else None
        if not isinstance(node, ast.Call):
            return None
        paths = {target.path for target in self._names.resolve(node.func)}
        if paths & {"os.getenv", "os.environ.get", "os.environ.pop"} and node.args:
            return self._secret_named(node.args[0])
        if paths & {"os.environ.items", "os.environ.copy", "os.environ.values"}:
            return "the whole environment"
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            if any(target.path == "os.environ" for target in self._names.resolve(argument)):
                return "the whole environment"
        texts = [text for argument in node.args[:2] for text in self._names.folder.texts(argument)]
        return next((self.sensitive_place(text) for text in texts), None)

    def _secret_named(self, name: ast.expr) -> str | None:
        for text in self._names.folder.texts(name):
            if any(word in text.upper() for word in _SECRET_WORDS):
                return f"the variable {text[:60]}"
        return None

    def sensitive_place(self, text: str) -> str | None:
        """The credential or start-up file that ``text`` names, or None."""
        return next((place for place in _PLACES if place in text), None)


def _is_attack(command: str) -> bool:
    lowered = " ".join(command.lower().split())
    if any(sign in lowered for sign in _ATTACK_COMMANDS):
        return True
    for piped in lowered.split("|")[1:]:
        first = piped.split()[:1]
        if first and first[0].rpartition("/")[2] in _SHELLS:
            return True
    return False

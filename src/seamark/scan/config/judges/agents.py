"""MCP servers: what agents start, fetch and connect to."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, atlas, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.config.case import Case, found, shown
from seamark.scan.config.declare import HIGH, LOW, MEDIUM, declare
from seamark.scan.config.documents.document import Document, Map, items_of, map_of
from seamark.scan.config.secret_names import is_literal_secret, names_secret
from seamark.scan.config.servers import is_remote

UNPINNED = declare(
    "MCP001",
    MEDIUM,
    "An agent starts a tool server at whatever version there is",
    "Each start may fetch another package, which then runs with your rights and whose descriptions "
    "the model believes.",
    "Name the version (npx -y package@1.2.3, uvx package==1.2.3) or an image digest.",
    cwe(829),
    owasp_llm(3),
    atlas("AML.T0010"),
)
PLAIN_HTTP = declare(
    "MCP002",
    HIGH,
    "An agent talks to a tool server without encryption",
    "Anyone on the way reads what is sent and gives the model other tools and answers.",
    "Use https://.",
    cwe(319),
    owasp_llm(1),
)
NO_LOGIN = declare(
    "MCP003",
    LOW,
    "A remote tool server is asked without a login",
    "No header of the entry says who asks; the server may log in by OAuth instead, or serve "
    "everyone.",
    "Use a server that asks for a login.",
    cwe(306),
    verdict=Verdict.CLEAN,
)
PLAIN_SECRET = declare(
    "MCP004",
    HIGH,
    "A key for a tool server stands in the agent's configuration",
    "The file is copied and committed with the project, and each server that the agent starts can "
    "read it.",
    "Use ${NAME} or the editor's input prompts, so that the key stays outside of the file.",
    cwe(798),
)
TOO_WIDE = declare(
    "MCP005",
    HIGH,
    "A tool server may touch the whole disk",
    "A hostile text that the model reads can have any file read, changed and sent away.",
    "Name the one folder that the agent needs.",
    cwe(732),
    owasp_llm(6),
)
APPROVED = declare(
    "MCP006",
    HIGH,
    "Every tool of an agent runs without being asked for",
    "A hostile text that the model reads is then enough to run a tool.",
    "List single harmless tools, and ask for the others.",
    cwe(862),
    owasp_llm(6),
)
RULES = (UNPINNED, PLAIN_HTTP, NO_LOGIN, PLAIN_SECRET, TOO_WIDE, APPROVED)
_WHOLE_DISK = frozenset({"/", "/home", "/Users", "C:\\", "C:/", "~", "$HOME", "${HOME}", "/root"})


def judge(case: Case) -> Iterator[Finding]:
    """Findings about every server of an agent's configuration."""
    if case.kind != "mcp":
        return
    document = case.documents[0]
    for key in ("mcpServers", "servers", "context_servers"):
        for name, server in map_of(document.get(key)).items():
            if isinstance(server, Map):
                yield from _command(document, key, name, server)
                yield from _remote(document, key, name, server)
                yield from _secrets(document, key, name, server)
                for allow in ("autoApprove", "alwaysAllow"):
                    if "*" in items_of(server.get(allow)):
                        yield found(
                            APPROVED,
                            f"{name} runs every tool without asking.",
                            document.at((key, name, allow)),
                            name,
                        )
    if document.get("enableAllProjectMcpServers") is True:
        yield found(
            APPROVED,
            "Every server that a project names is started without asking.",
            document.at(("enableAllProjectMcpServers",)),
            "enableAllProjectMcpServers",
        )


def _command(document: Document, key: str, name: str, server: Map) -> Iterator[Finding]:
    command = str(server.get("command") or "")
    words = [str(each) for each in items_of(server.get("args"))]
    if " " in command and not words:
        command, *words = command.split()
    program = command.rpartition("/")[2].removesuffix(".cmd").removesuffix(".exe")
    place = (key, name, "args" if "args" in server else "command")
    if program == "cmd" and len(words) > 1:
        program, words = words[1], words[2:]
    package = _package(program, words)
    if package and not _is_pinned(program, package):
        yield found(
            UNPINNED, f"{name} is {shown(package)} at no fixed version.", document.at(place), name
        )
    if any("filesystem" in w for w in words) and any(w in _WHOLE_DISK for w in words):
        yield found(TOO_WIDE, f"{name} may touch the whole disk.", document.at(place), name)


def _package(program: str, words: list[str]) -> str:
    """What a starter fetches; empty for what is there already."""
    plain = [w for w in words if not w.startswith("-")]
    if program in ("npx", "bunx", "uvx", "pnpx"):
        for option in ("--from", "--package", "-p"):
            if option in words[:-1]:
                return words[words.index(option) + 1]
        return plain[0] if plain else ""
    if program in ("pnpm", "yarn") and plain[:1] == ["dlx"]:
        return plain[1] if len(plain) > 1 else ""
    if program in ("docker", "podman") and plain[:1] == ["run"]:
        return next(
            (
                w
                for w in plain[1:]
                if "/" in w
                and not w.startswith(("/", "."))
                and "=" not in w
                and not w.startswith("type")
            ),
            "",
        )
    return ""


def _is_pinned(program: str, package: str) -> bool:
    if package.startswith((".", "/", "file:", "$")):
        return True
    if program in ("docker", "podman"):
        tag = package.rpartition("/")[2].partition(":")[2]
        return "@sha256:" in package or tag not in ("", "latest")
    if program == "uvx":
        version = package.partition("==")[2] or package.partition("@")[2]
        return bool(version) and version != "latest"
    version = package[1:].partition("@")[2]  # the first character may be a scope's
    return version[:1].isdigit() or (len(version) == 40 and version.isalnum()) or "#" in package


def _remote(document: Document, key: str, name: str, server: Map) -> Iterator[Finding]:
    place = next((k for k in ("url", "serverUrl", "httpUrl") if isinstance(server.get(k), str)), "")
    if not place:
        return
    address = str(server[place])
    host = address.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    if not is_remote(host) or "$" in host:
        return
    where = document.at((key, name, place))
    if address.startswith("http://"):
        yield found(
            PLAIN_HTTP, f"{name} is reached at {shown(host)} without encryption.", where, name
        )
    elif not any(k in server for k in ("headers", "auth", "authorization", "oauth", "env")):
        yield found(NO_LOGIN, f"{name} is asked without a login.", where, name, Confidence.LOW)


def _secrets(document: Document, key: str, name: str, server: Map) -> Iterator[Finding]:
    for holder in ("env", "headers"):
        for variable, value in map_of(server.get(holder)).items():
            header = variable.lower() in ("authorization", "x-api-key", "api-key")
            text = value.removeprefix("Bearer ") if isinstance(value, str) else None
            named = header or names_secret(variable) or variable.upper().endswith("_TOKEN")
            if named and is_literal_secret(text):
                yield found(
                    PLAIN_SECRET,
                    f"{name} gets {variable} in plain text.",
                    document.at((key, name, holder, variable)),
                    f"{name}.{variable}",
                    Confidence.MEDIUM,
                )

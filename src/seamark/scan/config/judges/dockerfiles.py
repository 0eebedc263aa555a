"""Dockerfiles: who the image runs as, what its build trusts, and what its layers keep."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.builds import build_commands
from seamark.scan.config.case import Case, found, shown
from seamark.scan.config.declare import HIGH, LOW, MEDIUM, declare
from seamark.scan.config.documents.dockerfile import Dockerfile, pairs
from seamark.scan.config.secret_names import is_literal_secret, names_secret
from seamark.scan.dependencies.readers.images.dockerfiles import Instruction

ROOT = declare(
    "DKR001",
    MEDIUM,
    "The container runs as root",
    "The last USER is root. Whoever breaks out of the server (a model file, a request) has every "
    "right inside of the container, and a kernel mistake away also outside.",
    "End the Dockerfile with USER and an account without rights.",
    cwe(250),
)
NO_USER = declare(
    "DKR002",
    LOW,
    "The image names no user",
    "Without USER the container runs as root, unless whoever starts it says otherwise.",
    "Add an account and USER before CMD.",
    cwe(250),
    verdict=Verdict.CLEAN,
)
SECRET = declare(
    "DKR003",
    HIGH,
    "A secret is an ENV or ARG of the image",
    "ENV is in every container and in the image's configuration, and ARG in its history: whoever "
    "can pull the image can read it.",
    "Use a build secret (RUN --mount=type=secret) or give it to the container when it starts.",
    cwe(538),
    cwe(798),
)
ADDED_URL = declare(
    "DKR004",
    MEDIUM,
    "ADD takes a file from the network without a checksum",
    "What the address serves can change, and nothing compares it with what was meant.",
    "Use ADD --checksum=sha256:…, or download and compare in RUN.",
    cwe(494),
    cwe(829),
)
PASSWORD_SET = declare(
    "DKR005",
    HIGH,
    "The build sets a password",
    "It is in the Dockerfile and in the image's history, and the same in every container.",
    "Set no password; use keys or an identity that the platform gives.",
    cwe(798),
)
WRITABLE = declare(
    "DKR006",
    MEDIUM,
    "Files of the image can be written by everyone",
    "With mode 777 any process in the container, however few its rights, replaces code or models.",
    "Give the files to the account that needs them (COPY --chown, chmod 750).",
    cwe(732),
)
ADMIN_PORT = declare(
    "DKR007",
    MEDIUM,
    "The image offers a port of administration",
    "Whoever reaches this port controls the server: these interfaces have no login of their own.",
    "Leave it out of EXPOSE, and bind the interface to 127.0.0.1.",
    cwe(306),
)
COPIED_SECRET = declare(
    "DKR008",
    HIGH,
    "A file of credentials is copied into the image",
    "Every layer of an image can be unpacked, also when a later one deletes the file.",
    "Put it into .dockerignore, and use a build secret or a mounted one.",
    cwe(538),
    cwe(798),
)
SUDO = declare(
    "DKR009",
    MEDIUM,
    "Any process of the image may become root without a password",
    "NOPASSWD makes USER worth nothing.",
    "Do what needs root in the build, before USER, and leave sudo out.",
    cwe(250),
)
RULES = (
    ROOT,
    NO_USER,
    SECRET,
    ADDED_URL,
    PASSWORD_SET,
    WRITABLE,
    ADMIN_PORT,
    COPIED_SECRET,
    SUDO,
)

_ADMIN_PORTS = {
    "22": "SSH", "2375": "Docker's API", "8081": "TorchServe's management",
    "8265": "Ray's dashboard and job submission", "10001": "Ray's client server",
}  # fmt: skip
_CREDENTIAL_FILES = frozenset(
    ".env .netrc .pypirc .npmrc .git-credentials id_rsa id_ed25519 id_ecdsa credentials.json "
    "service-account.json kaggle.json .aws .ssh .kube .dockercfg secrets.yaml secrets.yml".split()
)
_BASES_WITH_USER = ("nonroot", "rootless", "chainguard", "bitnami", "jupyter/", "unprivileged")


def judge(case: Case) -> Iterator[Finding]:
    """Findings about one Dockerfile."""
    file = case.dockerfile
    if file is None or not file.stages:
        return
    yield from _user(case, file)
    serves = "torchserve" in case.text.lower()
    arguments = frozenset(
        name
        for stage in file.stages
        for each in stage.instructions
        if each.word == "ARG"
        for name, _ in pairs(each)
    )
    for stage in file.stages:
        for instruction in stage.instructions:
            yield from _instruction(case, instruction, arguments, serves=serves)
    for instruction in file.before:
        yield from _secrets(case, instruction, arguments)
    yield from _commands(case)


def _instruction(
    case: Case, instruction: Instruction, arguments: frozenset[str], *, serves: bool
) -> Iterator[Finding]:
    where = case.documents[0].at_line(instruction.line)
    if instruction.word in ("ENV", "ARG"):
        yield from _secrets(case, instruction, arguments)
    elif instruction.word == "ADD":
        words = instruction.arguments.split()
        sources = [w for w in words if w.startswith(("http://", "https://", "ftp://"))]
        if sources and not any(w.startswith("--checksum=") for w in words):
            yield found(
                ADDED_URL, f"ADD takes {shown(sources[0])} without --checksum.", where, sources[0]
            )
    elif instruction.word == "EXPOSE":
        for word in instruction.arguments.split():
            port = word.partition("/")[0]
            torchserve = port != "8081" or serves
            if port in _ADMIN_PORTS and torchserve:
                yield found(ADMIN_PORT, f"EXPOSE {port} is {_ADMIN_PORTS[port]}.", where, port)
    if instruction.word in ("ADD", "COPY") and "--from=" not in instruction.arguments:
        words = [w for w in instruction.arguments.split() if not w.startswith("--")]
        for word in words[:-1]:
            if word.rstrip("/").rpartition("/")[2].strip('[",') in _CREDENTIAL_FILES:
                yield found(COPIED_SECRET, f"{shown(word)} is copied into the image.", where, word)


def _secrets(case: Case, instruction: Instruction, arguments: frozenset[str]) -> Iterator[Finding]:
    for name, value in pairs(instruction) if instruction.word in ("ENV", "ARG") else ():
        if not names_secret(name):
            continue
        where = case.documents[0].at_line(instruction.line)
        if instruction.word == "ARG" and value in (None, ""):
            yield found(
                SECRET,
                f"The build gets {name} as an ARG, which its history keeps.",
                where,
                name,
                Confidence.MEDIUM,
            )
        elif value and (is_literal_secret(value) or _is_argument(value, arguments)):
            yield found(
                SECRET, f"{instruction.word} {name} holds a secret.", where, name, Confidence.MEDIUM
            )


def _is_argument(value: str, arguments: frozenset[str]) -> bool:
    """``ENV TOKEN=$TOKEN`` of a build argument makes it part of the image."""
    name = value.strip().removeprefix("${").removeprefix("$").removesuffix("}")
    return "$" in value and name in arguments


def _user(case: Case, file: Dockerfile) -> Iterator[Finding]:
    stages = list(file.final())
    user = next((i for s in stages if (i := s.last("USER"))), None)
    if user is not None:
        name = user.arguments.split()[0].partition(":")[0] if user.arguments.split() else ""
        # Scripts as gosu and su-exec take the rights away when the container starts.
        drops = any(tool in case.text for tool in ("gosu", "su-exec", "setpriv", "runuser"))
        if name in ("root", "0") and not drops:
            where = case.documents[0].at_line(user.line)
            yield found(ROOT, "The last USER of the image is root.", where, "USER")
        return
    starts = next((i for w in ("CMD", "ENTRYPOINT") for s in stages if (i := s.last(w))), None)
    base = stages[-1].base.lower()
    if starts is not None and not any(mark in base for mark in _BASES_WITH_USER):
        where = case.documents[0].at_line(starts.line)
        yield found(
            NO_USER,
            "No USER is named, so the container runs as root.",
            where,
            "USER",
            Confidence.MEDIUM,
        )


def _commands(case: Case) -> Iterator[Finding]:
    for command in build_commands(case):
        words = command.words
        program = words[0].rpartition("/")[2] if words else ""
        where = case.documents[0].at_line(command.line)
        joined = " ".join(words)
        if (
            program == "chmod"
            and any(
                w in ("777", "0777", "a+rwx", "ugo+rwx", "a+w", "a=rwx", "o+w") for w in words[1:4]
            )
            and not _is_temporary(words)
        ):
            yield found(WRITABLE, f"{shown(joined)} lets everyone write.", where, shown(joined))
        elif (
            program == "chpasswd"
            and command.piped[:1] == ("echo",)
            and not any("$" in word for word in command.piped)
        ):
            yield found(PASSWORD_SET, "The build sets a password with chpasswd.", where, "chpasswd")
        elif program == "echo" and "NOPASSWD" in joined and "ALL" in joined:
            yield found(SUDO, "The build allows sudo without a password.", where, "NOPASSWD")


def _is_temporary(words: tuple[str, ...]) -> bool:
    """Whether only places that everyone writes to anyway are meant."""
    paths = [word for word in words[1:] if word.startswith("/")]
    return bool(paths) and all(path.startswith("/tmp") for path in paths)  # noqa: S108

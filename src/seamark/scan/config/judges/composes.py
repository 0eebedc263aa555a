"""Compose files: what containers may do to the host, and which ports everyone reaches."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.case import Case, found, shown
from seamark.scan.config.declare import CRITICAL, HIGH, LOW, MEDIUM, declare
from seamark.scan.config.documents.document import Document, Map, Place, items_of, map_of
from seamark.scan.config.secret_names import is_literal_secret, names_secret
from seamark.scan.config.servers import has_login, service_at
from seamark.scan.config.workload import LOOPBACK
from seamark.scan.config.workloads import port_of

PRIVILEGED = declare(
    "CMP001",
    HIGH,
    "A service is privileged",
    "A privileged container has every device and right of the host: whoever takes over the server "
    "in it has the machine.",
    "Take privileged away; give single devices or capabilities (GPUs: deploy.resources).",
    cwe(250),
)
DOCKER_SOCKET = declare(
    "CMP002",
    CRITICAL,
    "A service can talk to the container engine",
    "Whoever can write to the engine's socket starts a container with the host's files: it is root "
    "on the host, and read-only mounts change nothing about it.",
    "Take the mount away, or put a proxy between that allows single calls only.",
    cwe(250),
    cwe(668),
)
HOST_NAMESPACE = declare(
    "CMP003",
    MEDIUM,
    "A service shares the host's network or processes",
    "With the host's network every port of the server is open on every interface, and services on "
    "the host's loopback are reachable; with its processes it can see and stop all of them.",
    "Use a network of its own and publish single ports on 127.0.0.1.",
    cwe(668),
)
CAPABILITY = declare(
    "CMP004",
    HIGH,
    "A service has a capability that leads to the host",
    "These capabilities are enough to leave the container or to listen to others.",
    "Take it away, or name the harm that is accepted and separate the machine.",
    cwe(250),
)
OPEN_PORT = declare(
    "CMP005",
    MEDIUM,
    "A database or AI server is published on every interface",
    "Without an address a published port is open to everyone who reaches the machine; the engine's "
    "own firewall rules go before those of the host.",
    'Publish it on 127.0.0.1 ("127.0.0.1:6333:6333"), or not at all: services of one file reach '
    "each other without.",
    cwe(668),
    cwe(306),
)
PLAIN_SECRET = declare(
    "CMP006",
    MEDIUM,
    "A secret stands in the compose file",
    "The file is in the repository, so the secret is in its history and with everyone who has it.",
    "Use secrets:, or ${NAME} from an environment file that is not in the repository.",
    cwe(798),
    cwe(312),
)
WRITABLE_MODELS = declare(
    "CMP007",
    LOW,
    "A server may change its own models",
    "The folder of models is mounted so that the server can write: whoever takes it over can "
    "replace the models that all later runs load.",
    "Mount it read-only (models:/models:ro), unless the server downloads them itself.",
    cwe(732),
    verdict=Verdict.CLEAN,
)
UNCONFINED = declare(
    "CMP008",
    MEDIUM,
    "The system-call filter of a service is off",
    "Without seccomp or AppArmor a mistake of the kernel is within reach.",
    "Take unconfined away, or write a profile with the calls that it needs.",
    cwe(693),
)
HOST_FILES = declare(
    "CMP009",
    HIGH,
    "A service has the host's system files",
    "Whoever can write there owns the host; whoever can read has its keys.",
    "Mount the one folder that is needed, read-only.",
    cwe(668),
)
RULES = (
    PRIVILEGED,
    DOCKER_SOCKET,
    HOST_NAMESPACE,
    CAPABILITY,
    OPEN_PORT,
    PLAIN_SECRET,
    WRITABLE_MODELS,
    UNCONFINED,
    HOST_FILES,
)
DANGEROUS_CAPABILITIES = frozenset(
    "ALL SYS_ADMIN SYS_PTRACE SYS_MODULE SYS_RAWIO NET_ADMIN DAC_READ_SEARCH BPF".split()
)
SYSTEM_FOLDERS = frozenset({"/", "/etc", "/root", "/boot", "/var/lib/docker", "/var/lib/kubelet",
                            "/proc", "/sys", "/var/run", "/run", "/usr", "/dev"})  # fmt: skip
SOCKETS = ("docker.sock", "containerd.sock", "crio.sock", "podman.sock")
_MODEL_FOLDERS = frozenset("/models /model /model_repository /model-store /mnt/models".split())


def judge(case: Case) -> Iterator[Finding]:
    """Findings about one compose file."""
    if case.kind != "compose":
        return
    document = case.documents[0]
    asking = {workload.name for workload in case.workloads if has_login(workload)}
    for name, service in map_of(document.get("services")).items():
        if isinstance(service, Map):
            yield from _rights(document, name, service)
            yield from _volumes(document, name, service)
            if name not in asking:
                yield from _ports(document, name, service)
    for workload in case.workloads:
        for setting in workload.settings:
            if names_secret(setting.name) and is_literal_secret(setting.value):
                message = f"{workload.name} gets {setting.name} in plain text."
                anchor = f"{workload.name}.{setting.name}"
                yield found(PLAIN_SECRET, message, setting.location, anchor, Confidence.MEDIUM)


def _rights(document: Document, name: str, service: Map) -> Iterator[Finding]:
    where: Place = ("services", name)
    if service.get("privileged") is True:
        message = f"{name} is privileged."
        yield found(PRIVILEGED, message, document.at((*where, "privileged")), name)
    for key, what in (("network_mode", "network"), ("pid", "processes")):
        if service.get(key) == "host":
            message = f"{name} shares the host's {what}."
            yield found(HOST_NAMESPACE, message, document.at((*where, key)), f"{name}.{key}")
    for number, each in enumerate(items_of(service.get("cap_add"))):
        capability = str(each).upper().removeprefix("CAP_")
        if capability in DANGEROUS_CAPABILITIES:
            message = f"{name} has the capability {capability}."
            at = document.at((*where, "cap_add", number))
            yield found(CAPABILITY, message, at, f"{name}.{capability}")
    for number, each in enumerate(items_of(service.get("security_opt"))):
        option = str(each).replace("=", ":")
        if option in ("seccomp:unconfined", "apparmor:unconfined"):
            at = document.at((*where, "security_opt", number))
            yield found(UNCONFINED, f"{name} runs with {option}.", at, f"{name}.{option}")


def _volumes(document: Document, name: str, service: Map) -> Iterator[Finding]:
    for number, each in enumerate(items_of(service.get("volumes"))):
        where = document.at(("services", name, "volumes", number))
        if isinstance(each, dict):
            source, target = str(each.get("source") or ""), str(each.get("target") or "")
            read_only = each.get("read_only") is True
        else:
            source, _, rest = str(each).partition(":")
            target, _, mode = rest.partition(":")
            read_only = "ro" in mode.split(",")
        folder = source.rstrip("/") or ("/" if source else "")
        if source.endswith(SOCKETS):
            message = f"{name} mounts {shown(source)}."
            yield found(DOCKER_SOCKET, message, where, f"{name}.{source}")
        elif folder in SYSTEM_FOLDERS:
            message = f"{name} mounts {shown(folder)} of the host."
            sure = Confidence.MEDIUM if read_only else Confidence.HIGH
            yield found(HOST_FILES, message, where, f"{name}.{folder}", sure)
        elif target.rstrip("/") in _MODEL_FOLDERS and source and not read_only:
            message = f"{name} may write to {shown(target)}."
            yield found(WRITABLE_MODELS, message, where, f"{name}.{target}")


def _ports(document: Document, name: str, service: Map) -> Iterator[Finding]:
    image = str(service.get("image") or "")
    for number, each in enumerate(items_of(service.get("ports"))):
        host, port = port_of(each)
        if host is None or host.strip("[]") in LOOPBACK:
            continue
        what = service_at(image, port)
        if what:
            message = f"{name} publishes port {port} ({what}) on every interface."
            at = document.at(("services", name, "ports", number))
            yield found(OPEN_PORT, message, at, f"{name}.{port}")

"""Addresses of models, registries and databases: without encryption, or with a password in them."""

from collections.abc import Iterator
from ipaddress import ip_address

from seamark.core.findings import Finding, Location
from seamark.core.rules import Confidence, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.case import Case, found, shown
from seamark.scan.config.declare import HIGH, LOW, MEDIUM, declare
from seamark.scan.config.servers import is_remote
from seamark.scan.config.workload import Workload

PLAIN = declare(
    "NET001",
    MEDIUM,
    "A model server or registry is reached without encryption",
    "Prompts, answers, models and keys can be read and changed on the way.",
    "Use https://, with the certificate of your own authority where it is an inner one.",
    cwe(319),
)
PLAIN_INSIDE = declare(
    "NET002",
    LOW,
    "A model server or registry of the inner network is reached without encryption",
    "Whoever is inside, also one taken-over pod, can read and change what is sent.",
    "Use https:// or a mesh that encrypts.",
    cwe(319),
    verdict=Verdict.CLEAN,
)
PASSWORD = declare(
    "NET003",
    HIGH,
    "A password is part of an address",
    "Addresses are logged, shown in pages and handed to every child process.",
    "Give user and password apart from the address, from a secret.",
    cwe(522),
    cwe(798),
)
RULES = (PLAIN, PLAIN_INSIDE, PASSWORD)

_NAMES = (
    "MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_S3_ENDPOINT_URL", "HF_ENDPOINT",
    "OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "LITELLM_PROXY_URL", "VLLM_URL",
    "LANGFUSE_HOST", "LANGCHAIN_ENDPOINT", "LANGSMITH_ENDPOINT", "WANDB_BASE_URL", "QDRANT_URL",
    "WEAVIATE_URL", "MODEL_URL", "MODEL_ENDPOINT", "INFERENCE_URL", "INFERENCE_ENDPOINT",
    "TRITON_URL", "TGI_URL", "OLLAMA_BASE_URL", "OLLAMA_URL", "ELASTICSEARCH_URL", "S3_ENDPOINT",
    "S3_ENDPOINT_URL", "AWS_ENDPOINT_URL", "EMBEDDING_URL", "PIP_INDEX_URL", "MODEL_REGISTRY_URL",
)  # fmt: skip
_INSIDE = (".svc", ".local", ".internal", ".cluster", ".lan", ".test", ".example")
_WEAK = frozenset({"", "password", "pass", "pwd", "user", "username"})


def judge(case: Case) -> Iterator[Finding]:
    """Findings about addresses in the file's settings."""
    for workload in case.workloads:
        for setting in workload.settings:
            yield from _address(workload, setting.name, setting.value or "", setting.location)


def _address(workload: Workload, name: str, value: str, where: Location) -> Iterator[Finding]:
    scheme, separator, rest = value.strip().strip("\"'").partition("://")
    if not separator or len(value) > 2_000:
        return
    authority = rest.partition("/")[0]
    login, at, host = authority.rpartition("@")
    host = host.partition(":")[0] if not host.startswith("[") else host
    anchor = f"{workload.name}.{name}"
    password = login.partition(":")[2]
    if at and password.lower() not in _WEAK and not any(c in password for c in "${<*%"):
        message = f"{name} holds a password in its address."
        if name.upper().endswith(("URI", "URL", "ENDPOINT", "CONN", "DSN", "HOST", "BROKER",
                                  "BACKEND", "CONNECTION", "CONNECTION_STRING")):  # fmt: skip
            yield found(PASSWORD, message, where, anchor, Confidence.MEDIUM)
    if scheme != "http" or name.upper() not in _NAMES or not is_remote(host) or "$" in host:
        return
    if _is_inside(host):
        message = f"{name} is {shown(scheme + '://' + host)}, without encryption."
        yield found(PLAIN_INSIDE, message, where, anchor, Confidence.LOW)
    else:
        message = f"{name} is {shown(scheme + '://' + host)}, without encryption."
        yield found(PLAIN, message, where, anchor)


def _is_inside(host: str) -> bool:
    """Whether the name is that of a neighbor: a service of one file, a private address."""
    if "." not in host or host == "host.docker.internal" or host.endswith(_INSIDE):
        return True
    if ".svc." in host:
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return False

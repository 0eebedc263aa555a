"""Servers that AI systems are made of: what they are called, where they listen, how they log in.

Sources: each server's documentation of its options, ports and environment variables.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.scan.config.workload import (
    LOOPBACK,
    Exposure,
    Started,
    Workload,
    is_everywhere,
    is_image,
    started,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server that has no login unless it is told to.

    ``programs`` are how it is started: the program's name, then the words that its arguments
    begin with. ``everywhere`` says that it listens on every interface unless told otherwise.
    ``auth_options`` and ``auth_variables`` each switch a login on.
    """

    name: str
    programs: tuple[tuple[str, ...], ...]
    images: tuple[str, ...] = ()
    host_options: tuple[str, ...] = ("--host",)
    host_variables: tuple[str, ...] = ()
    everywhere: bool = False
    auth_options: tuple[str, ...] = ()
    auth_variables: tuple[str, ...] = ()

    def matches(self, run: Started) -> bool:
        """Whether this command starts it."""
        return any(
            run.program == program[0] and run.begins(*program[1:]) for program in self.programs
        )


SERVICES: dict[str, tuple[str, int]] = {
    "qdrant/qdrant": ("Qdrant", 6333),
    "semitechnologies/weaviate": ("Weaviate", 8080),
    "weaviate/weaviate": ("Weaviate", 8080),
    "milvusdb/milvus": ("Milvus", 19530),
    "chromadb/chroma": ("Chroma", 8000),
    "ghcr.io/chroma-core/chroma": ("Chroma", 8000),
    "elasticsearch/elasticsearch": ("Elasticsearch", 9200),
    "opensearchproject/opensearch": ("OpenSearch", 9200),
    "redis": ("Redis", 6379),
    "valkey/valkey": ("Valkey", 6379),
    "redis/redis-stack-server": ("Redis", 6379),
    "redis/redis-stack": ("Redis", 6379),
    "postgres": ("PostgreSQL", 5432),
    "pgvector/pgvector": ("PostgreSQL", 5432),
    "ankane/pgvector": ("PostgreSQL", 5432),
    "mysql": ("MySQL", 3306),
    "mariadb": ("MariaDB", 3306),
    "mongo": ("MongoDB", 27017),
    "neo4j": ("Neo4j", 7687),
    "memcached": ("memcached", 11211),
    "rabbitmq": ("RabbitMQ", 5672),
    "clickhouse/clickhouse-server": ("ClickHouse", 8123),
    "vespaengine/vespa": ("Vespa", 19071),
    "ollama/ollama": ("Ollama", 11434),
    "vllm/vllm-openai": ("vLLM", 8000),
    "lmsysorg/sglang": ("SGLang", 30000),
    "huggingface/text-generation-inference": ("Text Generation Inference", 80),
    "huggingface/text-embeddings-inference": ("Text Embeddings Inference", 80),
    "rayproject/ray": ("Ray", 8265),
    "rayproject/ray-ml": ("Ray", 8265),
    "nvidia/tritonserver": ("Triton", 8000),
    "pytorch/torchserve": ("TorchServe", 8081),
    "mlflow/mlflow": ("MLflow", 5000),
    "etcd": ("etcd", 2379),
    "tensorflow/serving": ("TensorFlow Serving", 8501),
}
"""Databases and AI servers by image: their name and the port that gives them away."""

_PORTS = {
    6333: "Qdrant", 6334: "Qdrant", 19530: "Milvus", 9200: "Elasticsearch", 6379: "Redis",
    5432: "PostgreSQL", 3306: "MySQL", 27017: "MongoDB", 11434: "Ollama", 8265: "Ray's dashboard",
    10001: "Ray's client server", 2379: "etcd", 11211: "memcached", 7687: "Neo4j",
}  # fmt: skip


def service_at(image: str, port: int) -> str:
    """The name of the database or AI server behind this port of this image; empty for others."""
    name = image.partition("@")[0].lower()
    head, slash, last = name.rpartition("/")
    path = head + slash + last.partition(":")[0]
    for known, (title, _) in SERVICES.items():
        if path == known or path.endswith("/" + known):
            return title
    return _PORTS.get(port, "")


INFERENCE = (
    Server(
        name="vLLM",
        programs=(
            ("vllm", "serve"),
            ("vllm.entrypoints.openai.api_server",),
            ("vllm.entrypoints.api_server",),
        ),
        images=("vllm/vllm-openai",),
        everywhere=True,
        auth_options=("--api-key",),
        auth_variables=("VLLM_API_KEY",),
    ),
    Server(
        name="SGLang",
        programs=(("sglang.launch_server",), ("sglang", "serve")),
        images=("lmsysorg/sglang",),
        auth_options=("--api-key",),
    ),
    Server(
        name="Text Generation Inference",
        programs=(("text-generation-launcher",),),
        images=("huggingface/text-generation-inference",),
        host_options=("--hostname",),
        host_variables=("HOSTNAME",),
        everywhere=True,
        auth_options=("--api-key",),
        auth_variables=("API_KEY",),
    ),
    Server(
        name="Text Embeddings Inference",
        programs=(("text-embeddings-router",),),
        images=("huggingface/text-embeddings-inference",),
        host_options=("--hostname",),
        everywhere=True,
        auth_options=("--api-key",),
        auth_variables=("API_KEY",),
    ),
    Server(
        name="llama.cpp",
        programs=(("llama-server",), ("llama_cpp.server",)),
        auth_options=("--api-key", "--api-key-file", "--api_key"),
        auth_variables=("LLAMA_API_KEY", "API_KEY"),
    ),
    Server(
        name="LMDeploy",
        programs=(("lmdeploy", "serve", "api_server"),),
        host_options=("--server-name",),
        everywhere=True,
        auth_options=("--api-keys",),
    ),
    Server(
        name="LiteLLM",
        programs=(("litellm",),),
        images=("berriai/litellm",),
        everywhere=True,
        auth_options=("--config",),
        auth_variables=("LITELLM_MASTER_KEY",),
    ),
    Server(
        name="Xinference",
        programs=(("xinference-local",), ("xinference-supervisor",)),
        host_options=("--host", "-H"),
        auth_options=("--auth-config",),
    ),
)
"""Servers of language models, which ask for a key where one is set."""

MLFLOW = Server(
    name="MLflow",
    programs=(("mlflow", "server"), ("mlflow", "ui"), ("mlflow.server",)),
    host_options=("--host", "-h"),
    host_variables=("MLFLOW_HOST",),
    auth_options=("--app-name",),
)
RAY = Server(
    name="Ray",
    programs=(("ray", "start"),),
    host_options=("--dashboard-host",),
    auth_variables=("RAY_AUTH_MODE", "RAY_AUTH_TOKEN"),
)
TENSORBOARD = Server(
    name="TensorBoard", programs=(("tensorboard",), ("tensorboard.main",)), auth_options=()
)
CHROMA = Server(
    name="Chroma",
    programs=(("chroma", "run"),),
    auth_variables=(
        "CHROMA_SERVER_AUTHN_PROVIDER",
        "CHROMA_SERVER_AUTH_PROVIDER",
        "CHROMA_SERVER_AUTHN_CREDENTIALS",
        "CHROMA_SERVER_AUTHN_CREDENTIALS_FILE",
    ),
)
REDIS = Server(
    name="Redis",
    programs=(("redis-server",), ("valkey-server",)),
    host_options=("--bind",),
    auth_options=("--requirepass", "--aclfile"),
    auth_variables=("REDIS_PASSWORD", "REDIS_ARGS"),
)


def runs_of(workload: Workload, server: Server) -> Iterator[Started]:
    """The commands of the workload that start this server."""
    for run in started(workload):
        if server.matches(run):
            yield run


def is_open(workload: Workload, run: Started, server: Server) -> bool:
    """Whether this command listens where others reach it, and asks nobody who they are.

    What listens in a container that publishes no port, or on loopback only, is not open.
    """
    if workload.exposure is Exposure.INTERNAL or _has_login(workload, run, server):
        return False
    host = run.value(*server.host_options)
    if host is None:
        names = server.host_variables
        host = next((s.value for s in workload.settings if s.name in names), None)
    if host is None:
        in_container = workload.origin in ("dockerfile", "compose", "kubernetes")
        return server.everywhere and in_container
    return is_everywhere(host)


def _has_login(workload: Workload, run: Started, server: Server) -> bool:
    given = {name for name, _ in run.command.assignments}
    return (
        run.has(*server.auth_options)
        or workload.has(*server.auth_variables)
        or bool(given.intersection(server.auth_variables))
    )


_LOGIN_VARIABLES = ("QDRANT__SERVICE__API_KEY", "AUTHENTICATION_APIKEY_ENABLED")


def has_login(workload: Workload) -> bool:
    """Whether an AI server or vector database of this workload was told to ask who calls."""
    servers = (*INFERENCE, MLFLOW, RAY, CHROMA)
    if workload.has(*_LOGIN_VARIABLES):
        return True
    return any(
        is_image(workload, *server.images) and workload.has(*server.auth_variables)
        for server in servers
    ) or any(
        _has_login(workload, run, server) for server in servers for run in runs_of(workload, server)
    )


def is_published_image(workload: Workload, server: Server) -> bool:
    """Whether the server's image runs with its own command, and its port is open to all."""
    return (
        workload.exposure is Exposure.PUBLISHED
        and not workload.commands
        and is_image(workload, *server.images)
        and not workload.has(*server.auth_variables)
    )


def is_remote(host: str) -> bool:
    """Whether a host name leads to another machine."""
    return bool(host) and host.lower() not in LOOPBACK and not host.startswith("127.")

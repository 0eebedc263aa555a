"""Which files configure something that this check knows: by name, and by what they say."""

import re
from dataclasses import dataclass

from seamark.core.globs import like

DOCKERFILE = "dockerfile"
COMPOSE = "compose"
KUBERNETES = "kubernetes"
SCRIPT = "script"
ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Kind:
    """A technology: globs over a file's name (over the end of its path, with ``/``), and format.

    ``form`` is ``yaml``, ``json``, ``toml``, ``ini``, ``properties``, ``words``, ``environment``,
    ``dockerfile``, ``script`` or ``text``. ``marks`` are words of which each must be in the text.
    """

    name: str
    form: str
    patterns: tuple[str, ...]
    marks: tuple[str, ...] = ()


KINDS = (
    Kind(
        DOCKERFILE,
        "dockerfile",
        ("Dockerfile", "Dockerfile.*", "Dockerfile-*", "*.Dockerfile", "*.dockerfile",
         "Containerfile", "Containerfile.*", "*.Containerfile"),
    ),
    Kind(
        COMPOSE,
        "yaml",
        ("docker-compose.yml", "docker-compose.yaml", "docker-compose?*.yml",
         "docker-compose?*.yaml", "compose.yml", "compose.yaml", "compose.*.yml",
         "compose.*.yaml"),
        ("services",),
    ),
    Kind("jupyter", "text", ("jupyter_*config.py", "jupyter_*config.d/*.py")),
    Kind("jupyter", "json", ("jupyter_*config.json", "jupyter_*config.d/*.json")),
    Kind("torchserve", "properties", ("*.properties",), ("_address",)),
    Kind("mlflow-auth", "ini", ("basic_auth.ini",)),
    Kind("streamlit", "toml", (".streamlit/config.toml",)),
    Kind("airflow", "ini", ("airflow.cfg", "airflow.*.cfg")),
    Kind("redis", "words", ("redis.conf", "redis-*.conf", "redis_*.conf", "valkey.conf")),
    Kind("elasticsearch", "yaml", ("elasticsearch.yml", "elasticsearch.yaml", "opensearch.yml")),
    Kind("milvus", "yaml", ("milvus.yaml", "milvus.yml", "user.yaml"), ("authorizationEnabled",)),
    Kind("mongod", "yaml", ("mongod.conf", "mongod.yaml", "mongod.yml")),
    Kind("bentoml", "yaml", ("*.yaml", "*.yml"), ("api_server:", "cors:")),
    Kind("qdrant", "yaml", ("*.yaml", "*.yml"), ("service:", "storage:", "storage_path:")),
    Kind("qdrant", "yaml", ("qdrant*.yaml", "qdrant*.yml", "qdrant/*.yaml"), ("service:",)),
    Kind("litellm", "yaml", ("*.yaml", "*.yml"), ("model_list:", "litellm_params:")),
    Kind("cloudformation", "yaml", ("*.yaml", "*.yml", "*.template"), ("AWS::S3::Bucket",)),
    Kind("cloudformation", "json", ("*.json", "*.template"), ("AWS::S3::Bucket",)),
    Kind("mcp", "json", ("mcp.json", ".mcp.json", "claude_desktop_config.json",
                         "mcp_config.json", "cline_mcp_settings.json"), ("ervers",)),
    Kind("mcp", "json", ("*.json",), ('"mcpServers"',)),
    Kind("mcp", "json", (".claude/settings*.json",)),
    Kind("policy", "json", ("*.json",), ('"Statement"', '"Effect"', '"Principal"')),
    Kind("policy", "json", ("*.json",), ('"bindings"', '"members"', '"roles/')),
    Kind(ENVIRONMENT, "environment", (".env", ".env.*", "*.env")),
    Kind(SCRIPT, "script", ("*.sh", "*.bash", "Procfile", "entrypoint")),
)  # fmt: skip
"""Asked in this order; the first that fits decides. Kubernetes and compose are asked before by
what a YAML text says."""

# A tree has many files and few of these: plain comparisons first, globs for what is left.
_PATTERNS = tuple(glob for kind in KINDS for glob in kind.patterns)
_EXACT = frozenset(glob for glob in _PATTERNS if "*" not in glob and "/" not in glob)
_ENDINGS = (
    *(".yaml", ".yml", ".json", ".template"),
    *(glob[1:] for glob in _PATTERNS if glob.startswith("*") and "*" not in glob[1:]),
)
_BEGINNINGS = tuple(glob[:-1] for glob in _PATTERNS if glob.endswith("*") and "*" not in glob[:-1])
_OTHERS = tuple(
    glob
    for glob in _PATTERNS
    if glob not in _EXACT and not glob.endswith(_ENDINGS) and not glob.endswith("*")
)
_OTHER_ENDINGS = tuple({glob[glob.rindex("*") + 1 :] for glob in _OTHERS if "*" in glob}) + tuple(
    glob.rpartition("/")[2] for glob in _OTHERS if "*" not in glob
)
_OBJECT = re.compile(r"^apiVersion:[ \t]*\S", re.MULTILINE)
_OBJECT_KIND = re.compile(r"^kind:[ \t]*\S", re.MULTILINE)
_SERVICES = re.compile(r"^services:[ \t]*$", re.MULTILINE)
_CONTAINER = re.compile(r"^[ \t]+(?:image|build):", re.MULTILINE)
TEMPLATE_MARKS = ("{{", "{%", "<%")


def is_candidate(path: str) -> bool:
    """Whether the file's name, ``/`` between parts, is one that may hold a configuration."""
    name = path.rpartition("/")[2]
    if name in _EXACT or name.endswith(_ENDINGS) or name.startswith(_BEGINNINGS):
        return True
    return name.endswith(_OTHER_ENDINGS) and any(_fits(path, name, glob) for glob in _OTHERS)


def kind_of(path: str, text: str) -> Kind | None:
    """The technology that a file of this path and text configures; None for none."""
    name = path.rpartition("/")[2]
    yaml = name.endswith((".yaml", ".yml"))
    if yaml and _OBJECT.search(text) and _OBJECT_KIND.search(text):
        return Kind(KUBERNETES, "yaml", ())
    for kind in KINDS:
        named = any(_fits(path, name, glob) for glob in kind.patterns)
        if named and all(mark in text for mark in kind.marks):
            if kind.name == DOCKERFILE and not _is_dockerfile(name, text):
                return None
            return kind
    if yaml and _SERVICES.search(text) and _CONTAINER.search(text):
        return Kind(COMPOSE, "yaml", ())
    return None


def _is_dockerfile(name: str, text: str) -> bool:
    """Whether it builds an image: not a list of globs, a manual page, or a text to be filled in."""
    if name.endswith(
        (".dockerignore", ".md", ".gz", ".j2", ".jinja", ".tmpl", ".template", ".erb")
    ):
        return False
    return "FROM" in text or "from " in text


def is_template(text: str) -> bool:
    """Whether the text is one for a template engine: nobody can say what it will become."""
    return any(mark in text for mark in TEMPLATE_MARKS)


def _fits(path: str, name: str, glob: str) -> bool:
    if "/" in glob:
        return like(path, glob) or like(path, f"*/{glob}")
    return like(name, glob)

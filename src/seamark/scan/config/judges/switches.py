"""Single settings that are wrong by themselves: a table of names, values and what they mean.

The same setting may be an environment variable, an option of a program or a key of a file; each
row says which. Sources: the documentation of each program.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Rule
from seamark.scan.config.case import Case, found
from seamark.scan.config.documents.document import Document, Map
from seamark.scan.config.judges import switch_rules as rules
from seamark.scan.config.workload import Setting, started

Test = Callable[[Setting], bool]


def on(setting: Setting) -> bool:
    """It is switched on."""
    return setting.is_true


def off(setting: Setting) -> bool:
    """It is switched off."""
    return setting.is_false


def one_of(*texts: str) -> Test:
    """Its value is one of these texts, in small letters."""
    wanted = frozenset(texts)
    return lambda setting: setting.value is not None and setting.text in wanted


def contains(*texts: str) -> Test:
    """Its value contains one of these texts, in small letters."""
    return lambda setting: any(text in setting.text for text in texts)


def star(setting: Setting) -> bool:
    """Its value, a list, holds ``*``."""
    return "*" in [part.strip(" \"'[]") for part in setting.text.split(",")]


@dataclass(frozen=True, slots=True)
class Row:
    """``names`` (in capitals for variables) whose value passes ``test`` break ``rule``."""

    rule: Rule
    names: tuple[str, ...]
    test: Test
    message: str
    confidence: Confidence = Confidence.HIGH


VARIABLES = (
    Row(rules.GRADIO_SHARE, ("GRADIO_SHARE",), on, "Gradio opens a public tunnel"),
    Row(
        rules.XSRF_OFF,
        ("STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION",),
        off,
        "Streamlit does not check where requests come from",
    ),
    Row(rules.CORS_OFF, ("STREAMLIT_SERVER_ENABLE_CORS",), off, "Streamlit answers any website"),
    Row(rules.APP_LOGIN_OFF, ("WEBUI_AUTH",), off, "Open WebUI asks nobody to log in"),
    Row(
        rules.APP_LOGIN_OFF,
        ("LANGFLOW_AUTO_LOGIN",),
        on,
        "Langflow logs everyone in as its administrator",
    ),
    Row(rules.APP_LOGIN_OFF, ("N8N_USER_MANAGEMENT_DISABLED",), on, "n8n asks nobody to log in"),
    Row(
        rules.AIRFLOW_EXPOSE,
        ("AIRFLOW__WEBSERVER__EXPOSE_CONFIG", "AIRFLOW__API__EXPOSE_CONFIG"),
        on,
        "Airflow shows its configuration",
    ),
    Row(
        rules.AIRFLOW_NO_LOGIN,
        ("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS",),
        on,
        "Airflow makes everyone an administrator",
    ),
    Row(
        rules.AIRFLOW_NO_LOGIN,
        ("AIRFLOW__API__AUTH_BACKENDS", "AIRFLOW__API__AUTH_BACKEND"),
        contains("auth.backend.default"),
        "Airflow's API asks nobody to log in",
    ),
    Row(
        rules.AIRFLOW_KEY,
        (
            "AIRFLOW__WEBSERVER__SECRET_KEY",
            "AIRFLOW__API__SECRET_KEY",
            "AIRFLOW__API_AUTH__JWT_SECRET",
        ),
        one_of("temporary_key", "secret_key", "secret", "airflow", "changeme"),
        "Airflow signs its sessions with a key that everyone knows",
    ),
    Row(
        rules.KUBEFLOW_NO_LOGIN,
        ("APP_DISABLE_AUTH",),
        on,
        "the Kubeflow web application checks no rights",
    ),
    Row(
        rules.STORE_ANONYMOUS,
        ("AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED",),
        on,
        "Weaviate lets everyone in",
    ),
    Row(
        rules.STORE_ANONYMOUS,
        ("XPACK.SECURITY.ENABLED", "XPACK_SECURITY_ENABLED"),
        off,
        "Elasticsearch lets everyone in",
    ),
    Row(
        rules.STORE_ANONYMOUS,
        ("DISABLE_SECURITY_PLUGIN", "PLUGINS.SECURITY.DISABLED"),
        on,
        "OpenSearch lets everyone in",
    ),
    Row(
        rules.STORE_ANONYMOUS,
        ("POSTGRES_HOST_AUTH_METHOD",),
        one_of("trust"),
        "PostgreSQL lets everyone in",
    ),
    Row(
        rules.STORE_ANONYMOUS,
        (
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
            "ALLOW_EMPTY_PASSWORD",
            "ALLOW_ANONYMOUS_LOGIN",
            "ALLOW_NONE_AUTHENTICATION",
        ),
        on,
        "the store lets everyone in",
    ),
    Row(rules.STORE_ANONYMOUS, ("NEO4J_AUTH",), one_of("none"), "Neo4j lets everyone in"),
    Row(
        rules.STORE_ANONYMOUS,
        ("COMMON_SECURITY_AUTHORIZATIONENABLED",),
        off,
        "Milvus lets everyone in",
    ),
    Row(
        rules.STORE_DEFAULT,
        ("MINIO_ROOT_PASSWORD", "MINIO_SECRET_KEY"),
        one_of("minioadmin"),
        "MinIO's administrator has the password of the documentation",
    ),
    Row(
        rules.STORE_RESET,
        ("ALLOW_RESET", "CHROMA_ALLOW_RESET"),
        on,
        "a request can empty the whole database",
    ),
    Row(
        rules.PROMPTS_SENT,
        ("LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGSMITH_TRACING_V2"),
        on,
        "prompts and answers are sent to LangSmith",
        Confidence.MEDIUM,
    ),
    Row(
        rules.CONTENT_CAPTURED,
        ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",),
        one_of("true", "1", "span_only", "event_only", "span_and_event"),
        "traces hold prompts and answers",
    ),
    Row(
        rules.CONTENT_CAPTURED,
        (
            "TRACELOOP_TRACE_CONTENT",
            "AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED",
            "PHOENIX_CAPTURE_LLM_CONTENT",
        ),
        on,
        "traces hold prompts and answers",
    ),
)
"""Environment variables, compared in capitals."""

OPTIONS: Mapping[str, tuple[Row, ...]] = {
    "streamlit": (
        Row(
            rules.XSRF_OFF,
            ("--server.enableXsrfProtection",),
            off,
            "Streamlit does not check where requests come from",
        ),
        Row(rules.CORS_OFF, ("--server.enableCORS",), off, "Streamlit answers any website"),
    ),
    "launch.py": (Row(rules.GRADIO_SHARE, ("--share",), on, "Gradio opens a public tunnel"),),
    "webui.py": (Row(rules.GRADIO_SHARE, ("--share",), on, "Gradio opens a public tunnel"),),
    "server.py": (
        Row(
            rules.GRADIO_SHARE, ("--share",), on, "Gradio opens a public tunnel", Confidence.MEDIUM
        ),
    ),
    "app.py": (
        Row(
            rules.GRADIO_SHARE, ("--share",), on, "Gradio opens a public tunnel", Confidence.MEDIUM
        ),
    ),
    "fastchat.serve.gradio_web_server": (
        Row(rules.GRADIO_SHARE, ("--share",), on, "Gradio opens a public tunnel"),
    ),
    "redis-server": (
        Row(rules.STORE_ANONYMOUS, ("--protected-mode",), off, "Redis lets everyone in"),
    ),
    "mongod": (Row(rules.STORE_ANONYMOUS, ("--noauth",), on, "MongoDB lets everyone in"),),
    "airflow": (),
}
"""Options by program."""

FILES: Mapping[str, tuple[Row, ...]] = {
    "streamlit": (
        Row(
            rules.XSRF_OFF,
            ("server.enableXsrfProtection",),
            off,
            "Streamlit does not check where requests come from",
        ),
        Row(rules.CORS_OFF, ("server.enableCORS",), off, "Streamlit answers any website"),
    ),
    "airflow": (
        Row(
            rules.AIRFLOW_EXPOSE,
            ("webserver.expose_config", "api.expose_config"),
            on,
            "Airflow shows its configuration",
        ),
        Row(
            rules.AIRFLOW_NO_LOGIN,
            ("core.simple_auth_manager_all_admins",),
            on,
            "Airflow makes everyone an administrator",
        ),
        Row(
            rules.AIRFLOW_NO_LOGIN,
            ("api.auth_backends", "api.auth_backend"),
            contains("auth.backend.default"),
            "Airflow's API asks nobody to log in",
        ),
        Row(
            rules.AIRFLOW_KEY,
            ("webserver.secret_key", "api.secret_key"),
            one_of("temporary_key", "secret_key", "secret", "airflow", "changeme"),
            "Airflow signs its sessions with a key that everyone knows",
        ),
        Row(
            rules.AUDIT_OFF,
            ("core.hide_sensitive_var_conn_fields",),
            off,
            "Airflow writes secrets of connections to its logs and pages",
        ),
    ),
    "redis": (Row(rules.STORE_ANONYMOUS, ("protected-mode",), off, "Redis lets everyone in"),),
    "elasticsearch": (
        Row(
            rules.STORE_ANONYMOUS,
            ("xpack.security.enabled",),
            off,
            "Elasticsearch lets everyone in",
        ),
        Row(
            rules.STORE_ANONYMOUS, ("plugins.security.disabled",), on, "OpenSearch lets everyone in"
        ),
        Row(
            rules.STORE_PLAIN,
            ("xpack.security.http.ssl.enabled",),
            off,
            "Elasticsearch talks without encryption",
        ),
        Row(
            rules.AUDIT_OFF,
            ("xpack.security.audit.enabled",),
            off,
            "Elasticsearch keeps no audit log",
        ),
    ),
    "milvus": (
        Row(
            rules.STORE_ANONYMOUS,
            ("common.security.authorizationEnabled",),
            off,
            "Milvus lets everyone in",
        ),
    ),
    "mongod": (
        Row(
            rules.STORE_ANONYMOUS,
            ("security.authorization",),
            one_of("disabled", "false"),
            "MongoDB lets everyone in",
        ),
    ),
    "bentoml": (
        Row(
            rules.CORS_OFF,
            (
                "api_server.http.cors.access_control_allow_origins",
                "api_server.http.cors.access_control_allow_origin",
            ),
            star,
            "BentoML answers any website",
        ),
    ),
    "litellm": (
        Row(
            rules.AUDIT_OFF,
            ("general_settings.disable_spend_logs",),
            on,
            "LiteLLM keeps no record of who asked what",
        ),
    ),
}
"""Keys of configuration files, by the file's kind."""


def judge(case: Case) -> Iterator[Finding]:
    """Findings about every setting of the tables."""
    for workload in case.workloads:
        for setting in workload.settings:
            name = setting.name.upper()
            for row in _BY_NAME.get(name, ()):
                if row.test(setting):
                    yield _finding(row, setting, f"{workload.name}.{setting.name}")
        for run in started(workload):
            for row in OPTIONS.get(run.program, ()):
                for option in row.names:
                    if run.has(option):
                        value = run.value(option)
                        setting = Setting(
                            option, "true" if value is None else value, workload.at(run.command)
                        )
                        if row.test(setting):
                            yield _finding(row, setting, f"{workload.name}.{option}")
    for document in case.documents:
        for row in FILES.get(case.kind, ()):
            for name in row.names:
                each = configured(document, name)
                if each is not None and row.test(each):
                    yield _finding(row, each, name)


def configured(document: Document, name: str) -> Setting | None:
    """The setting ``a.b.c`` of a document, nested or as one dotted key."""
    data = document.data
    place: tuple[str | int, ...] = (name,)
    value = data.get(name) if isinstance(data, Map) else None
    if value is None:
        place = tuple(name.split("."))
        value = document.get(*place)
    if isinstance(value, list):
        value = ",".join(map(str, value))
    if isinstance(value, bool):
        value = "true" if value else "false"
    if not isinstance(value, str | int):
        return None
    return Setting(name, str(value), document.at(place))


def _finding(row: Row, setting: Setting, anchor: str) -> Finding:
    return found(
        row.rule,
        f"{row.message[:1].upper()}{row.message[1:]} ({setting.name}).",
        setting.location,
        anchor,
        row.confidence,
    )


_BY_NAME: dict[str, list[Row]] = {}
for _row in VARIABLES:
    for _name in _row.names:
        _BY_NAME.setdefault(_name, []).append(_row)

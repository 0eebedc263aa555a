"""Servers of language models: vLLM, SGLang, TGI, llama.cpp, LiteLLM and Ollama."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, atlas, cwe, owasp_llm
from seamark.scan.config.case import Case, found, how_sure
from seamark.scan.config.declare import HIGH, MEDIUM, declare
from seamark.scan.config.servers import INFERENCE, is_open, is_published_image, runs_of
from seamark.scan.config.workload import Workload, is_everywhere, is_image, started

NO_KEY = declare(
    "LLM001",
    HIGH,
    "A language model serves whoever asks",
    "The server listens on every interface without a key: anyone who reaches it uses your GPUs, "
    "extracts the model by asking, and on some servers loads adapters.",
    "Set --api-key (from a secret) or listen on 127.0.0.1 behind a gateway that logs in.",
    cwe(306),
    owasp_llm(10),
    atlas("AML.T0040"),
)
REMOTE_CODE = declare(
    "LLM002",
    HIGH,
    "The server runs code that comes with the model",
    "With trust_remote_code the Python files of the model's repository run in the server: whoever "
    "can change the repository has the server, its keys and its GPUs.",
    "Use a model that the server knows, or copy the code, read it and pin --code-revision.",
    cwe(94),
    cwe(829),
    owasp_llm(3),
    atlas("AML.T0010.003"),
)
ANY_ORIGIN = declare(
    "LLM003",
    MEDIUM,
    "Any website may call the model server from a visitor's browser",
    "With the origin * and without a key, each page that a colleague opens can ask the model that "
    "only the inner network reaches.",
    "Name the origins that need it, and set a key.",
    cwe(942),
)
OLLAMA_OPEN = declare(
    "LLM004",
    HIGH,
    "Ollama serves whoever asks",
    "Ollama has no login. Whoever reaches it uses, pulls, copies and deletes models.",
    "Leave OLLAMA_HOST at 127.0.0.1, and put a proxy that logs in before it.",
    cwe(306),
    owasp_llm(10),
)
OLLAMA_ORIGINS = declare(
    "LLM005",
    MEDIUM,
    "Any website may call Ollama from a visitor's browser",
    "OLLAMA_ORIGINS=* lets each page that somebody opens use and change the models of the machine.",
    "Name the origins that need it.",
    cwe(942),
)
RUNTIME_LORA = declare(
    "LLM006",
    MEDIUM,
    "Adapters can be loaded into the running server by request",
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING lets a request load weights from a path; vLLM's own "
    "documentation calls it unsafe outside of isolated, trusted places.",
    "Take it away, and start the server with the adapters that it needs.",
    cwe(668),
    owasp_llm(3),
)
RULES = (NO_KEY, REMOTE_CODE, ANY_ORIGIN, OLLAMA_OPEN, OLLAMA_ORIGINS, RUNTIME_LORA)

_TRUSTING = frozenset({"vllm", "vllm.entrypoints.openai.api_server", "vllm.entrypoints.api_server",
                       "sglang.launch_server", "sglang", "text-generation-launcher", "lmdeploy",
                       "llamafactory-cli", "lm_eval", "text-embeddings-router"})  # fmt: skip


def judge(case: Case) -> Iterator[Finding]:
    """Findings about every model server that the file sets up."""
    for workload in case.workloads:
        yield from _keys(workload)
        yield from _options(workload)
        yield from _ollama(workload)


def _keys(workload: Workload) -> Iterator[Finding]:
    for server in INFERENCE:
        for run in runs_of(workload, server):
            if is_open(workload, run, server):
                message = f"{server.name} listens on every interface without an API key."
                yield found(
                    NO_KEY,
                    message,
                    workload.at(run.command),
                    f"{workload.name}.{server.name}",
                    how_sure(workload),
                )
        if is_published_image(workload, server):
            message = f"{server.name} is published on every interface without an API key."
            yield found(NO_KEY, message, workload.location, f"{workload.name}.{server.name}")


def _options(workload: Workload) -> Iterator[Finding]:
    for run in started(workload):
        if run.program in _TRUSTING:
            where = workload.at(run.command)
            trusts = (run.value("--trust-remote-code") or "").lower() != "false"
            if run.has("--trust-remote-code") and trusts:
                message = f"{run.program} is started with --trust-remote-code."
                yield found(REMOTE_CODE, message, where, f"{workload.name}.trust-remote-code")
            origins = run.value("--allowed-origins", "--cors-allow-origin", "--allow-origins")
            if origins and "*" in origins.strip("[]\"'\\ ").split(","):
                message = f"{run.program} allows every origin."
                yield found(ANY_ORIGIN, message, where, f"{workload.name}.origins")
    for setting in workload.settings:
        name = setting.name
        if name in ("TRUST_REMOTE_CODE", "HF_TRUST_REMOTE_CODE") and setting.is_true:
            yield found(REMOTE_CODE, f"{name} is on.", setting.location, f"{workload.name}.{name}")
        elif name == "CORS_ALLOW_ORIGIN" and setting.text == "*":
            yield found(
                ANY_ORIGIN,
                "CORS_ALLOW_ORIGIN allows every origin.",
                setting.location,
                f"{workload.name}.{name}",
                Confidence.MEDIUM,
            )
        elif name == "VLLM_ALLOW_RUNTIME_LORA_UPDATING" and setting.is_true:
            yield found(
                RUNTIME_LORA,
                "vLLM loads adapters by request.",
                setting.location,
                f"{workload.name}.{name}",
            )


def _ollama(workload: Workload) -> Iterator[Finding]:
    settings = workload.by_name
    commands = [c for c in workload.commands if c.assignments and c.words[:1] == ("ollama",)]
    for command in commands:
        for name, value in command.assignments:
            if name == "OLLAMA_HOST" and is_everywhere(value):
                yield found(
                    OLLAMA_OPEN,
                    "Ollama listens on every interface.",
                    workload.at(command),
                    f"{workload.name}.OLLAMA_HOST",
                )
    host, origins = settings.get("OLLAMA_HOST"), settings.get("OLLAMA_ORIGINS")
    internal = workload.exposure.value == "internal"
    if host is not None and is_everywhere(host.value) and not internal and not commands:
        yield found(
            OLLAMA_OPEN,
            "Ollama listens on every interface.",
            host.location,
            f"{workload.name}.OLLAMA_HOST",
            how_sure(workload),
        )
    elif workload.exposure.value == "published" and is_image(workload, "ollama/ollama"):
        yield found(
            OLLAMA_OPEN,
            "Ollama is published on every interface.",
            workload.location,
            f"{workload.name}.image",
        )
    if origins is not None and "*" in origins.text.split(","):
        yield found(
            OLLAMA_ORIGINS,
            "OLLAMA_ORIGINS allows every origin.",
            origins.location,
            f"{workload.name}.OLLAMA_ORIGINS",
        )

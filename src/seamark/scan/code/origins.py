"""Which calls and attributes bring in data that nobody of the project wrote."""

from typing import Final

from seamark.scan.code.facts import Taint

_MODEL_CALLS: Final = frozenset(
    {
        "openai.ChatCompletion.create",
        "openai.ChatCompletion.acreate",
        "openai.Completion.create",
        "litellm.completion",
        "litellm.acompletion",
        "ollama.chat",
        "ollama.generate",
        "transformers.pipeline()",
        "transformers.pipelines.pipeline()",
        "replicate.run",
    }
)
_MODEL_ENDS: Final = (
    ".chat.completions.create",
    ".chat.completions.parse",
    ".responses.create",
    ".ChatCompletion.create",
    ".ChatCompletion.acreate",
    ".generate_content",
    ".chat_completion",
)
_MODEL_PACKAGES: Final = (
    "langchain",
    "llama_index",
    "huggingface_hub.InferenceClient()",
    "vllm.LLM()",
    "anthropic.",
    "openai.",
    "cohere.",
    "mistralai.",
    "groq.",
    "together.",
    "ollama.",
    "dspy.",
)
_MODEL_METHODS: Final = frozenset(
    "invoke ainvoke predict apredict generate agenerate run arun complete acomplete chat "
    "call stream batch text_generation query predict_messages create".split()
)
_MODEL_NAMES: Final = frozenset(
    "llm _llm llm_chain chat_llm chat_model llm_model llm_client".split()
)

_REQUEST_READS: Final = frozenset(
    f"{owner}.{name}"
    for owner in ("flask.request", "quart.request", "bottle.request", "django.request")
    for name in "args form values json data files cookies headers stream query".split()
) | frozenset(
    f"fastapi.request.{name}"
    for name in "query_params path_params headers cookies json body form stream".split()
)
_REQUEST_CALLS: Final = frozenset({"flask.request.get_json", "flask.request.get_data"})
_FETCHES: Final = frozenset(
    f"{owner}.{name}"
    for owner in (
        "requests",
        "httpx",
        "requests.Session()",
        "requests.session()",
        "httpx.Client()",
        "httpx.AsyncClient()",
    )
    for name in "get post put request patch".split()
) | {"urllib.request.urlopen", "urllib2.urlopen"}

_CLEANERS: Final = frozenset(
    "int float bool len hash id isinstance hasattr abs round sum type range quote escape "
    "literal_eval uuid4 UUID hexdigest digest secure_filename count index find startswith "
    "endswith isdigit isalnum embed_query embed_documents".split()
)
_CARRIERS: Final = frozenset(
    "str repr bytes list tuple dict set sorted next iter format join strip lstrip rstrip split "
    "rsplit splitlines partition rpartition replace lower upper sub findall search match group "
    "groups loads dumps dedent decode encode b64decode unquote deepcopy copy get pop first "
    "removeprefix removesuffix parse StringIO BytesIO read reversed enumerate zip map "
    "filter".split()
)
_CARRIER_PARTS: Final = ("extract", "parse", "clean", "strip", "unwrap", "get_code", "to_text")
_CLEANER_PARTS: Final = ("sanit", "escape", "quote", "valid", "safe", "whitelist", "allowlist")

FRAMEWORK_OBJECTS: Final = frozenset(
    "Request Response WebSocket BackgroundTasks Session AsyncSession HTTPConnection".split()
)
"""Types of parameters that the framework fills; only what is read from a request is foreign."""

WEB_ROUTES: Final = frozenset("get post put patch delete route websocket api_route".split())
"""Decorators of functions whose parameters a web request fills."""

TOOL_DECORATORS: Final = frozenset({"tool", "function_tool", "ai_function"})
"""Decorators of functions whose parameters a language model fills."""


def call_taint(path: str, text: str, receiver: str, method: str) -> Taint | None:
    """What calling ``path`` brings in; ``text`` is the callee's spelling in the source.

    ``receiver`` is the last name before the method (``llm`` of ``self.llm.invoke``).
    """
    if path in _MODEL_CALLS or text.endswith(_MODEL_ENDS) or path.endswith(_MODEL_ENDS):
        return Taint.MODEL
    if method in _MODEL_METHODS:
        if "()" in path and path.startswith(_MODEL_PACKAGES):
            return Taint.MODEL
        if receiver in _MODEL_NAMES and method != "create":
            return Taint.MODEL
    elif receiver in _MODEL_NAMES and method == "":
        return Taint.MODEL
    if path in _FETCHES:
        return Taint.NETWORK
    if path in _REQUEST_CALLS or path == "builtins.input":
        return Taint.REQUEST if path != "builtins.input" else None
    return None


def read_taint(path: str) -> Taint | None:
    """What reading the attribute ``path`` brings in."""
    return Taint.REQUEST if path in _REQUEST_READS else None


def is_cleaner(name: str) -> bool:
    """Whether the result of a function of this name is no longer what it was given."""
    lowered = name.lower()
    return name in _CLEANERS or any(part in lowered for part in _CLEANER_PARTS)


def is_carrier(name: str) -> bool:
    """Whether a function of this name hands on what it is given."""
    lowered = name.lower()
    return name in _CARRIERS or any(part in lowered for part in _CARRIER_PARTS)


_SECRET_WORDS: Final = ("TOKEN", "SECRET", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "ACCESS_KEY")
_NO_SECRETS: Final = (
    "MAX_TOKEN",
    "TOKENIZER",
    "TOKENS",
    "TOKEN_LIMIT",
    "NUM_TOKEN",
    "_FILE",
    "_PATH",
)


def names_secret(variable: str) -> bool:
    """Whether an environment variable of this name holds a credential."""
    upper = variable.upper()
    return any(word in upper for word in _SECRET_WORDS) and not any(
        word in upper for word in _NO_SECRETS
    )

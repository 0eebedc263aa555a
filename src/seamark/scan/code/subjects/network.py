"""Connections: certificates, plain HTTP, timeouts."""

import ast
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from seamark.core.rules import Rule, Severity, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.code.facts import Taint
from seamark.scan.code.flow import Flow
from seamark.scan.code.sites import Sight, Site, Subject, Trigger
from seamark.scan.models.code.source_names import Names

NOT_VERIFIED = Rule(
    id="COM001",
    title="A server's certificate is not verified",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Anyone on the way can read keys and prompts, and answer in the server's place.",
    remedy="Remove verify=False; name your own authority's certificate with verify='ca.pem'.",
    references=(cwe(295),),
)
UNVERIFIED_CONTEXT = Rule(
    id="COM002",
    title="TLS verification is switched off",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Every connection with this context accepts any certificate.",
    remedy="Use ssl.create_default_context(cafile=...) and leave its checks on.",
    references=(cwe(295),),
)
PLAIN_HTTP = Rule(
    id="COM003",
    title="Models or keys travel over plain HTTP",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Anyone on the way can read the key, or exchange the model.",
    remedy="Use https://, and verify the digest of what is downloaded.",
    references=(cwe(319), owasp_llm(3)),
)
NO_TIMEOUT = Rule(
    id="COM004",
    title="A request may wait forever",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="Without a timeout one silent server holds a worker for good.",
    remedy="Pass timeout= (seconds to connect and to read).",
    references=(cwe(400), cwe(1088)),
)
CLIENT_TIMEOUT = Rule(
    id="COM005",
    title="A model client keeps its library's timeout",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="The default is up to ten minutes, with retries: enough to fill a service's workers.",
    remedy="Pass timeout= and max_retries= that fit the service.",
    references=(cwe(400), owasp_llm(10)),
)

_VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_SESSIONS: Final = ("requests.Session()", "requests.session()", "requests.sessions.Session()")
_HTTPX: Final = ("httpx", "httpx.Client()", "httpx.AsyncClient()")
_OWN: Final = ("localhost", "127.", "0.0.0.0", "::1", "host.docker.internal")  # noqa: S104


def _request(site: Site) -> Iterator[Sight]:
    yield from _verification(site)
    waits = site.path.startswith("requests.") and not site.starred
    if waits and site.argument(None, "timeout") is None:
        yield site.sight(NO_TIMEOUT, f"{site.called} has no timeout.")
    yield from _plain(site)


def _verification(site: Site) -> Iterator[Sight]:
    if site.says(False, None, "verify", "verify_ssl"):
        yield site.sight(NOT_VERIFIED, f"{site.called} is called with verify=False.")


def _plain(site: Site) -> Iterator[Sight]:
    address = next((t for t in map(site.leading_text, site.node.args[:2]) if "://" in t), "")
    if not address:
        address = site.leading_text(site.argument(None, "url"))
    if not _is_plain(address):
        return
    values = [*site.node.args, *(k.value for k in site.node.keywords)]
    secret = any(Taint.SECRET in site.fact(value).taints for value in values)
    headers = site.argument(None, "headers")
    if isinstance(headers, ast.Dict):
        secret = secret or any(
            site.text_of(key).lower() in ("authorization", "x-api-key", "api-key")
            for key in headers.keys
        )
    if secret or _is_model(address):
        what = "a credential" if secret else "a model"
        yield site.sight(
            PLAIN_HTTP,
            f"{site.called} exchanges {what} with {_host(address)} over plain HTTP.",
            about=_host(address),
        )


_MODEL_ENDINGS: Final = (
    ".pt .pth .pkl .pickle .joblib .bin .ckpt .onnx .h5 .keras .safetensors .gguf .npz .npy .tflite"
).split()


def _is_model(address: str) -> bool:
    return urlsplit(address[:500]).path.lower().endswith(tuple(_MODEL_ENDINGS))


def _host(address: str) -> str:
    try:
        return (urlsplit(address[:500]).hostname or "a host")[:80]
    except ValueError:
        return "a host"


def _is_plain(address: str) -> bool:
    if not address.startswith("http://"):
        return False
    host = _host(address)
    # A bare name, or one of a cluster's own, is no host of the public network.
    inside = "." not in host or host.endswith((".local", ".internal", ".svc", ".test", ".example"))
    return not (inside or host.startswith((*_OWN, "10.", "192.168.", "172.")) or "example." in host)


def _fetch_model(site: Site) -> Iterator[Sight]:
    address = site.leading_text(site.argument(0, "url"))
    if _is_plain(address) and (_is_model(address) or "load_state_dict" in site.path):
        yield site.sight(
            PLAIN_HTTP,
            f"{site.called} takes a model from {_host(address)} over plain HTTP.",
            about=_host(address),
        )


def _client(site: Site) -> Iterator[Sight]:
    address = site.leading_text(
        site.argument(None, "base_url", "api_base", "openai_api_base", "azure_endpoint", "host")
    )
    if _is_plain(address):
        yield site.sight(
            PLAIN_HTTP,
            f"{site.called} sends its key and prompts to {_host(address)} over plain HTTP.",
            about=_host(address),
        )
    given = site.argument(
        None, "timeout", "request_timeout", "http_client", "default_request_timeout"
    )
    if given is None and not site.starred:
        yield site.sight(CLIENT_TIMEOUT, f"{site.called} is made without a timeout.")


def _context(site: Site) -> Iterator[Sight]:
    yield site.sight(UNVERIFIED_CONTEXT, f"{site.called} accepts any certificate.")


def _connector(site: Site) -> Iterator[Sight]:
    for name in ("ssl", "verify_ssl"):
        if site.says(False, None, name):
            yield site.sight(NOT_VERIFIED, f"{site.called} is called with {name}=False.")


def _switched(nodes: list[ast.AST], flow: Flow, _names: Names) -> Iterator[Sight]:
    """``context.verify_mode = ssl.CERT_NONE`` and the process-wide switch of urllib."""
    for node in nodes:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target = node.targets[0]
        if not isinstance(target, ast.Attribute):
            continue
        origins = flow.fact(node.value).origins
        none = target.attr == "verify_mode" and "ssl.CERT_NONE" in origins
        default = target.attr == "_create_default_https_context" and any(
            "_create_unverified_context" in origin for origin in origins
        )
        session = (
            target.attr == "verify"
            and isinstance(node.value, ast.Constant)
            and node.value.value is False
            and bool(flow.fact(target.value).origins & set(_SESSIONS))
        )
        if none or default or session:
            yield Sight(
                rule=NOT_VERIFIED if session else UNVERIFIED_CONTEXT,
                node=node,
                about=target.attr,
                message=f"{ast.unparse(target)[:80]} is set so that any certificate is accepted.",
            )


_CLIENTS: Final = (
    "openai.OpenAI",
    "openai.AsyncOpenAI",
    "openai.AzureOpenAI",
    "openai.AsyncAzureOpenAI",
    "anthropic.Anthropic",
    "anthropic.AsyncAnthropic",
    "langchain_openai.ChatOpenAI",
    "langchain_openai.OpenAI",
    "langchain_anthropic.ChatAnthropic",
    "groq.Groq",
    "mistralai.Mistral",
    "cohere.Client",
    "huggingface_hub.InferenceClient",
    "ollama.Client",
)

SUBJECT = Subject(
    rules=(NOT_VERIFIED, UNVERIFIED_CONTEXT, PLAIN_HTTP, NO_TIMEOUT, CLIENT_TIMEOUT),
    triggers=(
        Trigger(
            ("requests.",),
            pattern=r"\brequests\.(?:get|post|put|patch|delete|head|options|request|[Ss]ession)",
        ),
        Trigger(
            (
                "from requests",
                "httpx",
                "aiohttp",
                "CERT_NONE",
                "_unverified_context",
                "urlretrieve",
                "load_state_dict_from_url",
                "download_url_to_file",
                "OpenAI(",
                "Anthropic(",
                "Groq(",
                "Mistral(",
                "InferenceClient(",
                "cohere.Client",
                "ollama.Client",
            )
        ),
    ),
    calls={
        **{f"requests.{verb}": _request for verb in _VERBS},
        **{f"{owner}.{verb}": _request for owner in (*_SESSIONS, *_HTTPX) for verb in _VERBS},
        "httpx.Client": _verification,
        "httpx.AsyncClient": _verification,
        "httpx.stream": _request,
        "aiohttp.TCPConnector": _connector,
        **{f"aiohttp.ClientSession().{verb}": _connector for verb in _VERBS},
        "ssl._create_unverified_context": _context,
        "urllib.request.urlretrieve": _fetch_model,
        "torch.hub.load_state_dict_from_url": _fetch_model,
        "torch.hub.download_url_to_file": _fetch_model,
        "torch.utils.model_zoo.load_url": _fetch_model,
        **dict.fromkeys(_CLIENTS, _client),
    },
    nodes=_switched,
)

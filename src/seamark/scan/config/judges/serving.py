"""MLflow, Ray, Triton, TorchServe, TensorBoard: servers that control models and clusters."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, cve, cwe
from seamark.scan.config.case import Case, found, how_sure
from seamark.scan.config.declare import CRITICAL, HIGH, LOW, MEDIUM, declare
from seamark.scan.config.documents.document import Document, Map
from seamark.scan.config.servers import MLFLOW, RAY, TENSORBOARD, is_open, is_remote, runs_of
from seamark.scan.config.workload import Exposure, Workload, is_everywhere, started

MLFLOW_OPEN = declare(
    "TRK001",
    HIGH,
    "MLflow serves whoever asks",
    "A tracking server without a login gives everyone the models and runs, and lets them register "
    "others: the next deployment loads those.",
    "Start it with --app-name basic-auth or behind a proxy that logs in, or on 127.0.0.1.",
    cwe(306),
    cve("CVE-2023-6831"),
)
MLFLOW_DEFAULT_PASSWORD = declare(
    "TRK002",
    HIGH,
    "MLflow's administrator has the password of the documentation",
    "Everyone knows the login that the example file sets.",
    "Set another admin_password at the first start, from a secret.",
    cwe(1392),
    cwe(798),
)
MLFLOW_ANY_HOST = declare(
    "TRK003",
    MEDIUM,
    "MLflow answers any website",
    "With * for hosts or origins a website can reach the server through a visitor's browser (DNS "
    "rebinding), the check against which was switched off here.",
    "Name the hosts and origins that are yours.",
    cwe(942),
    cwe(346),
)
RAY_OPEN = declare(
    "RAY001",
    CRITICAL,
    "Ray's dashboard is open, and with it the cluster",
    "The dashboard's job interface runs what it is sent. Without token authentication everyone who "
    "reaches the port runs code on the cluster; this was exploited at scale (ShadowRay).",
    "Leave --dashboard-host at 127.0.0.1, or set RAY_AUTH_MODE=token and close the port.",
    cwe(306),
    cve("CVE-2023-48022"),
)
TRITON_CONTROL = declare(
    "TRI001",
    HIGH,
    "Triton loads models at anyone's request",
    "With explicit model control a request loads a model, and Python and custom backends in it run "
    "code; Triton has no login of its own.",
    "Use --model-control-mode=none, or restrict the protocol (--http-restricted-api, "
    "--grpc-restricted-protocol=model-repository:…) and bind to 127.0.0.1.",
    cwe(306),
    cve("CVE-2023-31036"),
)
TORCHSERVE_MANAGEMENT = declare(
    "TSV001",
    CRITICAL,
    "TorchServe's management is open to the network",
    "Whoever reaches it registers a model archive from any address, and the handler in it runs "
    "code (ShellTorch).",
    "Set management_address (and metrics_address) to http://127.0.0.1:8081.",
    cwe(306),
    cve("CVE-2023-43654"),
)
TORCHSERVE_TOKEN = declare(
    "TSV002",
    HIGH,
    "TorchServe's token authorization is off",
    "Then nothing asks who registers, scales or calls models.",
    "Take disable_token_authorization away.",
    cwe(306),
    cve("CVE-2023-43654"),
)
TORCHSERVE_URLS = declare(
    "TSV003",
    HIGH,
    "TorchServe loads models from any address",
    "allowed_urls that matches everything lets a request make the server fetch from inside of the "
    "network and run what it fetched.",
    "Name the addresses that your models come from.",
    cwe(918),
    cve("CVE-2023-43654"),
)
TENSORBOARD_OPEN = declare(
    "TBD001",
    LOW,
    "TensorBoard is open to the network",
    "It has no login: everyone sees runs, graphs, texts and images of the training data.",
    "Listen on 127.0.0.1 and use a tunnel or a proxy that logs in.",
    cwe(306),
)
RULES = (
    MLFLOW_OPEN,
    MLFLOW_DEFAULT_PASSWORD,
    MLFLOW_ANY_HOST,
    RAY_OPEN,
    TRITON_CONTROL,
    TORCHSERVE_MANAGEMENT,
    TORCHSERVE_TOKEN,
    TORCHSERVE_URLS,
    TENSORBOARD_OPEN,
)
_ANY_URL = frozenset({".*", "file://.*,https?://.*", "https?://.*", "http(s)?://.*", "*"})


def judge(case: Case) -> Iterator[Finding]:
    """Findings about these servers, wherever the file sets them up."""
    for workload in case.workloads:
        yield from _mlflow(workload)
        yield from _ray(workload)
        yield from _triton(workload)
        yield from _torchserve(workload)
        for run in runs_of(workload, TENSORBOARD):
            everywhere = run.has("--bind_all") or is_everywhere(run.value("--host"))
            if everywhere and workload.exposure is not Exposure.INTERNAL:
                yield found(
                    TENSORBOARD_OPEN,
                    "TensorBoard listens on every interface.",
                    workload.at(run.command),
                    workload.name,
                    how_sure(workload),
                )
    for document in case.documents:
        if case.kind == "torchserve" and isinstance(document.data, Map):
            yield from _torchserve_file(document)
        elif case.kind == "mlflow-auth":
            yield from _mlflow_login(document)
        elif document.get("kind") in ("RayCluster", "RayService", "RayJob"):
            yield from _ray_object(document)


def _mlflow(workload: Workload) -> Iterator[Finding]:
    for run in runs_of(workload, MLFLOW):
        where = workload.at(run.command)
        if is_open(workload, run, MLFLOW):
            yield found(
                MLFLOW_OPEN,
                "MLflow listens on every interface without a login.",
                where,
                workload.name,
                how_sure(workload),
            )
        for option in ("--allowed-hosts", "--cors-allowed-origins"):
            if (run.value(option) or "").strip("\"'") == "*":
                yield found(MLFLOW_ANY_HOST, f"{option} is *.", where, f"{workload.name}.{option}")
    for setting in workload.settings:
        if setting.name in ("MLFLOW_SERVER_ALLOWED_HOSTS", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"):
            if setting.text == "*":
                yield found(
                    MLFLOW_ANY_HOST,
                    f"{setting.name} is *.",
                    setting.location,
                    f"{workload.name}.{setting.name}",
                )
        elif setting.name == "MLFLOW_SERVER_DISABLE_SECURITY_MIDDLEWARE" and setting.is_true:
            yield found(
                MLFLOW_ANY_HOST,
                "MLflow's checks of hosts and origins are off.",
                setting.location,
                f"{workload.name}.{setting.name}",
            )


def _mlflow_login(document: Document) -> Iterator[Finding]:
    section = document.get("mlflow")
    if isinstance(section, Map) and section.get("admin_password") in (
        "password",
        "password1234",
        "admin",
    ):
        yield found(
            MLFLOW_DEFAULT_PASSWORD,
            "admin_password is the one of MLflow's documentation.",
            document.at(("mlflow", "admin_password")),
            "admin_password",
        )


def _ray(workload: Workload) -> Iterator[Finding]:
    for run in runs_of(workload, RAY):
        if run.has("--head") and is_open(workload, run, RAY):
            yield found(
                RAY_OPEN,
                "Ray's dashboard listens on every interface.",
                workload.at(run.command),
                workload.name,
                how_sure(workload),
            )


def _ray_object(document: Document) -> Iterator[Finding]:
    base = ("spec",) if document.get("kind") == "RayCluster" else ("spec", "rayClusterConfig")
    place = (*base, "headGroupSpec", "serviceType")
    kind = document.get(*place)
    if kind in ("LoadBalancer", "NodePort") and not document.get(*base, "authOptions"):
        yield found(
            RAY_OPEN,
            f"The head's service is a {kind}, so its dashboard is outside too.",
            document.at(place),
            "headGroupSpec.serviceType",
        )


def _triton(workload: Workload) -> Iterator[Finding]:
    for run in started(workload):
        if run.program != "tritonserver" or workload.exposure is Exposure.INTERNAL:
            continue
        explicit = run.value("--model-control-mode") in ("explicit", "poll")
        explicit = explicit and run.value("--model-control-mode") == "explicit"
        hosts = [run.value("--http-address"), run.value("--grpc-address")]
        local = all(
            host is not None and not is_everywhere(host) and not is_remote(host) for host in hosts
        )
        restricted = run.has("--http-restricted-api", "--grpc-restricted-protocol")
        if explicit and not local and not restricted:
            yield found(
                TRITON_CONTROL,
                "Triton loads and unloads models at anyone's request.",
                workload.at(run.command),
                workload.name,
                how_sure(workload),
            )


def _torchserve(workload: Workload) -> Iterator[Finding]:
    for run in started(workload):
        if run.program == "torchserve" and run.has("--disable-token-auth", "--disable-token"):
            yield found(
                TORCHSERVE_TOKEN,
                "TorchServe is started with --disable-token-auth.",
                workload.at(run.command),
                workload.name,
            )
    for setting in workload.settings:
        if setting.name == "TS_DISABLE_TOKEN_AUTHORIZATION" and setting.is_true:
            yield found(
                TORCHSERVE_TOKEN,
                f"{setting.name} is on.",
                setting.location,
                f"{workload.name}.{setting.name}",
            )
        elif setting.name == "TS_MANAGEMENT_ADDRESS" and is_everywhere(setting.value):
            yield found(
                TORCHSERVE_MANAGEMENT,
                "TorchServe's management listens everywhere.",
                setting.location,
                f"{workload.name}.{setting.name}",
            )
        elif setting.name == "TS_ALLOWED_URLS" and (setting.value or "").strip() in _ANY_URL:
            yield found(
                TORCHSERVE_URLS,
                "Models are loaded from any address.",
                setting.location,
                f"{workload.name}.{setting.name}",
            )


def _torchserve_file(document: Document) -> Iterator[Finding]:
    management = document.get("management_address")
    if is_everywhere(management if isinstance(management, str) else None):
        yield found(
            TORCHSERVE_MANAGEMENT,
            "TorchServe's management listens on every interface.",
            document.at(("management_address",)),
            "management_address",
        )
    if str(document.get("disable_token_authorization")).lower() == "true":
        yield found(
            TORCHSERVE_TOKEN,
            "Token authorization is off.",
            document.at(("disable_token_authorization",)),
            "disable_token_authorization",
        )
    urls = document.get("allowed_urls")
    if isinstance(urls, str) and urls.strip() in _ANY_URL:
        yield found(
            TORCHSERVE_URLS,
            "Models are loaded from any address.",
            document.at(("allowed_urls",)),
            "allowed_urls",
            Confidence.HIGH,
        )

"""Notebook servers: Jupyter, marimo, code-server, by options, variables and configuration."""

import re
from collections.abc import Iterator

from seamark.core.findings import Finding, Location
from seamark.core.rules import Confidence, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.case import Case, found
from seamark.scan.config.declare import CRITICAL, LOW, MEDIUM, declare
from seamark.scan.config.documents.document import Document, Map
from seamark.scan.config.workload import Started, Workload, started

NO_LOGIN = declare(
    "JUP001",
    CRITICAL,
    "A notebook server has no login",
    "A notebook server runs any code that it is sent. Without token and password everyone who "
    "reaches it, also a website through a colleague's browser, runs code as its user.",
    "Take the empty token away (Jupyter then makes one), or set a hashed password or a login "
    "service.",
    cwe(306),
    cwe(1188),
)
ANY_ORIGIN = declare(
    "JUP002",
    MEDIUM,
    "Any website may talk to the notebook server",
    "allow_origin * and a pattern that matches everything let each page that somebody opens "
    "read notebooks and send code, where the browser is logged in.",
    "Name the origin of your portal.",
    cwe(942),
)
AS_ROOT = declare(
    "JUP003",
    LOW,
    "The notebook server may run as root",
    "What runs in a notebook then has every right in the container.",
    "Start it as an account of its own and take allow_root away.",
    cwe(250),
)
NO_XSRF = declare(
    "JUP004",
    MEDIUM,
    "The notebook server does not check where requests come from",
    "disable_check_xsrf lets each website send requests in a logged-in user's name.",
    "Take the setting away.",
    cwe(352),
)
EVERYWHERE = declare(
    "JUP005",
    LOW,
    "The notebook server listens on every interface",
    "Its token, which also stands in addresses and logs, is then all that protects it, and without "
    "TLS it can be read on the way.",
    "Listen on 127.0.0.1 and use a tunnel or a proxy with TLS, or set certfile and a password.",
    cwe(668),
    verdict=Verdict.CLEAN,
)
RULES = (NO_LOGIN, ANY_ORIGIN, AS_ROOT, NO_XSRF, EVERYWHERE)

_CLASSES = frozenset("serverapp notebookapp identityprovider passwordidentityprovider labapp "
                     "extensionapp".split())  # fmt: skip
_LINE = re.compile(r"\s{0,8}c\.([A-Za-z]{1,40})\.([a-z_]{1,40})\s{0,8}=\s{0,8}(.{0,400})")
_NOTHING = frozenset({"", "none", "u''", 'u""', "b''"})


def judge(case: Case) -> Iterator[Finding]:
    """Findings about notebook servers that the file starts or configures."""
    for workload in case.workloads:
        for run in started(workload):
            yield from _run(workload, run)
        yield from _variables(workload)
    if case.kind == "jupyter":
        document = case.documents[0]
        yield from _settings(dict(_configured(document)), case.path, "configuration")


def _run(workload: Workload, run: Started) -> Iterator[Finding]:
    where = workload.at(run.command)
    if run.program == "code-server" and (run.value("--auth") or "") == "none":
        yield found(NO_LOGIN, "code-server is started with --auth none.", where, workload.name)
    if run.program == "marimo" and run.has("--no-token") and run.begins("edit"):
        yield found(NO_LOGIN, "marimo is started with --no-token.", where, workload.name)
    name = run.program.removesuffix(".sh").removesuffix(".py")
    if name.startswith("start-") or name == "start":  # of the Jupyter docker stacks
        name = name.removeprefix("start-") if run.program != "start" else "jupyter"
    if not (name.startswith("jupyter") or name in ("notebook", "singleuser", "jupyterlab")):
        return
    given: dict[str, tuple[str, Location]] = {}
    for option, value in run.options.items():
        option = option.lstrip("-")
        holder, _, key = option.rpartition(".")
        if holder and holder.lower().rpartition(".")[2] not in _CLASSES:
            continue
        key = key.replace("-", "_")
        key = {"no_browser": "open_browser", "allow_root": "allow_root"}.get(key, key)
        given[key] = ("True" if value is None else value, where)
    yield from _settings(given, workload.path, workload.name)


def _variables(workload: Workload) -> Iterator[Finding]:
    for setting in workload.settings:
        if setting.name == "JUPYTER_TOKEN" and setting.value == "" and workload.commands:
            yield found(
                NO_LOGIN,
                "JUPYTER_TOKEN is empty.",
                setting.location,
                f"{workload.name}.JUPYTER_TOKEN",
                Confidence.MEDIUM,
            )
        elif setting.name == "DISABLE_AUTH" and setting.is_true and "rstudio" in workload.image:
            yield found(
                NO_LOGIN,
                "RStudio runs without a login.",
                setting.location,
                f"{workload.name}.DISABLE_AUTH",
            )


def _configured(document: Document) -> Iterator[tuple[str, tuple[str, Location]]]:
    """Settings of ``jupyter_*_config.py`` and ``.json``: name to value and place."""
    if isinstance(document.data, Map):
        for section, values in document.data.items():
            if isinstance(values, Map) and section.lower() in _CLASSES:
                for key, value in values.items():
                    yield key, ("" if value is None else str(value), document.at((section, key)))
        return
    for number, line in enumerate(document.text.split("\n"), start=1):
        match = _LINE.match(line)
        if match and match.group(1).lower() in _CLASSES:
            value = match.group(3).partition(" #")[0].strip()
            yield match.group(2), (value.removeprefix("u"), document.at_line(number))


def _settings(given: dict[str, tuple[str, Location]], path: str, name: str) -> Iterator[Finding]:
    del path

    def value(key: str) -> str | None:
        return given[key][0].strip().strip("'\"").strip() if key in given else None

    def is_on(key: str) -> bool:
        return (value(key) or "").lower() in ("true", "1", "yes")

    token = value("token")
    empty = token is not None and (token.lower() in _NOTHING or token == "")
    # A set password counts where there is no token.
    hashed = bool(value("password") or value("hashed_password"))
    if (empty and not hashed) or is_on("allow_unauthenticated_access"):
        key = "token" if empty else "allow_unauthenticated_access"
        yield found(
            NO_LOGIN,
            "The notebook server has no token and no password.",
            given[key][1],
            f"{name}.token",
        )
    for key in ("allow_origin", "allow_origin_pat"):
        if value(key) in ("*", ".*", "^.*$"):
            yield found(ANY_ORIGIN, f"{key} lets every website in.", given[key][1], f"{name}.{key}")
    if is_on("allow_root"):
        yield found(
            AS_ROOT,
            "The notebook server may run as root.",
            given["allow_root"][1],
            f"{name}.allow_root",
        )
    if is_on("disable_check_xsrf"):
        yield found(
            NO_XSRF,
            "The check of where requests come from is off.",
            given["disable_check_xsrf"][1],
            f"{name}.disable_check_xsrf",
        )
    if value("ip") in ("0.0.0.0", "*", "::", "") and not value("certfile") and not hashed:  # noqa: S104
        yield found(
            EVERYWHERE,
            "The notebook server listens on every interface.",
            given["ip"][1],
            f"{name}.ip",
            Confidence.MEDIUM,
        )

"""What models and strangers write, in places where text becomes action."""

import ast
from collections.abc import Iterator
from typing import Final

from seamark.core.rules import Confidence, Rule, Severity, atlas, cve, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.code.facts import Taint
from seamark.scan.code.sites import Sight, Site, Subject, Trigger

RUNS_CODE = Rule(
    id="OUT001",
    title="What a model wrote is run as code",
    severity=Severity.CRITICAL,
    verdict=Verdict.REVIEW,
    reason="Whoever can influence the prompt, also through a document, runs code here.",
    remedy="Parse a closed format (JSON against a schema), or run it in a sandbox without "
    "network, files and credentials.",
    references=(cwe(94), cwe(95), owasp_llm(5), atlas("AML.T0051")),
)
RUNS_COMMAND = Rule(
    id="OUT002",
    title="What a model wrote reaches a program's command line",
    severity=Severity.CRITICAL,
    verdict=Verdict.REVIEW,
    reason="A prompt injection becomes a command of this machine's user.",
    remedy="Choose the program yourself, pass arguments as a list, and allow only known values.",
    references=(cwe(78), owasp_llm(5), owasp_llm(6)),
)
RUNS_SQL = Rule(
    id="OUT003",
    title="What a model wrote is run as SQL",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The model, or whoever prompts it, decides which rows are read, changed or dropped.",
    remedy="Bind values as parameters; let models fill a closed query grammar, over an account "
    "that can only read what the asking user may read.",
    references=(cwe(89), owasp_llm(5)),
)
RENDERS_HTML = Rule(
    id="OUT004",
    title="Untrusted text is put into a page unescaped",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Scripts in the text run in the reader's session.",
    remedy="Let the template engine escape it, or sanitize with an allow list of tags.",
    references=(cwe(79), owasp_llm(5)),
)
CHOOSES_TARGET = Rule(
    id="OUT005",
    title="Untrusted text names the file that is written or the module that is imported",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A path with .. or a module's name leads out of what was meant.",
    remedy="Map names to a closed list, or resolve the path and keep it below one folder.",
    references=(cwe(22), cwe(73), owasp_llm(5)),
)
RUNS_FOREIGN = Rule(
    id="OUT006",
    title="Data from outside is run as code or as a command",
    severity=Severity.CRITICAL,
    verdict=Verdict.REVIEW,
    reason="Whoever sends the request, or serves the address, runs code here.",
    remedy="Never evaluate it; parse a closed format, pass arguments as a list.",
    references=(cwe(94), cwe(78)),
)
FOREIGN_SQL = Rule(
    id="OUT007",
    title="A request's data is part of an SQL text",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Whoever sends the request changes what the statement does.",
    remedy="Pass values as parameters of execute, never inside of the text.",
    references=(cwe(89),),
)
TEMPLATE = Rule(
    id="OUT008",
    title="A template from outside is rendered without a sandbox",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A Jinja template reaches Python's internals; chat templates come with models.",
    remedy="Use jinja2.sandbox.ImmutableSandboxedEnvironment, and pass untrusted text as data.",
    references=(cwe(1336), cve("CVE-2024-34359")),
)


def _describe(site: Site, taint: Taint, verb: str) -> str:
    return f"{site.called} {verb} {taint.value}."


def _sure(taint: Taint) -> Confidence:
    return Confidence.MEDIUM if taint is Taint.NETWORK else Confidence.HIGH


def _code(site: Site) -> Iterator[Sight]:
    taint = site.untrusted(site.argument(0, "source", "command", "code"))
    if taint is None:
        return
    if site.path == "builtins.compile" and taint is not Taint.MODEL:
        return
    rule = RUNS_CODE if taint is Taint.MODEL else RUNS_FOREIGN
    yield site.sight(rule, _describe(site, taint, "runs"), confidence=_sure(taint))


def _shell(site: Site) -> Iterator[Sight]:
    yield from _command(site, site.argument(0, "command", "cmd", "args"))


def _process(site: Site) -> Iterator[Sight]:
    command = site.argument(0, "args", "cmd")
    if site.says(True, 8, "shell"):
        yield from _command(site, command)
    elif isinstance(command, ast.List | ast.Tuple):
        # A list needs no shell: only the program itself, or a shell's own argument, is the danger.
        parts = [site.text_of(part) for part in command.elts]
        runs = command.elts[:1]
        if len(parts) > 2 and parts[0].rpartition("/")[2] in _RUNNERS and parts[1] in ("-c", "-e"):
            runs = command.elts[:3]
        for part in runs:
            yield from _command(site, part)
    elif command is not None:
        yield from _command(site, command)


_RUNNERS: Final = frozenset("sh bash zsh dash python python3 node perl ruby".split())


def _command(site: Site, command: ast.expr | None) -> Iterator[Sight]:
    taint = site.untrusted(command)
    if taint is None:
        return
    rule = RUNS_COMMAND if taint is Taint.MODEL else RUNS_FOREIGN
    yield site.sight(rule, _describe(site, taint, "is given"), confidence=_sure(taint))


def _sql(site: Site) -> Iterator[Sight]:
    statement = site.argument(0, "sql", "query", "statement", "operation")
    taint = site.untrusted(statement)
    if taint is None or taint is Taint.NETWORK or not _looks_like_sql(site):
        return
    rule = RUNS_SQL if taint is Taint.MODEL else FOREIGN_SQL
    yield site.sight(
        rule,
        f"{site.text or site.called} runs a statement built from {taint.value}.",
        about=f"{site.method}:sql",
        confidence=Confidence.MEDIUM,
    )


_SQL_OWNERS: Final = (
    "cursor",
    "cur",
    "conn",
    "connection",
    "db",
    "session",
    "engine",
    "database",
    "con",
    "sql",
)


def _looks_like_sql(site: Site) -> bool:
    owner = site.text.rpartition(".")[0].rpartition(".")[2].lower().strip("_").removesuffix("()")
    if site.method in ("read_sql", "read_sql_query"):
        return True
    return any(owner == name or owner.endswith("_" + name) for name in _SQL_OWNERS)


def _html(site: Site) -> Iterator[Sight]:
    taint = site.untrusted(site.argument(0, "content", "base", "s", "body"))
    if taint is not None:
        yield site.sight(
            RENDERS_HTML,
            _describe(site, taint, "puts into a page"),
            confidence=Confidence.MEDIUM,
        )


def _open(site: Site) -> Iterator[Sight]:
    mode = site.text_of(site.argument(1, "mode"))
    taint = site.untrusted(site.argument(0, "file"))
    if taint in (Taint.MODEL, Taint.REQUEST) and set(mode) & set("wax+"):
        yield site.sight(
            CHOOSES_TARGET,
            f"A file is written whose path is built from {taint.value}.",
            confidence=Confidence.MEDIUM,
        )


def _import(site: Site) -> Iterator[Sight]:
    taint = site.untrusted(site.argument(0, "name"))
    if taint is not None:
        yield site.sight(CHOOSES_TARGET, f"A module is imported whose name is {taint.value}.")


def _template(site: Site) -> Iterator[Sight]:
    source = site.argument(0, "source")
    if source is None or "Sandboxed" in site.path:
        return
    taint = site.untrusted(source)
    if taint is not None:
        yield site.sight(TEMPLATE, _describe(site, taint, "renders"))
    elif "chat_template" in ast.unparse(source)[:200] and not isinstance(source, ast.Constant):
        yield site.sight(
            TEMPLATE,
            f"{site.called} renders the chat template of a model without a sandbox.",
            confidence=Confidence.MEDIUM,
        )


_SOURCES: Final = tuple(
    "openai OpenAI anthropic litellm ollama langchain llama_index llm completions "
    "generate_content pipeline( InferenceClient vllm chat_template requests. httpx urlopen flask "
    "fastapi @tool .tool( function_tool quart bottle cohere mistral groq dspy replicate".split()
)
_PROCESSES: Final = ("run", "call", "Popen", "check_call", "check_output")

SUBJECT = Subject(
    follows=True,
    rules=(
        RUNS_CODE,
        RUNS_COMMAND,
        RUNS_SQL,
        RENDERS_HTML,
        CHOOSES_TARGET,
        RUNS_FOREIGN,
        FOREIGN_SQL,
        TEMPLATE,
    ),
    # A sink alone says nothing: something from a model or a stranger must be there too.
    triggers=(
        Trigger(
            (
                "system(",
                "popen(",
                "subprocess",
                ".execute(",
                "read_sql",
                "render_template_string",
                "mark_safe(",
                "HTMLResponse(",
                "import_module(",
                "from_string(",
            ),
            also=_SOURCES,
        ),
        Trigger(
            ("eval(", "exec(", "compile("),
            also=_SOURCES,
            pattern=r"\b(?<!\.)(?:eval|exec|compile)\(",
        ),
        Trigger(("Markup(", "Template("), also=_SOURCES, pattern=r"\b(?:Markup|Template)\("),
        Trigger(("open(",), also=_SOURCES, pattern=r"[\"'][wax]b?\+?t?[\"']"),
    ),
    calls={
        "builtins.eval": _code,
        "builtins.exec": _code,
        "builtins.compile": _code,
        "os.system": _shell,
        "os.popen": _shell,
        "subprocess.getoutput": _shell,
        "subprocess.getstatusoutput": _shell,
        "asyncio.create_subprocess_shell": _shell,
        **{f"subprocess.{name}": _process for name in _PROCESSES},
        "asyncio.create_subprocess_exec": _shell,
        "markupsafe.Markup": _html,
        "flask.Markup": _html,
        "django.utils.safestring.mark_safe": _html,
        "fastapi.responses.HTMLResponse": _html,
        "starlette.responses.HTMLResponse": _html,
        "builtins.open": _open,
        "importlib.import_module": _import,
        "builtins.__import__": _import,
        "flask.render_template_string": _template,
        "jinja2.Template": _template,
        "jinja2.Environment().from_string": _template,
        "jinja2.environment.Environment().from_string": _template,
        "pandas.read_sql": _sql,
        "pandas.read_sql_query": _sql,
    },
    methods={"execute": _sql, "executescript": _sql, "executemany": _sql},
)

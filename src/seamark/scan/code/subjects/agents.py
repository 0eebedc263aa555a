"""Agents whose tools run code, shells, SQL or reach every file."""

import ast
from collections.abc import Iterator
from typing import Final

from seamark.core.rules import Confidence, Rule, Severity, atlas, cve, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.code.sites import Sight, Site, Subject, Trigger

_REFERENCES = (owasp_llm(6), atlas("AML.T0053"))

CODE_TOOL = Rule(
    id="AGT001",
    title="An agent can run code of its own on this machine",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Whatever the model writes is run in this process, with its files and credentials.",
    remedy="Run it in a container or micro-VM without network and credentials, with limits.",
    references=(*_REFERENCES, cwe(94), cve("CVE-2023-36258")),
)
SHELL_TOOL = Rule(
    id="AGT002",
    title="An agent has a shell",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A prompt injection in any text that the agent reads becomes a shell command.",
    remedy="Give it tools for the few things it must do; run what needs a shell in a sandbox.",
    references=(*_REFERENCES, cwe(78)),
)
DANGER_ALLOWED = Rule(
    id="AGT003",
    title="A library's guard against dangerous tools is switched off",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The switch exists because what it allows runs code, or sends requests, that a model "
    "chooses.",
    remedy="Remove the switch, or confine the process as one that runs a stranger's code.",
    references=(*_REFERENCES, cwe(94)),
)
SQL_AGENT = Rule(
    id="AGT004",
    title="A model writes SQL against a database",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The model's statements have all rights of the account that the agent connects with.",
    remedy="Connect with an account that can only read what the asking user may see; limit rows "
    "and time.",
    references=(*_REFERENCES, cwe(89), cve("CVE-2023-36189")),
)
FILE_TOOL = Rule(
    id="AGT005",
    title="An agent reaches every file of this machine",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Without a root folder its tools read keys and overwrite start-up files.",
    remedy="Pass root_dir= with an empty folder of its own.",
    references=(*_REFERENCES, cwe(22)),
)
NO_REQUEST_GUARD = Rule(
    id="AGT006",
    title="A guard against requests to internal addresses is switched off",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="A page can lead the crawler, or the agent, to services that only this host reaches.",
    remedy="Leave the guard on and allow single hosts by name.",
    references=(cwe(918), owasp_llm(6), cve("CVE-2024-0243")),
)
UNCONFINED_EXECUTOR = Rule(
    id="AGT007",
    title="Code of an agent is executed outside of a container",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The executor runs what the model writes as this user.",
    remedy="Use the executor that runs in a container (use_docker=True, E2B, a micro-VM).",
    references=(*_REFERENCES, cwe(94)),
)


def _tool(rule: Rule, what: str) -> "_Maker":
    return _Maker(rule, what)


class _Maker:
    """A judge that reports every call."""

    __slots__ = ("_rule", "_what")

    def __init__(self, rule: Rule, what: str) -> None:
        self._rule, self._what = rule, what

    def __call__(self, site: Site) -> Iterator[Sight]:
        if site.path.startswith("<local>") or site.argument(None, "process") is not None:
            return  # its own class of that name, or a shell that the caller has replaced
        yield site.sight(self._rule, f"{site.called} {self._what}.", about=site.method)


_SWITCHES: Final = (
    "allow_dangerous_code",
    "allow_dangerous_requests",
    "allow_dangerous_tools",
    "allow_unsafe_code_execution",
    "unsafe_mode",
)


def _switches(site: Site) -> Iterator[Sight]:
    for keyword in site.node.keywords:
        if keyword.arg in _SWITCHES[:4] and site.constant(keyword.value) is True:
            yield site.sight(
                DANGER_ALLOWED,
                f"{site.text or site.called} is called with {keyword.arg}=True.",
                about=f"{site.method}:{keyword.arg}",
            )
        elif keyword.arg == "code_execution_config" and isinstance(keyword.value, ast.Dict):
            yield from _execution(site, keyword.value)
        elif keyword.arg == "prevent_outside" and site.constant(keyword.value) is False:
            yield site.sight(
                NO_REQUEST_GUARD,
                f"{site.text or site.called} is called with prevent_outside=False.",
                about=f"{site.method}:prevent_outside",
            )


def _execution(site: Site, config: ast.Dict) -> Iterator[Sight]:
    for key, value in zip(config.keys, config.values, strict=True):
        if site.text_of(key) == "use_docker" and site.constant(value) is False:
            yield site.sight(
                UNCONFINED_EXECUTOR,
                f"{site.text or site.called} runs an agent's code with use_docker False.",
                about=f"{site.method}:use_docker",
            )


def _files(site: Site) -> Iterator[Sight]:
    if site.path.startswith("<local>") or site.starred or site.node.args:
        return
    if site.argument(None, "root_dir") is None:
        yield site.sight(
            FILE_TOOL,
            f"{site.called} is given no root_dir.",
            about=site.method,
            confidence=Confidence.MEDIUM,
        )


def _smolagents(site: Site) -> Iterator[Sight]:
    executor = site.text_of(site.argument(None, "executor_type"))
    if site.path.startswith("smolagents") and executor in ("", "local"):
        imports = site.argument(None, "additional_authorized_imports")
        listed = [site.text_of(e) for e in imports.elts] if isinstance(imports, ast.List) else []
        if set(listed) & _WIDE_IMPORTS:
            yield site.sight(
                UNCONFINED_EXECUTOR,
                "smolagents.CodeAgent runs its code locally and may import whatever it likes.",
                about="CodeAgent",
            )


_WIDE_IMPORTS: Final = frozenset({"*", "os", "subprocess", "sys", "shutil", "socket"})


def _in(packages: tuple[str, ...], names: str, judge: "_Maker") -> dict[str, "_Maker"]:
    return {f"{package}.{name}": judge for package in packages for name in names.split()}


_EXPERIMENTAL: Final = (
    "langchain_experimental.tools",
    "langchain_experimental.tools.python.tool",
    "langchain_experimental.utilities",
    "langchain_experimental.utilities.python",
    "langchain_experimental.agents",
    "langchain_experimental.agents.agent_toolkits",
    "langchain_experimental.pal_chain",
    "langchain_experimental.pal_chain.base",
    "langchain.tools.python.tool",
    "langchain.tools",
    "langchain.utilities",
    "langchain.agents",
    "langchain.agents.agent_toolkits",
    "langchain.chains",
    "langchain.python",
)
_CODE: Final = (
    "PythonREPLTool PythonAstREPLTool PythonREPL create_python_agent "
    "create_pandas_dataframe_agent create_csv_agent create_spark_dataframe_agent "
    "PALChain.from_math_prompt PALChain.from_colored_object_prompt PALChain"
)
_SHELLS: Final = (
    "langchain_community.tools",
    "langchain_community.tools.shell",
    "langchain_community.tools.shell.tool",
    "langchain.tools",
    "langchain.tools.shell",
    "langchain_experimental.llm_bash.base",
    "langchain_experimental.llm_bash.bash",
    "langchain.utilities.bash",
    "langchain.utilities",
)
_SQL: Final = (
    "langchain.agents",
    "langchain.agents.agent_toolkits",
    "langchain.sql_database",
    "langchain_community.agent_toolkits",
    "langchain_community.agent_toolkits.sql.base",
    "langchain_community.agent_toolkits.sql.toolkit",
    "langchain_experimental.sql",
    "langchain_experimental.sql.base",
    "langchain.chains",
    "langchain.chains.sql_database.base",
    "llama_index.core.query_engine",
    "llama_index.core",
    "llama_index",
)
_FILES: Final = (
    "langchain_community.agent_toolkits",
    "langchain_community.agent_toolkits.file_management.toolkit",
    "langchain.agents.agent_toolkits",
    "langchain_community.tools",
    "langchain_community.tools.file_management",
    "langchain.tools",
)

SUBJECT = Subject(
    rules=(
        CODE_TOOL,
        SHELL_TOOL,
        DANGER_ALLOWED,
        SQL_AGENT,
        FILE_TOOL,
        NO_REQUEST_GUARD,
        UNCONFINED_EXECUTOR,
    ),
    triggers=(
        Trigger(
            (
                "PythonREPL",
                "PythonAstREPL",
                "create_python_agent",
                "dataframe_agent",
                "csv_agent",
                "PALChain",
                "ShellTool",
                "BashProcess",
                "LLMBashChain",
                "allow_dangerous_",
                "allow_unsafe_code_execution",
                "sql_agent",
                "SQLDatabase",
                "NLSQLTableQueryEngine",
                "FileManagementToolkit",
                "WriteFileTool",
                "ReadFileTool",
                "prevent_outside",
                "use_docker",
                "LocalCommandLineCodeExecutor",
                "CodeAgent",
            )
        ),
    ),
    calls={
        **_in(_EXPERIMENTAL, _CODE, _tool(CODE_TOOL, "lets a model run Python in this process")),
        **_in(
            _SHELLS,
            "ShellTool BashProcess LLMBashChain LLMBashChain.from_llm",
            _tool(SHELL_TOOL, "gives a model a shell"),
        ),
        **_in(
            _SQL,
            "create_sql_agent SQLDatabaseChain.from_llm SQLDatabaseChain "
            "SQLDatabaseToolkit NLSQLTableQueryEngine",
            _tool(SQL_AGENT, "lets a model write SQL"),
        ),
        **{
            f"{package}.{name}": _files
            for package in _FILES
            for name in (
                "FileManagementToolkit",
                "WriteFileTool",
                "ReadFileTool",
                "DeleteFileTool",
                "ListDirectoryTool",
            )
        },
        **_in(
            ("autogen.coding", "autogen_ext.code_executors.local"),
            "LocalCommandLineCodeExecutor",
            _tool(UNCONFINED_EXECUTOR, "runs an agent's code as this user"),
        ),
        "smolagents.CodeAgent": _smolagents,
        "smolagents.agents.CodeAgent": _smolagents,
    },
    every=_switches,
)

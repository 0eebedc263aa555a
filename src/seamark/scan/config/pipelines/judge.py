"""Which files describe pipelines, and what is wrong with one of them."""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Protocol

from seamark.core.findings import Finding, Location
from seamark.core.globs import matches_path
from seamark.core.rules import Reference, Rule, Severity
from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines import (
    agents,
    branches,
    dependabot,
    gitlab,
    injection,
    pins,
    rights,
    triggers,
)
from seamark.scan.config.pipelines.case import Case, Place
from seamark.scan.config.pipelines.tree import Node, Unreadable, read
from seamark.scan.config.pipelines.workflow import Workflow, read_action, read_workflow

UNREADABLE = Rule(
    id="GHA090",
    title="A pipeline could not be read",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="What could not be read was not examined, and may still run.",
    remedy="Repair the file; the message says where. The platform's own editor shows the same.",
    references=(
        Reference(
            "GitHub: workflow syntax",
            "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax",
        ),
    ),
)
RULES = (UNREADABLE,)


MAX_FINDINGS = 500
"""Of one file; what has more is told, and not examined to its end."""


class Kind(Enum):
    """What a file is, by its name."""

    WORKFLOW = "github-workflow"
    ACTION = "github-action"
    DEPENDABOT = "dependabot"
    GITLAB = "gitlab-ci"
    BRANCHES = "branch-protection"


kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        Kind.WORKFLOW,
        tuple(
            f"**/{folder}/workflows/*.{ending}"
            for folder in (".github", ".gitea", ".forgejo")
            for ending in ("yml", "yaml")
        ),
    ),
    (Kind.DEPENDABOT, ("**/.github/dependabot.yml", "**/.github/dependabot.yaml")),
    (
        Kind.BRANCHES,
        (
            "**/.github/branch-protection*.json",
            "**/.github/branch-protection/*.json",
            "**/.github/ruleset*.json",
            "**/.github/rulesets/*.json",
            "**/.github/environments*.json",
            "**/.github/environments/*.json",
        ),
    ),
    (
        Kind.GITLAB,
        (
            ".gitlab-ci.yml",
            ".gitlab-ci.yaml",
            "*.gitlab-ci.yml",
            "*.gitlab-ci.yaml",
            "**/.gitlab/ci/*.yml",
            "**/.gitlab/ci/*.yaml",
        ),
    ),
    (Kind.ACTION, ("action.yml", "action.yaml")),
)
"""Name patterns (``seamark.core.globs``) by kind; the first kind that matches counts."""


def kind_of(path: str) -> Kind | None:
    """What the file of this path is; None where it is no pipeline."""
    if not path.endswith((".yml", ".yaml", ".json")):
        return None
    # A pattern without a slash would also match a folder of that name.
    name = path.rpartition("/")[2]
    for kind, patterns in kinds:
        if any(matches_path(path if "/" in p else name, p) for p in patterns):
            return kind
    return None


class Document(Protocol):
    """What is judged: a file as findings show it, and its text."""

    @property
    def path(self) -> str:
        """The path as the user knows it."""
        ...

    @property
    def text(self) -> str:
        """The whole file, decoded."""
        ...


def judge(document: Document) -> Iterator[Finding]:
    """What is wrong with a file, once for the file; nothing where it is no pipeline."""
    kind = kind_of(document.path)
    if kind is not None:
        yield from judge_text(kind, document.path, document.text)


def judge_text(kind: Kind, path: str, text: str) -> Iterator[Finding]:
    """What is wrong with this text of this kind; never raises for bad input."""
    try:
        for number, finding in enumerate(_judged(kind, path, text)):
            if number >= MAX_FINDINGS:
                raise Unreadable(f"it has more than {MAX_FINDINGS} findings")
            yield finding
    except Unreadable as problem:
        yield Finding(
            rule=UNREADABLE,
            message=f"The file could not be examined: {problem.reason}.",
            location=Location(path=path, line=problem.line or 1),
            anchor=kind.value,
        )


_JUDGES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    injection.judge,
    pins.judge,
    rights.judge,
    triggers.judge,
    agents.judge,
)


def _judged(kind: Kind, path: str, text: str) -> Iterator[Finding]:
    if kind is Kind.BRANCHES:
        text = text.replace("\t", " ")  # JSON may be indented with tabs, YAML may not
    documents = read(text)
    place = Place.of_text(path, text)
    if kind is Kind.GITLAB:
        yield from gitlab.judge(documents, place)
        return
    if not documents:
        raise Unreadable("it is empty")
    if len(documents) > 1:
        raise Unreadable("it holds more than one document", documents[1].line)
    root = documents[0]
    if kind is Kind.DEPENDABOT:
        yield from dependabot.judge(root, place)
    elif kind is Kind.BRANCHES:
        yield from branches.judge(root, place)
    else:
        workflow = _workflow(kind, root)
        if workflow is not None:
            for each in _JUDGES:
                yield from each(Case(place, workflow))


def _workflow(kind: Kind, root: Node) -> Workflow | None:
    return read_action(root) if kind is Kind.ACTION else read_workflow(root)

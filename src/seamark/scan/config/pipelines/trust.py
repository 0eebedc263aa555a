"""Who can write what an expression gives: anyone, somebody with access, or the project alone.

Which fields of an event are free text is from GitHub's guide to script injection and its webhook
payloads (https://docs.github.com/actions/concepts/security/script-injections).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from seamark.scan.config.pipelines.expressions import Context, find, flows
from seamark.scan.config.pipelines.tree import Scalar
from seamark.scan.config.pipelines.workflow import Form, Job, Step, Workflow


class Trust(IntEnum):
    """Who decides the text; a greater number is worse."""

    PROJECT = 0
    INSIDER = 1
    """Somebody who may push or start the workflow."""
    CALLER = 2
    """Whoever uses the action or calls the workflow, with whatever text they have."""
    OUTSIDER = 3
    """Anyone on the platform."""


FORKS = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})
"""Triggers that outsiders cause and whose runs for forks get no secrets and a read-only token."""
PRIVILEGED = frozenset(
    "pull_request_target workflow_run issues issue_comment discussion discussion_comment"
    " fork watch".split()
)
"""Triggers that outsiders cause and whose runs have the secrets and token of the project."""
OUTSIDE = FORKS | PRIVILEGED

_PULL = frozenset({"pull_request", "pull_request_target", *FORKS})
_FREE: tuple[tuple[str, frozenset[str], Trust], ...] = (
    ("github.head_ref", _PULL, Trust.OUTSIDER),
    ("github.event.issue.title", frozenset({"issues", "issue_comment"}), Trust.OUTSIDER),
    ("github.event.issue.body", frozenset({"issues", "issue_comment"}), Trust.OUTSIDER),
    ("github.event.discussion.title", frozenset({"discussion", "discussion_comment"}), Trust(3)),
    ("github.event.discussion.body", frozenset({"discussion", "discussion_comment"}), Trust(3)),
    (
        "github.event.comment.body",
        frozenset(
            "issue_comment pull_request_review_comment discussion_comment commit_comment".split()
        ),
        Trust.OUTSIDER,
    ),
    ("github.event.review.body", frozenset({"pull_request_review"}), Trust.OUTSIDER),
    ("github.event.changes.title.from", _PULL | {"issues"}, Trust.OUTSIDER),
    ("github.event.changes.body.from", _PULL | {"issues", "issue_comment"}, Trust.OUTSIDER),
    *(
        (f"github.event.pull_request.{name}", _PULL, Trust.OUTSIDER)
        for name in (
            "title",
            "body",
            "head.ref",
            "head.label",
            "head.repo.default_branch",
            "head.repo.description",
            "head.repo.homepage",
        )
    ),
    *(
        (f"github.event.workflow_run.{name}", frozenset({"workflow_run"}), Trust.OUTSIDER)
        for name in (
            "head_branch",
            "display_title",
            "head_commit.message",
            "head_commit.author.name",
            "head_commit.author.email",
            "head_commit.committer.name",
            "head_commit.committer.email",
            "head_repository.description",
            "pull_requests.*.head.ref",
        )
    ),
    ("github.event.forkee.description", frozenset({"fork"}), Trust.OUTSIDER),
    ("github.event.pages.*.page_name", frozenset({"gollum"}), Trust.INSIDER),
    *(
        (f"github.event.{holder}.{name}", frozenset({"push"}), Trust.INSIDER)
        for holder in ("commits.*", "head_commit")
        for name in (
            "message",
            "author.name",
            "author.email",
            "committer.name",
            "committer.email",
        )
    ),
    ("github.event.client_payload", frozenset({"repository_dispatch"}), Trust.INSIDER),
    *((f"github.event.release.{n}", frozenset({"release"}), Trust(1)) for n in ("name", "body")),
    *(
        (
            f"github.{name}",
            frozenset("push create delete workflow_dispatch release".split()),
            Trust(1),
        )
        for name in ("ref", "ref_name")
    ),
    ("github.base_ref", _PULL, Trust.INSIDER),
)

_OUTPUTS = {
    "tj-actions/changed-files": frozenset(
        "all_changed_files added_files modified_files all_modified_files other_changed_files"
        " all_changed_and_modified_files renamed_files copied_files changed_files".split()
    ),
    "tj-actions/branch-names": frozenset({"current_branch", "head_ref_branch"}),
    "dorny/paths-filter": frozenset(),
    "xt0rted/pull-request-comment-branch": frozenset({"head_ref"}),
    "alessbell/pull-request-comment-branch": frozenset({"head_ref"}),
    "trilom/file-changes-action": frozenset({"files", "files_added", "files_modified"}),
    "jitterbit/get-changed-files": frozenset({"all", "added", "modified", "added_modified"}),
}
"""Outputs of well-known actions that hold names of files or branches, which outsiders choose."""


@dataclass(frozen=True, slots=True)
class Taint:
    """An expression in a text whose value others decide: its text, place in it, and who."""

    raw: str
    start: int
    source: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an expression at one place of a workflow can see."""

    workflow: Workflow
    job: Job
    step: Step | None = None
    _known: dict[str, Trust] = field(default_factory=dict)
    """Variables whose trust is known already: each is followed once, also where they nest."""

    def taints(self, text: str) -> Iterator[Taint]:
        """The expressions of ``text`` whose value others decide, each with its worst source."""
        if "${{" not in text:
            return
        for found in find(text):
            if found.expression is None:
                continue
            worst: Taint | None = None
            for context, whole in flows(found.expression):
                trust = self.trust(context, whole=whole)
                if trust and (worst is None or trust > worst.trust):
                    worst = Taint(found.raw, found.start, str(context), trust)
            if worst is not None:
                yield worst

    def trust(self, context: Context, *, whole: bool = False) -> Trust:
        """Who decides the value of ``context``; ``whole`` where an object is printed as JSON."""
        path = context.path
        if path[0] == "github":
            return self._event(path, whole=whole)
        if path[0] == "inputs":
            return self._input(path)
        if path[0] == "env" and len(path) == 2:
            return self._environment(path[1])
        if path[0] == "steps" and len(path) == 4 and path[2] == "outputs":
            return self._output(path[1], path[3])
        return Trust.PROJECT

    def _event(self, path: tuple[str, ...], *, whole: bool) -> Trust:
        if path[:3] == ("github", "event", "inputs"):
            return self._input(("inputs", *path[3:]))
        triggers = self.workflow.triggers.keys()
        called = self.workflow.form is Form.ACTION or "workflow_call" in triggers
        worst = Trust.PROJECT
        for name, when, trust in _FREE:
            known = tuple(name.split("."))
            if not (_covers(path, known) or (whole and _covers(known[: len(path)], path))):
                continue
            if when & triggers or (called and trust is Trust.OUTSIDER):
                worst = max(worst, trust)
        return worst

    def _input(self, path: tuple[str, ...]) -> Trust:
        kind = self.workflow.inputs.get(path[1], "string") if len(path) > 1 else "string"
        if kind in ("boolean", "number", "choice", "environment"):
            return Trust.PROJECT
        if self.workflow.form is Form.ACTION or "workflow_call" in self.workflow.triggers:
            return Trust.CALLER
        return Trust.INSIDER

    def _environment(self, name: str) -> Trust:
        if not self._known:
            self._fill()
        return self._known.get(name, Trust.PROJECT)  # unknown: written by an earlier step

    def _fill(self) -> None:
        """The trust of every variable; one that is made of others needs them to come before."""
        holders = (self.workflow.env, self.job.env, self.step.env if self.step else {})
        self._known[""] = Trust.PROJECT
        for holder in holders:  # later ones win
            for name, text in holder.items():
                taints = (taint.trust for taint in self.taints(text.value))
                self._known[name.lower()] = max(taints, default=Trust.PROJECT)

    def _output(self, step_id: str, output: str) -> Trust:
        for step in self.job.steps:
            if step.id == step_id and output in _OUTPUTS.get(step.action, ()):
                outside = OUTSIDE & self.workflow.triggers.keys()
                return Trust.OUTSIDER if outside else Trust.INSIDER
        return Trust.PROJECT


def _covers(path: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Whether ``path`` is ``known`` or lies below it; a star, or a number, is any part."""
    if len(path) < len(known):
        return False
    return all(
        mine == theirs or "*" in (mine, theirs) for mine, theirs in zip(path, known, strict=False)
    )


def tainted_names(env: Iterable[Mapping[str, Scalar]], around: Surroundings) -> dict[str, Taint]:
    """Environment variables whose value outsiders decide; earlier mappings win."""
    found: dict[str, Taint] = {}
    known: set[str] = set()
    for holder in env:
        for name, text in holder.items():
            if name in known:
                continue
            known.add(name)
            for taint in around.taints(text.value):
                if taint.trust is Trust.OUTSIDER:
                    found[name] = taint
    return found

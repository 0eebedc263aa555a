"""Runs that outsiders start: with the project's rights, on its own machines, into its caches."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Reference, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines.case import Case, brief, step_name
from seamark.scan.config.pipelines.expressions import contexts, find
from seamark.scan.config.pipelines.injection import own_repository
from seamark.scan.config.pipelines.pins import publishes
from seamark.scan.config.pipelines.tree import Mapping, Scalar
from seamark.scan.config.pipelines.workflow import Form, Job, Step

_PWN = Reference(
    "GitHub Security Lab: preventing pwn requests",
    "https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/",
)

CHECKOUT = Rule(
    id="GHA040",
    title="Code of outsiders is checked out with the rights of the project",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "The run has the project's secrets and token, and whatever it builds, tests or installs"
        " from the pull request runs with them."
    ),
    remedy=(
        "Use the trigger pull_request, whose runs have no secrets; do what needs secrets in a"
        " second workflow that only reads results, and never runs the code."
    ),
    references=(cwe(829), cwe(269), _PWN),
)
TRIGGER = Rule(
    id="GHA041",
    title="A trigger gives runs that outsiders start the rights of the project",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="One step that uses something of the pull request is enough to lose the secrets.",
    remedy="Use pull_request where no secret is needed, and keep permissions to what is used.",
    references=(_PWN,),
)
BOT = Rule(
    id="GHA042",
    title="A condition trusts who started the run last",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason=(
        "github.actor is who caused this run, not who wrote the change: an outsider lets a bot act"
        " on their pull request (a comment to Dependabot) and passes."
    ),
    remedy="Compare github.event.pull_request.user.login, the author of the pull request.",
    references=(cwe(290), cwe(863)),
)
OWN_RUNNER = Rule(
    id="GHA043",
    title="Pull requests run on machines of the project",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "In a public repository anyone's pull request runs its code on a machine that keeps files,"
        " credentials and network access for the next run."
    ),
    remedy=(
        "Run pull requests on hosted or throw-away runners, and require approval for all outside"
        " contributors."
    ),
    references=(
        cwe(269),
        Reference(
            "GitHub: secure use, self-hosted runners",
            "https://docs.github.com/en/actions/reference/security/secure-use",
        ),
    ),
)
CACHE = Rule(
    id="GHA044",
    title="A release is built from a cache that other runs fill",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason=(
        "Any run on the default branch can fill the cache; what it puts there becomes part of what"
        " is published."
    ),
    remedy="Switch caches off in jobs that publish.",
    references=(cwe(349),),
)
RULES = (CHECKOUT, TRIGGER, BOT, OWN_RUNNER, CACHE)

_HEADS = (
    "github.event.pull_request.head.",
    "github.head_ref",
    "github.event.workflow_run.head_",
    "github.event.workflow_run.pull_requests",
    "github.event.number",
    "github.event.pull_request.number",
    "github.event.pull_request.merge_commit_sha",
    "github.event.issue.number",
)
_BOTS = ("dependabot[bot]", "renovate[bot]", "github-actions[bot]", "pre-commit-ci[bot]")
_SETUPS = frozenset(
    f"actions/setup-{each}" for each in ("node", "python", "go", "java", "ruby", "dotnet")
)


def judge(case: Case) -> Iterator[Finding]:
    """What the triggers make of the jobs."""
    if case.workflow.form is not Form.WORKFLOW:
        return
    named = {"pull_request_target", "workflow_run"} & case.workflow.triggers.keys()
    if named:
        yield case.finding(
            TRIGGER,
            f"{' and '.join(sorted(named))} runs with the project's rights, whoever starts it.",
            case.workflow.start,
            anchor=",".join(sorted(named)),
        )
    released = "release" in case.workflow.triggers or _tags_only(case)
    published = any(publishes(job) for job in case.workflow.jobs)
    for job in case.workflow.jobs:
        if case.privileged:
            yield from _checkouts(case, job)
        if case.outside:
            yield from _bots(case, job)
            yield from _runners(case, job)
        if released:
            yield from _caches(case, job, published)


def _checkouts(case: Case, job: Job) -> Iterator[Finding]:
    for position, step in enumerate(job.steps):
        place = _head(step)
        if place is None:
            continue
        if own_repository(job, step) or _for_other_events(job, step):
            continue
        runs = [s for s in job.steps[position + 1 :] if s.run or s.action.startswith("./")]
        runs += [s for s in job.steps[position + 1 :] if s.action.startswith("actions/setup-")]
        if step.run is not None:
            runs.append(step)
        guarded = job.environment or _labelled(job, step)
        sure = Confidence.HIGH if runs else Confidence.LOW
        if guarded and runs:
            sure = Confidence.MEDIUM
        by = " or ".join(sorted(case.privileged))
        yield case.finding(
            CHECKOUT,
            f"The job {brief(job.id)}, which outsiders start by {by}, checks out their code"
            + (" and runs commands beside it." if runs else "."),
            place,
            anchor=step_name(job, step),
            confidence=sure,
            evidence={"triggers": [*sorted(case.privileged)], "runs": len(runs)},
        )


def _head(step: Step) -> Scalar | None:
    """What makes a step check out the head of a pull request."""
    if step.action == "actions/checkout":
        for name in ("ref", "repository"):
            text = step.inputs.get(name)
            if text is None:
                continue
            for found in find(text.value):
                if found.expression is not None and any(
                    _is_head(str(context)) and not str(context).endswith((".base.ref", ".base.sha"))
                    for context in contexts(found.expression)
                ):
                    return text
            if text.value.startswith("refs/pull/"):
                return text
    elif step.run is not None:
        script = step.run.value
        if "gh pr checkout" in script or ("git fetch" in script and "pull/" in script):
            return step.run
    return None


def _is_head(context: str) -> bool:
    return any(context.startswith(head) for head in _HEADS)


def _for_other_events(job: Job, step: Step) -> bool:
    """Whether a condition limits it to runs that outsiders cannot start with these rights."""
    for condition in (job.condition, step.condition):
        text = condition.value.replace(" ", "").replace('"', "'") if condition else ""
        if "github.event_name=='pull_request'" in text and "||" not in text:
            return True
    return False


def _labelled(job: Job, step: Step) -> bool:
    conditions = [c.value for c in (job.condition, step.condition) if c is not None]
    return any("label" in text or "permission" in text for text in conditions)


def _bots(case: Case, job: Job) -> Iterator[Finding]:
    conditions = [(job.id, job.condition)]
    conditions += [(step_name(job, step), step.condition) for step in job.steps]
    for owner, condition in conditions:
        if condition is None or "[bot]" not in condition.value:
            continue
        text = condition.value.replace(" ", "").replace('"', "'").lower()
        for name in ("github.actor", "github.triggering_actor", "github.event.sender.login"):
            bot = next(
                (b for b in _BOTS if f"{name}=='{b}'" in text or f"'{b}'=={name}" in text), ""
            )
            if not bot:
                continue
            # Where the author is compared as well, or secrets are out of reach, nothing is gained.
            if "pull_request.user.login==" in text or not case.privileged:
                continue
            yield case.finding(
                BOT,
                f"{name} == '{bot}' is true for every run that the bot caused, also on an"
                " outsider's pull request.",
                condition,
                anchor=f"{owner} {name}",
            )
            break


def _runners(case: Case, job: Job) -> Iterator[Finding]:
    labels = [label for label in job.runs_on if "${{" not in label]
    own = "self-hosted" in labels
    started = sorted({"pull_request", "pull_request_target", "issue_comment"} & case.outside)
    if own and started and not own_repository(job):
        yield case.finding(
            OWN_RUNNER,
            f"The job {brief(job.id)} runs on the project's machine for {' and '.join(started)}.",
            job.place,
            anchor=f"{job.id} runs-on",
            confidence=Confidence.MEDIUM,  # nothing says whether the repository is public
        )


def _caches(case: Case, job: Job, published: bool) -> Iterator[Finding]:
    uploads = any(step.action == "actions/upload-artifact" for step in job.steps)
    if not (publishes(job) or (published and uploads)):
        return
    for step in job.steps:
        if _cached(step):
            yield case.finding(
                CACHE,
                f"The job {brief(job.id)}, whose results are published, restores a cache"
                f" ({brief(step.action)}).",
                step.uses or step.place,
                anchor=step_name(job, step),
            )


def _cached(step: Step) -> bool:
    """Whether the step restores a cache."""
    if step.action in ("actions/cache", "actions/cache/restore", "swatinem/rust-cache"):
        return step.input("lookup-only").lower() != "true"
    if step.action == "astral-sh/setup-uv":  # it does so by itself on GitHub's machines
        return step.input("enable-cache").lower() != "false"
    name = step.input("cache").lower()
    return step.action in _SETUPS and name not in ("", "false")


def _tags_only(case: Case) -> bool:
    push = case.workflow.triggers.get("push")
    return isinstance(push, Mapping) and "tags" in push.values

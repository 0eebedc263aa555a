"""Text of others that becomes part of a script: injection, and writes to a job's environment."""

import re
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Reference, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines.case import Case, brief, step_name
from seamark.scan.config.pipelines.expressions import find
from seamark.scan.config.pipelines.tree import Scalar
from seamark.scan.config.pipelines.trust import Taint, Trust, tainted_names
from seamark.scan.config.pipelines.workflow import Job, Step

_GUIDE = Reference(
    "GitHub: script injections",
    "https://docs.github.com/en/actions/concepts/security/script-injections",
)
_REMEDY = (
    "Give the value to the step as an environment variable (env: TITLE: ${{ … }}) and use it in the"
    ' script as "$TITLE", with quotes: then it is data and never part of the script.'
)

INJECTION = Rule(
    id="GHA001",
    title="Text that outsiders write becomes part of a script",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "An expression is put into the script before the shell reads it, so a title or branch with"
        " $(…) in it is run, with the secrets and the token of the job."
    ),
    remedy=_REMEDY,
    references=(cwe(94), cwe(78), _GUIDE),
)
CALLER = Rule(
    id="GHA002",
    title="An input becomes part of a script",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason=(
        "Whoever uses the action or calls the workflow decides the text, and they may pass what"
        " outsiders write; it is run by the shell."
    ),
    remedy=_REMEDY,
    references=(cwe(94), cwe(78), _GUIDE),
)
INSIDER = Rule(
    id="GHA003",
    title="Text of somebody with access becomes part of a script",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason=(
        "Who may push a branch or start the workflow can run commands with the job's secrets, which"
        " they may not be meant to have."
    ),
    remedy=_REMEDY,
    references=(cwe(94), _GUIDE),
)
ENVIRONMENT = Rule(
    id="GHA004",
    title="Text that outsiders write goes to the environment of later steps",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "A line break in the text sets further variables or search paths, such as LD_PRELOAD or"
        " BASH_ENV, and with them what every later step runs."
    ),
    remedy=(
        "Write it to $GITHUB_OUTPUT with a random delimiter, or keep it in a file; never to"
        " $GITHUB_ENV or $GITHUB_PATH."
    ),
    references=(cwe(77), _GUIDE),
)
UNSECURE_COMMANDS = Rule(
    id="GHA005",
    title="Workflow commands that were switched off for their dangers are switched on",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "With ACTIONS_ALLOW_UNSECURE_COMMANDS, whatever a step prints can set variables and search"
        " paths of later steps."
    ),
    remedy="Remove the variable and write to $GITHUB_ENV and $GITHUB_PATH instead.",
    references=(
        cwe(77),
        Reference("CVE-2020-15228", "https://nvd.nist.gov/vuln/detail/CVE-2020-15228"),
    ),
)
UNREADABLE_EXPRESSION = Rule(
    id="GHA006",
    title="An expression in a script could not be read",
    severity=Severity.LOW,
    verdict=Verdict.UNCLEAR,
    reason="What an expression gives to a script cannot be judged without reading it.",
    remedy="Write it as GitHub's syntax has it, or as an environment variable of the step.",
    references=(_GUIDE,),
)
RULES = (INJECTION, CALLER, INSIDER, ENVIRONMENT, UNSECURE_COMMANDS, UNREADABLE_EXPRESSION)

_VARIABLE = re.compile(r"(?:\$\{?|\$env:|%)([A-Za-z_][A-Za-z0-9_]*)")
_SINKS = {
    "actions/github-script": ("script",),
    "appleboy/ssh-action": ("script",),
    "azure/cli": ("inlinescript",),
    "azure/powershell": ("inlinescript",),
    "nick-fields/retry": ("command", "on_retry_command"),
    "nick-invision/retry": ("command",),
    "reactivecircus/android-emulator-runner": ("script", "pre-emulator-launch-script"),
    "addnab/docker-run-action": ("run",),
    "amadevus/pwsh-script": ("script",),
    "jannekem/run-python-script-action": ("script",),
    "mikefarah/yq": ("cmd",),
    "cardinalby/js-eval-action": ("expression",),
    "juliangruber/read-file-action": (),
    "sergeysova/jq-action": ("cmd",),
    "py-actions/py-dependency-install": (),
    "coactions/setup-xvfb": ("run",),
    "gabrielbb/xvfb-action": ("run",),
    "lycheeverse/lychee-action": (),
    "skitionek/notify-microsoft-teams": ("overwrite",),
}
"""Inputs of actions that are run as code."""


def judge(case: Case) -> Iterator[Finding]:
    """What reaches scripts, job by job."""
    yield from _unsecure(case)
    for job, step in case.workflow.steps():
        for scalar in _scripts(step):
            yield from _injected(case, job, step, scalar)
        if step.run is not None and (
            "GITHUB_ENV" in step.run.value or "GITHUB_PATH" in step.run.value
        ):
            yield from _environment(case, job, step, step.run)


def _scripts(step: Step) -> Iterator[Scalar]:
    if step.run is not None:
        yield step.run
    for name in _SINKS.get(step.action, ()):
        if name in step.inputs:
            yield step.inputs[name]


def _injected(case: Case, job: Job, step: Step, scalar: Scalar) -> Iterator[Finding]:
    if "${{" not in scalar.value:
        return
    seen: set[str] = set()
    for found in find(scalar.value):
        if (
            found.expression is None
            and found.raw not in seen
            and not _commented(scalar, found.start)
        ):
            seen.add(found.raw)
            yield case.finding(
                UNREADABLE_EXPRESSION,
                f"The expression {brief(found.raw)} could not be read, so what it puts into the"
                " script is unknown.",
                scalar,
                anchor=f"{step_name(job, step)} {found.raw}",
                raw=found.raw,
            )
    for taint in case.around(job, step).taints(scalar.value):
        if taint.raw in seen:
            continue
        seen.add(taint.raw)
        rule, who, confidence = _meaning(case, job, step, taint)
        yield case.finding(
            rule,
            f"The script contains {brief(taint.raw)}, which {who} and which the shell reads as"
            " part of the script.",
            scalar,
            anchor=f"{step_name(job, step)} {taint.source}",
            raw=taint.raw,
            confidence=confidence,
            evidence={"expression": brief(taint.raw), "source": taint.source},
        )


def _meaning(case: Case, job: Job, step: Step, taint: Taint) -> tuple[Rule, str, Confidence]:
    if taint.trust is Trust.CALLER:
        return CALLER, "the caller decides", Confidence.MEDIUM
    if taint.trust is Trust.INSIDER:
        return INSIDER, "somebody with access decides", Confidence.MEDIUM
    if case.called and not case.outside:
        return INJECTION, "outsiders write where the caller's event is theirs", Confidence.MEDIUM
    guarded = own_repository(job, step)
    sure = Confidence.LOW if guarded else Confidence.HIGH
    if not case.privileged and sure is Confidence.HIGH:
        sure = Confidence.MEDIUM  # a fork's pull request has no secrets and a read-only token
    return INJECTION, "anyone can write", sure


def own_repository(job: Job, step: Step | None = None) -> bool:
    """Whether a condition keeps out what comes from forks, or from people without access."""
    for condition in (job.condition, step.condition if step else None):
        if condition is None:
            continue
        text = condition.value.lower().replace(" ", "")
        if (
            "head.repo.full_name==github.repository" in text
            or "github.repository==github.event.pull_request.head.repo" in text
            or "head_repository.full_name==github.repository" in text
            or "!github.event.pull_request.head.repo.fork" in text
            or "head.repo.fork==false" in text
            or "author_association" in text
            or "github.event.workflow_run.event=='push'" in text
            or "github.event.workflow_run.event!='pull_request'" in text
            or "github.event_name=='push'" in text
            or "github.event_name=='workflow_dispatch'" in text
            or "github.event_name!='pull_request" in text
        ):
            return "||" not in text
    return False


def _commented(scalar: Scalar, at: int) -> bool:
    line = scalar.value[scalar.value.rfind("\n", 0, at) + 1 : at]
    return line.lstrip().startswith("#")


def _environment(case: Case, job: Job, step: Step, script: Scalar) -> Iterator[Finding]:
    around = case.around(job, step)
    names = tainted_names((step.env, job.env, case.workflow.env), around)
    for line in script.value.splitlines():
        target = next((t for t in ("GITHUB_ENV", "GITHUB_PATH") if t in line), "")
        if not target or (">" not in line and "tee" not in line):
            continue
        used = [name for name in _VARIABLE.findall(line) if name in names]
        used += [t.source for t in around.taints(line) if t.trust is Trust.OUTSIDER]
        if used:
            yield case.finding(
                ENVIRONMENT,
                f"What outsiders write ({brief(', '.join(used))}) is written to ${target}, which"
                " decides what later steps run.",
                script,
                anchor=f"{step_name(job, step)} {target} {used[0]}",
                raw=line.strip(),
                confidence=Confidence.HIGH if case.privileged else Confidence.MEDIUM,
                evidence={"variables": [*used]},
            )


def _unsecure(case: Case) -> Iterator[Finding]:
    holders = [("workflow", case.workflow.env)]
    for job in case.workflow.jobs:
        holders.append((job.id, job.env))
        holders += [(step_name(job, step), step.env) for step in job.steps]
    for owner, env in holders:
        value = env.get("ACTIONS_ALLOW_UNSECURE_COMMANDS")
        if value is not None and not value.false and not value.null:
            yield case.finding(
                UNSECURE_COMMANDS,
                "ACTIONS_ALLOW_UNSECURE_COMMANDS lets whatever a step prints set the environment"
                " of later steps.",
                value,
                anchor=f"{owner} ACTIONS_ALLOW_UNSECURE_COMMANDS",
            )

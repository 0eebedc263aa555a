"""What a job may do and know: permissions of its token, secrets, credentials left behind."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Reference, Rule, Severity, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines.case import Case, brief, step_name
from seamark.scan.config.pipelines.expressions import contexts, find
from seamark.scan.config.pipelines.pins import publishes
from seamark.scan.config.pipelines.tree import Scalar
from seamark.scan.config.pipelines.workflow import Form, Job, Permissions, Step

_TOKEN = Reference(
    "GitHub: permissions of GITHUB_TOKEN",
    "https://docs.github.com/en/actions/tutorials/authenticate-with-github_token",
)
_SECRETS = Reference(
    "GitHub: secrets",
    "https://docs.github.com/en/actions/concepts/security/secrets",
)

WRITE_ALL = Rule(
    id="GHA020",
    title="The token may change everything",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "Whoever gets one step of the workflow under control can push code, publish packages and"
        " change releases."
    ),
    remedy="Say permissions: contents: read for the workflow, and what a job needs in that job.",
    references=(cwe(250), cwe(732), _TOKEN),
)
DEFAULT = Rule(
    id="GHA021",
    title="The workflow does not say what its token may do",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason=(
        "The token then has what the repository's settings give, in older repositories the right to"
        " change nearly everything."
    ),
    remedy="Say permissions: contents: read for the workflow, and what a job needs in that job.",
    references=(cwe(732), _TOKEN),
)
WIDE = Rule(
    id="GHA022",
    title="Every job of a workflow may write, although only some need it",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Rights that are given to the workflow go to each of its jobs, also to those that test.",
    remedy="Give the right in the job that needs it, and permissions: {} or contents: read above.",
    references=(cwe(250), _TOKEN),
)
INHERIT = Rule(
    id="GHA023",
    title="A called workflow gets every secret",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="With secrets: inherit it can use each secret of the repository and organization.",
    remedy="Name the secrets that it needs, one by one.",
    references=(cwe(522), _SECRETS),
)
WHOLE_WORKFLOW = Rule(
    id="GHA024",
    title="A secret is in the environment of every step",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="Every action and every script of the workflow or job can read it.",
    remedy="Move it to env of the step that needs it.",
    references=(cwe(522), _SECRETS),
)
ALL_SECRETS = Rule(
    id="GHA025",
    title="All secrets are given at once",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="One step gets every secret there is, also those that are added later.",
    remedy="Name the secret: ${{ secrets.NAME }}.",
    references=(cwe(522), _SECRETS),
)
DEPLOY = Rule(
    id="GHA026",
    title="A publishing job uses secrets outside an environment",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason=(
        "Without an environment nobody has to approve, and any branch's workflow can use the same"
        " secrets."
    ),
    remedy=(
        "Give the job an environment with required reviewers and keep the secret there; where the"
        " index can, publish without a secret (OpenID Connect, trusted publishing)."
    ),
    references=(cwe(862), _SECRETS),
)
LEFT_BEHIND = Rule(
    id="GHA027",
    title="The token that checkout leaves behind is uploaded",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "Checkout writes the token to .git/config; an artifact of the whole folder gives it to"
        " whoever may download artifacts."
    ),
    remedy="Give checkout persist-credentials: false, and upload what is needed, not the folder.",
    references=(cwe(522), cwe(200)),
)
PERSISTED = Rule(
    id="GHA028",
    title="Checkout leaves its token on the disk",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="Every later step, and everything that it runs, can read it from .git/config.",
    remedy="Give checkout persist-credentials: false unless a later step pushes.",
    references=(cwe(522),),
)
HARD_CODED = Rule(
    id="GHA029",
    title="A registry's password is written in the workflow",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Whoever can read the repository can use the registry's account.",
    remedy="Replace the password, and take it from a secret: ${{ secrets.REGISTRY_PASSWORD }}.",
    references=(cwe(798), _SECRETS),
)
RULES = (
    WRITE_ALL,
    DEFAULT,
    WIDE,
    INHERIT,
    WHOLE_WORKFLOW,
    ALL_SECRETS,
    DEPLOY,
    LEFT_BEHIND,
    PERSISTED,
    HARD_CODED,
)

_HARMLESS_TO_ALL = frozenset({"id-token", "models", "statuses", "checks", "security-events"})
"""Scopes that give nothing that outlives the run, or only opinions about a commit."""


def judge(case: Case) -> Iterator[Finding]:
    """Rights and secrets, from the workflow down to its steps."""
    if case.workflow.form is Form.WORKFLOW:
        yield from _permissions(case)
        yield from _environment_secrets(case)
    for job in case.workflow.jobs:
        yield from _inherited(case, job)
        yield from _credentials(case, job)
        yield from _checkout(case, job)
        yield from _all_secrets(case, job)
        yield from _deploys(case, job)


def _permissions(case: Case) -> Iterator[Finding]:
    workflow = case.workflow
    owners: list[tuple[str, Permissions]] = [
        (job.id, job.permissions) for job in workflow.jobs if job.permissions is not None
    ]
    if workflow.permissions is not None:
        owners.insert(0, ("workflow", workflow.permissions))
    for owner, permissions in owners:
        if permissions.everything == "write-all":
            yield case.finding(
                WRITE_ALL,
                f"The token of {brief(owner)} may change everything (write-all).",
                permissions.place,
                anchor=owner,
            )
    if workflow.permissions is None:
        bare = [job for job in workflow.jobs if job.permissions is None]
        if bare and workflow.triggers.keys() != {"workflow_call"}:  # else the caller's job says
            yield case.finding(
                DEFAULT,
                f"Nothing says what the token of {brief(bare[0].id)} may do"
                + (f", nor of {len(bare) - 1} more." if len(bare) > 1 else "."),
                bare[0].place,
                anchor="permissions",
            )
        return
    wide = [name for name in workflow.permissions.writes() if name not in _HARMLESS_TO_ALL | {"*"}]
    heirs = [job for job in workflow.jobs if job.permissions is None]
    if wide and len(heirs) > 1:
        yield case.finding(
            WIDE,
            f"All of {len(heirs)} jobs may write {brief(', '.join(wide))}.",
            workflow.permissions.place,
            anchor="permissions " + ",".join(sorted(wide)),
            evidence={"scopes": [*wide], "jobs": [job.id for job in heirs[:20]]},
        )


def _inherited(case: Case, job: Job) -> Iterator[Finding]:
    if job.uses is None or not isinstance(job.secrets, Scalar):
        return
    if job.secrets.value == "inherit":
        own = job.uses.value.startswith("./")
        yield case.finding(
            INHERIT,
            f"{brief(job.uses.value.partition('@')[0])} gets every secret (secrets: inherit).",
            job.secrets,
            anchor=f"{job.id} secrets",
            confidence=Confidence.LOW if own else Confidence.HIGH,
        )


def _environment_secrets(case: Case) -> Iterator[Finding]:
    holders = [("workflow", case.workflow.env, sum(len(j.steps) for j in case.workflow.jobs))]
    holders += [(job.id, job.env, len(job.steps)) for job in case.workflow.jobs]
    for owner, env, steps in holders:
        for name, text in env.items():
            secret = next(secrets_in(text.value), "")
            if secret and steps > 1 and secret.lower() != "github_token":
                yield case.finding(
                    WHOLE_WORKFLOW,
                    f"Each of {steps} steps can read the secret {brief(secret)}"
                    f" (env of {brief(owner)}).",
                    text,
                    anchor=f"{owner} env {name}",
                )


def secrets_in(text: str) -> Iterator[str]:
    """Names of the secrets that a text uses, ``*`` for all of them."""
    if "secrets" not in text and "github" not in text:
        return
    for found in find(text):
        if found.expression is not None:
            for context in contexts(found.expression):
                if context.path[0] == "secrets":
                    if len(context.path) == 1:
                        yield "*"
                    else:  # a computed name is one secret, though nobody knows which
                        yield context.path[1].replace("*", "a computed one")
                elif context.path == ("github", "token"):
                    yield "github_token"


def texts_of(step: Step) -> Iterator[Scalar]:
    """Every text of a step in which expressions give it something."""
    yield from step.env.values()
    yield from step.inputs.values()
    if step.run is not None:
        yield step.run


def _all_secrets(case: Case, job: Job) -> Iterator[Finding]:
    for step in job.steps:
        for text in texts_of(step):
            if "*" in secrets_in(text.value):
                yield case.finding(
                    ALL_SECRETS,
                    "The step gets all secrets at once.",
                    text,
                    anchor=f"{step_name(job, step)} secrets",
                    raw="${{",
                )


def _credentials(case: Case, job: Job) -> Iterator[Finding]:
    for container in job.containers:
        password = container.credentials.get("password")
        if password is not None and password.value and "${{" not in password.value:
            yield case.finding(
                HARD_CODED,
                "The password of a container registry is written in the workflow.",
                password,
                anchor=f"{job.id} credentials",
            )


def _checkout(case: Case, job: Job) -> Iterator[Finding]:
    kept: Step | None = None
    pushes = any(step.run and "git push" in step.run.value for step in job.steps)
    for step in job.steps:
        if step.action == "actions/checkout":
            persist = step.inputs.get("persist-credentials")
            if persist is None or not persist.false:
                kept = step
                if not pushes:
                    yield case.finding(
                        PERSISTED,
                        "Checkout leaves its token in .git/config for all later steps.",
                        step.uses or step.place,
                        anchor=f"{step_name(job, step)} persist-credentials",
                    )
        elif kept is not None and step.action == "actions/upload-artifact" and _whole(step):
            yield case.finding(
                LEFT_BEHIND,
                "The whole working folder is uploaded, with the token that checkout left in"
                " .git/config.",
                step.uses or step.place,
                anchor=f"{step_name(job, step)} path",
                confidence=Confidence.HIGH if _old(step) else Confidence.MEDIUM,
            )


def _whole(step: Step) -> bool:
    paths = [line.strip() for line in step.input("path").splitlines()]
    return any(
        path in (".", "./", "*", "**", "./**", "**/*", "./*", "${{ github.workspace }}")
        or path.rstrip("/*").endswith(".git")
        for path in paths
    )


def _old(step: Step) -> bool:
    """Whether hidden files are uploaded: by an early version, or because it is told to."""
    hidden = step.inputs.get("include-hidden-files")
    if hidden is not None:
        return hidden.true
    version = step.uses.value.partition("@")[2] if step.uses else ""
    return version in ("v1", "v2", "v3")


def _deploys(case: Case, job: Job) -> Iterator[Finding]:
    if job.environment or not publishes(job):
        return
    for step in job.steps:
        for text in texts_of(step):
            secret = next((s for s in secrets_in(text.value) if s != "github_token"), "")
            if secret:
                yield case.finding(
                    DEPLOY,
                    f"The publishing job {brief(job.id)} uses the secret {brief(secret)} and has no"
                    " environment.",
                    text,
                    anchor=f"{job.id} {secret}",
                )
                return


def may_write(case: Case, job: Job) -> tuple[str, ...]:
    """Scopes that the job's token may change; ``default`` where nothing says."""
    permissions = job.permissions or case.workflow.permissions
    if permissions is None:
        return ("default",)
    return permissions.writes()

"""GitLab CI: what jobs run, where it comes from, and what they give away.

Syntax: https://docs.gitlab.com/ci/yaml/. Variables reach scripts as environment variables, so text
of others is dangerous only where something reads it as code a second time. What other files
``include`` brings, and what ``extends`` takes from them, is not followed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Rule
from seamark.scan.config.pipelines.case import Place, brief
from seamark.scan.config.pipelines.gitlab_rules import (
    AGENT,
    ARTIFACTS,
    DEPLOYS,
    ECHOED,
    IGNORED,
    IMAGE,
    INJECTION,
    LONG_LIVED,
    PIPED,
    PLAIN_DOCKER,
    REMOTE,
    UNPINNED_INCLUDE,
)
from seamark.scan.config.pipelines.scripts import Command, commands
from seamark.scan.config.pipelines.tree import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    Unreadable,
    text_of,
)

_GLOBAL = frozenset(
    "default include stages variables workflow spec image services cache before_script"
    " after_script types".split()
)
_FREE = tuple(
    "CI_COMMIT_TITLE CI_COMMIT_MESSAGE CI_COMMIT_DESCRIPTION CI_COMMIT_REF_NAME CI_COMMIT_BRANCH"
    " CI_COMMIT_TAG_MESSAGE CI_COMMIT_TAG CI_COMMIT_AUTHOR CI_MERGE_REQUEST_TITLE"
    " CI_MERGE_REQUEST_DESCRIPTION CI_MERGE_REQUEST_SOURCE_BRANCH_NAME CI_MERGE_REQUEST_LABELS"
    " CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME GITLAB_USER_NAME".split()
)
_INTERPRETERS = frozenset("sh bash zsh dash ash python python3 perl ruby node pwsh".split())
_CODE_FLAGS = frozenset({"-c", "-e", "-ec", "-lc", "-exc", "-Command"})
_SECRET_PARTS = ("TOKEN", "PASSWORD", "SECRET", "PASSWD", "PRIVATE_KEY", "API_KEY", "ACCESS_KEY")
_SCANNERS = frozenset(
    "seamark trivy gitleaks bandit semgrep pip-audit safety grype snyk checkov trufflehog"
    " osv-scanner detect-secrets modelscan".split()
)
_UNBOUND = (
    "--dangerously-skip-permissions",
    "--dangerously-bypass-approvals-and-sandbox",
    "--yolo",
    "--allow-all-tools",
    "--yes-always",
    "danger-full-access",
)
_SECRET_FILES = (".env", ".git", ".npmrc", ".pypirc", ".netrc", "id_rsa", "kubeconfig", ".aws")


@dataclass(frozen=True, slots=True)
class _Job:
    name: str
    place: Scalar
    values: dict[str, Node]

    def scripts(self) -> Iterator[Scalar]:
        for part in ("before_script", "script", "after_script"):
            yield from _lines(self.values.get(part))


def judge(documents: list[Node], place: Place) -> Iterator[Finding]:
    """A pipeline's file; one with ``spec`` before it has two documents. Raises Unreadable."""
    if not documents:
        return
    root = documents[-1]
    if not isinstance(root, Mapping):
        raise Unreadable("the document is no mapping", root.line)
    yield from _includes(root, place)
    pipeline = _variables(root)
    yield from _images(_Job("default", next(iter(root.keys.values())), _default(root)), place)
    for job in _jobs(root):
        yield from _images(job, place)
        yield from _docker(job, pipeline, place)
        yield from _scripts(job, place)
        yield from _settings(job, root, place)


def _default(root: Mapping) -> dict[str, Node]:
    default = root.get("default")
    values = dict(default.values) if isinstance(default, Mapping) else {}
    return {**values, **{n: root.values[n] for n in ("image", "services") if n in root.values}}


def _jobs(root: Mapping) -> Iterator[_Job]:
    for name, node in root.values.items():
        if name in _GLOBAL or not isinstance(node, Mapping):
            continue
        yield _Job(name, root.keys[name], _merged(node))
    for part in ("before_script", "after_script"):
        if part in root.values:
            yield _Job(part, root.keys[part], {"script": root.values[part]})


def _merged(node: Mapping, depth: int = 0) -> dict[str, Node]:
    """The keys of a mapping with those that it merges (``<<``)."""
    merged = node.get("<<")
    found: dict[str, Node] = {}
    if merged is not None and depth < 10:
        parts = merged.items if isinstance(merged, Sequence) else [merged]
        for part in reversed(parts):
            if isinstance(part, Mapping):
                found |= _merged(part, depth + 1)
    return found | {name: value for name, value in node.values.items() if name != "<<"}


def _variables(root: Mapping) -> dict[str, str]:
    node = root.get("variables")
    values = _merged(node) if isinstance(node, Mapping) else {}
    return {
        name: text_of(value.get("value") if isinstance(value, Mapping) else value)
        for name, value in values.items()
    }


def _lines(node: Node | None) -> Iterator[Scalar]:
    """The texts of a script; what it takes from elsewhere by ``!reference`` is judged there."""
    waiting = [node] if node is not None else []
    while waiting:
        each = waiting.pop()
        if isinstance(each, Scalar):
            yield each
        elif isinstance(each, Sequence) and "reference" not in each.tag:
            waiting.extend(reversed(each.items))


def _includes(root: Mapping, place: Place) -> Iterator[Finding]:
    node = root.get("include")
    items = node.items if isinstance(node, Sequence) else [node] if node is not None else []
    for item in items:
        remote = item.get("remote") if isinstance(item, Mapping) else item
        if isinstance(remote, Scalar) and remote.value.startswith(("http://", "https://")):
            integrity = item.get("integrity") if isinstance(item, Mapping) else None
            if not text_of(integrity):
                yield Finding(
                    rule=REMOTE,
                    message=f"{brief(remote.value)} decides what the pipeline runs.",
                    location=place.of(remote),
                    anchor=f"include {remote.value}",
                )
        elif isinstance(item, Mapping):
            yield from _moving(item, place)


def _moving(item: Mapping, place: Place) -> Iterator[Finding]:
    project, component = item.get("project"), item.get("component")
    if isinstance(project, Scalar):
        name, reference = project, text_of(item.get("ref"))
    elif isinstance(component, Scalar):
        name, reference = component, component.value.rpartition("@")[2]
    else:
        return
    if len(reference) != 40 or not set(reference.lower()) <= set("0123456789abcdef"):
        yield Finding(
            rule=UNPINNED_INCLUDE,
            message=f"{brief(name.value)} is included by a reference that can move.",
            location=place.of(name),
            anchor=f"include {name.value.partition('@')[0]}",
        )


def _images(job: _Job, place: Place) -> Iterator[Finding]:
    services = job.values.get("services")
    nodes = services.items if isinstance(services, Sequence) else []
    for node in [job.values.get("image"), *nodes]:
        image = node.get("name") if isinstance(node, Mapping) else node
        if not isinstance(image, Scalar) or not image.value or "$" in image.value:
            continue
        if "@sha256:" not in image.value:
            yield Finding(
                rule=IMAGE,
                message=f"The image {brief(image.value)} is named without a digest.",
                location=place.of(image),
                anchor=f"{job.name} {image.value.partition(':')[0]}",
            )


def _docker(job: _Job, pipeline: dict[str, str], place: Place) -> Iterator[Finding]:
    services = job.values.get("services")
    nodes = services.items if isinstance(services, Sequence) else []
    names = [n.get("name") if isinstance(n, Mapping) else n for n in nodes]
    daemon = next((n for n in names if isinstance(n, Scalar) and "dind" in n.value), None)
    variables = job.values.get("variables")
    own = _merged(variables) if isinstance(variables, Mapping) else {}

    def variable(name: str, default: str) -> str:
        return text_of(own[name]) if name in own else pipeline.get(name, default)

    plain = variable("DOCKER_TLS_CERTDIR", "unset") == "" or ":2375" in variable("DOCKER_HOST", "")
    if daemon is not None and plain:
        yield Finding(
            rule=PLAIN_DOCKER,
            message=f"The Docker daemon of {brief(job.name)} answers without TLS.",
            location=place.of(daemon),
            anchor=f"{job.name} dind",
        )


def _scripts(job: _Job, place: Place) -> Iterator[Finding]:
    for text in job.scripts():
        before: Command | None = None
        for command in commands(text.value):
            yield from _command(job, text, command, place)
            if before is not None and before.piped and command.name in _INTERPRETERS:
                address = next((w for w in before.words if "://" in w), "")
                if before.name in ("curl", "wget") and address and len(command.arguments) < 3:
                    yield _found(
                        PIPED,
                        f"What {brief(address)} sends is piped into {command.name}.",
                        job,
                        text,
                        place,
                        address,
                    )
            before = command


def _command(job: _Job, text: Scalar, command: Command, place: Place) -> Iterator[Finding]:
    words = command.arguments
    code = command.name == "eval" or (
        command.name in _INTERPRETERS and any(word in _CODE_FLAGS for word in words)
    )
    if code or command.name == "ssh":
        used = next((n for n in _FREE if any(_mentions(w, n) for w in words[1:])), "")
        if used:
            yield _found(
                INJECTION,
                f"{command.name} reads ${used} as code, and others write it.",
                job,
                text,
                place,
                used,
            )
    if command.name in ("echo", "printf") and not command.piped and not _redirected(words):
        secret = next((s for w in words[1:] for s in _secrets(w)), "")
        if secret:
            yield _found(ECHOED, f"${secret} is printed to the log.", job, text, place, secret)
    if command.name in ("printenv", "env") and words == (command.name,) and not command.piped:
        yield _found(
            ECHOED,
            "All variables are printed to the log.",
            job,
            text,
            place,
            command.name,
            Confidence.MEDIUM,
        )
    free = next((flag for flag in _UNBOUND if flag in words), "")
    if free:
        yield _found(
            AGENT, f"{brief(command.name)} may run any command ({free}).", job, text, place, free
        )


def _found(
    rule: Rule,
    message: str,
    job: _Job,
    text: Scalar,
    place: Place,
    raw: str,
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    return Finding(
        rule=rule,
        message=message,
        location=place.of(text, raw),
        anchor=f"{job.name} {raw}",
        confidence=confidence,
    )


def _mentions(word: str, name: str) -> bool:
    for form in (f"${name}", f"${{{name}"):
        at = word.find(form)
        after = word[at + len(form) : at + len(form) + 1]
        if at >= 0 and not (after.isalnum() or after == "_"):
            return True
    return False


def _secrets(word: str) -> Iterator[str]:
    """Variables in a word whose names say that they are secret."""
    for part in word.split("$")[1:]:
        name = part.lstrip("{")
        end = next((i for i, c in enumerate(name) if not (c.isalnum() or c == "_")), len(name))
        # ${#TOKEN} and ${TOKEN:+set} do not print it.
        if name[end : end + 2] == ":+":
            continue
        name = name[:end]
        if any(each in name for each in _SECRET_PARTS) and not name.endswith(
            ("_ID", "_NAME", "_FILE", "_PATH")
        ):
            yield name


def _redirected(words: tuple[str, ...]) -> bool:
    return any(">" in word for word in words)


def _settings(job: _Job, root: Mapping, place: Place) -> Iterator[Finding]:
    yield from _artifacts(job, place)
    allow = job.values.get("allow_failure")
    names = {command.name for text in job.scripts() for command in commands(text.value)}
    scanner = next(iter(sorted(names & _SCANNERS)), "")
    if isinstance(allow, Scalar) and allow.true and scanner:
        yield Finding(
            rule=IGNORED,
            message=f"Whatever {scanner} finds in {brief(job.name)}, the pipeline passes.",
            location=place.of(allow),
            anchor=f"{job.name} allow_failure",
        )
    default = root.get("default")
    tokens = "id_tokens" in job.values or (
        isinstance(default, Mapping) and "id_tokens" in default.values
    )
    cloud = next((n for n in ("aws", "gcloud", "az", "vault") if n in names), "")
    if cloud and not tokens and "extends" not in job.values:
        yield Finding(
            rule=LONG_LIVED,
            message=f"{brief(job.name)} uses {cloud} and asks for no ID token.",
            location=place.of(job.place),
            anchor=f"{job.name} id_tokens",
        )
    yield from _deploys(job, place)


def _artifacts(job: _Job, place: Place) -> Iterator[Finding]:
    artifacts = job.values.get("artifacts")
    if not isinstance(artifacts, Mapping):
        return
    public = artifacts.get("public")
    access = text_of(artifacts.get("access"))
    if (isinstance(public, Scalar) and public.false) or access in (
        "developer",
        "maintainer",
        "none",
    ):
        return
    excluded = {text.value for text in _lines(artifacts.get("exclude"))}
    for path in _lines(artifacts.get("paths")):
        name = path.value.rstrip("/*").rpartition("/")[2] or path.value
        whole = path.value in (".", "./", "*", "**", "**/*") and not any(
            ".git" in e for e in excluded
        )
        if name in _SECRET_FILES or path.value.endswith((".pem", ".key")) or whole:
            yield Finding(
                rule=ARTIFACTS,
                message=f"{brief(path.value)} becomes an artifact that anyone with access to the"
                " project, or the public, can download.",
                location=place.of(path),
                anchor=f"{job.name} {path.value}",
                confidence=Confidence.MEDIUM,
            )


def _deploys(job: _Job, place: Place) -> Iterator[Finding]:
    environment = job.values.get("environment")
    name = text_of(environment.get("name") if isinstance(environment, Mapping) else environment)
    if not name or "$" in name or name.partition("/")[0].lower() in ("review", "test", "testing"):
        return
    if isinstance(environment, Mapping) and text_of(environment.get("action")) in (
        "stop",
        "verify",
        "access",
        "prepare",
    ):
        return
    rules = job.values.get("rules")
    manual = text_of(job.values.get("when")) == "manual"
    for rule in rules.items if isinstance(rules, Sequence) else []:
        if not isinstance(rule, Mapping) or manual:
            continue
        condition = text_of(rule.get("if"))
        when = text_of(rule.get("when"))
        if (
            "merge_request_event" in condition
            and "==" in condition
            and when not in ("manual", "never")
        ):
            yield Finding(
                rule=DEPLOYS,
                message=f"{brief(job.name)} deploys to {brief(name)} for every merge request.",
                location=place.of(job.place),
                anchor=f"{job.name} environment",
            )
            return

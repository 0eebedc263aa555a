"""Workflows and actions of GitHub as types: triggers, permissions, env, jobs, steps.

Syntax: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions. What does not
have the form that GitHub accepts raises :class:`Unreadable`: it was not examined, so nobody may
take it for clean.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from seamark.scan.config.pipelines.tree import Mapping, Node, Scalar, Sequence, Unreadable, text_of

MAX_STEPS = 5000
MAX_VARIABLES = 50_000
"""Of all steps together, those of the workflow and the job counted for each step."""


class Form(Enum):
    """What kind of file it is."""

    WORKFLOW = "workflow"
    ACTION = "action"


Texts = dict[str, Scalar]
"""Names with texts: an ``env`` or a ``with``."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """``permissions``: ``everything`` is ``read-all`` or ``write-all``, else ``scopes`` say."""

    place: Scalar
    everything: str = ""
    scopes: Texts = field(default_factory=dict)

    def writes(self) -> tuple[str, ...]:
        """Scopes that may be changed; ``*`` for all of them."""
        if self.everything == "write-all":
            return ("*",)
        return tuple(name for name, value in self.scopes.items() if value.value == "write")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: it has ``uses`` or ``run``. ``place`` is where it begins."""

    number: int
    place: Scalar
    id: str
    name: str
    uses: Scalar | None
    run: Scalar | None
    shell: str
    inputs: Texts
    env: Texts
    condition: Scalar | None

    @property
    def action(self) -> str:
        """What it uses, without the reference, in lower case; nothing for a script."""
        return self.uses.value.partition("@")[0].strip().lower() if self.uses else ""

    def input(self, name: str) -> str:
        """The text of an input, nothing where it is not given."""
        given = self.inputs.get(name)
        return given.value if given is not None else ""


@dataclass(frozen=True, slots=True)
class Container:
    """An image that a job or service runs; ``credentials`` are for its registry."""

    image: Scalar | None
    credentials: Texts


@dataclass(frozen=True, slots=True)
class Job:
    """One job; one that ``uses`` a reusable workflow has no steps of its own."""

    id: str
    place: Scalar
    permissions: Permissions | None
    env: Texts
    condition: Scalar | None
    environment: bool
    runs_on: tuple[str, ...]
    uses: Scalar | None
    inputs: Texts
    secrets: Node | None
    containers: tuple[Container, ...]
    steps: tuple[Step, ...]
    matrix: Node | None


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow, or an action as a workflow of one job that nobody knows the trigger of."""

    form: Form
    triggers: dict[str, Node | None]
    permissions: Permissions | None
    env: Texts
    jobs: tuple[Job, ...]
    start: Scalar
    inputs: dict[str, str] = field(default_factory=dict)
    """Types of the inputs of an action or of a called or dispatched workflow."""
    image: Scalar | None = None
    """The image of an action that is a container."""

    def steps(self) -> Iterator[tuple[Job, Step]]:
        """Every step with its job."""
        for job in self.jobs:
            for step in job.steps:
                yield job, step


def read_workflow(root: Node) -> Workflow:
    """The workflow of a document. Raises :class:`Unreadable`."""
    top = _mapping(root, "the document")
    if "jobs" not in top.values:
        raise Unreadable("it has no jobs", top.line)
    triggers = _triggers(top)
    jobs = _mapping(top.values["jobs"], "jobs")
    inputs: dict[str, str] = {}
    for name in ("workflow_call", "workflow_dispatch"):
        trigger = triggers.get(name)
        if isinstance(trigger, Mapping):
            inputs |= _inputs(trigger)
    workflow = Workflow(
        form=Form.WORKFLOW,
        triggers=triggers,
        permissions=_permissions(top),
        env=_texts(top.get("env"), "env"),
        jobs=tuple(_job(jobs.keys[name], node) for name, node in jobs.values.items()),
        start=next(iter(top.keys.values())),
        inputs=inputs,
    )
    _bound(workflow)
    return workflow


def _bound(workflow: Workflow) -> None:
    """Raises :class:`Unreadable` for what no runner would take and no judge finishes."""
    steps = sum(len(job.steps) for job in workflow.jobs)
    if steps > MAX_STEPS:
        raise Unreadable(f"it has more than {MAX_STEPS} steps")
    shared = len(workflow.env) + max((len(job.env) for job in workflow.jobs), default=0)
    if shared * steps > MAX_VARIABLES:
        raise Unreadable(f"its {steps} steps share {shared} variables")


def read_action(root: Node) -> Workflow | None:
    """The action of a document; None where it is another ``action.yml``, of another program.

    Raises :class:`Unreadable`.
    """
    if not isinstance(root, Mapping) or "runs" not in root.values:
        return None
    runs = _mapping(root.values["runs"], "runs")
    using = text_of(runs.get("using")).lower()
    if not using:
        raise Unreadable("it does not say what it runs with (runs.using)", runs.line)
    steps: tuple[Step, ...] = ()
    if using == "composite":
        steps = _steps(runs.get("steps"), runs.line)
    image = runs.get("image") if using == "docker" else None
    place = root.keys["runs"]
    job = Job("runs", place, None, {}, None, False, (), None, {}, None, (), steps, None)
    action = Workflow(
        form=Form.ACTION,
        triggers={},
        permissions=None,
        env={},
        jobs=(job,),
        start=place,
        inputs=_inputs(root),
        image=image if isinstance(image, Scalar) else None,
    )
    _bound(action)
    return action


def _triggers(top: Mapping) -> dict[str, Node | None]:
    node = top.get("on")
    if isinstance(node, Scalar) and node.value and not node.null:
        return {node.value: None}
    if isinstance(node, Sequence):
        return {_text(item, "a trigger").value: None for item in node.items}
    if isinstance(node, Mapping):
        return dict(node.values)
    raise Unreadable("it does not say what triggers it (on)", top.line)


def _inputs(holder: Mapping) -> dict[str, str]:
    node = holder.get("inputs")
    if node is None or (isinstance(node, Scalar) and node.null):
        return {}
    found = {}
    for name, value in _mapping(node, "inputs").values.items():
        kind = text_of(value.get("type")) if isinstance(value, Mapping) else ""
        found[name.lower()] = kind or "string"
    return found


def _permissions(holder: Mapping) -> Permissions | None:
    node = holder.get("permissions")
    if node is None:
        return None
    place = holder.keys["permissions"]
    if isinstance(node, Scalar):
        if node.value not in ("read-all", "write-all", ""):
            raise Unreadable("its permissions are none that exist", node.line)
        return Permissions(place, node.value)
    return Permissions(place, scopes=_texts(node, "permissions"))


def _job(key: Scalar, node: Node) -> Job:
    job = _mapping(node, f"the job {key.value[:80]}")
    uses = job.get("uses")
    if uses is None and "steps" not in job.values:
        raise Unreadable(f"the job {key.value[:80]} has no steps", key.line)
    strategy = job.get("strategy")
    environment = job.get("environment")
    return Job(
        id=key.value,
        place=key,
        permissions=_permissions(job),
        env=_texts(job.get("env"), "env"),
        condition=_maybe(job.get("if"), "if"),
        environment=environment is not None,
        runs_on=_runners(job.get("runs-on")),
        uses=_maybe(uses, "uses"),
        inputs=_texts(job.get("with"), "with"),
        secrets=job.get("secrets"),
        containers=tuple(_containers(job)),
        steps=() if uses is not None else _steps(job.get("steps"), key.line),
        matrix=strategy.get("matrix") if isinstance(strategy, Mapping) else None,
    )


def _runners(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Mapping):
        labels = node.get("labels")
        group = text_of(node.get("group"))
        return (*((f"group:{group}",) if group else ()), *_runners(labels))
    if isinstance(node, Sequence):
        return tuple(text_of(item) for item in node.items)
    return (text_of(node),) if node is not None else ()


def _containers(job: Mapping) -> Iterator[Container]:
    services = job.get("services")
    nodes = list(services.values.values()) if isinstance(services, Mapping) else []
    for node in [job.get("container"), *nodes]:
        if isinstance(node, Scalar) and node.value:
            yield Container(node, {})
        elif isinstance(node, Mapping):
            credentials = _texts(node.get("credentials"), "credentials")
            yield Container(_maybe(node.get("image"), "image"), credentials)


def _steps(node: Node | None, line: int) -> tuple[Step, ...]:
    if not isinstance(node, Sequence):
        raise Unreadable("its steps are no list", node.line if node else line)
    return tuple(_step(number, item) for number, item in enumerate(node.items))


def _step(number: int, node: Node) -> Step:
    step = _mapping(node, f"step {number + 1}")
    uses, run = _maybe(step.get("uses"), "uses"), _maybe(step.get("run"), "run")
    if (uses is None) == (run is None):
        raise Unreadable(f"step {number + 1} has not one of uses and run", step.line)
    return Step(
        number=number,
        place=next(iter(step.keys.values())),
        id=text_of(step.get("id")).lower(),
        name=text_of(step.get("name")),
        uses=uses,
        run=run,
        shell=text_of(step.get("shell")),
        inputs={name.lower(): text for name, text in _texts(step.get("with"), "with").items()},
        env=_texts(step.get("env"), "env"),
        condition=_maybe(step.get("if"), "if"),
    )


def _mapping(node: Node, name: str) -> Mapping:
    if not isinstance(node, Mapping):
        raise Unreadable(f"{name} is no mapping", node.line)
    if "<<" in node.keys:
        raise Unreadable("it merges keys (<<), which GitHub does not", node.keys["<<"].line)
    return node


def _text(node: Node, name: str) -> Scalar:
    if not isinstance(node, Scalar):
        raise Unreadable(f"{name} is no text", node.line)
    return node


def _maybe(node: Node | None, name: str) -> Scalar | None:
    return None if node is None else _text(node, name)


def _texts(node: Node | None, name: str) -> Texts:
    """Names with texts; one expression that computes them all is under the name ``*``."""
    if node is None or (isinstance(node, Scalar) and node.null):
        return {}
    if isinstance(node, Scalar) and "${{" in node.value:
        return {"*": node}
    mapping = _mapping(node, name)
    return {key: _text(value, f"{name}.{key[:80]}") for key, value in mapping.values.items()}

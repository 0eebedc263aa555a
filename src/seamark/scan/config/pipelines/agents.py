"""Steps in which a language model acts: what it reads, what it may do, where its answer goes.

An agent that reads what outsiders write can be told by them what to do: the rules ask what it
could then reach.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.core.rules import Confidence, Rule, Severity, atlas, cwe, owasp_llm
from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines.case import Case, brief, step_name
from seamark.scan.config.pipelines.expressions import find, flows
from seamark.scan.config.pipelines.injection import own_repository
from seamark.scan.config.pipelines.rights import may_write, secrets_in, texts_of
from seamark.scan.config.pipelines.scripts import Command, commands
from seamark.scan.config.pipelines.tree import Scalar
from seamark.scan.config.pipelines.trust import Trust, tainted_names
from seamark.scan.config.pipelines.workflow import Form, Job, Step

READS = Rule(
    id="GHA060",
    title="A language model reads what outsiders write, and can change or leak something",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "Instructions in an issue, title, comment or diff are instructions to the model; it then"
        " uses the job's token and secrets for whoever wrote them."
    ),
    remedy=(
        "Let the model run in a job with permissions: contents: read and no other secret, and let a"
        " second job, which checks its answer, do what must be written; or start it only for people"
        " with write access."
    ),
    references=(owasp_llm(1), owasp_llm(6), atlas("AML.T0051"), cwe(1427)),
)
UNBOUND = Rule(
    id="GHA061",
    title="A language model may run any command in runs that outsiders start",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "With every command allowed, one sentence in what it reads is enough to run code in the"
        " job."
    ),
    remedy=(
        "Name the tools that it needs (Bash(gh issue view:*)), keep its sandbox and approvals on,"
        " and start it only for people with write access."
    ),
    references=(owasp_llm(6), atlas("AML.T0051"), cwe(250)),
)
UNBOUND_INSIDE = Rule(
    id="GHA062",
    title="A language model may run any command",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="What it reads from the repository or the network can make it run commands.",
    remedy="Name the tools that it needs, and keep its sandbox and approvals on.",
    references=(owasp_llm(6), cwe(250)),
)
ANYONE = Rule(
    id="GHA063",
    title="Anyone may give an agent tasks",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "The action by itself obeys only people with write access; the setting takes that away."
    ),
    remedy="Name the people or bots that may start it.",
    references=(owasp_llm(6), cwe(862)),
)
ANSWER = Rule(
    id="GHA064",
    title="A language model's answer becomes part of a script",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "The answer follows what the model has read; put into the script before the shell reads it,"
        " its $(…) is run."
    ),
    remedy=(
        "Give the answer to the step as an environment variable and use it in quotes; check its"
        " form before anything acts on it."
    ),
    references=(owasp_llm(5), cwe(94), cwe(78)),
)
RULES = (READS, UNBOUND, UNBOUND_INSIDE, ANYONE, ANSWER)

_ACTIONS = frozenset(
    "anthropics/claude-code-action anthropics/claude-code-base-action"
    " google-github-actions/run-gemini-cli google-gemini/gemini-cli-action openai/codex-action"
    " actions/ai-inference sst/opencode/github anomalyco/opencode/github"
    " qodo-ai/pr-agent codium-ai/pr-agent the-pr-agent/pr-agent coderabbitai/ai-pr-reviewer"
    " mattzcarey/code-review-gpt freeedcom/ai-codereviewer factory-ai/droid-action"
    " augmentcode/review-pr warpdotdev/oz-agent-action block/goose".split()
)
_READS_EVENT = frozenset(
    "anthropics/claude-code-action sst/opencode/github anomalyco/opencode/github"
    " qodo-ai/pr-agent codium-ai/pr-agent the-pr-agent/pr-agent coderabbitai/ai-pr-reviewer"
    " mattzcarey/code-review-gpt freeedcom/ai-codereviewer factory-ai/droid-action".split()
)
"""Those that fetch the issue, comment or diff by themselves."""
_WRITERS_ONLY = frozenset(
    "anthropics/claude-code-action openai/codex-action sst/opencode/github"
    " anomalyco/opencode/github".split()
)
"""Those that by themselves refuse whoever has no write access."""
_PROGRAMS = frozenset(
    "claude gemini codex aider llm opencode goose cursor-agent copilot qwen droid amp".split()
)
_PACKAGES = {
    "@anthropic-ai/claude-code": "claude",
    "@google/gemini-cli": "gemini",
    "@openai/codex": "codex",
    "@github/copilot": "copilot",
}
_NOT_A_TASK = frozenset(
    "--version -v --help -h install update upgrade config mcp login logout auth doctor models keys"
    " plugins completion".split()
)
_UNBOUND = (
    "--dangerously-skip-permissions",
    "--dangerously-bypass-approvals-and-sandbox",
    "--yolo",
    "--allow-all-tools",
    "--allow-all",
    "--yes-always",
    "danger-full-access",
    "--approval-mode=yolo",
    "--permission-mode bypasspermissions",
)
_FETCHES = (
    "gh issue view",
    "gh pr view",
    "gh pr diff",
    "gh issue list",
    "gh pr list",
    "/comments",
)
_TEXTS = ("title", "body", "comment", "comments", "diff", "description")
_OF_MODELS = frozenset({"github_token"})
_MODEL_KEYS = ("anthropic", "claude", "openai", "gemini", "google", "codex", "llm", "api_key")


@dataclass(frozen=True, slots=True)
class Agent:
    """A model in a step: what it is called, and the text that starts it."""

    name: str
    place: Scalar
    words: str


def judge(case: Case) -> Iterator[Finding]:
    """Every step with a model, and every step that uses its answer."""
    for job in case.workflow.jobs:
        answers: set[str] = set()
        for step in job.steps:
            yield from _answered(case, job, step, answers)
            agent = _agent(step)
            if agent is not None:
                if step.id:
                    answers.add(step.id)
                yield from _judged(case, job, step, agent)


def _agent(step: Step) -> Agent | None:
    if step.uses is not None:
        if step.action not in _ACTIONS:
            return None
        given = {**step.env, **step.inputs}
        words = "\n".join(f"{name}: {text.value}" for name, text in given.items())
        return Agent(step.action, step.uses, words)
    if step.run is None:
        return None
    for command in commands(step.run.value):
        name = _program(command)
        if name:
            return Agent(name, step.run, " ".join(command.words))
    return None


def _program(command: Command) -> str:
    """The agent that a command starts with a task; nothing for others."""
    words = command.arguments
    if not words:
        return ""
    name = _PACKAGES.get(words[0].rpartition("@")[0] or words[0], command.name)
    name = _PACKAGES.get(words[0], name)
    if command.name == "gh" and words[1:3] in (("models", "run"), ("copilot", "suggest")):
        return " ".join(words[:2])
    if name not in _PROGRAMS or len(words) < 2 or words[1] in _NOT_A_TASK:
        return ""
    return name


def _judged(case: Case, job: Job, step: Step, agent: Agent) -> Iterator[Finding]:
    anchor = f"{step_name(job, step)} {agent.name}"
    opened = _opened(step)
    if opened is not None:
        yield case.finding(
            ANYONE, f"{agent.name} obeys anyone ({brief(opened.value)}).", opened, anchor=anchor
        )
    starters = case.outside
    reads = _read(case, job, step, agent, opened is not None)
    guarded = own_repository(job, step) or (agent.name in _WRITERS_ONLY and opened is None)
    power = _power(case, job, step)
    if reads and power and (case.privileged or opened is not None):
        yield case.finding(
            READS,
            f"{agent.name} reads {brief(reads)}, and the job has {brief(power)}.",
            agent.place,
            anchor=anchor,
            confidence=Confidence.LOW if guarded else Confidence.HIGH,
            evidence={"reads": reads, "has": power, "triggers": [*sorted(starters)]},
        )
    free = _unbound(agent)
    if free:
        rule = UNBOUND if case.privileged and not guarded else UNBOUND_INSIDE
        yield case.finding(
            rule,
            f"{agent.name} may run any command ({free}).",
            agent.place,
            anchor=anchor,
            raw=free if step.run is not None else "",
        )


def _opened(step: Step) -> Scalar | None:
    """The setting by which everybody may give it tasks."""
    for name in ("allowed_non_write_users", "allow-users", "allowed_bots", "allow-bot-users"):
        text = step.inputs.get(name)
        if text is not None and text.value.strip() == "*":
            return text
    return None


def _read(case: Case, job: Job, step: Step, agent: Agent, opened: bool) -> str:
    """What of outsiders it reads, as a noun; nothing where nothing shows that it does."""
    around = case.around(job, step)
    for text in texts_of(step):
        for taint in around.taints(text.value):
            if taint.trust is Trust.OUTSIDER:
                return taint.source
        if case.outside:
            fetched = next(_fetched_text(text.value), "")
            if fetched:
                return fetched
    names = tainted_names((step.env, job.env, case.workflow.env), around)
    used = next((name for name in names if f"${name}" in agent.words or name in step.env), "")
    if used:
        return f"${used} ({names[used].source})"
    if case.outside and step.run is not None:
        fetched = next((each for each in _FETCHES if each in step.run.value), "")
        if fetched:
            return f"what {fetched} gives"
    if case.outside and any(each in agent.words for each in _FETCHES):
        return "the issue or pull request, which its prompt lets it fetch"
    if (
        agent.name in _READS_EVENT
        and case.privileged
        and (opened or agent.name not in _WRITERS_ONLY)
    ):
        return "the text of the event"
    return ""


def _fetched_text(text: str) -> Iterator[str]:
    """Outputs of earlier steps whose names say that they hold somebody's text."""
    for found in find(text):
        if found.expression is not None:
            for context, _ in flows(found.expression):
                path = context.path
                if path[0] in ("steps", "needs") and path[-1].endswith(_TEXTS):
                    yield str(context)


def _power(case: Case, job: Job, step: Step) -> str:
    """What the job could do for an attacker, as a noun."""
    if case.workflow.form is Form.ACTION:
        return ""
    writes = [scope for scope in may_write(case, job) if scope not in ("id-token", "models")]
    if not _has_token(case, job, step):
        writes = []
    if writes == ["default"]:
        return "a token with the repository's default rights"
    if writes:
        return f"a token that may write {', '.join(writes)}"
    for text in (*case.workflow.env.values(), *job.env.values(), *texts_of(step)):
        for secret in secrets_in(text.value):
            if secret not in _OF_MODELS and not any(key in secret for key in _MODEL_KEYS):
                return f"the secret {secret}"
    return ""


def _has_token(case: Case, job: Job, step: Step) -> bool:
    """Whether the agent can reach the job's token: given to it, or left behind by checkout."""
    if step.action in _READS_EVENT:  # they ask for one themselves
        return True
    for text in (*case.workflow.env.values(), *job.env.values(), *texts_of(step)):
        if "github_token" in secrets_in(text.value):
            return True
    for other in job.steps[: step.number]:
        if other.action == "actions/checkout":
            persist = other.inputs.get("persist-credentials")
            if persist is None or not persist.false:
                return True
    return False


def _unbound(agent: Agent) -> str:
    """The setting that lets it run any command."""
    words = agent.words.lower()
    for each in _UNBOUND:
        if each in words:
            return each
    if agent.name == "openai/codex-action" and "safety-strategy: unsafe" in words:
        return "safety-strategy: unsafe"
    if agent.name in ("gemini", "qwen") and " -y" in f"{words} ".replace(" -y ", " -y"):
        return "-y"
    if '"run_shell_command"' in agent.words or '"ShellTool"' in agent.words:
        return "run_shell_command without limits"
    for line in agent.words.replace("'", '"').splitlines():
        name = line.strip().lower()
        if name.startswith(("allowed_tools:", "allowed-tools:")) or "--allowedtools" in name:
            tools = line.partition(":" if ":" in line.partition('"')[0] else " ")[2]
            if any(
                tool.strip(' "') in ("Bash", "Bash(*)", "Bash(*:*)")
                for tool in tools.replace(" ", ",").split(",")
            ):
                return "Bash without limits"
    return ""


def _answered(case: Case, job: Job, step: Step, answers: set[str]) -> Iterator[Finding]:
    script = step.run or (
        step.inputs.get("script") if step.action == "actions/github-script" else None
    )
    if script is None or not answers or "${{" not in script.value:
        return
    for found in find(script.value):
        if found.expression is None:
            continue
        for context, _ in flows(found.expression):
            path = context.path
            if len(path) > 2 and path[0] == "steps" and path[1] in answers and path[2] == "outputs":
                yield case.finding(
                    ANSWER,
                    f"{brief(found.raw)} puts a language model's answer into the script.",
                    script,
                    anchor=f"{step_name(job, step)} {context}",
                    raw=found.raw,
                )

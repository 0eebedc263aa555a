"""What a workflow runs that it did not write: actions, reusable workflows, images, installers.

Whether a commit really belongs to the repository that it is named with, and whether a tag is
ambiguous, only GitHub knows; nothing is looked up here, so nothing is said about it.
"""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Reference, Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines.case import Case, brief, step_name
from seamark.scan.config.pipelines.incidents import INCIDENTS
from seamark.scan.config.pipelines.scripts import Command, commands
from seamark.scan.config.pipelines.tree import Scalar
from seamark.scan.config.pipelines.workflow import Job, Step

_HARDENING = Reference(
    "GitHub: secure use of actions",
    "https://docs.github.com/en/actions/reference/security/secure-use",
)
_PIN_REMEDY = (
    "Name the full commit and keep the version as a comment (uses: owner/name@<40 hex digits>"
    " # v1.2.3); Dependabot and Renovate keep both up to date."
)

UNPINNED = Rule(
    id="GHA010",
    title="An action of somebody else is named by a tag or branch",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason=(
        "Who can push to the action's repository, or has taken it over, can move the tag; the next"
        " run executes their code with the job's secrets and token."
    ),
    remedy=_PIN_REMEDY,
    references=(cwe(829), cwe(494), atlas("AML.T0010"), _HARDENING),
)
UNPINNED_OFFICIAL = Rule(
    id="GHA011",
    title="An action of GitHub itself is named by a tag or branch",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="A tag can be moved; GitHub's own actions are less likely to be taken over.",
    remedy=_PIN_REMEDY,
    references=(cwe(829), _HARDENING),
)
HOSTILE = Rule(
    id="GHA012",
    title="A commit of an action holds an attacker's code",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="The code reads secrets from the runner's memory and gives them away.",
    remedy=(
        "Take a commit of a repaired release, and replace every secret that the job could"
        " reach since."
    ),
    references=(cwe(506), atlas("AML.T0010")),
)
MOVED = Rule(
    id="GHA013",
    title="The tag of an action was moved to an attacker's code in the past",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "Every run in those days gave its secrets away, and a tag that was moved once can be"
        " moved again."
    ),
    remedy=(
        "Name the full commit of a repaired release; if the workflow ran in those days, replace"
        " every secret that it could reach."
    ),
    references=(cwe(506), cwe(829), atlas("AML.T0010")),
)
IMAGE = Rule(
    id="GHA014",
    title="A container image is named without a digest",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="A tag of an image can be moved to another image, which then runs in the job.",
    remedy="Name the digest: image: name:tag@sha256:<64 hex digits>.",
    references=(cwe(829), _HARDENING),
)
PIPED = Rule(
    id="GHA015",
    title="A script from the network is piped into a shell",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason=(
        "Whatever the server sends is run with the job's rights; nobody has seen it, and the next"
        " run may get something else."
    ),
    remedy=(
        "Download a named version, compare its SHA-256 with one that is written in the workflow,"
        " then run it; or use a pinned action or package."
    ),
    references=(cwe(494), cwe(829)),
)
INSTALLED = Rule(
    id="GHA016",
    title="A release job installs packages without versions",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason=(
        "What builds and publishes a release is whatever the index has that day; a taken-over"
        " package gets the release's credentials."
    ),
    remedy="Install from a list with hashes: pip install --require-hashes -r release.txt, npm ci.",
    references=(cwe(829), cwe(1357)),
)
RULES = (UNPINNED, UNPINNED_OFFICIAL, HOSTILE, MOVED, IMAGE, PIPED, INSTALLED)

_OFFICIAL = frozenset({"actions", "github"})
_HEX = frozenset("0123456789abcdef")
_SHELLS = frozenset("sh bash zsh dash ash python python3 perl ruby node pwsh iex".split())
_KNOWN_INSTALLERS = ("https://sh.rustup.rs",)
_PUBLISHERS = frozenset(
    "pypa/gh-action-pypi-publish softprops/action-gh-release js-devtools/npm-publish"
    " rubygems/release-gem ncipollo/release-action actions/create-release"
    " goreleaser/goreleaser-action".split()
)


def judge(case: Case) -> Iterator[Finding]:
    """Everything that is fetched to be run."""
    for job in case.workflow.jobs:
        if job.uses is not None:
            yield from _used(case, job.uses, job.id)
        for container in job.containers:
            if container.image is not None:
                yield from _image(case, container.image, job.id)
        release = publishes(job)
        for step in job.steps:
            if step.uses is not None:
                yield from _used(case, step.uses, step_name(job, step))
            elif step.run is not None:
                yield from _script(case, job, step, step.run, release)
    if case.workflow.image is not None and case.workflow.image.value.startswith("docker://"):
        yield from _image(case, case.workflow.image, "runs")


def _used(case: Case, uses: Scalar, owner: str) -> Iterator[Finding]:
    value = uses.value.strip()
    if value.startswith(("./", "../", "$")) or not value:
        return
    if value.startswith("docker://"):
        yield from _image(case, uses, owner)
        return
    name, _, reference = value.partition("@")
    name = name.lower()
    repository = "/".join(name.split("/")[:2])
    incident = INCIDENTS.get(repository)
    pinned = is_commit(reference)
    if incident is not None and reference.lower() in incident.commits:
        yield case.finding(
            HOSTILE,
            f"{brief(name)} is pinned to a commit that an attacker wrote {incident.when}.",
            uses,
            anchor=repository,
            evidence={"commit": reference.lower()},
            references=incident.references,
        )
    elif incident is not None and incident.moved(reference):
        yield case.finding(
            MOVED,
            f"The tag {brief(reference)} of {brief(name)} pointed to an attacker's code"
            f" {incident.when}.",
            uses,
            anchor=repository,
            references=incident.references,
        )
    elif not pinned:
        rule = UNPINNED_OFFICIAL if name.partition("/")[0] in _OFFICIAL else UNPINNED
        what = f"by {brief(reference)}, which can be moved" if reference else "without a version"
        yield case.finding(rule, f"{brief(name)} is named {what}.", uses, anchor=f"{owner} {name}")


def is_commit(reference: str) -> bool:
    """Whether a reference is a full commit (SHA-1 or SHA-256), which cannot be moved."""
    return len(reference) in (40, 64) and set(reference.lower()) <= _HEX


def _image(case: Case, image: Scalar, owner: str) -> Iterator[Finding]:
    name = image.value.removeprefix("docker://")
    if not name or "@sha256:" in name or name.endswith("}}"):  # computed: it may have one
        return
    yield case.finding(
        IMAGE,
        f"The image {brief(name)} is named without a digest.",
        image,
        anchor=f"{owner} {name}",
    )


def publishes(job: Job) -> bool:
    """Whether the job gives something to others: a package, a release, an image."""
    for step in job.steps:
        if step.action in _PUBLISHERS:
            return True
        if step.run is not None and any(
            each in step.run.value
            for each in ("twine upload", "npm publish", "cargo publish", "uv publish", "gem push")
        ):
            return True
    return False


def _script(case: Case, job: Job, step: Step, script: Scalar, release: bool) -> Iterator[Finding]:
    before: Command | None = None
    for command in commands(script.value):
        if before is not None and before.piped and _fetches(before) and _is_shell(command):
            address = next((w for w in before.words if "://" in w), "an address")
            if not address.startswith(_KNOWN_INSTALLERS):
                yield case.finding(
                    PIPED,
                    f"What {brief(address)} sends is piped into {command.name}.",
                    script,
                    anchor=f"{step_name(job, step)} {address}",
                    raw=address,
                )
        # The output of tee and of decoders goes on to the next command.
        if not (before and before.piped and command.piped and not _fetches(command)):
            before = command
        if release:
            yield from _installed(case, job, step, script, command)


def _fetches(command: Command) -> bool:
    return command.name in ("curl", "wget") and any("://" in word for word in command.words)


def _is_shell(command: Command) -> bool:
    if command.name not in _SHELLS:
        return False
    rest = [word for word in command.arguments[1:] if word not in ("-", "-s", "--", "/dev/stdin")]
    if command.name.startswith(("python", "node", "perl", "ruby")):
        return not rest  # python -m json.tool reads data
    return "-c" not in rest


def _installed(
    case: Case, job: Job, step: Step, script: Scalar, command: Command
) -> Iterator[Finding]:
    loose = _loose_packages(command.arguments)
    if loose:
        yield case.finding(
            INSTALLED,
            f"A job that publishes installs {brief(', '.join(loose))} without a version.",
            script,
            anchor=f"{step_name(job, step)} {loose[0]}",
            raw=loose[0],
        )


def _loose_packages(arguments: tuple[str, ...]) -> list[str]:
    """Names that an installer is given without a version."""
    words = list(arguments)
    if len(words) > 2 and words[0].startswith("python") and words[1] == "-m":
        words = words[2:]
    if words[:2] == ["uv", "pip"]:
        words = words[1:]
    if words[:2] not in (["pip", "install"], ["pip3", "install"], ["pipx", "install"]):
        return []
    if "--require-hashes" in words:
        return []
    found = []
    skip = False
    for word in words[2:]:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in ("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-i")
        elif not any(mark in word for mark in ("==", "/", "@", "$", ".")) and word[:1].isalpha():
            found.append(word)
    return found

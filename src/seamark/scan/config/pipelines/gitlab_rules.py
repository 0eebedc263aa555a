"""Rules about GitLab CI; ``gitlab`` finds them broken."""

from seamark.core.rules import Reference, Rule, Severity, cwe, owasp_llm
from seamark.core.verdicts import Verdict

_SECURITY = Reference(
    "GitLab: pipeline security", "https://docs.gitlab.com/ci/pipelines/pipeline_security/"
)
_INCLUDE = Reference("GitLab: include", "https://docs.gitlab.com/ci/yaml/#include")

INJECTION = Rule(
    id="GLC001",
    title="Text of a commit or merge request is run as code",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A title or branch with $(…) in it is run with the job's variables, secrets included.",
    remedy='Use the variable in quotes ("$CI_COMMIT_TITLE"), never within eval or sh -c.',
    references=(cwe(78), cwe(94), _SECURITY),
)
REMOTE = Rule(
    id="GLC002",
    title="The pipeline includes a file from the network that nothing holds fast",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Whoever controls the address decides what every job runs, with all variables.",
    remedy="Give include:remote an integrity (sha256-…), or keep the file in a project of yours.",
    references=(cwe(829), cwe(494), _INCLUDE),
)
UNPINNED_INCLUDE = Rule(
    id="GLC003",
    title="The pipeline includes a project or component by a reference that moves",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="The next pipeline may run something else than the one that was reviewed.",
    remedy="Name the full commit: ref: <40 hex digits>, or component: …@<40 hex digits>.",
    references=(cwe(829), _INCLUDE),
)
IMAGE = Rule(
    id="GLC004",
    title="A job's image is named without a digest",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="A tag of an image can be moved to another image, which then runs in the job.",
    remedy="Name the digest: image: name:tag@sha256:<64 hex digits>.",
    references=(cwe(829), _SECURITY),
)
PLAIN_DOCKER = Rule(
    id="GLC005",
    title="A privileged Docker daemon answers without TLS",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason=(
        "docker:dind needs a privileged runner; without TLS whatever shares the job's network can"
        " start containers on it and reach the runner."
    ),
    remedy=(
        'Set DOCKER_TLS_CERTDIR: "/certs" and port 2376, or build with a tool that needs no daemon'
        " (Buildah, BuildKit rootless)."
    ),
    references=(cwe(306), cwe(250)),
)
ECHOED = Rule(
    id="GLC006",
    title="A secret variable is printed to the job's log",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Logs are read by more people than variables, and masking fails for changed values.",
    remedy="Remove the output; compare a secret's presence with test -n instead.",
    references=(cwe(532),),
)
ARTIFACTS = Rule(
    id="GLC007",
    title="Artifacts hold the working folder or files with secrets",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Artifacts are public by default; .git holds a token, .env and key files hold secrets.",
    remedy="List what is needed, exclude the rest, and say access: developer.",
    references=(cwe(200), cwe(522)),
)
IGNORED = Rule(
    id="GLC008",
    title="The result of a security job is ignored",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="With allow_failure: true the pipeline passes whatever the job finds.",
    remedy="Remove allow_failure, or allow named exit codes only (allow_failure: exit_codes).",
    references=(cwe(693),),
)
LONG_LIVED = Rule(
    id="GLC009",
    title="A job signs in to a cloud without an ID token",
    severity=Severity.LOW,
    verdict=Verdict.CLEAN,
    reason="Then it uses a key that lives for months and that other jobs can read as well.",
    remedy="Use id_tokens and the cloud's federation: the credential then ends with the job.",
    references=(
        cwe(522),
        Reference("GitLab: id_tokens", "https://docs.gitlab.com/ci/yaml/#id_tokens"),
    ),
)
PIPED = Rule(
    id="GLC010",
    title="A script from the network is piped into a shell",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Whatever the server sends is run with the job's variables, secrets included.",
    remedy="Download a named version, compare its SHA-256 with one that is written here, run it.",
    references=(cwe(494), cwe(829)),
)
DEPLOYS = Rule(
    id="GLC011",
    title="Merge requests deploy without anybody's approval",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Unreviewed code, also of forks, is run beside the variables of the environment.",
    remedy="Deploy from protected branches, or say when: manual and protect the environment.",
    references=(cwe(862), _SECURITY),
)
AGENT = Rule(
    id="GLC012",
    title="A language model may run any command",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason=(
        "One sentence in a title, comment or diff that it reads is enough to run code beside the"
        " job's variables."
    ),
    remedy="Name the tools that it needs, and keep its sandbox and approvals on.",
    references=(owasp_llm(1), owasp_llm(6), cwe(250)),
)
RULES = (
    INJECTION,
    REMOTE,
    UNPINNED_INCLUDE,
    IMAGE,
    PLAIN_DOCKER,
    ECHOED,
    ARTIFACTS,
    IGNORED,
    LONG_LIVED,
    PIPED,
    DEPLOYS,
    AGENT,
)

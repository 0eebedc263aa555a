"""Workflows and actions: for every rule a bad text that breaks it and a good twin that does not."""

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.config.pipelines import agents, injection, pins, rights, triggers
from seamark.scan.config.pipelines.judge import Kind, judge_text

PIN = "0123456789abcdef0123456789abcdef01234567"
CHECKOUT = f"actions/checkout@{PIN}"


def workflow(
    steps: str,
    *,
    on: str = "push",
    permissions: str = "{contents: read}",
    job: str = "",
    top: str = "",
) -> str:
    """A workflow of one job with these steps; ``job`` and ``top`` are further keys."""
    lines = [f"on: {on}", f"permissions: {permissions}"] if permissions else [f"on: {on}"]
    lines += [top] if top else []
    lines += ["jobs:", "  build:", "    runs-on: ubuntu-24.04"]
    lines += [f"    {line}" for line in job.splitlines()]
    lines += ["    steps:"]
    lines += [f"      {line}" for line in steps.splitlines()]
    return "\n".join(lines) + "\n"


def run(script: str, more: str = "") -> str:
    """A step that runs a script."""
    body = "\n".join(f"    {line}" for line in script.splitlines())
    return f"- run: |\n{body}" + (f"\n  {more}" if more else "")


def found(text: str, kind: Kind = Kind.WORKFLOW) -> set[str]:
    """The rules that a text breaks."""
    return {f.rule.id for f in judge_text(kind, ".github/workflows/ci.yml", text)}


TITLE = "${{ github.event.issue.title }}"
PR_TITLE = "${{ github.event.pull_request.title }}"
HEAD = f"- uses: {CHECKOUT}\n  with: {{ref: '${{{{ github.event.pull_request.head.sha }}}}'}}"
KEY = "anthropic_api_key: '${{ secrets.ANTHROPIC_API_KEY }}'"
TOKEN = "${{ github.token }}"
OTHER_HEAD = HEAD.replace("pull_request.head.sha", "workflow_run.head_sha")
CALLED = f"on: push\npermissions: {{}}\njobs: {{a: {{uses: 'o/r/x.yml@{PIN}', secrets: %s}}}}\n"
CLAUDE = f"- uses: anthropics/claude-code-action@{PIN}\n  with:\n    {KEY}\n"

PAIRS: list[tuple[str, str, str, str]] = [
    (
        "GHA001",
        "a title in a script",
        workflow(run(f'echo "{TITLE}"'), on="issues"),
        workflow(run('echo "$TITLE"', f"env: {{TITLE: '{TITLE}'}}"), on="issues"),
    ),
    (
        "GHA001",
        "a branch's name",
        workflow(run("git log ${{ github.head_ref }}"), on="pull_request"),
        workflow(run("git log ${{ github.head_ref }}"), on="push"),  # empty there
    ),
    (
        "GHA001",
        "an index in place of a dot",
        workflow(run("echo ${{ github['event']['comment']['body'] }}"), on="issue_comment"),
        workflow(run("echo ${{ github['event']['comment']['id'] }}"), on="issue_comment"),
    ),
    (
        "GHA001",
        "chosen by a condition",
        workflow(run("echo ${{ github.ref == 'x' && github.head_ref || 'y' }}"), on="pull_request"),
        workflow(run("echo ${{ github.head_ref == 'x' && 'a' || 'b' }}"), on="pull_request"),
    ),
    (
        "GHA001",
        "within functions",
        workflow(
            run("echo ${{ format('{0}', join(github.event.commits.*.id, github.head_ref)) }}"),
            on="pull_request",
        ),
        workflow(run("echo ${{ contains(github.head_ref, 'x') }}"), on="pull_request"),
    ),
    (
        "GHA001",
        "the whole event as JSON",
        workflow(run("echo '${{ toJSON(github.event) }}'"), on="issues"),
        workflow(run("echo '${{ toJSON(matrix) }}'"), on="issues"),
    ),
    (
        "GHA001",
        "through an environment variable",
        workflow(run("echo ${{ env.T }}", f"env: {{T: '{TITLE}'}}"), on="issues"),
        workflow(run("echo ${{ env.T }}", "env: {T: fixed}"), on="issues"),
    ),
    (
        "GHA001",
        "in a script of github-script",
        workflow(
            f"- uses: actions/github-script@{PIN}\n  with: {{script: 'log(\"{TITLE}\")'}}",
            on="issues",
        ),
        workflow(
            f"- uses: actions/github-script@{PIN}\n  with: {{script: 'log(context.payload)'}}",
            on="issues",
        ),
    ),
    (
        "GHA001",
        "names of changed files",
        workflow(
            f"- id: files\n  uses: tj-actions/changed-files@{PIN}\n"
            + run("ls ${{ steps.files.outputs.all_changed_files }}"),
            on="pull_request",
        ),
        workflow(
            f"- id: files\n  uses: tj-actions/changed-files@{PIN}\n"
            + run("ls ${{ steps.files.outputs.any_changed }}"),
            on="pull_request",
        ),
    ),
    (
        "GHA001",
        "the branch of another run",
        workflow(
            run("echo ${{ github.event.workflow_run.head_branch }}"),
            on="{workflow_run: {workflows: [a]}}",
        ),
        workflow(
            run("echo ${{ github.event.workflow_run.id }}"), on="{workflow_run: {workflows: [a]}}"
        ),
    ),
    (
        "GHA002",
        "an input of a called workflow",
        workflow(
            run("x ${{ inputs.name }}"), on="{workflow_call: {inputs: {name: {type: string}}}}"
        ),
        workflow(
            run("x ${{ inputs.name }}"), on="{workflow_call: {inputs: {name: {type: boolean}}}}"
        ),
    ),
    (
        "GHA003",
        "an input of somebody who starts it",
        workflow(
            run("x ${{ inputs.name }}"), on="{workflow_dispatch: {inputs: {name: {type: string}}}}"
        ),
        workflow(
            run("x ${{ inputs.name }}"), on="{workflow_dispatch: {inputs: {name: {type: choice}}}}"
        ),
    ),
    (
        "GHA003",
        "a message of a commit",
        workflow(run("echo '${{ github.event.head_commit.message }}'")),
        workflow(run("echo '${{ github.event.head_commit.id }}'")),
    ),
    (
        "GHA004",
        "a variable to the environment",
        workflow(run('echo "T=$T" >> "$GITHUB_ENV"', f"env: {{T: '{TITLE}'}}"), on="issues"),
        workflow(run('echo "T=$T" >> "$GITHUB_OUTPUT"', f"env: {{T: '{TITLE}'}}"), on="issues"),
    ),
    (
        "GHA004",
        "a search path",
        workflow(
            run("echo ${T} >> $GITHUB_PATH", "env: {T: '${{ github.head_ref }}'}"),
            on="pull_request",
        ),
        workflow(
            run("echo ${TX} >> $GITHUB_PATH", "env: {T: '${{ github.head_ref }}'}"),
            on="pull_request",
        ),
    ),
    (
        "GHA005",
        "commands that were switched off",
        workflow(run("x"), top="env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}"),
        workflow(run("x"), top="env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: false}"),
    ),
    (
        "GHA006",
        "an expression that is none",
        workflow(run("echo ${{ github.event..title }}")),
        workflow(run("echo ${{ github.event.number }}")),
    ),
    (
        "GHA010",
        "a tag",
        workflow("- uses: someone/action@v3"),
        workflow(f"- uses: someone/action@{PIN}"),
    ),
    (
        "GHA010",
        "a called workflow by its branch",
        "on: push\npermissions: {}\njobs: {a: {uses: o/r/.github/workflows/x.yml@main}}\n",
        f"on: push\npermissions: {{}}\njobs: {{a: {{uses: o/r/.github/workflows/x.yml@{PIN}}}}}\n",
    ),
    (
        "GHA010",
        "a short commit",
        workflow("- uses: someone/action@0123456"),
        workflow("- uses: ./.github/actions/own"),
    ),
    (
        "GHA011",
        "GitHub's own",
        workflow("- uses: actions/cache@v4"),
        workflow(f"- uses: actions/cache@{PIN}"),
    ),
    (
        "GHA012",
        "the commit of March 2025",
        workflow("- uses: tj-actions/changed-files@0e58ed8671d6b60d0890c21b07f8835ace038e67"),
        workflow(f"- uses: tj-actions/changed-files@{PIN}"),
    ),
    (
        "GHA012",
        "a commit of March 2026, in capitals",
        workflow("- uses: aquasecurity/Trivy-Action@DDB9DA4475C1CEF7D5389062BDFDFBDBD1394648"),
        workflow(f"- uses: aquasecurity/trivy-action@{PIN}"),
    ),
    (
        "GHA013",
        "a tag that was moved",
        workflow("- uses: tj-actions/changed-files@v45"),
        workflow("- uses: tj-actions/changed-files@v46.0.1"),
    ),
    (
        "GHA013",
        "a tag of trivy-action",
        workflow("- uses: aquasecurity/trivy-action@0.33.1"),
        workflow("- uses: aquasecurity/trivy-action@v0.35.0"),
    ),
    (
        "GHA014",
        "a container's tag",
        workflow(run("x"), job="container: python:3.12"),
        workflow(run("x"), job=f"container: python@sha256:{'0' * 64}"),
    ),
    (
        "GHA014",
        "a service's tag",
        workflow(run("x"), job="services: {db: {image: 'postgres:17'}}"),
        workflow(run("x"), job=f"services: {{db: {{image: 'postgres@sha256:{'0' * 64}'}}}}"),
    ),
    (
        "GHA015",
        "curl into bash",
        workflow(run("curl -sSL https://example.org/x.sh | sudo bash -s -- -y")),
        workflow(run("curl -sSL https://example.org/x.json | python -m json.tool")),
    ),
    (
        "GHA015",
        "curl over two lines",
        workflow(run("curl -sSL \\\n  https://example.org/x.sh |\n  sh")),
        workflow(run("curl -o x.sh https://example.org/x.sh\nsha256sum -c x.sum && sh x.sh")),
    ),
    (
        "GHA016",
        "a loose installer in a release",
        workflow(run("python -m pip install build\ntwine upload dist/*")),
        workflow(run("python -m pip install build==1.2.2\ntwine upload dist/*")),
    ),
    ("GHA020", "write-all", workflow(run("x"), permissions="write-all"), workflow(run("x"))),
    (
        "GHA021",
        "nothing said",
        workflow(run("x"), permissions=""),
        workflow(run("x"), permissions="", job="permissions: {}"),
    ),
    (
        "GHA021",
        "a workflow that is only called",
        workflow(run("x"), permissions="", on="[workflow_call, push]"),
        workflow(run("x"), permissions="", on="workflow_call"),
    ),
    (
        "GHA022",
        "every job may write",
        "on: push\npermissions: {contents: write}\njobs:\n"
        "  a: {runs-on: u, steps: [{run: x}]}\n  b: {runs-on: u, steps: [{run: y}]}\n",
        "on: push\npermissions: {contents: read}\njobs:\n"
        "  a: {runs-on: u, permissions: {contents: write}, steps: [{run: x}]}\n"
        "  b: {runs-on: u, steps: [{run: y}]}\n",
    ),
    (
        "GHA023",
        "every secret",
        CALLED % "inherit",
        CALLED % "{k: '${{ secrets.K }}'}",
    ),
    (
        "GHA024",
        "a secret for all steps",
        workflow("- run: x\n- run: y", top="env: {K: '${{ secrets.DEPLOY }}'}"),
        workflow("- run: x\n- run: y\n  env: {K: '${{ secrets.DEPLOY }}'}"),
    ),
    (
        "GHA025",
        "all secrets",
        workflow(run("x", "env: {ALL: '${{ toJSON(secrets) }}'}")),
        workflow(run("x", "env: {ONE: '${{ secrets.ONE }}'}")),
    ),
    (
        "GHA026",
        "publishing with a token and without approval",
        workflow(run("npm publish", "env: {T: '${{ secrets.NPM }}'}")),
        workflow(run("npm publish", "env: {T: '${{ secrets.NPM }}'}"), job="environment: release"),
    ),
    (
        "GHA027",
        "the folder as artifact",
        workflow(
            f"- uses: {CHECKOUT}\n- uses: actions/upload-artifact@v3\n  with: {{name: a, path: .}}"
        ),
        workflow(f"- uses: {CHECKOUT}\n- uses: actions/upload-artifact@v3\n  with: {{path: dist}}"),
    ),
    (
        "GHA028",
        "a token on the disk",
        workflow(f"- uses: {CHECKOUT}"),
        workflow(f"- uses: {CHECKOUT}\n  with: {{persist-credentials: false}}"),
    ),
    (
        "GHA029",
        "a registry's password",
        workflow(
            run("x"), job="container: {image: a, credentials: {username: u, password: hunter}}"
        ),
        workflow(
            run("x"),
            job="container: {image: a, credentials: {username: u, password: '${{ secrets.P }}'}}",
        ),
    ),
    (
        "GHA040",
        "the head of a pull request",
        workflow(HEAD + "\n- run: make test", on="pull_request_target"),
        workflow(HEAD + "\n- run: make test", on="pull_request"),
    ),
    (
        "GHA040",
        "the head of another run",
        workflow(
            OTHER_HEAD + "\n- run: make",
            on="{workflow_run: {workflows: [a]}}",
        ),
        workflow(
            OTHER_HEAD + "\n- run: make",
            on="{workflow_run: {workflows: [a]}}",
            job="if: github.event.workflow_run.event == 'push'",
        ),
    ),
    (
        "GHA040",
        "by the command line",
        workflow(run("gh pr checkout 1\nmake"), on="issue_comment"),
        workflow(run("gh pr checkout 1\nmake"), on="workflow_dispatch"),
    ),
    (
        "GHA040",
        "only of the own repository",
        workflow(HEAD + "\n- run: make", on="pull_request_target"),
        workflow(
            HEAD + "\n- run: make",
            on="pull_request_target",
            job="if: github.event.pull_request.head.repo.full_name == github.repository",
        ),
    ),
    (
        "GHA041",
        "a trigger with rights",
        workflow(run("x"), on="[pull_request_target]"),
        workflow(run("x"), on="[pull_request]"),
    ),
    (
        "GHA042",
        "who acted last",
        workflow(run("x"), on="pull_request_target", job="if: github.actor == 'dependabot[bot]'"),
        workflow(
            run("x"),
            on="pull_request_target",
            job="if: github.event.pull_request.user.login == 'dependabot[bot]'",
        ),
    ),
    (
        "GHA043",
        "own machines",
        workflow(run("x"), on="pull_request").replace("ubuntu-24.04", "[self-hosted, gpu]"),
        workflow(run("x"), on="push").replace("ubuntu-24.04", "[self-hosted, gpu]"),
    ),
    (
        "GHA044",
        "a cache in a release",
        workflow(f"- uses: actions/cache@{PIN}\n- run: twine upload dist/*", on="release"),
        workflow(f"- uses: actions/cache@{PIN}\n- run: pytest", on="release"),
    ),
    (
        "GHA060",
        "an issue's text and rights to write",
        workflow(
            CLAUDE + f"    prompt: 'Answer {TITLE}'\n    allowed_non_write_users: '*'",
            on="issues",
            permissions="{issues: write}",
        ),
        workflow(
            CLAUDE + f"    prompt: 'Answer {TITLE}'", on="issues", permissions="{issues: read}"
        ),
    ),
    (
        "GHA060",
        "a command line with a title",
        workflow(
            run('claude -p "Sort: $T"', f"env: {{T: '{TITLE}', GH_TOKEN: '{TOKEN}'}}"),
            on="issues",
            permissions="{contents: write}",
        ),
        workflow(
            run('claude -p "Sort: $T"', "env: {T: fixed}"),
            on="issues",
            permissions="{contents: write}",
        ),
    ),
    (
        "GHA060",
        "a prompt in the environment and another secret",
        workflow(
            f"- uses: google-github-actions/run-gemini-cli@{PIN}\n"
            f"  env: {{T: '{TITLE}', D: '${{{{ secrets.DEPLOY }}}}'}}\n"
            "  with: {prompt: 'Sort it'}",
            on="issues",
        ),
        workflow(
            f"- uses: google-github-actions/run-gemini-cli@{PIN}\n  env: {{T: '{TITLE}'}}\n"
            "  with: {prompt: 'Sort it', gemini_api_key: '${{ secrets.GEMINI_API_KEY }}'}",
            on="issues",
        ),
    ),
    (
        "GHA061",
        "no approvals",
        workflow(run("npx @google/gemini-cli --yolo -p 'Sort issues'"), on="issues"),
        workflow(run("npx @google/gemini-cli -p 'Sort issues'"), on="issues"),
    ),
    (
        "GHA061",
        "every command",
        workflow(
            CLAUDE
            + "    allowed_non_write_users: '*'\n    claude_args: '--allowedTools \"Bash,Read\"'",
            on="issues",
        ),
        workflow(
            CLAUDE
            + "    allowed_non_write_users: '*'\n"
            + "    claude_args: '--allowedTools \"Bash(gh issue view:*),Read\"'",
            on="issues",
        ),
    ),
    (
        "GHA060",
        "an issue that a step has fetched",
        workflow(
            f"- uses: google-github-actions/run-gemini-cli@{PIN}\n"
            f"  env: {{B: '${{{{ steps.get.outputs.issue_body }}}}', GITHUB_TOKEN: '{TOKEN}'}}\n",
            on="issues",
            permissions="{issues: write}",
        ),
        workflow(
            f"- uses: google-github-actions/run-gemini-cli@{PIN}\n"
            "  env: {B: '${{ steps.get.outputs.issue_body }}', GITHUB_TOKEN: ''}\n",
            on="issues",
            permissions="{issues: write}",
        ),
    ),
    (
        "GHA061",
        "arguments in the environment",
        workflow(
            f"- uses: google-github-actions/run-gemini-cli@{PIN}\n"
            "  env: {GEMINI_CLI_ARGS: --yolo}\n",
            on="issues",
        ),
        workflow(f"- uses: google-github-actions/run-gemini-cli@{PIN}", on="issues"),
    ),
    (
        "GHA061",
        "a shell among the tools",
        workflow(
            f"- uses: google-github-actions/run-gemini-cli@{PIN}\n"
            """  with: {settings: '{"tools": {"core": ["run_shell_command"]}}'}\n""",
            on="issues",
        ),
        workflow(
            f"- uses: google-github-actions/run-gemini-cli@{PIN}\n"
            """  with: {settings: '{"tools": {"core": ["run_shell_command(echo)"]}}'}\n""",
            on="issues",
        ),
    ),
    (
        "GHA062",
        "no sandbox, of insiders",
        workflow(run("codex exec --sandbox danger-full-access 'Fix it'")),
        workflow(run("codex exec --sandbox read-only 'Look at it'")),
    ),
    (
        "GHA063",
        "anyone gives tasks",
        workflow(
            f"- uses: openai/codex-action@{PIN}\n  with: {{allow-users: '*', prompt: x}}",
            on="issues",
        ),
        workflow(
            f"- uses: openai/codex-action@{PIN}\n  with: {{allow-users: 'ana', prompt: x}}",
            on="issues",
        ),
    ),
    (
        "GHA064",
        "an answer in a script",
        workflow(
            f"- id: ai\n  uses: actions/ai-inference@{PIN}\n  with: {{prompt: x}}\n"
            + run("echo '${{ steps.ai.outputs.response }}'")
        ),
        workflow(
            f"- id: ai\n  uses: actions/ai-inference@{PIN}\n  with: {{prompt: x}}\n"
            + run('echo "$A"', "env: {A: '${{ steps.ai.outputs.response }}'}")
        ),
    ),
]


@pytest.mark.parametrize(
    ("rule", "what", "bad", "good"), PAIRS, ids=[f"{p[0]} {p[1]}" for p in PAIRS]
)
def test_bad_is_found_and_good_is_not(rule: str, what: str, bad: str, good: str) -> None:
    assert rule in found(bad), what
    good_rules = found(good)
    assert rule not in good_rules, what
    assert "GHA090" not in good_rules | found(bad), "both twins must be readable"


def test_every_rule_has_a_pair() -> None:
    declared = {r.id for m in (injection, pins, rights, triggers, agents) for r in m.RULES}
    assert declared == {pair[0] for pair in PAIRS}


ACTION = """name: x
description: y
inputs: {who: {description: z}}
runs:
  using: composite
  steps:
    - shell: bash
      run: echo %s
      env: {WHO: '${{ inputs.who }}'}
"""


def test_inputs_of_an_action_are_the_callers() -> None:
    assert found(ACTION % "${{ inputs.who }}", Kind.ACTION) == {"GHA002"}
    assert found(ACTION % '"$WHO"', Kind.ACTION) == set()


def test_another_programs_action_file_is_left_alone() -> None:
    assert found("- hosts: all\n", Kind.ACTION) == set()


def test_a_finding_points_at_the_expression_in_a_block() -> None:
    text = workflow(run(f"echo one\necho two {TITLE}"), on="issues")
    (finding,) = [f for f in judge_text(Kind.WORKFLOW, "a.yml", text) if f.rule.id == "GHA001"]
    line, column = finding.location.line, finding.location.column
    assert line is not None
    assert column is not None
    assert text.splitlines()[line - 1][column - 1 :] == TITLE


def test_fingerprints_do_not_depend_on_lines_or_versions() -> None:
    one = workflow("- uses: a/b@v1")
    two = "# more\n\n" + workflow("- uses: a/b@v2")
    anchors = [[f.anchor for f in judge_text(Kind.WORKFLOW, "a.yml", text)] for text in (one, two)]
    assert anchors[0] == anchors[1] != []


def test_a_pull_request_of_a_fork_is_less_sure_than_an_issue() -> None:
    def confidence(on: str, title: str) -> str:
        text = workflow(run(f"echo {title}"), on=on)
        return next(
            f.confidence for f in judge_text(Kind.WORKFLOW, "a.yml", text) if f.rule.id == "GHA001"
        )

    assert confidence("issues", TITLE) == "high"
    assert confidence("pull_request", PR_TITLE) == "medium"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "on: push\njobs: 7\n",
        "on: push\njobs: {a: {steps: 1}}\n",
        "on: push\njobs: {a: {runs-on: x, steps: [{name: y}]}}\n",
        "on: push\njobs: {a: {runs-on: x, steps: [{run: a, uses: b}]}}\n",
        "jobs: {a: {runs-on: x, steps: []}}\n",
        "on: push\non: pull_request\njobs: {}\n",
        "on: push\npermissions: all\njobs: {a: {steps: []}}\n",
        "on: push\njobs: {a: {<<: {steps: []}}}\n",
        "on: push\njobs: {a: {steps: []}}\n---\non: push\n",
        "on: [push\n",
    ],
)
def test_what_cannot_be_read_is_unclear(text: str) -> None:
    findings = list(judge_text(Kind.WORKFLOW, "a.yml", text))
    assert [f.rule.id for f in findings] == ["GHA090"]
    assert findings[0].rule.verdict is Verdict.UNCLEAR

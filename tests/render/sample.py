"""One rich report that every format renders: hostile names, all verdicts, all standings."""

from dataclasses import dataclass

from seamark.core.actors import Actor
from seamark.core.findings import Finding, Location, with_fingerprints
from seamark.core.metadata import Metadata
from seamark.core.metrics import Direction, Metric
from seamark.core.policy import Assessed, GateResult, Judgment, Standing
from seamark.core.reports import CheckRun, CheckStatus, Coverage, FileReport, ModelReport, Report
from seamark.core.rules import Confidence, Rule, Severity, atlas, cve, cwe, ghsa
from seamark.core.verdicts import ExitCode, Verdict

HOSTILE_NAME = (
    "models/\x1b]0;owned\x07\x1b[31m<script>alert(1)</script>`@everyone`|[link](javascript:x)"
    "\u202egpj.exe\n::error::x & \"q\" 'a' [bold red]b[/] \\xff.pkl"
)
"""Attacks a terminal, HTML, Markdown, a workflow log, Rich, XML and a reader's eye."""

CALLS = Rule(
    id="PKL001",
    title="Pickle calls a function that no model needs",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Loading the file runs the call with the rights of whoever loads it.",
    remedy="Do not load the file. Ask its source for weights in safetensors.",
    references=(cwe(502), atlas("AML.T0011.000")),
)
UNKNOWN = Rule(
    id="PKL020",
    title="Reference to code that is not on the allowlist",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The class may be your own or anybody's; its constructor runs on loading.",
    remedy="If the class is yours, add it with seamark allowlist; if not, do not load the file.",
    references=(cwe(502),),
)
DAMAGED = Rule(
    id="FIL005",
    title="File is damaged or truncated",
    severity=Severity.MEDIUM,
    verdict=Verdict.UNCLEAR,
    reason="The bytes break their own format, so a loader may read something else than we did.",
    remedy="Fetch or save the file again and compare its digest with the publisher's.",
)
REMARK = Rule(
    id="CFG003",
    title="Model without a license",
    severity=Severity.INFO,
    verdict=Verdict.CLEAN,
    reason="Nobody knows what may be done with it.",
    remedy="Name the license in seamark.yaml.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A report and what was made of it."""

    report: Report
    judgment: Judgment


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


def _files() -> tuple[FileReport, ...]:
    hostile = Finding(
        rule=CALLS,
        message="Loading calls os.system with a command.",
        location=Location(path=HOSTILE_NAME, member="archive/</td>data.pkl", offset=42),
        anchor="os.system",
        evidence={
            "call": "os.system('echo seamark </script><img src=x> \x1b[2J | ``` \u202e')\n.x()",
            "reference": "posix.system",
            "opcodes": ["GLOBAL", "REDUCE"],
            "offset_of_call": 57,
        },
        references=(cve("CVE-2025-32434"), ghsa("GHSA-53q9-r3pm-6pq6")),
    )
    template = Finding(
        rule=CALLS,
        message="The template reaches <b>__globals__</b> & more.",
        location=Location(path="chat/tokenizer_config.json", line=3, column=17),
        anchor="__globals__",
        confidence=Confidence.MEDIUM,
        evidence={"expression": "{{ cycler.__init__.__globals__ }}", "ok": True, "none": None},
    )
    review = Finding(
        rule=UNKNOWN,
        message="The pickle imports acme.layers.Gate.",
        location=Location(path="models/gate.pt", member="gate/data.pkl", offset=7),
        anchor="acme.layers.Gate",
    )
    waived = Finding(
        rule=UNKNOWN,
        message="The pickle imports acme.old.Thing.",
        location=Location(path="models/gate.pt", member="gate/data.pkl", offset=99),
        anchor="acme.old.Thing",
    )
    damaged = Finding(
        rule=DAMAGED,
        message="The content is damaged: the header ends early.",
        location=Location(path="models/cut.safetensors", offset=8),
    )

    def file(
        path: str, size: int, kind: str, verdict: Verdict, *found: Finding, **more: object
    ) -> FileReport:
        return FileReport(
            path=path,
            size=size,
            format=kind,
            verdict=verdict,
            findings=with_fingerprints(found),
            **{"digest": digest("a"), **more},  # type: ignore[arg-type]
        )

    seen = Coverage(bytes=1200, opcodes=88, members=3)
    return (
        file("README.md", 900, "text", Verdict.CLEAN, coverage=Coverage(note="not a model file")),
        file("models/cut.safetensors", 12, "safetensors", Verdict.UNCLEAR, damaged),
        file("models/gate.pt", 5_300_000, "torch-zip", Verdict.REVIEW, review, waived),
        file("chat/tokenizer_config.json", 2_100, "json", Verdict.HOSTILE, template),
        file(HOSTILE_NAME, 1_432, "torch-zip", Verdict.HOSTILE, hostile, coverage=seen),
        file("models/big.tar", 3 << 30, "tar", Verdict.UNCLEAR, digest=None,
             coverage=Coverage(bytes=512, members=1, skipped=("a.zst: zstandard is absent",))),
        file("models/good.safetensors", 88_000_000, "safetensors", Verdict.CLEAN,
             digest=digest("b"), coverage=Coverage(bytes=4096)),
    )  # fmt: skip


def make_case() -> Case:
    """The sample report. Nothing in it depends on the machine or the time."""
    files = _files()
    loose = with_fingerprints(
        [
            Finding(
                rule=REMARK,
                message="The system 'support' names no license.",
                location=Location(path="seamark.yaml", line=1),
            )
        ]
    )
    report = Report(
        target="models",
        tool_version="0.1.0",
        ruleset="2026.11",
        started="2026-11-23T06:00:00Z",
        finished="2026-11-23T06:00:02Z",
        actor=Actor("os:ana"),
        files=files,
        models=(
            ModelReport(
                path="chat",
                kind="hugging-face",
                files=("chat/tokenizer_config.json", HOSTILE_NAME),
                verdict=Verdict.HOSTILE,
                metadata=Metadata(
                    architecture="<b>Llama\x1b[31m</b>",
                    parameters=7_241_732_096,
                    dtypes={"bfloat16": 7_241_732_096},
                    framework="PyTorch",
                    license="apache-2.0",
                    remote_code=("modeling.Model",),
                    folder="hugging-face",
                ),
            ),
            ModelReport(
                path="models/good.safetensors",
                kind="safetensors",
                files=("models/good.safetensors",),
                verdict=Verdict.CLEAN,
                metadata=Metadata(parameters=22_000_000, tensors=8),
            ),
        ),
        findings=loose,
        metrics=(
            Metric(name="files.scanned", value=7, unit="files"),
            Metric(name="clean.share", value=0.25, direction=Direction.HIGHER, interval=(0.1, 0.5)),
        ),
        checks=(
            CheckRun(check="models", status=CheckStatus.RUN, count=7, seconds=1.25),
            CheckRun(check="secrets", status=CheckStatus.SAMPLED, count=100, reason="budget"),
            CheckRun(check="deps", status=CheckStatus.NOT_RUN, reason="no lock file <found>"),
        ),
        incomplete=("The check 'deps' did not run: no lock file <found>.",),
        seeds={"secrets": 7, "models": 0},
        attributes={"git_commit": "0" * 40},
    )
    standings = {
        "acme.old.Thing": (Standing.WAIVED, "bo", "", "Ours | <b>own</b> class.", "2027-01-31"),
        "acme.layers.Gate": (Standing.REOPENED, "cy", "", "Until the release.", "2026-10-01"),
    }
    assessed = []
    for finding in report.all_findings():
        if finding.rule is DAMAGED:
            found = (Standing.BASELINE, "dee", "2026-09-01", "", "")
        else:
            found = standings.get(finding.anchor, (Standing.NEW, "", "", "", ""))
        standing, owner, since, reason, expires = found
        assessed.append(
            Assessed(
                finding=finding, standing=standing, owner=owner,
                since=since, reason=reason, expires=expires,
            )
        )  # fmt: skip
    judgment = Judgment(
        exit_code=ExitCode.FAILED,
        exit_reason="3 findings fail --fail-on review.",
        gates=(
            GateResult(name="no-hostile", passed=False, reason="2 files are hostile."),
            GateResult(name="has-digest", passed=True, reason="Every <file> has one."),
        ),
        assessed=tuple(assessed),
    )
    return Case(report, judgment)


def clean_case(count: int) -> Case:
    """``count`` clean files and nothing to say."""
    report = Report(
        target="models",
        tool_version="0.1.0",
        ruleset="2026.11",
        started="2026-11-23T06:00:00Z",
        finished="2026-11-23T06:00:02Z",
        actor=Actor("os:ana"),
        files=tuple(
            FileReport(
                path=f"models/part-{number:05}.safetensors",
                digest=digest("c"),
                size=1_000 + number,
                format="safetensors",
                verdict=Verdict.CLEAN,
            )
            for number in range(count)
        ),
    )
    judgment = Judgment(
        exit_code=ExitCode.PASSED, exit_reason="Nothing found.", gates=(), assessed=()
    )
    return Case(report, judgment)

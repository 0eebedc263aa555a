"""A report: what one run of checks gave, and what was not covered and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from seamark.core.actors import Actor
from seamark.core.components import Component
from seamark.core.findings import Finding, Json
from seamark.core.metadata import NOTHING, Metadata
from seamark.core.metrics import Metric
from seamark.core.verdicts import Verdict, worst

SCHEMA = "seamark.report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of one file was examined.

    ``bytes`` were read as structure (payloads that no loader interprets are not counted),
    ``opcodes`` and ``members`` count pickle opcodes and container members. ``skipped`` names
    what was not examined and why; a file with a skipped part is never ``clean``.
    ``note`` is a remark that changes nothing (``not a model file``).
    """

    bytes: int = 0
    opcodes: int = 0
    members: int = 0
    skipped: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """One scanned file. ``digest`` is None where it was not computed (``--no-digest``)."""

    path: str
    digest: str | None
    size: int
    format: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    metadata: Metadata = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """One model: a folder whose files belong together, or a file that is a model by itself.

    ``kind`` is that of the folder (``hugging-face``) or the file's format. ``files`` are paths of
    file reports; ``verdict`` is the worst of theirs, ``metadata`` theirs together.
    """

    path: str
    kind: str
    files: tuple[str, ...]
    verdict: Verdict
    metadata: Metadata = NOTHING


class CheckStatus(StrEnum):
    """What became of a planned check."""

    RUN = "run"
    SAMPLED = "sampled"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """What became of one planned check; ``reason`` says why it was sampled or not run.

    ``required`` checks that did not run make the report incomplete. ``count`` is the number of
    things examined, ``seconds`` the wall time.
    """

    check: str
    status: CheckStatus
    reason: str = ""
    count: int = 0
    seconds: float = 0.0
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one run of checks gave on one asset version.

    ``target`` is what was asked for (a path, a system's name). ``incomplete`` lists, in whole
    sentences, what should have been evaluated and was not; empty means nothing is missing.
    ``components`` are for bills of materials; reports name only the lists that hold them.
    ``seeds`` by check id. Times are RFC 3339 UTC.
    """

    target: str
    tool_version: str
    ruleset: str
    started: str
    finished: str
    actor: Actor
    files: tuple[FileReport, ...] = ()
    models: tuple[ModelReport, ...] = ()
    components: tuple[Component, ...] = ()
    findings: tuple[Finding, ...] = ()
    metrics: tuple[Metric, ...] = ()
    checks: tuple[CheckRun, ...] = ()
    incomplete: tuple[str, ...] = ()
    interrupted: bool = False
    seeds: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, Json] = field(default_factory=dict)

    def all_findings(self) -> Iterator[Finding]:
        """Findings of the files in their order, then those that belong to no file."""
        for file in self.files:
            yield from file.findings
        yield from self.findings

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all files and findings; ``unclear`` where anything is missing."""
        found = worst(
            [file.verdict for file in self.files] + [f.rule.verdict for f in self.findings]
        )
        gaps = self.incomplete or self.interrupted
        return worst([found, Verdict.UNCLEAR]) if gaps else found

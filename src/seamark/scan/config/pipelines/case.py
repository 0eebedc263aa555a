"""One workflow or action before its judges, with its text for exact places."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from seamark.core.findings import Finding, Json, Location
from seamark.core.rules import Confidence, Reference, Rule
from seamark.scan.config.pipelines.tree import Scalar
from seamark.scan.config.pipelines.trust import OUTSIDE, PRIVILEGED, Surroundings
from seamark.scan.config.pipelines.workflow import Form, Job, Step, Workflow

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Place:
    """A file as findings show it, and its text with the beginnings of its lines."""

    shown: str
    text: str
    starts: tuple[int, ...]

    @classmethod
    def of_text(cls, shown: str, text: str) -> "Place":
        """The place of a file with this text."""
        starts = [0]
        at = text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find("\n", at + 1)
        return cls(shown, text, tuple(starts))

    def of(self, scalar: Scalar, raw: str = "") -> Location:
        """Where ``scalar`` begins, or where the text ``raw`` stands in it."""
        first = raw.partition("\n")[0]
        if first and scalar.line <= len(self.starts):
            begin = self.starts[scalar.line - 1] + scalar.column - 1
            end = self.starts[scalar.last] if scalar.last < len(self.starts) else len(self.text)
            at = self.text.find(first, begin, end)
            if at >= 0:
                line = bisect_right(self.starts, at)
                return Location(path=self.shown, line=line, column=at - self.starts[line - 1] + 1)
        return Location(path=self.shown, line=scalar.line, column=scalar.column)


@dataclass(frozen=True, slots=True)
class Case:
    """A workflow or action and where it stands."""

    place: Place
    workflow: Workflow

    @property
    def privileged(self) -> frozenset[str]:
        """Triggers by which outsiders start it with the project's own rights."""
        return PRIVILEGED & self.workflow.triggers.keys()

    @property
    def outside(self) -> frozenset[str]:
        """Triggers by which outsiders start it at all."""
        return OUTSIDE & self.workflow.triggers.keys()

    @property
    def called(self) -> bool:
        """Whether somebody else's workflow decides when it runs."""
        return self.workflow.form is Form.ACTION or "workflow_call" in self.workflow.triggers

    def around(self, job: Job, step: Step | None = None) -> Surroundings:
        """What expressions at this place see."""
        return Surroundings(self.workflow, job, step)

    def finding(
        self,
        rule: Rule,
        message: str,
        scalar: Scalar,
        *,
        anchor: str,
        raw: str = "",
        confidence: Confidence = Confidence.HIGH,
        evidence: Mapping[str, Json] | None = None,
        references: tuple[Reference, ...] = (),
    ) -> Finding:
        """A finding at ``scalar``, exactly where ``raw`` stands in it."""
        return Finding(
            rule=rule,
            message=message,
            location=self.place.of(scalar, raw),
            anchor=anchor,
            confidence=confidence,
            evidence=evidence or {},
            references=references,
        )


def brief(text: str) -> str:
    """A text for a message: one line, of bounded length, without control characters."""
    line = " ".join(text.split())
    line = "".join(each if each.isprintable() else "?" for each in line)
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def step_name(job: Job, step: Step) -> str:
    """How an anchor names a step: by its id or name, and only else by its number."""
    return f"{job.id}/{step.id or step.name or step.action or step.number}"

"""What every judge looks at: one file, read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding, Location
from seamark.core.paths import printable
from seamark.core.rules import Confidence, Rule
from seamark.scan.config.documents.dockerfile import Dockerfile
from seamark.scan.config.documents.document import Document
from seamark.scan.config.workload import Exposure, Workload

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Case:
    """One file: its documents, and what runs by it.

    ``kind`` is that of the file (``seamark.scan.config.kinds``).
    """

    path: str
    kind: str
    text: str = field(repr=False)
    documents: tuple[Document, ...] = ()
    workloads: tuple[Workload, ...] = ()
    dockerfile: Dockerfile | None = None


Judge = Callable[[Case], Iterator[Finding]]


def found(
    rule: Rule,
    message: str,
    location: Location,
    anchor: str,
    confidence: Confidence = Confidence.HIGH,
) -> Finding:
    """A finding whose texts are safe to print."""
    return Finding(
        rule=rule,
        message=printable(message),
        location=location,
        anchor=printable(anchor)[:300],
        confidence=confidence,
    )


def shown(text: object) -> str:
    """Something of the file as a message may quote it: short, on one line."""
    line = " ".join(str(text).split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def how_sure(workload: Workload) -> Confidence:
    """How sure it is that others reach a server: high where its ports are published."""
    return Confidence.HIGH if workload.exposure is Exposure.PUBLISHED else Confidence.MEDIUM

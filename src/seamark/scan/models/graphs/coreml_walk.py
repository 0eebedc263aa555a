"""What a walk through a Core ML model has met, and how its fields are read."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.core.rules import Rule
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden import Region
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.protobuf import Field, Wire, Wires

DEPTH = 32
"""Models in pipelines, networks in branches, blocks in operations: so deep at most."""

_PARTS_FREE = 100_000
_BYTES_PER_PART = 4  # models have seven or more
_KEPT = 20_000
_SHOWN = 50


@dataclass(slots=True)
class Walk:
    """Each thing met is kept once, with its first offset."""

    blob: Blob
    scope: Scope
    wires: Wires
    problems: dict[tuple[str, str], tuple[Rule, str, int]] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    regions: list[Region] = field(default_factory=list)
    dtypes: dict[str, int] = field(default_factory=dict)
    tensors: int = 0
    references: set[tuple[str, int]] = field(default_factory=set)
    files: dict[str, Blob | None] = field(default_factory=dict)
    parts: int = 0
    check_at: int = 1024

    def fields(self, part: Field, depth: int) -> Iterator[Field]:
        """Fields of a message. Raises where it is none, or where the walk costs too much."""
        if part.wire != Wire.BYTES:
            raise Malformed(f"field {part.number} should be a message", part.start)
        if depth > DEPTH:
            raise LimitExceeded(f"nests messages deeper than {DEPTH}")
        for inner in self.wires.fields(part.start, part.end):
            self.parts += 1
            if self.parts >= self.check_at:
                self.check_at = self.parts + 1024
                self.scope.meter.check_time()
                if self.parts > _PARTS_FREE + self.blob.size // _BYTES_PER_PART:
                    raise LimitExceeded(f"holds {self.parts} fields in {self.blob.size} bytes")
            yield inner

    def text(self, part: Field) -> str:
        """A text field. Raises ``Malformed`` where it is none."""
        if part.wire != Wire.BYTES:
            raise Malformed(f"field {part.number} should be text", part.start)
        return self.wires.text(part)

    def report(self, rule: Rule, message: str, anchor: str, offset: int) -> None:
        """Keep a finding; the first with its rule and anchor stands for all."""
        if len(self.problems) < _KEPT:
            self.problems.setdefault((rule.id, anchor[:200]), (rule, message, offset))

    def skip(self, reason: str) -> None:
        """Record something that is not known, once."""
        if len(self.unknown) < _SHOWN and reason not in self.unknown:
            self.unknown[reason] = None
            self.scope.skip(reason)

    def count(self, dtype: str, elements: int) -> None:
        """Count one tensor."""
        self.tensors += 1
        self.dtypes[dtype] = self.dtypes.get(dtype, 0) + elements

    def findings(self) -> Iterator[Finding]:
        """What is worth a finding, the first of each rule."""
        shown: dict[str, int] = {}
        for (_, anchor), (rule, message, offset) in self.problems.items():
            shown[rule.id] = shown.get(rule.id, 0) + 1
            if shown[rule.id] <= _SHOWN:
                yield self.scope.finding(rule, message, anchor=anchor, offset=offset)

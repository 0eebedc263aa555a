"""Constants of an OpenVINO model against the weight file beside it: ranges, sizes, what is left.

https://docs.openvino.ai/2025/documentation/openvino-ir-format.html: a ``Const`` layer names the
part of the ``.bin`` file that it is read from, and both type and shape.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope

OVERFLOW = Rule(
    id="OVN003",
    title="Constant's place overflows",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Offset and size together wrap around 64 bits or are no sizes, which passes the check "
    "of runtimes that add them and makes them read memory outside the weights.",
    remedy="Do not load the model; no writer makes such numbers.",
    references=(cwe(190), cwe(125)),
)
OUTSIDE = Rule(
    id="OVN004",
    title="Constant lies outside the weight file",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A runtime that does not check the place reads beyond the weights. A download that "
    "ended early leaves several such constants in order, and is told apart from this.",
    remedy="Fetch both files of the model again from its publisher and compare digests.",
    references=(cwe(125),),
)
SIZE = Rule(
    id="OVN005",
    title="Constant's size contradicts its type and shape",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Readers that trust the shape read beyond the part that the size names.",
    remedy="Do not load the model; convert it again with OpenVINO.",
    references=(cwe(125), cwe(131)),
)
OVERLAP = Rule(
    id="OVN006",
    title="Constants overlap in part",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Equal constants share one place, but no writer lets one begin inside another: a change "
    "of the bytes alters both, and bytes of one kind are read as another.",
    remedy="Convert the model again with OpenVINO.",
    references=(cwe(119),),
)
UNUSED = Rule(
    id="OVN007",
    title="Bytes of the weight file that no layer reads",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Writers leave no room between constants. Bytes there are invisible to users of the "
    "model and can carry a payload for another program.",
    remedy="Convert the model again with OpenVINO; what no layer reads is then gone.",
    references=(cwe(506), atlas("AML.T0011.000")),
)

RULES = (OVERFLOW, OUTSIDE, SIZE, OVERLAP, UNUSED)

BITS = {
    "f64": 64, "f32": 32, "f16": 16, "bf16": 16, "f8e4m3": 8, "f8e5m2": 8, "f8e8m0": 8,
    "f4e2m1": 4, "nf4": 4, "i64": 64, "i32": 32, "i16": 16, "i8": 8, "i4": 4, "u64": 64, "u32": 32,
    "u16": 16, "u8": 8, "u6": 6, "u4": 4, "u3": 3, "u2": 2, "u1": 1, "boolean": 8,
}  # fmt: skip
"""Width in bits of each element type."""

DTYPES = {
    "f64": "float64", "f32": "float32", "f16": "float16", "bf16": "bfloat16", "i64": "int64",
    "i32": "int32", "i16": "int16", "i8": "int8", "i4": "int4", "u64": "uint64", "u32": "uint32",
    "u16": "uint16", "u8": "uint8", "u4": "uint4", "boolean": "bool",
}  # fmt: skip
"""NumPy's names of the types that have one."""

_WORD = 1 << 64
_SHOWN = 20
_KEPT = 5000
_MOST = 200_000
_LOOKED = 1 << 16
_ALIGNMENT = 64


@dataclass(frozen=True, slots=True)
class Constant:
    """What one ``Const`` layer says; sizes are -1 where they are no numbers."""

    name: str
    kind: str
    shape: tuple[int, ...]
    offset: int
    size: int

    @property
    def end(self) -> int:
        """Offset behind it."""
        return self.offset + self.size

    @property
    def elements(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


@dataclass(slots=True)
class Layout:
    """All constants of a model, one for each distinct place."""

    places: dict[tuple[int, int], Constant] = field(default_factory=dict)
    problems: dict[str, tuple[Rule, str, Constant]] = field(default_factory=dict)

    def add(self, constant: Constant) -> None:
        """Take in one constant and what is wrong with it alone. Raises ``LimitExceeded``."""
        if len(self.places) >= _MOST:
            raise LimitExceeded(f"has more than {_MOST} constants")
        if constant.offset < 0 or constant.size < 0 or constant.end >= _WORD:
            self._report(OVERFLOW, "its offset and size are no place in a file", constant)
            return
        bits = BITS.get(constant.kind)
        empty = not constant.elements and constant.size <= 1  # writers keep one byte for nothing
        if bits and not empty and -(-constant.elements * bits // 8) != constant.size:
            said = f"{constant.size} bytes are not {list(constant.shape)[:8]} of {constant.kind}"
            self._report(SIZE, said, constant)
        self.places.setdefault((constant.offset, constant.size), constant)

    def _report(self, rule: Rule, wording: str, constant: Constant) -> None:
        if len(self.problems) < _KEPT:
            self.problems.setdefault(f"{rule.id} {constant.name}", (rule, wording, constant))

    def ordered(self) -> list[Constant]:
        """The constants by their places; empty ones hold nothing."""
        return [self.places[key] for key in sorted(self.places) if key[1]]

    def check(self, size: int | None) -> Malformed | None:
        """Compare the places with each other and with a weight file of ``size`` bytes.

        A file that ends too early, with everything in order, is a broken download.
        """
        reached = covered = 0
        beyond: list[Constant] = []
        for constant in self.ordered():
            if constant.offset < reached:
                self._report(OVERLAP, "it begins inside the constant before it", constant)
            covered += max(0, constant.end - max(reached, constant.offset))
            reached = max(reached, constant.end)
            if size is not None and constant.end > size:
                beyond.append(constant)
        if beyond and not self.problems and covered + _ALIGNMENT * len(self.places) >= reached:
            return Malformed(f"the layers need {reached} bytes and the weight file holds {size}")
        for constant in beyond:
            self._report(OUTSIDE, f"the weight file ends at {size}", constant)
        return None

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """What is wrong with the places, at the document that names them."""
        by_rule: dict[str, int] = {}
        for rule, wording, constant in self.problems.values():
            by_rule[rule.id] = by_rule.get(rule.id, 0) + 1
            if by_rule[rule.id] <= _SHOWN:
                name = constant.name[:200]
                place = f"offset {constant.offset}, size {constant.size}"
                yield scope.finding(rule, f"Constant '{name}' ({place}): {wording}.", anchor=name)

    def gaps(self, size: int) -> Iterator[Region]:
        """The parts of a weight file of ``size`` bytes that no constant names."""
        reached = 0
        for constant in self.ordered():
            if constant.offset > reached:
                yield Region("between constants", reached, min(constant.offset, size) - reached)
            reached = max(reached, constant.end)
        if size > reached:
            yield Region("behind the last constant", reached, size - reached)


def examine_weights(blob: Blob, scope: Scope, layout: Layout) -> Iterator[Finding]:
    """Findings in a weight file whose places are known."""
    regions = [Region(c.name, c.offset, c.size) for c in layout.ordered() if c.offset < blob.size]
    yield from examine_regions(blob, scope, regions)
    for gap in layout.gaps(blob.size):
        at = _first_set(blob, scope, gap)
        if at is None:
            continue
        yield scope.finding(
            UNUSED,
            f"{gap.length} bytes {gap.name} are read by no layer.",
            anchor=gap.name,
            offset=at,
        )
        yield from examine_regions(blob, scope, [Region(gap.name, at, gap.length)])


def _first_set(blob: Blob, scope: Scope, gap: Region) -> int | None:
    """Offset of the first byte in a gap that is not zero."""
    for offset in range(gap.offset, gap.offset + gap.length, _LOOKED):
        data = blob.read(offset, min(_LOOKED, gap.offset + gap.length - offset))
        left = data.lstrip(b"\0")
        if left:
            return offset + len(data) - len(left)
        scope.meter.check_time()
    return None

"""ONNX at wire level: references to other files, and operators that need foreign code.

Schema: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Weights are skipped, not read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cve, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.paths import PathKind, classify_path
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.protobuf import Field, Wire, Wires, packed, plain_fields
from seamark.scan.models.weights.signatures import ONNX_FIELDS, ONNX_FUNCTION, ONNX_GRAPH
from seamark.scan.models.weights.tails import examine_appended_zip

_DEPTH = 32  # graphs inside graphs; protobuf itself stops at 100 messages, about as deep
_NAMES_KEPT = 50_000
_PARTS_FREE = 40_000
_BYTES_PER_PART = 128
"""Beyond the free ones, a model must have this many bytes for each node and tensor. Exporters
write names of inputs and outputs into every node, and models that large hold weights."""

ESCAPE = Rule(
    id="ONX001",
    title="External data outside the model's folder",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="Weights may lie in a file beside the model. A location that leaves the folder makes "
    "the loader read any file of the machine into the model, or write over it when saving.",
    remedy="Do not load the model. Save it again with its weights inside or beside it.",
    references=(
        cve("CVE-2022-25882"),
        cve("CVE-2024-27318"),
        cve("CVE-2025-51480"),
        cwe(22),
        cwe(73),
    ),
)
RUNS_PYTHON = Rule(
    id="ONX002",
    title="Operator that runs Python code",
    severity=Severity.HIGH,
    verdict=Verdict.HOSTILE,
    reason="The operator names a Python module or function that the runtime imports and calls.",
    remedy="Do not load the model. Export it again with standard operators only.",
    references=(cwe(829), atlas("AML.T0011.000")),
)
CUSTOM_OPERATOR = Rule(
    id="ONX003",
    title="Operator from a domain that is not standard",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="The model runs only with a native library that registers the operator; that library "
    "is code which this file does not hold and this scan has not seen.",
    remedy="Find out which library provides the operator and review it, or export the model "
    "with standard operators.",
    references=(cwe(829),),
)
BAD_EXTERNAL = Rule(
    id="ONX004",
    title="External data entry is not what the format allows",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Entries other than location, offset, length, checksum and basepath, or numbers that "
    "are none, reach loaders that take them over unchecked.",
    remedy="Save the model again with the onnx library.",
    references=(cwe(20), cwe(915)),
)
AMBIGUOUS = Rule(
    id="ONX005",
    title="Model says one thing twice",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Readers merge or replace a repeated graph, so different programs run different models.",
    remedy="Do not load the model; no honest writer makes it.",
    references=(cwe(436),),
)

RULES = (ESCAPE, RUNS_PYTHON, CUSTOM_OPERATOR, BAD_EXTERNAL, AMBIGUOUS)

STANDARD_DOMAINS = frozenset(
    {
        "",
        "ai.onnx",
        "ai.onnx.ml",
        "ai.onnx.training",
        "ai.onnx.preview",
        "ai.onnx.preview.training",
        "com.microsoft",
        "com.microsoft.nchwc",
        "com.microsoft.experimental",
        "com.microsoft.internal.nhwc",
        "com.ms.internal.nhwc",
    }
)
"""Domains that ONNX itself or a stock ONNX Runtime implements without further libraries."""

_PYTHON_OPERATORS = frozenset({"PyOp", "PythonOp", "PythonOpGrad"})
_TRAINING = 20
_ANY_OPERATOR = frozenset({"ATen", "ATenOp"})
_EXTERNAL_KEYS = frozenset({"location", "offset", "length", "checksum", "basepath"})
_IR_VERSION, _PRODUCER, _PRODUCER_VERSION, _GRAPH_NAME = 1, 2, 3, -1
_LONGEST_NAME = 4096
_LARGEST = (1 << 63) - 1
_DTYPES = {
    1: "float32", 2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 8: "str",
    9: "bool", 10: "float16", 11: "float64", 12: "uint32", 13: "uint64", 14: "complex64",
    15: "complex128", 16: "bfloat16", 17: "float8_e4m3fn", 18: "float8_e4m3fnuz", 19: "float8_e5m2",
    20: "float8_e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4_e2m1", 24: "float8_e8m0",
}  # fmt: skip
_SMALL = 1 << 14
_HOLDING = frozenset({5, 6, 10, 11, 22, 23})
"""Fields of an attribute that are tensors and graphs."""
_MANY = 10_000
_NODE_ATTRIBUTE, _NODE_OPERATOR, _NODE_DOMAIN = 0x2A, 0x22, 0x3A
_IN_MEMORY_TAGS = ("*/_ORT_MEM_ADDR_/*", "*/_ORT_IN_MEMORY_ADDR_/*")


@dataclass(slots=True)
class _Walk:
    """What a walk through the model has met. Each thing is kept once, with its first offset."""

    wires: Wires
    scope: Scope
    size: int
    operators: dict[tuple[str, str], int] = field(default_factory=dict)
    functions: set[tuple[str, str]] = field(default_factory=set)
    external: dict[tuple[tuple[str, str], ...], int] = field(default_factory=dict)
    contexts: dict[str, int] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    compiled: bool = False
    graphs: int = 0
    seen: int = 0
    said: dict[int, str] = field(default_factory=dict)
    tensors: int = 0
    dtypes: dict[str, int] = field(default_factory=dict)
    regions: list[Region] = field(default_factory=list)
    flat: set[bytes] = field(default_factory=set)

    def count(self) -> None:
        self.seen += 1
        if not self.seen % 512:
            self.scope.meter.check_time()
        if self.seen > _PARTS_FREE + self.size // _BYTES_PER_PART:
            raise LimitExceeded(f"holds {self.seen} nodes and tensors in {self.size} bytes")
        if len(self.operators) > _NAMES_KEPT or len(self.functions) > _NAMES_KEPT:
            raise LimitExceeded(f"names more than {_NAMES_KEPT} operators")


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ONNX model. Tensor payloads are skipped."""
    walk = _Walk(Wires(blob), scope, blob.size)
    failure: Malformed | LimitExceeded | None = None
    try:
        _walk_model(walk, blob.size)
    except (Malformed, LimitExceeded) as error:
        failure = error  # what was met before the damage is still worth knowing
    scope.tally.bytes += walk.wires.bytes_seen
    _describe(walk)
    yield from _external_findings(walk)
    yield from _operator_findings(walk)
    yield from examine_regions(blob, scope, walk.regions)
    if failure:
        raise failure
    if walk.unknown:
        scope.skip(f"model fields that the schema does not know: {sorted(walk.unknown)[:10]}")
    if walk.graphs > 1:
        yield scope.finding(AMBIGUOUS, f"The model holds {walk.graphs} graphs.", anchor="graph")
    yield from examine_appended_zip(blob, scope, host="onnx")


def _walk_model(walk: _Walk, size: int) -> None:
    for part in walk.wires.fields(0, size):
        if part.number not in ONNX_FIELDS:
            walk.unknown.add(part.number)
        elif part.wire != ONNX_FIELDS[part.number]:
            raise Malformed(f"model field {part.number} has a wrong type", part.start)
        elif part.number in (_IR_VERSION, _PRODUCER, _PRODUCER_VERSION):
            walk.said.setdefault(part.number, _short_text(walk, part))
        elif part.number == ONNX_GRAPH:
            walk.graphs += 1
            _walk_graph(walk, part, 0)
        elif part.number == ONNX_FUNCTION:
            _walk_function(walk, part)
        elif part.number == _TRAINING:
            for inner in walk.wires.fields(part.start, part.end):
                if inner.number in (1, 2):
                    _walk_graph(walk, _message(inner), 0)


def _message(part: Field) -> Field:
    if part.wire != Wire.BYTES:
        raise Malformed(f"field {part.number} should be a message", part.start)
    return part


def _walk_graph(walk: _Walk, graph: Field, depth: int) -> None:
    if depth > _DEPTH:
        raise LimitExceeded(f"nests graphs deeper than {_DEPTH}")
    for part in walk.wires.fields(graph.start, graph.end):
        if part.number == 1:
            _walk_node(walk, _message(part), depth)
        elif part.number == 2 and not depth:
            walk.said.setdefault(_GRAPH_NAME, _short_text(walk, part))
        elif part.number == 5:
            _walk_tensor(walk, _message(part), weights=not depth)
        elif part.number == 15:
            _walk_sparse(walk, _message(part))


def _walk_function(walk: _Walk, function: Field) -> None:
    name = domain = ""
    for part in walk.wires.fields(function.start, function.end):
        if part.number == 1:
            name = walk.wires.text(_message(part))
        elif part.number == 10:
            domain = walk.wires.text(_message(part))
        elif part.number == 7:
            _walk_node(walk, _message(part), 0)
        elif part.number == 11:
            _walk_attribute(walk, _message(part), 0)
    walk.functions.add((domain, name))
    walk.count()


def _walk_node(walk: _Walk, node: Field, depth: int) -> None:
    walk.count()
    named = _quick_node(walk, node) if node.end - node.start <= _SMALL else None
    operator, domain = named or _careful_node(walk, node, depth)
    walk.operators.setdefault((domain, operator), node.start)
    if operator == "EPContext":
        _walk_context(walk, node)


def _careful_node(walk: _Walk, node: Field, depth: int) -> tuple[str, str]:
    operator = domain = ""
    for part in walk.wires.fields(node.start, node.end):
        if part.number == 4:
            operator = walk.wires.text(_message(part))
        elif part.number == 7:
            domain = walk.wires.text(_message(part))
        elif part.number == 5:
            _walk_attribute(walk, _message(part), depth)
    return operator, domain


def _quick_node(walk: _Walk, node: Field) -> tuple[str, str] | None:
    """Operator and domain of a node whose attributes hold no tensor and no graph, else None."""
    data = walk.wires.bytes(node)
    parts = plain_fields(data)
    if parts is None:
        return None
    operator = domain = b""
    for tag, begin, end in parts:
        if tag == _NODE_OPERATOR:
            operator = data[begin:end]
        elif tag == _NODE_ATTRIBUTE:
            if not _is_flat(walk, data[begin:end]):
                return None
        elif tag == _NODE_DOMAIN:
            domain = data[begin:end]
        elif tag >> 3 in (4, 5, 7):
            return None  # a number where a text or message should be
    walk.wires.bytes_seen += len(data)
    return operator.decode("utf-8", "backslashreplace"), domain.decode("utf-8", "backslashreplace")


def _is_flat(walk: _Walk, attribute: bytes) -> bool:
    """Whether an attribute holds numbers and texts only; models repeat the same ones."""
    if attribute in walk.flat:
        return True
    parts = plain_fields(attribute)
    if parts is None or any(tag >> 3 in _HOLDING for tag, _, _ in parts):
        return False
    if len(attribute) < 200 and len(walk.flat) < _MANY:
        walk.flat.add(attribute)
    return True


def _walk_context(walk: _Walk, node: Field) -> None:
    """Keep the path under which an accelerator's compiled graph is read, where it has one.

    https://onnxruntime.ai/docs/execution-providers/EP-Context-Design.html: ``embed_mode`` 0 says
    that ``ep_cache_context`` is a path, 1 (the default) that it is the compiled graph itself.
    """
    embedded, path = 1, ""
    for part in walk.wires.fields(node.start, node.end):
        if part.number != 5:
            continue
        name, text, number = "", "", 0
        for inner in walk.wires.fields(part.start, part.end):
            if inner.number == 1:
                name = walk.wires.text(_message(inner))
            elif inner.number == 4:
                held = _message(inner)
                text = walk.wires.text(held, 4096) if held.end - held.start <= 4096 else ""
            elif inner.number == 3 and inner.wire == Wire.VARINT:
                number = inner.value
        if name == "ep_cache_context":
            path = text
        elif name == "embed_mode":
            embedded = number
    if not walk.compiled:
        walk.compiled = True
        walk.scope.skip("a graph compiled for an accelerator (EPContext)")
    if not embedded and path:
        walk.contexts.setdefault(path, node.start)


def _walk_attribute(walk: _Walk, attribute: Field, depth: int) -> None:
    for part in walk.wires.fields(attribute.start, attribute.end):
        if part.number in (5, 10):
            _walk_tensor(walk, _message(part))
        elif part.number in (6, 11):
            _walk_graph(walk, _message(part), depth + 1)
        elif part.number in (22, 23):
            _walk_sparse(walk, _message(part))


def _walk_sparse(walk: _Walk, sparse: Field) -> None:
    for part in walk.wires.fields(sparse.start, sparse.end):
        if part.number in (1, 2):
            _walk_tensor(walk, _message(part))


def _short_text(walk: _Walk, part: Field) -> str:
    if part.wire == Wire.VARINT:
        return str(part.value)
    if part.wire != Wire.BYTES or part.end - part.start > _LONGEST_NAME:
        return ""
    return walk.wires.text(part)


def _describe(walk: _Walk) -> None:
    """Say what the model says of itself, and count the weights of its main graph."""
    walk.scope.describe(
        framework=walk.said.get(_PRODUCER, ""),
        framework_version=walk.said.get(_PRODUCER_VERSION, ""),
        format_version=walk.said.get(_IR_VERSION, ""),
        name=walk.said.get(_GRAPH_NAME, ""),
        parameters=sum(walk.dtypes.values()),
        tensors=walk.tensors,
        dtypes=walk.dtypes,
    )


@dataclass(slots=True)
class _Tensor:
    """What the fields of one tensor say; ``raw`` is where its numbers lie."""

    elements: int = 1
    kind: int = 0
    name: str = ""
    raw: list[Field] = field(default_factory=list)
    entries: list[tuple[str, str]] = field(default_factory=list)
    external: bool = False


def _walk_tensor(walk: _Walk, tensor: Field, *, weights: bool = False) -> None:
    """``dims`` (field 1, packed or not), ``data_type`` (2), and what lies in other files (13)."""
    walk.count()
    met = _Tensor()
    for part in walk.wires.fields(tensor.start, tensor.end):
        number = part.number
        if number == 13:
            met.entries.append(_external_entry(walk, _message(part)))
        elif number == 14:
            met.external = part.wire == Wire.VARINT and part.value == 1
        elif weights:
            _meet_part(walk, met, part)
    if weights:
        _count_weights(walk, met)
    if met.entries or met.external:
        # Many tensors share one file and differ in offset and length: keep what can be wrong.
        kept = [(k, _sane_number(v) if k in ("offset", "length") else v) for k, v in met.entries]
        walk.external.setdefault(tuple(kept), tensor.start)


def _external_entry(walk: _Walk, entry: Field) -> tuple[str, str]:
    key = value = ""
    for inner in walk.wires.fields(entry.start, entry.end):
        if inner.number == 1:
            key = walk.wires.text(_message(inner), 4096)
        elif inner.number == 2:
            value = walk.wires.text(_message(inner), 65536)
    return key, value


def _meet_part(walk: _Walk, met: _Tensor, part: Field) -> None:
    if part.number == 1 and part.wire == Wire.VARINT:
        met.elements *= part.value
    elif part.number == 1 and part.wire == Wire.BYTES:
        for value in packed(walk.wires.bytes(part)):
            met.elements *= value
    elif part.number == 2:
        met.kind = part.value
    elif part.number == 8:
        met.name = _short_text(walk, part)
    elif part.number == 9:
        met.raw.append(part)
    if met.elements > _LARGEST:
        raise Malformed("a tensor has more elements than 64 bits can count", part.start)


def _count_weights(walk: _Walk, met: _Tensor) -> None:
    walk.tensors += 1
    dtype = _DTYPES.get(met.kind, f"onnx type {met.kind}")
    walk.dtypes[dtype] = walk.dtypes.get(dtype, 0) + met.elements
    for part in met.raw:
        if len(walk.regions) < _NAMES_KEPT:
            walk.regions.append(Region(met.name, part.start, part.end - part.start))


def _sane_number(text: str) -> str:
    return "0" if text.isascii() and text.isdigit() and len(text) < 20 else text


def _external_findings(walk: _Walk) -> Iterator[Finding]:
    reported: set[str] = set()
    for entries, offset in walk.external.items():
        named = dict(entries)
        location = named.get("location", "")
        odd = sorted(set(named) - _EXTERNAL_KEYS)
        wrong = [k for k in ("offset", "length") if k in named and named[k] != "0"]
        if odd or wrong or not location or len(named) != len(entries):
            yield walk.scope.finding(
                BAD_EXTERNAL,
                "A tensor's reference to external data is not well formed.",
                anchor=location[:200] or "no location",
                offset=offset,
                evidence={"entries": {key[:80]: value[:200] for key, value in entries[:10]}},
            )
        for base in ("location", "basepath"):
            path = named.get(base, "")
            if path and path not in reported:
                reported.add(path)
                yield from _location_findings(walk, path, offset)
    for path, offset in walk.contexts.items():
        if path not in reported:
            yield from _location_findings(walk, path, offset)


def _location_findings(walk: _Walk, path: str, offset: int) -> Iterator[Finding]:
    if path.startswith(_IN_MEMORY_TAGS):
        why = "is an address in the memory of the loading program"
    else:
        kind = classify_path(path)
        if kind is PathKind.INSIDE:
            first = path.replace("\\", "/").removeprefix("./").split("/")[0]
            if first not in walk.scope.siblings():
                walk.scope.skip(f"external data '{path[:200]}' is not beside the model")
            return
        why = kind.value
    yield walk.scope.finding(
        ESCAPE,
        f"A tensor's data is read from '{path[:200]}', which {why}.",
        anchor=path[:200],
        offset=offset,
        evidence={"location": path[:1000]},
    )


def _operator_findings(walk: _Walk) -> Iterator[Finding]:
    for (domain, operator), offset in walk.operators.items():
        if (domain, operator) in walk.functions:
            continue
        name = f"{domain[:100]}:{operator[:100]}" if domain else operator[:100]
        if operator in _PYTHON_OPERATORS:
            rule, message = RUNS_PYTHON, f"The operator '{name}' runs Python code."
        elif operator in _ANY_OPERATOR:
            rule, message = CUSTOM_OPERATOR, f"The operator '{name}' calls any PyTorch operator."
        elif domain not in STANDARD_DOMAINS:
            rule, message = CUSTOM_OPERATOR, f"The operator '{name}' is neither standard nor here."
        else:
            continue
        yield walk.scope.finding(
            rule,
            message,
            anchor=name,
            offset=offset,
            evidence={"domain": domain[:200], "operator": operator[:200]},
        )

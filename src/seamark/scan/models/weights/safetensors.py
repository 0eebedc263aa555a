"""safetensors: a JSON header and a flat buffer, which must fit each other byte by byte.

Layout (https://huggingface.co/docs/safetensors): 8 bytes header length (little endian), the header
as a JSON object, the buffer. Nothing in it is code; what can go wrong is that programs read
different tensors from the same bytes, or that bytes ride along that no tensor uses.
"""

import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.core.rules import Rule, Severity, atlas, cwe
from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import Blob, BytesBlob
from seamark.scan.models.hidden import Region, examine_regions
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope
from seamark.scan.models.weights.tails import examine_appended_zip, examine_trailing

_SPECIFIED_LIMIT = 100_000_000
_HELD_LIMIT = 10 << 20  # ours: about 100,000 tensors; more would cost hundreds of MB to parse
_LARGEST = (1 << 63) - 1
_PICKLE_IN_BASE64 = re.compile(r"\s*gA[I-V][A-Za-z0-9+/\s]{12,}={0,2}\s*", re.ASCII)

BITS = {
    "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8,
    "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64, "U64": 64,
}  # fmt: skip
"""Width in bits of each element type of safetensors 0.8."""

_NAMES = {"BOOL": "bool", "BF16": "bfloat16", "C64": "complex64"}
_KINDS = {"F": "float", "I": "int", "U": "uint"}
_WRITERS = {"pt": "PyTorch", "tf": "TensorFlow", "flax": "Flax", "np": "NumPy", "mlx": "MLX"}
_SAYS = {
    "modelspec.architecture": "architecture",
    "modelspec.title": "name",
    "modelspec.license": "license",
    "license": "license",
}
"""Keys of the metadata, and what they say; modelspec: https://github.com/Stability-AI/ModelSpec."""

HEADER_LENGTH = Rule(
    id="STN001",
    title="safetensors header length is not credible",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="A header that claims more than the format allows makes readers allocate memory for "
    "nothing, or overflow while they compute where the data begins.",
    remedy="Do not load the file; fetch it again from its publisher and compare digests.",
    references=(cwe(190), cwe(770)),
)
HEADER_INVALID = Rule(
    id="STN002",
    title="safetensors header breaks the format",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Strict readers refuse the file and lenient ones guess, so what was reviewed need not "
    "be what is loaded.",
    remedy="Save the tensors again with the safetensors library.",
    references=(cwe(20),),
)
DUPLICATE_KEY = Rule(
    id="STN003",
    title="safetensors header names one thing twice",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Some readers take the first entry and some the last: the same file holds different "
    "weights for different programs.",
    remedy="Do not load the file; no honest writer makes it.",
    references=(cwe(436), cwe(694)),
)
SIZE_MISMATCH = Rule(
    id="STN004",
    title="Tensor size contradicts its offsets",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Type times shape must fill the bytes that the offsets name. Readers that trust one of "
    "the two read outside the tensor.",
    remedy="Do not load the file; save the tensors again with the safetensors library.",
    references=(cwe(125), cwe(190)),
)
OVERLAP = Rule(
    id="STN005",
    title="Tensors share bytes",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The format forbids overlapping tensors: with them one change of bytes alters several "
    "tensors, and a small file expands to any size in memory.",
    remedy="Do not load the file; no honest writer makes it.",
    references=(cwe(119),),
)
HIDDEN_BYTES = Rule(
    id="STN006",
    title="Bytes that belong to no tensor",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="The format leaves no room between or behind tensors. Bytes in such room are invisible "
    "to users of the weights and can carry a payload for another program.",
    remedy="Save the tensors again with the safetensors library; what no tensor uses is then gone.",
    references=(cwe(434), atlas("AML.T0011.000")),
)
METADATA = Rule(
    id="STN007",
    title="safetensors metadata carries more than text",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Metadata is for text values. Other content there is a place to pass serialized "
    "objects to a program that unpacks them.",
    remedy="Read the entry, and save the tensors again without it.",
    references=(cwe(502),),
)

RULES = (
    HEADER_LENGTH,
    HEADER_INVALID,
    DUPLICATE_KEY,
    SIZE_MISMATCH,
    OVERLAP,
    HIDDEN_BYTES,
    METADATA,
)


@dataclass(slots=True)
class _Problems:
    """What is wrong, one list of tensor names for each rule and wording."""

    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)

    def add(self, rule: Rule, wording: str, tensor: str) -> None:
        self.rules[rule.id] = rule
        self.found.setdefault((rule.id, wording), []).append(tensor)

    def findings(self, scope: Scope) -> Iterator[Finding]:
        for (rule_id, wording), names in sorted(self.found.items()):
            first = names[0][:200]
            others = f" and {len(names) - 1} more" if len(names) > 1 else ""
            yield scope.finding(
                self.rules[rule_id],
                f"'{first}'{others}: {wording}.",
                anchor=first,
                evidence={"tensors": [n[:200] for n in names[:10]], "count": len(names)},
            )


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    begin: int
    end: int
    dtype: str
    elements: int


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one safetensors file. Reads the header, 64 KiB at the end, blocks of tensors."""
    length = int.from_bytes(blob.read(0, 8), "little")
    if length > _SPECIFIED_LIMIT:
        yield scope.finding(
            HEADER_LENGTH,
            f"The header claims {length} bytes; the format allows {_SPECIFIED_LIMIT}.",
            anchor="length",
            offset=0,
            evidence={"claimed": str(length), "file_size": blob.size},
        )
        return
    if length + 8 > blob.size:
        raise Malformed("the header reaches beyond the end of the file", 0)
    if length > _HELD_LIMIT:
        raise LimitExceeded(f"has a header of {length} bytes (at most {_HELD_LIMIT})")
    scope.tally.bytes += 8 + length
    problems = _Problems()
    header = _parse(blob.read(8, length), problems)
    if header is not None:
        metadata = header.pop("__metadata__", None)
        yield from _examine_metadata(metadata, scope, problems)
        tensors = list(_tensors(header, scope, problems))
        _describe(metadata, tensors, scope)
        used = _check_layout(tensors, problems, whole=blob.size - 8 - length)
        yield from problems.findings(scope)
        start = 8 + length
        regions = (Region(t.name, start + t.begin, t.end - t.begin, t.dtype) for t in tensors)
        yield from examine_regions(blob, scope, regions)
        yield from examine_trailing(blob, scope, start + used)
    else:
        yield from problems.findings(scope)
    yield from examine_appended_zip(blob, scope, host="safetensors")


def _parse(raw: bytes, problems: _Problems) -> dict[str, object] | None:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        built = dict(pairs)
        if len(built) != len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    problems.add(DUPLICATE_KEY, "the key appears more than once", key)
                seen.add(key)
        return built

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    if raw.count(b"[") + raw.count(b"{") > 1000 + len(raw) // 16:
        # Far denser than any tensor entry: only there to cost memory or recursion.
        problems.add(HEADER_INVALID, "nests without naming tensors", "header")
        return None
    try:
        header = json.loads(raw.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        wording = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "is not valid JSON"
        problems.add(HEADER_INVALID, wording, "header")
        return None
    if not isinstance(header, dict):
        problems.add(HEADER_INVALID, "is not a JSON object", "header")
        return None
    if raw[:1] != b"{" or raw.rstrip(b" ")[-1:] != b"}":
        problems.add(HEADER_INVALID, "is padded with something other than spaces", "header")
    return header


def _examine_metadata(metadata: object, scope: Scope, problems: _Problems) -> Iterator[Finding]:
    if metadata is None:
        return
    if not isinstance(metadata, dict):
        problems.add(METADATA, "is not an object", "__metadata__")
        return
    for key, value in metadata.items():
        if not isinstance(value, str):
            problems.add(METADATA, "the metadata value is not text", key)
        elif _PICKLE_IN_BASE64.fullmatch(value):
            problems.add(METADATA, "the metadata value is an encoded pickle", key)
            try:
                data = binascii.a2b_base64(value)
            except binascii.Error:
                continue
            yield from scope.examine(BytesBlob(data), f"__metadata__/{key[:200]}")


def _tensors(header: dict[str, object], scope: Scope, problems: _Problems) -> Iterator[_Tensor]:
    unknown: set[str] = set()
    for name, entry in header.items():
        if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
            problems.add(HEADER_INVALID, "is not an object of dtype, shape, data_offsets", name)
            continue
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not (_is_sizes(shape) and _is_sizes(offsets) and len(offsets) == 2):
            problems.add(HEADER_INVALID, "shape or offsets are not lists of sizes", name)
            continue
        begin, end = offsets
        elements = _count(shape)
        yield _Tensor(name, begin, end, str(dtype)[:40], elements)
        if end < begin:
            problems.add(SIZE_MISMATCH, "the tensor ends before it begins", name)
        if dtype not in BITS if isinstance(dtype, str) else True:
            unknown.add(str(dtype)[:40])
            continue
        bits = elements * BITS[dtype]
        if bits > _LARGEST:
            problems.add(SIZE_MISMATCH, "type times shape overflows 64 bits", name)
        elif bits != (end - begin) * 8:
            problems.add(SIZE_MISMATCH, "type times shape is not what the offsets hold", name)
    if unknown:
        scope.skip(f"tensors of unknown type: {', '.join(sorted(unknown)[:10])}")


def _describe(metadata: object, tensors: list[_Tensor], scope: Scope) -> None:
    """Say what the header says of the model."""
    said: dict[str, str] = {}
    if isinstance(metadata, dict):
        said = {k: v for k, v in metadata.items() if k in _SAYS and isinstance(v, str)}
    written = metadata.get("format") if isinstance(metadata, dict) else None
    dtypes: dict[str, int] = {}
    for tensor in tensors:
        name = dtype_name(tensor.dtype)
        dtypes[name] = dtypes.get(name, 0) + tensor.elements
    scope.describe(
        framework=_WRITERS.get(written, "") if isinstance(written, str) else "",
        parameters=sum(dtypes.values()),
        tensors=len(tensors),
        dtypes=dtypes,
        **{_SAYS[key]: value for key, value in said.items()},
    )


def dtype_name(dtype: str) -> str:
    """NumPy's name of an element type (``F32``: ``float32``); in lower case where it has none."""
    if dtype in _NAMES:
        return _NAMES[dtype]
    kind, bits = _KINDS.get(dtype[:1]), dtype[1:]
    return f"{kind}{bits}" if kind and bits.isdigit() and int(bits) >= 8 else dtype.lower()


def _is_sizes(value: object) -> bool:
    return isinstance(value, list) and all(type(v) is int and 0 <= v <= _LARGEST for v in value)


def _count(shape: list[int]) -> int:
    """Elements of ``shape``; stops growing past 64 bits, as a long shape would take a while."""
    total = 1
    for extent in shape:
        total *= extent
        if total > _LARGEST:
            return 0 if 0 in shape else total
    return total


def _check_layout(tensors: list[_Tensor], problems: _Problems, *, whole: int) -> int:
    """Compare the tensors with the buffer of ``whole`` bytes; return the end of the last one.

    A buffer that ends too early, with all tensors in order, is a broken download: ``Malformed``.
    """
    tensors.sort(key=lambda tensor: (tensor.begin, tensor.end))
    reached = 0
    for tensor in tensors:
        if tensor.begin < reached and tensor.end > tensor.begin:
            problems.add(OVERLAP, "shares bytes with the tensor before it", tensor.name)
        elif tensor.begin > reached:
            problems.add(HIDDEN_BYTES, "unused bytes come before the tensor", tensor.name)
        reached = max(reached, tensor.end)
    if reached > whole:
        if not problems.found:
            raise Malformed(f"the tensors need {reached} bytes and the file holds {whole}", 0)
        last = max(tensors, key=lambda tensor: tensor.end)
        problems.add(SIZE_MISMATCH, "the tensor ends beyond the file", last.name)
    elif reached < whole:
        wording = f"{whole - reached} bytes follow the last tensor"
        problems.add(HIDDEN_BYTES, wording, tensors[-1].name if tensors else "header")
    return min(reached, whole)

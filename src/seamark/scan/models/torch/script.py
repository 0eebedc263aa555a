"""TorchScript programs: which operators do they need?

The program is text in a small language with Python's syntax. Operators of torch itself are
written ``torch.NAME``, all others ``ops.NAMESPACE.NAME``; native classes
``__torch__.torch.classes.NAMESPACE.NAME``. There are no first-class operators, so each one that
can run is spelled out. The lite interpreter's ``bytecode.pkl`` spells them ``namespace::name``.
"""

import re
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.archives.member_names import visible
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.scope import Scope
from seamark.scan.models.torch import rules

_LONGEST = 64 << 20
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|#[^\n]*')
_OPERATOR = re.compile(r"\b(torch|ops\s*\.\s*(\w+))\s*\.\s*(\w+)")
_CLASS = re.compile(r"\b__torch__\s*\.\s*torch\s*\.\s*classes\s*\.\s*(\w+)\s*\.\s*(\w+)")
_SPELLED = re.compile(rb"([A-Za-z_]\w{0,60})::([A-Za-z_]\w{0,80})")

_REACHES_FILES = frozenset(
    """aten.save aten.from_file aten.load aten._save_parameters image.read_file image.write_file
    aten.save_to_file""".split()
)
_TORCH_NAMESPACES = frozenset(
    """aten prim prims quantized quantized_decomposed prepacked mkldnn mkldnn_prepacked onednn
    sparse sparsity xnnpack vulkan_prepack metal_prepack static_runtime torchvision image
    _quantized _nnapi mps inductor higher_order rnn""".split()
)


def examine_code(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one source file of a TorchScript archive."""
    if blob.size > _LONGEST:
        raise LimitExceeded(f"holds a program of more than {_LONGEST} bytes")
    raw = blob.read(0, blob.size)
    scope.tally.bytes += len(raw)
    text = _STRING.sub(lambda match: " " * len(match[0]), raw.decode("utf-8", "replace"))
    seen: set[str] = set()
    for match in _OPERATOR.finditer(text):
        namespace = match[2] or "aten"
        yield from _judge(namespace, match[3], match.start(), seen, scope)
    for match in _CLASS.finditer(text):
        if match[1] not in _TORCH_NAMESPACES:
            yield from _foreign(f"class {match[1]}.{match[2]}", match.start(), seen, scope)


def examine_bytecode(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in the operator names that a lite interpreter program spells out."""
    if blob.size > _LONGEST:
        raise LimitExceeded(f"holds a program of more than {_LONGEST} bytes")
    raw = blob.read(0, blob.size)
    seen: set[str] = set()
    for match in _SPELLED.finditer(raw):
        yield from _judge(match[1].decode(), _spelled_name(raw, match), match.start(), seen, scope)


def _spelled_name(raw: bytes, match: re.Match[bytes]) -> str:
    """The name behind ``::``, as long as the string's length says: an opcode follows directly."""
    start = match.start()
    name = match[2]
    if raw[start - 5 : start - 4] == b"X":
        length = int.from_bytes(raw[start - 4 : start], "little")
        name = raw[match.start(2) : start + length]
    return name.decode("ascii", "backslashreplace")


def _judge(
    namespace: str, name: str, offset: int, seen: set[str], scope: Scope
) -> Iterator[Finding]:
    operator = f"{namespace}.{name}"
    if operator in _REACHES_FILES:
        if operator not in seen:
            seen.add(operator)
            yield scope.finding(
                rules.SCRIPT_REACHES_FILES,
                f"The program uses the operator {namespace}::{name}, which opens files by name.",
                anchor=operator,
                offset=offset,
                evidence={"operator": f"{namespace}::{name}"},
            )
    elif namespace not in _TORCH_NAMESPACES:
        yield from _foreign(f"operator {namespace}::{name}", offset, seen, scope)


def _foreign(what: str, offset: int, seen: set[str], scope: Scope) -> Iterator[Finding]:
    if what in seen:
        return
    seen.add(what)
    shown = visible(what)
    yield scope.finding(
        rules.SCRIPT_FOREIGN_OPERATOR,
        f"The program needs the {shown}, which is not part of torch.",
        anchor=shown,
        offset=offset,
        evidence={"needs": shown},
    )

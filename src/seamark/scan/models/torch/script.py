"""TorchScript programs: which operators do they need?

The program is text in a small language with Python's syntax. Operators of torch itself are
written ``torch.NAME``, all others ``ops.NAMESPACE.NAME``; native classes
``__torch__.torch.classes.NAMESPACE.NAME``. The compiler would also take them through a variable,
``getattr`` or a line break; torch's own printer never writes that, so it is a finding. The lite
interpreter's ``bytecode.pkl`` spells operators ``namespace::name``.

Source: torch/csrc/jit/serialization/python_print.cpp (what is printed) and import_source.cpp
(what ``torch``, ``ops`` and ``__torch__`` resolve to).
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
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
_UNPRINTED = re.compile(r"[\\;`$?@#\"\'\x00-\x08\x0b-\x1f\x7f-\U0010ffff]|!(?!=)")
"""What is left of no printed program once its strings are taken out. Quotes are left over where
strings do not end as the printer ends them."""
_TRIPLE = re.compile(r'"""|\'\'\'')
_ROOT = re.compile(r"(?<!\w)(torch|ops|__torch__)(?!\w)((?:\.\w+)*)")
_SPACED = re.compile(r"(?<![\w.])(?:torch|ops\s*\.\s*(\w+))\s*\.\s*(\w+)")
_OWNER = re.compile(r"(?:(?<!\w)[A-Za-z_]\w*|[)\]])\.\Z")
_DECLARED = re.compile(r"[ \t]*:[ \t]*\S")
_REMOTE = re.compile(r"(?<![\w.])(rpc_(?:async|sync|remote))\s*\(")
_SPELLED = re.compile(rb"([A-Za-z_]\w{0,60})::([A-Za-z_]\w{0,80})")
_SHOWN = 40

REACHES_FILES = frozenset(
    """aten.save aten.from_file aten.load aten._save_parameters image.read_file image.write_file
    aten.save_to_file""".split()
)
"""Operators that open files by name, as ``namespace.operator``."""

TORCH_NAMESPACES = frozenset(
    """aten prim prims quantized quantized_decomposed prepacked mkl mkldnn mkldnn_prepacked onednn
    sparse sparsity xnnpack vulkan_prepack metal_prepack static_runtime torchvision image
    _quantized _nnapi mps inductor higher_order rnn profiler quantization""".split()
)
"""Namespaces whose operators torch and torchvision provide."""


def examine_code(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one source file of a TorchScript archive."""
    if blob.size > _LONGEST:
        raise LimitExceeded(f"holds a program of more than {_LONGEST} bytes")
    raw = blob.read(0, blob.size)
    scope.tally.bytes += len(raw)
    source = raw.decode("utf-8", "replace")
    text = _STRING.sub(lambda match: " " * len(match[0]), source)
    seen: set[str] = set()
    odd = _TRIPLE.search(source) or _UNPRINTED.search(text)
    if odd is not None:
        yield from _unprinted(odd[0], source, odd.start(), seen, scope)
    for match in _ROOT.finditer(text):
        if not _OWNER.search(text, max(0, match.start() - 256), match.start()):
            yield from _judge_path(match, source, text, seen, scope)
    for match in _SPACED.finditer(text):
        namespace = match[1] or "aten"
        if f"{namespace}.{match[2]}" in REACHES_FILES:
            yield from _judge(namespace, match[2], match.start(), seen, scope)
    for match in _REMOTE.finditer(text):
        yield from _foreign(f"call {match[1]}", match.start(), seen, scope)


def _judge_path(
    match: re.Match[str], source: str, text: str, seen: set[str], scope: Scope
) -> Iterator[Finding]:
    """Findings about one dotted name that begins at one of the three roots."""
    root, at, end = match[1], match.start(), match.end()
    parts = match[2].split(".")[1:]
    if root == "__torch__":
        if parts[:2] == ["torch", "classes"] and len(parts) > 3:
            if parts[2] not in TORCH_NAMESPACES:
                yield from _foreign(f"class {parts[2]}.{parts[3]}", at, seen, scope)
        elif not parts or parts == ["torch"] or parts[:2] == ["torch", "classes"]:
            yield from _unprinted(match[0], source, at, seen, scope)
        return
    if not parts and _declares(text, at, end):
        return
    if "autograd" in parts:  # of any namespace it stands for torch itself
        parts = [part for part in parts[parts.index("autograd") :] if part != "autograd"]
        root = "torch"
    needed = 1 if root == "torch" else 2
    if len(parts) >= needed:
        namespace = "aten" if root == "torch" else parts[0]
        yield from _judge(namespace, parts[needed - 1], at, seen, scope)
    if len(parts) != needed or text[end : end + 1] != "(":
        yield from _unprinted(match[0], source, at, seen, scope)


def _declares(text: str, at: int, end: int) -> bool:
    """Whether a name stands alone before a colon: an attribute or argument of that name."""
    line = text.rfind("\n", 0, at) + 1
    return not text[line:at].strip() and _DECLARED.match(text, end) is not None


def _unprinted(what: str, source: str, at: int, seen: set[str], scope: Scope) -> Iterator[Finding]:
    anchor = f"unprinted {what}" if what.isprintable() and what.isascii() else "unprinted"
    if anchor in seen:
        return
    seen.add(anchor)
    line = source.count("\n", 0, at) + 1
    shown = visible(source[at : at + _SHOWN].partition("\n")[0])
    yield scope.finding(
        rules.SCRIPT_NOT_PRINTED,
        f"Line {line} of the program is spelled as torch never spells it: {shown!r}.",
        anchor=anchor,
        offset=at,
        evidence={"line": line, "text": shown},
    )


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
    if operator in REACHES_FILES:
        if operator not in seen:
            seen.add(operator)
            yield scope.finding(
                rules.SCRIPT_REACHES_FILES,
                f"The program uses the operator {namespace}::{name}, which opens files by name.",
                anchor=operator,
                offset=offset,
                evidence={"operator": f"{namespace}::{name}"},
            )
    elif namespace not in TORCH_NAMESPACES:
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

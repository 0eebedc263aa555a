"""TensorFlow: graphs that reach files, networks and Python; checkpoints and TFLite that lie."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import json
import struct
from collections.abc import Callable, Iterator
from functools import partial

from proofs.hostile.assembler import payload
from proofs.hostile.case import Case, Files
from proofs.hostile.kerasfiles import LAMBDA_CODE
from proofs.hostile.onnxfiles import message
from proofs.hostile.tensorflowwire import (
    FLOAT,
    attr,
    call,
    entry,
    flatbuffer,
    flex_options,
    function,
    graph,
    index,
    lite,
    lite_tensor,
    meta,
    node,
    saved,
    shape,
    table,
    text,
    truth,
)
from proofs.hostile.ziparchive import plain

_ELF = b"\x7fELF\x02\x01\x01\0" + b"\0" * 56


def files() -> dict[str, Files]:
    """Operators that read, list and write files."""
    read = [text("p", "/etc/hostname"), node("r", "ReadFile", "p")]
    write = [
        text("p", "/tmp/seamark-harmless"),
        text("c", "echo seamark-harmless"),
        node("w", "WriteFile", "p", "c"),
    ]
    joined = [
        text("a", "/etc"),
        text("b", "hostname"),
        node("p", "StringJoin", "a", "b"),
        node("r", "ReadFile", "p"),
    ]
    parent = [
        text("p", "../../.ssh/authorized_keys"),
        text("c", "x"),
        node("w", "WriteFile", "p", "c"),
    ]
    inner = function("leak", ["p"], [node("r", "ReadFile", "p")], "r:contents:0")
    outer = function("outer", ["q"], [call("c", "leak", "q")], "c:output:0")
    default = node("p", "PlaceholderWithDefault", "c")
    switch = node("s", "Select", "x", "a", "b")
    in_branch = node(
        "if",
        "If",
        "x",
        "p",
        attrs=[
            attr("then_branch", (10, message((1, "leak")))),
            attr("else_branch", (10, message((1, "leak")))),
        ],
    )
    dataset = [text("p", "/etc/passwd"), node("d", "TextLineDataset", "p")]
    hidden_op = message((1, "w"), (2, "Identity"), (3, "p"), (3, "c"), (2, "WriteFile"))
    return {
        "read-constant": saved(graph(*read)),
        "read-request": saved(graph(node("r", "ReadFile", "x"))),
        "read-joined": saved(graph(*joined)),
        "read-default": saved(graph(text("c", "/proc/self/environ"), default, node("r", "ReadFile", "p"))),
        "read-selected": saved(graph(text("a", "model.txt"), text("b", "/etc/hostname"), switch, node("r", "ReadFile", "s"))),
        "read-decoded": saved(graph(text("a", "L2V0Yy9ob3N0bmFtZQ"), node("p", "DecodeBase64", "a"), node("r", "ReadFile", "p"))),
        "read-in-function": saved(graph(text("p", "/etc/hostname"), call("c", "leak", "p"), functions=[inner])),
        "read-two-functions-deep": saved(graph(text("p", "~/.ssh/id_rsa"), call("c", "outer", "p"), functions=[inner, outer])),
        "read-in-branch": saved(graph(text("p", "/etc/hostname"), in_branch, functions=[inner])),
        "write-constant": saved(graph(*write)),
        "write-request": saved(graph(text("c", "x"), node("w", "WriteFile", "x", "c"))),
        "write-parent": saved(graph(*parent)),
        "write-inside": saved(graph(text("p", "notes.txt"), text("c", "x"), node("w", "WriteFile", "p", "c"))),
        "write-operator-twice": saved(graph(text("p", "/tmp/x"), text("c", "x"), hidden_op)),
        "list": saved(graph(text("p", "/home/*/.ssh/*"), node("m", "MatchingFiles", "p"))),
        "list-windows": saved(graph(text("p", "C:\\Users\\*"), node("m", "MatchingFiles", "p"))),
        "save-absolute": saved(graph(text("p", "/etc/cron.d/seamark"), text("n", "w"), text("s", ""), node("s2", "SaveV2", "p", "n", "s", "x"))),
        "save-computed": saved(graph(text("a", "L2V0Yw"), node("p", "DecodeBase64", "a"), text("n", "w"), node("s", "SaveV2", "p", "n", "n", "x"))),
        "restore-absolute": saved(graph(text("p", "/var/lib/other/model.ckpt"), text("n", "w"), node("r", "RestoreV2", "p", "n", "n"))),
        "dataset-lines": saved(graph(*dataset)),
        "dataset-reader": meta(graph(node("r", "WholeFileReaderV2"))),
        "table-absolute": saved(graph(node("h", "HashTableV2"), text("p", "/etc/passwd"), node("i", "InitializeTableFromTextFileV2", "h", "p"))),
        "print-to-file": saved(graph(node("p", "PrintV2", "x", attrs=[attr("output_stream", (2, "file:///tmp/seamark-harmless"))]))),
        "dump": saved(graph(node("d", "DumpTensor", "x", attrs=[attr("log_dir_path", (2, "/tmp"))]))),
        "frozen.pb": graph(*read),
        "meta.meta": meta(graph(*write)),
        "text.pbtxt": b'node {\n name: "p" op: "Const"\n attr { key: "value" value { tensor { dtype: DT_STRING tensor_shape {} '
                      b'string_val: "\\057etc/hostname" } } } }\nnode { name: "r" op: "ReadFile" input: "p" }\n',
        "truncated-after": saved(graph(*read))[:-3],
    }  # fmt: skip


def reach() -> dict[str, Files]:
    """Operators that reach networks, Python, other programs, or never end."""
    token = attr("token", (2, "pyfunc_0"))
    url = attr("debug_urls", (1, message((2, "grpc://seamark.invalid:6064"))))
    copy = attr("debug_ops_spec", (1, message((2, "DebugIdentity;file:///tmp/seamark;0"))))
    forever = [
        function("always", ["s"], [truth("t")], "t:output:0"),
        function("again", ["s"], [], "s"),
    ]
    loop = node(
        "l",
        "While",
        "x",
        attrs=[
            attr("cond", (10, message((1, "always")))),
            attr("body", (10, message((1, "again")))),
        ],
    )
    twice = [function("f", ["p"], [], "p"), function("f", ["p"], [node("r", "ReadFile", "p")], "r")]
    return {
        "python": saved(graph(node("p", "PyFunc", "x", attrs=[token]))),
        "python-stateless": saved(graph(node("p", "PyFuncStateless", "x", attrs=[token]))),
        "python-eager-in-function": saved(graph(call("c", "f", "x"), functions=[function("f", ["a"], [node("p", "EagerPyFunc", "a", attrs=[token])], "p")])),
        "custom-operator": saved(graph(node("c", "SeamarkRunCommand", "x"))),
        "custom-namespaced": saved(graph(node("c", "Seamark>Run", "x"))),
        "custom-in-unused-function": saved(graph(functions=[function("f", ["a"], [node("p", "SeamarkRunCommand", "a")], "p")])),
        "debug-url": saved(graph(node("d", "DebugIdentityV2", "x", attrs=[url]))),
        "copy-url": saved(graph(node("d", "CopyHost", "x", attrs=[copy]))),
        "rpc-client": saved(graph(text("a", "seamark.invalid:1"), node("r", "RpcClient", "a", "x"))),
        "rpc-server": saved(graph(text("a", "0.0.0.0:1"), node("r", "RpcServer", "a"))),
        "data-service": saved(graph(text("a", "grpc://seamark.invalid:1"), node("d", "DataServiceDatasetV4", "x", "x", "a", "x"))),
        "remote-call": saved(graph(text("a", "/job:worker"), node("r", "RemoteCall", "a", "x"))),
        "xla-custom-call": saved(graph(node("c", "XlaCustomCallV2", "x", attrs=[attr("call_target_name", (2, "seamark"))]))),
        "tensorrt": saved(graph(node("c", "TRTEngineOp", "x", attrs=[attr("serialized_segment", (2, "engine"))]))),
        "graph-as-constant": saved(graph(text("g", "graph"), node("d", "DatasetFromGraph", "g"))),
        "endless-loop": saved(graph(loop, functions=forever)),
        "schema-file": saved(graph(node("d", "DecodeProtoV2", "x", attrs=[attr("descriptor_source", (2, "/etc/hostname"))]))),
        "schema-file-encoding": saved(graph(node("d", "EncodeProto", "x", attrs=[attr("descriptor_source", (2, "s3://seamark/x"))]))),
        "function-calls-itself": saved(graph(call("c", "f", "x"), functions=[function("f", ["a"], [call("g", "f", "a")], "g:output:0")])),
        "function-names-itself": saved(graph(node("c", "f", "x"), functions=[function("f", ["a"], [node("g", "f", "a")], "g:output:0")])),
        "functions-in-a-circle": saved(graph(call("c", "f", "x"), functions=[function("f", ["a"], [call("g", "h", "a")], "g:output:0"), function("h", ["a"], [call("g", "f", "a")], "g:output:0")])),
        "abort": saved(graph(node("a", "Abort"))),
        "waits-for-nothing": saved(graph(node("q", "FIFOQueueV2"), node("d", "QueueDequeueV2", "q"))),
        "waits-for-a-stage": saved(graph(node("d", "Unstage"))),
        "function-twice": saved(graph(call("c", "f", "x"), functions=twice)),
        "function-shadows": saved(graph(node("m", "MatMul", "x"), functions=[function("MatMul", ["p"], [], "p")])),
        "graph-twice": message((1, 1), (2, message((1, message((5, "2"))), (2, graph()), (2, graph())))),
    }  # fmt: skip


def models() -> dict[str, Files]:
    """SavedModel folders: assets that escape, Keras layers with code, weights with more."""
    code = LAMBDA_CODE["config"]
    assert isinstance(code, dict)
    config = {
        "name": "l",
        "function": [code["code"], None, None],
        "function_type": "lambda",
    }
    layer = json.dumps({"class_name": "Lambda", "name": "l", "config": config}).encode()
    module = json.dumps({"class_name": "function", "config": "system", "module": "os"}).encode()

    def keras(metadata: bytes) -> bytes:
        return message(
            (1, message((2, 1), (3, "root.layer"), (4, "_tf_keras_layer"), (5, metadata)))
        )

    def objects(metadata: bytes) -> bytes:
        return message((1, message((4, message((1, "_tf_keras_layer"), (3, metadata))))))

    def asset(name: str) -> tuple[int, bytes]:
        return 6, message((1, message((1, "p:0"))), (2, name))

    weights = message((1, FLOAT), (2, shape(16)), (4, _ELF))
    hidden = node(
        "w",
        "Const",
        attrs=[attr("dtype", (6, 1)), attr("value", (8, weights)), attr("padding", (2, "x" * 300))],
    )
    return {
        "asset-parent": saved(graph(), asset("../../../etc/passwd")),
        "asset-in-collection": saved(graph(), (4, message((1, "saved_model_assets"), (2, message((5, message((1, message((1, "t"), (2, asset("../../x")[1])))))))))),
        "asset-absolute": saved(graph(), asset("/etc/passwd")),
        "lambda-in-metadata": {"saved_model.pb": saved(graph()), "keras_metadata.pb": keras(layer)},
        "lambda-in-objects": saved(graph(), (7, objects(layer))),
        "module-in-metadata": {"saved_model.pb": saved(graph()), "keras_metadata.pb": keras(module)},
        "elf-in-constant.pb": graph(hidden),
        "appended-zip": saved(graph()) + plain({"model.pkl": payload(2)}),
        "appended-pickle": saved(graph()) + payload(2),
    }  # fmt: skip


def checkpoints() -> dict[str, Files]:
    """Indexes that do not fit their data, data that no index names, states that lead elsewhere."""
    honest = entry(1, [4], 0, 16)

    def of(data: bytes, **entries: bytes) -> Files:
        return {"m.index": index(1, **entries), "m.data-00000-of-00001": data}

    state = b'model_checkpoint_path: "%s"\n'
    return {
        "beyond-shard": of(bytes(16), a=entry(1, [400], 0, 1600)),
        "negative-offset": of(bytes(16), a=entry(1, [4], (1 << 64) - 16, 16)),
        "size-mismatch": of(bytes(32), a=entry(1, [4], 0, 32)),
        "shape-overflow": of(bytes(16), a=entry(1, [1 << 62, 1 << 62], 0, 16)),
        "negative-dimension": of(bytes(16), a=entry(1, [-4], 0, 16)),
        "overlap": of(bytes(24), a=honest, b=entry(1, [4], 8, 16)),
        "same-bytes-twice": of(bytes(16), a=honest, b=honest),
        "shard-beyond": of(bytes(16), a=entry(1, [4], 0, 16, shard=7)),
        "unknown-type": of(bytes(16), a=entry(99, [4], 0, 16)),
        "gap": of(bytes(16) + payload(2) + bytes(16), a=honest, b=entry(1, [4], 16 + len(payload(2)), 16)),
        "trailing-elf": of(bytes(16) + _ELF, a=honest),
        "elf-in-tensor": of(_ELF, a=entry(1, [16], 0, 64)),
        "trailing-zip": of(bytes(16) + plain({"m.pkl": payload(2)}), a=honest),
        "pickle-as-shard": {"m.index": b"no table", "m.data-00000-of-00001": payload(2)},
        "state-parent": {"checkpoint": state % b"../other/model.ckpt"},
        "state-address": {"checkpoint": state % b"gs://seamark-invalid/model.ckpt"},
        "state-absolute": {"checkpoint": state % b"/srv/other/model.ckpt"},
        "version-one-extra": {"m.ckpt": table([(b"", message((1, message((1, message((1, "a"), (2, shape(4)), (3, 1))))))),
                                               (b"b", message((2, message((1, "b"), (3, message((1, 1), (5, _ELF)))))))])},
        "missing-shard": {"m.index": index(a=honest)},
        "bad-checksum": {"m.index": index(a=honest)[:9] + b"\x77" + index(a=honest)[10:]},
        "keys-descend": {"m.index": table([(b"", message((1, 1))), (b"b", honest), (b"a", honest)])},
        "unknown-compression": {"m.index": table([(b"", message((1, 1)))], kind=9)},
    }  # fmt: skip


def lites() -> dict[str, Files]:
    """TFLite: Flex operators that reach out, custom ones, references beyond their lists."""

    def custom(name: str) -> dict[int, object]:
        return {0: ("<b", 32), 1: name, 3: ("<i", 32)}

    write = node("w", "WriteFile", "p", "c")
    lying = {0: ("<I", 0), 1: [0], 2: [2], 5: flex_options("Relu", write)}
    honest = {0: ("<I", 0), 1: [0], 2: [2], 5: flex_options("ReadFile", node("r", "ReadFile", "p"))}
    stream = node("p", "PrintV2", "x", attrs=[attr("output_stream", (2, "file:///tmp/seamark"))])
    printing = {0: ("<I", 0), 1: [0], 2: [2], 5: flex_options("PrintV2", stream)}
    runs = {0: ("<I", 0), 1: [0], 2: [2], 3: ("<B", 93), 4: {0: ("<i", 0), 1: ("<i", 0)}}
    archive = plain({"labels.txt": b"a\nb\n", "model.pkl": payload(2)})
    described = flatbuffer({0: "m", 5: "Apache-2.0"}, b"M001")
    return {
        "flex-read": lite([custom("FlexReadFile")], [honest]),
        "flex-write": lite([custom("FlexWriteFile")]),
        "flex-python": lite([custom("FlexPyFunc")]),
        "flex-lies": lite([custom("FlexRelu")], [lying]),
        "flex-print": lite([custom("FlexPrintV2")], [printing]),
        "flex-unknown": lite([custom("FlexSeamarkRun")]),
        "custom": lite([custom("SeamarkRunCommand")]),
        "tensor-beyond": lite(operators=[{0: ("<I", 0), 1: [0, 77], 2: [2]}]),
        "tensor-negative": lite(operators=[{0: ("<I", 0), 1: [0, -5], 2: [2]}]),
        "code-beyond": lite(operators=[{0: ("<I", 9), 1: [0, 1], 2: [2]}]),
        "buffer-beyond": lite(tensors=[lite_tensor("x"), lite_tensor("w", 9), lite_tensor("y")]),
        "buffer-outside": lite(buffers=[{}, {1: ("<Q", 1 << 40), 2: ("<Q", 16)}]),
        "buffer-size": lite(tensors=[lite_tensor("x"), lite_tensor("w", 1, [400]), lite_tensor("y")]),
        "subgraph-recursion": lite(operators=[runs]),
        "elf-in-buffer": lite(tensors=[lite_tensor("x"), lite_tensor("w", 1, [16]), lite_tensor("y")], buffers=[{}, {0: _ELF}]),
        "unused-buffer": lite(buffers=[{}, {0: bytes(16)}, {0: payload(2) * 40}]),
        "appended-zip": lite() + archive,
        "appended-pickle": lite() + payload(2) * 40,
        "pickle-in-associated-files": lite(buffers=[{}, {0: bytes(16)}, {0: described}], metadata=[{0: "TFLITE_METADATA", 1: ("<I", 2)}]) + archive,
        "root-outside": struct.pack("<I", 0x7FFFFFFF) + lite()[4:],
        "truncated": lite()[:-60],
    }  # fmt: skip


_TABLES: dict[str, tuple[Callable[[], dict[str, Files]], str]] = {
    "files": (files, "field notes: ReadFile, WriteFile, MatchingFiles"),
    "reach": (reach, "own"),
    "saved-model": (models, "CVE-2024-3660 own"),
    "checkpoint": (checkpoints, "own"),
    "tflite": (lites, "own"),
}
_ONLY_STOPPED = {
    "missing-shard", "bad-checksum", "keys-descend", "unknown-compression", "truncated", "root-outside",
    "appended-pickle",
    "truncated-after",
}  # fmt: skip
_SUFFIX = {"tflite": ".tflite"}


def _build(made: Callable[[], dict[str, Files]], name: str) -> Files:
    return made()[name]


def cases() -> Iterator[Case]:
    """One case an entry."""
    for group, (made, source) in _TABLES.items():
        for name, value in made().items():
            path = f"tensorflow/{group}/{name}"
            if isinstance(value, bytes) and "." not in name:
                path += _SUFFIX.get(group, "/saved_model.pb")
            yield Case(
                id=f"tensorflow/{group}/{name}",
                family="tensorflow",
                group=group,
                source=source,
                path=path,
                build=partial(_build, made, name),
                expected="stopped" if name in _ONLY_STOPPED else "found",
            )

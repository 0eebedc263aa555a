"""Files that are nearly all structure: what a reader walks, hardly any numbers that it skips.

Each is laid out as its own library writes a large model; the ``tiny`` ones are the worst shapes
that the format allows. The same bytes every time.
"""

import json
import random
import struct
import subprocess
from collections.abc import Callable, Iterator
from itertools import chain, islice, repeat
from pathlib import Path
from shutil import which

from proofs.hostile import rfiles
from proofs.hostile.graphfiles import spec
from proofs.hostile.hubfiles import packed
from proofs.hostile.onnxfiles import attribute, message, tensor, varint
from proofs.hostile.tensorflowwire import attr, lite, lite_tensor
from proofs.hostile.tensorflowwire import node as tf_node

SIZE = 40 << 20
_SAVED = Path(__file__).resolve().parent.parent / "tests" / "data"


def _until(size: int, parts: Iterator[bytes]) -> list[bytes]:
    """Parts up to ``size`` bytes."""
    taken, held = [], 0
    for part in parts:
        held += len(part)
        if held > size:
            break
        taken.append(part)
    return taken


def _framed(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def onnx(size: int = SIZE) -> bytes:
    """Nodes with names as PyTorch exports them, a shape for every fourth."""

    def nodes() -> Iterator[bytes]:
        axes = attribute("axes", (8, 1), (8, 2), (20, 7))
        for each in range(1 << 40):
            scope = f"/model/layers.{each % 64}/self_attn"
            yield _framed(1, message(
                (1, f"{scope}/MatMul_{each}_output_0"), (1, f"onnx::MatMul_{each}"),
                (2, f"{scope}/Add_{each}_output_0"), (3, f"{scope}/Add_{each}"), (4, "Add"),
                (5, axes),
            ))  # fmt: skip
            if not each % 4:
                yield _framed(5, tensor(f"onnx::MatMul_{each}"))

    body = b"".join(_until(size, nodes())) + message((2, "main_graph"))
    return message((1, 8), (2, "pytorch"), (7, body), (8, message((2, 17))))


def tf_graph(size: int = SIZE) -> bytes:
    """A frozen graph: operators with inputs and types, and small constants."""

    def nodes() -> Iterator[bytes]:
        kind = attr("T", (6, 1))
        shape = message((1, 3), (2, message((2, message((1, 4))))), (4, bytes(16)))
        constant = [attr("dtype", (6, 3)), attr("value", (8, shape))]
        for each in range(1 << 40):
            name = f"model/encoder/layer_{each % 24}/attention"
            if each % 5:
                last = f"{name}/Add_{each - 1}"
                yield _framed(1, tf_node(f"{name}/Add_{each}", "AddV2", last, last, attrs=[kind]))
            else:
                yield _framed(1, tf_node(f"{name}/shape_{each}", "Const", attrs=constant))

    return b"".join(_until(size, nodes())) + message((4, message((1, 1882))))


def pmml(size: int = SIZE) -> bytes:
    """A forest of scikit-learn, its segments again and again."""
    saved = (_SAVED / "graphs" / "RandomForestClassifier.pmml").read_bytes()
    first = saved.index(b"<Segment ")
    last = saved.rindex(b"</Segment>") + len(b"</Segment>")
    return saved[:first] + saved[first:last] * (size // (last - first)) + saved[last:]


def xml_tiny(size: int = SIZE // 8) -> bytes:
    """Elements of nothing but a letter."""
    root = b'<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">'
    return root + b"<A/>" * (size // 4) + b"</PMML>"


def openvino(size: int = SIZE) -> bytes:
    """Layers with ports and dimensions, and as many edges."""

    def port(number: int) -> str:
        dims = "".join(f"\t\t\t\t\t<dim>{d}</dim>\n" for d in (1, 128, 768))
        return f'\t\t\t\t<port id="{number}" precision="FP32">\n{dims}\t\t\t\t</port>\n'

    ends = f"{port(0)}{port(1)}\t\t\t</input>\n\t\t\t<output>\n{port(2)}\t\t\t</output>\n"

    def layers() -> Iterator[bytes]:
        for each in range(1 << 40):
            yield (
                f'\t\t<layer id="{each}" name="__module.encoder.layer.{each % 24}.add/Add_{each}" '
                f'type="Add" version="opset1">\n\t\t\t<data auto_broadcast="numpy" />\n'
                f"\t\t\t<input>\n{ends}\t\t</layer>\n"
            ).encode()

    made = _until(size * 9 // 10, layers())
    edges = "".join(
        f'\t\t<edge from-layer="{each}" from-port="2" to-layer="{each + 1}" to-port="0" />\n'
        for each in range(len(made) - 1)
    ).encode()
    head = b'<?xml version="1.0"?>\n<net name="Model0" version="11">\n\t<layers>\n'
    tail = b"\t</layers>\n\t<edges>\n" + edges + b"\t</edges>\n\t<rt_info />\n</net>\n"
    return head + b"".join(made) + tail


def _numbers(*values: float) -> bytes:
    return struct.pack(f">2i{len(values)}d", 14, len(values), *values)


def r(size: int = SIZE) -> bytes:
    """Trees of a forest as lists of named vectors, 40 nodes each."""
    chance = random.Random(3)

    def trees() -> Iterator[bytes]:
        names = ("status", "left", "right", "split", "variable", "prediction")
        whole = struct.pack(">2i40i", 13, 40, *range(40))
        for each in range(1 << 40):
            split = _numbers(*(chance.random() for _ in range(40)))
            labels = rfiles.texts(*(f"x{each * 7 % 100}", f"x{each % 100}"))
            yield rfiles.listed(whole, whole, whole, split, labels, split, names=names)

    made = _until(size, trees())
    return rfiles.HEADER + rfiles.word(19) + rfiles.word(len(made)) + b"".join(made)


def r_texts(size: int = SIZE) -> bytes:
    """A factor's levels and row names: one vector of short texts."""
    made = _until(size, (rfiles.character(f"row{each}") for each in range(1 << 40)))
    return rfiles.HEADER + rfiles.word(16) + rfiles.word(len(made)) + b"".join(made)


def r_tiny(size: int = SIZE // 4) -> bytes:
    """Vectors of one number each, with names: the smallest values there are."""
    one = _numbers(1.0)
    named = struct.pack(">2id", 14 | 0x200, 1, 1.0) + rfiles.pairs(("names", rfiles.texts("x")))
    made = (one * 3 + named) * (size // len(one * 3 + named))
    count = 4 * (size // len(one * 3 + named))
    return rfiles.HEADER + rfiles.word(19) + rfiles.word(count) + made


def msgpack(size: int = SIZE // 2) -> bytes:
    """A state of Flax whose arrays are as small as biases of small layers."""
    inner = b"\x93\x91\x10\xa7float32\xc4\x40" + bytes(64)
    held = b"\xc7" + bytes([len(inner), 1]) + inner

    def layers() -> Iterator[bytes]:
        for each in range(1 << 40):
            dense = b"\xa7Dense_0\x82\xa6kernel" + held + b"\xa4bias" + held
            yield packed(f"block_{each}") + b"\x82" + dense + b"\xa9LayerNorm\x81\xa5scale" + held

    made = _until(size, layers())
    return packed({"params": b"\xdf" + struct.pack(">I", len(made)) + b"".join(made)})


def msgpack_tiny(size: int = 900_000) -> bytes:
    """Numbers of one byte each in one array, as many as the reader's limit of values admits."""
    return packed(
        {"step": b"\xdd" + struct.pack(">I", size // 128 * 128) + bytes(range(128)) * (size // 128)}
    )


def _booster(trees: list[str]) -> str:
    return (
        '{"learner":{"attributes":{},"feature_names":[],"feature_types":[],"gradient_booster":'
        f'{{"model":{{"gbtree_model_param":{{"num_parallel_tree":"1","num_trees":"{len(trees)}"}},'
        f'"iteration_indptr":{json.dumps(list(range(len(trees) + 1)))},"tree_info":'
        f'{json.dumps([0] * len(trees))},"trees":[{",".join(trees)}]}},"name":"gbtree"}},'
        '"learner_model_param":{"base_score":"5E-1","boost_from_average":"1","num_class":"0",'
        '"num_feature":"32","num_target":"1"},"objective":{"name":"reg:squarederror",'
        '"reg_loss_param":{"scale_pos_weight":"1"}}},"version":[2,1,1]}'
    )


def _tree(number: int, depth: int) -> dict[str, object]:
    chance = random.Random(number)
    nodes, inner = 2 ** (depth + 1) - 1, 2**depth - 1
    return {
        "base_weights": [chance.uniform(-1, 1) for _ in range(nodes)],
        "categories": [], "categories_nodes": [], "categories_segments": [],
        "categories_sizes": [], "default_left": [0] * nodes, "id": number,
        "left_children": [2 * i + 1 if i < inner else -1 for i in range(nodes)],
        "loss_changes": [chance.uniform(0, 100) if i < inner else 0.0 for i in range(nodes)],
        "parents": [2147483647, *((i - 1) // 2 for i in range(1, nodes))],
        "right_children": [2 * i + 2 if i < inner else -1 for i in range(nodes)],
        "split_conditions": [chance.uniform(-1, 1) for _ in range(nodes)],
        "split_indices": [chance.randrange(32) if i < inner else 0 for i in range(nodes)],
        "split_type": [0] * nodes, "sum_hessian": [float(nodes - i) for i in range(nodes)],
        "tree_param": {"num_deleted": "0", "num_feature": "32", "num_nodes": str(nodes),
                       "size_leaf_vector": "1"},
    }  # fmt: skip


def xgboost(size: int = SIZE, depth: int = 6) -> bytes:
    """Trees of 127 nodes."""
    texts = (json.dumps(_tree(i, depth), separators=(",", ":")) for i in range(1 << 40))
    made = _until(size, (text.encode() for text in texts))
    return _booster([text.decode() for text in made]).encode()


def xgboost_stumps(size: int = SIZE // 2) -> bytes:
    """Trees of three nodes: more names than numbers."""
    return xgboost(size, 1)


def xgboost_ubj(size: int = SIZE // 2, depth: int = 6) -> bytes:
    """The same trees as UBJSON, with arrays of one type."""
    per_tree = len(_ubj(_tree(0, depth)))
    trees: list[object] = [_tree(i, depth) for i in range(size // per_tree)]
    model = json.loads(_booster([]))
    booster = model["learner"]["gradient_booster"]["model"]
    booster["gbtree_model_param"]["num_trees"] = str(len(trees))
    booster |= {"trees": trees, "tree_info": [0] * len(trees)}
    return _ubj(model)


def _ubj(value: object) -> bytes:
    if isinstance(value, dict):
        inner = b"".join(_ubj_text(key) + _ubj(each) for key, each in value.items())
        return b"{" + inner + b"}"
    if isinstance(value, list):
        if value and isinstance(value[0], float):
            return b"[$d#" + _ubj_size(len(value)) + struct.pack(f">{len(value)}f", *value)
        if value and isinstance(value[0], int):
            return b"[$l#" + _ubj_size(len(value)) + struct.pack(f">{len(value)}i", *value)
        return b"[#" + _ubj_size(len(value)) + b"".join(map(_ubj, value))
    return b"S" + _ubj_text(value) if isinstance(value, str) else b"l" + struct.pack(">i", value)


def _ubj_size(count: int) -> bytes:
    return b"L" + struct.pack(">q", count)


def _ubj_text(text: str) -> bytes:
    return _ubj_size(len(text)) + text.encode()


def lightgbm(size: int = SIZE) -> bytes:
    """Trees of 31 leaves."""
    inner, leaves = 30, 31
    chance = random.Random(5)

    def row(name: str, values: Iterator[object]) -> str:
        return f"{name}={' '.join(map(str, values))}\n"

    def tree(number: int) -> str:
        real = [chance.uniform(-1, 1) for _ in range(leaves)]
        right = [each + 1 for each in range(inner - 1)] + [-leaves]
        return (
            f"Tree={number}\nnum_leaves={leaves}\nnum_cat=0\n"
            + row("split_feature", (chance.randrange(32) for _ in range(inner)))
            + row("split_gain", iter(real[:inner])) + row("threshold", iter(real[:inner]))
            + row("decision_type", repeat(2, inner))
            + row("left_child", (-each - 1 for each in range(inner)))
            + row("right_child", iter(right)) + row("leaf_value", iter(real))
            + row("leaf_weight", iter(real)) + row("leaf_count", iter(range(leaves)))
            + row("internal_value", iter(real[:inner])) + row("internal_weight", repeat(7, inner))
            + row("internal_count", iter(range(inner))) + "is_linear=0\nshrinkage=0.1\n\n\n"
        )  # fmt: skip

    made = _until(size, (tree(number).encode() for number in range(1 << 40)))
    head = (
        "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
        "max_feature_idx=31\nobjective=regression\n"
        f"feature_names={' '.join(f'Column_{i}' for i in range(32))}\n"
        f"feature_infos={' '.join(['[0:1]'] * 32)}\n"
        f"tree_sizes={' '.join(str(len(text)) for text in made)}\n\n"
    )
    return head.encode() + b"".join(made) + b"end of trees\n\nparameters:\nend of parameters\n"


def gguf(size: int = SIZE) -> bytes:
    """A vocabulary with scores, types and merges, far larger than any tokenizer's."""

    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    def listed(name: str, kind: int, count: int, data: bytes) -> bytes:
        return text(name) + struct.pack("<IIQ", 9, kind, count) + data

    tokens = _until(size // 2, (text(f"token{each}") for each in range(1 << 40)))
    merges = _until(size // 3, (text(f"t{each} a") for each in range(1 << 40)))
    pairs = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        listed("tokenizer.ggml.tokens", 8, len(tokens), b"".join(tokens)),
        listed("tokenizer.ggml.scores", 6, len(tokens), bytes(4 * len(tokens))),
        listed("tokenizer.ggml.merges", 8, len(merges), b"".join(merges)),
    ]
    made = b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs)
    return made + bytes(-len(made) % 32)


def safetensors(size: int = 8 << 20) -> bytes:
    """A header of tensors of one number each, near the limit of the format's own library."""
    names = (f"model.layers.{each}.mlp.experts.{each % 8}.w1.weight" for each in range(1 << 40))
    count = size // 115
    header = {
        name: {"dtype": "F32", "shape": [1], "data_offsets": [4 * each, 4 * each + 4]}
        for each, name in enumerate(islice(names, count))
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(4 * count)


def tflite(size: int = SIZE // 4) -> bytes:
    """Operators and tensors with names and shapes."""
    count = size // 270
    operators = [{0: ("<I", 0), 1: [i, i + 1], 2: [i + 2]} for i in range(count - 2)]
    tensors = [lite_tensor(f"model/layer_{i % 40}/add_{i}", 0, (1, 8, 8)) for i in range(count)]
    return lite(operators=operators, tensors=tensors)


def coreml(size: int = SIZE) -> bytes:
    """A neural network of layers without weights, with the ranks of their tensors."""
    rank = message((1, 3))

    def layers() -> Iterator[bytes]:
        for each in range(1 << 40):
            name = f"model/block_{each % 50}/activation_{each}"
            made = message((1, name), (2, f"var_{each}"), (3, f"{name}:0"), (4, rank), (5, rank))
            yield _framed(1, made + message((130, message((10, b"")))))

    return spec((500, b"".join(_until(size, layers()))))


def coreml_trees(size: int = SIZE) -> bytes:
    """A forest: a message a node."""

    def nodes() -> Iterator[bytes]:
        for each in range(1 << 40):
            tree, number = each // 63, each % 63
            where = struct.pack("<d", 0.5)
            if number < 31:
                first = message((1, tree), (2, number), (3, 0), (10, each % 30))
                children = message((12, 2 * number + 1), (13, 2 * number + 2))
                yield _framed(1, first + b"\x59" + where + children)
            else:
                leaf = message((1, 0)) + b"\x11" + where
                yield _framed(1, message((1, tree), (2, number), (3, 6), (20, leaf)))

    ensemble = b"".join(_until(size, nodes())) + message((2, 1))
    return spec((302, message((1, ensemble))), version=1)


def hdf5(path: Path, groups: int = 6_000) -> None:
    """Groups of one layer each, with a kernel, a bias and attributes, as Keras saves weights."""
    import h5py  # type: ignore[import-untyped]  # an extra for developers

    with h5py.File(path, "w") as file:
        for each in range(groups):
            group = file.create_group(f"model_weights/layer_{each}/layer_{each}")
            group.attrs["weight_names"] = [b"kernel:0", b"bias:0"]
            group.create_dataset("kernel:0", shape=(2, 4), dtype="<f4")
            group.create_dataset("bias:0", shape=(4,), dtype="<f4")


MADE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "onnx": ("model.onnx", onnx),
    "tf graph": ("frozen.pb", tf_graph),
    "pmml": ("forest.pmml", pmml),
    "pmml, tiny elements": ("tiny.pmml", xml_tiny),
    "openvino ir": ("model.xml", openvino),
    "r, lists": ("forest.rds", r),
    "r, texts": ("names.rds", r_texts),
    "r, tiny vectors": ("tiny.rds", r_tiny),
    "msgpack": ("state.msgpack", msgpack),
    "msgpack, tiny numbers": ("tiny.msgpack", msgpack_tiny),
    "xgboost json": ("booster.json", xgboost),
    "xgboost json, stumps": ("stumps.json", xgboost_stumps),
    "xgboost ubjson": ("booster.ubj", xgboost_ubj),
    "lightgbm text": ("booster.txt", lightgbm),
    "gguf": ("vocabulary.gguf", gguf),
    "safetensors header": ("many.safetensors", safetensors),
    "tflite": ("many.tflite", tflite),
    "coreml layers": ("layers.mlmodel", coreml),
    "coreml trees": ("trees.mlmodel", coreml_trees),
}
"""Name of the shape, of the file, and what makes its bytes. HDF5 comes apart: h5py writes it."""


_FOREST = """
import sys, warnings, numpy
warnings.simplefilter("ignore")
chance = numpy.random.default_rng(0)
x, y = chance.normal(size=(8000, 20)), chance.normal(size=8000)
"""
_BOOSTED = (
    _FOREST
    + "import xgboost\n"
    + "made = xgboost.XGBRegressor("
    + "n_estimators=300, max_depth=8, learning_rate=0.05, n_jobs=1)\n"
)
_LEAVES = (
    _FOREST
    + "import lightgbm; made = lightgbm.LGBMRegressor(n_estimators=1500, verbose=-1, n_jobs=1)\n"
)
_GROWN = """
set.seed(1); library(rpart)
d <- data.frame(matrix(runif(20000), 1000)); d$y <- d$X1 + d$X2 * d$X3 + runif(1000)
keep <- rpart.control(cp = 0, minsplit = 4)
saveRDS(lapply(1:8, function(i) rpart(y ~ ., d[sample(1000, 1000, TRUE), ], control = keep)),
        commandArgs(TRUE)[1], compress = FALSE)
"""
_SAVED_BY: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "xgboost json, saved by XGBoost": (
        "trees", "saved.json",
        ("-c", _BOOSTED + "made.fit(x, y); made.save_model(sys.argv[1])"),
    ),
    "xgboost ubjson, saved by XGBoost": (
        "trees", "saved.ubj", ("-c", _BOOSTED + "made.fit(x, y); made.save_model(sys.argv[1])"),
    ),
    "lightgbm text, saved by LightGBM": (
        "trees", "saved.txt",
        ("-c", _LEAVES + "made.fit(x, y); made.booster_.save_model(sys.argv[1])"),
    ),
    "r, rpart models saved by R": ("", "saved.rds", ("-e", _GROWN)),
}  # fmt: skip
"""Large models of the real libraries: environment (none: R), file, arguments before its path."""


def saved(folder: Path, venvs: Path) -> Iterator[tuple[str, Path]]:
    """What real libraries save, where they are installed; each is deleted before the next."""
    for what, (venv, name, arguments) in _SAVED_BY.items():
        program = str(venvs.absolute() / venv / "bin" / "python") if venv else which("Rscript")
        path = folder / name
        if not program or not Path(program).exists():
            continue
        subprocess.run([program, *arguments, str(path)], check=True, capture_output=True)
        yield what, path
        path.unlink()


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write one after the other; each is deleted before the next."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = chain(MADE.items(), [("hdf5 groups", ("weights.h5", None))])
    for what, (name, make) in shapes:
        path = folder / name
        if make is None:
            hdf5(path)
        else:
            path.write_bytes(make())
        yield what, path
        path.unlink()

"""XGBoost, LightGBM and CatBoost files that lead their native parsers astray, or hide a payload."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import base64
import json
import struct
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from proofs.hostile.case import COMMAND, Case

_REAL = Path(__file__).parents[2] / "tests" / "data" / "trees"
PICKLE = b"\x80\x04cposix\nsystem\n\x8c" + bytes([len(COMMAND)]) + COMMAND.encode() + b"\x85R."
Json = dict[str, object]


def tree(**changes: object) -> Json:
    """One tree of three nodes."""
    made: Json = {
        "base_weights": [0.5, 0.1, 0.2], "categories": [], "categories_nodes": [],
        "categories_segments": [], "categories_sizes": [], "default_left": [0, 0, 0], "id": 0,
        "left_children": [1, -1, -1], "loss_changes": [1.5, 0.0, 0.0],
        "parents": [2147483647, 0, 0], "right_children": [2, -1, -1],
        "split_conditions": [0.5, 0.1, 0.2], "split_indices": [0, 0, 0], "split_type": [0, 0, 0],
        "sum_hessian": [4.0, 2.0, 2.0],
        "tree_param": {"num_deleted": "0", "num_feature": "2", "num_nodes": "3",
                       "size_leaf_vector": "1"},
    }  # fmt: skip
    made.update(changes)
    return made


def model(*trees: Json, attributes: Json | None = None, **learner: object) -> Json:
    """A model of XGBoost 2.1 with these trees."""
    held = trees or (tree(),)
    booster = {
        "model": {
            "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(len(held))},
            "iteration_indptr": list(range(len(held) + 1)),
            "tree_info": [0] * len(held),
            "trees": list(held),
        },
        "name": "gbtree",
    }
    return {
        "learner": {
            "attributes": attributes or {}, "feature_names": [], "feature_types": [],
            "gradient_booster": booster,
            "learner_model_param": {"base_score": "5E-1", "num_class": "0", "num_feature": "2",
                                    "num_target": "1"},
            "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
            **learner,
        },
        "version": [2, 1, 3],
    }  # fmt: skip


def ubjson(value: object) -> bytes:
    """A value as UBJSON, without typed arrays."""
    if isinstance(value, dict):
        inner = b"".join(_length(key) + ubjson(held) for key, held in value.items())
        return b"{" + inner + b"}"
    if isinstance(value, list):
        return b"[" + b"".join(map(ubjson, value)) + b"]"
    if isinstance(value, str):
        return b"S" + _length(value)
    if isinstance(value, int):
        return b"l" + struct.pack(">i", value)
    return b"d" + struct.pack(">f", value)


def _length(text: str) -> bytes:
    return b"L" + struct.pack(">q", len(text.encode())) + text.encode()


def xgboosts() -> dict[str, bytes]:
    """XGBoost in JSON, UBJSON and the old binary form."""
    packed = base64.b64encode(PICKLE).decode()
    text = json.dumps(model())
    binary = (_REAL / "logistic.bin").read_bytes()
    first = binary.index(b"gbtree") + 6 + 160
    return {
        "child-out-of-range.json": json.dumps(model(tree(left_children=[999999, -1, -1]))).encode(),
        "child-negative.json": json.dumps(model(tree(right_children=[-7, -1, -1]))).encode(),
        "cycle.json": json.dumps(model(tree(left_children=[1, 0, -1], right_children=[2, 2, -1]))).encode(),
        "self-loop.ubj": ubjson(model(tree(left_children=[0, -1, -1]))),
        "feature-out-of-range.ubj": ubjson(model(tree(split_indices=[70000, 0, 0]))),
        "arrays-unequal.json": json.dumps(model(tree(split_conditions=[0.5]))).encode(),
        "nodes-overstated.json": json.dumps(model(tree(tree_param={"num_nodes": "1000000"}))).encode(),
        "categories-outside.json": json.dumps(model(tree(
            categories=[1, 2], categories_nodes=[0], categories_segments=[0], categories_sizes=[4096]))).encode(),
        "trees-overstated.json": text.replace('"num_trees": "1"', '"num_trees": "4000000000"').encode(),
        "attribute-pickle.json": json.dumps(model(attributes={"scikit_learn": json.dumps({"le": packed})})).encode(),
        "attribute-code.ubj": ubjson(model(attributes={"hook": f"__import__('os').system('{COMMAND}')"})),
        "duplicate-trees.json": text.replace('"tree_info"', '"trees": [], "tree_info"', 1).encode(),
        "objective-plugin.json": json.dumps(model(objective={"name": "seamark:custom"})).encode(),
        "trailing-pickle.json": text.encode() + b"\n" + PICKLE,
        "binary-nodes-negative.bin": binary[: first + 4] + struct.pack("<i", -5) + binary[first + 8 :],
        "binary-child-outside.bin": binary[: first + 152] + struct.pack("<i", 1 << 30) + binary[first + 156 :],
        "binary-trailing.bin": binary + PICKLE,
        "ubjson-length-huge.ubj": b"{L" + struct.pack(">q", 7) + b"learner{L" + struct.pack(">q", 1 << 62),
    }  # fmt: skip


def lightgbms() -> dict[str, bytes]:
    """A small LightGBM model with one thing wrong each."""
    block = (
        "Tree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\nsplit_gain=1 1\nthreshold=0.5 0.5\n"
        "decision_type=2 2\nleft_child=1 -1\nright_child=-2 -3\nleaf_value=0.1 0.2 0.3\n"
        "leaf_weight=1 1 1\nleaf_count=1 1 1\ninternal_value=0 0\ninternal_weight=0 0\n"
        "internal_count=3 2\nis_linear=0\nshrinkage=0.1\n\n\n"
    )

    def text(body: str = block, sizes: str | None = None, tail: str = "", **head: str) -> bytes:
        lines = {
            "version": "v4", "num_class": "1", "num_tree_per_iteration": "1", "label_index": "0",
            "max_feature_idx": "1", "objective": "regression", "feature_names": "a b",
            "feature_infos": "[0:1] [0:1]", "tree_sizes": sizes or str(len(body)), **head,
        }  # fmt: skip
        begin = "tree\n" + "".join(f"{name}={value}\n" for name, value in lines.items())
        parameters = (
            f"\nparameters:\n[boosting: gbdt]\n{tail}end of parameters\n\npandas_categorical:null\n"
        )
        return (
            begin + "\n" + body + "end of trees\n\nfeature_importances:\na=2\n" + parameters
        ).encode()

    def changed(old: str, new: str) -> bytes:
        return text(block.replace(old, new))

    packed = base64.b64encode(PICKLE).decode()
    return {
        "child-out-of-range.txt": changed("left_child=1 -1", "left_child=500000 -1"),
        "leaf-out-of-range.txt": changed("right_child=-2 -3", "right_child=-2 -70000"),
        "cycle.txt": changed("left_child=1 -1", "left_child=1 0"),
        "self-loop.txt": changed("left_child=1 -1", "left_child=0 -1"),
        "feature-out-of-range.txt": changed("split_feature=0 1", "split_feature=0 99999"),
        "leaves-overstated.txt": changed("num_leaves=3", "num_leaves=30"),
        "leaves-negative.txt": changed("num_leaves=3", "num_leaves=-2147483648"),
        "values-missing.txt": changed("leaf_value=0.1 0.2 0.3", "leaf_value=0.1"),
        "categories-outside.txt": changed("num_cat=0", "num_cat=1\ncat_boundaries=0 4096\ncat_threshold=1"),
        "sizes-lie.txt": text(sizes="999999999"),
        "sizes-too-many.txt": text(sizes=f"{len(block)} 1 1"),
        "feature-count-lie.txt": text(max_feature_idx="2000000000"),
        "duplicate-children.txt": changed("left_child=1 -1", "left_child=1 -1\nleft_child=7 7"),
        "parameter-code.txt": text(tail=f"[note: __import__('os').system('{COMMAND}')]\n"),
        "parameter-pickle.txt": text(tail=f"[note: {packed}]\n"),
        "appended-script.txt": text() + f"#!/bin/sh\n{COMMAND}\n".encode(),
    }  # fmt: skip


def catboosts() -> dict[str, bytes]:
    """A really saved model with one thing changed each."""
    real = (_REAL / "lossguide.cbm").read_bytes()
    with_parts = (_REAL / "categories.cbm").read_bytes()
    exported = (_REAL / "regressor-catboost.json").read_text()
    size = struct.unpack("<I", real[4:8])[0]
    root = 8 + int(struct.unpack("<I", real[8:12])[0])
    code = f"__import__('os').system('{COMMAND}')".encode()
    params = real.index(b'{"detailed_profile"')
    end = 8 + struct.unpack("<I", with_parts[4:8])[0]

    def put(offset: int, data: bytes, where: bytes = real) -> bytes:
        return where[:offset] + data + where[offset + len(data) :]

    def table(number: int) -> int:
        """Where the offset in field ``number`` of the root table stands."""
        layout = root - int(struct.unpack("<i", real[root : root + 4])[0])
        return root + int(struct.unpack("<H", real[layout + 4 + 2 * number :][:2])[0])

    trees = table(1) + int(struct.unpack("<I", real[table(1) :][:4])[0])
    tree_layout = trees - int(struct.unpack("<i", real[trees:][:4])[0])

    def vector(number: int) -> int:
        place = trees + int(struct.unpack("<H", real[tree_layout + 4 + 2 * number :][:2])[0])
        return place + int(struct.unpack("<I", real[place:][:4])[0])

    return {
        "core-beyond-end.cbm": put(4, struct.pack("<I", size * 1000)),
        "core-huge.cbm": put(4, b"\xff\xff\xff\xff"),
        "root-outside.cbm": put(8, b"\xf0\xff\xff\x7f"),
        "layout-outside.cbm": put(root, struct.pack("<i", -(1 << 30))),
        "trees-outside.cbm": put(table(1), b"\xff\xff\xff\x7f"),
        "splits-outside.cbm": put(vector(1) + 4, struct.pack("<i", 1 << 20)),
        "split-negative.cbm": put(vector(1) + 4, struct.pack("<i", -1)),
        "sizes-lie.cbm": put(vector(2) + 4, struct.pack("<i", 1 << 20)),
        "steps-outside.cbm": put(vector(10) + 4, b"\xff\xff\xff\xff"),
        "leaves-outside.cbm": put(vector(11) + 4, b"\xfe\xff\xff\x7f" * 12),
        "values-overstated.cbm": put(vector(8), b"\xff\xff\xff\x0f"),
        "information-outside.cbm": put(table(2), b"\xff\xff\xff\x7f"),
        "information-code.cbm": put(params, code),
        "parts-outside.cbm": put(end + 4, b"\xff\xff\xff\x7f", with_parts),
        "trailing.cbm": real + PICKLE,
        "empty-core.cbm": b"CBM1" + b"\0" * 60,
        "exported-code.json": exported.replace('"detailed_profile"', json.dumps(code.decode()) + ':1,"detailed_profile"', 1)
        .replace('"RMSE"', json.dumps(code.decode()), 1).encode(),
        "exported-twice.json": exported.replace("{", '{"scale_and_bias":[1,[0]],', 1).encode(),
        "exported-trailing.json": exported.encode() + PICKLE,
    }  # fmt: skip


_TABLES: dict[str, Callable[[], dict[str, bytes]]] = {
    "xgboost": xgboosts,
    "lightgbm": lightgbms,
    "catboost": catboosts,
}
_ONLY_STOPPED = {"ubjson-length-huge.ubj", "empty-core.cbm"}


def cases() -> Iterator[Case]:
    """One case an entry."""
    for group, table in _TABLES.items():
        for name in table():
            yield Case(
                id=f"trees/{group}/{name.replace('.', '-')}",
                family="trees",
                group=group,
                source="own",
                path=f"trees/{group}/{name}",
                build=partial(_build, table, name),
                expected="stopped" if name in _ONLY_STOPPED else "found",
            )


def _build(table: Callable[[], dict[str, bytes]], name: str) -> bytes:
    return table()[name]

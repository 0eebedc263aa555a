"""Native model files of tree libraries as the table of formats lists them."""

import re
from collections.abc import Callable
from typing import NamedTuple

from seamark.scan.models.blobs import Blob


class Kind(NamedTuple):
    """One row: see :class:`seamark.scan.models.formats.Format`."""

    name: str
    title: str
    sniff: Callable[[bytes, Blob], bool]
    reader: str
    extensions: frozenset[str] = frozenset()


_LEARNER = re.compile(rb'"learner"\s*+:\s*+\{')
_UBJSON_LEARNER = re.compile(rb"\{(?:[iU]|[Il]\0{1,3}|L\0{7})\x07learner\{", re.DOTALL)
_CATBOOST = re.compile(
    rb'"(?:oblivious_trees|features_info|model_info|scale_and_bias)"\s*+:\s*+[\[{]'
)
_CATBOOST_FIRST = tuple(
    b'"' + name + b'"'
    for name in b"ctr_data features_info model_info oblivious_trees scale_and_bias trees".split()
)


def _is_json_object(head: bytes) -> bool:
    return head.lstrip(b" \t\r\n")[:1] == b"{"


def is_xgboost_json(head: bytes, _blob: Blob) -> bool:
    """A JSON object with the member ``learner`` near its start."""
    return _is_json_object(head) and _LEARNER.search(head) is not None


def is_xgboost_ubjson(head: bytes, _blob: Blob) -> bool:
    """A UBJSON object whose first member is ``learner``."""
    return _UBJSON_LEARNER.match(head) is not None


def is_catboost_json(head: bytes, blob: Blob) -> bool:
    """A JSON object with the members that CatBoost exports, at its start or its end."""
    if not _is_json_object(head) or not head.lstrip(b" \t\r\n{").startswith(_CATBOOST_FIRST):
        return False
    tail = blob.read(max(0, blob.size - 4096), 4096)
    return len({*_CATBOOST.findall(head), *_CATBOOST.findall(tail)}) >= 2


KINDS: tuple[Kind, ...] = (
    Kind(
        "catboost",
        "CatBoost model",
        lambda head, _blob: head.startswith(b"CBM1"),
        "trees.catboost:examine",
        frozenset({".cbm", ".bin", ".model"}),
    ),
    Kind(
        "lightgbm",
        "LightGBM model",
        lambda head, _blob: head.startswith((b"tree\nversion=v", b"tree\r\nversion=v")),
        "trees.lightgbm:examine",
        frozenset({".txt", ".lgb", ".lgbm", ".model"}),
    ),
    Kind(
        "xgboost-binary",
        "XGBoost model (old binary form)",
        lambda head, _blob: head.startswith(b"binf"),
        "trees.xgboost_binary:examine",
        frozenset({".bin", ".xgb", ".model"}),
    ),
    Kind(
        "xgboost-ubjson",
        "XGBoost model (UBJSON)",
        is_xgboost_ubjson,
        "trees.xgboost:examine_ubjson",
        frozenset({".ubj", ".bin", ".xgb", ".model"}),
    ),
    Kind(
        "xgboost",
        "XGBoost model (JSON)",
        is_xgboost_json,
        "trees.xgboost:examine_json",
        frozenset({".json", ".xgb", ".model"}),
    ),
    Kind(
        "catboost-json",
        "CatBoost model (JSON)",
        is_catboost_json,
        "trees.catboost_json:examine",
        frozenset({".json"}),
    ),
)
"""In order of certainty."""

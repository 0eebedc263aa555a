"""Guards of libraries that load from a path or an open file: the whole file is examined."""

import functools
import os
from collections.abc import Callable
from typing import Any

from seamark.harden.loading.examine import load_examined, load_in_place
from seamark.harden.loading.folders import load_folder
from seamark.harden.loading.patches import Guard
from seamark.harden.loading.policy import Policy, current, loading

Loader = Callable[..., Any]


def _is_path(place: Any) -> bool:
    return isinstance(place, str | bytes | os.PathLike)


def _policy_for(place: Any) -> Policy | None:
    """The policy; None where ``place`` is memory of a load whose bytes were examined."""
    if loading() is not None and not _is_path(place):
        return None
    return current()


def by_stream(*keywords: str, maps: str = "") -> Callable[[Loader], Loader]:
    """For loaders that take a path or a file as first argument or as one of ``keywords``.

    They get a file object over the examined bytes. Where the argument ``maps`` asks for a memory
    map they open the path themselves; the pickles in it are then examined a second time.
    """

    def wrap(original: Loader) -> Loader:
        @functools.wraps(original)
        def load(*args: Any, **options: Any) -> Any:
            given = next((word for word in keywords if word in options), None)
            place: Any = options[given] if given else (args[0] if args else None)
            policy = None if place is None else _policy_for(place)
            if policy is None:
                return original(*args, **options)

            def call(source: Any) -> Any:
                if given:
                    return original(*args, **{**options, given: source})
                return original(source, *args[1:], **options)

            mapped = bool(maps and options.get(maps)) or (
                maps == "mmap_mode" and len(args) > 1 and args[1] is not None
            )
            if mapped and _is_path(place):
                path = os.fsdecode(place)
                return load_in_place(path, policy, lambda: original(*args, **options))
            return load_examined(place, policy, call)

        return load

    return wrap


def in_place(*keywords: str, at: int = 0) -> Callable[[Loader], Loader]:
    """For loaders that open a path themselves; the file must be the same one afterwards."""

    def wrap(original: Loader) -> Loader:
        @functools.wraps(original)
        def load(*args: Any, **options: Any) -> Any:
            given = next((word for word in keywords if word in options), None)
            place: Any = options[given] if given else (args[at] if len(args) > at else None)
            policy = current()
            if policy is None or not _is_path(place) or not os.path.exists(os.fsdecode(place)):
                return original(*args, **options)
            path = os.fsdecode(place)
            if os.path.isdir(path):
                return load_folder(path, policy, lambda: original(*args, **options))
            return load_in_place(path, policy, lambda: original(*args, **options))

        return load

    return wrap


def _each(modules: str, name: str, wrap: Callable[[Any], Any]) -> tuple[Guard, ...]:
    return tuple(Guard(module, name, wrap) for module in modules.split())


_TORCH = by_stream("f", maps="mmap")
_SCRIPT = by_stream("f")
_JOBLIB = by_stream("filename", maps="mmap_mode")
_NUMPY = by_stream("file", maps="mmap_mode")
_ONNX = in_place("f")
_KERAS = in_place("filepath")
_SKOPS = by_stream("file")

GUARDS = (
    *_each("torch torch.serialization", "load", _TORCH),
    *_each("torch.jit torch.jit._serialization", "load", _SCRIPT),
    *_each("torch.export", "load", _SCRIPT),
    *_each("torch.package.package_importer", "PackageImporter.__init__", in_place(at=1)),
    *_each("joblib joblib.numpy_pickle", "load", _JOBLIB),
    *_each("numpy numpy.lib.npyio numpy.lib._npyio_impl", "load", _NUMPY),
    *_each("pandas pandas.io.pickle pandas.io.api", "read_pickle", in_place("filepath_or_buffer")),
    *_each("skops.io skops.io._persist", "load", _SKOPS),
    *_each("onnx", "load", _ONNX),
    *_each("onnx", "load_model", _ONNX),
    *_each(
        "keras.models keras.saving keras.src.saving keras.src.saving.saving_api",
        "load_model",
        _KERAS,
    ),
    *_each("tensorflow.python.saved_model.load", "load", in_place("export_dir")),
    *_each("keras.src.saving.saving_api", "load_weights", in_place("filepath", at=1)),
    *_each("xgboost.core", "Booster.load_model", in_place("fname", at=1)),
    *_each("lightgbm.basic", "Booster.__init__", in_place("model_file", at=3)),
    *_each("safetensors.numpy safetensors.torch", "load_file", in_place("filename")),
    *_each(
        "onnxruntime onnxruntime.capi.onnxruntime_inference_collection",
        "InferenceSession.__init__",
        in_place("path_or_bytes", at=1),
    ),
)

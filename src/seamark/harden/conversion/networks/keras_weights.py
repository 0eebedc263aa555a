"""Engine ``keras``: weights as HDF5 or safetensors, the architecture as JSON beside them.

The conversion itself builds no object: h5py copies arrays. For the proof, one child builds the
model from the source with ``safe_mode`` and another from what was written, and their outputs on
the same inputs are compared; before that, every array is compared byte by byte.
"""

import json
import os
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from seamark.harden.conversion.compare import compare
from seamark.harden.conversion.libraries import library, versions
from seamark.harden.conversion.networks.keras_files import Saved, datasets, open_model
from seamark.harden.conversion.refusals import MissingLibrary, Refused, Unsuited
from seamark.harden.conversion.tensors import own, safetensors

EXPECTED = "expected.npz"
PACKAGES = ("keras", "h5py", "numpy", "torch", "jax", "tensorflow")
_BACKENDS = ("torch", "jax", "tensorflow")
_TYPES = frozenset(safetensors.NAMES)
_UNKNOWN = 7
"""Extent that stands for one that the model leaves open, such as the length of a sequence."""


def convert(job: Mapping[str, Any]) -> dict[str, Any]:
    """Write the weights and the architecture, and what the model says on inputs beside them."""
    saved = open_model(job["source"], job["work"])
    items = [
        safetensors.Item(
            name, str(each.dtype), tuple(each.shape), int(each.size) * each.dtype.itemsize
        )
        for name, each in datasets(saved.weights, saved.group)
    ]
    odd = [item for item in items if item.dtype not in _TYPES]
    if odd or not items:
        what = f"{odd[0].name!r} is of type {odd[0].dtype}" if odd else "it holds no weights"
        raise Refused(f"The weights cannot be taken: {what}.")
    if job["target"] == "safetensors":
        _write_safetensors(job["output"], saved, safetensors.in_order(items))
    else:
        _write_hdf5(job["output"], saved)
    with open(job["outputs"][1], "x", encoding="utf-8") as file:
        file.write(saved.config)
    origin, shapes = _remember(job)
    return {"libraries": versions(PACKAGES), **own.summary(items, {}), "dropped": [],
            "config": os.path.basename(job["outputs"][1]),
            "inputs": {"origin": origin, "shape": shapes}}  # fmt: skip


def _write_safetensors(path: str, saved: Saved, items: list[safetensors.Item]) -> None:
    wanted = {name: each[()].tobytes() for name, each in datasets(saved.weights, saved.group)}
    safetensors.write(path, items, ([wanted[item.name]] for item in items), {"format": "np"})


def _write_hdf5(path: str, saved: Saved) -> None:
    """Copy groups, arrays and the attributes that name them; the optimizer stays behind."""
    h5py = library("h5py")
    with h5py.File(saved.weights, "r") as source, h5py.File(path, "x") as target:
        root = source[saved.group]
        for name in root:
            if name not in ("optimizer", "_optimizer"):
                root.copy(name, target, expand_external=False, expand_soft=False)
        for name in ("layer_names", "backend", "keras_version"):
            if name in root.attrs:
                target.attrs[name] = root.attrs[name]


def prove(job: Mapping[str, Any]) -> dict[str, Any]:
    """Compare every array, then the outputs of a model built from the result alone."""
    np = library("numpy")
    saved = open_model(job["source"], job["work"])
    differences = _array_differences(job, saved)
    with np.load(os.path.join(job["work"], EXPECTED), allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    keras = _keras()
    with open(job["outputs"][1], encoding="utf-8") as file:
        model = _built(keras, file.read(), saved)
    _fill(model, job, saved)
    found = _outputs(model, [arrays[name] for name in sorted(arrays) if name.startswith("in")])
    expected = {name: array for name, array in arrays.items() if name.startswith("output")}
    figures = compare(expected, found, atol=job["atol"], rtol=job["rtol"], precision="float32")
    listed = [*differences, *figures["differences"]][:20]
    return {**figures, "differences": listed, "equal": not listed}


def _built(keras: Any, config: str, saved: Saved) -> Any:
    """The model that the written architecture describes, with nothing in its weights yet."""
    if not saved.legacy:
        return keras.models.model_from_json(config)
    legacy = library("keras.src.legacy.saving.saving_utils")  # the layout of full .h5 files
    return legacy.model_from_config(json.loads(config))


def _array_differences(job: Mapping[str, Any], saved: Saved) -> list[str]:
    told = {name: (str(a.dtype), tuple(a.shape), a[()].tobytes())
            for name, a in datasets(saved.weights, saved.group)}  # fmt: skip
    if job["target"] == "safetensors":
        placed, _ = safetensors.read_header(job["output"])
        found = {name: (p.dtype, p.shape, b"".join(safetensors.read_pieces(job["output"], p)))
                 for name, p in placed.items()}  # fmt: skip
    else:
        found = {name: (str(a.dtype), tuple(a.shape), a[()].tobytes())
                 for name, a in datasets(job["output"], "/")}  # fmt: skip
    return [name for name in sorted(set(told) | set(found)) if told.get(name) != found.get(name)]


def _keras() -> Any:
    """Keras on the first backend that is there. Raises ``MissingLibrary``."""
    backend = next((name for name in _BACKENDS if find_spec(name)), None)
    if backend is None:
        raise MissingLibrary("keras")
    os.environ["KERAS_BACKEND"] = backend
    return library("keras")


def _remember(job: Mapping[str, Any]) -> tuple[str, str]:
    """Keep the outputs of the source model on the sample inputs for the child that proves."""
    np = library("numpy")
    keras = _keras()
    try:
        model = keras.models.load_model(job["source"], compile=False, safe_mode=True)
    except Exception as error:  # it says no in many ways
        reason = " ".join(str(error).split())[:300]
        raise Refused(f"Keras does not load the model in safe mode: {reason}") from error
    if job["sample"]:
        with np.load(job["sample"], allow_pickle=False) as held:
            inputs = [held] if not hasattr(held, "files") else [held[name] for name in held.files]
        origin = "given"
    else:
        inputs, origin = _drawn(model, job), "drawn"
    arrays = {f"in{index:04}": array for index, array in enumerate(inputs)}
    with open(os.path.join(job["work"], EXPECTED), "wb") as file:
        np.savez(file, **arrays, **_outputs(model, inputs))
    return origin, ", ".join(str(tuple(array.shape)) for array in inputs)


def _drawn(model: Any, job: Mapping[str, Any]) -> list[Any]:
    """Inputs of the declared shapes; whole numbers where an embedding takes them."""
    np = library("numpy")
    random = np.random.default_rng(job["seed"])
    count = min(int(job["samples"]), 64)
    if not getattr(model, "inputs", None):
        raise Unsuited(
            "The model does not declare its inputs.", "Give some with --sample FILE.npz."
        )
    most = min((layer.input_dim for layer in model._flatten_layers()
                if type(layer).__name__ == "Embedding"), default=0)  # fmt: skip
    drawn = []
    for each in model.inputs:
        shape = (count, *(_UNKNOWN if extent is None else extent for extent in each.shape[1:]))
        whole = most and (len(shape) == 2 or str(each.dtype).startswith("int"))
        drawn.append(
            random.integers(0, most, shape) if whole else random.normal(size=shape).astype("f4")
        )
    return drawn


def _outputs(model: Any, inputs: list[Any]) -> dict[str, Any]:
    keras = library("keras")
    said = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    flat = keras.tree.flatten(said)
    return {f"output{i}": keras.ops.convert_to_numpy(each) for i, each in enumerate(flat)}


def _fill(model: Any, job: Mapping[str, Any], saved: Saved) -> None:
    """Give a model that was built from the architecture alone the weights that were written."""
    h5py = library("h5py")
    path = job["output"]
    if job["target"] == "safetensors":  # Keras reads no safetensors: by way of its own layout
        np = library("numpy")
        path = os.path.join(job["work"], "filled.weights.h5")
        placed, _ = safetensors.read_header(job["output"])
        _write_hdf5(path, saved)
        with h5py.File(path, "r+") as file:
            for name, each in placed.items():
                data = b"".join(safetensors.read_pieces(job["output"], each))
                file[name][...] = np.frombuffer(data, dtype=each.dtype).reshape(each.shape)
    if saved.legacy:
        legacy = os.path.join(job["work"], "legacy.h5")
        os.link(path, legacy)
        model.load_weights(legacy)
    else:
        model.load_weights(path)

"""Keras 3 models, as .keras, as HDF5 and as weights; any backend that is installed."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import os
import sys
import warnings

os.environ.setdefault("KERAS_BACKEND", sys.argv[2] if len(sys.argv) > 2 else "numpy")

import keras
import numpy as np
from keras import layers
from record import Shelf


def models():
    """Name to model."""
    inputs = keras.Input((8,), name="x")
    branch = layers.Dense(4, activation="relu", kernel_regularizer="l2")(inputs)
    functional = keras.Model(
        inputs, layers.Add()([branch, layers.Dense(4)(inputs)]), name="functional"
    )
    inner = keras.Sequential([keras.Input((8,)), layers.Dense(3, activation="gelu")], name="inner")
    words = (
        layers.TextVectorization(max_tokens=10) if keras.backend.backend() == "tensorflow" else None
    )
    out = {
        "dense": keras.Sequential([keras.Input((4,)), layers.Dense(3, "relu"), layers.Dense(2, "softmax")]),
        "conv": keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.BatchNormalization(),
                                  layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.2), layers.Dense(1)]),
        "functional": functional,
        "nested": keras.Sequential([keras.Input((8,)), inner, layers.Dense(1)]),
        "embedding": keras.Sequential([keras.Input((5,), dtype="int32"), layers.Embedding(10, 4),
                                       layers.GlobalAveragePooling1D(), layers.Dense(1, "sigmoid")]),
        "normalization": keras.Sequential([keras.Input((3,)), layers.Normalization(mean=[0.0] * 3, variance=[1.0] * 3),
                                           layers.LayerNormalization(), layers.Dense(1)]),
        "distributed": keras.Sequential([keras.Input((4, 3)), layers.TimeDistributed(layers.Dense(2))]),
        "attention": _attention(),
        "rescaling": keras.Sequential([keras.Input((4, 4, 3)), layers.Rescaling(1 / 255.0), layers.Flatten()]),
    }  # fmt: skip
    if keras.backend.backend() != "numpy":
        out["lstm"] = keras.Sequential(
            [keras.Input((4, 3)), layers.Bidirectional(layers.LSTM(2)), layers.Dense(1)]
        )
    assert words is None or words
    for name, model in out.items():
        loss = "mse" if len(name) % 2 else keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile(optimizer="adam", loss=loss, metrics=["mae", keras.metrics.AUC()])
    return out


def _attention():
    inputs = keras.Input((4, 8))
    return keras.Model(inputs, layers.MultiHeadAttention(2, 4)(inputs, inputs))


def main(out):
    """Each model in each of Keras' three forms."""
    warnings.simplefilter("ignore")
    shelf = Shelf(out, "keras")
    for name, model in models().items():
        shelf.save(name + ".keras", model.save, kind="keras")
        shelf.save(
            name + ".h5", lambda p, m=model: m.save(p, include_optimizer=False), kind="keras-h5"
        )
        shelf.save(name + ".weights.h5", model.save_weights, kind="keras-h5")
    print("keras", keras.backend.backend(), shelf.saved, shelf.failed, np.__version__)
    hdf5(out)


def hdf5(out):
    """Plain HDF5 by h5py."""
    import h5py

    shelf = Shelf(out, "h5py")
    for version in ("earliest", "latest"):

        def write(path, libver=version):
            with h5py.File(path, "w", libver=libver) as handle:
                group = handle.create_group("encoder/layer_0")
                group["kernel"] = np.random.rand(20, 20)
                group.create_dataset(
                    "packed", data=np.zeros((50, 50)), compression="gzip", chunks=(10, 10)
                )
                group["names"] = np.array([b"a", b"b"])
                handle["alias"] = h5py.SoftLink("/encoder/layer_0/kernel")
                handle["hard"] = group["kernel"]
                handle.attrs["config"] = '{"units": 3}'
                handle.attrs["shape"] = [20, 20]
                handle.create_dataset("text", data=["x", "longer text"], dtype=h5py.string_dtype())
                for index in range(40):
                    handle.create_dataset(f"many/{index}", data=index)

        shelf.save(f"plain-{version}.h5", write, kind="hdf5")
    print("h5py", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])

"""Writes the HDF5 files of this folder: ``python make.py`` where h5py 3.16 is installed.

Everything in them is harmless; the code of Lambda layers prints a word and is never run by tests.
"""

import base64
import json
import marshal
import os

import h5py
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def layer(name: str, /, **config: object) -> dict[str, object]:
    return {"class_name": name, "config": config}


def model(*layers: object) -> str:
    return json.dumps({"class_name": "Sequential", "config": {"layers": layers}})


CODE = base64.b64encode(
    marshal.dumps(compile("__import__('os').system('echo seamark')", "f", "eval"))
)
HONEST = model(layer("Dense", units=3))
EVIL = model(layer("Lambda", function=[CODE.decode(), None, None]))
LONG = model(*[layer("Dense", name="d" * 900)] * 75, layer("Mine"))  # over 64 KiB


def file(name: str, bounds: object = "earliest", **options: object) -> h5py.File:
    return h5py.File(os.path.join(HERE, name), "w", libver=bounds, **options)


def honest(name: str, bounds: object, *, track_order: bool) -> None:
    with file(name, bounds, track_order=track_order) as f:
        f.attrs["model_config"] = HONEST
        f.attrs["keras_version"] = "2.15.0"
        f.attrs["layer_names"] = [b"dense", b"other"]
        f.attrs["count"] = np.int64(3)
        for i in range(20):
            f.create_group(f"layer_{i}", track_order=track_order).attrs["weight_names"] = ["w", "b"]
        for i in range(12):
            f["layer_0"].attrs[f"a{i}"] = i
        f["layer_1/w"] = np.arange(6.0).reshape(2, 3)
        f["layer_1"].create_dataset("z", data=np.arange(64), chunks=(16,), compression="gzip")
        f["soft"] = h5py.SoftLink("/layer_1/w")
        f["hard"] = f["layer_1"]
        f["layer_2/cycle"] = f["/"]


def main() -> None:
    for name, bounds in (("old", "earliest"), ("v110", ("v108", "v110")), ("new", "latest")):
        for order in (False, True):
            honest(f"{name}{'_ordered' if order else ''}.h5", bounds, track_order=order)
    for name, bounds in (("old", "earliest"), ("new", "latest")):
        with file(f"lambda_{name}.h5", bounds) as f:
            f.attrs["model_config"] = EVIL
        with file(f"fixed_{name}.h5", bounds) as f:
            f.attrs["model_config"] = np.bytes_(EVIL.encode())
        with file(f"external_link_{name}.h5", bounds) as f:
            f["x"] = h5py.ExternalLink("../../secret.h5", "/x")
        with file(f"other_file_{name}.h5", bounds) as f:
            f["x"] = h5py.ExternalLink("part2.h5", "/x")
        with file(f"external_data_{name}.h5", bounds) as f:
            f.create_dataset("x", (8,), dtype="u1", external=[("/etc/hostname", 0, 8)])
        with file(f"deep_{name}.h5", bounds) as f:
            f.create_group("/".join("abcdefgh" * 2)).attrs["training_config"] = EVIL
    with file("virtual.h5", "latest") as f:
        layout = h5py.VirtualLayout((8,), dtype="u1")
        layout[:] = h5py.VirtualSource("/srv/other.h5", "d", (8,))
        f.create_virtual_dataset("v", layout)
    with file("long_text.h5", "latest") as f:
        f.attrs["model_config"] = LONG
    with file("huge_attribute.h5", "latest") as f:
        f.attrs.create("model_config", np.bytes_(LONG.encode()))
    with file("dense_attributes.h5", "latest") as f:
        for i in range(60):
            f.attrs[f"a{i}"] = np.bytes_(b"v" * i)
        f.attrs["model_config"] = np.bytes_(EVIL.encode())
    with file("dense_links.h5", "latest") as f:
        for i in range(120):
            f[f"{i:05d}" * 6] = h5py.SoftLink("/nowhere")
        f["zz"] = h5py.ExternalLink("/etc/passwd", "/x")
    with file("user_block.h5", userblock_size=512) as f:
        f.attrs["model_config"] = HONEST
    with file("pytables.h5") as f:
        f.attrs["payload"] = np.bytes_(b"(lp0\ncos\nsystem\np1\na.")
        f.create_dataset("o", data=np.zeros(3, "u1")).attrs["PSEUDOATOM"] = np.bytes_(b"object")
    with file("committed.h5") as f:
        f["type"] = np.dtype([("a", "i4"), ("b", "S3")])
        f["data"] = np.zeros(2, dtype=f["type"].dtype)
        f["data"].attrs.create("shared", np.zeros(1), dtype=f["type"].dtype["a"])


if __name__ == "__main__":
    main()

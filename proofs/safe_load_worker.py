"""Runs in an environment that has the libraries: ``safe_load_worker.py hostile|benign LIST``.

LIST is JSON, ``[[id, path], …]``; one JSON line a file is printed. Nothing here is ever loaded
without a guard except files of the benign corpus.
"""

import contextlib
import ctypes
import functools
import hashlib
import importlib
import io
import json
import os
import pickle
import sys
import warnings

ACTED = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "subprocess.Popen",
         "socket.connect", "webbrowser.open", "shutil.rmtree", "urllib.Request")  # fmt: skip


def opened(loader, place):
    """A loader of one stream from an open file: all streams, as a program that wants them would."""
    with open(place, "rb") as file:
        found = [loader(file)]
        with contextlib.suppress(EOFError):
            while True:
                found.append(loader(file))
    return found


def loaders(path):
    """Every loader of this environment that could take the file, by name."""

    found = {"pickle": functools.partial(opened, pickle.load)}
    for module, name, options in (
        ("joblib", "load", {}),
        ("numpy", "load", {"allow_pickle": True}),
        ("torch", "load", {"weights_only": False}),
        ("pandas", "read_pickle", {}),
        ("keras.saving", "load_model", {}),
        ("onnx", "load", {}),
        ("dill", "load", None),
        ("safetensors.numpy", "load_file", {}),
    ):
        try:
            loader = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError):
            continue
        if options is None:
            found[module] = functools.partial(opened, loader)
        else:
            found[module] = lambda place, loader=loader, o=options: loader(place, **o)
    return found


def hostile(path, events):
    """What became of every way to load the file."""
    from seamark.harden.loading import UnsafeModel, safe_load

    outcome = {}
    for name in loaders(path):
        with safe_load():
            loader = loaders(path)[name]  # looked up inside, as a program would
            events.clear()
            try:
                value = loader(path)
                if name == "numpy" and hasattr(value, "files"):
                    value = [value[key] for key in value.files]
                outcome[name] = "loaded"
            except UnsafeModel:
                outcome[name] = "refused"
            except BaseException as error:
                outcome[name] = f"failed: {type(error).__name__}"
            if events:
                outcome[name] += f" ACTED {events[:3]}"
    return outcome


def loader_for(path):
    """The loader that a program would take for this benign file, or None."""
    every = loaders(path)
    lower = path.lower()
    for suffixes, name in (
        ((".npy", ".npz"), "numpy"),
        ((".pt", ".pth", ".bin", ".ckpt"), "torch"),
        ((".keras", ".h5"), "keras.saving"),
        ((".safetensors",), "safetensors.numpy"),
        ((".onnx",), "onnx"),
        ((".joblib", ".gz", ".xz", ".bz2", ".lzma", ".z", ".lz4"), "joblib"),
        ((".pkl", ".pickle"), "joblib" if "joblib" in every else "pickle"),
    ):
        if lower.endswith(suffixes):
            return every.get(name)
    return None


class Comparable(pickle.Pickler):
    """Writes what a tensor or a record holds, without the addresses and padding around it."""

    def reducer_override(self, value):
        kind = type(value)
        if (kind.__module__, kind.__name__) == ("numpy", "ndarray") and value.dtype.names:
            return str, (repr((value.dtype, value.shape, value.tolist())),)
        if (
            kind.__module__ == "torch"
            and kind.__name__ == "Tensor"
            and value.layout.__str__() == "torch.strided"
        ):
            storage = value.untyped_storage()
            content = (
                ctypes.string_at(storage.data_ptr(), storage.nbytes()) if storage.nbytes() else b""
            )
            about = (
                value.dtype,
                value.shape,
                value.stride(),
                value.storage_offset(),
                value.is_conj(),
                value.is_neg(),
                value.requires_grad,
            )
            return str, (repr(about) + hashlib.sha256(content).hexdigest(),)
        return NotImplemented


def fingerprint(value):
    """Type and content; None where the object cannot be pickled to compare it."""
    if hasattr(value, "files") and hasattr(value, "close"):
        value = {key: value[key] for key in value.files}
    if hasattr(value, "get_weights") and hasattr(value, "to_json"):
        value = (value.to_json(), value.get_weights())
    out = io.BytesIO()
    try:
        Comparable(out, 4).dump(value)
    except Exception:
        return None
    return f"{type(value).__module__}.{type(value).__qualname__}", hashlib.sha256(
        out.getvalue()
    ).hexdigest()


def benign(path):
    """``identical``, ``different``, ``refused …``, ``incomparable``, or why plain loading fails."""
    from seamark.harden.loading import UnsafeModel, safe_load

    if loader_for(path) is None:
        return "no loader"
    try:
        first, again = fingerprint(loader_for(path)(path)), fingerprint(loader_for(path)(path))
    except Exception as error:
        return f"plain loading fails: {type(error).__name__}"
    if first is None or first != again:
        return "incomparable"
    try:
        with safe_load():
            guarded = loader_for(path)(path)
            same = fingerprint(guarded)
    except UnsafeModel as error:
        return f"refused {[f.rule.id for f in error.findings]}"
    return "identical" if same == first else "different"


def main():
    """One line a file."""
    warnings.simplefilter("ignore")
    with open(sys.argv[2]) as file:
        rows = json.load(file)
    events = []
    if sys.argv[1] == "hostile":

        def watch(event, arguments):
            if event in ACTED and "judge_child.py" not in repr(arguments):
                events.append(f"{event} {arguments!r:.80}")

        from seamark.harden.loading import safe_load

        with safe_load():
            pickle.loads(pickle.dumps(1))  # the judge is started
        for name in loaders(""):
            assert name
        sys.addaudithook(watch)
    out = os.fdopen(os.dup(1), "w")
    sys.stdout = sys.stderr
    for case, path in rows:
        result = hostile(path, events) if sys.argv[1] == "hostile" else benign(path)
        print(json.dumps([case, result]), file=out, flush=True)


if __name__ == "__main__":
    main()

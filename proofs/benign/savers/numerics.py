"""Arrays, frames and matrices: NumPy, pandas, SciPy, joblib."""

import pickle
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
import scipy.sparse as sp
from record import Shelf

TYPES = "? b B h H i I l L q Q e f d g F D S5 U7 M8[s] m8[ms] V8".split()


def dumped(value, protocol):
    """A writer by pickle."""

    def write(path):
        with open(path, "wb") as handle:
            pickle.dump(value, handle, protocol=protocol)

    return write


def arrays():
    """Name to array."""
    out = {f"type-{i}": np.zeros((2, 3), dtype=t) for i, t in enumerate(TYPES)}
    record = np.dtype([("id", "<i4"), ("name", "U8"), ("at", "M8[s]"), ("pos", "<f8", (3,))])
    out.update({
        "structured": np.zeros(3, dtype=record),
        "record": np.rec.array([(1, "a"), (2, "b")], names="n,s"),
        "fortran": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        "big-endian": np.arange(4, dtype=">i4"),
        "scalar": np.float64(3.5),
        "zero-d": np.array(7),
        "empty": np.empty((0, 5)),
        "masked": np.ma.masked_array([1, 2, 3], mask=[0, 1, 0]),
        "matrix": np.matrix([[1, 2], [3, 4]]),
        "strings": np.array(["yes", "no", None], dtype=object),
        "ragged": np.array([np.arange(2), np.arange(3)], dtype=object),
        "objects": np.array([1, "a", 2.5, (1, 2), {"k": [1]}], dtype=object),
        "dtype": record,
        "polynomial": np.polynomial.Polynomial([1, 2, 3]),
        "generator": np.random.default_rng(0),
        "legacy-random": np.random.RandomState(3),
        "datetime-scalar": np.datetime64("2024-05-01"),
        "ufunc": np.log1p,
        "big": np.arange(50_000, dtype=np.float32),
    })  # fmt: skip
    return out


def frames():
    """Name to pandas object."""
    index = pd.date_range("2024-01-01", periods=4, freq="D", tz="Europe/Oslo")
    base = pd.DataFrame({"a": [1, 2, 3, 4], "b": list("wxyz"), "c": [1.5, None, 2.0, 0.0]})
    return {
        "frame": base,
        "frame-dates": pd.DataFrame({"v": range(4)}, index=index),
        "frame-category": pd.DataFrame({"c": pd.Categorical(["a", "b", "a"], ordered=True)}),
        "frame-extension": base.convert_dtypes(),
        "frame-multi": base.set_index(["a", "b"]),
        "frame-interval": pd.DataFrame({"i": pd.cut([1, 5, 9], 3)}),
        "frame-period": pd.DataFrame({"p": pd.period_range("2024-01", periods=3, freq="M")}),
        "frame-sparse": pd.DataFrame({"s": pd.arrays.SparseArray([0, 0, 1])}),
        "frame-timedelta": pd.DataFrame({"t": pd.to_timedelta([1, 2], unit="h")}),
        "series": base["c"],
        "series-bool": pd.Series([True, None], dtype="boolean"),
        "series-string": pd.Series(["a", "b"], dtype="string"),
        "index": base.index,
        "index-category": pd.CategoricalIndex(["a", "b"]),
        "index-interval": pd.interval_range(0, 3),
        "timestamp": pd.Timestamp("2024-02-03T04:05", tz="UTC"),
        "timedelta": pd.Timedelta("3h"),
        "offset": pd.offsets.BusinessDay(2),
        "groups": base.groupby("b").size(),
        "na": [pd.NA, pd.NaT],
        "frame-empty": pd.DataFrame(),
        "frame-wide": pd.DataFrame(np.random.rand(3, 40)),
    }  # fmt: skip


def matrices():
    """Name to SciPy object."""
    dense = np.eye(4)
    out = {
        f: getattr(sp, f + "_matrix")(dense)
        for f in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr")
    }
    if hasattr(sp, "csr_array"):
        out["csr-array"] = sp.csr_array(dense)
    from scipy import interpolate, spatial, stats

    out.update({
        "spline": interpolate.UnivariateSpline(range(8), range(8)),
        "cubic": interpolate.CubicSpline(range(5), range(5)),
        "kdtree": spatial.cKDTree(np.random.rand(20, 2)),
        "frozen-normal": stats.norm(0, 1),
        "rotation": spatial.transform.Rotation.identity(),
        "kde": stats.gaussian_kde(np.random.rand(10)),
    })  # fmt: skip
    return out


def main(out):
    """Everything in turn by pickle, joblib, .npy and .npz."""
    warnings.simplefilter("ignore")
    shelf = Shelf(out, "numpy")
    for index, (name, value) in enumerate(arrays().items()):
        shelf.save(
            f"{name}-p{index % 6}.pkl", dumped(value, min(index % 6, pickle.HIGHEST_PROTOCOL))
        )
        if isinstance(value, np.ndarray):
            shelf.save(name + ".npy", lambda p, v=value: np.save(p, v), kind="npy")
            shelf.save(name + ".joblib", lambda p, v=value: joblib.dump(v, p), kind="joblib")
    both = {"weights": np.ones((3, 3)), "bias": np.zeros(3), "labels": np.array(["a", "b"])}
    shelf.save("several.npz", lambda p: np.savez(p, **both), kind="npz")
    shelf.save("several-deflated.npz", lambda p: np.savez_compressed(p, **both), kind="npz")
    shelf.save(
        "objects.npz", lambda p: np.savez(p, o=np.array(["x", None], dtype=object)), kind="npz"
    )
    shelf.save("plain.npz", lambda p: np.savez(p, np.arange(3)), kind="npz")
    for library, values in (("pandas", frames()), ("scipy", matrices())):
        shelf = Shelf(out, library)
        for index, (name, value) in enumerate(values.items()):
            shelf.save(name + ".pkl", dumped(value, (4, 2, 5, 3)[index % 4]))
            if index % 2:
                shelf.save(
                    name + ".joblib",
                    lambda p, v=value: joblib.dump(v, p, compress=3),
                    kind="joblib",
                )
        if library == "pandas":
            for ending in ("gz", "bz2", "xz"):
                shelf.save("to_pickle.pkl." + ending, lambda p: frames()["frame"].to_pickle(p))
        else:
            shelf.save("sparse.npz", lambda p: sp.save_npz(p, sp.eye(5).tocsr()), kind="npz")
        print(library, shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])

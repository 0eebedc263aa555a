"""Models in archives and compressed files, as Python's own tools pack them."""

import bz2
import gzip
import lzma
import os
import pickle
import platform
import shutil
import sys
import tarfile
import zipfile

import joblib
import numpy as np
from record import Shelf
from sklearn import linear_model, preprocessing

X = np.arange(40.0).reshape(10, 4)
Y = np.arange(10) % 2


def tree(folder):
    """A small model folder."""
    os.makedirs(folder)
    model = linear_model.LogisticRegression().fit(X, Y)
    with open(os.path.join(folder, "model.pkl"), "wb") as handle:
        pickle.dump(model, handle)
    joblib.dump(preprocessing.StandardScaler().fit(X), os.path.join(folder, "scaler.joblib"))
    np.save(os.path.join(folder, "mean.npy"), X.mean(axis=0))
    with open(os.path.join(folder, "README.md"), "w") as handle:
        handle.write("# A model\n")
    return model


def main(out):
    """Archives by shutil, zipfile and tarfile; single files by gzip, bz2, lzma."""
    shelf = Shelf(out, "archives", "pip")
    shelf.version = platform.python_version()
    source = os.path.join(out, ".tree")
    shutil.rmtree(source, ignore_errors=True)
    model = tree(source)
    formats = {
        "zip": ".zip",
        "tar": ".tar",
        "gztar": ".tar.gz",
        "bztar": ".tar.bz2",
        "xztar": ".tar.xz",
    }
    for name, ending in formats.items():
        shelf.save(
            "model" + ending,
            lambda p, n=name, e=ending: shutil.make_archive(p[: -len(e)], n, source),
            kind="archive",
        )
    for name, layout in (
        ("gnu", tarfile.GNU_FORMAT),
        ("pax", tarfile.PAX_FORMAT),
        ("ustar", tarfile.USTAR_FORMAT),
    ):

        def tarred(path, how=layout):
            with tarfile.open(path, "w", format=how) as archive:
                archive.add(source, arcname="m")

        shelf.save(name + ".tar", tarred, kind="archive")
    for name, method in (("stored", 0), ("deflated", 8), ("bzip2", 12), ("lzma", 14)):

        def zipped(path, how=method):
            with zipfile.ZipFile(path, "w", how) as archive:
                for entry in sorted(os.listdir(source)):
                    archive.write(os.path.join(source, entry), "m/" + entry)

        shelf.save(name + ".zip", zipped, kind="archive")
    for ending, opener in (("gz", gzip.open), ("bz2", bz2.open), ("xz", lzma.open)):
        for protocol in (2, 4, 5):

            def packed(path, o=opener, number=protocol):
                with o(path, "wb") as handle:
                    pickle.dump(model, handle, protocol=number)

            shelf.save(f"model-p{protocol}.pkl.{ending}", packed, kind="compressed")
    shutil.rmtree(source)
    print("archives", shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])

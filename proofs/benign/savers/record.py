"""Where savers put their files, and the index that says what saved them.

Savers run inside an environment of their own with nothing of Seamark in it: only this module and
the library that they save with. A saver that one version of a library lacks is left out, not faked.
"""

import json
import os
import sys
import warnings
from importlib import metadata


class Shelf:
    """A folder for one library's files, with an index line for each."""

    def __init__(self, out, library, distribution=None):
        self.library = library
        self.version = metadata.version(distribution or library)
        self.folder = os.path.join(out, library)
        self.index = os.path.join(out, "index.jsonl")
        os.makedirs(self.folder, exist_ok=True)
        self.saved = 0
        self.failed = 0

    def save(self, name, write, kind="pickle", folder=False):
        """Call ``write(path)``; record the file (or folder) where it succeeds."""
        path = os.path.join(self.folder, name)
        os.makedirs(path if folder else os.path.dirname(path), exist_ok=True)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                write(path)
        except Exception as error:
            self.failed += 1
            sys.stderr.write(f"{name}: {type(error).__name__}: {str(error)[:160]}\n")
            if not folder and os.path.exists(path):
                os.remove(path)
            return
        self.saved += 1
        row = {
            "path": os.path.join(self.library, name),
            "library": self.library,
            "version": self.version,
            "kind": kind,
        }
        with open(self.index, "a") as handle:
            handle.write(json.dumps(row, sort_keys=True) + "\n")

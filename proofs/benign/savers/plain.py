"""Plain data of the standard library, by pickle, cloudpickle and dill."""

# ruff: noqa: E501, UP017 (one entry a line reads better; Python 3.9 runs this too)

import array
import collections
import datetime
import decimal
import fractions
import http
import ipaddress
import pathlib
import pickle
import platform
import re
import string
import sys
import types
import uuid

from record import Shelf


def values():
    """Name to value; all of it is data that models really carry."""
    zone = datetime.timezone(datetime.timedelta(hours=2), "summer")
    counter = collections.Counter("seamark")
    table = collections.defaultdict(list, {"a": [1]})
    nested = collections.defaultdict(int, {"x": 3})
    return {
        "dict": {"layers": [64, 32], "rate": 1e-3, "names": ("a", "b"), "best": None, "flag": True},
        "numbers": [0, 1, -1, 255, 65536, 2**40, -(2**70), 1.5, float("inf"), 2 + 3j],
        "text": ["", "ascii", "Zürich", "日本語", "🙂", "line\nbreak", "a" * 3000],
        "bytes": [b"", b"\x00\xff" * 40, bytearray(b"abc")],
        "sets": [{1, 2, 3}, frozenset({"a", "b"})],
        "dates": [datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc), datetime.date(2024, 1, 2),
                  datetime.time(3, 4), datetime.timedelta(days=2), zone],
        "decimals": [decimal.Decimal("1.10"), fractions.Fraction(1, 3)],
        "uuid": uuid.UUID(int=7),
        "path": pathlib.PurePosixPath("models/a.bin"),
        "path-here": pathlib.Path("models"),
        "ordered": collections.OrderedDict([("a", 1), ("b", {"c": 2})]),
        "default": table,
        "default-int": nested,
        "counter": counter,
        "deque": collections.deque([1, 2, 3], maxlen=5),
        "chain": collections.ChainMap({"a": 1}, {"b": 2}),
        "array": array.array("d", [1.0, 2.0]),
        "enum": http.HTTPStatus.OK,
        "flag": re.IGNORECASE,
        "pattern": re.compile(r"\w+@\w+"),
        "range": [range(3), slice(1, 5, 2)],
        "namespace": types.SimpleNamespace(epochs=3, name="x"),
        "address": ipaddress.ip_address("192.0.2.1"),
        "types": [int, float, str, dict, list, tuple, bool, bytes],
        "shared": (lambda x: [x, x, {"again": x}])([1, 2]),
        "deep": [[[[[[[[[[1]]]]]]]]]],
        "vocabulary": {w: i for i, w in enumerate(string.ascii_letters)},
        "large": list(range(5000)),
        "none": None,
        "looks-bad": ["os.system('rm')", "__import__", "cos\nsystem\n", "eval(x)", "<script>"],
        "python": platform.python_version_tuple(),
        "empty": [{}, [], (), set()],
    }  # fmt: skip


def writer(module, value, protocol):
    """A writer by that pickler."""

    def write(path):
        with open(path, "wb") as handle:
            module.dump(value, handle, protocol=protocol)

    return write


def main(out):
    """All six protocols, three picklers, in turn."""
    import cloudpickle
    import dill

    for library, module in (("python", pickle), ("cloudpickle", cloudpickle), ("dill", dill)):
        shelf = Shelf(out, library, "pip" if library == "python" else None)
        if library == "python":
            shelf.version = platform.python_version()
        for index, (name, value) in enumerate(values().items()):
            protocol = index % 6 if library == "python" else (4, 2, 5)[index % 3]
            shelf.save(f"{name}-p{protocol}.pkl", writer(module, value, protocol))
        if library == "python":
            for protocol in range(6):
                everything = {k: v for k, v in values().items() if k not in ("looks-bad",)}
                shelf.save(f"all-p{protocol}.pkl", writer(pickle, everything, protocol))
        print(library, shelf.saved, shelf.failed)


if __name__ == "__main__":
    main(sys.argv[1])

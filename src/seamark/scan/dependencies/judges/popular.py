"""Names of packages that are worth imitating, and names that are known to be somebody's own.

Data: ``data/<ecosystem>-popular.txt`` and ``-known.txt``; their headers say how they were made.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from seamark.scan.dependencies.names import NPM, PYPI

_DATA = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data")
_FILES = {PYPI: "pypi", NPM: "npm"}

IMPORT_NAMES: Mapping[str, str] = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "git": "gitpython",
    "github": "pygithub",
    "googleapiclient": "google-api-python-client",
    "igraph": "python-igraph",
    "jose": "python-jose",
    "jwt": "pyjwt",
    "magic": "python-magic",
    "mpl-toolkits": "matplotlib",
    "nacl": "pynacl",
    "openssl": "pyopenssl",
    "pil": "pillow",
    "pkg-resources": "setuptools",
    "pptx": "python-pptx",
    "pyximport": "cython",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "whois": "python-whois",
    "win32api": "pywin32",
    "win32con": "pywin32",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""What is imported under this name comes from a package of another name. Lower case, PEP 503."""


@dataclass(frozen=True, slots=True)
class Popular:
    """``ranks`` gives each popular name its place (0 is the most popular, roughly); ``known`` are
    all names that are not suspicious in themselves, the popular ones among them.
    """

    ranks: Mapping[str, int]
    known: frozenset[str]


@lru_cache(maxsize=8)
def popular_names(ecosystem: str) -> Popular | None:
    """The names of an ecosystem (``PyPI``, ``npm``); None where we have none."""
    stem = _FILES.get(ecosystem)
    if stem is None:
        return None
    popular = _read(f"{stem}-popular.txt")
    known = _read(f"{stem}-known.txt")
    ranks = {name: rank for rank, name in enumerate(popular)}
    return Popular(ranks=ranks, known=frozenset(popular) | frozenset(known))


def _read(name: str) -> list[str]:
    with open(os.path.join(_DATA, name), encoding="ascii") as file:
        return [line for line in file.read().split("\n") if line and not line.startswith("#")]

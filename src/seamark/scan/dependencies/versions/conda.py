"""Versions of conda packages: ``[epoch!]version[+local]``.

Source: the rules in conda's documentation of ``VersionOrder``. A version is split at ``.``, ``_``
and ``-``, each piece into numbers and words; what is missing counts as 0. Words are below
numbers (``1.1a`` < ``1.1``), ``dev`` below all words, ``post`` above all numbers; ``1.1_`` is
below ``1.1a``.
"""

import re
from collections.abc import Iterable
from typing import Any

RULES_NAME = "conda"

_ALLOWED = re.compile(r"[.+!_0-9a-z]+")
_RUN = re.compile(r"[0-9]+|[^0-9]+")
_ZERO = (1, 0, "")
_AFTER_NUMBERS = (2, 0, "")

Atom = tuple[int, int, str]
Key = tuple[tuple[Any, ...], tuple[Any, ...]]


def parse(version: str) -> Key:
    """A key to sort by. Raises ``ValueError``."""
    text = version.strip().lower()
    if "-" in text and "_" not in text:
        text = text.replace("-", "_")
    if not _ALLOWED.fullmatch(text):
        raise ValueError(version)
    epoch, mark, rest = text.rpartition("!")
    if mark and not epoch.isdigit():
        raise ValueError(version)
    main, plus, local = rest.partition("+")
    if not main or (plus and not local) or "+" in local:
        raise ValueError(version)
    openssl_like = main.endswith("_")
    pieces = (main[:-1] if openssl_like else main).replace("_", ".").split(".")
    if openssl_like:
        pieces[-1] += "_"
    own = [_piece(each) for each in (epoch or "0", *pieces)]
    locals_ = [_piece(each) for each in local.replace("_", ".").split(".")] if plus else []
    return _sequence(own), _sequence(locals_)


def _sequence(pieces: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    return _endless(pieces, zero=_endless([], zero=_ZERO))


def _piece(text: str) -> tuple[Any, ...]:
    runs = _RUN.findall(text)
    if not runs:
        raise ValueError("a piece is empty")
    atoms = [_atom(run) for run in runs]
    if not text[0].isdigit():
        atoms.insert(0, _ZERO)  # so that numbers stand against numbers
    return _endless(atoms, zero=_ZERO)


def _atom(run: str) -> Atom:
    if run.isdigit():
        return 1, int(run), ""
    if run == "post":
        return _AFTER_NUMBERS
    return 0, 0, "DEV" if run == "dev" else run  # capitals: DEV < _ < a


def _endless(values: Iterable[Any], *, zero: Any) -> tuple[Any, ...]:
    """A key that orders sequences as if each went on with zeros forever.

    Each value that is not zero is told with the zeros before it: above zero, more of them make
    less; below zero, more of them make more. The end lies between the two.
    """
    key: list[tuple[Any, ...]] = []
    zeros = 0
    for value in values:
        if value == zero:
            zeros += 1
            continue
        key.append((2, -zeros, value) if value > zero else (0, zeros, value))
        zeros = 0
    return (*key, (1,))

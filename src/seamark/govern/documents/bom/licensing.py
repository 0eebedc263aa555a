"""Licenses as one SPDX expression, and what is said that is none."""

from collections.abc import Iterable
from functools import lru_cache

from seamark.govern.documents.bom.texts import clean

_LONGEST = 300


def declared(texts: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """The SPDX expression that the texts together mean; where they mean none, the texts."""
    unique = sorted({text for text in texts if clean(text)})
    return _declared(tuple(unique)) if unique else ("", ())


@lru_cache(maxsize=4096)
def _declared(texts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    from seamark.scan.dependencies.licenses.texts import spdx

    expression = spdx(texts)
    if expression and "DocumentRef-" not in expression:  # that would be of another document
        return expression, ()
    return "", tuple(dict.fromkeys(clean(text, _LONGEST) for text in texts))

"""Python text to syntax tree at a bounded cost: the parser itself cannot be interrupted."""

import ast
import re
import warnings
from typing import Final

_LONG_LINE: Final = 8192
_MAX_COST: Final = 2_000_000_000
_TOKEN: Final = re.compile(r"""\"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#.*|\w+|[^\w\s]""")


class SourceTooCostlyError(ValueError):
    """A line of the source is too long for the number of tokens in it."""


def parse(source: bytes | str) -> ast.Module:
    """The syntax tree, as ``ast.parse`` gives it, with the same errors.

    Raises also ``SourceTooCostlyError``: CPython finds the column of each token by counting from
    the start of its line, so one line of 200,000 signs would take it a minute. Nesting needs no
    bound here; the parser ends it with ``MemoryError`` or ``RecursionError``.
    """
    text = source.decode("latin-1") if isinstance(source, bytes) else source
    cost = 0
    for line in text.splitlines():
        if len(line) > _LONG_LINE:
            cost += len(line) * sum(1 for _ in _TOKEN.finditer(line))
        if cost > _MAX_COST:
            raise SourceTooCostlyError("a line is too long for what is in it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the scanned code's warnings are not ours
        return ast.parse(source)

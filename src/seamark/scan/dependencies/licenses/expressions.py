"""SPDX license expressions as small trees (SPDX specification 2.3, annex D).

The grammar is license-expression's; the identifiers are those of the SPDX list, and references of
one's own (``LicenseRef-…``). Anything else is no expression.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_LENGTH = 1000
_REFERENCE = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+")
_OLD_EXCEPTIONS = {
    "gpl-2.0-with-autoconf-exception": "GPL-2.0-only WITH Autoconf-exception-2.0",
    "gpl-2.0-with-bison-exception": "GPL-2.0-or-later WITH Bison-exception-2.2",
    "gpl-2.0-with-classpath-exception": "GPL-2.0-only WITH Classpath-exception-2.0",
    "gpl-2.0-with-font-exception": "GPL-2.0-only WITH Font-exception-2.0",
    "gpl-2.0-with-gcc-exception": "GPL-2.0-only WITH GCC-exception-2.0",
    "gpl-3.0-with-autoconf-exception": "GPL-3.0-only WITH Autoconf-exception-3.0",
    "gpl-3.0-with-gcc-exception": "GPL-3.0-only WITH GCC-exception-3.1",
}
"""Deprecated identifiers that hold an exception, and how they are written today."""
_FAMILY = re.compile(r"(.+?)-(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True)
class License:
    """One license: its identifier, whether later versions will do (``+``), an exception to it."""

    key: str
    later: bool = False
    exception: str = ""

    def __str__(self) -> str:
        text = f"{self.key}+" if self.later else self.key
        return f"{text} WITH {self.exception}" if self.exception else text


@dataclass(frozen=True, slots=True)
class Either:
    """Whoever uses the work chooses one of these."""

    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Both:
    """All of these hold together."""

    parts: tuple["Expression", ...]

    def __str__(self) -> str:
        return " AND ".join(
            f"({each})" if isinstance(each, Either) else str(each) for each in self.parts
        )


Expression = License | Either | Both


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression | None:
    """The expression, with identifiers as the SPDX list spells them; None where it is none."""
    from license_expression import (  # type: ignore[import-untyped]
        ExpressionError,
        ExpressionParseError,
    )

    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        return None
    old = _OLD_EXCEPTIONS.get(text.lower())
    try:
        tree = _grammar().parse(old or text)
        return None if tree is None else _converted(tree)
    except (ExpressionError, ExpressionParseError, _NoLicense, IndexError, RecursionError):
        return None  # IndexError: "()" and its like, in the library


class _NoLicense(Exception):  # noqa: N818 - a signal inside of this module
    """A word of the expression is no identifier."""


@lru_cache(maxsize=1)
def _grammar() -> Any:
    """The grammar over the SPDX list, without aliases that stand for licenses of others."""
    from license_expression import LicenseSymbol, Licensing, get_spdx_licensing

    symbols = []
    for key, symbol in get_spdx_licensing().known_symbols.items():
        if not key.startswith("LicenseRef-"):
            aliases = tuple(each for each in symbol.aliases if not each.startswith("LicenseRef-"))
            symbols.append(LicenseSymbol(key, aliases, is_exception=symbol.is_exception))
    return Licensing(symbols)


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[str, bool]]:
    """Identifiers in lower case: as the list spells them, and whether they are exceptions."""
    found: dict[str, tuple[str, bool]] = {}
    for symbol in _grammar().known_symbols.values():
        for name in (symbol.key, *symbol.aliases):
            found[name.lower()] = (symbol.key, symbol.is_exception)
    return found


def identifiers() -> Iterator[str]:
    """Every identifier of a license on the SPDX list."""
    for symbol in _grammar().known_symbols.values():
        if not symbol.is_exception:
            yield symbol.key


def _converted(tree: Any) -> Expression:
    parts = getattr(tree, "license_symbol", None)
    if parts is not None:
        license_ = _license(parts.key)
        exception, is_exception = _known().get(tree.exception_symbol.key.lower(), ("", False))
        if not is_exception:
            raise _NoLicense
        return License(license_.key, license_.later, exception)
    if hasattr(tree, "key"):
        return _license(tree.key)
    children = tuple(dict.fromkeys(_converted(each) for each in tree.args))
    if len(children) == 1:
        return children[0]
    return Either(_flat(children, Either)) if tree.operator == " OR " else _both(children)


def _both(children: tuple[Expression, ...]) -> Expression:
    return Both(_flat(children, Both))


def _flat(children: tuple[Expression, ...], kind: type[Either | Both]) -> tuple[Expression, ...]:
    found: list[Expression] = []
    for each in children:
        found += each.parts if isinstance(each, kind) else (each,)
    return tuple(dict.fromkeys(found))


def _license(key: str) -> License:
    if _REFERENCE.fullmatch(key):
        return License(key)
    for name, later in ((key, False), (key.removesuffix("+"), key.endswith("+"))):
        known, is_exception = _known().get(name.lower(), ("", True))
        if known and not is_exception:
            return License(known, later)
    raise _NoLicense


def licenses_in(expression: Expression) -> Iterator[License]:
    """Every license that the expression names."""
    if isinstance(expression, License):
        yield expression
    else:
        for part in expression.parts:
            yield from licenses_in(part)


def versions_of(license_: License) -> frozenset[str]:
    """What one may choose under this license: ``GPL-2.0`` and ``GPL-3.0`` for GPL-2.0-or-later.

    Names are without ``-only`` and ``-or-later``.
    """
    base = license_.key.removesuffix("-only").removesuffix("-or-later")
    family = _FAMILY.fullmatch(base)
    if not (license_.later or license_.key.endswith("-or-later")) or family is None:
        return frozenset((base,))
    first = _numbers(family[2])
    known = _families().get(family[1], frozenset())
    return frozenset({base, *(f"{family[1]}-{each}" for each in known if _numbers(each) >= first)})


@lru_cache(maxsize=1)
def _families() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key in identifiers():
        match = _FAMILY.fullmatch(key.removesuffix("-only").removesuffix("-or-later"))
        if match:
            found.setdefault(match[1], set()).add(match[2])
    return {family: frozenset(versions) for family, versions in found.items()}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))

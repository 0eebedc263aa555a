"""Whether a range that a list asks for (``>=1.2,<2``, ``^1.2.3 || ~2``) allows a version.

Sources: PEP 440 (version specifiers) for PyPI, what Poetry writes for "any" included; the ranges of
npm's semver ("Ranges", "Advanced Range Syntax"). For other ecosystems nothing can be told.
"""

import re
from collections.abc import Callable

from seamark.scan.dependencies.versions import InvalidVersion, ordering

_LONGEST = 2_000
_PART = r"(?:0|[1-9][0-9]{0,15}|[xX*])"
_PARTIAL = (
    rf"[v=]*\s*({_PART})(?:\.({_PART})(?:\.({_PART})(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?)?)?"
)
_COMPARATOR = re.compile(rf"(>=|<=|>|<|=|\^|~>?)?\s*{_PARTIAL}")
_HYPHEN = re.compile(rf"\s*{_PARTIAL}\s+-\s+{_PARTIAL}\s*")
_ANY = ("", "*", "x", "X")

_Triple = tuple[int, int, int]
_Bound = tuple[str, _Triple, str]
"""An operator, a version, its prerelease."""


def allows(ecosystem: str, wanted: str, version: str) -> bool | None:
    """Whether ``wanted`` allows ``version``; None where that cannot be told."""
    if len(wanted) > _LONGEST:
        return None
    judge = _JUDGES.get(ecosystem)
    return judge(wanted.strip(), version) if judge else None


def _pypi(wanted: str, version: str) -> bool | None:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion as NoVersion
    from packaging.version import Version

    if wanted in ("", "*"):
        return True
    try:
        return SpecifierSet(wanted).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, NoVersion):
        return None


def _npm(wanted: str, version: str) -> bool | None:
    order = ordering("npm")
    assert order is not None
    try:
        key = order.key(version)
    except InvalidVersion:
        return None
    found = [_alternative(each.strip(), key) for each in wanted.split("||")]
    return None if None in found else any(found)


def _alternative(text: str, key: tuple[int, int, int, object]) -> bool | None:
    """Whether all comparators of one alternative hold; None where one cannot be read."""
    if text in _ANY:
        return key[3] == _RELEASE
    bounds: list[_Bound] = []
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen:
        bounds += _lower(*hyphen.groups()[:4]) + _upper(*hyphen.groups()[4:])
    else:
        at = 0
        while at < len(text):
            match = _COMPARATOR.match(text, at)
            if match is None:
                return None
            bounds += _bounds(match.group(1) or "=", *match.groups()[1:])
            end = re.compile(r"\s*").match(text, match.end())
            if match.end() < len(text) and not (end and end.group()):
                return None
            at = end.end() if end else match.end()
    if not all(_holds(bound, key) for bound in bounds):
        return False
    if key[3] == _RELEASE:
        return True
    # A prerelease is wanted only where a bound names one of the same version.
    return any(before and triple == key[:3] for _, triple, before in bounds)


_RELEASE = ((2, 0, ""),)


def _holds(bound: _Bound, key: tuple[int, int, int, object]) -> bool:
    operator, (major, minor, patch), before = bound
    order = ordering("npm")
    assert order is not None
    limit = order.key(f"{major}.{minor}.{patch}" + (f"-{before}" if before else ""))
    if operator == "<" and not before:
        return key < limit and (key[3] == _RELEASE or key[:3] != limit[:3])
    checks: dict[str, bool] = {
        ">=": key >= limit, "<=": key <= limit, ">": key > limit, "<": key < limit,
        "=": key == limit,
    }  # fmt: skip
    return checks[operator]


def _bounds(operator: str, *parts: str | None) -> list[_Bound]:
    numbers = [int(each) for each in _given(parts)]
    if operator in (">=", "<"):
        triple = _filled(numbers)
        return [(operator, triple, parts[3] or "")] if numbers else _nothing(operator == ">=")
    if operator == ">" and not numbers:
        return _nothing(False)
    if operator == ">":
        full = len(numbers) == 3
        above = _filled(numbers) if full else _next(numbers)
        return [(">" if full else ">=", above, parts[3] or "")]
    if operator == "<=":
        return _upper(*parts)
    if operator == "=":
        return _lower(*parts) + _upper(*parts)
    lower = _lower(*parts)
    if not numbers:
        return lower
    if operator == "^":
        place = next((n for n, each in enumerate(numbers) if each), len(numbers) - 1)
        return [*lower, ("<", _next(numbers[: place + 1]), "")]
    return [*lower, ("<", _next(numbers[:2]), "")]


def _lower(*parts: str | None) -> list[_Bound]:
    numbers = [int(each) for each in _given(parts)]
    return [(">=", _filled(numbers), parts[3] or "")] if numbers else []


def _upper(*parts: str | None) -> list[_Bound]:
    numbers = [int(each) for each in _given(parts)]
    if not numbers:
        return []
    if len(numbers) == 3:
        return [("<=", _filled(numbers), parts[3] or "")]
    return [("<", _next(numbers), "")]


def _given(parts: tuple[str | None, ...]) -> list[str]:
    """The numbers before the first that is left open."""
    found = []
    for part in parts[:3]:
        if part is None or part in "xX*":
            break
        found.append(part)
    return found


def _filled(numbers: list[int]) -> _Triple:
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


def _next(numbers: list[int]) -> _Triple:
    return _filled([*numbers[:-1], numbers[-1] + 1])


def _nothing(everything: bool) -> list[_Bound]:
    return [] if everything else [("<", (0, 0, 0), "")]


_JUDGES: dict[str, Callable[[str, str], bool | None]] = {"PyPI": _pypi, "npm": _npm}

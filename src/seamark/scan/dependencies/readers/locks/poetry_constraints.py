"""Constraints as Poetry writes them (``^1.2``, ``~1.2``, ``1.2``), as PEP 440 has them."""

import re

_CLAUSE = re.compile(r"(\^|~=|~|===?|!=|>=|<=|>|<|=)?\s*(v?[A-Za-z0-9.*+!_-]+)")
_RELEASE = re.compile(r"v?(\d+(?:\.\d+)*)")


def split_constraint(text: str) -> tuple[str, str]:
    """The exact version that the constraint pins, or else what it asks for.

    Either is empty. Alternatives (``^1 || ^2``) and what cannot be translated stay as they are.
    Raises ``ValueError`` for what is no constraint.
    """
    text = text.strip()
    if text in ("", "*"):
        return "", ""
    if "||" in text or "|" in text:
        alternatives = [_clauses(each) for each in re.split(r"\|\|?", text)]
        if not all(alternatives):
            raise ValueError("one of its alternatives is empty")
        return "", text
    clauses = _clauses(text)
    if len(clauses) == 1 and clauses[0][0] in ("", "=", "==", "==="):
        version = clauses[0][1]
        if "*" not in version:
            return version, ""
    return "", ",".join(_translated(sign, version) for sign, version in clauses)


def _clauses(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    rest = text.strip()
    while rest:
        match = _CLAUSE.match(rest)
        if match is None:
            raise ValueError("its constraint cannot be read")
        found.append((match[1] or "", match[2]))
        rest = rest[match.end() :].lstrip(" ,")
    return found


def _translated(sign: str, version: str) -> str:
    if version == "*":
        return ">=0"
    release = _RELEASE.match(version)
    if sign in ("^", "~") and release:
        numbers = [int(part) for part in release[1].split(".")]
        last = _caret(numbers) if sign == "^" else _tilde(numbers)
        return f">={version},<{'.'.join(str(part) for part in last)}"
    return f"{sign if sign not in ('', '=') else '=='}{version}"


def _caret(numbers: list[int]) -> list[int]:
    """The version before which everything is compatible: the leftmost number that is not zero."""
    at = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
    return [*numbers[:at], numbers[at] + 1]


def _tilde(numbers: list[int]) -> list[int]:
    at = min(1, len(numbers) - 1)
    return [*numbers[:at], numbers[at] + 1]

"""Globs over paths and names, matched in linear time per segment and without regular expressions.

``*`` is any run of characters within one part, ``?`` one character, ``**`` any number of parts.
A pattern without ``/`` is compared with the last part (``*.pkl`` means at any depth); one that
matches a directory matches everything beneath it (``models/old`` and ``models/old/``).
"""

from collections.abc import Sequence


def like(text: str, pattern: str) -> bool:
    """Whether the whole ``text`` matches ``pattern``; here ``/`` is a character like any other."""
    at = star = -1
    position = index = 0
    while position < len(text):
        if index < len(pattern) and pattern[index] == "*":
            star, at = index, position
            index += 1
        elif index < len(pattern) and pattern[index] in ("?", text[position]):
            position, index = position + 1, index + 1
        elif star >= 0:
            at += 1  # let the last star take one character more
            position, index = at, star + 1
        else:
            return False
    return pattern[index:].strip("*") == ""


def matches_path(path: str, pattern: str) -> bool:
    """Whether ``path`` (parts joined by ``/``) or a directory above it matches ``pattern``."""
    pattern = pattern.removeprefix("./").rstrip("/")
    parts = path.removeprefix("./").split("/")
    if "/" not in pattern:
        return any(like(part, pattern) for part in parts) if pattern else False
    return _matches_parts(parts, pattern.split("/"))


def _matches_parts(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    # reachable: how many parts of the path the patterns so far can have used up.
    reachable = {0}
    for pattern in patterns:
        if pattern == "**":
            reachable = set(range(min(reachable), len(parts) + 1))
        else:
            reachable = {
                used + 1 for used in reachable if used < len(parts) and like(parts[used], pattern)
            }
        if not reachable:
            return False
    return True  # whatever remains of the path lies beneath what matched

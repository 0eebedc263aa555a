"""Versions of Alpine packages: ``1.2.3b_rc4~c0ffee-r5``.

Source: the version rules of apk-tools 2.14 and later (apk-package(5)). Versions are compared part
by part; where the kinds of parts differ, the one that comes earlier in a version is the newer
(``1.1`` > ``1a`` > ``1_p1`` > ``1-r1`` > ``1``), but ``_alpha``, ``_beta``, ``_pre`` and ``_rc``
make a version older than one without.
"""

import re

RULES_NAME = "Alpine"

_BEFORE = ("alpha", "beta", "pre", "rc")
_AFTER = ("cvs", "svn", "git", "hg", "p")
_SUFFIXES = {name: number for number, name in enumerate((*_BEFORE, *_AFTER))}

_VERSION = re.compile(
    r"[0-9]+(?:\.[0-9]+)*[a-z]?"
    rf"(?:_(?:{'|'.join(_SUFFIXES)})[0-9]*)*(?:~[0-9a-fA-F]+)?(?:-r[0-9]+)?"
)
_TOKEN = re.compile(r"(\.?)([0-9]+)|_([a-z]+)([0-9]*)|~([0-9a-fA-F]+)|-r([0-9]+)|([a-z])")

# Higher is newer where kinds differ.
_OLDER, _END, _REVISION, _HASH, _SUFFIX_NUMBER, _SUFFIX, _LETTER, _DIGITS = range(8)

Part = tuple[int, int, str]


def parse(version: str) -> tuple[Part, ...]:
    """A key to sort by. Raises ``ValueError``."""
    if not _VERSION.fullmatch(version):
        raise ValueError(version)
    key: list[Part] = []
    for match in _TOKEN.finditer(version):
        dot, digits, suffix, number, commit, revision, letter = match.groups()
        if digits is not None:
            key.append(_digits(digits, first=not dot))
        elif suffix is not None:
            order = _SUFFIXES[suffix]
            key.append((_OLDER if suffix in _BEFORE else _SUFFIX, order, ""))
            if number:
                key.append((_SUFFIX_NUMBER, int(number), ""))
        elif commit is not None:
            key.append((_HASH, 0, commit))
        elif revision is not None:
            key.append((_REVISION, int(revision), ""))
        else:
            key.append((_LETTER, ord(letter), ""))
    key.append((_END, 0, ""))
    return tuple(key)


def _digits(text: str, *, first: bool) -> Part:
    """With a zero in front they are a fraction: compared as text, and below all that have none."""
    if text.startswith("0") and not first:
        return _DIGITS, -1, text
    return _DIGITS, int(text), ""

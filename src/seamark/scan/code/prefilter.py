"""Which subjects can have anything to say about a text: decided before it is parsed.

Parsing costs a hundred times what these look-ups cost, and most files mention nothing of ours.
Patterns are searched only behind a literal, and each is linear: no repetition follows another
over the same signs.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

from seamark.scan.code.sites import Subject, Trigger

SUBJECTS: Final = (
    "deserialization",
    "remote_code",
    "model_output",
    "agents",
    "network",
    "servers",
    "credentials",
    "cryptography",
)
"""Modules of ``subjects`` in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class _Test:
    """A trigger as bytes."""

    words: tuple[bytes, ...]
    also: tuple[bytes, ...]
    pattern: "re.Pattern[bytes] | None"

    def holds(self, data: bytes) -> bool:
        if not any(word in data for word in self.words):
            return False
        if self.also and not any(word in data for word in self.also):
            return False
        return self.pattern is None or self.pattern.search(data) is not None


def _test(trigger: Trigger) -> _Test:
    return _Test(
        words=tuple(word.encode() for word in trigger.words),
        also=tuple(word.encode() for word in trigger.also),
        pattern=re.compile(trigger.pattern.encode(), re.MULTILINE) if trigger.pattern else None,
    )


@cache
def load_subjects() -> tuple[tuple[Subject, tuple[_Test, ...]], ...]:
    """Every subject with what must be in a text for it to matter."""
    found = []
    for name in SUBJECTS:
        subject: Subject = import_module(f"seamark.scan.code.subjects.{name}").SUBJECT
        found.append((subject, tuple(map(_test, subject.triggers))))
    return tuple(found)


def subjects_for(data: bytes) -> tuple[Subject, ...]:
    """The subjects that one of their triggers calls; empty for most files."""
    return tuple(
        subject for subject, tests in load_subjects() if any(test.holds(data) for test in tests)
    )

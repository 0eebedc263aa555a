"""The four verdicts and the exit codes that follow from them."""

from collections.abc import Iterable
from enum import IntEnum, StrEnum


class Verdict(StrEnum):
    """What a report says of an asset. ``unclear`` is never ``clean``.

    The order of harm is clean < unclear < review < hostile; ``worst`` applies it.
    """

    CLEAN = "clean"
    UNCLEAR = "unclear"
    REVIEW = "review"
    HOSTILE = "hostile"

    @property
    def rank(self) -> int:
        """Position in the order of harm, 0 (clean) to 3 (hostile)."""
        return _RANK[self]


_RANK = {Verdict.CLEAN: 0, Verdict.UNCLEAR: 1, Verdict.REVIEW: 2, Verdict.HOSTILE: 3}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The most harmful of ``verdicts``; ``clean`` where there are none."""
    return max(verdicts, key=_RANK.__getitem__, default=Verdict.CLEAN)


class ExitCode(IntEnum):
    """The one exit-code table of every command."""

    PASSED = 0
    FAILED = 1
    """A gate or ``--fail-on`` was not met."""
    USAGE = 2
    """Usage or configuration error; nothing ran."""
    INCOMPLETE = 3
    """Not 1, but something that should have been evaluated was not."""
    INTERRUPTED = 130

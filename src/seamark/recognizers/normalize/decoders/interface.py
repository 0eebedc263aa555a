"""What a decoder is: a name, and the passages of a text that read otherwise once decoded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seamark.recognizers.normalize.rewrite import AROUND, Change
from seamark.recognizers.normalize.surface import Surface

# ``changes(surface, limit)``: in the order of the text, without overlap within one chain of steps,
# lazily, in time linear in the text and what is produced; no passage produces more than ``limit``
# characters.
Changes = Callable[[Surface, int], Iterator[Change]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """One disguise and how it is taken off.

    ``exact``: passages keep their length, character for character; ``mirrored``: from the end.
    ``around``: how much of the line is kept beside a passage. ``once``: never twice in one chain.
    ``evident``: a passage that it would change is a sign of something hidden, so that leaving one
    at the end of the budget must be told.
    """

    name: str
    changes: Changes
    exact: bool = False
    mirrored: bool = False
    around: int = AROUND
    once: bool = False
    evident: bool = True

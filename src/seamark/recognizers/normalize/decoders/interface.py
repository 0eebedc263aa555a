"""What a decoder is: a name, and the passages of a text that read otherwise once decoded."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from seamark.recognizers.normalize.budget import Meter
from seamark.recognizers.normalize.rewrite import AROUND, Change
from seamark.recognizers.normalize.surface import Surface

# ``changes(surface, meter)``: in the order of the text, without overlap within one chain of steps,
# lazily, in time linear in the text and in what is produced. Only decompression produces more than
# it reads: never more than the meter has left, and what it throws away it spends itself.
Changes = Callable[[Surface, Meter], Iterator[Change]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """One disguise and how it is taken off.

    ``mirrored``: passages are read from their end. ``around``: how much of the line is kept beside
    a passage. ``once``: never twice in one chain. ``deep``: may take further steps by itself.
    ``evident``: a passage that it would change is a sign of something hidden, so that leaving one
    at the end of the budget must be told.
    """

    name: str
    changes: Changes
    mirrored: bool = False
    around: int = AROUND
    once: bool = False
    deep: bool = False
    evident: bool = True

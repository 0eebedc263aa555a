"""The walk through all readings of a text: nearest first, no reading twice, within a budget."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain

from seamark.recognizers.normalize.budget import EACH, Budget, Exhausted, Meter
from seamark.recognizers.normalize.decoders import DECODERS
from seamark.recognizers.normalize.decoders.interface import Decoder
from seamark.recognizers.normalize.rewrite import Change, by_steps, rewrite
from seamark.recognizers.normalize.surface import Surface
from seamark.recognizers.normalize.view import View

# Enough to see whether something is left to decode where no more is decoded.
_PEEK = Budget(characters=4096)


class Views(Iterator[View]):
    """The readings of one text, made as they are asked for; the first is the text itself.

    ``exhausted`` tells, once the last view was taken, which limits of the budget left something
    undecoded; empty when all was read. It never raises, whatever the text.
    """

    def __init__(self, text: str, *, budget: Budget) -> None:
        self._meter = Meter(budget)
        self._walk = _walk(View(text), self._meter)

    def __next__(self) -> View:
        return next(self._walk)

    @property
    def exhausted(self) -> tuple[Exhausted, ...]:
        """The limits that were reached so far."""
        return tuple(self._meter.told.values())


def views(text: str, *, budget: Budget = Budget()) -> Views:
    """Every reading of a text: itself, then what its disguises hide, nearest first.

    Deterministic: order and end depend on the text and the budget alone.
    """
    return Views(text, budget=budget)


def _walk(first: View, meter: Meter) -> Iterator[View]:
    """Views breadth first, so that a budget that ends takes the deepest away."""
    queue, seen = deque([first]), {hash(first.text)}
    yield first
    while queue:
        view = queue.popleft()
        surface = Surface(view.text)
        for decoder in DECODERS:
            for child in _children(view, surface, decoder, meter):
                mark = hash(child.text)
                if mark in seen:
                    continue
                seen.add(mark)
                queue.append(child)
                yield child


def _children(view: View, surface: Surface, decoder: Decoder, meter: Meter) -> Iterator[View]:
    """What one decoder makes of one view: a view for each chain of steps it took."""
    if decoder.once and decoder.name in view.steps:
        return
    if view.depth >= meter.budget.depth:
        # Text read backwards is nearly always noise: what it seems to hide is no sign.
        evident = decoder.evident and "reversed" not in view.steps
        if evident and next(decoder.changes(surface, Meter(_PEEK)), None) is not None:
            meter.stop("depth", view.steps)
        return
    for steps, changes in _chains(decoder, _within(decoder, surface, meter, view.steps)):
        if meter.views <= 0:
            meter.stop("views", view.steps)
            return
        text, offsets = rewrite(
            view.text, changes, mirrored=decoder.mirrored, around=decoder.around
        )
        if not text:
            continue
        meter.spend(len(text) + EACH * len(offsets.out))
        meter.views -= 1
        yield View(text, view.steps + steps, view, offsets, view.depth + 1)


def _chains(
    decoder: Decoder, changes: Iterator[Change]
) -> Iterator[tuple[tuple[str, ...], Iterable[Change]]]:
    """The changes by the steps they took: as they come where a decoder takes one step only."""
    if decoder.deep:
        yield from by_steps(changes)
        return
    first = next(changes, None)
    if first is not None:
        yield first.steps, chain((first,), changes)


def _within(
    decoder: Decoder, surface: Surface, meter: Meter, steps: tuple[str, ...]
) -> Iterator[Change]:
    """The changes until they and what is kept beside them would be more than is left."""
    produced = end = 0
    for change in decoder.changes(surface, meter):
        produced += len(change.text) + min(change.start - end, 2 * decoder.around) + EACH
        end = change.end
        if not change.whole or produced > meter.characters:
            meter.stop("characters", steps)
        if produced > meter.characters:
            return
        if change.text or change.whole:
            yield change

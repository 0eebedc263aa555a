"""One reading of a text: what it says after some decodings, and where each span of it stood."""

from dataclasses import dataclass

from seamark.recognizers.normalize.mapping import OffsetMap

# Stands between passages that are not neighbors in the text. The record separator is in no
# alphabet that is decoded and in no sensible pattern, so nothing is recognized across it.
SEPARATOR = "\n\x1e\n"


@dataclass(frozen=True, slots=True)
class View:
    """A reading of a text.

    The first view is the text itself, with no ``steps``. Others hold the passages that a decoding
    changed, with some of the line around them, joined by ``SEPARATOR``; what did not change far
    and wide is not repeated. ``steps`` names the decodings, outermost first (``("base64", "gzip",
    "escape")``). Views other than the first never hold lone surrogates that the text had not.
    """

    text: str
    steps: tuple[str, ...] = ()
    parent: "View | None" = None
    offsets: OffsetMap | None = None
    depth: int = 0

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind ``[start, end)`` of this view.

        Exact where characters map one to one; where a span was decoded as a whole (a Base64
        block, an escape), the whole encoded span. Raises: IndexError, when ``[start, end)`` is
        not a span of this view.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"no span {start}..{end} in a view of {len(self.text)} characters")
        view: View | None = self
        while view is not None and view.offsets is not None:
            start, end = view.offsets.source(start, end)
            view = view.parent
        return start, end

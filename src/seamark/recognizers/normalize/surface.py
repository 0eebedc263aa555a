"""What can be told of a text at the speed of memory, found once and shared by all decoders.

Every test here is a translation table, a substring search or a flag of the string, so that a text
without disguises costs little more than reading it.
"""

from functools import cached_property

# The shortest run of an alphabet that is worth a try: 12 bytes in Base64, 8 in hexadecimal.
SHORTEST = 16

_WORDS = bytes(
    ord("a") if chr(code).isascii() and (chr(code).isalnum() or chr(code) in "+/-_") else ord(" ")
    for code in range(256)
)


def _kind(code: int) -> str:
    """A blank, a letter or digit, or something else; what Latin-1 lacks may well be a letter."""
    character = chr(code)
    return (
        " " if character in " \t" else "x" if character.isalnum() or character in "?\xad" else "."
    )


_ASCII = bytes(range(128))
_KINDS = bytes(ord(_kind(code)) for code in range(256))
# Two single letters side by side, blanks around: rare in prose ("a" has longer neighbors) and in
# formulas (signs stand between), inevitable where a text is spaced out.
_APART = (b" x x ", b" x  x ", b" x   x ")
_FARTHEST = 2048


class Surface:
    """One text and the cheap facts about it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def foreign(self) -> frozenset[str]:
        """The characters of the text that are not ASCII."""
        if self.text.isascii():
            return frozenset()
        others = self.text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
        return frozenset(others.decode("utf-8", "surrogatepass"))

    @cached_property
    def single(self) -> bytes:
        """The text with one byte for each character; what Latin-1 lacks is a question mark."""
        return self.text.encode("latin-1", "replace")

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Spans of ``SHORTEST`` letters of Base64 or more, either alphabet, padding left out."""
        classes = self.single.translate(_WORDS)
        found, least, at = [], b"a" * SHORTEST, 0
        while (at := classes.find(least, at)) >= 0:
            end = classes.find(b" ", at)
            end = len(classes) if end < 0 else end
            found.append((at, end))
            at = end
        return found

    @cached_property
    def spaced(self) -> list[tuple[int, int]]:
        """Lines (their last part, where they are very long) in which single letters stand apart."""
        classes = self.single.translate(_KINDS)
        lines: dict[int, int] = {}  # by their ends
        for needle in _APART:
            at = 0
            while (at := classes.find(needle, at)) >= 0:
                nearest = max(0, at - _FARTHEST)
                low = max(nearest, self.text.rfind("\n", nearest, at) + 1)
                end = self.text.find("\n", at)
                at = len(classes) if end < 0 else end
                lines[at] = min(low, lines.get(at, low))
        return sorted((low, end) for end, low in lines.items())

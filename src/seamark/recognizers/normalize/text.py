"""Bytes as text: which encoding they are in, said out loud, with the way back to the bytes."""

from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

from seamark.recognizers.normalize.positions import Lines

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "latin-1"]

# The UTF-32 marks first: the little-endian one begins with that of UTF-16.
_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SAMPLE = 4096
_STRIDE = 16384  # characters between two remembered byte offsets


@dataclass(frozen=True, slots=True)
class Text:
    """What some bytes say.

    ``encoding``: the one used, without its byte order mark (which is not part of ``text``).
    ``mark``: bytes of the mark. ``guessed``: no mark and not valid UTF-8, so the encoding is a
    guess; ``latin-1`` is the last resort, in which every ASCII passage is still right.
    ``damaged``: some bytes did not fit the encoding and became U+FFFD.
    """

    text: str
    encoding: Encoding
    size: int
    mark: int = 0
    guessed: bool = False
    damaged: bool = False
    _bytes_at: "list[array[int]]" = field(default_factory=list, repr=False, compare=False)

    @property
    def lines(self) -> Lines:
        """Lines and columns of the text (keep it: its index is made at the first question)."""
        return Lines(self.text)

    def byte_offset(self, offset: int) -> int:
        """The byte at which a character begins; the end of the text is the end of the bytes.

        Raises: IndexError, when the offset lies outside the text.
        """
        if not 0 <= offset <= len(self.text):
            raise IndexError(f"no offset {offset} in a text of {len(self.text)} characters")
        if self._single:
            return self.mark + offset
        index = offset // _STRIDE
        at = self._marks()[index] + self._width(self.text[index * _STRIDE : offset])
        return min(at, self.size)

    def character_offset(self, byte: int) -> int:
        """The character that holds a byte of the input.

        Raises: IndexError, when the byte lies outside the input.
        """
        if not 0 <= byte <= self.size:
            raise IndexError(f"no byte {byte} in an input of {self.size} bytes")
        if self._single:
            return min(max(0, byte - self.mark), len(self.text))
        index = max(0, bisect_right(self._marks(), byte) - 1)
        low, high = (min(len(self.text), one * _STRIDE) for one in (index, index + 1))
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.byte_offset(middle) <= byte else (low, middle - 1)
        return low

    @property
    def _single(self) -> bool:
        """Whether each character is one byte."""
        return self.encoding == "latin-1" or (self.encoding == "utf-8" and self.text.isascii())

    def _width(self, passage: str) -> int:
        return len(passage.encode(self.encoding, "surrogatepass"))

    def _marks(self) -> "array[int]":
        """Byte offsets of each ``_STRIDE``-th character, made at the first question."""
        if not self._bytes_at:
            marks = array("q", [self.mark])
            for start in range(0, len(self.text), _STRIDE):
                marks.append(marks[-1] + self._width(self.text[start : start + _STRIDE]))
            self._bytes_at.append(marks)
        return self._bytes_at[0]


def decode(data: bytes) -> Text:
    """The text of some bytes; never raises.

    A byte order mark decides; else valid UTF-8 (a character cut off at the end is left out); else
    UTF-16 where every other byte of the beginning is zero; else Latin-1, as a guess that is told.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data, len(mark), encoding)
    wide = _wide(data[:_SAMPLE])
    if wide is not None:
        text = data.decode(wide, "replace")
        return Text(text, wide, len(data), guessed=True, damaged="\ufffd" in text)
    whole = _utf8(data)
    if whole is not None:
        return Text(whole, "utf-8", len(data))
    return Text(data.decode("latin-1"), "latin-1", len(data), guessed=True)


def _marked(data: bytes, mark: int, encoding: Encoding) -> Text:
    """Text after a byte order mark; UTF-8 that is not falls to Latin-1, since offsets must hold."""
    if encoding != "utf-8":
        text = data[mark:].decode(encoding, "replace")
        return Text(text, encoding, len(data), mark, damaged="\ufffd" in text)
    whole = _utf8(data[mark:])
    if whole is not None:
        return Text(whole, "utf-8", len(data), mark)
    return Text(data[mark:].decode("latin-1"), "latin-1", len(data), mark, guessed=True)


def _utf8(data: bytes) -> str | None:
    """The bytes as UTF-8, or None; a character cut off at the very end is left out."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and error.start >= len(data) - 3
        return data[: error.start].decode("utf-8") if cut and error.start else None


def _wide(sample: bytes) -> Encoding | None:
    """UTF-16 by its zero bytes: Western text in it has one in almost every unit, on one side."""
    if len(sample) < 4:
        return None
    units = len(sample) // 2
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    if second * 2 > units and first * 20 < units:
        return "utf-16-le"
    if first * 2 > units and second * 20 < units:
        return "utf-16-be"
    return None

"""Other readings of a text: escapes taken off, encoded values decoded; offsets lead back.

A notebook is JSON: each line of its code is a string with escaped quotes. A Kubernetes Secret
holds its values in base64. Both are read here in one linear pass over the text, without parsing
the document as a whole, so that a damaged one is searched too.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from seamark.recognizers.secrets.patterns import compiled
from seamark.recognizers.secrets.structure import unpadded

_ESCAPE = r"\\(?:u[0-9A-Fa-f]{4}|[\"'\\/nrt])"
_PLAIN = {
    b'"': b'"', b"'": b"'", b"\\": b"\\", b"/": b"/", b"n": b"\n", b"r": b"\r", b"t": b"\t",
}  # fmt: skip
_MOST = 400_000
"""Escapes of one piece; more are no text of a person."""

_KIND = r"(?m)^[ \t]{0,20}[\"']?kind[\"']?:[ \t]*[\"']?Secret\b"
_ENTRY = (
    r"(?m)^[ \t]{1,20}[\"']?([0-9A-Za-z._-]{1,120})[\"']?:[ \t]*[\"']?"
    r"([0-9A-Za-z+/]{4,1000}[0-9A-Za-z+/]*={0,2})[\"']?,?[ \t]*\r?$"
)
_RUN = r"\b[0-9A-Za-z+/]{40,1000}[0-9A-Za-z+/]*={0,2}"
_LONGEST = 64 << 10
_RUNS = 2_000


@dataclass(frozen=True, slots=True)
class Reading:
    """Bytes to search besides the piece itself.

    ``starts`` and ``origins`` are parallel: what begins at ``starts[i]`` here began at
    ``origins[i]`` there, byte by byte up to the next start, unless ``whole``: then all of it
    stood at ``origins[0]``. ``steps`` names what was undone.
    """

    data: bytes
    starts: tuple[int, ...]
    origins: tuple[int, ...]
    steps: tuple[str, ...]
    whole: bool = False

    def origin(self, at: int) -> int:
        """Where the byte ``at`` stood in the piece."""
        if self.whole:
            return self.origins[0]
        index = bisect_right(self.starts, at) - 1
        return self.origins[index] + at - self.starts[index]


def readings(data: bytes) -> Iterator[Reading]:
    """The readings of ``data`` that differ from it."""
    if (b'\\"' in data or b"\\'" in data or b"\\n" in data or b"\\u" in data) and (
        reading := _unescaped(data)
    ):
        yield reading
    if b"Secret" in data and compiled(_KIND).search(data):
        yield from _kubernetes(data)
    yield from _encoded(data)


def _unescaped(data: bytes) -> Reading | None:
    pieces: list[bytes] = []
    starts: list[int] = [0]
    origins: list[int] = [0]
    at = length = 0
    for count, match in enumerate(compiled(_ESCAPE).finditer(data)):
        if count >= _MOST:
            break
        start, end = match.span()
        plain = _PLAIN.get(data[start + 1 : end]) or _character(data[start + 2 : end])
        pieces += (data[at:start], plain)
        length += start - at
        starts.append(length)
        origins.append(start)
        length += len(plain)
        starts.append(length)
        origins.append(end)
        at = end
    if not pieces:
        return None
    pieces.append(data[at:])
    return Reading(b"".join(pieces), tuple(starts), tuple(origins), ("escape",))


def _character(digits: bytes) -> bytes:
    return chr(int(digits, 16)).encode("utf-8", "replace")


def _kubernetes(data: bytes) -> Iterator[Reading]:
    """Each entry of a Secret as an assignment of what it decodes to."""
    for count, match in enumerate(compiled(_ENTRY).finditer(data)):
        if count >= _RUNS:
            return
        start, end = match.span(2)
        plain = unpadded(data[start:end].decode("ascii"))
        if not plain or not _is_text(plain) or len(data[start:end]) % 4:
            continue
        name = data[slice(*match.span(1))]
        head = name + (b": " if b"\n" in plain or b'"' in plain else b': "')
        yield Reading(head + plain + b'"', (0,), (start,), ("kubernetes-secret", "base64"), True)


def _encoded(data: bytes) -> Iterator[Reading]:
    """What long runs of base64 hold, where it is text."""
    for count, match in enumerate(compiled(_RUN).finditer(data)):
        if count >= _RUNS:
            return
        start, end = match.span()
        run = data[start : min(end, start + _LONGEST)]
        # Text in base64 has a small alphabet at its beginning: most runs end here.
        head = unpadded(run[:24].decode("ascii"))
        if not head or not _is_text(head):
            continue
        plain = unpadded(run[: len(run) // 4 * 4].decode("ascii")) or unpadded(run.decode("ascii"))
        if plain and _is_text(plain[:400]):
            yield Reading(plain, (0,), (start,), ("base64",), True)


def _is_text(plain: bytes) -> bool:
    return not plain.strip() or (
        plain.isascii() and all(32 <= byte < 127 or byte in (9, 10, 13) for byte in plain[:400])
    )

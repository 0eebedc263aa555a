r"""Runs of bytes, each written as an escape of the same width: ``%C3%A9``, ``\xc3\xa9``."""

from collections.abc import Iterator

from seamark.recognizers.normalize.rewrite import Change


def characters(data: bytes, start: int, width: int, steps: tuple[str, ...]) -> Iterator[Change]:
    """The characters of a run that begins at ``start``, each leading back to its own escapes.

    UTF-8 where the run is valid; else each byte is the Latin-1 character, as in a string literal.
    """
    try:
        text, single = data.decode("utf-8"), data.isascii()
    except UnicodeDecodeError:
        text, single = data.decode("latin-1"), True
    if single:
        yield Change(start, start + width * len(data), text, steps, width)
        return
    for character in text:
        end = start + width * len(character.encode("utf-8"))
        yield Change(start, end, character, steps)
        start = end

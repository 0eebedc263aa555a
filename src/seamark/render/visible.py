"""Text from strangers, made safe to look at: what cannot be seen is written as an escape.

File names, members and evidence come from whoever made the scanned files. A terminal acts on
control characters, and every reader is fooled by bidirectional overrides and zero-width
characters, so no renderer for people prints them raw.
"""

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    r"""``text`` on one line; each character that does not print becomes ``\n``, ``\xNN`` …

    What prints is what ``str.isprintable`` says: no control, format (bidirectional, zero-width),
    surrogate, private-use or unassigned character, and no space but U+0020.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def visible_block(text: str) -> str:
    """Like :func:`visible`, but line feeds stay, for text that is shown as a block."""
    return "\n".join(visible(line) for line in text.split("\n"))


def shorten(text: str, limit: int) -> str:
    """``text``, or its first ``limit`` characters and how many are left out."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def _escape(char: str) -> str:
    named = _NAMED.get(char)
    if named:
        return named
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

"""Strangers' text on pages that act on what is written: Markdown, mentions, references, links.

Character references keep a Markdown parser from seeing syntax. What a page looks for afterwards,
in the finished text (``@name``, ``#12``, ``:emoji:``), is parted by a zero-width space, or stands
in code type, where GitHub and GitLab look for nothing.
"""

from seamark.render.visible import shorten, visible

_SYNTAX = frozenset("\\`*_{}[]<>#|~@:&$")
_AT_START = frozenset("+-=.)!")
_SIGILS = frozenset("@#:!$%~&")
_NAME = 240


def prose(text: str) -> str:
    """``text`` as inline Markdown that is only text: no markup, link, mention or reference."""
    made = []
    shown = visible(text)
    for number, char in enumerate(_referenced(shown)):
        made.append(char)
        if shown[number] in _SIGILS and shown[number + 1 : number + 2].strip():
            made.append("&#8203;")
    return "".join(made)


def name(text: str) -> str:
    """A name in code type, shortened in the middle so that its end stays readable."""
    text = visible(text)
    if len(text) > _NAME:
        text = f"{text[: _NAME // 2]}…{text[-_NAME // 2 :]}"
    return f"<code>{''.join(_referenced(text))}</code>"


def excerpt(text: str, limit: int) -> str:
    """The first ``limit`` characters as prose."""
    return prose(shorten(text, limit))


def _referenced(text: str) -> list[str]:
    """Each character as it may stand in inline Markdown."""
    made = []
    begun = False  # list markers, rules and headings act only where a line begins
    for number, char in enumerate(text):
        autolink = char == "." and text[max(number - 3, 0) : number].lower() == "www"
        if char in _SYNTAX or autolink or (not begun and char in _AT_START):
            made.append(f"&#{ord(char)};")
        else:
            made.append(char)
        begun = begun or char.isalpha()
    return made

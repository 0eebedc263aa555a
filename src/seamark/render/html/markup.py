"""HTML by construction: what is not markup already is made visible and escaped on the way in.

There is no template engine, so there is no way to forget an escape.
"""

from collections.abc import Iterable
from html import escape

from seamark.render.visible import visible, visible_block

_VOID = frozenset({"meta", "link", "br", "hr", "input"})


class Html(str):
    """Text that is markup. Only this module and modules that write literals make it."""

    __slots__ = ()


Child = str | None | Iterable["Child"]


def element(tag: str, *children: Child, **attributes: str | None) -> Html:
    """``<tag …>children</tag>``. Plain strings are escaped; None and empty attributes vanish.

    Attribute names take ``class_`` for ``class`` and ``aria_label`` for ``aria-label``.
    """
    opening = tag
    for key, value in attributes.items():
        if value is not None:
            shown = key.rstrip("_").replace("_", "-")
            opening += f' {shown}="{escape(visible(value))}"'
    if tag in _VOID:
        return Html(f"<{opening}>")
    return Html(f"<{opening}>{join(children)}</{tag}>")


def join(children: Child) -> Html:
    """Children in a row, each escaped unless it is markup."""
    if children is None:
        return Html("")
    if isinstance(children, Html):
        return children
    if isinstance(children, str):
        return Html(escape(visible(children)))
    return Html("".join(join(child) for child in children))


def code_block(text: str) -> Html:
    """Several lines of program text, scrollable by keyboard where they are too wide."""
    inner = Html(escape(visible_block(text)))
    return element("pre", element("code", inner), tabindex="0")


def path(text: str) -> Html:
    """A path in code type that may break after a separator; nothing else about it changes."""
    inner = escape(visible(text)).replace("/", "/<wbr>").replace("!", "!<wbr>")
    return element("code", Html(inner), class_="path")

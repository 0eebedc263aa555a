"""Small plots as inline SVG: no script, no style attribute, colors by class, text for all.

The page that embeds them gives ``fill-NAME`` classes a color, so they follow light and dark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from seamark.render.visible import visible

_UNITS = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar: its label, its value (not negative) and its color class."""

    label: str
    value: float
    color: str


def stacked_bar(parts: Sequence[Part], *, title: str, height: int = 14) -> str:
    """Parts of a whole in one bar as wide as its place; parts with value 0 are left out.

    A part that is there is never thinner than one hundredth, so that 1 of 5,000 can be seen.
    """
    shown = [part for part in parts if part.value > 0]
    whole = sum(part.value for part in shown)
    described = ", ".join(f"{part.label} {part.value:,g}" for part in shown) or "nothing"
    least = _UNITS / 100
    widths = [max(least, _UNITS * part.value / whole) for part in shown]
    scale = _UNITS / sum(widths) if widths else 1
    pieces, x = [], 0.0
    for part, width in zip(shown, widths, strict=True):
        pieces.append(_rectangle(x, width * scale, height, part.color))
        x += width * scale
    return _drawing("".join(pieces), height, f"{title}: {described}")


def bar(value: float, maximum: float, *, color: str, title: str, height: int = 8) -> str:
    """One horizontal bar, ``value`` of ``maximum`` long, on a track as wide as its place."""
    share = min(max(value / maximum, 0.0), 1.0) if maximum > 0 else 0.0
    track = _rectangle(0, _UNITS, height, "track")
    return _drawing(track + _rectangle(0, _UNITS * share, height, color), height, title)


def _drawing(content: str, height: int, title: str) -> str:
    label = escape(visible(title))
    return (
        f'<svg class="plot" role="img" aria-label="{label}" viewBox="0 0 {_UNITS} {height}" '
        f'width="100%" height="{height}" preserveAspectRatio="none">'
        f"<title>{label}</title>{content}</svg>"
    )


def _rectangle(x: float, width: float, height: int, color: str) -> str:
    return (
        f'<rect class="fill-{escape(color)}" x="{x:.2f}" y="0" width="{width:.2f}" '
        f'height="{height}"/>'
    )

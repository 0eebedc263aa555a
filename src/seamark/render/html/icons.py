"""Drawings of the page, as inline SVG that takes its color from the text around it."""

from seamark.core.verdicts import Verdict
from seamark.render.html.markup import Html

_STROKE = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"'
_SHAPES = {
    Verdict.HOSTILE: '<path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z"/><path d="M8.5 8.5l7 7m0-7l-7 7"/>',
    Verdict.REVIEW: '<path d="M12 3L2 21h20z" stroke-linejoin="round"/><path d="M12 10v5m0 3v.1"/>',
    Verdict.UNCLEAR: (
        '<circle cx="12" cy="12" r="10"/>'
        '<path d="M9 9.2a3 3 0 1 1 4.6 2.6c-1 .6-1.6 1.2-1.6 2.2m0 3v.1"/>'
    ),
    Verdict.CLEAN: '<circle cx="12" cy="12" r="10"/><path d="M7.5 12.5l3 3 6-6.5"/>',
}

MARK = Html(
    '<svg class="mark" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" '
    'stroke-width="2" stroke-linejoin="round" stroke-linecap="round">'
    '<path d="M9.5 9h5l2 9h-9z"/><path d="M10 5.5h4V9h-4z"/><path d="M12 2.5v3"/>'
    '<path d="M2.5 21c1.6 0 1.6-1 3.2-1s1.6 1 3.2 1 1.6-1 3.1-1 1.6 1 3.2 1 1.6-1 3.2-1 1.6 1 '
    '3.1 1"/><path d="M17 5.5l3.5-1.5M17 8l3.5 1.5M7 5.5L3.500 4M7 8L3.500 9.500"/></svg>'
)
"""A seamark: a beacon in the water."""


def verdict_icon(verdict: Verdict) -> Html:
    """Decorative: the word always stands beside it."""
    shape = _SHAPES[verdict]
    return Html(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" {_STROKE}>{shape}</svg>')

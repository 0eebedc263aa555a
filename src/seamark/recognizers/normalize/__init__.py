"""The one normalizer: what a text says once its disguises are taken off, and where it stands.

``decode`` turns bytes into a ``Text``; ``views`` yields the text itself and then each reading of it
that differs (escapes resolved, Base64 decoded, invisible characters removed, …), nested under a
``Budget``. ``View.original`` leads a span of any view back to the span of the text that made it;
``Lines`` turns that into line and column. docs/normalize.md tells what is decoded and what is not.
"""

from seamark.recognizers.normalize.budget import Budget, Exhausted
from seamark.recognizers.normalize.positions import Lines, Position
from seamark.recognizers.normalize.text import Text, decode
from seamark.recognizers.normalize.unfold import Views, views
from seamark.recognizers.normalize.view import SEPARATOR, View

__all__ = [
    "SEPARATOR",
    "Budget",
    "Exhausted",
    "Lines",
    "Position",
    "Text",
    "View",
    "Views",
    "decode",
    "views",
]

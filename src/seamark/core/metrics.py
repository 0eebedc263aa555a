"""A metric: one measured number with its unit, direction and confidence interval."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measured number.

    ``name`` is snake_case and dotted by subject (``files.scanned``); ``unit`` is SI or a word
    (``bytes``, ``files``, ``1`` for a ratio); ``interval`` is (low, high) at ``level``.
    """

    name: str
    value: float
    unit: str = "1"
    direction: Direction = Direction.NEITHER
    interval: tuple[float, float] | None = None
    level: float = 0.95

"""Shares with their Wilson intervals."""

from math import sqrt

_Z = 1.959963984540054


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % Wilson score interval of ``hits`` in ``of`` (Wilson 1927); (0, 1) where ``of`` is 0."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, _Z * _Z
    center = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    # At 0 and at 1 the bound is exact; rounding must not move it past the share itself.
    low = 0.0 if hits == 0 else max(0.0, center - half)
    high = 1.0 if hits == of else min(1.0, center + half)
    return low, high


def share(hits: int, of: int) -> dict[str, object]:
    """A share as the proofs write it: counts, rate and interval."""
    low, high = wilson(hits, of)
    rate = hits / of if of else 0.0
    return {
        "hits": hits,
        "of": of,
        "rate": round(rate, 5),
        "interval": [round(low, 5), round(high, 5)],
    }

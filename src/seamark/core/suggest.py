"""Did you mean: the nearest of the names that would have been right."""

from collections.abc import Iterable


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """``Did you mean 'x'?``, or the names themselves where none is near and they are few."""
    from difflib import get_close_matches

    known = sorted(names)
    near = get_close_matches(word[:200], known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    if len(known) <= 12:
        return f"Known are: {', '.join(known)}." if known else ""
    return ""

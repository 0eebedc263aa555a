"""CVSS: how severe a vulnerability is, from its vector. A vector that does not parse is unknown.

Unknown is never low: every function gives None where the vector is malformed.
"""

from importlib import import_module

from seamark.core.rules import Severity


def score(vector: str) -> float | None:
    """The score (0 to 10) of a CVSS 2.0, 3.0, 3.1 or 4.0 vector, or None.

    Of 2 and 3 it is the base score, whatever else the vector holds; 4.0 has one score only, in
    which threat and environmental metrics count where the vector names them.
    """
    text = vector.strip()
    name = "cvss4" if text.startswith("CVSS:4.0/") else f"cvss{version(text)}"
    # Exact numbers take time to import, and most runs need none.
    module = import_module(f"{__name__}.{name}")
    found: float | None = module.score(text)
    return found


def version(vector: str) -> int:
    """The major version that the vector claims: 4, 3 or 2. Newer ones are believed first."""
    text = vector.strip()
    return int(text[5]) if text.startswith(("CVSS:4", "CVSS:3")) else 2


def rating(value: float) -> Severity:
    """The qualitative rating of CVSS 3 and 4; 0 is ``info`` (they call it none)."""
    if value >= 9.0:
        return Severity.CRITICAL
    if value >= 7.0:
        return Severity.HIGH
    if value >= 4.0:
        return Severity.MEDIUM
    return Severity.LOW if value > 0 else Severity.INFO

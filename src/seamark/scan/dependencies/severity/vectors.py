"""A CVSS vector as metrics: ``CVSS:3.1/AV:N/AC:L/…``. Every version has this form."""

from collections.abc import Mapping

LONGEST = 400
"""Characters; with every optional metric of 4.0 a vector has 190."""


def metrics_of(
    text: str, *, base: Mapping[str, str], optional: Mapping[str, str]
) -> dict[str, str] | None:
    """The metrics by name; None where one is missing, unknown, repeated or has no such value.

    ``base`` and ``optional`` hold the values that a metric may have, separated by blanks.
    """
    if len(text) > LONGEST:
        return None
    found: dict[str, str] = {}
    for part in text.split("/"):
        name, colon, value = part.partition(":")
        allowed = base.get(name) or optional.get(name)
        if not colon or name in found or allowed is None or value not in allowed.split():
            return None
        found[name] = value
    return found if found.keys() >= base.keys() else None

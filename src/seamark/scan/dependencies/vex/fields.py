"""Values of a JSON object that may be of any type: those of the wrong one count as absent."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any


def text(holder: Mapping[str, Any], key: str) -> str:
    """The text under this key; empty where there is none."""
    value = holder.get(key)
    return value.strip() if isinstance(value, str) else ""


def texts(holder: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The texts of a list."""
    value = holder.get(key)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def mappings(holder: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """The objects of a list."""
    value = holder.get(key)
    for each in value if isinstance(value, list) else ():
        if isinstance(each, dict):
            yield each


def mapping(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under this key; empty where there is none."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def moment(holder: Mapping[str, Any], key: str) -> datetime | None:
    """The time (RFC 3339) under this key, UTC where it says no zone; None where it is none."""
    said = text(holder, key)
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

"""Who did it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something: ``os:NAME`` for a local account, other schemes from identity on.

    ``authenticated`` is false wherever the name is only what the operating system says.
    """

    name: str
    authenticated: bool = False

"""Every kind of credential that is known, in the order of their rules."""

from functools import cache

from seamark.recognizers.secrets import (
    clouds,
    databases,
    generic,
    keys,
    llm_providers,
    messaging,
    ml_platforms,
    payment,
    source_hosts,
    tokens,
)
from seamark.recognizers.secrets.kinds import Kind

_SUBJECTS = (
    generic,
    keys,
    tokens,
    clouds,
    source_hosts,
    llm_providers,
    ml_platforms,
    messaging,
    payment,
    databases,
)


@cache
def all_kinds() -> tuple[Kind, ...]:
    """The kinds; ids of kinds and of rules are unique, which a test holds."""
    return tuple(kind for subject in _SUBJECTS for kind in subject.KINDS)

"""Who is at the keyboard, as far as the operating system says."""

import os

from seamark.core.actors import Actor


def current_actor() -> Actor:
    """``os:NAME`` of the effective account, marked as not authenticated."""
    number = os.geteuid() if hasattr(os, "geteuid") else None
    try:
        if number is not None:
            import pwd

            return Actor(f"os:{pwd.getpwuid(number).pw_name}")
    except (ImportError, KeyError):  # Windows, or an account without a name (containers)
        pass
    return Actor(f"os:{number}" if number is not None else f"os:{os.environ.get('USERNAME', '?')}")

"""The allowlist and the waivers of a ``seamark.yaml``, where a caller names one."""

import datetime
from typing import Any

from seamark.core.errors import ConfigurationError
from seamark.core.waivers import Waiver

_LONGEST = 2 << 20


def read_project(path: str) -> tuple[tuple[str, ...], tuple[Waiver, ...]]:
    """Allowed references and waivers. Raises ``ConfigurationError`` where they cannot be read.

    The rest of the file is not looked at: ``seamark check`` validates it.
    """
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            data: Any = yaml.safe_load(file.read(_LONGEST))
    except OSError as error:
        raise ConfigurationError(f"Cannot read {path}: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ConfigurationError(f"{path} is not YAML: {error}") from error
    try:
        allow = tuple(str(each) for each in (data.get("scan") or {}).get("allow") or ())
        waivers = tuple(_waiver(each) for each in data.get("waivers") or ())
    except (AttributeError, TypeError, ValueError) as error:
        hint = "seamark check says what is wrong with it."
        raise ConfigurationError(f"{path} holds no such settings ({error}).", hint=hint) from error
    return allow, waivers


def _waiver(given: dict[str, Any]) -> Waiver:
    expires = given.get("expires")
    if not isinstance(expires, datetime.date):
        raise ValueError("a waiver has no day of expiry")
    words = {name: str(given.get(name, "")) for name in ("rule", "path", "owner", "reason")}
    return Waiver(**words, expires=expires, fingerprint=str(given.get("fingerprint", "")))

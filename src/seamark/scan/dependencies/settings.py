"""What a project says about its dependencies: the check's options in ``seamark.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from seamark.core.errors import ConfigurationError
from seamark.core.suggest import did_you_mean

MAX_AGE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options.

    ``max_age_days`` is how old the advisory database may be before its answers are not believed;
    ``database`` a path to use instead of the user's own; ``database_digest`` (``sha256:…``) the
    only one that is accepted. ``licenses_allow`` and ``licenses_deny`` are SPDX expressions or
    globs over identifiers (``AGPL-*``); with ``licenses_allow`` everything else is denied.
    ``internal`` are globs over names of packages that no public index may provide. ``vex`` are
    paths, relative to the project, of VEX documents that are believed.
    """

    max_age_days: int = MAX_AGE_DAYS
    database: str = ""
    database_digest: str = ""
    licenses_allow: tuple[str, ...] = ()
    licenses_deny: tuple[str, ...] = ()
    internal: tuple[str, ...] = ()
    vex: tuple[str, ...] = ()


def settings_of(options: Mapping[str, object]) -> Settings:
    """The options as settings. Raises ``ConfigurationError`` for unknown ones and wrong types."""
    known = {field.name: field for field in fields(Settings)}
    values: dict[str, object] = {}
    for name, value in options.items():
        if name == "exclude":  # scan.exclude, which every check gets
            continue
        if name not in known:
            raise ConfigurationError(
                f"checks: dependencies: options: there is no '{name}'.",
                hint=did_you_mean(name, known),
            )
        values[name] = _checked(name, value, known[name].default)
    return Settings(**values)  # type: ignore[arg-type]


def _checked(name: str, value: object, default: object) -> object:
    if isinstance(default, tuple):
        if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
            return tuple(value)
        wanted = "a list of texts"
    elif isinstance(default, int):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        wanted = "a whole number, 0 or more"
    elif isinstance(value, str):
        return value
    else:
        wanted = "a text"
    raise ConfigurationError(f"checks: dependencies: options: {name} must be {wanted}.")

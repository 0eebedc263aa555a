"""What a project says about this check: its options in ``seamark.yaml``."""

from collections.abc import Mapping
from dataclasses import dataclass

from seamark.core.errors import ConfigurationError
from seamark.core.suggest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The options.

    ``advice`` says whether remarks are told that change no verdict. ``exclude`` are globs of
    files that are not read (``scan.exclude``).
    """

    advice: bool = True
    exclude: tuple[str, ...] = ()


def settings_of(options: Mapping[str, object]) -> Settings:
    """The options as settings. Raises ``ConfigurationError`` for unknown ones and wrong types."""
    for name in options:
        if name not in ("advice", "exclude"):
            raise ConfigurationError(
                f"checks: config: options: there is no '{name}'.",
                hint=did_you_mean(name, ("advice", "exclude")),
            )
    advice, exclude = options.get("advice", True), options.get("exclude", ())
    if not isinstance(advice, bool):
        raise ConfigurationError("checks: config: options: advice must be true or false.")
    if not isinstance(exclude, list | tuple) or not all(isinstance(e, str) for e in exclude):
        raise ConfigurationError("checks: config: options: exclude must be a list of texts.")
    return Settings(advice=advice, exclude=tuple(exclude))

"""Settings: where things are kept and how we run, from the environment and a file's values."""

from collections.abc import Mapping
from dataclasses import dataclass

from seamark.core.errors import ConfigurationError
from seamark.core.suggest import did_you_mean

_NAMES = {
    "SEAMARK_HOME": "home",
    "SEAMARK_CONFIG_HOME": "config_home",
    "SEAMARK_RECEIPTS": "receipts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one run.

    ``home`` is the folder for what a project's runs keep (``SEAMARK_HOME``, default ``.seamark``
    beside ``seamark.yaml``); ``config_home`` the user's own folder for keys, never inside a
    repository; ``receipts`` says whether a scan may remember unchanged files.
    """

    home: str
    config_home: str
    receipts: bool = True


def read_settings(environment: Mapping[str, str], file_values: Mapping[str, str]) -> Settings:
    """Settings from a file's values and the environment, which goes first.

    Raises ``ConfigurationError`` for a ``SEAMARK_`` name in ``file_values`` that does not exist
    and for a value that is not allowed. Unknown ``SEAMARK_`` names in the environment belong to
    other rooms and are left alone.
    """
    for name in file_values:
        if name not in _NAMES:
            raise ConfigurationError(
                f"There is no setting '{name}'.", hint=did_you_mean(name, _NAMES)
            )
    merged = {**file_values, **{name: environment[name] for name in _NAMES if name in environment}}
    return Settings(
        home=merged.get("SEAMARK_HOME") or ".seamark",
        config_home=merged.get("SEAMARK_CONFIG_HOME") or _config_home(environment),
        receipts=_truth("SEAMARK_RECEIPTS", merged.get("SEAMARK_RECEIPTS", "1")),
    )


def _config_home(environment: Mapping[str, str]) -> str:
    """The user's configuration folder by the XDG base directory specification, or ''."""
    base = environment.get("XDG_CONFIG_HOME", "")
    if base.startswith("/"):  # the specification: a relative path is to be ignored
        return f"{base.rstrip('/')}/seamark"
    home = environment.get("HOME") or environment.get("USERPROFILE") or ""
    return f"{home.rstrip('/')}/.config/seamark" if home else ""


def _truth(name: str, text: str) -> bool:
    word = text.strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise ConfigurationError(f"{name} is '{text}'.", hint="Use 1 or 0.")

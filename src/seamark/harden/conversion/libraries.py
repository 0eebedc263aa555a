"""Libraries of the child: imported when a worker needs them, and named where they are missing."""

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from seamark.harden.conversion.refusals import MissingLibrary


def library(module: str) -> Any:
    """Import a module that is no dependency of ours. Raises ``MissingLibrary``."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise MissingLibrary(error.name or module) from error


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Versions of installed packages, by name; those that are not installed are left out."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found

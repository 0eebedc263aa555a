"""Which project a path belongs to: its own ``seamark.yaml``, or the nearest one above it."""

import os
from dataclasses import dataclass

from seamark.core.errors import ConfigurationError, UsageError
from seamark.core.paths import printable
from seamark.system.memory import PROJECT_FILE, nearest_project_file
from seamark.system.project import Project, System
from seamark.system.project_file import load_project

_MISNAMED = ("seamark.yml", ".seamark.yaml", ".seamark.yml")


@dataclass(frozen=True, slots=True)
class Located:
    """A project: its directory, its settings, and the file they come from ("" for defaults).

    ``above`` says that the file was not where the user pointed, but further up.
    """

    root: str
    project: Project
    file: str
    above: bool = False


def open_project(path: str) -> Located:
    """The project at ``path`` (a directory or a ``seamark.yaml``), or the one it lies in.

    Defaults apply where there is none. Raises ``UsageError`` and ``ConfigurationError``.
    """
    if os.path.isfile(path):
        return Located(os.path.dirname(path) or ".", load_project(path), path)
    if not os.path.isdir(path):
        raise UsageError(
            f"There is no directory '{printable(path)}'.",
            hint="Name the project's directory or its seamark.yaml.",
        )
    file = find_project_file(path)
    if not file:
        name = os.path.basename(os.path.realpath(path)) or "project"
        return Located(path, Project(system=System(name=printable(name))), "")
    if file == os.path.join(path, PROJECT_FILE):
        return Located(path, load_project(file), file)
    return Located(os.path.dirname(file), load_project(file), file, above=True)


def find_project_file(directory: str) -> str:
    """The nearest ``seamark.yaml`` in ``directory`` or above it; "" where there is none.

    Raises ``ConfigurationError`` for a file whose name is nearly right, and for one
    above that somebody else could have put there to loosen the gates.
    """
    file = nearest_project_file(directory)
    if file and file != os.path.join(directory, PROJECT_FILE):
        _require_trusted(file, directory)
    other = "" if file else nearest_project_file(directory, _MISNAMED)
    if other:
        raise ConfigurationError(
            f"{printable(other)} is not read.", hint=f"Rename it to {PROJECT_FILE}."
        )
    return file


def _require_trusted(file: str, directory: str) -> None:
    if not hasattr(os, "geteuid"):
        return
    owner = os.lstat(file).st_uid
    if owner not in (os.geteuid(), 0, os.stat(directory).st_uid):
        raise ConfigurationError(
            f"{printable(file)} belongs to another account and is not used.",
            hint="Name it to use it all the same, or write one here with seamark init.",
        )

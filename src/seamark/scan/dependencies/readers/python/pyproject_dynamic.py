"""Dependencies that ``pyproject.toml`` leaves to the build (``dynamic = ["dependencies"]``).

Where the build takes them from files, those are read; otherwise only the build knows them.
"""

import os
from collections.abc import Iterator

from seamark.scan.dependencies.listings import Item
from seamark.scan.dependencies.readers.python.pyproject_place import Place
from seamark.scan.dependencies.readers.python.python_files import read_list_files
from seamark.scan.dependencies.readers.python.python_requirements import Context

_BY_PROGRAM = ("setup.py", "setup.cfg")


def read_dynamic(top: Place) -> Iterator[Item]:
    """What the files list that the dynamic dependencies are taken from."""
    dynamic = top.inside("project").words("dynamic")
    tool = top.inside("tool")
    if "dependencies" in dynamic:
        yield from _dependencies(top, tool)
    if "optional-dependencies" in dynamic:
        yield from _optional(top, tool)


def _dependencies(top: Place, tool: Place) -> Iterator[Item]:
    from_setuptools = tool.inside("setuptools").inside("dynamic").inside("dependencies")
    metadata = tool.inside("hatch").inside("metadata").inside("hooks")
    from_hatch = metadata.inside("requirements_txt")
    if from_setuptools.table:
        yield from _files(from_setuptools, "file", ())
    elif "files" in from_hatch.table or "filename" in from_hatch.table:
        yield from _files(from_hatch, "files", ())
        yield from _files(from_hatch, "filename", ())
    elif not (_poetry_declares(tool) or _by_setuptools(top)):
        yield top.unassessed("project.dependencies", "they are computed when the project is built")


def _optional(top: Place, tool: Place) -> Iterator[Item]:
    extras = tool.inside("setuptools").inside("dynamic").inside("optional-dependencies")
    hooks = tool.inside("hatch").inside("metadata").inside("hooks").inside("requirements_txt")
    from_hatch = hooks.inside("optional-dependencies")
    if extras.table:
        for extra in extras.table:
            yield from _files(extras.inside(extra), "file", (f"extra:{extra}",))
    elif from_hatch.table:
        for extra in from_hatch.table:
            yield from _files(from_hatch, extra, (f"extra:{extra}",))
    elif not (_poetry_declares(tool) or _by_setuptools(top)):
        yield top.unassessed(
            "project.optional-dependencies", "they are computed when the project is built"
        )


def _files(place: Place, key: str, groups: tuple[str, ...]) -> Iterator[Item]:
    where = Context(location=place.source.at(), groups=groups, direct=True)
    yield from read_list_files(place.words(key), place.source, where)


def _poetry_declares(tool: Place) -> bool:
    return "dependencies" in tool.inside("poetry").table


def _by_setuptools(top: Place) -> bool:
    """Whether files of setuptools beside this one say it; they are listings of their own."""
    backend = top.inside("build-system").word("build-backend")
    if backend and not backend.startswith("setuptools"):
        return False
    found = False
    for name in _BY_PROGRAM:
        beside = top.source.beside(name)
        if beside is not None and os.path.isfile(beside.path):
            found = True
            if beside.path not in top.source.included:
                top.source.included.append(beside.path)
    return found

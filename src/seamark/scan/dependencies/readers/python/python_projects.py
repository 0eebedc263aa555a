"""A folder of a project that a list installs (``-e .``, ``./libs/core``): which package it is.

Its own declaration says so, and is read as a listing of its own; nothing is built to find out.
"""

import os
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import replace
from urllib.parse import unquote

from seamark.core.components import Component, Origin, OriginKind
from seamark.scan.dependencies.documents import read_toml
from seamark.scan.dependencies.listings import Unassessed
from seamark.scan.dependencies.readers.python import python_origins as origins
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    component,
    unassessed,
)
from seamark.scan.dependencies.source import Source, Unreadable

DECLARATIONS = ("pyproject.toml", "setup.cfg", "setup.py")


def read_project(path: str, source: Source, where: Context) -> Component | Unassessed:
    """The package in a folder, which is relative to the list or to the project's root.

    pip takes such paths from the directory in which it runs, which no file tells.
    """
    path = path.partition("#")[0].partition("?")[0]
    if path.startswith("file:"):
        path = unquote(path.removeprefix("file:").removeprefix("//"))
    if path.endswith("]"):
        path = path[: path.rfind("[")] if "[" in path else path  # extras
    if "\0" in path:
        return unassessed(path, "it is no path", where)
    folders = [folder for folder in _places(path, source) if os.path.isdir(folder.path)]
    if not folders:
        return unassessed(path, "it is a path that is not in this project", where)
    where = replace(where, origin=Origin(kind=OriginKind.PATH, url=origins.redact(path, 1000)))
    declared = [each for folder in folders for each in _declarations(folder)]
    for each in declared:
        if each.path not in source.included and each.path != source.path:
            source.included.append(each.path)
    for each in declared:
        name, version = _identity(each)
        if name:
            return component(name, where, version=version)
    return unassessed(path, "it is a folder that does not say which package it holds", where)


def _places(path: str, source: Source) -> Iterator[Source]:
    from_root = os.path.relpath(
        os.path.join(source.root or ".", path), os.path.dirname(source.path) or "."
    )
    for relative in dict.fromkeys((os.path.normpath(path), from_root)):
        beside = source.beside(relative)
        if beside is not None:
            yield beside


def _declarations(folder: Source) -> Iterator[Source]:
    """The files of the folder that declare a package; a folder is a source with a longer path."""
    inside = Source(path=f"{folder.path}/.", shown=f"{folder.shown}/.", root=folder.root)
    for name in DECLARATIONS:
        each = inside.beside(name)
        if each is not None and os.path.isfile(each.path):
            yield each


def _identity(declaration: Source) -> tuple[str, str]:
    """Name and version as far as the declaration says them in plain text."""
    try:
        if declaration.path.endswith(".toml"):
            return _from_pyproject(declaration)
        if declaration.path.endswith(".cfg"):
            return _from_cfg(declaration)
    except Unreadable:  # told where the declaration is read as a listing
        return "", ""
    from seamark.scan.dependencies.readers.python.setuptools import identity

    return identity(declaration)


def _from_pyproject(declaration: Source) -> tuple[str, str]:
    document = read_toml(declaration)
    project = document.get("project")
    if not isinstance(project, dict):
        tool = document.get("tool")
        project = tool.get("poetry") if isinstance(tool, dict) else None
    if not isinstance(project, dict):
        return "", ""
    return _text(project.get("name")), _text(project.get("version"))


def _from_cfg(declaration: Source) -> tuple[str, str]:
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(declaration.text())
    except ConfigError:
        return "", ""
    version = parser.get("metadata", "version", fallback="")
    known = version[:1].isdigit()  # not "attr: package.__version__"
    return parser.get("metadata", "name", fallback=""), version if known else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

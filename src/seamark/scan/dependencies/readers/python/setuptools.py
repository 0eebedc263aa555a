"""``setup.cfg`` and ``setup.py``: what a project of setuptools asks for.

``setup.py`` is a program. It is parsed, never run: what stands there as plain lists is read, and
what only running it would tell is not assessed.
"""

import os
import re
import stat
from collections.abc import Iterator
from configparser import Error as ConfigError
from configparser import RawConfigParser
from dataclasses import replace

from seamark.scan.dependencies.listings import Item
from seamark.scan.dependencies.readers.python.python_files import read_list_files
from seamark.scan.dependencies.readers.python.python_lines import LineFinder
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    read_requirement,
    unassessed,
    with_marker,
)
from seamark.scan.dependencies.readers.python.setuptools_calls import Argument, setup_arguments
from seamark.scan.dependencies.source import Source, Unreadable

_GROUPS = {
    "install_requires": (),
    "requires": (),
    "setup_requires": ("build",),
    "tests_require": ("test",),
}
_MAX_PROGRAM = 1 << 20
_BUILDS = re.compile(rb"setuptools|distutils|skbuild|\bsetup\s*\(|exec|import_module|__import__|\0")
"""What a program that builds has in it somewhere, or may compute."""


def read_cfg(source: Source) -> Iterator[Item]:
    """What ``[options]`` and ``[options.extras_require]`` ask for. Raises :class:`Unreadable`."""
    text = source.text()
    parser = RawConfigParser()
    try:
        parser.read_string(text)
    except ConfigError as error:
        problem = " ".join(str(error).split())[:160]
        raise Unreadable(f"it is no valid configuration ({problem})") from error
    lines = LineFinder(text)
    if parser.has_section("options"):
        for key, value in parser.items("options"):
            groups = _GROUPS.get(key.replace("-", "_"))
            if groups is not None and key != "requires":
                yield from _cfg_list(value, groups, source, lines)
    if parser.has_section("options.extras_require"):
        for extra, value in parser.items("options.extras_require"):
            name, marker = _extra(extra)
            yield from _cfg_list(value, name, source, lines, marker)


def _cfg_list(
    value: str, groups: tuple[str, ...], source: Source, lines: LineFinder, marker: str = ""
) -> Iterator[Item]:
    where = Context(location=source.at(), groups=groups, direct=True)
    if value.strip().startswith("file:"):
        names = value.strip().removeprefix("file:").replace("\n", ",").split(",")
        wanted = [name.strip() for name in names if name.strip()]
        yield from read_list_files(wanted, source, where)
        return
    entries = value.splitlines() if "\n" in value else value.split(";")
    for entry in entries:
        text = entry.partition(" #")[0].strip()
        if text and not text.startswith("#"):
            here = replace(where, location=source.at(lines.line_of(text)))
            yield _requirement(text, here, marker)


def _requirement(text: str, where: Context, marker: str) -> Item:
    try:
        return read_requirement(text, with_marker(where, marker))
    except ValueError:
        return unassessed(text, "the marker of its extra cannot be read", where)


def _extra(key: str) -> tuple[tuple[str, ...], str]:
    """The group and marker of an extra's key: ``gpu``, ``gpu:python_version<'3'``, ``:marker``."""
    name, _, marker = key.partition(":")
    return ((f"extra:{name.strip()}",) if name.strip() else ()), marker.strip()


def is_program(path: str) -> bool:
    """Whether a ``setup.py`` is what builds a project, and not a module of a package."""
    folder = os.path.dirname(os.path.abspath(path))
    above = os.path.dirname(folder)
    if not os.path.isfile(os.path.join(folder, "__init__.py")):
        return True
    inside = os.path.isfile(os.path.join(above, "__init__.py"))
    if inside or os.path.basename(above) in ("site-packages", "dist-packages"):
        return False  # numpy.distutils left one in each package
    try:
        # A pipe must not make the scan wait; the reader says that it is no regular file.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return True
            data = file.read(_MAX_PROGRAM + 1)
    except OSError:
        return True  # its reader says why
    return len(data) > _MAX_PROGRAM or _BUILDS.search(data) is not None


def read_py(source: Source) -> Iterator[Item]:
    """What the call of ``setup()`` lists in plain text. Raises :class:`Unreadable`."""
    arguments = setup_arguments(_program(source))
    if arguments is None:
        where = Context(location=source.at())
        yield unassessed("setup()", "no call of it can be seen without running the file", where)
        return
    for argument in arguments:
        if argument.name == "**":
            where = Context(location=source.at(argument.line))
            yield unassessed("setup()", "its arguments are computed when the program runs", where)
        elif argument.name == "extras_require":
            yield from _extras(argument, source)
        elif argument.name in _GROUPS:
            yield from _list(argument, source, _GROUPS[argument.name], "")


def _program(source: Source) -> bytes:
    data = source.read()
    if len(data) > _MAX_PROGRAM:
        raise Unreadable(f"it is a program of more than {_MAX_PROGRAM >> 20} MiB")
    return data


def _extras(argument: Argument, source: Source) -> Iterator[Item]:
    entries = argument.entries()
    if entries is None:
        yield from _computed(argument, source)
        return
    for key, value in entries:
        groups, marker = _extra(key)
        yield from _list(value, source, groups, marker)


def _list(
    argument: Argument, source: Source, groups: tuple[str, ...], marker: str
) -> Iterator[Item]:
    texts = argument.texts()
    if texts is None:
        yield from _computed(argument, source)
        return
    for text, line in texts:
        where = Context(location=source.at(line), groups=groups, direct=True)
        if text is None:
            yield unassessed(argument.name, "a part of it is computed when the program runs", where)
        elif text.strip() and not text.strip().startswith("#"):
            yield _requirement(text.strip(), where, marker)


def _computed(argument: Argument, source: Source) -> Iterator[Item]:
    where = Context(location=source.at(argument.line))
    yield unassessed(argument.name, "it is computed when the program runs", where)


def identity(source: Source) -> tuple[str, str]:
    """Name and version of the package as ``setup.py`` has them in plain text; else empty."""
    try:
        arguments = setup_arguments(_program(source)) or ()
    except Unreadable:
        return "", ""
    found = {each.name: each.text() for each in arguments}
    return found.get("name") or "", found.get("version") or ""

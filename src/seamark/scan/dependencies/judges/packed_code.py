"""Wheels and source archives in the project: code in them that acts by itself (family INS)."""

import posixpath
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.paths import printable
from seamark.scan.dependencies.judges.path_files import judge_path_file
from seamark.scan.dependencies.readers.python.python_archives import members
from seamark.scan.dependencies.source import Source, Unreadable

_CUSTOM = ("sitecustomize.py", "usercustomize.py")
_SITES = ("purelib", "platlib")


def judge_archive(source: Source) -> Iterator[Finding]:
    """Findings on one archive; where it cannot be read, its reader said so."""
    try:
        if source.path.endswith(".whl"):
            yield from _judge_wheel(source)
        else:
            yield from _judge_source_archive(source)
    except Unreadable:
        return


def _judge_wheel(source: Source) -> Iterator[Finding]:
    from seamark.scan.dependencies.judges.install_code import judge_custom

    started: dict[str, tuple[str, bytes]] = {}
    for name, data in members(source, lambda each: _starts(_installed(each))):
        started[_installed(name)] = (name, data)
    if not started:
        return
    modules = _modules(source)
    for installed, (name, data) in sorted(started.items()):
        where = source.at(member=printable(name))
        if installed.endswith(".pth"):
            yield from judge_path_file(data, where, modules.get)
        else:
            yield from judge_custom(data, where)


def _starts(installed: str) -> bool:
    return installed.endswith(".pth") or installed in _CUSTOM


def _installed(name: str) -> str:
    """The name that a member has in ``site-packages`` where it lies at its top; else nothing."""
    parts = name.split("/")
    if len(parts) == 3 and parts[0].endswith(".data") and parts[1] in _SITES:
        return parts[2]
    return name if len(parts) == 1 else ""


def _modules(source: Source) -> dict[str, bytes]:
    """The source of the top-level modules of a wheel."""

    def top(name: str) -> str:
        installed = _installed(name)
        if installed.endswith(".py"):
            return installed.removesuffix(".py")
        package, _, rest = name.partition("/")
        return package if rest == "__init__.py" else ""

    return {top(name): data for name, data in members(source, lambda each: bool(top(each)))}


def _judge_source_archive(source: Source) -> Iterator[Finding]:
    from seamark.scan.dependencies.judges.install_code import judge_setup

    def wanted(name: str) -> bool:
        return posixpath.basename(name) == "setup.py" and name.count("/") == 1

    for name, data in members(source, wanted):
        yield from judge_setup(data, source.at(member=printable(name)))

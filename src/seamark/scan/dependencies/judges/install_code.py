"""Code that acts when a package is installed, or when Python starts (family INS). Never run."""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from seamark.core.findings import Finding, Location
from seamark.core.paths import printable
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.documents import read_toml
from seamark.scan.dependencies.judges import install_rules as rules
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.source import Source, Unreadable

if TYPE_CHECKING:
    from seamark.scan.dependencies.judges.installed_source import Act

# The judge of source is imported where there is source: most projects have none of these files.
_CUSTOM = ("sitecustomize.py", "usercustomize.py")
_SHOWN = 8


def judge(case: Case) -> Iterator[Finding]:
    """Findings on set-up programs, start-up files beside what is installed, install scripts."""
    root = case.inventory.root
    folders: set[str] = set()
    for listing in case.inventory.listings:
        if listing.kind == "setup-py":
            yield from _setup(_source(root, listing.path))
        elif listing.kind == "pyproject":
            yield from _backend(_source(root, listing.path))
        elif listing.kind == "python-archive":
            from seamark.scan.dependencies.judges.packed_code import judge_archive

            yield from judge_archive(_source(root, listing.path))
        elif listing.kind == "installed-python":
            folders.add(_installed_in(listing.path))
        yield from _scripts(listing)
    for folder in sorted(folders):
        yield from _started(root, folder)


def _source(root: str, shown: str) -> Source:
    return Source(path=os.path.join(root, shown), shown=shown, root=root)


def _installed_in(path: str) -> str:
    """``site-packages`` of the metadata's path; eggs carry theirs inside."""
    metadata = path if path.endswith(".egg-info") else os.path.dirname(path)
    return os.path.dirname(metadata)


def _setup(source: Source) -> Iterator[Finding]:
    try:
        data = source.read()
    except Unreadable:
        return  # its reader said so
    yield from judge_setup(data, source.at())


def judge_setup(data: bytes, where: Location) -> Iterator[Finding]:
    """Findings on a ``setup.py``; ``where`` is the file, without a line."""
    from seamark.scan.dependencies.judges.installed_source import NotExaminedError, acts_of_setup

    try:
        acts = acts_of_setup(data)
    except NotExaminedError as problem:
        text = f"What it does at installation was not examined: {problem}."
        yield Finding(rule=rules.NOT_READ, message=text, location=where, anchor="setup.py")
        return
    for act in acts:
        rule = rules.HOSTILE_INSTALL if act.hostile else rules.ACTS_AT_INSTALL
        yield Finding(rule=rule, message=act.text, location=_line(where, act), anchor=act.about)


def judge_custom(data: bytes, where: Location) -> Iterator[Finding]:
    """Findings on ``sitecustomize.py`` or ``usercustomize.py`` among installed packages."""
    from seamark.scan.dependencies.judges.installed_source import NotExaminedError, acts_of_start

    name = (where.member or where.path).rpartition("/")[2]
    try:
        acts = [act for act in acts_of_start(data) if act.hostile]
    except NotExaminedError as problem:
        text = f"{name} was not examined: {problem}."
        yield Finding(rule=rules.NOT_READ, message=text, location=where, anchor=name)
        return
    for act in acts:
        yield Finding(
            rule=rules.HOSTILE_START,
            message=act.text,
            location=_line(where, act),
            anchor=act.about,
        )
    if not acts:
        text = f"{name} lies among installed packages, and every start of Python runs it."
        yield Finding(rule=rules.RUNS_AT_START, message=text, location=where, anchor=name)


def _line(where: Location, act: "Act") -> Location:
    return Location(path=where.path, member=where.member, line=act.line)


def _started(root: str, folder: str) -> Iterator[Finding]:
    """What runs at each start of the Python whose packages are in ``folder``."""
    path = os.path.join(root, folder)
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return  # the metadata in it was read a moment ago, and what is gone cannot start
    for name in names:
        if not name.endswith(".pth") and name not in _CUSTOM:
            continue
        shown = printable(os.path.join(folder, name))
        source = Source(path=os.path.join(path, name), shown=shown, root=root)
        try:
            data = source.read()
        except Unreadable as problem:
            text = f"It was not examined: {problem.reason}."
            yield Finding(rule=rules.NOT_READ, message=text, location=source.at(), anchor=name)
            continue
        if name.endswith(".pth"):
            from seamark.scan.dependencies.judges.path_files import judge_path_file

            yield from judge_path_file(data, source.at(), _modules(path))
        else:
            yield from judge_custom(data, source.at())


def _modules(folder: str) -> Callable[[str], bytes | None]:
    def read(name: str) -> bytes | None:
        for relative in (f"{name}.py", f"{name}/__init__.py"):
            path = os.path.join(folder, relative)
            if os.path.isfile(path):
                try:
                    return Source(path=path, shown=relative, root=folder).read()
                except Unreadable:
                    return None
        return None

    return read


def _scripts(listing: Listing) -> Iterator[Finding]:
    names = sorted({each.title for each in listing.components if each.install_script})
    if names:
        several = f"{len(names)} packages run scripts" if len(names) > 1 else "One package runs one"
        more = ", …" if len(names) > _SHOWN else ""
        yield Finding(
            rule=rules.INSTALL_SCRIPTS,
            message=f"{several} when installed: {', '.join(names[:_SHOWN])}{more}.",
            location=Location(path=listing.path),
            anchor=listing.kind,
            evidence={"names": [*names[:100]]},
        )


def _backend(source: Source) -> Iterator[Finding]:
    try:
        build = read_toml(source).get("build-system")
    except Unreadable:
        return  # its reader said so
    if isinstance(build, dict) and build.get("backend-path"):
        backend = build.get("build-backend")
        name = backend if isinstance(backend, str) else "setuptools"
        yield Finding(
            rule=rules.OWN_BACKEND,
            message=f"The project is built by its own {printable(name)[:100]}.",
            location=source.at(),
            anchor="backend-path",
        )

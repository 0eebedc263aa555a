"""From a pinned release to its allowlist: classes whose loading is inert, and nothing else."""

import fnmatch
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seamark.scan.models.pickle.builder.effects import Examiner
from seamark.scan.models.pickle.builder.merge import Entries, write_entries
from seamark.scan.models.pickle.builder.package import Class, Package, parse
from seamark.scan.models.pickle.builder.sources import Release, read_release
from seamark.scan.models.pickle.builder.vocabulary import BASES
from seamark.scan.models.pickle.decide import CLASS, ENUM, NAME

SCHEMA = "seamark.allowlist/1"

_NEVER = frozenset(
    "tests test testing _testing conftest benchmarks examples _vendor externals vendored setup "
    "distutils f2py _build_utils __main__ hub jit package distributed multiprocessing _inductor "
    "_dynamo cli scripts tools".split()
)
"""Parts of module names that no saved model refers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which modules of a library may give classes (globs over dotted names).

    ``functions`` names modules whose functions models hold as attributes (metrics, activations):
    they may be referred to, never called, and must not reach a sink. ``only`` holds globs over
    ``module.Class`` where a module gives few of its classes, ``without`` those it does not give.
    """

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    only: tuple[str, ...] = ("*",)
    without: tuple[str, ...] = ()

    def takes(self, qualified: str) -> bool:
        """Whether a class of an included module may enter, by its full name."""
        wanted = any(fnmatch.fnmatchcase(qualified, pattern) for pattern in self.only)
        return wanted and not any(fnmatch.fnmatchcase(qualified, p) for p in self.without)

    def holds(self, module: str) -> bool:
        """Whether classes of ``module`` may enter."""
        if _NEVER & set(module.split(".")):
            return False
        included = any(fnmatch.fnmatchcase(module, pattern) for pattern in self.include)
        return included and not any(fnmatch.fnmatchcase(module, p) for p in self.exclude)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The allowlist of one release, and what was left out and why (``module.name`` → reason).

    ``unproved`` are references that the library was seen to write and that nothing admits.
    """

    release: Release
    entries: Entries
    excluded: Mapping[str, str] = field(default_factory=dict)
    unproved: tuple[str, ...] = ()

    def document(self) -> Mapping[str, Any]:
        """The file's content: the same release gives the same bytes."""
        return {
            "schema": SCHEMA,
            "library": self.release.library,
            "version": self.release.version,
            "built_from": self.release.digest,
            "entries": write_entries(self.entries),
        }

    def write(self, folder: str | os.PathLike[str]) -> Path:
        """Write ``LIBRARY-VERSION.json`` into ``folder``, completely or not at all."""
        path = Path(folder) / f"{self.release.library}-{self.release.version}.json"
        text = json.dumps(self.document(), separators=(",", ":")) + "\n"
        temporary = path.with_suffix(".tmp")
        temporary.write_text(text, encoding="ascii")
        temporary.replace(path)
        return path


def build_allowlist(
    path: Path,
    *,
    library: str = "",
    scope: Scope = Scope(),
    bases: Iterable[str] = (),
    reviewed: Mapping[str, str] | None = None,
    recorded: Mapping[str, Mapping[str, Any]] | None = None,
) -> Built:
    """Build from a wheel, an sdist or a site-packages folder, importing nothing.

    ``bases`` are classes from elsewhere (``module.name``) that are known to be inert. ``reviewed``
    are methods that a person read (see :class:`Examiner`). ``recorded`` is the ``entries`` part
    of what ``record.py`` wrote; it admits nothing by itself, it only tells which references of
    this library are still unproved.
    """
    release = read_release(path, library=library)
    package = parse(release.sources)
    examiner = Examiner(package, reviewed or {})
    entries, excluded = _classes(examiner, scope, frozenset(bases))
    for qualified, reason in _functions(examiner, scope, entries):
        excluded[qualified] = reason
    return Built(
        release=release,
        entries=entries,
        excluded=excluded,
        unproved=_unproved(entries, recorded or {}, release),
    )


def _classes(
    examiner: Examiner, scope: Scope, bases: frozenset[str]
) -> tuple[Entries, dict[str, str]]:
    entries: Entries = {}
    excluded: dict[str, str] = {}
    for qualified, cls in sorted(examiner.package.classes.items()):
        if not (scope.holds(cls.module) and scope.takes(qualified)):
            continue
        reason = _strange_base(examiner.package, cls, bases) or examiner.effects(cls)
        if reason:
            excluded[qualified] = reason
            continue
        kind = ENUM if _is_enum(examiner.package, cls) else CLASS
        for module in filter(None, (cls.module, cls.published)):
            entries.setdefault(module, {})[cls.name] = kind
    return entries, excluded


def _is_enum(package: Package, cls: Class) -> bool:
    return any(isinstance(o, str) and o.startswith("enum.") for o in package.ancestry(cls))


def _functions(examiner: Examiner, scope: Scope, entries: Entries) -> Iterator[tuple[str, str]]:
    """Add the functions that may be referred to; gives those that reach a sink, and which."""
    for qualified, function in sorted(examiner.package.functions.items()):
        module, _, name = qualified.rpartition(".")
        if not any(fnmatch.fnmatchcase(module, pattern) for pattern in scope.functions):
            continue
        reason = examiner.sinks(function, module)
        if reason:
            yield qualified, reason
        else:
            entries.setdefault(module, {})[name] = NAME


def _strange_base(package: Package, cls: Class, known: frozenset[str]) -> str:
    for owner in package.ancestry(cls):
        if isinstance(owner, str) and owner not in BASES and owner not in known:
            return f"has the base {owner}, which is not known to be inert"
    return ""


def _unproved(
    entries: Entries, recorded: Mapping[str, Mapping[str, Any]], release: Release
) -> tuple[str, ...]:
    roots = {module.partition(".")[0] for module in release.sources}
    return tuple(
        f"{module}:{name}"
        for module, names in sorted(recorded.items())
        if module.partition(".")[0] in roots
        for name in sorted(names)
        if name not in entries.get(module, {})
    )

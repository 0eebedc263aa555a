"""The tree of folders in an npm lock: how Node resolves a name, what the project asks for.

A package in a folder finds what it needs in the nearest ``node_modules`` above it.
"""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.npm.npm_names import wanted

MAX_GLOBS = 500
"""Globs of a workspace; each is compared with each folder."""
_NEEDS = ("dependencies", "optionalDependencies", "peerDependencies")
_ALWAYS = ("dependencies", "devDependencies")
"""Needs of the project that npm never leaves out of a lock."""
_ASKED = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


class Tree:
    """Folders and entries. ``own`` are the project and the members of its workspace.

    ``old`` entries (lock version 1) have their needs in ``requires``; their ``dependencies`` are
    folders of the tree itself.
    """

    def __init__(self, entries: Mapping[str, Any], *, old: bool = False) -> None:
        self._entries = entries
        self._old = old
        self._needs = ("requires",) if old else _NEEDS
        self.problems: list[str] = []
        self._has_root = "" in entries
        self.own = self._own()
        self._direct = self._asked_for()

    def _own(self) -> frozenset[str]:
        root = self._entries.get("")
        if root is None:
            return frozenset()
        if not isinstance(root, dict):
            self.problems.append("its own entry is no table")
            return frozenset({""})
        spaces = root.get("workspaces", [])
        if isinstance(spaces, dict):
            spaces = spaces.get("packages", [])
        if not isinstance(spaces, list) or not all(isinstance(each, str) for each in spaces):
            self.problems.append("its list of workspaces is no list of texts")
            spaces = []
        if len(spaces) > MAX_GLOBS:
            self.problems.append(f"it has more than {MAX_GLOBS} workspaces")
            spaces = []
        folders = [path for path in self._entries if path and "node_modules" not in path.split("/")]
        members = (path for path in folders if _is_member(path, spaces))
        return frozenset({"", *members})

    def _asked_for(self) -> frozenset[str]:
        found: set[str] = set()
        for path in self.own:
            entry = self._entries[path]
            if not isinstance(entry, dict):
                if path:
                    self.problems.append(f"its member {path[:200]!r} is no table")
                continue
            for key in _ASKED:
                try:
                    needs = of.table_of(entry, key)
                except Broken as problem:
                    self.problems.append(str(problem))
                    continue
                for name in needs:
                    at = self.resolve(path, name)
                    if at is not None:
                        found.update((at, self.target_of(self._entries[at]) or at))
                    elif key in _ALWAYS and not self._old:
                        what = f"it asks for {name[:200]!r}, which is not in the lock"
                        self.problems.append(what)
        return frozenset(found)

    def target_of(self, entry: Any) -> str | None:
        """The folder that a link leads to, where the lock has it."""
        if not isinstance(entry, dict) or entry.get("link") is not True:
            return None
        target = entry.get("resolved")
        return target if isinstance(target, str) and target in self._entries else None

    def resolve(self, path: str, name: str) -> str | None:
        """The folder that a package in ``path`` gets for ``name``; None where there is none."""
        while True:
            found = f"{path}/node_modules/{name}" if path else f"node_modules/{name}"
            if found in self._entries:
                return found
            if not path:
                return None
            path = _above(path)

    def is_direct(self, path: str) -> bool | None:
        """Whether the project asks for it itself; None where the lock does not have the project."""
        return path in self._direct if self._has_root else None

    def requires(self, path: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
        """Real names of what it needs, as far as the tree has it or must have it."""
        found: set[str] = set()
        for key in self._needs:
            if entry.get(key) is True:  # the first locks said only that there are some
                continue
            for name, spec in of.table_of(entry, key).items():
                spec = of.checked_text(spec, f"need of {name[:80]!r}")
                at = self.resolve(path, name)
                if at is not None:
                    found.add(self._real_name(at, name))
                elif key in ("dependencies", "requires"):
                    found.add(wanted(name, spec).name)
        return tuple(sorted(found))

    def _real_name(self, path: str, name: str) -> str:
        entry = self._entries[path]
        target = self.target_of(entry)
        entry = self._entries[target] if target is not None else entry
        if not isinstance(entry, dict):
            return name
        real = entry.get("name")
        if isinstance(real, str):
            return real
        version = entry.get("version")
        return wanted(name, version).name if isinstance(version, str) else name


def flatten(nested: Mapping[str, Any], links: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Folders and entries of nested ``dependencies``, in order. ``links`` lead to other folders."""
    waiting = [("", iter(nested.items()))]
    while waiting:
        folder, entries = waiting[-1]
        for name, entry in entries:
            path = f"{folder}/node_modules/{name}" if folder else f"node_modules/{name}"
            yield path, entry
            inner = entry.get("dependencies") if isinstance(entry, dict) else None
            if isinstance(inner, dict):
                waiting.append((links.get(path, path), iter(inner.items())))
                break
        else:
            waiting.pop()


def _above(path: str) -> str:
    before, found, _ = path.rpartition("/node_modules/")
    if found:
        return before
    if path.startswith("node_modules/"):
        return ""
    return path.rpartition("/")[0]


def _is_member(path: str, spaces: list[str]) -> bool:
    """Whether a folder is one of the workspace's: the last glob that fits it decides."""
    member = False
    for space in spaces:
        wants = not space.startswith("!")
        glob = re.sub(r"^\./|/$", "", space.removeprefix("!"))
        if _fits(path.split("/"), glob.split("/")):
            member = wants
    return member


def _fits(parts: list[str], globs: list[str]) -> bool:
    if "**" in globs:
        at = globs.index("**")
        head, tail = globs[:at], [each for each in globs[at + 1 :] if each != "**"]
        if len(parts) < len(head) + len(tail):
            return False
        return _fits(parts[:at], head) and _fits(parts[len(parts) - len(tail) :], tail)
    return len(parts) == len(globs) and all(map(fnmatchcase, parts, globs))

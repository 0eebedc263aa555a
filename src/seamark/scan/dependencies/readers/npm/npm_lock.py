"""``package-lock.json`` and ``npm-shrinkwrap.json``, versions 1 to 3, and ``.package-lock.json``.

``packages`` (2, 3) names folders; the project and the members of its workspace are among them and
are no dependencies. ``dependencies`` (1, 2) nests instead. In version 2 both are there, for old
npm and new: where they differ, old and new install different things, and that is said.
"""

import re
from collections.abc import Iterator
from typing import Any

from seamark.core.components import Component, Origin, OriginKind
from seamark.scan.dependencies.documents import parse_json
from seamark.scan.dependencies.listings import Index, IndexUse, Item
from seamark.scan.dependencies.readers import entries as of
from seamark.scan.dependencies.readers.entries import Broken
from seamark.scan.dependencies.readers.npm import npm_names as npm
from seamark.scan.dependencies.readers.npm.npm_tree import Tree, flatten
from seamark.scan.dependencies.source import Source, Unreadable

_HEADER = re.compile(r'^[ \t]*"((?:node_modules/|[^"\\\n]*/node_modules/)[^"\\\n]+)": \{', re.M)
_GROUPS = ("dev", "optional", "peer")


def read(source: Source) -> Iterator[Item]:
    """The packages of an npm lock, of any version."""
    text = source.text()
    document = of.document_table(parse_json(text), "lock of npm")
    lines = _lines(text)
    del text
    version = document.get("lockfileVersion")
    yield from of.unknown_version(source, version, ("1", "2", "3"), "the lock")
    packages, nested = document.get("packages"), document.get("dependencies")
    if packages is None and nested is None and version is None:
        raise Unreadable("it has neither packages nor dependencies nor a version")
    for key, value in (("packages", packages), ("dependencies", nested)):
        if value is not None and not isinstance(value, dict):
            raise Unreadable(f"its {key!r} is no table")
    reader = _Reader(source, lines)
    if packages is None:
        yield from reader.old(nested or {})
    else:
        yield from reader.new(packages)
        yield from reader.differences(packages, nested or {})
    yield from reader.indexes.values()


def _lines(text: str) -> dict[str, int]:
    """The line of each folder's entry, as npm writes them."""
    found: dict[str, int] = {}
    number, last = 1, 0
    for match in _HEADER.finditer(text):
        number += text.count("\n", last, match.start())
        last = match.start()
        found.setdefault(match[1], number)
    return found


class _Reader:
    """Reads entries of one lock, and notes the registries that they name."""

    def __init__(self, source: Source, lines: dict[str, int]) -> None:
        self._source = source
        self._lines = lines
        self.indexes: dict[str, Index] = {}

    def new(self, packages: dict[str, Any]) -> Iterator[Item]:
        """The entries of ``packages``."""
        tree = Tree(packages)
        for problem in tree.problems:
            yield of.unassessed("the project", problem, self._source.at())
        for path, entry in packages.items():
            if path in tree.own:
                continue
            yield from self._guarded(path, entry, lambda p, e: self._package(p, e, tree))

    def old(self, nested: dict[str, Any]) -> Iterator[Item]:
        """The entries of ``dependencies``."""
        entries = dict(flatten(nested, {}))
        tree = Tree(entries, old=True)
        for path, entry in entries.items():
            yield from self._guarded(path, entry, lambda p, e: self._nested(p, e, tree))

    def differences(self, packages: dict[str, Any], nested: dict[str, Any]) -> Iterator[Item]:
        """What old npm reads otherwise than new npm does."""
        links = {
            path: entry["resolved"]
            for path, entry in packages.items()
            if isinstance(entry, dict) and entry.get("link") is True
            and isinstance(entry.get("resolved"), str)
        }  # fmt: skip
        entries = dict(flatten(nested, links))
        tree = Tree(entries, old=True)
        for path, entry in entries.items():
            if path not in packages:
                yield from self._guarded(path, entry, lambda p, e: self._nested(p, e, tree))
            elif path not in links:
                yield from self._difference(path, packages[path], entry)

    def _difference(self, path: str, new: Any, old: Any) -> Iterator[Item]:
        if not isinstance(new, dict):
            return  # told already
        if not isinstance(old, dict):
            reason = "its entry in 'dependencies' is no table"
            yield of.unassessed(_name(path), reason, self._source.at())
            return
        plain = (
            npm.wanted(_name(path), old["version"]) if isinstance(old.get("version"), str) else None
        )
        same = all(
            old.get(key) in (None, False) or new.get(key) in (None, False, old[key])
            for key in ("resolved", "integrity")
        )
        if plain and plain.origin is None and plain.version != new.get("version"):
            same = False
        if not same:
            reason = "'packages' and 'dependencies' (for old npm) say different things of it"
            yield of.unassessed(_name(path), reason, self._source.at(self._lines.get(path)))

    def _guarded(self, path: str, entry: Any, read: Any) -> Iterator[Item]:
        try:
            of.checked_text(path, "folder")
            if not isinstance(entry, dict):
                raise Broken("it is no table")
            item = read(path, entry)
        except Broken as problem:
            where = self._source.at(self._lines.get(path))
            yield of.unassessed(_name(path) or path, str(problem), where)
        else:
            if item is not None:
                yield item

    def _package(self, path: str, entry: dict[str, Any], tree: Tree) -> Component | None:
        title = _name(path)
        resolved = _text_or_false(entry, "resolved")
        if of.flag_of(entry, "link"):
            if tree.target_of(entry) is not None:
                return None  # told as the folder that it leads to
            origin = Origin(kind=OriginKind.PATH, url=resolved)
            return self._component(npm.Wanted(name=title, origin=origin), title, path, entry, tree)
        name = of.text_of(entry, "name") or title
        if title:
            origin_ = npm.resolved_origin(name, resolved)
        else:  # a folder outside of node_modules that something links to
            origin_ = Origin(kind=OriginKind.PATH, url=path)
        wanted = npm.Wanted(name=name, version=of.version_of(entry), origin=origin_)
        npm.check_archive(name, wanted.version, resolved)
        return self._component(wanted, title or name, path, entry, tree)

    def _nested(self, path: str, entry: dict[str, Any], tree: Tree) -> Component:
        title = _name(path)
        of.table_of(entry, "dependencies")
        wanted = npm.wanted(title, of.text_of(entry, "version"))
        resolved = _text_or_false(entry, "resolved")
        npm.check_archive(wanted.name, wanted.version, resolved)
        if wanted.origin is None:
            wanted = npm.Wanted(
                name=wanted.name,
                version=wanted.version,
                constraint="" if wanted.constraint == "*" else wanted.constraint,
                origin=npm.resolved_origin(wanted.name, resolved),
            )
        return self._component(wanted, title, path, entry, tree)

    def _component(
        self, wanted: npm.Wanted, title: str, path: str, entry: dict[str, Any], tree: Tree
    ) -> Component:
        where = self._source.at(self._lines.get(path))
        groups = {group for group in _GROUPS if of.flag_of(entry, group)}
        if of.flag_of(entry, "devOptional"):
            groups |= {"dev", "optional"}
        terms = entry.get("license")
        facts = npm.Facts(
            location=where,
            hashes=npm.integrity(_text_or_false(entry, "integrity")),
            licenses=(terms,) if isinstance(terms, str) and terms.isprintable() else (),
            requires=tree.requires(path, entry),
            groups=tuple(sorted(groups)),
            direct=tree.is_direct(path),
            install_script=of.flag_of(entry, "hasInstallScript"),
        )
        found = npm.component(wanted, title, facts)
        if wanted.origin and wanted.origin.kind is OriginKind.INDEX:
            url = wanted.origin.url
            index = Index(url=url, use=IndexUse.EXPLICIT, location=where)
            self.indexes.setdefault(url, index)
        return found


def _name(path: str) -> str:
    """The name that a folder's path says; empty for folders outside of ``node_modules``."""
    before, found, name = path.rpartition("node_modules/")
    return name if found and (not before or before.endswith("/")) else ""


def _text_or_false(entry: dict[str, Any], key: str) -> str:
    """A text; npm 5 wrote ``false`` where it had none."""
    return "" if entry.get(key) is False else of.text_of(entry, key)

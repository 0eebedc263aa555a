"""A table of ``pyproject.toml``, and how what stands in it becomes items."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from seamark.core.components import Component
from seamark.scan.dependencies.listings import Index, IndexUse, Item, Unassessed
from seamark.scan.dependencies.readers.python import python_origins as origins
from seamark.scan.dependencies.readers.python.python_lines import LineFinder
from seamark.scan.dependencies.readers.python.python_requirements import (
    Context,
    read_requirement,
    unassessed,
)
from seamark.scan.dependencies.source import Source


@dataclass(slots=True)
class Place:
    """One table. What has a wrong type on the way to it is noted once, and told at the end."""

    table: dict[str, Any]
    source: Source
    text: str
    name: str = ""
    lines: LineFinder | None = None
    wrong: list[Unassessed] = field(default_factory=list)

    def inside(self, key: str) -> "Place":
        """The table under this key; an empty one where there is none."""
        value = self.table.get(key)
        name = f"{self.name}.{key}" if self.name else key
        if value is not None and not isinstance(value, dict):
            self._note(name, "it is no table")
            value = None
        return replace(self, table=value or {}, name=name, lines=self._finder())

    def tables(self, key: str) -> Iterator["Place"]:
        """The tables of an array of tables."""
        value = self.table.get(key)
        name = f"{self.name}.{key}"
        entries = value if isinstance(value, list) else []
        if value is not None and not isinstance(value, list):
            self._note(name, "it is no list of tables")
        for entry in entries:
            if isinstance(entry, dict):
                yield replace(self, table=entry, name=name, lines=self._finder())
            else:
                self._note(name, "an entry of it is no table")

    def problems(self) -> Iterator[Unassessed]:
        """What had a wrong type, each place once."""
        yield from dict.fromkeys(self.wrong)

    def word(self, key: str) -> str:
        """The text under this key; empty where there is none."""
        value = self.table.get(key)
        if value is not None and not isinstance(value, str):
            self._note(f"{self.name}.{key}", "it is no text")
        return value if isinstance(value, str) else ""

    def words(self, key: str) -> list[str]:
        """The texts under this key: a list, or one text alone."""
        value = self.table.get(key)
        if isinstance(value, str):
            return [value]
        entries = value if isinstance(value, list) else []
        if len(entries) != sum(isinstance(each, str) for each in entries) or (
            value is not None and not isinstance(value, list)
        ):
            self._note(f"{self.name}.{key}", "it is no list of texts")
        return [each for each in entries if isinstance(each, str)]

    def requirements(
        self, key: str, *, groups: tuple[str, ...] = (), direct: bool = True
    ) -> Iterator[Component | Unassessed]:
        """The requirements in the list under this key."""
        value = self.table.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            yield self.unassessed(f"{self.name}.{key}", "it is no list of requirements")
            return
        for entry in value:
            if isinstance(entry, str):
                yield self.requirement(entry, groups=groups, direct=direct)
            else:
                yield self.unassessed(f"{self.name}.{key}", "an entry of it is no text")

    def requirement(
        self, text: str, *, groups: tuple[str, ...] = (), direct: bool = True
    ) -> Component | Unassessed:
        """One requirement."""
        return read_requirement(text, self.context(text, groups=groups, direct=direct))

    def context(
        self, text: str, *, key: bool = False, groups: tuple[str, ...] = (), direct: bool = True
    ) -> Context:
        """What the place of an entry says about it; its line is where ``text`` stands.

        ``key`` says that it is the entry's name, before ``=`` or ``:``.
        """
        needles: tuple[str, ...]
        if key:
            needles = (f"\n{text} =", f"\n{text}=", f'"{text}":', f'\n"{text}"', f"\n{text}.")
        else:
            escaped = text.replace('"', '\\"')
            needles = (f'"{text}"', f"'{text}'", f'"{escaped}"')
        line = self._finder().line_of(*dict.fromkeys(needles))
        return Context(location=self.source.at(line), groups=groups, direct=direct)

    def unassessed(self, about: str, reason: str) -> Unassessed:
        """Why something of this table cannot be read."""
        return unassessed(about, reason, Context(location=self.source.at()))

    def index(self, url: str, use: IndexUse, name: str = "") -> Iterator[Item]:
        """An index, or why its address cannot be told."""
        where = self.context(url)
        if "${" in url.rpartition("@")[2]:
            yield unassessed(name or url, "its address depends on an environment variable", where)
            return
        clean, secret = origins.clean_url(url)
        yield Index(
            url=clean, use=use, location=where.location, name=origins.plain(name), secret=secret
        )

    def _finder(self) -> LineFinder:
        if self.lines is None:
            self.lines = LineFinder(self.text)
        return self.lines

    def _note(self, name: str, reason: str) -> None:
        self.wrong.append(self.unassessed(name, reason))

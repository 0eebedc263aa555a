"""The plan as a unified diff: pins in text files, changed in place, and nothing else of them.

A line with hashes is never changed: the hashes of another version cannot be known offline.
"""

import difflib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.components import Component
from seamark.scan.dependencies.source import Source, Unreadable

_TEXTS = frozenset(
    {
        "requirements",
        "requirements-in",
        "pyproject",
        "setup-cfg",
        "setup-py",
        "pipfile",
        "conda-environment",
        "package-json",
    }
)
_JSON = frozenset({"package-json"})
_QUOTED = frozenset({"pyproject", "pipfile"})
_MOST_LINES = 50
"""Physical lines of one entry: backslashes join them."""


def can_be_patched(component: Component, kind: str) -> bool:
    """Whether its version stands in a text that is written by people, without hashes."""
    return kind in _TEXTS and not component.hashes and component.origin is None


@dataclass(slots=True)
class Patcher:
    """Changes of the files beneath ``root``, in memory."""

    root: str
    _texts: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    _done: set[tuple[str, int, str, str]] = field(default_factory=set)

    def change(self, component: Component, kind: str, target: str) -> str:
        """Put the version into the line of the component; a clause on why not, else empty."""
        path = component.location.path
        try:
            lines = self._lines(path)
        except Unreadable as problem:
            return problem.reason
        pin = _pin(component, kind)
        start = (component.location.line or 1) - 1
        for begin, end in _blocks(lines, start, everything=component.location.line is None):
            place = path, begin, component.name, component.version
            if place in self._done and component.location.line is not None:
                return ""  # the same pin twice on one line: both were changed
            text = "".join(lines[begin:end])
            changed, count = pin.subn(lambda match: f"{match.group(1)}{target}", text)
            if count:
                lines[begin:end] = changed.splitlines(keepends=True)
                self._done.add(place)
                return ""
        return "its version was not found where the list has it"

    def diff(self) -> str:
        """The unified diff of all changes, files in the order of their paths."""
        pieces: list[str] = []
        for path, (before, lines) in sorted(self._texts.items()):
            after = "".join(lines)
            if before != after:
                pieces += _unified(before, after, path)
        return "".join(pieces)

    def _lines(self, path: str) -> list[str]:
        if path not in self._texts:
            source = Source(path=os.path.join(self.root, path), shown=path, root=self.root)
            data = source.read()
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError as error:
                raise Unreadable("it is no UTF-8 text, which a patch needs") from error
            lines = text.splitlines(keepends=True)
            if any(not line.endswith(("\n", "\r\n")) for line in lines[:-1]):
                raise Unreadable("its lines end in a way that patches cannot tell")
            self._texts[path] = text, lines
        return self._texts[path][1]


def _blocks(lines: list[str], start: int, *, everything: bool) -> Iterator[tuple[int, int]]:
    """Physical lines that belong together, from ``start``: the first such group, or all."""
    while start < len(lines):
        end = start + 1
        while end < min(len(lines), start + _MOST_LINES):
            if not lines[end - 1].rstrip("\r\n").endswith("\\"):
                break
            end += 1
        yield start, end
        if not everything:
            return
        start = end


def _pin(component: Component, kind: str) -> re.Pattern[str]:
    """The pin, as its file spells it; group 1 is what stands before the version."""
    name = "[-_.]+".join(map(re.escape, re.split(r"[-_.]+", component.name)))
    version = re.escape(component.version)
    end = r"(?![A-Za-z0-9.*+!_-])"
    if kind in _JSON:
        return re.compile(rf'("{re.escape(component.title)}"\s*:\s*"=?){version}(?=")')
    gap = r"(?:\s|\\\r?\n)*"
    plain = rf"(?<![A-Za-z0-9._-]){name}{gap}(?:\[[^\]]*\])?{gap}={{2,3}}{gap}"
    if kind in _QUOTED:
        # name = "1.2", name = "==1.2", name = {version = "1.2", …}
        key = rf"^\s*[\"']?{name}[\"']?\s*=\s*(?:\{{.*?\bversion\s*=\s*)?[\"'](?:={{2,3}}\s*)?"
        plain = rf"(?:{plain}|{key})"
    return re.compile(rf"({plain}){version}{end}", re.IGNORECASE)


def _unified(before: str, after: str, path: str) -> list[str]:
    end = "\t" if " " in path else ""  # where a name with blanks ends, for patch(1)
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        fromfile=f"a/{path}{end}",
        tofile=f"b/{path}{end}",
    )
    return [
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    ]

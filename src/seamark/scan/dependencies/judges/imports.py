"""Which modules the project's own Python imports: from its syntax trees, never by running it.

Only files that mention a name in question are parsed, since parsing is what costs. What a program
computes (``import_module(name)``) is not seen; what cannot be parsed makes its names unknown.
"""

import ast
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from seamark.core.findings import Location
from seamark.scan.dependencies.source import Source, Unreadable
from seamark.scan.models.code.source_parsing import parse
from seamark.scan.walk import Kind, Selection, walk

MAX_FILES: Final = 20_000
MAX_BYTES: Final = 4 << 20
"""Of one file; larger ones count as not read."""
MAX_TOTAL: Final = 64 << 20

_ENDINGS: Final = (".py", ".pyi", ".ipynb", ".pyw")
_WORD: Final = re.compile(r"[A-Za-z0-9_]+")
_MAGIC: Final = re.compile(r"^[ \t]*[%!?].*$|^.*\?[ \t]*$", re.M)
_IMPORTERS: Final = frozenset({"import_module", "__import__", "importorskip", "LazyLoader"})


@dataclass(frozen=True, slots=True)
class Imports:
    """``modules`` are dotted names with where they are imported first; ``doubtful`` are top-level
    names that a file mentions which could not be read; ``complete`` is False where files were
    left out, so that nothing can be said of what was not seen.
    """

    modules: Mapping[str, Location]
    doubtful: frozenset[str] = frozenset()
    complete: bool = True

    def find(self, module: str) -> Location | None:
        """Where ``module``, a part of it or a package around it is imported; None if not seen."""
        for name, where in self.modules.items():
            if name == module or name.startswith(f"{module}.") or module.startswith(f"{name}."):
                return where
        return None


def imported_modules(
    root: str,
    wanted: Collection[str],
    *,
    paths: Sequence[str] = (".",),
    selection: Selection = Selection(),
) -> Imports:
    """Where the Python files and notebooks under ``root`` import modules of ``wanted``.

    ``wanted`` are top-level names; imports of others are not collected. Only folders among
    ``paths`` are looked at: beside a list that was named alone, nothing is known of the code.
    """
    if not wanted:
        return Imports({})
    folders = [each for each in paths if os.path.isdir(os.path.join(root, each))]
    names = frozenset(wanted)
    modules: dict[str, Location] = {}
    doubtful: set[str] = set()
    budget = [MAX_FILES, MAX_TOTAL]
    for entry in walk(folders, selection, base=root):
        if not entry.shown.endswith(_ENDINGS) or entry.kind is not Kind.FILE:
            continue
        budget[0] -= 1
        budget[1] -= entry.size
        if min(budget) < 0:
            return Imports(modules, frozenset(doubtful), complete=False)
        source = Source(path=entry.path, shown=entry.shown, root=root)
        if entry.size > MAX_BYTES:
            doubtful |= set(wanted)
            continue
        try:
            text = source.text()
        except Unreadable:
            doubtful |= set(wanted)
            continue
        mentioned = set(names.intersection(_WORD.findall(text)))
        if mentioned and not _collect(text, source, mentioned, modules):
            doubtful |= mentioned
    return Imports(modules, frozenset(doubtful), complete=len(folders) == len(paths))


def _collect(text: str, source: Source, mentioned: set[str], modules: dict[str, Location]) -> bool:
    """Note what the text imports; False where some of it could not be parsed."""
    whole = True
    for number, code in enumerate(_programs(text, source.path)):
        if code is None:
            return False
        try:
            tree = parse(code)
            found = list(_imports(tree))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            whole = False
            continue
        notebook = source.path.endswith(".ipynb")
        for name, line in found:
            if name.partition(".")[0] in mentioned:
                where = source.at(member=f"cell {number + 1}") if notebook else source.at(line)
                modules.setdefault(name, where)
    return whole


def _programs(text: str, path: str) -> Iterator[str | None]:
    """The file, or each cell of a notebook; None where the notebook is none."""
    if not path.endswith(".ipynb"):
        yield text
        return
    try:
        document = json.loads(text)
        cells = document["cells"]
        for cell in cells:
            if cell["cell_type"] == "code":
                lines = cell["source"]
                joined = lines if isinstance(lines, str) else "".join(lines)
                yield "" if joined.lstrip().startswith("%%") else _MAGIC.sub("", joined)
    except (ValueError, KeyError, TypeError, RecursionError):
        yield None


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                member = "" if alias.name == "*" else f".{alias.name}"
                yield f"{node.module}{member}", node.lineno
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            value = first.value if isinstance(first, ast.Constant) else None
            if called in _IMPORTERS and isinstance(value, str) and value:
                yield value, node.lineno


def top_level(module: str) -> str:
    """The package that is imported first for a dotted name."""
    return module.partition(".")[0]

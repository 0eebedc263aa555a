"""Files that a requirements file refers to (``-r``, ``-c``), and whether they lead back to it."""

import os

from seamark.scan.dependencies.readers.python.requirements_lines import read_lines
from seamark.scan.dependencies.readers.python.requirements_options import part
from seamark.scan.dependencies.source import Source, Unreadable

_MOST_FILES = 64
_MOST_BYTES = 4 << 20
"""How far a circle is looked for. A longer one is not told; each of its files is read all the
same, once."""
INCLUDES = ("--requirement", "--constraint")


def include(source: Source, name: str) -> str:
    """Note that the file refers to another one. Why that cannot be read; empty where it can."""
    if "://" in name or name.startswith("file:"):
        return "it is fetched from elsewhere, and nothing is fetched"
    if "\0" in name:
        return "its name is none"
    beside = source.beside(name)
    if beside is None:
        return "it lies outside of the project"
    if not os.path.exists(beside.path):
        return "it does not exist"
    if beside.path in source.included:
        return ""  # what is to be said of it was said
    source.included.append(beside.path)
    return "it leads back to this file, which pip refuses" if _leads_back(source, beside) else ""


def _leads_back(origin: Source, start: Source) -> bool:
    """Each file is looked into once for all that ``origin`` includes."""
    aim, seen = os.path.realpath(origin.path), origin.walked
    first = os.path.realpath(start.path)
    if first == aim:
        return True
    if first in seen:
        return False
    seen.add(first)
    waiting = [start]
    spent = 0
    while waiting and len(seen) <= _MOST_FILES:
        current = waiting.pop()
        size = _size(current.path)
        spent += size
        if spent > _MOST_BYTES:
            return False
        for beside in _neighbors(current):
            real = os.path.realpath(beside.path)
            if real == aim:
                return True
            if real not in seen:
                seen.add(real)
                waiting.append(beside)
    return False


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _neighbors(source: Source) -> list[Source]:
    names: dict[str, None] = {}
    try:
        texts = {line.text: None for line in read_lines(source) if line.text.startswith("-")}
        for text in texts:
            parted = part(text)
            names |= dict.fromkeys(name for each in INCLUDES for name in parted.values(each))
    except (Unreadable, ValueError):  # told where that file is read as a listing of its own
        pass
    found = (source.beside(name) for name in names if "\0" not in name)
    return [each for each in found if each is not None]

"""IPython's own syntax inside of cells: what is Python, what goes to a shell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from seamark.scan.code.snippets import Line

_PYTHON_CELLS: Final = frozenset("time timeit capture prun python python3 pypy writefile".split())
_SHELL_CELLS: Final = frozenset("bash sh script system sx".split())


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's lines apart by language; each list has a line for every line of the cell."""

    python: list[Line]
    shell: list[Line]


def divide_cell(lines: Sequence[Line]) -> Cell:
    """The cell's Python, with a ``pass`` for what is IPython's, and its shell commands."""
    first = next((n for n, line in enumerate(lines) if line.text.strip()), None)
    if first is not None and lines[first].text.lstrip().startswith("%%"):
        word = lines[first].text.strip()[2:].split(" ")[0]
        rest = list(lines[first + 1 :])
        if word in _SHELL_CELLS:
            return Cell([], rest)
        script = lines[first].text.strip().endswith(".py") or word != "writefile"
        return divide_cell(rest) if word in _PYTHON_CELLS and script else Cell([], [])
    python: list[Line] = []
    shell: list[Line] = []
    continued = False
    for line in lines:
        text = line.text
        command = text if continued else _command(text)
        if command is None:
            python.append(line)
            continued = False
            continue
        stand_in = "" if continued else _stand_in(text)
        python.append(Line(stand_in, line.place, line.member))
        if continued or not _is_other_magic(text):
            blank = " " * (len(text) - len(command)) + command
            shell.append(Line(blank, line.place, line.member))
        continued = text.rstrip().endswith("\\")
    return Cell(python, shell)


def _command(text: str) -> str | None:
    """What the line hands to IPython; None where it is Python."""
    stripped = text.lstrip()
    if stripped[:1] in ("!", "%"):
        return stripped.lstrip("!%")
    if stripped.startswith("?") or (stripped.endswith("?") and not stripped.startswith("#")):
        return ""
    before, equals, after = stripped.partition("=")
    given = after.lstrip()
    if equals and given[:1] in ("!", "%") and before.strip().isidentifier():
        return given.lstrip("!%")
    return None


def _is_other_magic(text: str) -> bool:
    """``%matplotlib`` and its kin run no program; ``%pip`` and ``%conda`` do."""
    stripped = text.lstrip()
    if not stripped.startswith("%"):
        return False
    word = stripped.lstrip("%").split(" ")[0]
    return word not in ("pip", "conda", "system", "sx", "sc")


def _stand_in(text: str) -> str:
    indent = text[: len(text) - len(text.lstrip())]
    name, equals, _ = text.strip().partition("=")
    if equals and name.strip().isidentifier():
        return f"{indent}{name.strip()} = None"
    return f"{indent}pass"

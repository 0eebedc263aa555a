"""Pieces of code inside of files, and where each of their characters lies in the file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from seamark.core.rules import Confidence, Rule

Place = tuple[int, int]
"""Line and column in a file, both from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A broken rule in a piece of code: lines from 1, columns in characters from 0."""

    rule: Rule
    about: str
    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    confidence: Confidence = Confidence.HIGH


@dataclass(frozen=True, slots=True)
class Line:
    """One line of code: its text, and where the character at a column lies in the file."""

    text: str
    place: Callable[[int], Place]
    member: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that belong together as one module or one shell script."""

    lines: Sequence[Line]

    @property
    def text(self) -> str:
        """The code as one text."""
        return "\n".join(line.text for line in self.lines) + "\n"

    def place(self, line: int, column: int) -> tuple[str, Place]:
        """The member and the place in the file of a character of the code."""
        if not self.lines:
            return "", (1, 1)
        found = self.lines[min(max(line, 1), len(self.lines)) - 1]
        return found.member, found.place(max(0, min(column, len(found.text))))


@dataclass(frozen=True, slots=True)
class Shifted:
    """Places of a line that stands as it is in the file, ``column`` characters to the right."""

    line: int
    column: int = 0

    def __call__(self, column: int) -> Place:
        """The place of the character at ``column``."""
        return self.line, self.column + column + 1


def plain_lines(text: str) -> Code:
    """A file that is code as a whole."""
    return Code([Line(each, Shifted(n)) for n, each in enumerate(split_lines(text), 1)])


def split_lines(text: str) -> list[str]:
    """Lines as Python's tokenizer counts them: form feeds and separators are no line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


BLANK: Final = ""
"""What stands for a line that is no code."""

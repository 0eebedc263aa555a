"""Dockerfiles as stages of instructions, with heredocs, and their commands.

The instructions are those of the dependency reader; here their heredocs come back, since a
script in one is run as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.scan.config.documents.document import Unreadable
from seamark.scan.config.documents.json_text import read_json
from seamark.scan.config.documents.shell import Command, command_from_words, commands
from seamark.scan.dependencies.readers.images.dockerfiles import Instruction, instructions

MAX_CHARACTERS = 1 << 20
_MAX_HEREDOCS = 200
_HEREDOC = re.compile(r"(?<!<)<<-?[\"']?([A-Za-z_][A-Za-z0-9_]*)[\"']?")
_OPTION = re.compile(r"\s*--[a-z-]+(?:=\S*)?\s+")
_PAIR = re.compile(
    r"([A-Za-z_][A-Za-z0-9_.-]*)=(\"(?:[^\"\\]|\\.)*+\"|'[^']*'|(?:[^\s\\]|\\.)*+)", re.DOTALL
)


@dataclass(slots=True)
class Stage:
    """One ``FROM`` and what follows it."""

    base: str
    name: str
    line: int
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, word: str) -> Instruction | None:
        """The last instruction of this word, which is the one that counts."""
        return next((i for i in reversed(self.instructions) if i.word == word), None)


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole file: its stages, and the ``ARG`` before the first."""

    stages: tuple[Stage, ...]
    before: tuple[Instruction, ...]
    text: str

    def final(self) -> Iterator[Stage]:
        """The last stage and those of this file that it is made from, the last one first."""
        stage = self.stages[-1] if self.stages else None
        known = list(self.stages)
        while stage is not None:
            yield stage
            known = known[: known.index(stage)]
            stage = next((s for s in reversed(known) if s.name and s.name == stage.base), None)


def read_dockerfile(text: str) -> Dockerfile:
    """The file. Raises :class:`Unreadable` for one that is too large."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"it is larger than {MAX_CHARACTERS >> 20} MiB, too much for a Dockerfile")
    if text.count("<<") > _MAX_HEREDOCS:  # the end of each is looked for in all lines
        raise Unreadable(f"it holds more than {_MAX_HEREDOCS} heredocs")
    stages: list[Stage] = []
    before: list[Instruction] = []
    for instruction in instructions(text):
        if instruction.word == "FROM":
            words = [w for w in instruction.arguments.split() if not w.startswith("--")]
            name = words[2].lower() if len(words) > 2 and words[1].upper() == "AS" else ""
            stages.append(Stage((words or [""])[0], name, instruction.line))
        elif stages:
            stages[-1].instructions.append(instruction)
        else:
            before.append(instruction)
    return Dockerfile(tuple(stages), tuple(before), text)


def pairs(instruction: Instruction) -> Iterator[tuple[str, str | None]]:
    """Names and values of ``ENV`` and ``ARG``, the old ``ENV NAME value`` form too."""
    text = instruction.arguments
    first = text.split(maxsplit=1)
    if instruction.word == "ENV" and first and "=" not in first[0]:
        yield first[0], first[1].strip() if len(first) > 1 else ""
        return
    found = False
    for match in _PAIR.finditer(text):
        found = True
        yield match.group(1), match.group(2).strip("\"'")
    if not found or instruction.word == "ARG":
        for word in text.split():
            if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", word):
                yield word, None


def run_commands(instruction: Instruction, lines: list[str]) -> Iterator[Command]:
    """What ``RUN``, ``CMD`` or ``ENTRYPOINT`` starts, each command with its own line."""
    text = instruction.arguments
    words = exec_words(text)
    if words is not None:
        yield from command_from_words(words, instruction.line)
        return
    while match := _OPTION.match(text + " "):
        text = text[match.end() :]
    yield from commands(_HEREDOC.sub(" ", text), line=instruction.line)
    if "<<" in text:
        for mark in _HEREDOC.findall(text):
            body, first = heredoc(lines, instruction.line, mark)
            yield from commands(body, line=first)


def heredoc(lines: list[str], line: int, mark: str) -> tuple[str, int]:
    """The text of a heredoc of the instruction at ``line``, and its first line."""
    opening = next((n for n in range(line - 1, len(lines)) if mark in lines[n]), len(lines))
    for number in range(opening + 1, len(lines)):
        if lines[number].strip() == mark:
            return "\n".join(lines[opening + 1 : number]), opening + 2
    return "", line


def exec_words(text: str) -> list[str] | None:
    """The words of a JSON form; None for the shell form."""
    if not text.lstrip().startswith("["):
        return None
    try:
        value = read_json(text.strip())
    except Unreadable:
        return None
    return [str(each) for each in value] if isinstance(value, list) else None

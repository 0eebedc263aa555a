"""Shell scripts as commands and words: enough to see what is called with what, in linear time.

No shell is imitated: quotes are removed, substitutions stay as they are written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

_MAX_SCRIPT = 200_000
_PREFIXES = frozenset(
    "sudo exec time nohup env command then do else if while ! npx uvx bunx {".split()
)
_FLAGS_OF_PREFIXES = frozenset({"-y", "--yes", "-E", "-n", "-H"})


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words and the line of the script that it begins in, from 0.

    ``piped`` says that its output goes to the command after it.
    """

    words: tuple[str, ...]
    line: int
    piped: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words from the program on, without ``sudo`` and assignments before it."""
        for number, word in enumerate(self.words):
            if word in _PREFIXES or (number and word in _FLAGS_OF_PREFIXES):
                continue
            name, equals, _ = word.partition("=")
            if equals and name.replace("_", "a").isalnum():
                continue
            return self.words[number:]
        return ()

    @property
    def name(self) -> str:
        """The program, without its folder."""
        return self.arguments[0].rpartition("/")[2] if self.arguments else ""


@dataclass(slots=True)
class _Reader:
    words: list[str] = field(default_factory=list)
    word: list[str] | None = None
    line: int = 0
    begin: int = 0

    def add(self, text: str) -> None:
        if self.word is None:
            self.word = []
            if not self.words:
                self.begin = self.line
        self.word.append(text)
        self.line += text.count("\n")

    def end_word(self) -> None:
        if self.word is not None:
            self.words.append("".join(self.word))
            self.word = None

    def end_command(self, *, piped: bool) -> Iterator[Command]:
        self.end_word()
        if self.words:
            yield Command(tuple(self.words), self.begin, piped)
            self.words = []


def commands(script: str) -> Iterator[Command]:
    """The commands of a script, in order; what is beyond 200,000 characters is left out."""
    script = script[:_MAX_SCRIPT]
    reader = _Reader()
    at = 0
    while at < len(script):
        char = script[at]
        after = at + 1
        if char == "\\":
            if script.startswith("\n", after):
                reader.end_word()
                reader.line += 1
            else:
                reader.add(script[after : after + 1])
            after += 1
        elif char in "'\"":
            after = _closing(script, at)
            reader.add(script[at + 1 : after - 1])
        elif script.startswith("${{", at):
            close = script.find("}}", at)
            after = len(script) if close < 0 else close + 2
            reader.add(script[at:after])
        elif char == "#" and reader.word is None:
            newline = script.find("\n", at)
            after = len(script) if newline < 0 else newline
        elif char in " \t\r":
            reader.end_word()
        elif char in "\n;|&()":
            if char == "&" and script[at - 1 : at] == ">":  # 2>&1
                reader.add(char)
            else:
                piped = char == "|" and not script.startswith("||", at)
                yield from reader.end_command(piped=piped)
                reader.line += char == "\n"
        else:
            reader.add(char)
        at = after
    yield from reader.end_command(piped=False)


def _closing(script: str, at: int) -> int:
    """Behind the quote that closes the one at ``at``; the end where none does."""
    quote = script[at]
    position = at + 1
    while True:
        position = script.find(quote, position)
        if position < 0:
            return len(script) + 1
        if quote == "'" or script[position - 1] != "\\":
            return position + 1
        position += 1

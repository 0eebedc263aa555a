"""Shell text as the commands in it: enough to see what is started, with which words.

No expansion happens. Source: POSIX shell command language (quoting, comments, lists, pipelines).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from seamark.scan.config.documents.document import Unreadable

MAX_COMMANDS = 20_000
MAX_WORDS = 2_000
_MAX_NESTING = 3
# Linear: alternatives begin differently, and what repeats gives nothing back.
_TOKEN = re.compile(
    r"(?P<redirect>[0-9]*+[<>]&[0-9-]|&>>?)"
    r"|(?P<continued>\\\r?\n|\\\Z)"
    r"|(?P<escape>\\.)"
    r"|(?P<single>'[^']*+(?:'|\Z))"
    r'|(?P<double>"(?:[^"\\]|\\.)*+(?:"|\\?\Z))'
    r"|(?P<end>\|\||&&|;;|\|&|[;&|()\n])"
    r"|(?P<space>[^\S\n]+)"
    r"|(?P<text>[^\s;&|()'\"\\]+)",
    re.DOTALL,
)
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_PREFIXES = frozenset({"exec", "nohup", "time", "command", "then", "do", "else", "if", "!", "{"})


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command.

    ``words`` are without quotes, the program first; ``assignments`` are the ``NAME=value`` before
    it. ``piped`` is the program that feeds it, empty for none. ``line`` counts from 1.
    """

    words: tuple[str, ...]
    line: int
    assignments: tuple[tuple[str, str], ...] = ()
    piped: tuple[str, ...] = ()


def commands(text: str, *, line: int = 1, nesting: int = 0) -> Iterator[Command]:
    """The commands of a script or command line, those of ``sh -c "…"`` in place of it.

    Raises :class:`Unreadable` beyond :data:`MAX_COMMANDS`: nothing may hide behind a limit.
    """
    before: tuple[str, ...] = ()
    for number, (words, at, piped) in enumerate(_split(text, line)):
        if number >= MAX_COMMANDS:
            raise Unreadable(f"it holds more than {MAX_COMMANDS} commands", at)
        command = command_of(words, at, piped=before if piped else ())
        before = command.words
        inner = _inner(command.words)
        if inner is not None and nesting < _MAX_NESTING:
            yield from commands(inner, line=at, nesting=nesting + 1)
        elif command.words or command.assignments:
            yield command


def command_from_words(words: list[str], line: int) -> Iterator[Command]:
    """The commands of an exec form (``["sh", "-c", "…"]``, ``["vllm", "serve"]``)."""
    command = command_of(words[:MAX_WORDS], line)
    inner = _inner(command.words)
    if inner is not None:
        yield from commands(inner, line=line, nesting=1)
    elif command.words:
        yield command


def command_of(words: list[str], line: int, *, piped: tuple[str, ...] = ()) -> Command:
    """A command without what only wraps it: ``exec``, ``env A=b``, ``tini --``, ``uv run``."""
    assignments: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        word = words[at]
        name = word.rpartition("/")[2]
        if _is_assignment(word):
            variable, _, value = word.partition("=")
            assignments.append((variable, value))
        elif name == "export" and all("=" in each for each in words[at + 1 : at + 2]):
            pass
        elif name in ("tini", "dumb-init"):
            while at + 1 < len(words) and words[at + 1].startswith("-"):
                at += 1
        elif (
            name in ("uv", "poetry", "pipenv", "conda", "pdm") and words[at + 1 : at + 2] == ["run"]
        ) or (name == "accelerate" and words[at + 1 : at + 2] == ["launch"]):
            at += 1
            while at + 1 < len(words) and words[at + 1].startswith("-"):
                at += 1
        elif name not in _PREFIXES and name not in ("env", "sudo") and not _is_label(word, at):
            break
        at += 1
    return Command(tuple(words[at : at + MAX_WORDS]), line, tuple(assignments), piped)


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _is_label(word: str, at: int) -> bool:
    """Whether it names a process, as a line of a ``Procfile`` begins (``web: vllm serve``)."""
    return at == 0 and len(word) > 1 and word.endswith(":") and word[:-1].isalnum()


def _inner(words: tuple[str, ...]) -> str | None:
    """The script of ``sh -c SCRIPT``."""
    if not words or words[0].rpartition("/")[2] not in _SHELLS:
        return None
    for number, word in enumerate(words[1:4], start=1):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            return words[number + 1] if number + 1 < len(words) else None
        if not word.startswith("-"):
            return None
    return None


def _split(text: str, line: int) -> Iterator[tuple[list[str], int, bool]]:
    """Words of each command, its line, and whether a pipe feeds it."""
    words: list[str] = []
    word: str | None = None
    started, piped, at = line, False, 0
    while match := _TOKEN.match(text, at):
        kind, piece, at = match.lastgroup, match.group(), match.end()
        if kind == "text" and word is None and piece.startswith("#"):
            newline = text.find("\n", match.start())
            at = len(text) if newline < 0 else newline
            continue
        if kind in ("text", "escape", "single", "double"):
            started = line if not words and word is None else started
            word = (word or "") + _literal(kind, piece)
        elif word is not None and kind != "continued":
            words.append(word)
            word = None
        if kind == "end":
            if words:
                yield words, started, piped
            piped = piece in ("|", "|&") or (piped and not words and piece.isspace())
            words = []
        line += piece.count("\n")
    if word is not None:
        words.append(word)
    if words:
        yield words, started, piped


def _literal(kind: str, piece: str) -> str:
    """What a piece means within a word."""
    if kind == "text":
        return piece
    if kind == "escape":
        return piece[1:]
    quote = piece[0]
    inner = piece[1:-1] if len(piece) > 1 and piece.endswith(quote) else piece[1:]
    return _unescaped(inner, quote)


def _unescaped(text: str, quote: str) -> str:
    if quote == "'" or "\\" not in text:
        return text
    return text.replace("\\\n", "").replace('\\"', '"').replace("\\$", "$").replace("\\\\", "\\")

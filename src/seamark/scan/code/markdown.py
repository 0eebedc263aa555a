"""Fenced code blocks of Markdown (CommonMark 0.31, section 4.5), by language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from seamark.scan.code.snippets import BLANK, Line, Shifted, split_lines

_FENCE: Final = re.compile(r"^([ \t>]*)(`{3,}|~{3,})[ \t]*\{?\.?([A-Za-z0-9_+-]*)")
_PYTHON: Final = frozenset("python py python3 ipython pycon ipython3 jupyter py3".split())
_SHELL: Final = frozenset("bash sh shell console zsh shell-session".split())


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; ``language`` is ``python`` or ``shell``."""

    language: str
    lines: list[Line]


def blocks_of(text: str) -> Iterator[Block]:
    """The blocks of Python and shell; an unclosed one reaches to the end."""
    fence, indent, language = "", 0, ""
    lines: list[Line] = []
    for number, each in enumerate(split_lines(text), 1):
        found = _FENCE.match(each)
        if not fence:
            if found is not None:
                fence, indent, language = found[2], len(found[1]), _language(found[3])
                lines = []
            continue
        closing = found is not None and found[2].startswith(fence) and not found[3]
        if closing:
            if language and lines:
                yield Block(language, _without_prompts(lines))
            fence = ""
            continue
        margin = min(indent, len(each) - len(each.lstrip(" \t>")))
        lines.append(Line(each[margin:], Shifted(number, margin)))
    if fence and language and lines:
        yield Block(language, _without_prompts(lines))


def _language(word: str) -> str:
    lowered = word.lower()
    if lowered in _PYTHON:
        return "python"
    return "shell" if lowered in _SHELL else ""


def _without_prompts(lines: list[Line]) -> list[Line]:
    """Of a recorded session only what was typed; prompts become part of the margin."""
    if not any(line.text.startswith((">>> ", "$ ")) for line in lines):
        return lines
    typed = []
    for line in lines:
        prompt = next((p for p in (">>> ", "... ", "$ ") if line.text.startswith(p)), None)
        if prompt is None:
            typed.append(Line(BLANK, line.place))
            continue
        number, column = line.place(0)
        typed.append(Line(line.text[len(prompt) :], Shifted(number, column - 1 + len(prompt))))
    return typed

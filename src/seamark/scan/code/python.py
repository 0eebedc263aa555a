"""Judges one module of Python: parsed as Python would, never compiled, never imported."""

import ast
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from seamark.scan.code.facts import MAX_PATH
from seamark.scan.code.flow import Flow, TooCostlyError
from seamark.scan.code.sites import Judge, Sight, Subject, sites_of
from seamark.scan.code.snippets import Mark, split_lines
from seamark.scan.models.code.source_names import Names
from seamark.scan.models.code.source_parsing import parse

_MAX_NODES: Final = 300_000
_MAX_MARKS: Final = 200


class NotParsedError(Exception):
    """The text is no Python that this interpreter knows; ``line`` where that shows."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


class NotExaminedError(Exception):
    """The text asks for more work than a module may; the message is a clause."""


def parse_module(text: str) -> ast.Module:
    """The syntax tree. Raises :class:`NotParsedError` or :class:`NotExaminedError`."""
    try:
        return parse(text)
    except SyntaxError as error:
        reason = " ".join(str(error.msg).split())[:120]
        if "too many nested" in reason or "too deep" in reason or "too complex" in reason:
            raise NotExaminedError("it is nested too deep") from None
        raise NotParsedError(reason, error.lineno) from None
    except (RecursionError, MemoryError):
        raise NotExaminedError("it is nested too deep") from None
    except ValueError as error:  # null bytes, lone surrogates, a line that is too costly
        raise NotExaminedError(" ".join(str(error).split())[:120]) from None


def judge_python(text: str, subjects: Sequence[Subject]) -> list[Mark]:
    """What the subjects see in a module. Raises as :func:`parse_module` does."""
    tree = parse_module(text)
    nodes = list(islice(ast.walk(tree), _MAX_NODES + 1))
    if len(nodes) > _MAX_NODES:
        raise NotExaminedError(f"it has more than {_MAX_NODES:,} parts")
    try:
        names = Names(nodes)
        if not names.settled:
            raise NotExaminedError("its names refer to each other without end")
        flow = Flow(tree, names, passes=2 if any(s.follows for s in subjects) else 1)
        sights = list(islice(_sights(subjects, nodes, flow, names), _MAX_MARKS))
        if names.folder.exhausted:
            raise NotExaminedError("working out its constants takes too long")
    except TooCostlyError as error:
        raise NotExaminedError(str(error)) from None
    except RecursionError:
        raise NotExaminedError("it is nested too deep") from None
    lines = split_lines(text)
    return sorted(
        (_mark(sight, lines) for sight in sights), key=lambda m: (m.line, m.column, m.rule.id)
    )


def _sights(
    subjects: Sequence[Subject], nodes: list[ast.AST], flow: Flow, names: Names
) -> Iterator[Sight]:
    calls: dict[str, list[Judge]] = {}
    methods: dict[str, list[Judge]] = {}
    every: list[Judge] = []
    for subject in subjects:
        for path, judge in subject.calls.items():
            calls.setdefault(path, []).append(judge)
        for name, judge in subject.methods.items():
            methods.setdefault(name, []).append(judge)
        every += [subject.every] if subject.every else []
        if subject.nodes is not None:
            yield from subject.nodes(nodes, flow, names)
    seen: set[tuple[str, int, str]] = set()
    for call in flow.calls.values():
        for site in sites_of(call, flow, names):
            judges = [*calls.get(site.path[:MAX_PATH], ()), *methods.get(site.method, ()), *every]
            for sight in (sight for judge in judges for sight in judge(site)):
                key = (sight.rule.id, id(sight.node), sight.about)
                if key not in seen:
                    seen.add(key)
                    yield sight


def _mark(sight: Sight, lines: list[str]) -> Mark:
    line = getattr(sight.node, "lineno", 1)
    end = getattr(sight.node, "end_lineno", None) or line
    return Mark(
        rule=sight.rule,
        about=sight.about,
        message=sight.message,
        line=line,
        column=_characters(lines, line, getattr(sight.node, "col_offset", 0)),
        end_line=end,
        end_column=_characters(lines, end, getattr(sight.node, "end_col_offset", None) or 0),
        confidence=sight.confidence,
    )


def _characters(lines: list[str], line: int, offset: int) -> int:
    """The tree counts bytes of UTF-8; people and editors count characters."""
    if not 1 <= line <= len(lines):
        return offset
    text = lines[line - 1]
    return len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))

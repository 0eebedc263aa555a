"""Examines one file of code: a module, a notebook or a document with code blocks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from seamark.core.findings import Finding, Location
from seamark.core.rules import Confidence, Rule
from seamark.scan.code import parsing_rules, shell
from seamark.scan.code.markdown import blocks_of
from seamark.scan.code.prefilter import subjects_for
from seamark.scan.code.python import (
    NotExaminedError,
    NotParsedError,
    judge_python,
    parse_module,
)
from seamark.scan.code.sites import Subject
from seamark.scan.code.snippets import Code, Line, Mark, plain_lines

KINDS: Final = {
    ".py": "python",
    ".pyw": "python",
    ".ipynb": "notebook",
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
}
"""What files are, by the end of their names."""

MAX_BYTES: Final = {"python": 1 << 20, "notebook": 32 << 20, "markdown": 4 << 20}
"""Largest files of each kind; a syntax tree takes some hundred times the memory of its text."""

_LOWER: Final = {
    Confidence.HIGH: Confidence.MEDIUM,
    Confidence.MEDIUM: Confidence.LOW,
    Confidence.LOW: Confidence.LOW,
}
_ASIDE: Final = frozenset(
    "test tests testing example examples doc docs documentation tutorial tutorials demo demos "
    "benchmark benchmarks cookbook cookbooks samples fixtures".split()
)


def kind_of(path: str) -> str:
    """``python``, ``notebook`` or ``markdown`` by the name of the file; empty for others."""
    return KINDS.get("." + path.rpartition(".")[2].lower(), "")


def beside_the_product(path: str) -> bool:
    """Whether this is a test, an example or a document, which no service runs."""
    folders = path.lower().split("/")
    name = folders.pop()
    return (
        bool(_ASIDE.intersection(folders))
        or name.startswith(("test_", "conftest", "example"))
        or name.endswith("_test.py")
        or kind_of(name) == "markdown"
    )


@dataclass(frozen=True, slots=True)
class _File:
    shown: str
    aside: bool

    def finding(
        self,
        rule: Rule,
        message: str,
        *,
        anchor: str,
        line: int | None = None,
        confidence: Confidence = Confidence.HIGH,
    ) -> Finding:
        """A finding about the file, or one of its lines."""
        where = Location(path=self.shown, line=line)
        return Finding(
            rule=rule, message=message, location=where, anchor=anchor, confidence=confidence
        )

    def findings(self, code: Code, marks: Sequence[Mark]) -> Iterator[Finding]:
        """Marks as findings at their places in the file."""
        for mark in marks:
            member, (line, column) = code.place(mark.line, mark.column)
            _, (end_line, end_column) = code.place(mark.end_line, mark.end_column)
            sure = _LOWER[mark.confidence] if self.aside else mark.confidence
            evidence = {"end_line": end_line, "end_column": end_column}
            yield Finding(
                rule=mark.rule,
                message=mark.message,
                location=Location(path=self.shown, line=line, column=column),
                anchor=mark.about,
                confidence=sure,
                evidence={**evidence, "cell": member} if member else {**evidence},
            )


def examine(data: bytes, shown: str) -> Iterator[Finding]:
    """Findings about one file, in the order of its lines. Never raises for bad input."""
    kind = kind_of(shown)
    file = _File(shown, beside_the_product(shown))
    subjects = subjects_for(data)
    speaks_shell = kind != "python" and any(word in data for word in shell.WORDS)
    if not subjects and not speaks_shell:
        return
    if len(data) > MAX_BYTES[kind]:
        yield file.finding(
            parsing_rules.NOT_EXAMINED,
            f"The file has more than {MAX_BYTES[kind]:,} bytes and was not examined.",
            anchor="size",
        )
        return
    if kind == "notebook":
        yield from _examine_notebook(data, file, subjects)
        return
    text = _decoded(data, kind)
    if text is None:
        yield file.finding(
            parsing_rules.NOT_EXAMINED, "The file is no text that Python reads.", anchor="encoding"
        )
    elif kind == "python":
        yield from _examine_module(plain_lines(text), file, subjects)
    else:
        blocks = list(blocks_of(text))
        yield from _examine_pieces(
            [block.lines for block in blocks if block.language == "python"], file, subjects, "block"
        )
        for block in blocks:
            if block.language == "shell":
                yield from file.findings(Code(block.lines), list(shell.judge_shell(block.lines)))


def _decoded(data: bytes, kind: str) -> str | None:
    """The text as Python would read it; documents are UTF-8."""
    if kind != "python":
        return data.decode("utf-8-sig", "replace")
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data[:4096]).readline)
        return data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return None


def _examine_module(code: Code, file: _File, subjects: Sequence[Subject]) -> Iterator[Finding]:
    if not subjects:
        return
    try:
        yield from file.findings(code, judge_python(code.text, subjects))
    except NotParsedError as error:
        old = _is_old_python(code.text) or file.aside or "{{" in code.text or "{%" in code.text
        yield file.finding(
            parsing_rules.OTHER_SYNTAX if old else parsing_rules.NOT_EXAMINED,
            f"This is no Python that is understood here: {error.reason}.",
            anchor="syntax",
            line=error.line,
        )
    except NotExaminedError as error:
        yield file.finding(
            parsing_rules.NOT_EXAMINED, f"The code was not examined: {error}.", anchor="limits"
        )


def _is_old_python(text: str) -> bool:
    """Signs of Python 2 at the beginning of lines, which Python 3 has nothing like."""
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped.startswith(("print '", 'print "', "exec '", 'exec "', "raise ")):
            if not stripped.startswith("raise ") or ", " in stripped.partition("(")[0]:
                return True
        elif stripped.startswith("except ") and stripped.endswith(":"):
            if ", " in stripped and "(" not in stripped:
                return True
        elif stripped.startswith("print ") and not stripped[6:].lstrip().startswith(("(", "=")):
            return True
    return False


def _examine_pieces(
    pieces: Sequence[Sequence[Line]], file: _File, subjects: Sequence[Subject], what: str
) -> Iterator[Finding]:
    """Cells or blocks that share their names: those that parse are judged as one module."""
    if not subjects:
        return
    whole: list[Line] = []
    for piece in pieces:
        try:
            parse_module(Code(piece).text)
        except NotParsedError as error:
            if what == "cell":
                line = Code(piece).place(error.line or 1, 0)[1][0] if piece else None
                yield file.finding(
                    parsing_rules.OTHER_SYNTAX,
                    f"A {what} is no Python that is understood here: {error.reason}.",
                    anchor="syntax",
                    line=line,
                )
        except NotExaminedError as error:
            yield file.finding(
                parsing_rules.NOT_EXAMINED,
                f"A {what} was not examined: {error}.",
                anchor="limits",
            )
        else:
            whole += piece
    if sum(len(line.text) + 1 for line in whole) > MAX_BYTES["python"]:
        yield file.finding(
            parsing_rules.NOT_EXAMINED, f"Its {what}s hold too much code.", anchor="size"
        )
    else:
        yield from _examine_module(Code(whole), file, subjects)


def _examine_notebook(data: bytes, file: _File, subjects: Sequence[Subject]) -> Iterator[Finding]:
    from seamark.scan.code.magics import divide_cell
    from seamark.scan.code.notebooks import Notebook, NotebookError

    try:
        notebook = Notebook(data)
        cells = [divide_cell(cell) for cell in notebook.code_cells()]
    except NotebookError as error:
        yield file.finding(
            parsing_rules.NOT_EXAMINED, f"The notebook was not examined: {error}.", anchor="json"
        )
        return
    found = list(_examine_pieces([cell.python for cell in cells], file, subjects, "cell"))
    for cell in cells:
        found += file.findings(Code(cell.shell), list(shell.judge_shell(cell.shell)))
    yield from sorted(found, key=lambda f: (f.location.line or 0, f.location.column or 0))


def numbered(findings: Sequence[Finding]) -> Sequence[Finding]:
    """One syntax remark a file is enough; the others are counted in its evidence."""
    first: Finding | None = None
    count = 0
    kept: list[Finding] = []
    for finding in findings:
        if finding.rule is parsing_rules.OTHER_SYNTAX:
            count += 1
            first = first or finding
            if count > 1:
                continue
        kept.append(finding)
    if first is not None and count > 1:
        kept[kept.index(first)] = replace(first, evidence={"more": count - 1})
    return kept

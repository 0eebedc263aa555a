"""Python source that travels with a model: decoded and parsed as Python would, never imported."""

import io
import tokenize
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.code import rules
from seamark.scan.models.code.source_judge import SourceJudge
from seamark.scan.models.code.source_parsing import parse
from seamark.scan.models.code.source_regions import SourceTooLargeError
from seamark.scan.models.scope import Scope

MAX_BYTES = 384 << 10
"""Largest source that is parsed. The largest modeling file of transformers 5 has 196 kB."""

_MAX_FINDINGS = 100

_PLAIN_ENCODINGS = frozenset(
    "utf-8 utf-8-sig ascii us-ascii iso-8859-1 latin-1 iso-8859-15 cp1252 windows-1252 gbk gb2312 "
    "gb18030 big5 euc-jp euc-kr shift_jis shift-jis cp932 cp936 cp949 koi8-r cp1251".split()
)


def examine_source(data: bytes, scope: Scope) -> Iterator[Finding]:
    """Findings about one source file. Never raises for bad input."""
    if len(data) > MAX_BYTES:
        yield scope.finding(
            rules.NOT_READ, f"The source has {len(data):,} bytes and was not read.", anchor="size"
        )
        return
    encoding = _declared_encoding(data)
    if encoding.lower().replace("_", "-") not in _PLAIN_ENCODINGS and encoding not in (
        _PLAIN_ENCODINGS
    ):
        yield scope.finding(
            rules.ODD_ENCODING,
            f"The source declares the encoding {encoding[:60]!r}.",
            anchor=encoding[:60],
        )
    try:
        tree = parse(_readable(data, encoding))
    except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or "nested too deep"
        yield scope.finding(
            rules.NOT_READ,
            f"The source is not valid Python here: {' '.join(reason.split())[:200]}.",
            anchor="syntax",
            line=error.lineno if isinstance(error, SyntaxError) else None,
        )
        return
    try:
        judge = SourceJudge(tree)
    except SourceTooLargeError as error:
        yield scope.finding(rules.NOT_READ, f"The source was not examined: {error}.", anchor="size")
        return
    yield from _report(judge, scope)


def _report(judge: SourceJudge, scope: Scope) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for sight in judge.sights():
        key = (sight.rule.id, sight.about)
        if key in seen or len(seen) >= _MAX_FINDINGS:
            continue
        seen.add(key)
        yield scope.finding(
            sight.rule,
            sight.message,
            anchor=sight.about,
            line=sight.line,
            confidence=sight.confidence,
        )


def _declared_encoding(data: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(data[:4096]).readline)[0]
    except (SyntaxError, ValueError) as error:
        # "unknown encoding: NAME", or bytes that are not the UTF-8 they should be
        return str(error).partition("unknown encoding")[2].strip(": ") or "utf-8"


def _readable(data: bytes, encoding: str) -> bytes | str:
    # ast.parse of bytes reads them as the interpreter would, except that it knows fewer codecs
    # than an import hook may have registered; these two are the ones that hide code from eyes.
    if encoding.lower().replace("-", "_") in {"utf_7", "unicode_escape", "raw_unicode_escape"}:
        return data.decode(encoding, "replace")
    return data

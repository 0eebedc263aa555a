"""Records as short JSON, kept in the database so that a later import can merge them again."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import zstandard

from seamark.scan.dependencies.advisories.osv import Affected, Record

PER_CHUNK = 512
_MAX_CHUNK = 256 << 20
_LEVEL = 12


def plain_of(record: Record) -> list[Any]:
    """The record as JSON values; lists, since names of fields would be half of it."""
    return [
        record.id, record.modified, record.aliases, record.upstream, record.summary,
        record.published, int(record.withdrawn), record.vectors, record.word,
        int(record.malicious), [entry_plain(each) for each in record.affected],
    ]  # fmt: skip


def entry_plain(entry: Affected) -> list[Any]:
    """What a record says of one package, as JSON values."""
    return [
        entry.ecosystem, entry.name, entry.ranges, entry.versions, entry.severity,
        entry.modules, entry.problem,
    ]  # fmt: skip


def record_of(plain: list[Any]) -> Record:
    """The record that :func:`plain_of` made into ``plain``."""
    (
        name, modified, aliases, upstream, summary, published, withdrawn, vectors, word,
        malicious, affected,
    ) = plain  # fmt: skip
    return Record(
        id=name, modified=modified, aliases=tuple(aliases), upstream=tuple(upstream),
        summary=summary, published=published, withdrawn=bool(withdrawn),
        vectors=tuple(vectors), word=word, malicious=bool(malicious),
        affected=tuple(entry_of(each) for each in affected),
    )  # fmt: skip


def entry_of(plain: list[Any]) -> Affected:
    """What :func:`entry_plain` made into ``plain``."""
    ecosystem, name, ranges, versions, severity, modules, problem = plain
    return Affected(
        ecosystem=ecosystem, name=name,
        ranges=tuple(tuple((kind, version) for kind, version in each) for each in ranges),
        versions=tuple(versions), severity=tuple(severity), modules=tuple(modules),
        problem=problem,
    )  # fmt: skip


def pack(rows: Iterable[Any]) -> bytes:
    """JSON values, one a line, compressed; the same bytes for the same rows."""
    text = "\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return zstandard.ZstdCompressor(level=_LEVEL).compress(text.encode())


def unpack(data: bytes) -> Iterator[Any]:
    """What :func:`pack` was given."""
    text = zstandard.ZstdDecompressor().decompress(data, max_output_size=_MAX_CHUNK)
    for line in text.decode().split("\n"):
        if line:
            yield json.loads(line)

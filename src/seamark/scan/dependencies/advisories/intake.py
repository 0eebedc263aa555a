"""One source, read as it lies: its records, and what they are worth together."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.digests import digest_bytes
from seamark.scan.dependencies.advisories.archive import Piece, SourceUnreadable, pieces
from seamark.scan.dependencies.advisories.decode import Undecodable, decode
from seamark.scan.dependencies.advisories.feeds import Row, is_epss, is_kev, read_epss, read_kev
from seamark.scan.dependencies.advisories.osv import Record, Unusable, read_record

_EXAMPLES = 20


@dataclass(slots=True)
class Tally:
    """What was met while reading: grows as records are taken. ``examples`` are of unusable ones."""

    kind: str = "osv"
    newest: str = ""
    usable: int = 0
    withdrawn: int = 0
    unusable: int = 0
    prefixes: set[str] = field(default_factory=set)
    ecosystems: set[str] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What a source is called where nobody says: by who gives its ids, or for what it is."""
        if self.kind != "osv":
            return self.kind.upper()
        if len(self.prefixes) == 1:
            return next(iter(self.prefixes))
        bases = sorted({each.partition(":")[0] for each in self.ecosystems})
        return f"OSV {'+'.join(bases[:3])}"

    def refuse(self, name: str, reason: str) -> None:
        """Count one that cannot be used."""
        self.unusable += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(f"{name}: {reason}")


def take(path: str, tally: Tally) -> Iterator[Record | Row]:
    """Records of advisories, or rows of a feed. Raises :class:`SourceUnreadable`."""
    for piece in pieces(path):
        if is_epss(piece.data):
            yield from _feed(tally, "epss", read_epss(piece.data, piece.name))
            continue
        try:
            document = _document(piece)
            if is_kev(document):
                yield from _feed(tally, "kev", read_kev(document, piece.name))
                continue
            record = read_record(document)
        except (Undecodable, Unusable) as problem:
            tally.refuse(piece.name, str(problem))
            continue
        _count(record, piece.name, tally)
        yield record
    if not tally.usable:
        raise SourceUnreadable(
            f"{path} holds no advisory that can be used"
            + (f" ({tally.examples[0]})." if tally.examples else "."),
            hint="OSV records (JSON, YAML; file, folder, zip, tar), KEV (JSON) or EPSS (CSV).",
        )


def _document(piece: Piece) -> object:
    if piece.problem:
        raise Undecodable(piece.problem)
    return decode(piece.data, yaml=piece.yaml)


def _feed(tally: Tally, kind: str, read: tuple[str, tuple[Row, ...], int]) -> Iterator[Row]:
    if tally.usable:
        raise SourceUnreadable(f"One source holds {kind.upper()} and other things.")
    tally.kind = kind
    tally.newest, rows, tally.unusable = read
    tally.usable = len(rows)
    yield from rows


def _count(record: Record, name: str, tally: Tally) -> None:
    if tally.kind != "osv":
        raise SourceUnreadable(f"One source holds {tally.kind.upper()} and other things.")
    tally.newest = max(tally.newest, record.modified[:10])
    problems = [each.problem for each in record.affected if each.problem]
    if record.withdrawn:
        tally.withdrawn += 1
    elif problems:
        tally.refuse(name, problems[0])
    tally.usable += 0 if record.withdrawn or problems else 1
    tally.prefixes.add(record.id.partition("-")[0])
    tally.ecosystems.update(each.ecosystem for each in record.affected if each.ecosystem)


def digest_of(path: str) -> str:
    """``sha256:…`` of a file, or of a folder's files by name."""
    import hashlib
    import os

    if not os.path.isdir(path):
        with open(path, "rb") as file:
            return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    digest = hashlib.sha256()
    for piece in pieces(path):
        digest.update(f"{piece.name}\0{digest_bytes(piece.data)}\n".encode("utf-8", "replace"))
    return f"sha256:{digest.hexdigest()}"

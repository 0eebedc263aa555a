"""Two bills of materials: what came, what went, what changed, and what is vulnerable since."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.govern.documents.bom.model import Bom, Entry, Kind
from seamark.scan.dependencies.case import Book
from seamark.scan.dependencies.purls import parse_purl


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing with its versions in the old and in the new document; one of them may be empty.

    ``what`` is its package URL without version, else its kind and name. ``details`` name what
    changed without the version (``hash``, ``license``).
    """

    what: str
    kind: Kind
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """A vulnerability that the new document has and the old one had not."""

    what: str
    version: str
    id: str
    aliases: tuple[str, ...] = ()
    severity: str = "unknown"
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All that differs. ``gaps`` say what could not be compared or judged."""

    old: str
    new: str
    added: tuple[Change, ...] = ()
    removed: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    vulnerable: tuple[Exposure, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing was added, removed or changed."""
        return not (self.added or self.removed or self.changed)


Key = tuple[Kind, str]


def compare(old: Bom, new: Bom, *, book: Book | None, book_problem: str = "") -> Difference:
    """What differs. Without a ``book`` nothing is said of vulnerabilities, and a gap says so."""
    before, after = _grouped(old), _grouped(new)
    changed = [
        change
        for key in sorted(before.keys() & after.keys())
        if (change := _change(key, before[key], after[key]))
    ]
    gaps = [f"{bom.origin or 'A document'}: {gap}" for bom in (old, new) for gap in bom.gaps]
    gaps += [
        f"{bom.origin or 'A document'} lists nothing." for bom in (old, new) if not bom.entries
    ]
    vulnerable: list[Exposure] = []
    if book is None:
        why = book_problem or "there is no advisory database"
        gaps.append(f"Nothing is said of vulnerabilities: {why}.")
    else:
        known = {(each.what, each.id) for each in _exposures(old.entries, book)}
        vulnerable = [
            each for each in _exposures(new.entries, book) if (each.what, each.id) not in known
        ]
        gaps += uncovered(new.entries, book)
    return Difference(
        old=old.origin,
        new=new.origin,
        added=tuple(
            Change(what=key[1], kind=key[0], new=_versions(after[key]))
            for key in sorted(after.keys() - before.keys())
        ),
        removed=tuple(
            Change(what=key[1], kind=key[0], old=_versions(before[key]))
            for key in sorted(before.keys() - after.keys())
        ),
        changed=tuple(changed),
        vulnerable=tuple(vulnerable),
        gaps=tuple(dict.fromkeys(gaps)),
    )


def key_of(entry: Entry) -> Key:
    """What makes two entries one thing: the package without its version, else kind and name."""
    purl = parse_purl(entry.purl)
    if purl is None:
        return entry.kind, f"{entry.kind.value}:{entry.name}"
    parts = [part for part in (purl.namespace, purl.name) if part]
    return entry.kind, f"pkg:{purl.type}/{'/'.join(parts)}"


def _grouped(bom: Bom) -> dict[Key, list[Entry]]:
    found: dict[Key, list[Entry]] = {}
    for entry in bom.entries:
        found.setdefault(key_of(entry), []).append(entry)
    return found


def _versions(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(sorted({each.version or "open" for each in entries}))


def _change(key: Key, before: list[Entry], after: list[Entry]) -> Change | None:
    old, new = _versions(before), _versions(after)
    details = []
    if old == new:
        if _contradict(before, after):
            details.append("hash")
        if _said(before) and _said(after) and _said(before) != _said(after):
            details.append("license")
    if old == new and not details:
        return None
    return Change(what=key[1], kind=key[0], old=old, new=new, details=tuple(details))


def _contradict(before: list[Entry], after: list[Entry]) -> bool:
    """Whether both know hashes of one algorithm and none is the same: other bytes."""
    old, new = _hashes(before), _hashes(after)
    return any(not (old[algorithm] & new[algorithm]) for algorithm in old.keys() & new.keys())


def _hashes(entries: Iterable[Entry]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in entries:
        own = [*entry.hashes, *entry.artifacts]
        if not own:  # a model of several files: their digests together
            own = [digest for part in entry.parts for digest in part.hashes]
            own = [f"parts:{'+'.join(sorted(own))}"] if own else []
        for each in own:
            found.setdefault(each.partition(":")[0], set()).add(each)
    return found


def _said(entries: Iterable[Entry]) -> set[tuple[str, tuple[str, ...]]]:
    return {(e.license, e.license_texts) for e in entries if e.license or e.license_texts}


def as_component(entry: Entry) -> Component | None:
    """The entry as the advisory database knows packages; None for what is no package."""
    purl = parse_purl(entry.purl)
    if purl is None:
        return None
    return Component(
        ecosystem=entry.ecosystem or purl.ecosystem,
        name=purl.component_name,
        title=entry.name,
        purl=entry.purl,
        version=entry.version or purl.version,
        location=Location(path=entry.occurrences[0].path if entry.occurrences else ""),
    )


def _exposures(entries: Iterable[Entry], book: Book) -> Iterator[Exposure]:
    for entry in entries:
        component = as_component(entry)
        if component is None or not component.version:
            continue
        for match in book.affecting(component):
            advisory = match.advisory
            yield Exposure(
                what=key_of(entry)[1],
                version=component.version,
                id=advisory.id,
                aliases=advisory.aliases,
                severity=advisory.severity.value if advisory.severity else "unknown",
                fixed=match.fixed,
            )


def uncovered(entries: Iterable[Entry], book: Book) -> Iterator[str]:
    """Ecosystems without advisories, and packages without a version: silence says nothing."""
    missing: dict[str, int] = {}
    for entry in entries:
        if entry.kind not in (Kind.PACKAGE, Kind.IMAGE):
            continue
        component = as_component(entry)
        if component is None:
            missing["packages without a package URL"] = (
                missing.get("packages without a package URL", 0) + 1
            )
        elif not component.version:
            yield f"{entry.name}: its version is open, so no advisory can be matched."
        elif not book.covers(component.ecosystem):
            what = f"packages of {component.ecosystem or 'no known ecosystem'}"
            missing[what] = missing.get(what, 0) + 1
    for what, count in sorted(missing.items()):
        yield f"The advisory database does not cover {count} {what}."

"""One vulnerability record in the OSV format, as plain facts. Source: the OSV schema, 1.7.

Nothing is guessed: an entry that breaks the format keeps the names of its packages and says why
it cannot be used, so that whoever has such a package is told. A record that not even says what
it is about is :class:`Unusable`. ``GIT`` ranges cannot be compared with versions and are left
out; an entry that has nothing else cannot be used.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seamark.scan.dependencies.versions import ECOSYSTEMS

SUMMARY = 160
"""Characters of a summary; where a record has none, the beginning of its details."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+/-]{0,199}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}:\d{2})?")
_EVENTS = ("introduced", "fixed", "last_affected", "limit")
SPELLED = {name.lower(): name for name in ECOSYSTEMS}
"""Ecosystems as their versions are looked up, by what careless records call them (``pypi``)."""
_EMBEDDED_MALICIOUS_CODE = "CWE-506"

Event = tuple[str, str]
"""What happens (``introduced``, ``fixed``, ``last_affected``, ``limit``), and at which version."""


class Unusable(Exception):  # noqa: N818 - a signal between reader and builder, not an error
    """The record says nothing that can be used; the message is a clause without a full stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """What a record says of one package. ``problem`` says why it cannot be believed, if so.

    ``severity`` are CVSS vectors that hold for this package alone, ``modules`` what must be
    imported to be exposed.
    """

    ecosystem: str
    name: str
    ranges: tuple[tuple[Event, ...], ...] = ()
    versions: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record. ``word`` is its severity where it says so in a word, ``upstream`` are what it
    repeats for a distribution. ``modified`` is cut to seconds, without the zone (always UTC).
    """

    id: str
    modified: str
    aliases: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    summary: str = ""
    published: str = ""
    withdrawn: bool = False
    vectors: tuple[str, ...] = ()
    word: str = ""
    malicious: bool = False
    affected: tuple[Affected, ...] = ()


def read_record(document: Any) -> Record:
    """The record of a document. Raises :class:`Unusable`."""
    if not isinstance(document, dict):
        raise Unusable("it is no mapping")
    name = document.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise Unusable("it has no id")
    affected = document.get("affected")
    if not isinstance(affected, list | None):
        raise Unusable("its 'affected' is no list")
    specific = _mapping(document.get("database_specific"))
    entries = tuple(_affected(each) for each in affected or ())
    return Record(
        id=name,
        modified=_moment(document.get("modified")),
        aliases=_ids(document.get("aliases")),
        upstream=_ids(document.get("upstream")),
        summary=_summary(document),
        published=_moment(document.get("published"))[:10],
        withdrawn=bool(_moment(document.get("withdrawn"))),  # any other value is no withdrawal
        vectors=_vectors(document.get("severity")),
        word=_word(document, affected or ()),
        malicious=name.startswith("MAL-")
        or _EMBEDDED_MALICIOUS_CODE in _texts(specific.get("cwe_ids")),
        affected=entries,
    )


def _affected(entry: Any) -> Affected:
    if not isinstance(entry, dict):
        raise Unusable("an entry of its 'affected' is no mapping")
    package = entry.get("package")
    if package is None:  # only a repository: nothing that a list of packages could name
        return Affected(ecosystem="", name="")
    if not isinstance(package, dict):
        raise Unusable("a 'package' of it is no mapping")
    ecosystem, name = package.get("ecosystem"), package.get("name")
    if not isinstance(ecosystem, str) or not isinstance(name, str) or not ecosystem or not name:
        raise Unusable("a 'package' of it has no ecosystem or no name")
    ranges, problem = _ranges(entry.get("ranges"))
    versions = entry.get("versions")
    if not isinstance(versions, list | None) or len(_texts(versions)) != len(versions or ()):
        problem = problem or "its list of versions is malformed"
    if not ranges and not _texts(versions):
        problem = problem or "it names no version of the package, at most commits"
    base, colon, suffix = ecosystem.partition(":")
    return Affected(
        ecosystem=f"{SPELLED.get(base.lower(), base)}{colon}{suffix}",
        name=name,
        ranges=ranges,
        versions=_texts(versions),
        severity=_vectors(entry.get("severity")),
        modules=tuple(sorted(set(_modules(_mapping(entry.get("ecosystem_specific")))))),
        problem=problem,
    )


def _ranges(value: Any) -> tuple[tuple[tuple[Event, ...], ...], str]:
    """The ranges that can be used, and why others cannot."""
    if not isinstance(value, list | None):
        return (), "its 'ranges' are no list"
    found: list[tuple[Event, ...]] = []
    problem = ""
    for each in value or ():
        kind = each.get("type") if isinstance(each, dict) else None
        if kind == "GIT":
            continue
        if kind not in ("ECOSYSTEM", "SEMVER"):
            problem = problem or "a range of it has no known type"
            continue
        events = _events(each.get("events"))
        if isinstance(events, str):
            problem = problem or events
        else:
            found.append(events)
    return tuple(found), problem


def _events(value: Any) -> tuple[Event, ...] | str:
    """The events of a range, or what is wrong with them."""
    if not isinstance(value, list) or not value:
        return "a range of it has no events"
    found: list[Event] = []
    for each in value:
        named = [key for key in _EVENTS if isinstance(each, dict) and each.get(key) is not None]
        if len(named) != 1:
            return "an event of it is not exactly one of introduced, fixed, last_affected, limit"
        version = each[named[0]]
        if not isinstance(version, str) or not version:
            return f"a version of an event ({named[0]}) is no text"
        found.append((named[0], version))
    if all(kind != "introduced" for kind, _ in found):
        return "a range of it does not say where it begins"
    return tuple(found)


def _summary(document: dict[str, Any]) -> str:
    text = document.get("summary")
    if not isinstance(text, str) or not text.strip():
        text = document.get("details")
        text = _gist(text[:2000]) if isinstance(text, str) else ""
    text = " ".join(text[: SUMMARY * 4].split())
    if len(text) <= SUMMARY:
        return text
    cut = text[: SUMMARY - 1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:(") + " …"


def _gist(text: str) -> str:
    lines = (line.strip(" #*-=\t") for line in text.splitlines())
    words = " ".join(line for line in lines if line and line.lower() not in _HEADINGS)
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z])", words)
    if len(sentences) > 1 and _INTRODUCTION.match(sentences[0]):
        del sentences[0]
    return " ".join(sentences)


_INTRODUCTION = re.compile(r"(?:\S+ ){1,3}is (?:an?|the) ")
"""What a package is, which many details begin with; what is wrong with it follows."""
_HEADINGS = frozenset({"impact", "summary", "description", "details", "overview"})


def _vectors(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    scores = (each.get("score") for each in value if isinstance(each, dict))
    return tuple(each for each in scores if isinstance(each, str) and "/" in each)


def _word(document: dict[str, Any], affected: Any) -> str:
    """Severity in a word, as GitHub, Debian and Ubuntu give it; several are joined by blanks."""
    places = [document, *(each for each in affected if isinstance(each, dict))]
    found: list[Any] = []
    for place in places:
        for key in ("database_specific", "ecosystem_specific"):
            specific = _mapping(place.get(key))
            found += [specific.get("severity"), specific.get("urgency")]
        listed = place.get("severity")
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and each.get("type") == "Ubuntu":
                found.append(each.get("score"))
    words = {each.lower() for each in found if isinstance(each, str) and each.isalpha()}
    return " ".join(sorted(words))


def _modules(specific: dict[str, Any]) -> Iterator[str]:
    imports = specific.get("imports")
    for each in imports if isinstance(imports, list) else ():
        if isinstance(each, dict):
            if isinstance(each.get("path"), str):
                yield each["path"]
            yield from _texts(each.get("modules"))


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in _texts(value) if _ID.fullmatch(each)))


def _moment(value: Any) -> str:
    match = _DAY.match(value) if isinstance(value, str) else None
    return match[0].replace(" ", "T") if match else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

"""The matcher against a brute-force oracle, on every (name, version) pair of the PYSEC archive.

The oracle was written from the pseudo code of the OSV schema ("Evaluation") alone, over the raw
YAML as PyYAML reads it, and shares nothing with the matcher but the ``packaging`` library: no
reader, no order, no merging, no database. Versions asked for are those of every list, those of
every event, and neighbors of each: what comes just before and after, and a local build of it.
"""

import tarfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

from proofs.scanning import ROOT, write_result

ARCHIVE = ROOT.parent / "shared" / "data" / "pysec-advisories.tar.gz"
_SHOWN = 20


def records(archive: Path) -> Iterator[dict[str, Any]]:
    """Every record of the archive, as PyYAML's own safe loader reads it, all scalars as text."""
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith(".yaml"):
                file = tar.extractfile(member)
                assert file is not None
                yield yaml.load(file.read(), Loader=yaml.CBaseLoader)


def same_name(name: str) -> str:
    """PEP 503, spelled out."""
    lowered = name.lower().replace("_", "-").replace(".", "-")
    while "--" in lowered:
        lowered = lowered.replace("--", "-")
    return lowered


@cache
def parsed(text: str) -> Version | None:
    """The version, or None where PEP 440 knows no such."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def is_vulnerable(package: str, text: str, record: dict[str, Any]) -> bool | None:
    """The schema's ``IsVulnerable``; a local build (+…) stands for what it is a build of.

    None where PEP 440 cannot order what the answer depends on.
    """
    answer: bool | None = False
    for affected in record.get("affected", ()):
        if same_name(affected["package"]["name"]) != package:
            continue
        if affected["package"]["ecosystem"] != "PyPI":
            continue
        asked = text
        named = [*affected.get("versions", ()), *_event_versions(affected)]
        if "+" in text and not any("+" in each for each in named):
            asked = text.split("+")[0]
        if _in_versions(asked, affected.get("versions", ())):
            return True
        within = _in_ranges(asked, affected.get("ranges", ()))
        if within:
            return True
        answer = None if within is None else answer
    return answer


def _event_versions(affected: dict[str, Any]) -> Iterator[str]:
    for each in affected.get("ranges", ()):
        if each["type"] != "GIT":
            for event in each["events"]:
                yield from event.values()


def _in_versions(text: str, versions: Iterable[str]) -> bool:
    version = parsed(text)
    for each in versions:
        if text == each:
            return True
        if version is not None and parsed(each) == version:
            return True
    return False


def _in_ranges(text: str, ranges: Iterable[dict[str, Any]]) -> bool | None:
    usable = [each for each in ranges if each["type"] != "GIT"]
    version = parsed(text)
    if version is None:
        return None if usable else False
    unknown = False
    for each in usable:
        if any(parsed(v) is None for e in each["events"] for v in e.values() if v != "*"):
            unknown = True
            continue
        if not _before_limits(version, each["events"]):
            continue
        vulnerable = False
        for event in sorted(each["events"], key=_order):
            if "introduced" in event:
                if event["introduced"] == "0" or version >= _version(event["introduced"]):
                    vulnerable = True
            elif "fixed" in event:
                if version >= _version(event["fixed"]):
                    vulnerable = False
            elif "last_affected" in event and version > _version(event["last_affected"]):
                vulnerable = False
        if vulnerable:
            return True
    return None if unknown else False


def _version(text: str) -> Version:
    version = parsed(text)
    assert version is not None
    return version


def _order(event: dict[str, str]) -> tuple[int, Version]:
    ((kind, text),) = event.items()
    first = (kind, text) == ("introduced", "0")
    return (0, _version("0")) if first else (1, _version("0" if text == "*" else text))


def _before_limits(version: Version, events: Iterable[dict[str, str]]) -> bool:
    limits = [event["limit"] for event in events if "limit" in event]
    return not limits or any(each == "*" or version < _version(each) for each in limits)


def neighbors(text: str) -> Iterator[str]:
    """Versions around one: just before it, just after it, a local build, another spelling."""
    yield text
    version = parsed(text)
    if version is None:
        return
    base = f"{version.epoch}!{version.base_version.split('!')[-1]}" if version.epoch else (
        version.base_version
    )  # fmt: skip
    yield from (f"{base}.dev0", f"{base}a0", f"{base}rc9", base, f"{base}.post1", f"{base}.0")
    yield f"{base}.1"
    yield f"{version.public}+seamark.1"
    yield f"v{text}"


def pairs(known: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Versions to ask for, by normalized name."""
    found: dict[str, set[str]] = defaultdict(set)
    for record in known:
        for affected in record.get("affected", ()):
            name = same_name(affected["package"]["name"])
            for each in (*affected.get("versions", ()), *_event_versions(affected)):
                if each != "*":
                    found[name].update(neighbors(each))
    return {name: sorted(found[name]) for name in sorted(found)}


def difference(matches: tuple[Any, ...], answers: dict[str, bool | None]) -> str:
    """What the matcher says otherwise than the oracle; empty where they agree."""
    sure = {record for match in matches if not match.doubt for record in match.evidence}
    doubted = {record for match in matches if match.doubt for record in match.evidence}
    named = {name for m in matches for name in (m.advisory.id, *m.advisory.aliases)}
    affected = {name for name, answer in answers.items() if answer}
    unknown = {name for name, answer in answers.items() if answer is None}
    if sure != affected:
        return f"affected by {sorted(sure ^ affected)} or not"
    if not doubted <= unknown:
        return f"no doubt about {sorted(doubted - unknown)}"
    return f"silence about {sorted(unknown - named)}" if not unknown <= named else ""


def prove(work: Path, archive: Path = ARCHIVE) -> dict[str, Any]:
    """Ask both about every pair; writes docs/proofs/advisories.json."""
    from seamark.core.components import Component
    from seamark.core.findings import Location
    from seamark.scan.dependencies.advisories.assembling import Input
    from seamark.scan.dependencies.advisories.build import build
    from seamark.scan.dependencies.advisories.database import open_database

    database = work / "advisories.sqlite"
    database.unlink(missing_ok=True)
    build(str(database), [Input(path=str(archive))])
    book = open_database(str(database))
    known = [each for each in records(archive) if "withdrawn" not in each]
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in known:
        for name in {same_name(each["package"]["name"]) for each in record["affected"]}:
            by_name[name].append(record)
    counts = {"pairs": 0, "record_versions": 0, "affected_pairs": 0, "undecidable_pairs": 0}
    wrong: list[dict[str, Any]] = []
    started = time.process_time()
    for name, versions in pairs(known).items():
        for version in versions:
            component = Component(
                ecosystem="PyPI", name=name, title=name, purl="", version=version,
                location=Location(path="proof"),
            )  # fmt: skip
            matches = book.affecting(component)
            answers = {e["id"]: is_vulnerable(name, version, e) for e in by_name[name]}
            problem = difference(matches, answers)
            counts["pairs"] += 1
            counts["record_versions"] += len(answers)
            counts["affected_pairs"] += True in answers.values()
            counts["undecidable_pairs"] += None in answers.values()
            if problem:
                wrong.append({"name": name, "version": version, "problem": problem})
    state = book.state
    book.close()
    figures = {
        "archive": archive.name, "digest": state.sources[0].digest, "newest": state.newest,
        "records": len(known), "names": len(by_name), **counts,
        "differences": len(wrong), "list": wrong[:_SHOWN],
        "cpu_seconds": round(time.process_time() - started, 1),
    }  # fmt: skip
    write_result("advisories", "python -m proofs.run advisories", figures)
    return figures

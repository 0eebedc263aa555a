"""A difference as text, Markdown and JSON."""

import json
from collections.abc import Iterator

from seamark.govern.documents.bom.compare import Change, Difference, Exposure
from seamark.render.defuse import name, prose

SCHEMA = "seamark.sbom-difference/1"


def as_json(found: Difference) -> str:
    """The difference as JSON, ``seamark.sbom-difference/1``."""
    tree = {
        "schema": SCHEMA,
        "old": found.old,
        "new": found.new,
        "added": [_tree(each) for each in found.added],
        "removed": [_tree(each) for each in found.removed],
        "changed": [_tree(each) for each in found.changed],
        "newly_vulnerable": [_exposed(each) for each in found.vulnerable],
        "incomplete": list(found.gaps),
    }
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def _tree(change: Change) -> dict[str, object]:
    return {
        "what": change.what,
        "kind": change.kind.value,
        "old": list(change.old),
        "new": list(change.new),
        "details": list(change.details),
    }


def _exposed(each: Exposure) -> dict[str, object]:
    return {
        "what": each.what,
        "version": each.version,
        "id": each.id,
        "aliases": list(each.aliases),
        "severity": each.severity,
        "fixed": list(each.fixed),
    }


def as_text(found: Difference) -> str:
    """The difference for a person at a terminal."""
    lines = [f"{found.old} -> {found.new}"]
    for title, rows in _sections(found):
        lines += ["", f"{title} ({len(rows)})"] + [f"  {row}" for row in rows]
    if found.same and not found.vulnerable:
        lines += ["", "Nothing differs."]
    return "\n".join(lines) + "\n"


def as_markdown(found: Difference) -> str:
    """The difference as Markdown, for a merge request."""
    lines = [f"# {name(found.old)} → {name(found.new)}"]
    for title, rows in _sections(found):
        lines += ["", f"## {title} ({len(rows)})", ""] + [f"- {prose(row)}" for row in rows]
    if found.same and not found.vulnerable:
        lines += ["", "Nothing differs."]
    return "\n".join(lines) + "\n"


def _sections(found: Difference) -> Iterator[tuple[str, list[str]]]:
    for title, rows in (
        ("Newly vulnerable", [_exposure(each) for each in found.vulnerable]),
        ("Added", [f"{each.what} {', '.join(each.new)}" for each in found.added]),
        ("Removed", [f"{each.what} {', '.join(each.old)}" for each in found.removed]),
        ("Changed", [_changed(each) for each in found.changed]),
        ("Not compared", list(found.gaps)),
    ):
        if rows:
            yield title, rows


def _changed(change: Change) -> str:
    if change.details:
        return f"{change.what} {', '.join(change.new)}: another {' and '.join(change.details)}"
    return f"{change.what} {', '.join(change.old)} -> {', '.join(change.new)}"


def _exposure(each: Exposure) -> str:
    fixed = f", repaired in {', '.join(each.fixed)}" if each.fixed else ", no repair is known"
    return f"{each.what} {each.version}: {each.id} ({each.severity}){fixed}"

"""Real files to mutate, by the format that the scanner finds in them."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from seamark.scan.models import Scanner
from seamark.scan.models.check import scan_paths

LARGEST = 200_000
EACH = 24
"""Seeds of one format; spread over folders, so that libraries and versions all take part."""

_NO_READERS = frozenset({"unknown", "unreadable", "special", "empty", "media", "tensor_data"})


def seeds(roots: list[Path]) -> Mapping[str, tuple[Path, ...]]:
    """Files under ``roots`` by format, the same choice every time."""
    found: dict[str, list[Path]] = defaultdict(list)
    for root in roots:
        for report in scan_paths(_small(root), scanner=Scanner(digest=False)):
            if report.format not in _NO_READERS:
                found[report.format].append(Path(report.path))
    return {kind: tuple(_spread(paths)) for kind, paths in sorted(found.items())}


def _small(root: Path) -> Iterator[str]:
    for folder, below, names in os.walk(root):
        below.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if not path.is_symlink() and 0 < path.stat().st_size <= LARGEST:
                yield str(path)


def _spread(paths: list[Path]) -> list[Path]:
    """At most ``EACH``, taken from the folders in turn."""
    folders: dict[Path, list[Path]] = defaultdict(list)
    for path in paths:
        folders[path.parent].append(path)
    chosen: list[Path] = []
    while len(chosen) < EACH and any(folders.values()):
        for held in folders.values():
            if held and len(chosen) < EACH:
                chosen.append(held.pop(0))
    return chosen

"""Reads a text or a fixture as a lock of some kind, for tests."""

from pathlib import Path

from seamark.core.components import Component
from seamark.scan.dependencies.inventory import named_kind, read_listing
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.source import Source

DATA = Path(__file__).parents[3] / "data" / "dependencies"


def read_text(kind: str, text: str, folder: Path, name: str = "lock") -> Listing:
    """What the kind's reader says of this text."""
    (folder / name).write_text(text)
    return read_file(kind, folder / name)


def read_fixture(kind: str, place: str) -> Listing:
    """What the kind's reader says of ``FORMAT/NAME/FILE`` among the fixtures."""
    return read_file(kind, DATA / place)


def read_file(kind: str, file: Path) -> Listing:
    """What the kind's reader says of this file."""
    source = Source(path=str(file), shown=file.name, root=str(file.parent))
    return read_listing(source, named_kind(kind))


def by_name(listing: Listing) -> dict[str, Component]:
    """The components by their titles, where each has one of its own."""
    found = {each.title: each for each in listing.components}
    assert len(found) == len(listing.components)
    return found

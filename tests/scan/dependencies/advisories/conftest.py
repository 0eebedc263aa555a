"""Small databases, built from records as they are written down."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.scan.dependencies.advisories.assembling import Input
from seamark.scan.dependencies.advisories.build import build
from seamark.scan.dependencies.advisories.database import DatabaseBook, open_database

OTHER = {
    "id": "OTHER-1",
    "modified": "2024-01-01T00:00:00Z",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "other"}, "versions": ["1"]}],
}
"""A source without one usable record is refused; this one is."""

Records = Callable[..., DatabaseBook]


def component(name: str, version: str, ecosystem: str = "PyPI", purl: str = "") -> Component:
    """A component as a reader gives it."""
    return Component(
        ecosystem=ecosystem,
        name=name,
        title=name,
        version=version,
        purl=purl,
        location=Location(path="requirements.txt", line=1),
    )


@pytest.fixture
def make_component() -> Callable[..., Component]:
    return component


@pytest.fixture
def database_of(tmp_path: Path) -> Iterator[Records]:
    """Builds a database from records (and files), and opens it."""
    books: list[DatabaseBook] = []

    def make(*records: Any, files: tuple[Path, ...] = ()) -> DatabaseBook:
        number = len(books)
        folder = tmp_path / f"records{number}"
        folder.mkdir()
        for index, record in enumerate(records):
            data = record if isinstance(record, bytes) else json.dumps(record).encode()
            (folder / f"{index:05}.json").write_bytes(data)
        target = tmp_path / f"database{number}.sqlite"
        inputs = [Input(path=str(folder))] if records else []
        build(str(target), [*inputs, *(Input(path=str(each)) for each in files)])
        books.append(open_database(str(target)))
        return books[-1]

    yield make
    for book in books:
        book.close()


@pytest.fixture
def ids(database_of: Records) -> Callable[..., list[str]]:
    """Ids of what certainly affects one version, by records of one package ``demo``."""

    def ask(version: str, *records: Any, ecosystem: str = "PyPI", name: str = "demo") -> list[str]:
        book = database_of(*records, OTHER)
        found = book.affecting(component(name, version, ecosystem))
        return [match.advisory.id + ("?" if match.doubt else "") for match in found]

    return ask

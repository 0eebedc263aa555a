"""What a project itself is called: its extras and workspaces name it, and it is no dependency."""

import os
from collections.abc import Iterator
from typing import Any, Final

from seamark.scan.dependencies.documents import read_json, read_toml
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.names import pypi_name
from seamark.scan.dependencies.source import Source, Unreadable

_PLACES: Final = (("project",), ("tool", "poetry"), ())


def own_names(inventory: Inventory) -> Iterator[str]:
    """The name of each declaration's project; that of its folder where the file has none."""
    for listing in inventory.listings:
        if listing.role is Role.DECLARATION:
            yield _name(listing, inventory.root)


def _name(declaration: Listing, root: str) -> str:
    path = os.path.join(root, declaration.path)
    folder = pypi_name(os.path.basename(os.path.dirname(os.path.abspath(path))))
    if declaration.kind not in ("pyproject", "package-json"):
        return folder
    source = Source(path=path, shown=declaration.path, root=root)
    try:
        document = read_toml(source) if declaration.kind == "pyproject" else read_json(source)
    except Unreadable:  # told already, or staged and not there
        return folder
    for place in _PLACES:
        table: Any = document
        for key in place:
            table = table.get(key) if isinstance(table, dict) else None
        name = table.get("name") if isinstance(table, dict) else None
        if isinstance(name, str):
            return name if declaration.kind == "package-json" else pypi_name(name)
    return folder

"""Bills of materials that any tool wrote: CycloneDX as JSON or XML, SPDX 2 as JSON."""

import json
from typing import Any

from seamark.core.errors import UsageError
from seamark.core.paths import printable
from seamark.govern.documents.bom.model import Bom
from seamark.govern.documents.bom.read_cyclonedx import bom_of_cyclonedx
from seamark.govern.documents.bom.read_spdx import bom_of_spdx
from seamark.scan.dependencies.documents import read_json
from seamark.scan.dependencies.source import Source, Unreadable


def read_bom(path: str) -> Bom:
    """The document in the file. Raises ``UsageError`` for what is no bill of materials."""
    source = Source(path=path, shown=printable(path), root=".")
    try:
        return _read(source)
    except Unreadable as problem:
        raise UsageError(
            f"{source.shown} cannot be read as a bill of materials: {problem.reason}.",
            hint="Name a CycloneDX (JSON, XML) or SPDX 2 (JSON) document.",
        ) from problem


def _read(source: Source) -> Bom:
    if source.read().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        from seamark.govern.documents.bom.read_xml import tree_of_xml

        return bom_of_cyclonedx(tree_of_xml(source), source)
    tree: Any = read_json(source)
    if not isinstance(tree, dict):
        raise Unreadable("it holds no object")
    if tree.get("bomFormat") == "CycloneDX":
        return bom_of_cyclonedx(tree, source)
    if str(tree.get("spdxVersion", "")).startswith("SPDX-2"):
        return bom_of_spdx(tree, source)
    if "@context" in tree and "spdx.org/rdf/3" in json.dumps(tree["@context"]):
        raise Unreadable("it is SPDX 3, which is not read yet")
    raise Unreadable("it says neither bomFormat CycloneDX nor spdxVersion SPDX-2")

"""Model cards: the YAML in front of ``README.md`` says license, base model and datasets.

Nothing loads a model by it, so nothing in it is a finding.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.hub.nested import texts_of
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope

_FRONT: Final = 64 << 10


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Describe the model by its card; the text is judged as any other text."""
    from seamark.scan.models.code.texts import examine_text

    scope.set_format("text")
    front = front_matter(blob.read(0, _FRONT))
    if front:
        said = _plain(front)
        scope.describe(
            name=_text(said.get("model_name")),
            license=_text(said.get("license_name")) or ", ".join(texts_of(said.get("license"))),
            base_models=texts_of(said.get("base_model")),
            datasets=texts_of(said.get("datasets")),
        )
    yield from examine_text(blob, scope)


def front_matter(data: bytes) -> str:
    """The YAML between the two lines of dashes; empty where there is none."""
    lines = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != "---":
        return ""
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number])
    return ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _plain(text: str) -> Mapping[str, object]:
    """What the card says; nothing where it is no YAML."""
    from seamark.scan.models.code.yaml_documents import read_yaml

    try:
        said = read_yaml(text, "the card").tree()
    except (Malformed, LimitExceeded):
        return {}
    return said if isinstance(said, dict) else {}

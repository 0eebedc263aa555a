"""XML whose root element is no model's: text like any other, unless its name promises a model."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs.xml_markup import Markup
from seamark.scan.models.graphs.xml_prolog import UNFINISHED, root_name
from seamark.scan.models.graphs.xml_reading import Ear, read_elements
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.scope import Scope

_PROMISES = (".pmml", ".mapping", ".mlmodel")


@dataclass(slots=True)
class _Nothing:
    """Elements that nobody asks for."""

    markup: Markup
    depth: int = 0
    ear: Ear = field(default_factory=Ear)

    def start(self, name: str, attributes: list[str]) -> None:
        self.depth += 1
        self.markup.see_element(name, attributes)

    def end(self, _name: str) -> None:
        self.depth -= 1

    def text(self, _data: str) -> None:
        pass

    def reduced(self, data: bytes, _before: bytes) -> bytes:
        return data


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in an XML file that is no model.

    Where the name is a model's, a program parses it as one before it notices what it is not.
    """
    from seamark.scan.models.code.beside import examine as examine_text

    promises = _promises_model(scope)
    if promises:
        if root_name(blob.read(0, 4096), blob) == UNFINISHED:
            raise LimitExceeded("has no element in its first megabyte")
        markup = Markup()
        failure = read_elements(blob, scope, _Nothing(markup), markup)
        yield from markup.findings(scope)
        if failure and not markup.outside:
            raise failure
    yield from examine_text(blob, scope)


def _promises_model(scope: Scope) -> bool:
    name = scope.name
    stem, _, suffix = name.rpartition(".")
    return f".{suffix.lower()}" in _PROMISES or (
        suffix.lower() == "xml" and f"{stem}.bin" in scope.siblings()
    )

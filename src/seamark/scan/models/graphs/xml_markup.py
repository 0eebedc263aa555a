"""What an XML document does besides having elements: document type, entities, instructions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from seamark.core.findings import Finding, Json
from seamark.scan.models.graphs import xml_rules
from seamark.scan.models.scope import Scope

_REFERENCE = re.compile(r"&([^;&\s]{1,200});")
_MOST = 200
_EXPANDED = 10 << 20
_DEEP = 64
_HONEST_TYPES = ("http://www.dmg.org/", "https://www.dmg.org/", "http://dmg.org/")
"""Where early versions of PMML kept their document types."""

_XINCLUDE = ("http://www.w3.org/2001/XInclude", "http://www.w3.org/2003/XInclude")


@dataclass(slots=True)
class Markup:
    """Collected while parsing. ``stopped`` says why the elements were not read, if they were not.

    ``outside`` maps what reaches out (an entity's name) to where; ``entities`` names to values.
    """

    outside: dict[str, str] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)
    instructions: dict[str, str] = field(default_factory=dict)
    doctype: str = ""
    defaults: bool = False
    encoding: str = ""
    stopped: str = ""

    @property
    def declares(self) -> bool:
        """Whether the document type says anything that changes what elements mean."""
        return bool(self.entities or self.outside or self.defaults)

    def see_doctype(self, name: str, system: str | None, public: str | None, _own: bool) -> None:
        """A document type; without address and declarations it says nothing."""
        if system and system.startswith(_HONEST_TYPES):
            self.doctype = system
        elif system or public:
            self.outside["document type"] = system or public or name

    def see_entity(self, name: str, value: str | None, system: str | None) -> None:
        """An entity's declaration."""
        if len(self.entities) + len(self.outside) >= _MOST:
            return
        if value is None:
            self.outside[name[:100]] = (system or "")[:500]
        else:
            self.entities[name] = value

    def see_instruction(self, target: str, data: str) -> None:
        """A processing instruction."""
        if len(self.instructions) < _MOST:
            self.instructions[target[:100]] = data[:200]

    def see_element(self, name: str, attributes: list[str]) -> None:
        """The first element of each name: whether it includes another document."""
        if is_inclusion(name):
            said = dict(zip(attributes[::2], attributes[1::2], strict=False))
            self.outside["inclusion"] = said.get("href", "")[:500]

    def findings(self, scope: Scope) -> Iterator[Finding]:
        """What of it is worth a finding."""
        for name, place in self.outside.items():
            yield scope.finding(
                xml_rules.EXTERNAL,
                f"The {_titled(name)} is fetched from '{place[:200]}'.",
                anchor=name,
                evidence={"place": place},
            )
        if expands(self.entities):
            yield scope.finding(
                xml_rules.BOMB,
                f"{len(self.entities)} entities expand each other beyond {_EXPANDED} characters.",
                anchor="entities",
            )
        elif self.entities or self.defaults or self.doctype:
            names: list[Json] = [name[:100] for name in list(self.entities)[:10]]
            said = "entities" if self.entities else "attributes" if self.defaults else self.doctype
            yield scope.finding(
                xml_rules.ENTITIES,
                f"The document type declares or refers to {said[:200]}.",
                anchor="document type",
                evidence={"entities": names},
            )
        for target, data in self.instructions.items():
            yield scope.finding(
                xml_rules.INSTRUCTION,
                f"A processing instruction addresses '{target}': '{data[:100]}'.",
                anchor=target,
            )
        if self.encoding:
            yield scope.finding(
                xml_rules.ENCODING,
                f"The document declares the encoding '{self.encoding}'.",
                anchor=self.encoding,
            )
        if self.stopped:
            scope.skip(self.stopped)


def is_inclusion(name: str) -> bool:
    """Whether an element (``namespace local``) includes another document."""
    namespace, _, local = name.rpartition(" ")
    return local == "include" and namespace in _XINCLUDE


def expands(entities: dict[str, str]) -> bool:
    """Whether any entity grows beyond all proportion, or contains itself."""
    sizes: dict[str, int] = {}

    def size(name: str, depth: int) -> int:
        if name not in entities:
            return 1
        if depth > _DEEP:
            return _EXPANDED
        if name not in sizes:
            sizes[name] = _EXPANDED  # while it is being computed: an entity that contains itself
            value = entities[name]
            total = len(value)
            for inner in _REFERENCE.findall(value):
                total += size(inner, depth + 1)
                if total >= _EXPANDED:
                    break
            sizes[name] = total
        return sizes[name]

    return any(size(name, 0) >= _EXPANDED for name in entities)


def _titled(name: str) -> str:
    return name if name in ("document type", "inclusion") else f"entity '{name}'"

"""YAML: the one way in. What it says as plain values, and tags that build Python objects.

Only composed into nodes, never constructed: aliases stay shared and tags stay text, so neither a
billion laughs nor a python tag does anything here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code import rules
from seamark.scan.models.code.source_effects import DANGEROUS_MODULES, effect_of
from seamark.scan.models.code.yaml_trees import Tree, tree_of
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope

if TYPE_CHECKING:
    from yaml.nodes import Node

_SIZE_LIMIT: Final = 2 << 20
_MAX_NODES: Final = 100_000
_MAX_DEPTH: Final = 200
_PYTHON: Final = "tag:yaml.org,2002:python/"
_HARMLESS: Final = frozenset(
    "none bool str unicode bytes int long float complex list tuple dict".split()
)
_DANGEROUS: Final = frozenset(
    {*DANGEROUS_MODULES, "sys", "importlib", "operator", "functools", "__builtin__", "builtins"}
)


@dataclass(frozen=True, slots=True)
class Yaml:
    """A YAML text that was composed: its documents, and all nodes in them, each once."""

    documents: list["Node"]
    nodes: list["Node"]

    def tree(self) -> Tree:
        """The first document as plain values; None where there is none."""
        return tree_of(self.documents[0]) if self.documents else None


def read_yaml(text: str, what: str) -> Yaml:
    """Compose ``text``, which errors call ``what``. Nothing is constructed.

    Raises ``Malformed`` where it is no YAML, ``LimitExceeded`` beyond bounds of size and depth.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _bound(text, loader)
        documents = list(yaml.compose_all(text, Loader=loader))
    except (yaml.YAMLError, ValueError) as error:
        raise Malformed(f"{what} is no YAML: {' '.join(str(error).split())[:200]}") from None
    except RecursionError:
        raise LimitExceeded("nests too deep") from None
    return Yaml(documents, list(_walk(documents)))


def read_file(blob: Blob, scope: Scope, what: str) -> Yaml:
    """As :func:`read_yaml`, of a whole file. Raises ``LimitExceeded`` too, beyond 2 MiB."""
    if blob.size > _SIZE_LIMIT:
        raise LimitExceeded(f"holds {blob.size} bytes of {what} (at most {_SIZE_LIMIT})")
    scope.tally.bytes += blob.size
    return read_yaml(blob.read(0, blob.size).decode("utf-8-sig", "replace"), what)


def examine_yaml(text: str, scope: Scope) -> Iterator[Finding]:
    """Findings about the tags of a YAML file that nothing else is known about.

    Raises ``Malformed`` for text that is no YAML only where something in it is tagged.
    """
    try:
        found = read_yaml(text, "the file")
    except Malformed:
        # A tagged value before the mistake is built all the same by a loader of documents.
        if any(mark in text for mark in ("!!", "!<", "%TAG")):
            raise
        return
    yield from judge_tags(found, scope)


def judge_tags(found: Yaml, scope: Scope) -> Iterator[Finding]:
    """Findings about values that an unsafe loader builds, each tag once."""
    seen: set[str] = set()
    for node in found.nodes:
        tag = str(node.tag)
        if tag.startswith(_PYTHON) and tag not in seen:
            seen.add(tag)
            yield from _judge_tag(node, tag.removeprefix(_PYTHON), scope)


def _bound(text: str, loader: Any) -> None:
    """Raise ``LimitExceeded`` where the text nests deeper, or holds more, than is composed.

    libyaml's composer recurses in C and overflows its stack (PyYAML 6); its parser does not.
    Stopping at the first event too deep also spares the parser's square cost of open brackets.
    """
    import yaml

    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise LimitExceeded(f"nests deeper than {_MAX_DEPTH} levels")
        if count > 2 * _MAX_NODES:
            raise LimitExceeded(f"has more than {_MAX_NODES} values")


def _walk(documents: list["Node"]) -> Iterator["Node"]:
    from yaml.nodes import MappingNode, SequenceNode

    waiting = list(reversed(documents))
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if node is None or id(node) in seen:
            continue  # an alias: judged where it was anchored
        seen.add(id(node))
        if len(seen) > _MAX_NODES:
            raise LimitExceeded(f"has more than {_MAX_NODES} values")
        yield node
        if isinstance(node, MappingNode):
            waiting.extend(part for pair in reversed(node.value) for part in reversed(pair))
        elif isinstance(node, SequenceNode):
            waiting.extend(reversed(node.value))


def _judge_tag(node: "Node", tag: str, scope: Scope) -> Iterator[Finding]:
    kind, _, path = tag.partition(":")
    if kind in _HARMLESS:
        return
    line = node.start_mark.line + 1 if node.start_mark is not None else None
    module = path.rpartition(".")[0] or path
    hostile = effect_of(path) is not None or module in _DANGEROUS or path in _DANGEROUS
    verb = "calls" if kind in {"object/apply", "object/new"} else "names"
    yield scope.finding(
        rules.CONSTRUCTS_OBJECTS if hostile else rules.NEEDS_UNSAFE_LOADER,
        f"An unsafe YAML loader {verb} {path[:200] or tag[:200]} for this value.",
        anchor=tag[:300],
        line=line,
    )

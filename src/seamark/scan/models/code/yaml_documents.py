"""YAML beside weights: tags that build Python objects.

Only composed into nodes, never constructed: aliases stay shared and tags stay text, so neither a
billion laughs nor a python tag does anything here.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from seamark.core.findings import Finding
from seamark.scan.models.code import rules
from seamark.scan.models.code.source_effects import DANGEROUS_MODULES, effect_of
from seamark.scan.models.scope import Scope

if TYPE_CHECKING:
    from yaml.nodes import Node

_MAX_NODES: Final = 100_000
_MAX_DEPTH: Final = 200
_PYTHON: Final = "tag:yaml.org,2002:python/"
_HARMLESS: Final = frozenset(
    "none bool str unicode bytes int long float complex list tuple dict".split()
)
_DANGEROUS: Final = frozenset(
    {*DANGEROUS_MODULES, "sys", "importlib", "operator", "functools", "__builtin__", "builtins"}
)


def compose(text: str) -> tuple[list["Node"], list["Node"]]:
    """The documents of a YAML text, and all nodes in them, each once. Nothing is constructed.

    Raises ``yaml.YAMLError`` where it is none, ``ValueError`` or ``RecursionError`` beyond bounds.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    _bound(text, loader)
    documents = list(yaml.compose_all(text, Loader=loader))
    return documents, list(_walk(documents))


def examine_yaml(
    text: str, scope: Scope, *, kind: str = "YAML file", must_parse: bool = False
) -> Iterator[Finding]:
    """Findings about the tags of one YAML file, which messages call a ``kind``.

    ``must_parse``: text that is no YAML is a finding even where nothing in it is tagged.
    """
    import yaml

    try:
        _documents, nodes = compose(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        # A tagged value before the mistake is built all the same by a loader of documents.
        tagged = any(mark in text for mark in ("!!", "!<", "%TAG"))
        if must_parse or tagged or not isinstance(error, yaml.YAMLError):
            reason = " ".join(str(error).split())[:200]
            yield scope.finding(
                rules.NOT_READ, f"This {kind} could not be read: {reason}.", anchor="syntax"
            )
        return
    seen: set[str] = set()
    for node in nodes:
        tag = str(node.tag)
        if tag.startswith(_PYTHON) and tag not in seen:
            seen.add(tag)
            yield from _judge_tag(node, tag.removeprefix(_PYTHON), scope)


def _bound(text: str, loader: Any) -> None:
    """Raise ``ValueError`` where the text nests deeper, or holds more, than is composed.

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
            raise ValueError(f"it nests deeper than {_MAX_DEPTH} levels")
        if count > 2 * _MAX_NODES:
            raise ValueError(f"it has more than {_MAX_NODES} values")


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
            raise ValueError(f"it has more than {_MAX_NODES} values")
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

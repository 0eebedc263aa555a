"""skops ``schema.json``: which classes and functions would loading look up, and call?

Each node names ``__module__``, ``__class__`` and ``__loader__``; the loader decides what happens.
References are judged by the allowlist that judges pickles, so a class is the same risk in both.
Nodes: https://skops.readthedocs.io/en/stable/persistence.html, protocols 0 to 2 (skops 0.1-0.16).
"""

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise

from seamark.core.findings import Finding
from seamark.core.rules import Rule
from seamark.scan.models.blobs import Blob
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.pickle.decide import Decision, load_allowlist
from seamark.scan.models.scope import Scope
from seamark.scan.models.skops import rules
from seamark.scan.models.skops.nodes import (
    ACTING,
    ARRAY_LOADERS,
    KINDS_OF_NODE,
    LOADERS,
    NEWEST_PROTOCOL,
    OPERATORS,
    PLAIN,
)
from seamark.scan.models.weights.json_trees import read_json

RULES = rules.RULES
_MOST_REPORTED = 200
_LONGEST_NAME = 200

Node = Mapping[str, object]


def examine(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings in one ``schema.json``."""
    tree = read_json(blob, "the schema")
    scope.tally.bytes += blob.size
    if not isinstance(tree, dict):
        raise Malformed("the schema is no object", 0)
    version = tree.get("_skops_version")
    scope.describe(
        framework="skops",
        framework_version=version if isinstance(version, str) else "",
        format_version=f"protocol {tree.get('protocol', 0)}"[:40],
        architecture=_text(tree, "__class__"),
    )
    reported: set[tuple[str, str]] = set()
    for finding in (*_examine_protocol(tree, scope), *_doubles(blob, scope), *_walk(tree, scope)):
        key = finding.rule.id, finding.anchor
        if key not in reported:
            reported.add(key)
            if len(reported) > _MOST_REPORTED:
                raise LimitExceeded(f"has more than {_MOST_REPORTED} defects")
            yield finding


def _examine_protocol(tree: Node, scope: Scope) -> Iterator[Finding]:
    protocol = tree.get("protocol")
    if "__loader__" not in tree:
        yield scope.finding(rules.BROKEN_TREE, "The schema is no node.", anchor="root")
    if type(protocol) is not int or not 0 <= protocol <= NEWEST_PROTOCOL:
        yield scope.finding(
            rules.UNKNOWN_NODE,
            f"The schema is of protocol {str(protocol)[:40]!r}.",
            anchor="protocol",
        )


def _doubles(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Names that stand twice in one node: readers differ in which they take."""
    doubled: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:
        names = sorted(name for name, _value in pairs)
        doubled.extend(first for first, second in pairwise(names) if first == second)

    try:
        json.loads(blob.read(0, blob.size), object_pairs_hook=note)
    except (ValueError, RecursionError):
        return
    for name in dict.fromkeys(doubled):
        yield scope.finding(
            rules.NODE_LIES, f"A node names '{name[:100]}' twice.", anchor=f"twice: {name[:100]}"
        )


def _walk(tree: Node, scope: Scope) -> Iterator[Finding]:
    """Every object of the tree, with the ids of the nodes around it."""
    pending: list[tuple[object, bool]] = [(tree, False)]
    around: list[object] = []
    while pending:
        item, leaves = pending.pop()
        if leaves:
            around.pop()
        elif isinstance(item, list):
            pending += [(each, False) for each in reversed(item)]
        elif isinstance(item, dict):
            if "__loader__" in item or "__class__" in item or "__module__" in item:
                yield from _examine_node(item, scope)
                own = item.get("__id__")
                if own is not None and item.get("__loader__") != "CachedNode" and own in around:
                    yield scope.finding(
                        rules.BROKEN_TREE, "A node lies inside itself.", anchor="cycle"
                    )
                around.append(own)
                pending.append((None, True))
            pending += [(each, False) for each in item.values()]


def _examine_node(node: Node, scope: Scope) -> Iterator[Finding]:
    loader, module, name = (_text(node, key) for key in ("__loader__", "__module__", "__class__"))
    if loader == "CachedNode":
        return
    if not (loader and module and name):
        yield scope.finding(
            rules.BROKEN_TREE, "A node has no loader, module or class.", anchor="node"
        )
    if loader and loader not in LOADERS:
        yield scope.finding(
            rules.UNKNOWN_NODE, f"There is no loader '{loader[:100]}'.", anchor=loader[:100]
        )
    for shown_module, shown_name in _references(node, module, name, loader):
        yield from _judge(shown_module, shown_name, loader, scope)
    yield from _examine_kind(node, loader, module, name, scope)
    yield from _examine_file(node, loader, scope)


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    return value if isinstance(value, str) else ""


def _references(node: Node, module: str, name: str, loader: str) -> Iterator[tuple[str, str]]:
    """Everything that the loader could look up by this node."""
    if loader == "MethodNode":
        yield module, ""  # the class is that of the method itself, the object has a node
    else:
        yield module, name
    content = node.get("content")
    for holder in (node, content):
        if isinstance(holder, dict) and isinstance(holder.get("function"), str):
            yield _text(holder, "module_path"), _text(holder, "function")


def _judge(module: str, name: str, loader: str, scope: Scope) -> Iterator[Finding]:
    if not module or not name or name in PLAIN.get(module, ()):
        return
    decision = load_allowlist(scope.options.allow).decide(module, name)
    if decision in (Decision.ALLOWED, Decision.GUARDED):
        return
    shown = f"{module}.{name}"[:_LONGEST_NAME]
    rule: Rule = rules.UNKNOWN_REFERENCE
    if decision in (Decision.STDLIB, Decision.DOTTED):
        rule = rules.SYSTEM_REFERENCE
    yield scope.finding(
        rule,
        f"The schema refers to '{shown}'.",
        anchor=shown,
        evidence={"loader": loader[:100]},
    )


def _examine_kind(
    node: Node, loader: str, module: str, name: str, scope: Scope
) -> Iterator[Finding]:
    """A loader that acts by itself must be shown as what it is, and is a review even then."""
    shown = f"{module}.{name}"[:_LONGEST_NAME]
    expected = KINDS_OF_NODE.get(loader)
    if expected is not None and (module, name) not in expected:
        yield scope.finding(
            rules.NODE_LIES,
            f"A {loader} says that it is '{shown}'.",
            anchor=f"{loader}: {shown}",
        )
    if loader == "OperatorFuncNode" and name not in OPERATORS:
        yield scope.finding(
            rules.NODE_LIES,
            f"Loading calls 'operator.{name[:100]}' with arguments from the file.",
            anchor=f"operator.{name[:100]}",
        )
    if loader == "MethodNode":
        content = node.get("content")
        method = _text(content, "func") if isinstance(content, dict) else ""
        if not method or method.startswith("_") or "." in method:
            yield scope.finding(
                rules.NODE_LIES,
                f"Loading takes the method '{method[:100]}'.",
                anchor=f"method {method[:100]}",
            )
            return
    if loader in ACTING and name != "itemgetter":
        yield scope.finding(
            rules.ACTS_ON_LOADING, f"A {loader} makes '{shown}'.", anchor=f"{loader}: {shown}"
        )


def _examine_file(node: Node, loader: str, scope: Scope) -> Iterator[Finding]:
    if loader not in ARRAY_LOADERS or (loader == "NdArrayNode" and node.get("type") == "json"):
        return
    name = _text(node, "file")
    inside = scope.siblings()
    plain = name and not set("/\\\0:") & set(name) and name.endswith((".npy", ".npz", ".bin"))
    if not plain or (inside and name not in inside):
        yield scope.finding(
            rules.MEMBER_NAME,
            f"A {loader} reads the member '{name[:100]}'.",
            anchor=f"file: {'missing' if plain else name[:100]}",
        )

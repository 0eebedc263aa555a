"""Hydra's targets: which classes and functions would instantiating a configuration call?

Hydra and NeMo import and call every ``_target_``. Targets are found in the parsed tree, where
aliases, merges and escapes are what they stand for, and in the text where it does not parse.
"""

import re
from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code.yaml_trees import Tree
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.packages import nemo_rules as rules
from seamark.scan.models.packages.names import Reach, reach_of
from seamark.scan.models.scope import Scope

_SIZE_LIMIT = 16 << 20
_SPELLED = re.compile(rb"""\b_target_["']?\s{0,100}:\s{0,100}["']?([A-Za-z_][\w.]{0,300})""")
_MOST_VALUES = 1_000_000
_KEYS = ("_target_", "target", "cls", "target_cls", "__target__")


def examine_targets(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """Findings about system functions among the targets of any configuration, as text."""
    if blob.size > _SIZE_LIMIT:
        raise LimitExceeded(f"has a configuration of {blob.size} bytes (at most {_SIZE_LIMIT})")
    scope.tally.bytes += blob.size
    seen: set[str] = set()
    for match in _SPELLED.finditer(blob.read(0, blob.size)):
        target = match[1].decode("utf-8", "backslashreplace")
        if target not in seen and reach_of(target, scope) is not Reach.ELSEWHERE:
            seen.add(target)
            yield system_target(target, scope, offset=match.start())


def system_target(target: str, scope: Scope, *, offset: int | None = None) -> Finding:
    """The finding about a target that no model has."""
    return scope.finding(
        rules.SYSTEM_TARGET,
        f"The configuration calls '{target[:200]}'.",
        anchor=target[:200],
        offset=offset,
    )


def texts_of(tree: Tree) -> Iterator[tuple[str, str]]:
    """Every text in a tree with the key that it stands under; each container once.

    Raises ``LimitExceeded`` beyond a million values.
    """
    waiting: list[tuple[str, Tree]] = [("", tree)]
    seen: set[int] = set()
    count = 0
    while waiting:
        key, value = waiting.pop()
        count += 1
        if count > _MOST_VALUES:
            raise LimitExceeded(f"has a configuration of more than {_MOST_VALUES} values")
        if isinstance(value, str):
            yield key, value
            continue
        if not isinstance(value, dict | list) or id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            waiting.extend(reversed(list(value.items())))
        else:
            waiting.extend((key, item) for item in reversed(value))


def targets_of(tree: Tree) -> Iterator[str]:
    """What the configuration names as classes and functions to call, each once."""
    seen: set[str] = set()
    for key, text in texts_of(tree):
        if key in _KEYS and text and text not in seen:
            seen.add(text)
            yield text

"""What is known of a value while code is followed: where it comes from, what it carries."""

import ast
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_PATH: Final = 160
"""Longest origin that is kept; longer ones come from code that calls itself in a loop."""


class Taint(StrEnum):
    """Why a value is not to be trusted; the text completes "it is built from ..."."""

    MODEL = "what a language model wrote"
    REQUEST = "what a request brings"
    NETWORK = "what was fetched from the network"
    SECRET = "a credential of the environment"  # noqa: S105 - a description
    PARAMETER = "a parameter"


UNTRUSTED: Final = frozenset({Taint.MODEL, Taint.REQUEST, Taint.NETWORK})


@dataclass(frozen=True, slots=True)
class Fact:
    """What one value may be.

    ``origins`` are dotted names with ``()`` for a call and ``[]`` for an item
    (``openai.OpenAI().chat``); ``taints`` say what it carries.
    """

    origins: frozenset[str] = frozenset()
    taints: frozenset[Taint] = frozenset()

    def join(self, other: "Fact") -> "Fact":
        """What is either the one or the other."""
        if self is other or other is NOTHING:
            return self
        if self is NOTHING:
            return other
        return Fact(self.origins | other.origins, self.taints | other.taints)

    def carrying(self, taints: frozenset[Taint]) -> "Fact":
        """The same value with these taints as well."""
        return Fact(self.origins, self.taints | taints) if taints - self.taints else self

    def step(self, suffix: str) -> "Fact":
        """What ``.name``, ``()`` or ``[]`` makes of it; taints stay."""
        origins = frozenset(o + suffix for o in self.origins if len(o) < MAX_PATH)
        return Fact(origins, self.taints)


NOTHING: Final = Fact()


class Environment:
    """Variables of one scope; what is not here is looked up in the scope around it."""

    __slots__ = ("outer", "variables")

    def __init__(
        self, outer: "Environment | None" = None, variables: dict[str, Fact] | None = None
    ) -> None:
        self.outer = outer
        self.variables = {} if variables is None else variables

    def get(self, name: str) -> Fact | None:
        """The fact of a variable; None where no scope assigns it."""
        scope: Environment | None = self
        while scope is not None:
            found = scope.variables.get(name)
            if found is not None:
                return found
            scope = scope.outer
        return None

    def fork(self) -> "Environment":
        """A copy for one arm of a branch."""
        return Environment(self.outer, dict(self.variables))

    def merge(self, arm: "Environment") -> None:
        """Afterwards a variable may be what it is here or what it is in ``arm``."""
        mine = self.variables
        for name, fact in arm.variables.items():
            known = mine.get(name)
            mine[name] = fact if known is None else known.join(fact)


def spelled(node: ast.expr) -> str:
    """The dotted spelling of ``node`` as in the text; ``()`` for calls, "" where it has none."""
    parts: list[str] = []
    while len(parts) < 24:
        if isinstance(node, ast.Attribute):
            parts.append("." + node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            parts.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            parts.append("[]")
            node = node.value
        elif isinstance(node, ast.Await):
            node = node.value
        else:
            break
    head = node.id if isinstance(node, ast.Name) else ""
    return head + "".join(reversed(parts))

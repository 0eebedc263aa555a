"""What the parser of R data meets, as findings, each once."""

from collections.abc import Iterator

from seamark.core.findings import Finding
from seamark.core.rules import Rule
from seamark.scan.models.limits import LimitExceeded
from seamark.scan.models.r import rules
from seamark.scan.models.r import sexptypes as t
from seamark.scan.models.r.calls import Judgment, judge, judge_default, judge_name
from seamark.scan.models.r.values import Call, Pairs, Texts, Value, deparse
from seamark.scan.models.scope import Scope

_MOST_REPORTED = 100
_MOST_RAW = 10_000
_LEAST_RAW = 16


class Witness:
    """Collects for one stream; ``flags`` is where the parser leaves those of the open value."""

    __slots__ = ("_reported", "attributes", "classes", "flags", "raws", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.flags = 0
        self.attributes: Pairs | None = None
        self.classes: tuple[str, ...] = ()
        self.raws: list[tuple[int, int]] = []
        self._reported: set[tuple[str, str]] = set()

    def top(self, value: Value) -> None:
        """The outermost value: its class names the model."""
        held = getattr(value, "attributes", None) or self.attributes
        if isinstance(held, Pairs):
            for tag, kept in held.items:
                if tag == "class" and isinstance(kept, Texts):
                    self.classes = kept.first

    def raw(self, offset: int, length: int) -> None:
        """A vector of bytes, which may be any file."""
        if length >= _LEAST_RAW:
            if len(self.raws) >= _MOST_RAW:
                raise LimitExceeded(f"holds more than {_MOST_RAW} vectors of bytes")
            self.raws.append((offset, length))

    def call(self, made: Value) -> Iterator[Finding]:
        """A complete call, or a list of arguments with their default values."""
        found = judge(made) if isinstance(made, Call) else None
        if isinstance(made, Pairs):
            found = judge_default(made)
        if found:
            yield from self._judged(found, deparse(made))

    def name(self, name: str) -> Iterator[Finding]:
        """A name among the constants of compiled code."""
        found = judge_name(name)
        if found:
            yield from self._judged(found, f"compiled code with {name}")

    def _judged(self, found: Judgment, shown: str) -> Iterator[Finding]:
        rule = rules.DANGEROUS_CALL if found.dangerous else rules.ODD_CALL
        yield from self._once(
            rule, f"Code in the data uses '{found.name[:100]}', which {found.why}.", found.name,
            call=shown,
        )  # fmt: skip

    def _once(
        self, rule: Rule, message: str, anchor: str, *, call: str, offset: int | None = None
    ) -> Iterator[Finding]:
        key = rule.id, anchor
        if key in self._reported:
            return
        if len(self._reported) >= _MOST_REPORTED:
            raise LimitExceeded(f"has more than {_MOST_REPORTED} defects")
        self._reported.add(key)
        yield self.scope.finding(
            rule, message, anchor=anchor[:200], offset=offset, evidence={"call": call}
        )

    def promise(self, expression: Value, offset: int) -> Finding:
        """An expression that waits outside the environment of a function."""
        shown = deparse(expression)
        return self.scope.finding(
            rules.PROMISE,
            f"A promise runs '{shown[:120]}' when its value is used.",
            anchor=shown[:200],
            offset=offset,
            evidence={"call": shown},
        )

    def persistent(self, names: list[str], offset: int) -> Finding:
        """A reference that only the loading program can resolve."""
        return self.scope.finding(
            rules.PERSISTENT,
            f"The data refers to the object '{' '.join(names)[:120]}'.",
            anchor="persistent",
            offset=offset,
        )

    def altrep(self, names: list[str], state: Value, offset: int) -> Iterator[Finding]:
        """A vector that a class rebuilds; ``names`` are the class and its package."""
        kind = names[0] if names else ""
        package = names[1] if len(names) > 1 else ""
        if package == "base" and kind in t.HARMLESS_ALTREP:
            return
        what = "opens a file" if kind in t.MAPPING_ALTREP else "runs code of a package"
        yield from self._once(
            rules.MAPPED_FILE,
            f"A vector of class '{package[:60]}::{kind[:60]}' {what} on loading.",
            f"{package}::{kind}",
            call=deparse(state),
            offset=offset,
        )

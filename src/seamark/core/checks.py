"""The seam of every check, ours and third parties': what it is, and how its work is divided.

A package adds a check by declaring a :class:`Check` and an entry point in the group
``seamark.checks``; nothing else has to know of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from seamark.core.components import Component
from seamark.core.findings import Finding, Json
from seamark.core.metrics import Metric
from seamark.core.reports import FileReport
from seamark.core.rules import Rule, index_rules

ENTRY_POINT_GROUP = "seamark.checks"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that should have been examined and was not, as a whole sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A fact for ``Report.attributes``; values under the same name are collected in a list."""

    name: str
    value: Json


Result = Finding | Metric | FileReport | Component | Gap | Remark
"""What a check may yield."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a check is asked to examine.

    ``root`` is the project's directory (the working directory for ``scan``); ``paths`` are what
    to look at, relative to it: ``.`` for all, or the files that changed. ``options`` are the
    check's own, from ``seamark.yaml`` and the command line; ``exclude`` holds the globs of
    ``scan.exclude`` (``seamark.core.globs``) where the check has no such option itself.
    ``seed`` drives whatever chance decides.
    """

    root: str = "."
    paths: tuple[str, ...] = (".",)
    options: Mapping[str, object] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of work that can run apart from the others, in another process.

    ``items`` are the check's own and can be pickled; ``bytes`` estimates how much is to be read.
    """

    items: tuple[object, ...] = ()
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A procedure that examines a target and yields results; never raises for bad input.

    ``run`` gets the target and one part and yields what it finds as it finds it. ``divide``
    gives the parts (and results that are known without work, such as what was excluded);
    without it the check is one part without items. ``crashed`` says what to report for a part
    of one item whose process died; without it the check as a whole counts as not run.
    Functions are module-level: they are sent to other processes by name. ``more_rules`` gives
    rules that are too many to import before they are needed.
    """

    id: str
    title: str
    run: Callable[[Target, Part], Iterable[Result]]
    rules: tuple[Rule, ...] = ()
    more_rules: Callable[[], Iterable[Rule]] | None = None
    divide: Callable[[Target], Iterator[Part | Result]] | None = None
    crashed: Callable[[Target, Part, str], Iterable[Result]] | None = None

    def all_rules(self) -> Mapping[str, Rule]:
        """Every rule that the check can find broken, by id."""
        return index_rules([*self.rules, *(self.more_rules() if self.more_rules else ())])

"""What may be loaded, and which policy holds for the code that runs now.

A policy belongs to a context (``contextvars``), so threads and tasks do not disturb each other;
``install()`` gives the process one that holds where no context says otherwise. These are the only
places in Seamark that keep state of the process: what they guard is the process itself.
"""

import datetime
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Literal

from seamark.core.errors import UsageError
from seamark.core.findings import Finding
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict, worst
from seamark.core.waivers import Waiver, find_waiver
from seamark.harden.loading.refusals import UnsafeModel, UnsafeModelWarning, report_of
from seamark.scan.models.pickle.decide import Allowlist, load_allowlist
from seamark.scan.models.pickle.machine import renamed
from seamark.scan.models.pickle.streams import rule_of
from seamark.scan.models.scanner import Scanner
from seamark.scan.models.scope import Options

OnRefuse = Literal["raise", "warn"]


@dataclass(slots=True, eq=False)
class Policy:
    """What is refused, and how. ``open`` until its context ends; ``outer`` holds after that.

    ``fail_on`` is the mildest verdict that is refused, ``unclear`` apart.
    """

    scanner: Scanner
    allowlist: Allowlist
    fail_on: Verdict
    allow_unclear: bool
    on_refuse: OnRefuse
    waivers: tuple[Waiver, ...] = ()
    open: bool = True
    outer: "Policy | None" = None

    def judge(self, report: FileReport, *, ignored: Sequence[str] = ()) -> None:
        """Raise :class:`UnsafeModel`, or warn, where the report must not pass.

        ``ignored`` are ids of rules that say nothing about the load at hand.
        """
        today = datetime.datetime.now(datetime.UTC).date()
        kept = tuple(
            finding
            for finding in report.findings
            if finding.rule.id not in ignored and not self._waived(finding, today)
        )
        verdicts = [finding.rule.verdict for finding in kept]
        if report.coverage.skipped:
            verdicts.append(Verdict.UNCLEAR)
        verdict = worst(verdicts)
        unclear = Verdict.UNCLEAR in verdicts and not self.allow_unclear
        if unclear or verdict.rank >= self.fail_on.rank:
            self.refuse(UnsafeModel(replace(report, verdict=verdict), findings=kept))

    def refuse(self, refusal: UnsafeModel) -> None:
        """Raise, or warn where that was asked for."""
        if self.on_refuse == "warn":
            warnings.warn(str(refusal), UnsafeModelWarning, stacklevel=4)
            return
        load = loading()
        if load is not None:
            load.refusal = load.refusal or refusal
        raise refusal

    def refused_reference(self, module: str, name: str) -> UnsafeModel | None:
        """Why an unpickler must not resolve this reference, or None.

        Old names count as what they mean today: the loader maps them after asking.
        """
        module, name = renamed(module, name)
        rule = rule_of(self.allowlist.decide(module, name))
        if rule is None or rule.verdict.rank < self.fail_on.rank:
            return None
        reference = f"{module}.{name}"
        message = f"An unpickler asked for {reference}, which no scan had allowed."
        return UnsafeModel(report_of(rule, "<unpickler>", message, anchor=reference))

    def _waived(self, finding: Finding, today: datetime.date) -> bool:
        waiver = find_waiver(finding, self.waivers, today)
        return waiver is not None and not waiver.expired(today)


@dataclass(slots=True, eq=False)
class Load:
    """A load in progress whose bytes were examined. ``refusal`` is what was refused within it."""

    policy: Policy
    refusal: UnsafeModel | None = None


@dataclass(slots=True)
class _Process:
    policy: Policy | None = None


_PROCESS = _Process()
_POLICY: ContextVar[Policy | None] = ContextVar("seamark_policy", default=None)
_LOAD: ContextVar[Load | None] = ContextVar("seamark_load", default=None)
_FOLDERS: ContextVar[frozenset[str]] = ContextVar("seamark_folders", default=frozenset())


def make_policy(
    *,
    fail_on: str = "review",
    allow: Sequence[str] = (),
    allow_unclear: bool = False,
    on_refuse: str = "raise",
    waivers: tuple[Waiver, ...] = (),
) -> Policy:
    """A policy from the user's words. Raises ``UsageError`` for words that mean nothing."""
    if fail_on not in ("review", "hostile"):
        raise UsageError(f"fail_on is {fail_on!r}.", hint="Say 'review' or 'hostile'.")
    if on_refuse not in ("raise", "warn"):
        raise UsageError(f"on_refuse is {on_refuse!r}.", hint="Say 'raise' or 'warn'.")
    if isinstance(allow, str):
        raise UsageError("allow is one string.", hint="Give a tuple: allow=('module:name',).")
    allowed = frozenset(allow)
    return Policy(
        scanner=Scanner(options=Options(allow=allowed), digest=False),
        allowlist=load_allowlist(allowed),
        fail_on=Verdict(fail_on),
        allow_unclear=allow_unclear,
        on_refuse="warn" if on_refuse == "warn" else "raise",
        waivers=waivers,
    )


def current() -> Policy | None:
    """The policy that holds here: the innermost open one, otherwise the process's."""
    policy = _POLICY.get()
    while policy is not None and not policy.open:
        policy = policy.outer
    return policy if policy is not None else _PROCESS.policy


def loading() -> Load | None:
    """The load in progress whose bytes were examined, if this code runs within one."""
    load = _LOAD.get()
    return load if load is not None and load.policy is current() else None


@contextmanager
def holding(policy: Policy) -> Iterator[Policy]:
    """Let a policy hold inside the block, and for the threads that are started there."""
    held = replace(policy, open=True, outer=current())
    token = _POLICY.set(held)
    try:
        yield held
    finally:
        held.open = False
        with suppress(ValueError):  # left in another context than entered: closed is enough
            _POLICY.reset(token)


@contextmanager
def carried(policy: Policy) -> Iterator[None]:
    """Let the very policy of another thread hold in this one, as long as it is open there."""
    token = _POLICY.set(policy)
    try:
        yield
    finally:
        _POLICY.reset(token)


@contextmanager
def examined(policy: Policy) -> Iterator[Load]:
    """Mark the block as a load of examined bytes.

    What it unpickles from memory is not examined again; what is refused within it is raised even
    where a library turned the refusal into an error of its own.
    """
    load = Load(policy)
    token = _LOAD.set(load)
    try:
        yield load
    except UnsafeModel:
        raise
    except Exception as error:
        if load.refusal is not None:
            raise load.refusal from error
        raise
    finally:
        _LOAD.reset(token)


@contextmanager
def unexamined() -> Iterator[None]:
    """Inside a load, a block whose own inputs are examined one by one."""
    token = _LOAD.set(None)
    try:
        yield
    finally:
        _LOAD.reset(token)


def examined_folders() -> frozenset[str]:
    """The folders that were examined as a whole for a load in progress."""
    return _FOLDERS.get()


@contextmanager
def within_folder(folder: str) -> Iterator[None]:
    """Mark a folder as examined inside the block."""
    token = _FOLDERS.set(_FOLDERS.get() | {folder})
    try:
        yield
    finally:
        _FOLDERS.reset(token)


def hold_for_process(policy: Policy | None) -> None:
    """Let a policy hold wherever no context has one; None ends that."""
    _PROCESS.policy = policy

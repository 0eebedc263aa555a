"""``seamark scan``: what lies under some paths, without a project file."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from seamark.core.checks import Target
from seamark.core.errors import UsageError
from seamark.core.findings import Json
from seamark.core.paths import printable
from seamark.core.policy import FailOn, GatePolicy, Judgment, judge
from seamark.core.reports import Report
from seamark.core.suggest import did_you_mean
from seamark.engine import Budgets, Planned, run_checks
from seamark.engine.plan import Unwatched, Watcher
from seamark.scan.dependencies.check import CHECK as DEPENDENCIES
from seamark.scan.dependencies.check import DependencyOptions
from seamark.scan.models.check import CHECK, ScanOptions
from seamark.scan.models.remote.addresses import is_url
from seamark.scan.models.remote.settings import DEFAULT
from seamark.scan.models.scanner import Scanner
from seamark.scan.walk import Selection
from seamark.system.assemble import assemble, now
from seamark.system.memory import nearest_project_file, receipt_store

STDIN = "-"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Judged:
    """A report, what the gate policy makes of it, and remarks for a person, not of the report."""

    report: Report
    judgment: Judgment
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """What ``seamark scan`` is asked to do. ``jobs`` 0 decides by the amount of work.

    ``only_staged`` and ``changed_since`` limit the scan to what git says; without ``digest``
    the report can neither be signed nor pass a gate. ``download`` fetches remote objects whole;
    without it they are read in parts and have no digest. ``only`` are ids of the checks to run,
    by default all of ours; of URLs and standard input only models are examined.
    """

    paths: tuple[str, ...]
    only: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    only_staged: bool = False
    changed_since: str = ""
    digest: bool = True
    download: bool = False
    receipts: bool = True
    fail_on: FailOn = field(default_factory=FailOn)
    allow_incomplete: bool = False
    jobs: int = 0
    seed: int = 0
    budgets: Budgets = field(default_factory=Budgets)


def scan(request: ScanRequest, *, today: date, watcher: Watcher = Unwatched()) -> Judged:
    """Scan and judge. Raises ``UsageError`` for a path that does not exist: nothing ran."""
    request = replace(request, paths=tuple(map(_located, request.paths)))
    _refuse_unknown(request)
    started = now()
    scanner = Scanner(digest=request.digest)
    with _files(request) as files:
        store, warning = None, ""
        if request.receipts:
            store, warning = receipt_store(".", scanner)
        options = ScanOptions(
            scanner=scanner,
            selection=Selection(include=request.include, exclude=request.exclude),
            files=files,
            receipts=store,
            remote=replace(DEFAULT, download=request.download),
        )
        plan = list(_plan(request, options, today))
        outcome = run_checks(plan, jobs=request.jobs, budgets=request.budgets, watcher=watcher)
    report = assemble(
        outcome,
        target=" ".join(_named(path) for path in request.paths),
        started=started,
        seeds={planned.check.id: request.seed for planned in plan},
        attributes=_attributes(request, warning),
    )
    judgment = judge(
        report,
        GatePolicy(fail_on=request.fail_on),
        today=today,
        allow_incomplete=request.allow_incomplete,
        allow_empty=request.only_staged or bool(request.changed_since),
    )
    return Judged(report, judgment, tuple(_notes(request)))


def _plan(request: ScanRequest, models: ScanOptions, today: date) -> Iterator[Planned]:
    """The chosen checks. Raises ``UsageError`` for one that does not exist."""
    for name in request.only:
        if name not in (CHECK.id, DEPENDENCIES.id):
            known = (CHECK.id, DEPENDENCIES.id)
            raise UsageError(f"There is no check '{name}'.", hint=did_you_mean(name, known))
    if not request.only or CHECK.id in request.only:
        target = Target(paths=request.paths, options={"scan": models}, seed=request.seed)
        yield Planned(check=CHECK, target=target)
    local = tuple(path for path in request.paths if path != STDIN and not is_url(path))
    if local and (not request.only or DEPENDENCIES.id in request.only):
        options = DependencyOptions(
            selection=models.selection,
            changed=None if models.files is None else frozenset(each for _, each in models.files),
            staged=tuple((shown, path) for path, shown in models.files or ()),
            today=today,
        )
        # Of a change, a lock is read beside the declaration that changed, so all are looked at.
        target = Target(paths=local, options={DEPENDENCIES.id: options}, seed=request.seed)
        yield Planned(check=DEPENDENCIES, target=target)


def _located(path: str) -> str:
    """A path as it is, also where a ``file:`` URL names it."""
    if not is_url(path):
        return path
    from seamark.scan.models.remote.addresses import local_path

    return local_path(path) or path


def _refuse_unknown(request: ScanRequest) -> None:
    """Raises ``UsageError`` for what does not exist here, or cannot be read from here."""
    for path in request.paths:
        if is_url(path):
            from seamark.scan.models.remote.addresses import WEB, parse
            from seamark.scan.models.remote.stores import require

            address = parse(path)
            if request.only_staged or request.changed_since:
                raise UsageError(
                    "What git says concerns files here, not URLs.", hint="Scan URLs apart."
                )
            if address.scheme not in WEB:
                require(address)
        elif path != STDIN and not os.path.lexists(path):
            raise UsageError(
                f"There is no '{printable(path)}'.", hint="Name a file or a directory that exists."
            )


def _named(path: str) -> str:
    """How the report calls what was scanned: the working directory by its name."""
    if is_url(path):
        from seamark.scan.models.remote.addresses import parse

        return parse(path).shown
    if path in (".", "./"):
        path = os.path.basename(os.path.realpath(path)) or path
    return printable(path)


def _notes(request: ScanRequest) -> Iterator[str]:
    """That a project's settings are not read, where there are some; what URLs give."""
    if not request.download and any(map(is_url, request.paths)):
        yield "Remote objects were read in parts: without a digest they pass no gate (--download)."
    for path in request.paths:
        if is_url(path):
            continue
        directory = path if os.path.isdir(path) else os.path.dirname(path) or "."
        if path != STDIN and (file := nearest_project_file(directory)):
            yield f"scan does not read {printable(file)} (allow, exclude, gates); check does."
            return


def _attributes(request: ScanRequest, warning: str) -> dict[str, Json]:
    attributes: dict[str, Json] = {}
    if not request.digest or (not request.download and any(map(is_url, request.paths))):
        attributes["digest"] = False
    if request.only_staged or request.changed_since:
        attributes["changed"] = request.changed_since or "staged"
    if warning:
        attributes["warnings"] = [warning]
    return attributes


@contextmanager
def _files(request: ScanRequest) -> Iterator[tuple[tuple[str, str], ...] | None]:
    """The files to scan one by one, as (path, shown); None where the paths are to be walked."""
    piped = STDIN in request.paths
    limited = request.only_staged or bool(request.changed_since)
    if not piped and not limited:
        yield None
        return
    if piped and (limited or len(request.paths) > 1):
        raise UsageError("- (stdin) stands alone.", hint="Scan it apart from other paths.")
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="seamark-") as copies:
        yield ((_spool(copies), "<stdin>"),) if piped else _changed(request, copies)


def _changed(request: ScanRequest, copies: str) -> tuple[tuple[str, str], ...]:
    from seamark.core.globs import matches_path
    from seamark.system.git import changed_since, staged
    from seamark.system.plan import chosen

    if request.only_staged and request.changed_since:
        raise UsageError("--changed-since and --staged exclude each other.", hint="Use one.")
    found = (
        staged(".", copies) if request.only_staged else changed_since(".", request.changed_since)
    )
    named = [os.path.normpath(path) for path in request.paths]
    beneath = [
        each
        for each in found
        if any(path == "." or matches_path(each.shown, f"{path}/**") for path in named)
    ]
    return chosen(beneath, Selection(include=request.include, exclude=request.exclude))


def _spool(folder: str) -> str:
    """Standard input as a file, because readers need random access."""
    path = os.path.join(folder, "stdin")
    with open(path, "wb") as file:
        while chunk := sys.stdin.buffer.read(_CHUNK):
            file.write(chunk)
    return path

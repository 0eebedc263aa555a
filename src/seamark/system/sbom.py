"""``seamark sbom``: a project's bill of materials; two of them compared; one scored."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from seamark import __version__
from seamark.core.errors import UsageError
from seamark.core.findings import Finding, with_fingerprints
from seamark.core.verdicts import ExitCode, Verdict
from seamark.core.waivers import Waiver, find_waiver
from seamark.engine.plan import Unwatched, Watcher
from seamark.govern.documents.bom.assemble import assemble
from seamark.govern.documents.bom.compare import Difference, as_component, compare
from seamark.govern.documents.bom.model import Bom, Kind
from seamark.govern.documents.bom.reading import read_bom
from seamark.govern.documents.bom.score import Score, score
from seamark.govern.documents.bom.vulnerabilities import with_vulnerabilities
from seamark.scan.dependencies.advisories.database import open_book
from seamark.scan.dependencies.case import Case
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.judges.database import judge_database
from seamark.scan.dependencies.judges.vulnerabilities import judge as judge_vulnerabilities
from seamark.scan.dependencies.listings import Listing, Role
from seamark.scan.dependencies.settings import Settings
from seamark.scan.dependencies.vex.applying import open_vex
from seamark.system.assemble import now
from seamark.system.locate import open_project
from seamark.system.project import Project
from seamark.system.sbom_inputs import Gathered, dependency_settings, gather, require_project

FORMATS = ("cyclonedx", "cyclonedx-xml", "spdx", "openvex", "cyclonedx-vex")


@dataclass(frozen=True, slots=True, kw_only=True)
class SbomRequest:
    """What ``seamark sbom`` is asked to do.

    ``timestamp`` is RFC 3339, or empty for none; ``environments`` are directories whose installed
    packages are listed too.
    """

    path: str = "."
    environments: tuple[str, ...] = ()
    with_vulnerabilities: bool = False
    allow_incomplete: bool = False
    receipts: bool = True
    jobs: int = 0
    timestamp: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and how the command ends."""

    bom: Bom
    exit_code: ExitCode
    exit_reason: str
    notes: tuple[str, ...] = field(default=())


def make(request: SbomRequest, *, today: date, watcher: Watcher = Unwatched()) -> Made:
    """The project's document. Raises ``UsageError`` and ``ConfigurationError``.

    What could not be read makes the exit code 3, unless incomplete documents are allowed; a
    project in which nothing is found is never allowed.
    """
    require_project(request.path)
    located = open_project(request.path)
    gathered = gather(
        located.root,
        located.project,
        environments=request.environments,
        jobs=request.jobs,
        receipts=request.receipts,
        watcher=watcher,
    )
    bom = assemble(gathered.found, tool_version=__version__)
    if request.with_vulnerabilities:
        bom = _informed(bom, gathered, located.project, today)
    if gathered.interrupted:
        bom = replace(bom, gaps=("The scan was interrupted.", *bom.gaps))
    notes = (f"All of {located.root}: its project file applies here.",) if located.above else ()
    code, reason = _judged(bom, request.allow_incomplete)
    if gathered.interrupted:
        code = ExitCode.INTERRUPTED
    return Made(bom, code, reason, notes)


def _judged(bom: Bom, allow_incomplete: bool) -> tuple[ExitCode, str]:
    count = len(bom.entries)
    if not count:
        return ExitCode.INCOMPLETE, "Nothing was found that a bill of materials could list."
    counts = {kind: len(bom.of(kind)) for kind in Kind}
    parts = ", ".join(
        f"{number} {kind.value}{'s' if number > 1 else ''}"
        for kind, number in counts.items()
        if number
    )
    if not bom.gaps:
        return ExitCode.PASSED, f"Complete: {parts}."
    reason = f"Incomplete ({len(bom.gaps)}): {parts}."
    return (ExitCode.PASSED if allow_incomplete else ExitCode.INCOMPLETE), reason


def _informed(bom: Bom, gathered: Gathered, project: Project, today: date) -> Bom:
    """The document with vulnerabilities; what is wrong with the database is a gap."""
    settings, root = gathered.settings, gathered.inventory.root
    book, problem = open_book(settings, root=root)
    case = Case(
        inventory=gathered.inventory,
        settings=settings,
        book=book,
        today=today,
        book_problem=problem,
    )
    waivers = project.accepted()
    held: dict[str, list[Finding]] = {}
    # Statements go before waivers here, so the judge is not to apply them himself.
    plain = replace(case, settings=replace(settings, vex=()))
    judged = [each for each in judge_vulnerabilities(plain) if isinstance(each, Finding)]
    for finding in with_fingerprints(judged):
        purl = finding.evidence.get("purl")
        if isinstance(purl, str) and finding.evidence.get("id"):
            held.setdefault(purl, []).append(finding)

    def accepted(purl: str, names: frozenset[str]) -> Waiver | None:
        """The waiver of a finding that still holds; all places of the package must have one."""
        mine = [each for each in held.get(purl, ()) if each.evidence["id"] in names]
        found = [find_waiver(each, waivers, today) for each in mine]
        holding = [each for each in found if each and not each.expired(today)]
        return holding[0] if mine and len(holding) == len(mine) else None

    made = with_vulnerabilities(
        bom,
        book=book,
        book_problem=problem,
        vex=open_vex(root, settings.vex, today=today),
        accepted=accepted,
    )
    return replace(made, gaps=tuple(dict.fromkeys([*made.gaps, *_unsound(case)])))


def _unsound(case: Case) -> list[str]:
    """What is wrong with the database, as sentences."""
    if case.book is None:
        return []
    found = [each for each in judge_database(case) if isinstance(each, Finding)]
    return [each.message for each in found if each.rule.verdict is not Verdict.CLEAN]


def only_affected(bom: Bom) -> Bom:
    """The document with nothing but the entries that a vulnerability affects, for VEX alone."""
    affected = {ref for each in bom.vulnerabilities for ref in each.affects}
    entries = tuple(replace(each, requires=None) for each in bom.entries if each.ref in affected)
    return replace(bom, entries=entries, subject=replace(bom.subject, requires=None))


def write(bom: Bom, format_name: str, *, version: str, timestamp: str) -> str:
    """The document in one of :data:`FORMATS`. Raises ``UsageError``."""
    from seamark.govern.documents.bom import cyclonedx, openvex, spdx

    if format_name == "cyclonedx":
        return cyclonedx.as_json(bom, version=version, timestamp=timestamp)
    if format_name == "cyclonedx-xml":
        return cyclonedx.as_xml(bom, version=version, timestamp=timestamp)
    if format_name == "spdx":
        return spdx.as_json(bom, timestamp=timestamp)
    if format_name == "openvex":
        return openvex.as_json(bom, timestamp=timestamp)
    return cyclonedx.as_json(only_affected(bom), version=version, timestamp=timestamp)


def timestamp_of(asked: str, environment: Mapping[str, str]) -> str:
    """The time to write: as asked (RFC 3339, ``now``), else SOURCE_DATE_EPOCH, else none.

    Raises ``UsageError`` for what is no time.
    """
    if asked == "now":
        return now()
    epoch = environment.get("SOURCE_DATE_EPOCH", "")
    try:
        if asked:
            moment = datetime.fromisoformat(asked)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(epoch))) if epoch else ""
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"'{asked or epoch}' is no time.", hint="Use now, or RFC 3339: 2027-01-31T12:00:00Z."
        ) from error


def difference(old: str, new: str, *, project: str, today: date) -> Difference:
    """Two documents compared, with the advisory database of the project at hand."""
    settings, root = _settings_near(project)
    before, after = read_bom(old), read_bom(new)
    book, problem = open_book(settings, root=root)
    found = compare(before, after, book=book, book_problem=problem)
    components = tuple(filter(None, map(as_component, after.entries)))
    listing = Listing(
        path=new, kind="sbom", role=Role.INSTALLED, ecosystem="", components=components
    )
    case = Case(
        inventory=Inventory(root=".", listings=(listing,)),
        settings=settings,
        book=book,
        today=today,
        book_problem=problem,
    )
    return replace(found, gaps=(*found.gaps, *_unsound(case)))


def difference_code(found: Difference, allow_incomplete: bool) -> ExitCode:
    """1 where something is newly vulnerable, 3 where something could not be compared."""
    if found.vulnerable:
        return ExitCode.FAILED
    return ExitCode.INCOMPLETE if found.gaps and not allow_incomplete else ExitCode.PASSED


def _settings_near(path: str) -> tuple[Settings, str]:
    """What the project at hand says, and where it lies."""
    located = open_project(path if os.path.isdir(path) else ".")
    return dependency_settings(located.project), located.root


def scored(request: SbomRequest, *, watcher: Watcher = Unwatched()) -> Score:
    """The completeness of a project's document, or of a document that any tool wrote.

    Raises ``UsageError`` and ``ConfigurationError``.
    """
    path = request.path
    if os.path.isfile(path) and not path.endswith((".yaml", ".yml")):
        return score(read_bom(path))
    located = open_project(path)
    gathered = gather(
        located.root,
        located.project,
        environments=request.environments,
        jobs=request.jobs,
        receipts=request.receipts,
        watcher=watcher,
    )
    return score(assemble(gathered.found, tool_version=__version__))


def score_code(found: Score, under: float, allow_incomplete: bool) -> ExitCode:
    """1 below the points that are demanded, 3 where the document is incomplete."""
    if found.total < under:
        return ExitCode.FAILED
    if not found.rows:
        return ExitCode.INCOMPLETE
    return ExitCode.INCOMPLETE if found.incomplete and not allow_incomplete else ExitCode.PASSED

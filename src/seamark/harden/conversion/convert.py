"""One conversion from end to end: scan, convert in a child, rescan, prove in another, publish."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from typing import Any

from seamark.core.errors import UsageError
from seamark.core.paths import printable
from seamark.core.reports import FileReport
from seamark.core.verdicts import ExitCode, Verdict, worst
from seamark.harden.conversion import shards
from seamark.harden.conversion.launch import Answer, limits_for, run
from seamark.harden.conversion.publish import publish, require_free
from seamark.harden.conversion.records import Conversion, FileState, Part, Request
from seamark.harden.conversion.routes import PACKAGES, Route, route, stem
from seamark.scan.models.scanner import Scanner
from seamark.scan.models.scope import Options

_CHUNK = 1 << 20


class _Stopped(Exception):  # noqa: N818  the way out of a conversion, not an error
    def __init__(self, code: ExitCode, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.facts = facts


@dataclass(slots=True)
class _Run:
    """What is known so far."""

    request: Request
    scanner: Scanner
    sources: list[FileReport] = field(default_factory=list)
    results: list[FileReport] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    route: Route | None = None
    python: str = ""
    confinement: tuple[str, ...] = ()
    identities: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def record(self, code: ExitCode, reason: str, **facts: Any) -> Conversion:
        """The record, with results only where all went well."""
        good = code is ExitCode.PASSED
        return Conversion(
            exit_code=code,
            exit_reason=reason,
            target=self.route.target.value if self.route else "",
            engine=self.route.engine if self.route else "",
            python=self.python,
            seed=self.request.seed,
            sources=tuple(map(_state, self.sources)),
            results=tuple(map(_state, self.results)) if good else (),
            parts=tuple(self.parts),
            confinement=self.confinement,
            **facts,
        )


def convert(request: Request) -> Conversion:
    """Convert one model, or say why not.

    Raises ``UsageError`` where nothing was tried: no such file, a target that does not suit, a
    library that is missing, a result that exists already.
    """
    state = _Run(request, Scanner(options=Options(allow=request.allow)))
    try:
        if (index := shards.index_of(request.source)) is not None:
            _convert_shards(state, index)
        else:
            _convert_file(state)
    except _Stopped as stop:
        return state.record(stop.code, stop.reason, **stop.facts)
    names = ", ".join(printable(result.path) for result in state.results)
    return state.record(ExitCode.PASSED, f"Converted, scanned clean and proved equal: {names}.")


def _convert_file(state: _Run) -> None:
    request = state.request
    if not os.path.isfile(request.source):
        raise UsageError(
            f"There is no file '{printable(request.source)}'.",
            hint="Name a model file, or a folder with a pytorch_model.bin.index.json.",
        )
    report = _scan_source(state, request.source)
    state.route = chosen = route(request, report.format)
    first = request.output or stem(request.source) + chosen.suffixes[0]
    beside = [_beside(first, chosen.suffixes[0], suffix) for suffix in chosen.suffixes[1:]]
    require_free([first, *beside], request.source, force=request.force)
    with _workplace(first) as work:
        made = _through_child(state, request.source, [first, *beside], work)
        _require_unchanged(state)
        publish(made, force=request.force)


def _beside(first: str, own: str, suffix: str) -> str:
    return (first[: -len(own)] if first.endswith(own) else stem(first)) + suffix


def _convert_shards(state: _Run, index: "shards.Index") -> None:
    request = state.request
    _scan_source(state, index.path)
    for name in index.files:
        _scan_source(state, os.path.join(index.folder, name))
    state.route = route(request, state.sources[-1].format)
    if any(route(request, report.format) != state.route for report in state.sources[1:]):
        raise UsageError("The shards are not all of one format.", hint="Convert them one by one.")
    target = request.output or index.folder
    if not os.path.isdir(target):
        raise UsageError(f"{target} is no folder.", hint="Name a folder for the shards.")
    names = {name: shards.renamed(name) for name in index.files}
    paths = [os.path.join(target, name) for name in (*names.values(), shards.INDEX)]
    require_free(paths, index.path, force=request.force)
    with _workplace(paths[0]) as work:
        together = os.path.join(work, "together")  # the index is scanned beside its shards
        os.mkdir(together)
        made = []
        for name, new in names.items():
            source = os.path.join(index.folder, name)
            ((made_here, path),) = _through_child(state, source, [os.path.join(target, new)], work)
            os.rename(made_here, os.path.join(together, new))
            made.append((os.path.join(together, new), path))
        problem, text = shards.new_index(index, {name: made[i][0] for i, name in enumerate(names)})
        if problem:
            raise _Stopped(ExitCode.FAILED, problem)
        temporary = os.path.join(together, shards.INDEX)
        with open(temporary, "wb") as file:
            file.write(text)
        made.append((temporary, paths[-1]))
        _accept_result(state, temporary, paths[-1])
        _require_unchanged(state)
        publish(made, force=request.force)


def _workplace(result: str) -> "tempfile.TemporaryDirectory[str]":
    """A private folder on the result's own file system: the one place that the child can write."""
    folder = os.path.abspath(os.path.dirname(result) or ".")
    return tempfile.TemporaryDirectory(prefix=".seamark-convert-", dir=folder)


def _scan_source(state: _Run, path: str) -> FileReport:
    """Only what is clean is converted."""
    state.identities[path] = _identity(path)
    report = state.scanner.scan_file(path)
    state.sources.append(report)
    if report.verdict is not Verdict.CLEAN:
        code = ExitCode.INCOMPLETE if report.verdict is Verdict.UNCLEAR else ExitCode.FAILED
        reason = f"{report.path} is {report.verdict.value}; only what is clean is converted."
        raise _Stopped(code, reason, findings=report.findings, skipped=report.coverage.skipped)
    return report


def _through_child(
    state: _Run, source: str, targets: list[str], work: str
) -> list[tuple[str, str]]:
    """Convert, rescan, prove; the results as (temporary, final) paths."""
    assert state.route is not None
    request, chosen = state.request, state.route
    size = os.stat(source).st_size
    limits = limits_for(size, libraries=chosen.libraries)
    place = tempfile.mkdtemp(dir=work)
    names = [os.path.join(place, os.path.basename(target)) for target in targets]
    job: dict[str, Any] = {
        "engine": chosen.engine,
        "target": chosen.target.value,
        "source": _snapshot(state, source, place) if chosen.snapshot else os.path.abspath(source),
        "output": names[0],
        "outputs": names,
        "work": place,
        "format": state.sources[-1].format,
        "sample": os.path.abspath(request.sample) if request.sample else "",
        "samples": request.samples,
        "seed": request.seed,
        "atol": request.atol,
        "rtol": request.rtol,
        "drop_other": request.drop_other,
        "allow": sorted(request.allow),
    }
    written = _ask(state, {**job, "stage": "convert"}, limits)
    for name, target in zip(names, targets, strict=True):
        if os.path.islink(name) or not os.path.isfile(name):
            raise _Stopped(ExitCode.INCOMPLETE, f"The child wrote no {os.path.basename(target)}.")
        _accept_result(state, name, target)
    equality = _ask(state, {**job, "stage": "prove", "written": written}, limits)
    state.parts.append(Part(source=printable(source), written=written, equality=equality))
    if equality.get("equal") is not True:
        reason = "The result is not equal to the source, so it was removed"
        raise _Stopped(ExitCode.FAILED, f"{reason}: {_differences(equality)}.")
    return list(zip(names, targets, strict=True))


def _differences(equality: Any) -> str:
    differences = equality.get("differences") or ["no figures"]
    return "; ".join(str(each) for each in differences[:5])


def _ask(state: _Run, job: dict[str, Any], limits: Any) -> Any:
    answer: Answer = run(job, python=state.request.python, limits=limits)
    state.python = answer.python or state.python
    state.confinement = answer.confinement or state.confinement
    if answer.missing:
        package = PACKAGES.get(answer.missing.partition(".")[0], answer.missing)
        raise UsageError(
            f"This conversion needs {package}, which the interpreter does not have.",
            hint="pip install 'seamark[convert]', or name one that has it with --python.",
        )
    if answer.unsuited:
        raise UsageError(answer.unsuited, hint=answer.hint)
    if answer.refused:
        raise _Stopped(ExitCode.FAILED, answer.refused, notes=answer.notes)
    if answer.result is None:
        problem = answer.failed or answer.died
        reason = f"The file could not be converted ({job['stage']}): {problem}."
        raise _Stopped(ExitCode.INCOMPLETE, reason, notes=answer.notes)
    return answer.result


def _accept_result(state: _Run, path: str, shown: str) -> None:
    """The result is scanned by the same rules, and must be clean."""
    report = state.scanner.scan_file(path, shown=printable(shown))
    state.results.append(report)
    if report.verdict is not Verdict.CLEAN:
        raise _Stopped(
            ExitCode.FAILED,
            f"The converted file is {worst([report.verdict]).value}, so it was removed.",
            findings=report.findings,
            skipped=report.coverage.skipped,
        )


def _snapshot(state: _Run, source: str, place: str) -> str:
    """A copy of the bytes that were scanned, for a child that makes objects of them."""
    copy = os.path.join(place, "source" + source[len(stem(source)) :])
    digest = hashlib.sha256()
    with open(source, "rb") as file, open(copy, "xb") as target:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
    if f"sha256:{digest.hexdigest()}" != state.sources[-1].digest:
        shutil.rmtree(place, ignore_errors=True)
        raise _Stopped(ExitCode.INCOMPLETE, "The source changed while it was converted.")
    return copy


def _identity(path: str) -> tuple[int, ...]:
    try:
        status = os.stat(path)
    except OSError:
        return ()
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _require_unchanged(state: _Run) -> None:
    for path, identity in state.identities.items():
        if _identity(path) != identity:
            raise _Stopped(ExitCode.INCOMPLETE, "The source changed while it was converted.")


def _state(report: FileReport) -> FileState:
    return FileState(
        path=report.path,
        digest=report.digest,
        size=report.size,
        format=report.format,
        verdict=report.verdict,
    )

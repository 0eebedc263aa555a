"""Numbers and outcomes in plain words, the same in every format for people."""

from seamark.core.findings import Finding
from seamark.core.metadata import Metadata
from seamark.core.policy import Assessed, Judgment, Standing
from seamark.core.reports import Coverage, Report
from seamark.core.rules import Reference
from seamark.core.verdicts import ExitCode, Verdict
from seamark.render.arrange import verdict_counts
from seamark.render.visible import visible

_ADVISORIES = ("CVE-", "GHSA-", "PYSEC-", "OSV-")


def verdict_word(verdict: Verdict) -> str:
    """A verdict over findings: one that changes nothing is a remark."""
    return "remark" if verdict is Verdict.CLEAN else verdict.value


def place_name(path: str) -> str:
    """A path as a heading: what concerns no file in particular concerns the project."""
    return "the project" if path == "." else visible(path)


def plural(count: int, noun: str, nouns: str = "") -> str:
    """``1 file``, ``2,000 files``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def human_size(size: int) -> str:
    """A size in bytes for people: decimal units as disks are sold, three digits."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        value /= 1000
        if value < 999.5:
            return f"{value:.3g} {unit}"
    return f"{value / 1000:,.0f} EB"


def outcome(code: ExitCode) -> str:
    """One word for an exit code."""
    return {
        ExitCode.PASSED: "Passed",
        ExitCode.FAILED: "Failed",
        ExitCode.INCOMPLETE: "Incomplete",
        ExitCode.INTERRUPTED: "Interrupted",
    }.get(code, "Not run")


def tone(report: Report, judgment: Judgment) -> Verdict:
    """The verdict whose color the whole report wears: green only where all is well.

    A clean report that is incomplete looks unclear, one that misses a gate asks for review, and
    so does one whose findings are all held: they are known, not gone.
    """
    if _all_held(judgment):
        return Verdict.REVIEW
    if report.verdict is not Verdict.CLEAN or judgment.exit_code is ExitCode.PASSED:
        return report.verdict
    return Verdict.REVIEW if judgment.exit_code is ExitCode.FAILED else Verdict.UNCLEAR


def headline(report: Report, judgment: Judgment) -> str:
    """The result in one sentence that needs no vocabulary."""
    counts = verdict_counts(report)
    if _all_held(judgment):
        known = len(judgment.assessed)
        return f"No new findings, {plural(known, 'known one is', 'known ones are')} held"
    if counts[Verdict.HOSTILE]:
        return f"{plural(counts[Verdict.HOSTILE], 'file')} must not be loaded"
    if counts[Verdict.REVIEW]:
        files = plural(counts[Verdict.REVIEW], "file needs", "files need")
        return f"{files} a person's review before use"
    if report.verdict in (Verdict.HOSTILE, Verdict.REVIEW):
        if not report.files and report.attributes.get("lists"):
            hostile = report.verdict is Verdict.HOSTILE
            what = "must not be installed" if hostile else "need a person's review"
            return f"Dependencies {what}"
        return "Findings outside the scanned files need attention"
    if counts[Verdict.UNCLEAR]:
        return f"{plural(counts[Verdict.UNCLEAR], 'file')} could not be fully examined"
    if judgment.exit_code is ExitCode.FAILED:
        return "Nothing was found in the files, but a gate was not met"
    if tone(report, judgment) is Verdict.UNCLEAR:
        return "Not everything could be examined" if report.files else "Nothing was examined"
    if not report.files:
        return "Nothing was found wrong"
    return f"{plural(len(report.files), 'file')} examined, nothing found wrong"


def _all_held(judgment: Judgment) -> bool:
    held = [each for each in judgment.assessed if not each.open]
    return judgment.exit_code is ExitCode.PASSED and len(held) == len(judgment.assessed) > 0


def counted(report: Report) -> str:
    """``5 files: 2 hostile, 1 review, 2 clean``; verdicts without files are left out."""
    counts = [f"{count:,} {verdict}" for verdict, count in verdict_counts(report).items() if count]
    files = plural(len(report.files), "file")
    return f"{files}: {', '.join(counts)}" if counts else files


def examined(coverage: Coverage) -> list[str]:
    """How much of a file was looked at, each figure with its noun; zeros are left out."""
    parts = []
    if coverage.bytes:
        parts.append(f"{human_size(coverage.bytes)} of structure")
    if coverage.opcodes:
        parts.append(plural(coverage.opcodes, "opcode"))
    if coverage.members:
        parts.append(plural(coverage.members, "member"))
    if coverage.note:
        parts.append(visible(coverage.note))
    return parts


def standing_note(assessed: Assessed) -> str:
    """Why a finding is held apart, or why it no longer is; empty for a new one."""
    by = f" ({visible(assessed.owner)})" if assessed.owner else ""
    why = f": {visible(assessed.reason)}" if assessed.reason else ""
    match assessed.standing:
        case Standing.BASELINE:
            since = f" since {visible(assessed.since)}" if assessed.since else ""
            return f"In the baseline{since}{by}{why}"
        case Standing.WAIVED:
            until = f" until {visible(assessed.expires)}" if assessed.expires else ""
            return f"Waived{until}{by}{why}"
        case Standing.REOPENED:
            when = f" on {visible(assessed.expires)}" if assessed.expires else ""
            return f"Reopened, the waiver expired{when}{by}{why}"
        case _:
            return ""


def references(finding: Finding) -> list[Reference]:
    """The finding's own references, then its rule's, each once, advisories first."""
    unique = {each.name: each for each in (*finding.references, *finding.rule.references)}
    return sorted(unique.values(), key=lambda each: not is_advisory(each))


def is_advisory(reference: Reference) -> bool:
    """Whether it is about one published vulnerability, not a class of weaknesses."""
    return reference.name.startswith(_ADVISORIES)


def advisories(finding: Finding) -> list[Reference]:
    """The published vulnerability that this very finding was recognized as, if any.

    Those of its rule stand for the class of attack and are links like any other.
    """
    return [each for each in finding.references if is_advisory(each)]


def model_facts(metadata: Metadata) -> list[str]:
    """What a model's headers say of it, in the order in which a person asks."""
    written = " ".join(filter(None, (metadata.framework, metadata.framework_version)))
    count = metadata.parameters
    return [
        visible(fact)
        for fact in (
            metadata.architecture,
            metadata.name if metadata.name != metadata.architecture else "",
            f"{human_count(count)} parameters" if count else "",
            ", ".join(sorted(metadata.dtypes, key=lambda name: -metadata.dtypes[name])[:3]),
            written,
            f"license {metadata.license}" if metadata.license else "",
            f"from {metadata.base_models[0]}" if metadata.base_models else "",
            "needs remote code" if metadata.remote_code else "",
        )
        if fact
    ]


def human_count(count: int) -> str:
    """A count with at most four digits: 950, 66.4 M, 7.2 B."""
    for factor, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M")):
        if count >= factor:
            return f"{count / factor:.1f} {letter}"
    return f"{count:,}"

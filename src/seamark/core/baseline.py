"""A baseline: findings that were there when a project began to be checked, each with an owner."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from seamark.core.findings import Finding
from seamark.core.reports import Report
from seamark.core.verdicts import Verdict

SCHEMA = "seamark.baseline/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineEntry:
    """One known finding. ``digest`` is set where the finding is ``unclear``.

    What could not be examined says nothing about the bytes, so such an entry holds only for the
    bytes that somebody accepted: other bytes under the same name are a new finding.
    """

    fingerprint: str
    rule: str
    path: str
    message: str
    first_seen: date
    owner: str = ""
    digest: str = ""

    def age(self, today: date) -> int:
        """Days since the finding was first seen; 0 for a day in the future."""
        return max((today - self.first_seen).days, 0)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known findings by fingerprint."""

    entries: Mapping[str, BaselineEntry] = field(default_factory=dict)

    def find(self, finding: Finding, digest: str | None) -> BaselineEntry | None:
        """The entry that holds this finding of a file with this digest, or None."""
        entry = self.entries.get(finding.fingerprint)
        if entry is None or entry.rule != finding.rule.id:
            return None
        if finding.rule.verdict is Verdict.UNCLEAR and (not digest or entry.digest != digest):
            return None
        return entry


def update_baseline(
    old: Baseline, report: Report, *, today: date, owner: str = "", keep: bool = False
) -> Baseline:
    """The findings of ``report`` as a baseline.

    Known ones keep the day they were first seen and their owner; new ones begin ``today`` and
    get ``owner``. Those that vanished are dropped, unless ``keep`` (a scan of a part must not
    forget the rest). Remarks, which fail nothing, and unclear findings of files without a digest,
    which could not be recognized again, are left out.
    """
    entries: dict[str, BaselineEntry] = dict(old.entries) if keep else {}
    pairs = [(file.digest, finding) for file in report.files for finding in file.findings]
    pairs += [(None, finding) for finding in report.findings]
    for digest, finding in pairs:
        unclear = finding.rule.verdict is Verdict.UNCLEAR
        if finding.rule.verdict is Verdict.CLEAN or (unclear and not digest):
            continue
        known = old.find(finding, digest)
        entries[finding.fingerprint] = BaselineEntry(
            fingerprint=finding.fingerprint,
            rule=finding.rule.id,
            path=finding.location.path,
            message=finding.message,
            first_seen=known.first_seen if known else today,
            owner=(known.owner if known else "") or owner,
            digest=digest or "" if unclear else "",
        )
    return Baseline(dict(sorted(entries.items(), key=_by_place)))


def prune_baseline(old: Baseline, report: Report) -> tuple[Baseline, tuple[BaselineEntry, ...]]:
    """The entries whose findings are still there, and those that vanished."""
    pairs = [(file.digest, finding) for file in report.files for finding in file.findings]
    pairs += [(None, finding) for finding in report.findings]
    held = (old.find(finding, digest) for digest, finding in pairs)
    present = {entry.fingerprint for entry in held if entry}
    kept = {name: entry for name, entry in old.entries.items() if name in present}
    gone = tuple(entry for name, entry in old.entries.items() if name not in present)
    return Baseline(kept), gone


def _by_place(item: tuple[str, BaselineEntry]) -> tuple[str, str, str]:
    entry = item[1]
    return entry.path, entry.rule, entry.fingerprint

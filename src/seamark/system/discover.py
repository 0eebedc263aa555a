"""What a directory holds: model files by content, and where they lie."""

from collections.abc import Iterator
from dataclasses import dataclass

from seamark.core.reports import FileReport
from seamark.scan.models.check import scan_paths
from seamark.scan.models.walk import Selection

_NOT_MODELS = frozenset({"unknown", "unreadable", "special", "link", ""})


@dataclass(frozen=True, slots=True)
class Found:
    """One model file, and what the scan says of it."""

    report: FileReport

    @property
    def path(self) -> str:
        """Relative to the directory that was searched."""
        return self.report.path


def discover(root: str, selection: Selection = Selection()) -> Iterator[Found]:
    """Model files under ``root``. Files that no model loader opens are left out."""
    for report in scan_paths(["."], selection=selection, base=root):
        model = report.format not in _NOT_MODELS and not report.coverage.note
        if model and not report.path.startswith("seamark."):
            yield Found(report)

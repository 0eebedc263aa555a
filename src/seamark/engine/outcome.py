"""What the checks gave, collected in an order that depends on the plan only."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from seamark.core.checks import Gap, Remark, Result
from seamark.core.components import Component
from seamark.core.findings import Finding, Json
from seamark.core.metrics import Metric
from seamark.core.reports import CheckRun, FileReport


@dataclass(slots=True)
class Outcome:
    """The results of all checks. Filled by the engine; complete once it has returned."""

    files: list[FileReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    metrics: list[Metric] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    checks: list[CheckRun] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    attributes: dict[str, list[Json]] = field(default_factory=dict)
    interrupted: bool = False

    def add(self, results: Iterable[Result]) -> int:
        """Sort results into their lists; gives how many things were examined."""
        count = 0
        for result in results:
            if isinstance(result, FileReport):
                self.files.append(result)
                count += 1
            elif isinstance(result, Component):
                self.components.append(result)
                count += 1
            elif isinstance(result, Finding):
                self.findings.append(result)
            elif isinstance(result, Metric):
                self.metrics.append(result)
                count += 1
            elif isinstance(result, Gap):
                self.incomplete.append(result.reason)
            elif isinstance(result, Remark):
                self.attributes.setdefault(result.name, []).append(result.value)
            else:
                raise TypeError(f"a check yielded {type(result).__name__}, which is no result")
        return count

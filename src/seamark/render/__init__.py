"""Reports for people and programs. A renderer shows what it is given and computes nothing.

Each format is one module with ``render(report, judgment, *, view) -> str``, imported on first use.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Protocol

from seamark.core.policy import Judgment
from seamark.core.reports import Report
from seamark.render.view import View

__all__ = ["FORMATS", "Renderer", "ReportFormat", "View", "render", "report_schema"]


class Renderer(Protocol):
    """What every format's module offers."""

    def __call__(self, report: Report, judgment: Judgment, *, view: View = View()) -> str:
        """The report as text. Pure: the same input gives the same text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """One output format: its name on the command line and the module that writes it.

    Calling it renders; the module is imported then, so a run pays only for what it writes.
    """

    name: str
    title: str
    module: str
    suffix: str

    def __call__(self, report: Report, judgment: Judgment, *, view: View = View()) -> str:
        """See :class:`Renderer`."""
        renderer: Renderer = import_module(f"seamark.render.{self.module}").render
        return renderer(report, judgment, view=view)


_ALL = (
    ReportFormat(name="text", title="Text for a terminal", module="text", suffix=".txt"),
    ReportFormat(name="json", title="JSON (seamark.report/1)", module="as_json", suffix=".json"),
    ReportFormat(name="sarif", title="SARIF 2.1.0", module="sarif", suffix=".sarif"),
    ReportFormat(name="junit", title="JUnit XML", module="junit", suffix=".xml"),
    ReportFormat(name="html", title="One HTML page", module="html", suffix=".html"),
    ReportFormat(name="md", title="Markdown comment", module="markdown", suffix=".md"),
    ReportFormat(name="gitlab", title="GitLab code quality", module="gitlab", suffix=".json"),
)
FORMATS: Mapping[str, ReportFormat] = MappingProxyType({each.name: each for each in _ALL})
"""Formats by the name that ``--format`` takes."""


def render(name: str, report: Report, judgment: Judgment, *, view: View = View()) -> str:
    """The report in the format called ``name``. Raises ``KeyError`` for an unknown name."""
    return FORMATS[name](report, judgment, view=view)


def report_schema() -> str:
    """The JSON Schema (2020-12) of the ``json`` format."""
    from importlib.resources import files  # slow to import, and only this needs it

    return files(__name__).joinpath("schemas/report-1.json").read_text(encoding="utf-8")

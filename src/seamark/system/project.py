"""``seamark.yaml``: what an AI system is, and the bar that it must pass. The border is pydantic."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from seamark.core.expression import compile_condition
from seamark.core.facts import REPORT_FACTS
from seamark.core.policy import FailOn, Gate, GatePolicy
from seamark.core.waivers import Waiver

SCHEMA_ID = "seamark.system/1"

Text = Annotated[str, Field(min_length=1, max_length=4000)]
Glob = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="Path or glob, relative to this file: * within a part, ** over parts.",
    ),
]
Threshold = Literal["hostile", "review", "unclear", "critical", "high", "medium", "low"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class System(_Strict):
    """The AI system: what it is called, who answers for it, and what it is for."""

    name: Text = Field(description="Short name, used as the report's target.")
    owner: str = Field(default="", description="Who answers for it: a person or a team.")
    purpose: str = Field(default="", description="What it is for.")
    acceptable_use: str = Field(default="", description="What it may and may not be used for.")


class Asset(_Strict):
    """A model, dataset, prompt or service that belongs to the system."""

    name: str = Field(default="", description="What people call it.")
    path: Glob | None = Field(default=None, description="Where its files are.")
    url: str = Field(default="", description="Where it is served; not opened by a scan.")
    owner: str = Field(default="", description="Who answers for it, if not the system's owner.")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """A bare string is a path."""
        return {"path": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_somewhere(self) -> "Asset":
        if not self.path and not self.url:
            raise ValueError("needs a path or a url")
        return self


class FileLimits(_Strict):
    """What one file may cost to examine; running out makes it unclear."""

    seconds: float = Field(default=120.0, gt=0, le=86_400)
    expanded_bytes: int = Field(default=16 << 30, gt=0)
    members: int = Field(default=200_000, gt=0)
    depth: int = Field(default=8, gt=0, le=64)
    opcodes: int = Field(default=200_000_000, gt=0)
    header_bytes: int = Field(default=100 << 20, gt=0, le=1 << 30)


class Scan(_Strict):
    """How model files are scanned."""

    include: list[Glob] = Field(default_factory=list, description="Only these; empty means all.")
    exclude: list[Glob] = Field(default_factory=list, description="Not these; the report says so.")
    allow: list[str] = Field(
        default_factory=list,
        description="References of your own that pickles may hold, exactly: module:name.",
    )
    limits: FileLimits = FileLimits()

    @field_validator("allow")
    @classmethod
    def _is_exact(cls, value: list[str]) -> list[str]:
        from seamark.scan.models.pickle.decide import parse_extra

        parse_extra(frozenset(value))
        return value


class CheckSettings(_Strict):
    """What a check is told."""

    enabled: bool = Field(default=True, description="Whether it is planned at all.")
    required: bool = Field(default=True, description="Whether a report without it is incomplete.")
    cadence: Literal["each-run", "daily", "weekly", "monthly"] = Field(
        default="each-run", description="How often it should run at least."
    )
    seconds: float | None = Field(default=None, gt=0, description="Wall time that it may take.")
    options: dict[str, Any] = Field(default_factory=dict, description="The check's own options.")


class GateSettings(_Strict):
    """One condition that the report must meet."""

    name: Text
    require: str = Field(
        default="", max_length=2000, description="Expression over the report's facts."
    )
    fail_on: Threshold | None = Field(
        default=None, description="Verdict or severity that fails it."
    )

    @field_validator("require")
    @classmethod
    def _compiles(cls, value: str) -> str:
        if value:
            compile_condition(value, REPORT_FACTS)
        return value

    @model_validator(mode="after")
    def _asks_something(self) -> "GateSettings":
        if not self.require and self.fail_on is None:
            raise ValueError("needs 'require' or 'fail_on'")
        return self


class WaiverSettings(_Strict):
    """Accepts findings for a stated reason until a stated day."""

    rule: Text = Field(description="Rule id or glob (PKL0*).")
    path: Glob
    owner: Text = Field(description="Who accepts it.")
    reason: Text = Field(description="Why it is acceptable.")
    expires: date = Field(description="Last day on which it holds, YYYY-MM-DD.")
    fingerprint: str = Field(default="", description="Only the finding with this fingerprint.")

    @field_validator("expires", mode="before")
    @classmethod
    def _is_a_day(cls, value: Any) -> Any:
        try:
            return date.fromisoformat(value) if isinstance(value, str) else _only_day(value)
        except ValueError:
            raise ValueError(f"'{value}' is no day; write YYYY-MM-DD, as 2027-01-31") from None


def _only_day(value: Any) -> date:
    if type(value) is not date:
        raise ValueError
    return value


class Project(_Strict):
    """All of ``seamark.yaml``."""

    system: System
    models: list[Asset] = Field(default_factory=list)
    datasets: list[Asset] = Field(default_factory=list)
    prompts: list[Asset] = Field(default_factory=list)
    services: list[Asset] = Field(default_factory=list)
    scan: Scan = Field(default_factory=Scan)
    checks: dict[str, CheckSettings] = Field(
        default_factory=dict, description="Settings by check id (seamark rules list --checks)."
    )
    fail_on: Threshold = Field(default="review", description="The threshold that always applies.")
    gates: list[GateSettings] = Field(default_factory=list)
    waivers: list[WaiverSettings] = Field(default_factory=list)
    total_seconds: float | None = Field(
        default=None,
        gt=0,
        description="Wall time for all checks together; what is left over is not run.",
    )

    def policy(self) -> GatePolicy:
        """The gate policy in the core's words."""
        gates = tuple(
            Gate(
                name=gate.name,
                require=gate.require,
                fail_on=FailOn.parse(gate.fail_on) if gate.fail_on else None,
            )
            for gate in self.gates
        )
        return GatePolicy(fail_on=FailOn.parse(self.fail_on), gates=gates)

    def accepted(self) -> tuple[Waiver, ...]:
        """The waivers in the core's words."""
        return tuple(Waiver(**waiver.model_dump()) for waiver in self.waivers)


def project_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of ``seamark.yaml``."""
    schema = Project.model_json_schema(mode="validation")
    text_or_object = {"anyOf": [{"type": "string", "minLength": 1}, {"$ref": "#/$defs/Asset"}]}
    for name in ("models", "datasets", "prompts", "services"):
        schema["properties"][name]["items"] = text_or_object  # a bare path is an asset too
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **schema,
        "title": "seamark.yaml",
    }

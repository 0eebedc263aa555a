"""A document with everything in it, and the parts that it is made of."""

from collections.abc import Callable
from typing import Any

import pytest

from seamark.core.components import Component
from seamark.core.findings import Location
from seamark.core.metadata import Metadata
from seamark.core.reports import FileReport, ModelReport
from seamark.core.rules import Severity
from seamark.core.verdicts import Verdict
from seamark.govern.documents.bom.assemble import Found, Subject, assemble
from seamark.govern.documents.bom.declared import Declared, HeldFile
from seamark.govern.documents.bom.model import Bom, Status, Vulnerability
from seamark.scan.dependencies.inventory import Inventory
from seamark.scan.dependencies.listings import Listing, Role, Unassessed
from seamark.scan.dependencies.names import pypi_purl

CARD = b"""---
pipeline_tag: text-classification
language: [en, de]
library_name: transformers
model-index:
- name: tone
  results:
  - task: {type: text-classification}
    dataset: {name: squad, split: test}
    metrics:
    - {type: f1, value: 0.91}
---
# Tone

Says whether a letter is friendly.

## Intended uses

Sorting letters.

## Limitations

Only English & German <letters>.

## Bias and risks

Irony is missed.
"""


def digest(sign: str) -> str:
    return "sha256:" + sign * 64


def package(name: str, version: str = "", *, line: int = 1, **more: Any) -> Component:
    location = more.pop("location", Location(path="uv.lock", line=line))
    return Component(
        ecosystem="PyPI",
        name=name,
        title=name,
        purl=pypi_purl(name, version),
        version=version,
        location=location,
        **more,
    )


def listing(*components: Component, path: str = "uv.lock", **more: Any) -> Listing:
    return Listing(
        path=path,
        kind=more.pop("kind", "uv-lock"),
        role=more.pop("role", Role.LOCK),
        ecosystem="PyPI",
        components=components,
        **more,
    )


def inventory(*listings: Listing) -> Inventory:
    return Inventory(root=".", listings=listings)


def report(path: str, sign: str, format_: str, **more: Any) -> FileReport:
    return FileReport(
        path=path, digest=digest(sign), size=5, format=format_, verdict=Verdict.CLEAN, **more
    )


def found(**changes: Any) -> Found:
    """Packages, a model with its card, data, prompts and services, and something missing."""
    weights = report("m/model.safetensors", "d", "safetensors")
    readme = report("m/README.md", "e", "text")
    said = Metadata(
        license="apache-2.0",
        architecture="BertForSequenceClassification",
        framework="PyTorch",
        base_models=("google-bert/bert-base-uncased",),
        datasets=("squad",),
        templates=(digest("f"),),
        parameters=3,
        tensors=1,
        dtypes={"float32": 3},
        folder="hugging-face",
    )
    model = ModelReport(
        path="m",
        kind="hugging-face",
        files=("m/README.md", "m/model.safetensors"),
        verdict=Verdict.CLEAN,
        metadata=said,
    )
    data = Declared(name="squad", path="data", owner="Ana")
    prompt = Declared(name="greeting", path="prompts/hello.txt")
    locked = listing(
        package("app-lib", "1.0", requires=("base",), hashes=(digest("a"), digest("b")),
                licenses=("MIT",), line=3, direct=True),
        package("base", "2.0", requires=(), hashes=(digest("c"),), line=9, direct=False),
        package("silent", "3.0", groups=("dev",), line=12, direct=False),
        unassessed=(
            Unassessed(name="odd", reason="its version is none", location=Location(path="uv.lock")),
        ),
    )  # fmt: skip
    values: dict[str, Any] = {
        "subject": Subject(name="letters", owner="Team Post", purpose="Sorts letters."),
        "inventory": inventory(locked),
        "models": (model,),
        "files": {each.path: each for each in (readme, weights)},
        "declared_models": (Declared(name="remote", url="https://models.example.org/v1"),),
        "datasets": (data,),
        "prompts": (prompt,),
        "services": (Declared(name="api", url="https://api.example.org/a b", owner="Team Post"),),
        "held": {
            data: (
                HeldFile(path="data/a.csv", size=1, digest=digest("1")),
                HeldFile(path="data/b.csv", size=2, digest=digest("2")),
            ),
            prompt: (HeldFile(path="prompts/hello.txt", size=4, digest=digest("3")),),
        },
        "read": lambda path: CARD if path.endswith("README.md") else None,
    }
    return Found(**{**values, **changes})


@pytest.fixture
def make() -> Callable[..., Bom]:
    """Makes the document; keywords replace parts of what was found."""
    return lambda **changes: assemble(found(**changes), tool_version="1.2.3")


@pytest.fixture
def bom(make: Callable[..., Bom]) -> Bom:
    """The document with two vulnerabilities."""
    from dataclasses import replace

    known = (
        Vulnerability(
            id="CVE-2024-1",
            affects=("pkg:pypi/app-lib@1.0", "pkg:pypi/base@2.0"),
            aliases=("GHSA-aaaa-bbbb-cccc", "PYSEC-2024-9"),
            summary="Something leaks.",
            severity=Severity.HIGH,
            score=7.5,
            vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            published="2024-01-02",
            fixed=("1.1",),
        ),
        Vulnerability(
            id="CVE-2024-2",
            affects=("pkg:pypi/base@2.0",),
            status=Status.NOT_AFFECTED,
            justification="vulnerable_code_not_in_execute_path",
            impact="Nothing calls it.",
        ),
        Vulnerability(
            id="CVE-2024-3",
            affects=("pkg:pypi/base@2.0",),
            status=Status.AFFECTED,
            action="Accepted by Ana until 2027-01-01: internal only",
        ),
    )
    return replace(make(), vulnerabilities=known)

"""Examine a text as a file of a name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from seamark.core.findings import Finding
from seamark.scan.config.check import Found, examine

# Nothing that looks like a live credential stands in a test; this is what @SECRET@ becomes.
SECRET = "-".join(("tr0ub4dor", "hunter", "9kz"))

Examine = Callable[[str, str], list[Finding]]


@pytest.fixture
def examined(tmp_path: Path) -> Examine:
    """Findings about a text under a file name."""

    def _examined(name: str, text: str) -> list[Finding]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("@SECRET@", SECRET), encoding="utf-8")
        return list(examine(Found(str(path), name)))

    return _examined

"""Reports that every test of a renderer may use."""

import pytest
from render.sample import Case, clean_case, make_case


@pytest.fixture(scope="session")
def case() -> Case:
    """The sample report with its judgment."""
    return make_case()


@pytest.fixture(scope="session")
def clean() -> Case:
    """Three clean files."""
    return clean_case(3)

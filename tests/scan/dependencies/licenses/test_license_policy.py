"""Policies over SPDX expressions, against what license-expression's own algebra says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from seamark.core.errors import ConfigurationError
from seamark.scan.dependencies.licenses.expressions import parse, versions_of
from seamark.scan.dependencies.licenses.policy import policy_of

LICENSING = get_spdx_licensing()
KEYS = ("MIT", "Apache-2.0", "BSD-3-Clause", "GPL-2.0-only", "MPL-2.0", "AGPL-3.0-only", "ISC")
EXPRESSIONS = st.recursive(
    st.sampled_from(KEYS),
    lambda inner: st.tuples(inner, st.sampled_from((" AND ", " OR ")), inner).map(
        lambda parts: f"({parts[0]}{parts[1]}{parts[2]})"
    ),
    max_leaves=12,
)


def by_their_algebra(text: str, allowed: set[str]) -> bool:
    """The expression with true and false for its licenses, simplified by the library."""
    tree: Any = LICENSING.parse(text, validate=True)
    true, false = LICENSING.TRUE, LICENSING.FALSE
    values = {each: (true if each.key in allowed else false) for each in tree.symbols}
    result = tree.subs(values, simplify=True)
    assert result in (true, false)
    return bool(result == true)


@given(EXPRESSIONS, st.sets(st.sampled_from(KEYS), min_size=1))
@settings(max_examples=300, deadline=None)
def test_allowing_equals_the_library(text: str, allowed: set[str]) -> None:
    expression = parse(text)
    assert expression is not None
    expected = by_their_algebra(text, allowed)
    assert policy_of(tuple(allowed), ()).allows(expression) is expected


@given(EXPRESSIONS, st.sets(st.sampled_from(KEYS), min_size=1))
@settings(max_examples=300, deadline=None)
def test_denying_is_allowing_the_rest(text: str, denied: set[str]) -> None:
    expression = parse(text)
    assert expression is not None
    expected = by_their_algebra(text, set(KEYS) - denied)
    assert policy_of((), tuple(denied)).allows(expression) is expected


@given(EXPRESSIONS)
@settings(max_examples=200, deadline=None)
def test_an_expression_is_written_as_it_is_read(text: str) -> None:
    expression = parse(text)
    assert expression is not None
    assert parse(str(expression)) == expression
    ours = LICENSING.parse(str(expression), validate=True)
    assert LICENSING.is_equivalent(ours, LICENSING.parse(text))


@given(st.text(alphabet="MIT()ANDOR wth-2.0+GPL\n", max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_parser(text: str) -> None:
    expression = parse(text)
    assert expression is None or parse(str(expression)) == expression


@pytest.mark.parametrize(
    ("license_", "allow", "deny", "allowed"),
    [
        ("MIT", ("MIT",), (), True),
        ("mit", ("MIT",), (), True),
        ("MIT", ("Apache-2.0",), (), False),
        ("MIT OR GPL-3.0-only", ("MIT",), (), True),
        ("MIT AND GPL-3.0-only", ("MIT",), (), False),
        ("MIT", ("MIT OR Apache-2.0",), (), True),
        ("AGPL-3.0-or-later", (), ("AGPL-*",), False),
        ("AGPL-3.0-only OR MIT", (), ("AGPL-*",), True),
        ("GPL-3.0-only", (), ("AGPL-*",), True),
        ("GPL-3.0-only", (), ("gpl-*",), False),
        ("GPL-2.0-or-later", ("GPL-3.0-only",), (), True),
        ("GPL-2.0-or-later", (), ("GPL-3.0-only",), True),
        ("GPL-2.0-or-later", (), ("GPL-2.0-or-later",), False),
        ("GPL-3.0-only", (), ("GPL-2.0-or-later",), False),
        ("GPL-2.0-only", ("GPL-3.0-or-later",), (), False),
        ("GPL-2.0+", ("GPL-3.0-only",), (), True),
        ("Apache-1.1+", ("Apache-2.0",), (), True),
        ("Apache-1.1", ("Apache-2.0",), (), False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ("GPL-2.0-only",), (), True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", (), ("GPL-*",), False),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            ("GPL-2.0-only WITH Classpath-exception-2.0",),
            ("GPL-*",),
            True,
        ),
        ("GPL-2.0-only", ("GPL-2.0-only WITH Classpath-exception-2.0",), (), False),
        (
            "GPL-2.0-only WITH Classpath-exception-2.0",
            ("GPL-2.0-only",),
            ("GPL-2.0-only WITH Classpath-exception-2.0",),
            False,
        ),
        ("MIT", ("MIT",), ("MIT",), False),
        ("LicenseRef-Own", ("LicenseRef-Own",), (), True),
        ("LicenseRef-Own", (), ("LicenseRef-*",), False),
        ("LicenseRef-MIT-Bootstrap", ("MIT",), (), False),
        ("GPL-2.0-with-classpath-exception", (), ("GPL-2.0-only",), False),
    ],
)
def test_terms(license_: str, allow: tuple[str, ...], deny: tuple[str, ...], allowed: bool) -> None:
    expression = parse(license_)
    assert expression is not None
    assert policy_of(allow, deny).allows(expression) is allowed


@pytest.mark.parametrize(
    "entry", ["BSD", "MIT OR", "", "Foo-*", "MIT AND ISC", "MIT OR (ISC AND 0BSD)", "Apache 2.0"]
)
def test_a_policy_that_cannot_be_read_is_refused(entry: str) -> None:
    with pytest.raises(ConfigurationError, match="licenses_deny"):
        policy_of((), (entry,))


def test_later_versions_are_those_of_the_list() -> None:
    later = parse("LGPL-2.0-or-later")
    assert later is not None
    assert versions_of(later) == {"LGPL-2.0", "LGPL-2.1", "LGPL-3.0"}  # type: ignore[arg-type]

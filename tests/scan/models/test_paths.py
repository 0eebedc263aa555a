"""Where paths lead, for each of the readers' three questions."""

import pytest

from seamark.scan.models.paths import PathKind, classify_path, is_below, leads_outside

_KINDS = {
    "model.bin": PathKind.INSIDE,
    "a/b..c/d": PathKind.INSIDE,
    "a/b:c": PathKind.INSIDE,
    "": PathKind.BROKEN,
    "a\0b": PathKind.BROKEN,
    "/etc/passwd": PathKind.ABSOLUTE,
    "\\x": PathKind.ABSOLUTE,
    "c:x": PathKind.ABSOLUTE,
    "\\\\host\\share": PathKind.ADDRESS,
    "s3://bucket/x": PathKind.ADDRESS,
    "simplecache::s3://bucket/x": PathKind.ADDRESS,
    "file:/x": PathKind.ADDRESS,
    "..": PathKind.PARENT,
    "a\\..\\b": PathKind.PARENT,
    "~/../x": PathKind.PARENT,
    "stream:x": PathKind.STREAM,
    "~/x": PathKind.HOME,
    "${HOME}/x": PathKind.VARIABLE,
    "%TEMP%\\x": PathKind.VARIABLE,
}


@pytest.mark.parametrize(("path", "kind"), _KINDS.items())
def test_kinds(path: str, kind: PathKind) -> None:
    assert classify_path(path) is kind


def test_a_loader_that_joins_takes_variables_as_written() -> None:
    outside = {path for path in _KINDS if leads_outside(path)}
    assert outside == _KINDS.keys() - {"model.bin", "a/b..c/d", "a/b:c", "${HOME}/x", "%TEMP%\\x"}


def test_a_file_system_takes_a_home_as_written_too() -> None:
    below = {path for path in _KINDS if is_below(path)}
    assert below == {path for path in _KINDS if not leads_outside(path)} | {"~/x"}

import contextlib
import marshal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.models.limits import Malformed
from seamark.scan.models.weights.marshalled import read_code

SOURCE = """
def outer(a, b=1, *c, d=2.5, **e):
    import os.path as p
    def inner(x):
        return x + a + p.join('left', b"right".decode()) + x.get((1, ('deep',)))
    return [inner(y) for y in range(10 ** 30)] + [1j, None, ..., {3, 4}]
"""


def test_names_and_texts_of_nested_code_are_found() -> None:
    found = read_code(marshal.dumps(compile(SOURCE, "file.py", "exec")))
    assert {"os.path", "join", "decode", "range"} <= found.names
    assert {"left", "right", "deep"} <= found.texts
    assert found.code_objects >= 3


@pytest.mark.parametrize("version", [0, 1, 2, 3, 4])
def test_every_marshal_version(version: int) -> None:
    code = compile("getattr(x, 'name')('echo seamark')", "f", "eval")
    found = read_code(marshal.dumps(code, version))
    assert "getattr" in found.names
    assert "echo seamark" in found.texts


def build(integers: int, *, kinds: bool) -> bytes:
    """A code object in the layout of another Python."""

    def text(value: bytes) -> bytes:
        return b"u" + len(value).to_bytes(4, "little") + value

    def items(*values: bytes) -> bytes:
        return b"(" + len(values).to_bytes(4, "little") + b"".join(values)

    blob = b"s\x02\0\0\0\x64\0"
    tables = [items(text(b"constant")), items(text(b"lookup")), items(text(b"x"))]
    middle = [blob] if kinds else [items(), items()]
    names = [text(b"f.py"), text(b"<lambda>")] + ([text(b"<lambda>")] if kinds else [])
    tail = (1).to_bytes(4, "little") + blob + (blob if kinds else b"")
    return b"c" + b"\1\0\0\0" * integers + blob + b"".join(tables + middle + names) + tail


@pytest.mark.parametrize(("integers", "kinds"), [(4, False), (5, False), (6, False), (5, True)])
def test_layouts_of_other_pythons(integers: int, kinds: bool) -> None:
    found = read_code(build(integers, kinds=kinds))
    assert (found.names, found.texts) == ({"lookup"}, {"constant"})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"N",
        b"c",
        b"(\xff\xff\xff\x7f",
        b"(\x01\0\0\0" * 1000,
        b"s\xff\xff\xff\xff",
        b"[\x02\0\0\0r\0\0\0\0r\x09\0\0\0",
        b"{",
        b"?",
    ],
)
def test_what_is_not_code_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_code(data)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_mutations_end(data: st.DataObject) -> None:
    raw = bytearray(marshal.dumps(compile(SOURCE, "file.py", "exec")))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Malformed):
        read_code(bytes(raw))

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import LimitExceeded, Limits, Malformed, Meter
from seamark.scan.models.trees import json_events as json_module
from seamark.scan.models.trees.events import Event, Kind
from seamark.scan.models.trees.json_events import json_events
from seamark.scan.models.trees.ubjson_events import ubjson_events

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 62), 1 << 62)
    | st.text(max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


def value_of(events: Iterator[Event]) -> object:
    """The document that the events describe."""
    root: list[object] = []
    stack: list[object] = [root]
    keys: list[str] = []

    def add(value: object) -> None:
        top = stack[-1]
        if isinstance(top, list):
            top.append(value)
        else:
            assert isinstance(top, dict)
            top[keys.pop()] = value

    for event in events:
        if event.kind == Kind.KEY:
            keys.append(str(event.value))
        elif event.kind in (Kind.OBJECT, Kind.ARRAY):
            made: object = {} if event.kind == Kind.OBJECT else []
            add(made)
            stack.append(made)
        elif event.kind in (Kind.END_OBJECT, Kind.END_ARRAY):
            stack.pop()
        elif event.kind == Kind.NUMBERS:
            raw = getattr(event.value, "raw", b"")
            for each in json.loads(b"[" + raw + b"]"):
                add(each)
        elif event.kind != Kind.END:
            add(event.value)
    return root[0]


def meter() -> Meter:
    return Meter(Limits())


@settings(max_examples=150, deadline=None)
@given(VALUES, st.booleans(), st.sampled_from([1 << 20, 7, 64]))
def test_json_is_what_json_is(value: object, spaced: bool, window: int) -> None:
    text = json.dumps(value, indent=2 if spaced else None).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_module, "_WINDOW", window)
        assert value_of(json_events(BytesBlob(text), meter())) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,",
        '{"a"}',
        '{"a":}',
        "[}",
        "nul",
        "{1:2}",
        '["a" "b"]',
        '"\\x"',
    ],
)
def test_broken_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        value_of(json_events(BytesBlob(text.encode()), meter()))


def test_nesting_has_a_limit() -> None:
    for document in (b"[" * 100_000, b'{"a":' * 100_000):
        with pytest.raises(LimitExceeded):
            list(json_events(BytesBlob(document), meter()))
    with pytest.raises(LimitExceeded):
        list(ubjson_events(BytesBlob(b"[" * 100_000), meter()))


def test_a_long_array_comes_in_batches() -> None:
    text = json.dumps(list(range(400_000))).encode()
    batches = [e.value for e in json_events(BytesBlob(text), meter()) if e.kind == Kind.NUMBERS]
    assert len(batches) > 1
    numbers = [each for batch in batches for each in batch.integers()]  # type: ignore[attr-defined]
    alone = [e.value for e in json_events(BytesBlob(text), meter()) if e.kind == Kind.VALUE]
    assert sorted([*numbers, *alone]) == list(range(400_000))


def test_typed_ubjson_arrays() -> None:
    data = b"{U\x01a[$l#U\x03" + b"\0\0\0\x01\xff\xff\xff\xff\0\0\0\x02" + b"U\x01bSU\x02hi}"
    events = list(ubjson_events(BytesBlob(data), meter()))
    assert list(events[3].value.integers()) == [1, -1, 2]  # type: ignore[attr-defined]
    assert [event.value for event in events if event.kind == Kind.TEXT] == ["hi"]
    assert events[-1].offset == len(data)


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[$l#L\x7f\xff\xff\xff\xff\xff\xff\xff",
        b"[$l]",
        b"SL\xff\xff\xff\xff\xff\xff\xff\xff",
        b"?",
        b"SU\x05ab",
        b"{U\xffa",
    ],
)
def test_broken_ubjson_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        list(ubjson_events(BytesBlob(data), meter()))


def test_arrays_without_content_do_not_cost_time() -> None:
    with pytest.raises(LimitExceeded):
        list(ubjson_events(BytesBlob(b"[$T#l\x7f\xff\xff\xff"), meter()))


def _without_lists(events: Iterator[Event]) -> list[tuple[Kind, object]]:
    """Events as they are without ``LISTS``: each list as its name and how many numbers it has."""
    found: list[tuple[Kind, object]] = []
    for event in events:
        if event.kind == Kind.LISTS:
            for name, batch, _ in event.value:  # type: ignore[attr-defined]
                numbers = list(batch.integers()) if batch.count else []
                found += [(Kind.KEY, name), (Kind.NUMBERS, numbers)]
        else:
            found.append((event.kind, event.value))
    return found


NESTED = st.recursive(
    st.lists(st.integers(-(1 << 40), 1 << 40), max_size=5) | st.text(max_size=4) | st.none(),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=3), NESTED, max_size=6), st.sampled_from([None, 1]))
@settings(max_examples=150, deadline=None)
def test_lists_at_once_hold_what_they_hold_one_by_one(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent).encode()
    found = _without_lists(json_events(BytesBlob(text), meter(), may_list=True))

    def expected(value: Any) -> list[tuple[Kind, object]]:
        out: list[tuple[Kind, object]] = [(Kind.OBJECT, None)]
        for name, each in value.items():
            out.append((Kind.KEY, name))
            if isinstance(each, dict):
                out += expected(each)
            else:
                is_list = isinstance(each, list)
                is_text = isinstance(each, str)
                kind = Kind.NUMBERS if is_list else Kind.TEXT if is_text else Kind.VALUE
                out.append((kind, each))
        return [*out, (Kind.END_OBJECT, None)]

    plain = all(name.isascii() and name.isprintable() for name in _names(value))
    if plain and not any(set(name) & set('"\\') for name in _names(value)):
        assert found == [*expected(value), (Kind.END, None)]
    else:  # names with escapes come the long way
        assert [kind for kind, _ in found].count(Kind.END) == 1


def _names(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    return [*value, *(name for each in value.values() for name in _names(each))]

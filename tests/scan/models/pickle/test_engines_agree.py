"""Property: on any bytes the two engines tell the same, and no import goes unseen."""

import contextlib
import pickle
from _pickle import Unpickler
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scan.models.pickle.assembling import explained, judged

from seamark.scan.models.pickle.judge import agree
from seamark.scan.models.pickle.opcodes import NAMES
from seamark.scan.models.pickle.trace import End, Oddity, Trace

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
BOMBS = {Oddity.HUGE_MEMO, Oddity.HASH_BOMB}
RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=20)
)
hashable = scalars | st.tuples(scalars, scalars) | st.frozensets(scalars, max_size=3)
values = st.recursive(
    scalars | st.binary(max_size=20).map(bytearray) | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(hashable, inner, max_size=5)
        | st.tuples(inner, inner)
        | st.sets(hashable, max_size=4)
    ),
    max_leaves=20,
)


class Refusing(Unpickler):
    """The stock unpickler: records the first import and refuses it."""

    first: tuple[str, str] | None = None

    def find_class(self, module: str, name: str) -> object:
        self.first = (module, name)
        raise pickle.UnpicklingError("refused")


def hold(data: bytes) -> Trace:
    """Both engines on the same bytes, and the first import of the stock unpickler."""
    trace = explained(data)
    if any(odd.oddity in BOMBS for odd in trace.oddities):
        return trace
    assert agree(trace, judged(data)) == ""
    victim = Refusing(BytesIO(data))
    with contextlib.suppress(Exception):  # the victim imported first, or never
        victim.load()
    if victim.first is not None and not trace.frames:
        assert victim.first in trace.asked
    return trace


@RELAXED
@given(values, st.integers(0, 5), st.booleans())
def test_valid_pickles(value: object, protocol: int, python: bool) -> None:
    dumps = pickle._dumps if python else pickle.dumps  # type: ignore[attr-defined]
    data = dumps(value, protocol)
    trace = hold(data)
    assert trace.end is End.STOP
    assert trace.consumed == len(data)


@RELAXED
@given(values, st.integers(0, 5), st.data())
def test_truncated_pickles_never_stop(value: object, protocol: int, data: st.DataObject) -> None:
    whole = pickle.dumps(value, protocol)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert hold(cut).end is End.BROKEN


@RELAXED
@given(values, st.integers(0, 5), st.data())
def test_damaged_pickles(value: object, protocol: int, data: st.DataObject) -> None:
    broken = bytearray(pickle.dumps(value, protocol))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at] = data.draw(st.integers(0, 255))
    hold(bytes(broken))


opcode = st.sampled_from(sorted(NAMES)).map(lambda op: bytes([op]))
pieces = st.one_of(
    opcode,
    st.sampled_from([b"cos\nsystem\n", b"(ios\nsystem\n", b"\x8c\x02os\x8c\x06system\x93", b")R"]),
    st.sampled_from(
        [b"K\x01", b"K\x00", b"N", b"]", b"}", b")", b"(", b"\x8c\x01k", b"\x94", b"h\x00"]
    ),
    st.binary(max_size=3),
)


@settings(RELAXED, max_examples=300)
@given(st.lists(pieces, max_size=25))
def test_streams_of_random_opcodes(parts: list[bytes]) -> None:
    hold(b"".join(parts) + b".")

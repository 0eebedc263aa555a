import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.dependencies.readers.images.tar_streams import (
    Budget,
    Damaged,
    Exhausted,
    TarStream,
)

NAMES = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\0/", exclude_categories=["Cs"]),
    min_size=1,
    max_size=130,
)


def members(data: bytes, budget: Budget | None = None) -> list[tuple[str, bytes]]:
    reader = TarStream(io.BytesIO(data), budget or Budget())
    found = []
    for member in reader.members():
        data = b""
        while piece := reader.content().read(7):
            data += piece
        found.append((member.name, data))
    return found


@given(
    files=st.lists(st.tuples(NAMES, st.binary(max_size=1500)), max_size=5),
    form=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
)
@settings(max_examples=100, deadline=None)
def test_equals_pythons_own_reader(files: list[tuple[str, bytes]], form: int) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    assert members(out.getvalue()) == files


@given(data=st.binary(max_size=2000), at=st.integers(0, 2000), put=st.binary(max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_bytes_end_as_members_or_damage(data: bytes, at: int, put: bytes) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a" * 120)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    whole = out.getvalue()
    for hostile in (data, whole[:at] + put + whole[at + len(put) :], whole[:at]):
        try:
            found = members(hostile)
        except Damaged:
            continue
        assert len(found) <= 2


def test_sparse_members_are_told() -> None:
    block = bytearray(tarfile.TarInfo("s").tobuf(tarfile.GNU_FORMAT))
    block[156:157] = b"S"
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    reader = TarStream(io.BytesIO(bytes(block) + bytes(1024)), Budget())
    assert [member.sparse for member in reader.members()] == [True]


def test_limits() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for number in range(5):
            archive.addfile(tarfile.TarInfo(str(number)))
        archive.addfile(tarfile.TarInfo("n" * 5000))
    with pytest.raises(Exhausted):
        members(out.getvalue(), Budget(members=3))
    with pytest.raises(Exhausted, match="characters"):
        members(out.getvalue())

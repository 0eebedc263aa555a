import io
import pickle
import random
import struct
import tarfile
import zipfile
from collections import OrderedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.models import scan_bytes
from seamark.scan.models.hidden_marks import BLOCK, is_text, mark_of, may_be_pickle

PROSE = b"".join(
    b"Line %d says that words with spaces between them are never what floats spell.\n" % n
    for n in range(300)
)
PYTHON = b"import os\n\ndef main():\n    os.system('echo seamark-harmless')\n"
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHI", 2, 62, 1) + bytes(40)
ACTING = b"cos\nsystem\n(S'echo seamark-harmless'\ntR."


def floats(size: int) -> bytes:
    draw = random.Random(1)
    return struct.pack(f"<{size // 2}e", *(draw.gauss(0, 0.1) for _ in range(size // 2)))


def found(content: bytes, *, at: int = 0, dtype: str = "F16", size: int = 256 << 10) -> set[str]:
    data = floats(size)
    data = data[:at] + content + data[at + len(content) :]
    width = {"U8": 1, "I8": 1, "F16": 2, "BF16": 2, "F32": 4, "I32": 4}[dtype]
    header = (
        f'{{"w":{{"dtype":"{dtype}","shape":[{len(data) // width}],'
        f'"data_offsets":[0,{len(data)}]}}}}'
    ).encode()
    report = scan_bytes(struct.pack("<Q", len(header)) + header + data, name="m.safetensors")
    return {finding.rule.id for finding in report.findings}


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "harmless")
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return out.getvalue()


@pytest.mark.parametrize("at", [0, 4096, 128 << 10])
@pytest.mark.parametrize(
    "content",
    [ELF, zipped(), tarred(), PYTHON, b"#!/usr/bin/env python3\nprint()\n#######\n",
     b"-----BEGIN OPENSSH PRIVATE KEY-----\nseamark\n", b"<?php system('echo'); echo 1; ?>\n"],
    ids=["elf", "zip", "tar", "python", "shebang", "pem", "php"],
)  # fmt: skip
def test_foreign_content_is_found_at_the_beginning_and_inside(content: bytes, at: int) -> None:
    for dtype in ("F16", "U8"):
        assert "HID001" in found(content, at=at, dtype=dtype)


@pytest.mark.parametrize("at", [0, 8192])
@pytest.mark.parametrize("content", [ACTING, b"\x80\x02" + ACTING], ids=["text", "protocol 2"])
def test_an_acting_pickle_is_hostile(content: bytes, at: int) -> None:
    assert "HID002" in found(content, at=at)


def test_a_pickle_of_allowed_names_is_only_a_review() -> None:
    assert found(pickle.dumps(OrderedDict(a=1), 4), at=4096) == {"HID001"}


def test_text_is_found_among_numbers_but_a_vocabulary_may_lie_among_bytes() -> None:
    for dtype in ("F16", "BF16", "I8", "F32"):
        assert found(PROSE, at=70_000, dtype=dtype) == {"HID003"}
    assert found(PROSE, at=70_000, dtype="U8") == set()


def test_base64_and_hexadecimal_digits_are_text() -> None:
    import base64

    data = random.Random(2).randbytes(600)
    assert is_text(base64.b64encode(data))
    assert is_text(base64.encodebytes(data))
    assert is_text(data.hex().encode())


def numbers() -> list[bytes]:
    draw = random.Random(3)
    printable = [bytes(draw.randrange(0x20, 0x7F) for _ in range(BLOCK)) for _ in range(50)]
    digits = [bytes(draw.choice(b"0123456789") for _ in range(BLOCK)) for _ in range(20)]
    lower = [bytes(draw.randrange(97, 123) for _ in range(BLOCK)) for _ in range(20)]
    gauss = [
        bytes(max(32, min(126, int(draw.gauss(mean, 12)))) for _ in range(BLOCK))
        for mean in range(40, 120, 4)
    ]
    gains = [
        b"".join(bytes([draw.randrange(0x20, 0x7F), 0x3F]) for _ in range(BLOCK // 2))
        for _ in range(20)
    ]
    constant = [bytes([value]) * BLOCK for value in range(256)]
    arange = [struct.pack("<256i", *range(first, first + 256)) for first in (0, 0x20202020)]
    return [*printable, *digits, *lower, *gauss, *gains, *constant, *arange]


def test_small_integers_and_half_floats_are_no_text_and_bear_no_mark() -> None:
    for block in numbers():
        assert not is_text(block)
        assert mark_of(block, len(block)) == ""
        assert not may_be_pickle(block)


@pytest.mark.parametrize(
    "mark",
    [b"\x7fELF", b"MZ", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe",
     b"\x28\xb5\x2f\xfd\x08", b"#!/", b"-----BEGIN"],
)  # fmt: skip
def test_a_mark_without_its_structure_is_chance(mark: bytes) -> None:
    block = mark + random.Random(4).randbytes(BLOCK - len(mark)).replace(b"PE\0\0", b"")
    assert mark_of(block, 1 << 20) == ""


@given(st.binary(max_size=700), st.integers(0, 1 << 40))
@settings(max_examples=200)
def test_any_bytes_are_judged(block: bytes, length: int) -> None:
    assert isinstance(mark_of(block, length), str)
    assert isinstance(is_text(block), bool)
    assert isinstance(may_be_pickle(block), bool)


@given(
    st.sampled_from([ELF, b"MZ", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\0asm"]),
    st.binary(max_size=80),
)
@settings(max_examples=200)
def test_cut_structures_are_judged(mark: bytes, rest: bytes) -> None:
    for end in range(len(mark) + 1):
        assert isinstance(mark_of(mark[:end] + rest, 100), str)


def test_reads_within_a_file_are_bounded() -> None:
    from seamark.scan.models.blobs import BytesBlob
    from seamark.scan.models.hidden import Region, examine_regions
    from seamark.scan.models.limits import Limits, Meter
    from seamark.scan.models.scope import Scope, Tally

    class Counted(BytesBlob):
        reads = 0

        def read(self, offset: int, length: int) -> bytes:
            Counted.reads += 1
            return super().read(offset, length)

    blob = Counted(bytes(1 << 20))
    for regions in (10, 1000, 5000):
        Counted.reads = 0
        scope = Scope("m", Meter(Limits()), Tally(), lambda _b, _s: iter(()))
        listed = [Region(f"t{n}", 0, 1 << 20) for n in range(regions)]
        assert list(examine_regions(blob, scope, listed)) == []
        assert regions < Counted.reads <= regions + 2000

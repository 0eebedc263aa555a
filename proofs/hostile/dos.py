"""Files made to exhaust the one who examines them: time, memory, recursion, disk.

``build`` gives bytes; ``sparse`` cases are written as a head and a size, so that ten gigabytes
cost nothing here. Sizes are such that a naive reader dies, and a fair one does not notice.
"""

# ruff: noqa: E501 (a table reads better with one entry a line)

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from proofs.hostile.assembler import payload, proto, text
from proofs.hostile.onnxfiles import graph, message, model, node
from proofs.hostile.structure import raw
from proofs.hostile.ziparchive import DEFLATED, Entry, archive, plain

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bomb:
    """One denial-of-service file; ``size`` extends it sparsely beyond what ``build`` gives."""

    name: str
    build: Callable[[], bytes]
    size: int = 0

    def write(self, out: Path) -> Path:
        """Write it below ``out``."""
        path = out / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.build())
        if self.size:
            with path.open("r+b") as handle:
                handle.truncate(self.size)
        return path


def memo_huge_index() -> bytes:
    """LONG_BINPUT far beyond the memo: the C unpickler would allocate the gap."""
    return proto(2) + b"]r" + struct.pack("<I", 0x7FFFFFF0) + b"."


def memo_text_index() -> bytes:
    """The same by PUT, whose index is a text of any length."""
    return b"(lp99999999999\n."


def memo_many() -> bytes:
    """Many memo entries, each with its own object."""
    return proto(4) + b"]\x94(" + b"]\x94" * 700_000 + b"e."


def opcodes_3m() -> bytes:
    """Three million opcodes that do nothing."""
    return proto(2) + b"N0" * 1_500_000 + b"N."


def deep_tuples() -> bytes:
    """A million tuples, one in the other: deallocation and repr recurse."""
    return proto(2) + b"N" + b"\x85" * 1_000_000 + b"."


def deep_lists() -> bytes:
    """Lists a million deep."""
    return proto(2) + b"]" * 1_000_000 + b"a" * 999_999 + b"."


def deep_marks() -> bytes:
    """A million open marks."""
    return proto(2) + b"(" * 1_000_000 + b"N."


def doubling(depth: int, join: bytes) -> bytes:
    """Each level holds the one below it twice: 2**depth leaves for whoever walks them."""
    out = proto(4) + b"N"
    for index in range(depth):
        out += b"\x94" + b"h" + bytes([index]) + join
    return out + b"."


def tuple_hash() -> bytes:
    """A doubling tuple used as a dict key: hashing it takes 2**200 steps."""
    return proto(4) + b"}" + doubling(200, b"\x86")[2:-1] + b"Ns."


def set_hash() -> bytes:
    """The same in a frozenset."""
    return proto(4) + b"(" + doubling(200, b"\x86")[2:-1] + b"\x91."


def laughs() -> bytes:
    """A billion laughs: lists that hold the level below ten times."""
    out = proto(4) + text("lol", 4) + b"\x94"
    for index in range(60):
        out += b"0](" + (b"h" + bytes([index])) * 10 + b"e\x94"
    return out + b"."


def huge_string_claim() -> bytes:
    """BINUNICODE8 that claims exabytes."""
    return proto(4) + b"\x8d" + struct.pack("<Q", 1 << 60) + b"x."


def huge_bytearray_claim() -> bytes:
    """BYTEARRAY8, which the unpickler allocates before it reads."""
    return proto(5) + b"\x96" + struct.pack("<Q", 1 << 40) + b"x."


def huge_integer() -> bytes:
    """A decimal integer whose conversion is quadratic."""
    return b"I" + b"9" * 4_000_000 + b"\n."


def huge_long() -> bytes:
    """The same by LONG."""
    return b"L" + b"7" * 4_000_000 + b"L\n."


def collisions() -> bytes:
    """Dict keys with one hash: integers that differ by the hash modulus."""
    modulus = (1 << 61) - 1
    keys = b"".join(
        b"\x8a\x0a" + (modulus * i).to_bytes(10, "little", signed=True) + b"N"
        for i in range(40_000)
    )
    return proto(2) + b"}(" + keys + b"u."


def many_streams() -> bytes:
    """A million streams of one opcode."""
    return b"N." * 1_000_000


def many_globals() -> bytes:
    """300,000 references, each to another name."""
    return proto(2) + b"".join(b"cm%d\nn\n0" % i for i in range(300_000)) + b"N."


def nested_pickles() -> bytes:
    """Pickles in bytes in pickles, 200 deep."""
    data = payload(2)
    for _ in range(200):
        data = proto(3) + b"B" + struct.pack("<I", len(data)) + data + b"."
    return data


def _zeros(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = b"\0" * MIB
    return b"".join(packer.compress(block) for _ in range(size // MIB)) + packer.flush()


def _deflated(name: bytes, stored: bytes, size: int) -> bytes:
    entry = Entry(name=name, data=stored, method=0, size=size, local_size=size, crc=0)
    whole = archive(entry)
    # The data is already deflated: say so in both headers (method at 8 and at 10).
    central = whole.rindex(b"PK\x01\x02")
    return whole[:8] + b"\x08\0" + whole[10 : central + 10] + b"\x08\0" + whole[central + 12 :]


def zip_bomb() -> bytes:
    """One member of 4 GiB of zeros in 4 MB, as `data.pkl`."""
    return _deflated(b"archive/data.pkl", _zeros(2048 * MIB), 2048 * MIB)


def zip_overlapping() -> bytes:
    """3,000 central records that all point at the same deflated member."""
    stored = _zeros(64 * MIB)
    first = Entry(name=b"a.pkl", data=stored, size=64 * MIB, crc=0)
    more = [
        Entry(name=b"%d.pkl" % i, data=b"", size=64 * MIB, crc=0, local_offset=0)
        for i in range(3000)
    ]
    return archive(first, *more)


def zip_nested() -> bytes:
    """Like 42.zip: sixteen copies in sixteen copies, six levels."""
    data = gzip.compress(b"\0" * (8 * MIB), mtime=0)
    for level in range(6):
        data = plain({f"{level}-{i}.zip": data for i in range(16)}, method=DEFLATED)
        if len(data) > 2 * MIB:
            break
    return data


def zip_members() -> bytes:
    """65,000 empty members."""
    return archive(*(Entry(name=b"d/%d" % i, data=b"") for i in range(65_000)))


def gzip_bomb() -> bytes:
    """2 GiB of zeros."""
    return gzip.compress(b"", mtime=0)[:10] + _zeros(2048 * MIB) + struct.pack("<II", 0, 1 << 31)


def gzip_members() -> bytes:
    """100,000 gzip members, each empty."""
    return gzip.compress(b"", mtime=0) * 100_000


def gzip_nested() -> bytes:
    """Gzip in gzip, 60 deep, a bomb at the bottom."""
    data = gzip.compress(b"\0" * (64 * MIB), mtime=0)
    for _ in range(60):
        data = gzip.compress(data, 1, mtime=0)
    return data


def xz_bomb() -> bytes:
    """Zeros by xz; the dictionary asks for as much memory as the preset says."""
    packer = lzma.LZMACompressor(preset=6)
    block = b"\0" * MIB
    return b"".join(packer.compress(block) for _ in range(512)) + packer.flush()


def xz_dictionary() -> bytes:
    """An .lzma header that asks for a dictionary of 4 GiB."""
    return b"\x5d" + struct.pack("<IQ", 0xFFFFFFFF, 1 << 62) + b"\0" * 64


def bz2_bomb() -> bytes:
    """45 MB of zeros in 40 bytes, thirty times over."""
    return bz2.compress(b"\0" * (45 * MIB)) * 30


def zstd_bomb() -> bytes:
    """Zeros by zstd, with a window of 128 MiB."""
    import zstandard

    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    block = b"\0" * MIB
    return b"".join(packer.compress(block) for _ in range(2048)) + packer.flush()


def tar_members() -> bytes:
    """60,000 members."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for index in range(60_000):
            tar.addfile(tarfile.TarInfo(f"{index}.pkl"))
    return out.getvalue()


def safetensors_header() -> bytes:
    """A header of 90 MB: valid JSON, two million tensors of nothing."""
    parts = b",".join(
        b'"t%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % i for i in range(1_500_000)
    )
    return raw(b"{" + parts + b"}")


def safetensors_deep() -> bytes:
    """A header whose JSON nests 100,000 deep."""
    return raw(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


def json_deep() -> bytes:
    """A configuration that nests 500,000 deep."""
    return b'{"auto_map":' * 500_000 + b"1" + b"}" * 500_000


def json_number() -> bytes:
    """A configuration with an integer of four million digits."""
    return b'{"model_type": "x", "n": ' + b"9" * 4_000_000 + b"}"


def gguf_counts(tensors: int, pairs: int) -> bytes:
    """A header that promises more than the file can hold."""
    return b"GGUF" + struct.pack("<IQQ", 3, tensors, pairs) + b"\0" * 4096


def gguf_array() -> bytes:
    """Arrays of arrays, and a string length beyond the end."""
    key = struct.pack("<Q", 1) + b"k"
    nested = struct.pack("<I", 9) + (struct.pack("<IQ", 9, 1) * 100_000)
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + key + nested


def gguf_template() -> bytes:
    """A chat template of three megabytes of open brackets."""
    key, value = b"tokenizer.chat_template", b"{{" + b"(" * 3_000_000
    return (
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", len(key)) + key
        + struct.pack("<IQ", 8, len(value)) + value
    )  # fmt: skip


def protobuf_deep() -> bytes:
    """An ONNX graph in a graph, 2,000 deep."""
    body = graph([node("Relu")])
    for _ in range(2000):
        attribute = message((1, "body"), (6, body), (20, 5))
        body = message((1, message((4, "Loop"), (5, attribute))))
    return model(body)


def protobuf_many() -> bytes:
    """400,000 nodes."""
    return model(graph([node("Relu")] * 400_000))


def hdf5_loop() -> bytes:
    """A superblock whose root object header continues into itself."""
    undefined = b"\xff" * 8
    block = b"\x89HDF\r\n\x1a\n" + bytes([2, 8, 8, 0]) + struct.pack("<Q", 0) + undefined
    block += struct.pack("<QQ", 4096, 48) + b"\0" * 4
    continuation = b"\x10" + struct.pack("<H", 16) + b"\0" + struct.pack("<QQ", 48, 64)
    header = b"OHDR\x02\x00" + bytes([len(continuation)]) + continuation + b"\0" * 4
    return (block + header).ljust(4096, b"\0")


def source_deep() -> bytes:
    """A modeling file with 20,000 nested parentheses."""
    return b"import torch\nx = " + b"(" * 20_000 + b"1" + b")" * 20_000 + b"\n"


def npy_shape() -> bytes:
    """An array header that claims an exabyte."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (" + b"9" * 18 + b",), }"
    header = header.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header


def bombs() -> Iterator[Bomb]:
    """Every file."""
    gib = 1 << 30
    named: dict[str, Callable[[], bytes]] = {
        "memo-huge-index.pkl": memo_huge_index, "memo-text-index.pkl": memo_text_index,
        "memo-many.pkl": memo_many, "opcodes-3m.pkl": opcodes_3m, "deep-tuples.pkl": deep_tuples,
        "deep-lists.pkl": deep_lists, "deep-marks.pkl": deep_marks, "tuple-hash.pkl": tuple_hash,
        "set-hash.pkl": set_hash, "laughs.pkl": laughs, "huge-string-claim.pkl": huge_string_claim,
        "huge-bytearray-claim.pkl": huge_bytearray_claim, "huge-integer.pkl": huge_integer,
        "huge-long.pkl": huge_long, "hash-collisions.pkl": collisions, "many-streams.pkl": many_streams,
        "many-globals.pkl": many_globals, "nested-pickles.pkl": nested_pickles, "zip-bomb.pt": zip_bomb,
        "zip-overlapping.zip": zip_overlapping, "zip-nested.zip": zip_nested,
        "zip-members.zip": zip_members, "gzip-bomb.pkl.gz": gzip_bomb,
        "gzip-members.gz": gzip_members, "gzip-nested.gz": gzip_nested, "xz-bomb.xz": xz_bomb,
        "xz-dictionary.lzma": xz_dictionary, "bz2-bomb.bz2": bz2_bomb, "zstd-bomb.zst": zstd_bomb,
        "tar-members.tar": tar_members, "header-90mb.safetensors": safetensors_header,
        "header-deep.safetensors": safetensors_deep, "json-deep/config.json": json_deep,
        "json-number/config.json": json_number, "gguf-array.gguf": gguf_array,
        "gguf-tensors.gguf": lambda: gguf_counts(1 << 62, 0),
        "gguf-pairs.gguf": lambda: gguf_counts(0, 1 << 62), "gguf-template.gguf": gguf_template,
        "graph-deep.onnx": protobuf_deep, "graph-many.onnx": protobuf_many, "loop.h5": hdf5_loop,
        "source-deep/modeling_x.py": source_deep, "shape.npy": npy_shape,
    }  # fmt: skip
    for name, build in named.items():
        yield Bomb(name=name, build=build)
    yield Bomb(name="sparse-zeros.bin", build=lambda: b"", size=10 * gib)
    yield Bomb(name="sparse-pickle.pkl", build=lambda: payload(2), size=10 * gib)
    yield Bomb(name="sparse-safetensors.safetensors", build=lambda: raw(b"{}"), size=10 * gib)
    yield Bomb(name="sparse-zip.pt", build=lambda: plain({"a/data.pkl": b"N."}), size=10 * gib)


__all__ = ["Bomb", "bombs"]

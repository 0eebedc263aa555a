"""Weights that carry something else: programs, archives, scripts, keys, pickles inside tensors."""

import gzip
import io
import json
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator

from proofs.hostile.case import COMMAND, Case

_SIZE = 256 << 10
_AT = 64 << 10


def numbers(size: int) -> bytes:
    """Bytes of half-width floats around zero, the same each time."""
    draw = random.Random(size)
    return struct.pack(f"<{size // 2}e", *(draw.gauss(0, 0.1) for _ in range(size // 2)))


def safetensors(content: bytes, at: int = 0, dtype: str = "F16") -> bytes:
    """A file of one tensor with ``content`` laid over its numbers."""
    data = numbers(_SIZE)
    data = data[:at] + content + data[at + len(content) :]
    shape = [_SIZE if dtype == "U8" else _SIZE // 2]
    entry = {"dtype": dtype, "shape": shape, "data_offsets": [0, len(data)]}
    header = json.dumps({"model.norm.weight": entry}).encode()
    return struct.pack("<Q", len(header)) + header + data


def elf() -> bytes:
    """The head of a native program; there is no code behind it."""
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    return head + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0)


def windows() -> bytes:
    """The head of a Windows program; there is no code behind it."""
    head = b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64)
    return head + b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x22)


def zipped() -> bytes:
    """A zip archive with a script."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("run.sh"), f"#!/bin/sh\n{COMMAND}\n")
    return out.getvalue()


def tarred() -> bytes:
    """A tar archive with a script."""
    out, data = io.BytesIO(), f"#!/bin/sh\n{COMMAND}\n".encode()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("run.sh")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def stack_global() -> bytes:
    """A pickle of protocol 4 that runs the command."""
    text = COMMAND.encode()
    call = b"\x8c\x02os\x8c\x06system\x93\x8c" + bytes([len(text)]) + text + b"\x85R."
    return b"\x80\x04" + call


def shell() -> bytes:
    """A shell script."""
    return f"#!/bin/sh\n# seamark\n{COMMAND}\n".encode()


def python() -> bytes:
    """A Python script."""
    return f"import os\n\ndef main():\n    os.system('{COMMAND}')\n\nmain()\n".encode()


def key() -> bytes:
    """What has the form of a private key and is none."""
    lines = "seamarkharmless+" * 4 + "\n"
    title = "RSA PRIVATE KEY"
    return f"-----BEGIN {title}-----\n{lines * 8}-----END {title}-----\n".encode()


def prose() -> bytes:
    """Twelve kilobytes of instructions in plain words."""
    line = "Step {}: the harmless loader should read these words and then follow what they say.\n"
    return "".join(line.format(each) for each in range(150)).encode()


_SHAPES: tuple[tuple[str, str, Callable[[], bytes], int], ...] = (
    ("programs", "elf", elf, 0),
    ("programs", "windows", windows, 0),
    ("programs", "elf-inside", elf, _AT),
    ("archives", "zip-inside", zipped, _AT),
    ("archives", "tar", tarred, 0),
    ("archives", "gzip", lambda: gzip.compress(shell() * 20, mtime=0), 0),
    ("scripts", "shell", shell, 0),
    ("scripts", "python-inside", python, _AT),
    ("keys", "pem", key, 0),
    ("pickles", "protocol-4", stack_global, 0),
    ("pickles", "protocol-4-inside", stack_global, _AT),
    ("pickles", "protocol-0", lambda: f"cos\nsystem\n(S'{COMMAND}'\ntR.".encode(), 0),
    ("text", "prose-inside", prose, _AT + 100),
)


def cases() -> Iterator[Case]:
    """Each content in a tensor of half-width floats; programs also in one of bytes."""
    for group, name, build, at in _SHAPES:
        yield Case(
            id=f"hidden/{group}/{name}",
            family="hidden",
            group=group,
            source="own",
            path=f"hidden/{group}-{name}.safetensors",
            build=lambda build=build, at=at: safetensors(build(), at),  # type: ignore[misc]
        )
    yield Case(
        id="hidden/archives/zip-in-bytes",
        family="hidden",
        group="archives",
        source="own",
        path="hidden/archives-zip-in-bytes.safetensors",
        build=lambda: safetensors(zipped(), _AT, "U8"),
    )

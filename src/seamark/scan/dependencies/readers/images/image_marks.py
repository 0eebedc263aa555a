"""Whether a tar is a container image: told by the names of its members, without reading them."""

import os
import re
import stat
from typing import BinaryIO

from seamark.scan.dependencies.readers.images.tar_streams import (
    Budget,
    Damaged,
    Expanded,
    Part,
    TarStream,
)
from seamark.scan.models.archives import tar_headers as tar
from seamark.scan.models.limits import Malformed

_MOST_HEADERS = 2_000
"""An image has at most 127 layers, and a few members for each."""
_MARKS = frozenset({"manifest.json", "oci-layout"})
_FIRST = re.compile(
    r"(?:\./)?(?:blobs/?(?:sha256/?(?:[0-9a-f]{64})?)?|oci-layout|index\.json|manifest\.json"
    r"|repositories|(?:sha256:)?[0-9a-f]{64}(?:\.json|\.tar|\.tar\.gz|/.*)?)"
)


def is_archive(path: str) -> bool:
    """Whether the file at ``path`` may be an image, as ``docker save`` and others write it.

    A compressed one is told by its first member, because the rest would have to be expanded, and
    so is one that was cut off before its manifest; whoever reads it finds out.
    """
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return False
            first = file.read(4)
            file.seek(0)
            if first[:2] == b"\x1f\x8b" or first == b"\x28\xb5\x2f\xfd":
                return _first_name_fits(file)
            return _has_a_mark(file)
    except (OSError, Damaged, Malformed):
        return False


def _has_a_mark(file: BinaryIO) -> bool:
    for number in range(_MOST_HEADERS):
        block = file.read(tar.BLOCK)
        if len(block) < tar.BLOCK or block == tar.ZERO:
            return False
        header = tar.parse_header(block)
        if not header.checksum_holds:
            return False
        if header.name.removeprefix("./") in _MARKS:
            return True
        if not number and _FIRST.fullmatch(header.name):
            return True
        file.seek(header.size + -header.size % tar.BLOCK, os.SEEK_CUR)
    return False


def _first_name_fits(file: BinaryIO) -> bool:
    budget = Budget(expanded=4 << 20)
    member = next(TarStream(Expanded(Part(file), budget), budget).members(), None)
    return member is not None and _FIRST.fullmatch(member.name) is not None

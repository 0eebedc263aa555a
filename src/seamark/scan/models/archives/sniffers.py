"""What compressed data and archives begin with. These run for every file: they are cheap."""

import zlib

from seamark.scan.models.blobs import Blob

_HEX = frozenset(b"0123456789abcdefABCDEFxXlL ")


def is_bzip2(head: bytes, _blob: Blob) -> bool:
    """``BZh``, a level, and the mark of a block or of an empty stream's end."""
    return (
        head[:3] == b"BZh"
        and head[3:4] in b"123456789"
        and head[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")
    )


def is_lzma_alone(head: bytes, _blob: Blob) -> bool:
    """The old .lzma format has no magic: plausible properties, dictionary and length."""
    if len(head) < 14 or head[0] != 0x5D or head[13] != 0:
        return False
    dictionary = int.from_bytes(head[1:5], "little")
    length = int.from_bytes(head[5:13], "little")
    plausible = dictionary & (dictionary - 1) == 0 or (dictionary // 3 * 2).bit_count() == 1
    return dictionary >= 4096 and plausible and (length == (1 << 64) - 1 or length < 1 << 40)


def is_zlib(head: bytes, _blob: Blob) -> bool:
    """A zlib header whose first bytes really expand: text can begin with ``x`` too."""
    if head[:1] != b"\x78" or len(head) < 6:
        return False
    if int.from_bytes(head[:2], "big") % 31 or head[1] & 0x20:
        return False
    try:
        zlib.decompressobj().decompress(head, 256)
    except zlib.error:
        return False
    return True


def is_joblib_zfile(head: bytes, _blob: Blob) -> bool:
    """``ZF`` and a number in hex (joblib before 0.10)."""
    return head[:4] == b"ZF0x" and len(head) > 23 and all(byte in _HEX for byte in head[4:21])


def is_tar(head: bytes, _blob: Blob) -> bool:
    """POSIX, GNU or old V7 tar: the header's checksum holds, or its magic is there."""
    if len(head) < 512 or not head[0]:
        return False
    if head[257:262] == b"ustar" and head[263:265] in (b"00", b" \0", b"\0\0"):
        return True
    from seamark.scan.models.archives.tar_headers import checksum_holds

    return head[148:156].strip(b" \0").isdigit() and checksum_holds(head[:512])


def is_zstd(head: bytes, _blob: Blob) -> bool:
    """A Zstandard frame, or skippable frames that lead to one."""
    if head[:4] == b"\x28\xb5\x2f\xfd":
        return True
    at = 0
    while head[at + 1 : at + 4] == b"\x2a\x4d\x18" and head[at] & 0xF0 == 0x50:
        at += 8 + int.from_bytes(head[at + 4 : at + 8], "little")
        if at + 4 > len(head):
            return at > 8
    return at > 0 and head[at : at + 4] == b"\x28\xb5\x2f\xfd"


def ends_in_zip(_head: bytes, blob: Blob) -> bool:
    """Whether zip readers would open the blob from its end. Costs one read of 64 KiB."""
    from seamark.scan.models.weights.tails import find_zip_end

    return find_zip_end(blob) is not None

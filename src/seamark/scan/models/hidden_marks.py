"""What a block of bytes begins with: a program, archive, script, key; or only text.

Each mark is confirmed by the structure behind it: two or four bytes alone are found by chance
among the numbers of any large model. Everything here works on one short block.
"""

import re
import struct
import zlib

BLOCK = 1024
"""Bytes of a block that are looked at; an archive's oldest mark (tar) lies at 257."""

_STRETCH = 512
_RUN = re.compile(rb"[\t\n\r\x20-\x7e]{24,}")
_PRINTABLE = bytes([9, 10, 13, *range(32, 127)])
_FIRST_LINE = re.compile(
    rb"#! ?/[\w./+-]*(?:/env (?:-S )?)?(?:sh|bash|dash|zsh|ksh|ash|python|perl|ruby|node|php|pwsh"
    rb"|osascript|awk|lua|tclsh)[\d.]*(?: [\x20-\x7e]{0,100})?\r?\n"
)
_PHP = re.compile(rb"<\?(?:php[\s]|=)")
_PEM = re.compile(rb"-----BEGIN [A-Z0-9][A-Z0-9 ]{1,60}-----")
_SECRETS = (
    (_PEM, "a PEM key or certificate"),
    (re.compile(rb"\bssh-(?:rsa|ed25519|dss) AAAA[A-Za-z0-9+/]{20}"), "an SSH key"),
    (re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "what looks like a cloud access key"),
    (re.compile(rb"\bAIza[0-9A-Za-z_-]{35}"), "what looks like a cloud API key"),
    (re.compile(rb"\bgh[pousr]_[A-Za-z0-9]{36}"), "what looks like an access token"),
    (re.compile(rb"\bgithub_pat_[A-Za-z0-9_]{40}"), "what looks like an access token"),
    (re.compile(rb"\bhf_[A-Za-z]{34}\b"), "what looks like an access token"),
    (re.compile(rb"\bxox[abprs]-[0-9]{6,}-"), "what looks like an access token"),
    (re.compile(rb'"type": ?"service_account"'), "what looks like a cloud service account"),
)
_SOURCE = re.compile(
    rb"(?m)^\s*(?:import [a-z_][\w.]*(?: as \w+|(?:, ?\w+)+)?\s*(?:$|[;#])|from [\w.]+ import \w"
    rb"|def \w+\(.*:|class \w+.*:|if __name__ ==|function \w+ ?\(|param ?\(|set -[eux]+)"
)
_ACT = re.compile(
    rb"\b(?:exec|eval|__import__|compile)\s*\(|\bos\.(?:system|popen|exec\w*|spawn\w*)\s*\("
    rb"|\bsubprocess\.\w+\(|\bb64decode\(|\bsocket\.\w+\("
    rb"|\b(?:curl|wget)\b[^\n]{1,200}\|\s*(?:ba|z|da)?sh\b|/dev/tcp/"
    rb"|(?i:\bpowershell(?:\.exe)?\s+-\w|\binvoke-expression\b|\biex\s*\(|\bnew-object\s+net\."
    rb"|\.downloadstring\(|\bfrombase64string\()"
)
_MACHINES = frozenset({2, 3, 8, 20, 21, 22, 40, 42, 43, 50, 62, 83, 93, 183, 243, 247, 258})
_ARCHITECTURES = frozenset({6, 7, 8, 12, 14, 18, 0x01000007, 0x0100000C, 0x01000012, 0x0200000C})
_ZIP_METHODS = frozenset({0, 8, 9, 12, 14, 93, 95, 98, 99})
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_IMPORT = re.compile(rb"[ci][A-Za-z_][\w.]{0,99}\n[A-Za-z_][\w.]{0,99}\n")


def mark_of(block: bytes, length: int) -> str:
    """What ``block`` begins with, in words; empty for numbers.

    ``length`` is how many bytes the region has from the block's first byte on.
    """
    confirm = _BY_FIRST.get(block[:1])
    if confirm is not None:
        title = confirm(block, length)
        if title:
            return title
    if block[257:263] in (b"ustar\0", b"ustar ") and _is_tar(block):
        return "a tar archive"
    run = _RUN.match(block)
    return _of_text(run[0]) if run else ""


def may_be_pickle(block: bytes) -> bool:
    """Whether ``block`` begins as a pickle that imports: cheap, and true for very few numbers."""
    if block[:1] == b"\x80":
        return 2 <= block[1] <= 5 if len(block) > 2 else False
    if block[:1] == b"\x95":
        return 0 < int.from_bytes(block[1:9], "little") < 1 << 40
    return b"\n" in block[:256] and _IMPORT.search(block[:256]) is not None


def is_text(block: bytes) -> bool:
    """Whether the first 512 bytes are prose, source, JSON, base64 or hexadecimal digits.

    Small integers can all be printable, as can half-width floats below one: what they never have
    is words with spaces between them, or an alphabet with the gaps of base64.
    """
    head = block[:_STRETCH]
    if len(head) < _STRETCH or not head.isascii() or head.translate(None, _PRINTABLE):
        return False
    return _is_prose(head) or _is_encoded(head)


def _is_prose(text: bytes) -> bool:
    spaces = sum(map(text.count, (b" ", b"\n", b"\t")))
    if not len(text) // 40 <= spaces <= len(text) // 2 or len(set(text)) < 16:
        return False
    words = re.findall(rb"[A-Za-z]?[a-z]{2,15}(?![a-z])", text)
    return len(set(words)) >= 8 and sum(map(len, words)) >= len(text) * 2 // 5


def _is_encoded(text: bytes) -> bool:
    body = text.translate(None, b"\r\n")
    if len(body) < len(text) * 9 // 10:
        return False
    rest = body.translate(None, b"0123456789")
    digits = len(body) - len(rest)
    if not rest.translate(None, b"abcdef") or not rest.translate(None, b"ABCDEF"):
        return len(body) // 3 <= digits <= len(body) * 9 // 10 and len(set(rest)) == 6
    if rest.translate(None, _BASE64):
        return False
    upper = sum(65 <= byte <= 90 for byte in rest)
    lower = sum(97 <= byte <= 122 for byte in rest)
    return min(digits, upper, lower) >= len(body) // 25 and len(set(body)) >= 40


_BASE64 = bytes([*range(65, 91), *range(97, 123)]) + b"+/=-_"


def _of_text(run: bytes) -> str:
    for pattern, title in _SECRETS:
        if pattern.search(run):
            return title
    if _FIRST_LINE.match(run) or _PHP.match(run):
        return "a script"
    if _ACT.search(run) and (_SOURCE.search(run) or len(_ACT.findall(run)) > 1):
        return "a script"
    return ""


def _elf(block: bytes, _length: int) -> str:
    if len(block) < 52 or block[:4] != b"\x7fELF" or block[4] not in (1, 2):
        return ""
    if block[5] not in (1, 2) or block[6] != 1:
        return ""
    kind, machine, version = struct.unpack_from("<HHI" if block[5] == 1 else ">HHI", block, 16)
    known = 1 <= kind <= 4 and machine in _MACHINES and version == 1
    return "a native program (ELF)" if known else ""


def _pe(block: bytes, length: int) -> str:
    if block[:2] != b"MZ" or len(block) < 64:
        return ""
    at = int.from_bytes(block[60:64], "little")
    if 64 <= at <= len(block) - 4:
        return "a native program (PE)" if block[at : at + 4] == b"PE\0\0" else ""
    stub = b"This program" in block[64:]  # the signature lies behind what was read
    return "a native program (PE)" if stub and at < length else ""


def _mach(block: bytes, _length: int) -> str:
    if len(block) < 28:
        return ""
    for order in "<>":
        mark, cpu, _, kind, commands = struct.unpack_from(order + "5I", block)
        if (
            mark in (0xFEEDFACE, 0xFEEDFACF)
            and cpu in _ARCHITECTURES
            and 1 <= kind <= 12
            and commands < 10_000
        ):
            return "a native program (Mach-O)"
    mark, count, cpu = struct.unpack_from(">3I", block)
    if mark == 0xCAFEBABE and 1 <= count <= 30 and cpu in _ARCHITECTURES:
        return "a native program (Mach-O)"
    if mark == 0xCAFEBABE and 45 <= count <= 80:
        return "a Java class"
    return ""


def _zip(block: bytes, length: int) -> str:
    if block[:4] != b"PK\x03\x04" or len(block) < 31:
        return ""
    needed, _, method = struct.unpack_from("<3H", block, 4)
    name, extra = struct.unpack_from("<2H", block, 26)
    plausible = (needed & 0xFF) <= 63 and method in _ZIP_METHODS and 0 < name <= 4096
    fits = 30 + name + extra <= length and not _CONTROL.search(block[30 : 30 + name])
    return "a zip archive" if plausible and fits else ""


def _gzip(block: bytes, _length: int) -> str:
    if block[:3] != b"\x1f\x8b\x08" or len(block) < 18 or block[3] & 0xE0:
        return ""
    try:
        written = zlib.decompressobj(31).decompress(block, 64)
    except zlib.error:
        return ""
    return "gzip data" if written else ""


def _squeezed(block: bytes, _length: int) -> str:
    if block[:6] == b"\xfd7zXZ\0" and block[6:7] == b"\0" and block[7:8] in b"\0\1\4\n":
        return "xz data"
    if block[:6] == b"7z\xbc\xaf\x27\x1c" and block[6:7] == b"\0":
        return "a 7z archive"
    if block[:6] == b"Rar!\x1a\x07" and block[6:8] in (b"\0\xcf", b"\x01\0"):
        return "a rar archive"
    if re.match(rb"BZh[1-9]1AY&SY", block):
        return "bzip2 data"
    return ""


def _zstd(block: bytes, _length: int) -> str:
    if block[:4] != b"\x28\xb5\x2f\xfd" or len(block) < 18:
        return ""
    flags = block[4]
    if flags & 0x08:  # reserved
        return ""
    single = bool(flags & 0x20)
    at = 5 + (not single) + (0, 1, 2, 4)[flags & 3] + (int(single), 2, 4, 8)[flags >> 6]
    header = int.from_bytes(block[at : at + 3], "little")
    if header >> 1 & 3 == 3 or header >> 3 > 128 << 10:
        return ""
    return "zstd data"


def _wasm(block: bytes, _length: int) -> str:
    if block[:8] == b"\0asm\x01\0\0\0" and block[8:9] <= b"\x0d":
        return "a WebAssembly program"
    return ""


def _is_tar(block: bytes) -> bool:
    """Whether the checksum of the tar header is right."""
    header = block[:512]
    digits = header[148:156].strip(b" \0")
    if len(header) < 512 or not re.fullmatch(rb"[0-7]{1,7}", digits):
        return False
    return sum(header) - sum(header[148:156]) + 8 * 32 == int(digits, 8)


_BY_FIRST = {
    b"\x7f": _elf,
    b"M": _pe,
    b"P": _zip,
    b"\x1f": _gzip,
    b"\xfd": _squeezed,
    b"7": _squeezed,
    b"R": _squeezed,
    b"B": _squeezed,
    b"\x28": _zstd,
    b"\xfe": _mach,
    b"\xce": _mach,
    b"\xcf": _mach,
    b"\xca": _mach,
    b"\0": _wasm,
}

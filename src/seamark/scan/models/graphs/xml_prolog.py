"""What stands before an XML document's root element, for sniffers: its name, its encoding.

https://www.w3.org/TR/xml/#sec-prolog-dtd. A prolog may be long (a comment of a megabyte pushes the
root element out of every window), so it is followed through the file up to a limit.
"""

import codecs
import re

from seamark.scan.models.blobs import Blob

UNFINISHED = "?"
"""In place of a name where the prolog is longer than :data:`PROLOG_LIMIT`."""

PROLOG_LIMIT = 1 << 20
_FIRST = 4096
_NAME = re.compile(r"<([^\s/>\"'=<&?!]{1,200})")
_ENCODING = re.compile(r"<\?xml\s[^?>]{0,200}?encoding\s*=\s*[\"']([^\"'<>]{1,60})[\"']")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


def root_name(head: bytes, blob: Blob) -> str:
    """Local name of the root element; empty where this is no XML."""
    if not may_be_xml(head):
        return ""
    for length in (_FIRST, PROLOG_LIMIT):
        data = head if length <= len(head) else blob.read(0, length)
        name = _find_root(decoded(data))
        if name is not None:
            return name.rpartition(":")[2]
        if blob.size <= len(data):
            return ""
    return UNFINISHED


def may_be_xml(head: bytes) -> bool:
    """Whether the first character is ``<``, in an encoding that XML readers know."""
    return head.lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n\0")[:1] == b"<"


def decoded(data: bytes) -> str:
    """The text of ``data`` as far as its first bytes tell the encoding; never an error."""
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    return data.decode(encoding, "replace")


def declared_encoding(head: bytes) -> str:
    """The encoding that the XML declaration names, lower case; empty where it names none."""
    found = _ENCODING.match(decoded(head[:1024]).lstrip())
    return found[1].lower() if found else ""


def _find_root(text: str) -> str | None:
    """The root element's name; None where ``text`` ends before it, empty where none can follow."""
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text) - 1:
            return None
        if text.startswith("<?", at):
            end = _behind(text, "?>", at + 2)
        elif text.startswith("<!--", at):
            end = _behind(text, "-->", at + 4)
        elif text.startswith("<!DOCTYPE", at):
            end = _doctype_end(text, at + 9)
        else:
            found = _NAME.match(text, at)
            return found[1] if found else ""
        if not end:
            return None
        at = end


def _behind(text: str, mark: str, at: int) -> int:
    """Offset behind ``mark``; 0 where it does not follow."""
    found = text.find(mark, at)
    return found + len(mark) if found >= 0 else 0


_DOCTYPE_PART = re.compile(r"<!--.*?-->|\"[^\"]*\"|'[^']*'|[\[\]>]|<!--", re.DOTALL)


def _doctype_end(text: str, at: int) -> int:
    """Offset behind the declaration whose keyword ends at ``at``; 0 where it is cut off."""
    inside = False
    for part in _DOCTYPE_PART.finditer(text, at):
        if part[0] == "<!--":
            return 0
        if part[0] in "[]":
            inside = part[0] == "["
        elif part[0] == ">" and not inside:
            return part.end()
    return 0

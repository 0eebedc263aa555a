"""XML as a stream of elements, by expat, with nothing expanded and nothing fetched.

https://www.w3.org/TR/xml/. Elements are not read at all where the document type declares entities
or defaults: what they mean then depends on the parser. Memory does not grow with the document:
depth, the number of distinct names and the length of one tag are bounded.
"""

import codecs
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol
from xml.parsers import expat

from seamark.scan.models.blobs import Blob
from seamark.scan.models.graphs.xml_markup import Markup
from seamark.scan.models.graphs.xml_prolog import declared_encoding
from seamark.scan.models.limits import LimitExceeded, Malformed
from seamark.scan.models.scope import Scope

_CHUNK = 1 << 17
_BEFORE = 64
_SIZE_LIMIT = 1 << 30
_DEPTH = 2000
_NAMES = 20_000
_LONGEST_NAME = 1000
_LONGEST_TAG = 1 << 20
_DECLARED = 1 << 20
_BY_EXPAT = frozenset("utf-8 utf8 utf-16 utf-16le utf-16be us-ascii ascii".split())
_BY_CODEC = frozenset(
    """shift_jis euc-jp euc-kr gb2312 gbk gb18030 big5 koi8-r koi8-u iso-8859-1 latin1
    cp1252""".split()
)
_FAMILIES = ("windows-125", "cp125", "iso-8859-", "iso8859-")


class Ear:
    """Turns the telling of characters on and off; deaf until a reader connects it."""

    __slots__ = ("_parser", "_told")

    def __init__(self) -> None:
        self._parser: expat.XMLParserType | None = None
        self._told: Callable[[str], None] | None = None

    def connect(self, parser: expat.XMLParserType, told: Callable[[str], None]) -> None:
        """From now on :meth:`listen` has an effect."""
        self._parser, self._told = parser, told

    def listen(self, on: bool) -> None:
        """Have characters told, or not."""
        if self._parser is not None:
            self._parser.CharacterDataHandler = self._told if on else None


class Elements(Protocol):
    """Who is told of the elements. Names are ``namespace local``, or ``local`` without one.

    ``depth`` is kept by the receiver: one more with each start, one less with each end. Characters
    are told only while it asks for them by its ``ear``, which the reader connects.
    """

    depth: int
    ear: Ear

    def start(self, name: str, attributes: list[str]) -> None:
        """An element begins; ``attributes`` are names and values in turn."""
        ...

    def end(self, name: str) -> None:
        """An element ends."""
        ...

    def text(self, data: str) -> None:
        """Characters."""
        ...

    def reduced(self, data: bytes, before: bytes) -> bytes:
        """``data``, a piece of the document behind the root's start tag, without elements that say
        nothing: what is left must be well formed exactly where ``data`` was. ``before`` ends the
        piece before.
        """
        ...


class _Stop(Exception):  # noqa: N818 - ends the parsing, no error
    pass


def read_elements(
    blob: Blob, scope: Scope, elements: Elements, markup: Markup
) -> Malformed | LimitExceeded | None:
    """Tell ``elements`` and ``markup`` what the document holds; what stopped it is returned.

    It is returned and not raised because what was met before is still worth knowing.
    """
    if blob.size > _SIZE_LIMIT:
        return LimitExceeded(f"has more XML than {_SIZE_LIMIT} bytes")
    encoding = declared_encoding(blob.read(0, 1024))
    if not _is_known(encoding):
        markup.encoding = encoding
        markup.stopped = f"XML in the encoding {encoding}"
        return None
    decoder = None if encoding in _BY_EXPAT or not encoding else encoding
    try:
        _feed(blob, scope, elements, markup, decoder)
    except _Stop:
        return None
    except expat.ExpatError as error:
        return Malformed(f"the XML is not well formed: {expat.ErrorString(error.code)}")
    except (UnicodeError, LookupError):
        return Malformed(f"the XML is not in the encoding that it declares ({encoding})")
    except (Malformed, LimitExceeded) as error:
        return error
    return None


def _is_known(encoding: str) -> bool:
    return (
        not encoding
        or encoding in _BY_EXPAT
        or encoding in _BY_CODEC
        or encoding.startswith(_FAMILIES)
    )


def _feed(
    blob: Blob, scope: Scope, elements: Elements, markup: Markup, encoding: str | None
) -> None:
    names: dict[str, str] = {}
    parser = expat.ParserCreate("utf-8" if encoding else None, " ", names)
    _attach(parser, elements, markup)
    fed = known = 0
    before = b""
    # Patterns of bytes know the shape of a document only where its characters are bytes.
    is_bytes = not encoding and not set(blob.read(0, 4)) & {0, 0xFE, 0xFF}
    for data in _chunks(blob, encoding):
        scope.tally.bytes += len(data)
        scope.meter.check_time()
        last = data[-_BEFORE:]
        if is_bytes and elements.depth:
            data = elements.reduced(data, before)
        before = last
        parser.Parse(data, False)
        fed += len(data)
        if elements.depth > _DEPTH:
            raise LimitExceeded(f"nests elements deeper than {_DEPTH}")
        if len(names) > known:
            _check_names(names, known)
            known = len(names)
        if fed - parser.CurrentByteIndex > _LONGEST_TAG:
            raise LimitExceeded(f"has one tag of more than {_LONGEST_TAG} bytes")
    parser.Parse(b"", True)


def _check_names(names: dict[str, str], known: int) -> None:
    """Bound the names of elements and attributes, all of which the parser keeps."""
    if len(names) > _NAMES:
        raise LimitExceeded(f"has more than {_NAMES} names of elements and attributes")
    if any(name and len(name) > _LONGEST_NAME for name in islice(names, known, None)):
        raise LimitExceeded(f"has a name of more than {_LONGEST_NAME} characters")


def _chunks(blob: Blob, encoding: str | None) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)() if encoding else None
    for offset in range(0, blob.size, _CHUNK):
        data = blob.read(offset, _CHUNK)
        if decoder:
            data = decoder.decode(data, offset + _CHUNK >= blob.size).encode()
        yield data


def _attach(parser: expat.XMLParserType, elements: Elements, markup: Markup) -> None:
    """Connect the parser: the root element decides whether the rest is read."""
    declared = 0

    def entity(
        name: str,
        is_parameter: bool,
        value: str | None,
        _base: str | None,
        system: str | None,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        nonlocal declared
        markup.see_entity(f"%{name}" if is_parameter else name, value, system)
        declared += len(name) + len(value or "")
        if is_parameter or declared > _DECLARED:
            _stop()

    def _stop() -> None:
        markup.stopped = "elements behind a document type of its own"
        raise _Stop

    def default(*_what: object) -> None:
        markup.defaults = True

    def root(name: str, attributes: list[str]) -> None:
        if markup.declares:
            _stop()
        parser.StartElementHandler = elements.start
        elements.start(name, attributes)

    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = markup.see_doctype
    parser.EntityDeclHandler = entity
    parser.AttlistDeclHandler = default
    parser.ProcessingInstructionHandler = markup.see_instruction
    parser.StartElementHandler = root
    parser.EndElementHandler = elements.end
    parser.buffer_text = True
    elements.ear.connect(parser, elements.text)

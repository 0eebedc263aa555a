"""VEX documents from files, whichever of the two forms they have."""

import os
from collections.abc import Iterable, Iterator

from seamark.core.paths import printable
from seamark.scan.dependencies.documents import read_json
from seamark.scan.dependencies.source import Source, Unreadable
from seamark.scan.dependencies.vex import cyclonedx, openvex
from seamark.scan.dependencies.vex.model import Ignored, Product, Statement, Statements


def read_documents(root: str, paths: Iterable[str]) -> Iterator[Statements | Ignored]:
    """Each document, or why it cannot be read. ``paths`` are relative to ``root``."""
    for path in dict.fromkeys(paths):
        shown = printable(os.path.normpath(path))
        source = Source(path=os.path.join(root, path), shown=shown, root=root)
        try:
            yield read_document(source)
        except Unreadable as problem:
            yield Ignored(shown, problem.reason, source.at(problem.line))


def read_document(source: Source) -> Statements:
    """The statements of one document. Raises :class:`Unreadable`."""
    document = read_json(source)
    if not isinstance(document, dict):
        raise Unreadable("it is no VEX document: it holds no object")
    if openvex.is_openvex(document):
        return openvex.statements_of(document, source)
    if cyclonedx.is_cyclonedx(document):
        return cyclonedx.statements_of(document, source)
    raise Unreadable("it is neither OpenVEX nor CycloneDX")


def strongest(
    statements: Iterable[Statement], *, names: frozenset[str], purl: str, known: frozenset[str]
) -> Statement | None:
    """The statement that counts for this vulnerability of this package: the latest.

    Of several at the same time the one that does not clear counts, then the last of the file.
    ``known`` are package URLs of all that the project is made of (see :func:`concerns`).
    """
    found = [
        each
        for each in statements
        if each.names & names and any(concerns(product, purl, known) for product in each.products)
    ]
    return max(found, key=lambda each: (each.time, not each.clears, each.order), default=None)


def concerns(product: Product, purl: str, known: frozenset[str]) -> bool:
    """Whether a statement about ``product`` says anything of the package ``purl`` here.

    One without parts must be the package. One with parts speaks of the package as that product
    uses it: a product that is a package itself must be among ``known``; any other (an image, an
    application, an IRI) is taken for this system, which is why its owner lists the document.
    """
    if not product.parts:
        return product.names(purl)
    if not any(part.names(purl) for part in product.parts):
        return False
    return not product.is_package or any(product.names(each) for each in known)

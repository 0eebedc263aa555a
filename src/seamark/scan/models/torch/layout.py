"""Zip archives that torch writes: which member is a pickle, a program, raw data or a note.

``torch.save``: ``NAME/data.pkl``, ``NAME/data/0``…, ``NAME/version`` and small notes.
TorchScript adds ``NAME/constants.pkl`` and ``NAME/code/``; a package has ``NAME/.data/``; an
exported program (``.pt2``) has ``NAME/archive_format``. torch finds members whatever their letters'
case, so names are compared in lower case throughout.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from seamark.core.findings import Finding
from seamark.scan.models.archives.layouts import Layout
from seamark.scan.models.archives.zip_records import Entry
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Reader, Scope
from seamark.scan.models.torch import rules
from seamark.scan.models.torch.disguise import is_disguised, may_be_disguised

_NOTES = frozenset(
    """version byteorder .format_version .storage_alignment .data/serialization_id .data/version
    .data/python_version .data/extern_modules archive_format archive_version""".split()
)
_RAW = re.compile(r"(?:data|tensors)/\d+|constants/\d+(?:\.storage)?|\.data/\d+\.storage|"
                  r"traced_inputs/\d+|data/(?:weights|constants)/(?:weight|tensor)_\d+",
                  re.ASCII)  # fmt: skip
_STORAGE_FOLDERS = {
    "constants.pkl": "constants/",
    "bytecode.pkl": "constants/",
    "traced_inputs.pkl": "traced_inputs/",
}
"""Where the storages of a program's pickles are; those of all others are in ``data/``."""
_MARKS = frozenset(("data.pkl", ".data/extern_modules", "archive_format"))
_WORDS = _NOTES - {".data/extern_modules"}
"""Notes of one word or number; the list of modules has lines."""
_LONGEST_NOTE = 1 << 20
_WORD = re.compile(rb"[\x21-\x7e]{0,100}\s{0,2}")
_NOTE = re.compile(rb"[\x20-\x7e\r\n\t]*")


@dataclass(frozen=True, slots=True)
class _Roots:
    """The top folders that hold a checkpoint, and what kind of archive they make.

    ``names`` and the keys of ``sizes`` are in lower case.
    """

    names: frozenset[str]
    sizes: Mapping[str, int]
    script: bool
    package: bool
    exported: bool

    def split(self, name: str) -> str | None:
        """``name`` in lower case without its top folder, where that is one of ours."""
        root, slash, rest = name.lower().partition("/")
        return rest if slash and root in self.names else None

    def opaque(self, name: str) -> bool:
        """Whether torch takes the member as raw tensor data."""
        rest = self.split(name)
        return rest is not None and _RAW.fullmatch(rest) is not None

    def reader_of(self, name: str) -> Reader | None:
        """The reader of members that torch reads in one way."""
        rest = self.split(name)
        if rest is None:
            return None
        if rest in _WORDS:
            return examine_word
        if rest in _NOTES:
            return examine_note
        if rest.endswith((".pkl", ".debug_pkl")):
            return partial(self._examine_pickle, name[: -len(rest)].lower(), rest)
        if rest.startswith((".data/ts_code/", "code/")) and rest.endswith(".py"):
            from seamark.scan.models.torch.script import examine_code

            return examine_code
        if self.exported and rest.endswith(".json"):
            return self._json_reader(name[: -len(rest)].lower(), rest)
        if self.package and rest.endswith(".py"):
            return _examine_nothing
        return None

    def _json_reader(self, root: str, rest: str) -> Reader:
        """The reader of one of an exported program's JSON members."""
        from seamark.scan.models.packages import torch_export

        if rest.startswith("models/"):
            return torch_export.examine_graph
        if rest.endswith(("_weights_config.json", "_constants_config.json")):
            folder = f"{root}{rest.rpartition('/')[0]}/"
            return partial(torch_export.examine_weights, folder=folder, sizes=self.sizes)
        return examine_note

    def _examine_pickle(self, root: str, rest: str, blob: Blob, scope: Scope) -> Iterator[Finding]:
        from seamark.scan.models.torch.pickles import examine_checkpoint

        folder = _STORAGE_FOLDERS.get(rest, "data/")
        if self.package:
            folder = ".data/"
        yield from examine_checkpoint(
            blob,
            scope,
            folder=root + folder,
            suffix=".storage" if self.package else "",
            sizes=self.sizes,
            script=self.script,
            package=self.package,
            empty=rest == "traced_inputs.pkl",
        )
        if rest == "bytecode.pkl":
            from seamark.scan.models.torch.script import examine_bytecode

            yield from examine_bytecode(blob, scope)

    def inspect(self, entries: Sequence[Entry], scope: Scope) -> Iterator[Finding]:
        """Findings about the archive as a whole."""
        pickles = [e.name for e in entries if e.name.lower().endswith("/data.pkl")]
        top = [name for name in pickles if name.count("/") == 1]
        if len({name.lower() for name in top}) > 1 or len(self.names) > 1:
            yield scope.finding(
                rules.SEVERAL_CHECKPOINTS,
                f"The archive holds {max(len(top), len(self.names))} checkpoints side by side.",
                anchor="data.pkl",
                evidence={"folders": [*sorted(self.names)[:20]]},
            )
        if self.package:
            yield from self._package_sources(entries, scope)
        if self.exported:
            from seamark.scan.models.packages.torch_export import native_code

            yield from native_code([entry.name for entry in entries], scope)

    def _package_sources(self, entries: Sequence[Entry], scope: Scope) -> Iterator[Finding]:
        sources = [entry.name for entry in entries if entry.name.endswith(".py")]
        if sources:
            yield scope.finding(
                rules.PACKAGE_CODE,
                f"The package brings {len(sources)} Python source files, which run on loading.",
                anchor="sources",
                evidence={"sources": [*sorted(sources)[:20]], "count": len(sources)},
            )


def torch_layout(entries: Sequence[Entry]) -> Layout | None:
    """The layout where these members are those of a torch archive, else None."""
    roots: set[str] = set()
    script = package = exported = False
    for entry in entries:
        root, _, rest = entry.name.lower().partition("/")
        if rest in _MARKS:
            roots.add(root)
        package = package or rest == ".data/extern_modules"
        exported = exported or rest == "archive_format"
        script = script or rest == "constants.pkl" or rest.startswith("code/")
    if not roots:
        return None
    sizes = {entry.name.lower(): entry.size for entry in entries}
    kind = _Roots(frozenset(roots), sizes, script, package, exported)
    form = "pytorch-zip"
    if exported:
        form = "pytorch-export"
    elif package:
        form = "pytorch-package"
    elif script:
        form = "torchscript"
    return Layout(
        format=form,
        opaque=kind.opaque,
        suspect=may_be_disguised,
        disguised=is_disguised,
        reader_of=kind.reader_of,
        inspect=kind.inspect,
        zero_checksums=True,
        fold_case=True,
    )


def examine_word(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """A word or a number; a pickle in text opcodes has lines, and is none."""
    text = blob.read(0, 128)
    scope.tally.bytes += len(text)
    if _WORD.fullmatch(text):
        return
    yield scope.finding(
        rules.METADATA_ODD,
        f"The member {scope.name!r} holds {blob.size} bytes that are not one word.",
        anchor=scope.name,
    )
    yield from scope.route(blob, scope)


def examine_note(blob: Blob, scope: Scope) -> Iterator[Finding]:
    """A word or a few lines of text; anything else goes to whoever recognizes it."""
    text = blob.read(0, _LONGEST_NOTE)
    scope.tally.bytes += len(text)
    if blob.size <= _LONGEST_NOTE and _NOTE.fullmatch(text):
        return
    try:
        text.decode("utf-8")
        return
    except UnicodeDecodeError:
        pass
    yield scope.finding(
        rules.METADATA_ODD,
        f"The member {scope.name!r} holds {blob.size} bytes that are not text.",
        anchor=scope.name,
    )
    yield from scope.route(blob, scope)


def _examine_nothing(_blob: Blob, _scope: Scope) -> Iterator[Finding]:
    """Python sources of a package: one finding for the package speaks for all of them."""
    return iter(())

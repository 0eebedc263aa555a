"""What a zip archive is, told by its members' names, and what that means for each member."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from seamark.core.findings import Finding
from seamark.scan.models.archives.zip_records import Entry
from seamark.scan.models.blobs import Blob
from seamark.scan.models.scope import Reader, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the members of one kind of archive are examined.

    ``opaque`` members are raw data that their loader never interprets: only their headers are
    looked at, unless their first bytes (``PEEKED`` of them) are ``suspect`` and their content is
    ``disguised``: another loader would act on it. ``reader_of`` gives the reader of a member that
    its loader reads in one way whatever it holds; other members are routed by content.
    ``inspect`` looks at the archive as a whole. ``zero_checksums``: the writer may leave every
    checksum 0. ``fold_case``: the loader finds members regardless of case.
    """

    format: str
    opaque: Callable[[str], bool] = lambda _name: False
    suspect: Callable[[bytes], bool] = lambda _head: False
    disguised: Callable[[Blob], bool] = lambda _blob: False
    reader_of: Callable[[str], Reader | None] = lambda _name: None
    inspect: Callable[[Sequence[Entry], Scope], Iterator[Finding]] | None = None
    zero_checksums: bool = False
    fold_case: bool = False


PEEKED = 8
_SKOPS_MEMBERS = (".npy", ".npz", ".json", ".bin")
ORDINARY = Layout(format="zip")
NPZ = Layout(format="npz")


def find_layout(entries: Sequence[Entry]) -> Layout:
    """The layout of an archive with these members."""
    names = [entry.name for entry in entries]
    if any(name.lower().endswith((".pkl", "/version", "/archive_format")) for name in names):
        from seamark.scan.models.torch.layout import torch_layout

        layout = torch_layout(entries)
        if layout is not None:
            return layout
    if _OLD_PROGRAM in names:
        return Layout(format="pytorch-export", reader_of=_export_reader)
    if "config.json" in names and "metadata.json" in names:
        return Layout(format="keras", reader_of=_keras_reader)
    if "schema.json" in names and all(
        name.endswith((".npy", ".npz", ".json", ".bin")) for name in names
    ):
        return Layout(format="skops", reader_of=_skops_reader)
    if names and all(name.endswith(".npy") for name in names):
        return NPZ
    return ORDINARY


_OLD_PROGRAM = "serialized_exported_program.json"
"""What marks an exported program up to torch 2.7; its other members are told by content."""


def _export_reader(name: str) -> Reader | None:
    if name != _OLD_PROGRAM:
        return None
    from seamark.scan.models.packages.torch_export import examine_graph

    return examine_graph


def _keras_reader(name: str) -> Reader | None:
    if name != "config.json":
        return None
    from seamark.scan.models.weights.keras import examine_keras_config

    return examine_keras_config


def _skops_reader(name: str) -> Reader | None:
    if name != "schema.json":
        return None
    from seamark.scan.models.skops.schema import examine

    return examine

"""Every format the scanner tells apart, by content. The extension never decides."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from seamark.scan.models.archives import kinds as archives
from seamark.scan.models.blobs import Blob
from seamark.scan.models.code.signatures import is_eight_bit_text
from seamark.scan.models.graphs import kinds as graphs
from seamark.scan.models.hub import kinds as hub
from seamark.scan.models.packages import kinds as packages
from seamark.scan.models.r import kinds as r_data
from seamark.scan.models.scope import Reader
from seamark.scan.models.tensorflow import kinds as tensorflow
from seamark.scan.models.trees import kinds as trees
from seamark.scan.models.weights.inert_kinds import MEDIA_EXTENSIONS, is_empty, is_media, is_text
from seamark.scan.models.weights.signatures import NUMPY, is_hdf5, is_onnx, is_safetensors

HEAD = 4096
"""Bytes from the start that a sniffer sees."""

Sniffer = Callable[[bytes, Blob], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format.

    ``sniff`` says from the first ``HEAD`` bytes (and, where needed, the blob) whether it is this
    format. ``extensions`` are the honest ones, lower case with dot; empty means any. ``reader``
    is ``module:function`` and is imported on first use, so that a scan loads only what it meets.
    """

    name: str
    title: str
    sniff: Sniffer
    reader: str
    extensions: frozenset[str] = frozenset()

    def load_reader(self) -> Reader:
        """Import and return the reader."""
        module, _, function = self.reader.partition(":")
        reader: Reader = getattr(import_module(f"seamark.scan.models.{module}"), function)
        return reader


def magic(*prefixes: bytes) -> Sniffer:
    """Sniffer for formats that begin with one of ``prefixes``."""
    return lambda head, _blob: head.startswith(prefixes)


PICKLE_EXTENSIONS = frozenset(
    ".pkl .pickle .p .pk .joblib .jl .pt .pth .pt2 .bin .ckpt .model .mdl .dat .data .dill .sav .z "
    ".obj .db .cloudpickle .weights .params .chk".split()
)


def is_marked_pickle(head: bytes, _blob: Blob) -> bool:
    """Protocols 2 to 5: PROTO, then an opcode."""
    if len(head) < 3 or head[0] != 0x80 or head[1] > 5:
        return False
    from seamark.scan.models.pickle.sniff import is_pickle

    return is_pickle(head, _blob)


def is_unmarked_pickle(head: bytes, blob: Blob) -> bool:
    """Protocols 0 and 1 have no mark: the first opcodes are tried."""
    if (
        len(head) < 2
        or head[0]
        not in b"(IJKLMNFGSTUVXBCcP])}\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96"
    ):
        return False
    from seamark.scan.models.pickle.sniff import is_pickle

    return is_pickle(head, blob)


# Order matters: unmistakable magic first, guesses last.
FORMATS: tuple[Format, ...] = (
    *(Format(**kind._asdict()) for kind in archives.KINDS),
    Format(
        name="npy",
        title="NumPy array",
        sniff=magic(NUMPY),
        reader="weights.npy:examine",
        extensions=frozenset({".npy"}),
    ),
    Format(
        name="pickle",
        title="Python pickle",
        sniff=is_marked_pickle,
        reader="pickle.reader:examine",
        extensions=PICKLE_EXTENSIONS,
    ),
    Format(
        name="gguf",
        title="GGUF model",
        sniff=magic(b"GGUF"),
        reader="weights.gguf:examine",
        extensions=frozenset({".gguf"}),
    ),
    Format(
        name="hdf5",
        title="HDF5 file",
        sniff=is_hdf5,
        reader="weights.hdf5:examine",
        extensions=frozenset({".h5", ".hdf5", ".hdf", ".he5", ".keras", ".mat", ".nc"}),
    ),
    Format(
        name="safetensors",
        title="safetensors",
        sniff=is_safetensors,
        reader="weights.safetensors:examine",
        extensions=frozenset({".safetensors"}),
    ),
    *(Format(**kind._asdict()) for kind in trees.KINDS),
    *(Format(**kind._asdict()) for kind in r_data.KINDS),
    *(Format(**kind._asdict()) for kind in graphs.KINDS),
    *(Format(**kind._asdict()) for kind in archives.GUESSED),
    Format(
        name="onnx",
        title="ONNX model",
        sniff=is_onnx,
        reader="weights.onnx:examine",
        extensions=frozenset({".onnx", ".pb"}),
    ),
    *(Format(**kind._asdict()) for kind in hub.KINDS),
    Format(
        name="media",
        title="Picture, sound, document or table",
        sniff=is_media,
        reader="weights.recognized:examine_media",
        extensions=MEDIA_EXTENSIONS,
    ),
    *(Format(**kind._asdict()) for kind in packages.KINDS),
    *(Format(**kind._asdict()) for kind in tensorflow.KINDS),
    *(Format(**kind._asdict()) for kind in graphs.GUESSED),
    Format(
        name="empty",
        title="Empty file",
        sniff=is_empty,
        reader="weights.recognized:examine_empty",
    ),
    # Last: pickle protocol 0, templates, configuration and source code are text as well.
    Format(
        name="pickle",
        title="Python pickle without protocol mark",
        sniff=is_unmarked_pickle,
        reader="pickle.reader:examine",
        extensions=PICKLE_EXTENSIONS,
    ),
    Format(
        name="text",
        title="Text",
        sniff=is_text,
        reader="code.beside:examine",
    ),
    Format(
        name="text-8bit",
        title="Text in an 8-bit code",
        sniff=is_eight_bit_text,
        reader="code.beside:examine",
    ),
    *(Format(**kind._asdict()) for kind in archives.LAST),
)

"""Writes the two file formats of the example that need no library: safetensors and GGUF.

Format descriptions: https://github.com/huggingface/safetensors (README, "Format") and
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

import json
import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def safetensors_bytes(
    tensors: Mapping[str, NDArray[np.float32]], metadata: Mapping[str, str]
) -> bytes:
    """A safetensors file: header length, JSON header, tensors one after the other."""
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    body = b""
    for name, tensor in tensors.items():
        data = np.ascontiguousarray(tensor, dtype="<f4").tobytes()
        offsets = [len(body), len(body) + len(data)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": offsets}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def gguf_bytes(texts: Mapping[str, str], tensor: NDArray[np.float32]) -> bytes:
    """A GGUF (version 3) file with text metadata and one tensor."""
    alignment = 32
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(texts))
    for key, value in texts.items():
        head += _gguf_text(key) + struct.pack("<I", 8) + _gguf_text(value)
    shape = tensor.shape[::-1]
    head += _gguf_text("token_embd.weight") + struct.pack("<I", len(shape))
    head += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", 0, 0)
    head += bytes(-len(head) % alignment)
    data = np.ascontiguousarray(tensor, dtype="<f4").tobytes()
    return head + data + bytes(-len(data) % alignment)


def _gguf_text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data

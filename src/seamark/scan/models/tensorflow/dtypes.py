"""TensorFlow's element types by number (tensorflow/core/framework/types.proto)."""

from typing import NamedTuple


class DType(NamedTuple):
    """A type's name as NumPy has it, and its size in bits; 0 where elements have no fixed size."""

    name: str
    bits: int


DTYPES = {
    1: DType("float32", 32),
    2: DType("float64", 64),
    3: DType("int32", 32),
    4: DType("uint8", 8),
    5: DType("int16", 16),
    6: DType("int8", 8),
    7: DType("string", 0),
    8: DType("complex64", 64),
    9: DType("int64", 64),
    10: DType("bool", 8),
    11: DType("qint8", 8),
    12: DType("quint8", 8),
    13: DType("qint32", 32),
    14: DType("bfloat16", 16),
    15: DType("qint16", 16),
    16: DType("quint16", 16),
    17: DType("uint16", 16),
    18: DType("complex128", 128),
    19: DType("float16", 16),
    20: DType("resource", 0),
    21: DType("variant", 0),
    22: DType("uint32", 32),
    23: DType("uint64", 64),
    24: DType("float8_e5m2", 8),
    25: DType("float8_e4m3fn", 8),
    26: DType("float8_e4m3fnuz", 8),
    27: DType("float8_e4m3b11fnuz", 8),
    28: DType("float8_e5m2fnuz", 8),
    29: DType("int4", 8),
    30: DType("uint4", 8),
    31: DType("int2", 8),
    32: DType("uint2", 8),
}
"""Types below a byte take a whole one in TensorFlow's files."""


def name_of(number: int) -> str:
    """The name of type ``number``; ``dtype-N`` where TensorFlow has none."""
    return DTYPES[number].name if number in DTYPES else f"dtype-{number}"

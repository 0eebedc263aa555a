"""Rules about GGUF files (family GUF), and the block sizes of ggml's tensor types."""

from seamark.core.rules import Rule, Severity, cve, cwe
from seamark.core.verdicts import Verdict

OVERFLOW = Rule(
    id="GUF001",
    title="GGUF number that overflows parsers",
    severity=Severity.CRITICAL,
    verdict=Verdict.HOSTILE,
    reason="Native parsers multiply counts and lengths from the file to allocate memory. Values "
    "that no model can have make them write outside it, which has led to code execution.",
    remedy="Do not load the file; no honest writer makes it.",
    references=(
        cve("CVE-2024-21802"),
        cve("CVE-2024-21825"),
        cve("CVE-2024-21836"),
        cve("CVE-2024-23496"),
        cve("CVE-2024-23605"),
        cwe(190),
        cwe(787),
    ),
)
DUPLICATE_KEY = Rule(
    id="GUF002",
    title="GGUF metadata entry given twice",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Some readers take the first entry and some the last, so a reviewed chat template need "
    "not be the one that is used.",
    remedy="Do not load the file; no honest writer makes it.",
    references=(cwe(436), cwe(694)),
)
LAYOUT = Rule(
    id="GUF003",
    title="GGUF tensors do not follow one another",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="Tensors that overlap, leave room or are not aligned break the format: readers refuse "
    "them or read other bytes than meant, and room can carry a payload.",
    remedy="Write the file again with the gguf library, or fetch it from its publisher.",
    references=(cwe(119), cwe(125)),
)
HIDDEN_BYTES = Rule(
    id="GUF004",
    title="Bytes follow the last GGUF tensor",
    severity=Severity.HIGH,
    verdict=Verdict.REVIEW,
    reason="No reader of the format looks there, so the bytes can carry a payload for another "
    "program.",
    remedy="Write the file again with the gguf library; what no tensor uses is then gone.",
    references=(cwe(434),),
)
ALIGNMENT = Rule(
    id="GUF005",
    title="GGUF alignment is not a power of two",
    severity=Severity.MEDIUM,
    verdict=Verdict.REVIEW,
    reason="Parsers divide by the alignment and round with it; zero or odd values stop them or "
    "place tensors elsewhere.",
    remedy="Do not load the file; no honest writer makes it.",
    references=(cwe(369),),
)

RULES = (OVERFLOW, DUPLICATE_KEY, LAYOUT, HIDDEN_BYTES, ALIGNMENT)

BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24),
    8: (32, 34), 9: (32, 40), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176),
    14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50),
    20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2),
    26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18),
}  # fmt: skip
"""ggml tensor type to (elements in a block, bytes of a block)."""

DTYPES = {
    0: "float32", 1: "float16", 2: "q4_0", 3: "q4_1", 6: "q5_0", 7: "q5_1", 8: "q8_0", 9: "q8_1",
    10: "q2_k", 11: "q3_k", 12: "q4_k", 13: "q5_k", 14: "q6_k", 15: "q8_k", 16: "iq2_xxs",
    17: "iq2_xs", 18: "iq3_xxs", 19: "iq1_s", 20: "iq4_nl", 21: "iq3_s", 22: "iq2_s", 23: "iq4_xs",
    24: "int8", 25: "int16", 26: "int32", 27: "int64", 28: "float64", 29: "iq1_m", 30: "bfloat16",
    34: "tq1_0", 35: "tq2_0", 39: "mxfp4",
}  # fmt: skip
"""ggml tensor type to its name: NumPy's where it has one, else ggml's own in lower case."""

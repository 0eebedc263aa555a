"""Numbers of R's types in serialized data ("R Internals", section 1.1, and ``serialize.c``)."""

SYMBOL, PAIRLIST, CLOSURE, ENVIRONMENT, PROMISE, CALL, SPECIAL, BUILTIN = range(1, 9)
TEXT, LOGICAL = 9, 10
INTEGER, DOUBLE, COMPLEX, TEXTS, DOTS = 13, 14, 15, 16, 17
LIST, EXPRESSION, BYTECODE, POINTER, WEAK, RAW, S4 = 19, 20, 21, 22, 23, 24, 25
ALTREP, ATTRIBUTE_LIST, ATTRIBUTE_CALL = 238, 239, 240
BASE_ENVIRONMENT, EMPTY_ENVIRONMENT, REPEATED, REPEATABLE = 241, 242, 243, 244
PERSISTENT, PACKAGE, NAMESPACE = 247, 248, 249
BASE_NAMESPACE, MISSING, UNBOUND, GLOBAL, NULL, REFERENCE = 250, 251, 252, 253, 254, 255

WIDTHS = {LOGICAL: 4, INTEGER: 4, DOUBLE: 8, COMPLEX: 16, RAW: 1}
KINDS = {
    LOGICAL: "logical", INTEGER: "integer", DOUBLE: "double", COMPLEX: "complex", RAW: "raw",
    LIST: "list", EXPRESSION: "expression", S4: "S4", POINTER: "pointer", WEAK: "weak reference",
}  # fmt: skip
SINGLE = {
    BASE_ENVIRONMENT: "environment", EMPTY_ENVIRONMENT: "environment", GLOBAL: "environment",
    BASE_NAMESPACE: "environment",
}  # fmt: skip

HAS_ATTRIBUTES = 1 << 9
HAS_TAG = 1 << 10
CHAINED = frozenset({PAIRLIST, CALL, DOTS})
"""Types whose rest follows as one more value."""
CODE_CHAINED = frozenset({PAIRLIST, CALL, ATTRIBUTE_LIST, ATTRIBUTE_CALL})
"""The same inside compiled code."""

HARMLESS_ALTREP = frozenset(
    """compact_intseq compact_realseq deferred_string wrap_integer wrap_logical wrap_real
    wrap_complex wrap_raw wrap_string wrap_list""".split()
)
"""Classes of R itself that rebuild from what the file holds."""
MAPPING_ALTREP = frozenset({"mmap_integer", "mmap_real"})
"""Classes of R itself that open the file whose name they hold."""

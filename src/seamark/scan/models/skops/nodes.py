"""The kinds of nodes that skops writes, and what each may stand for."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEWEST_PROTOCOL = 2
LOADERS = _words(
    """BytearrayNode BytesNode CachedNode DTypeNode DefaultDictNode DictNode FunctionNode JsonNode
    ListNode LossNode MaskedArrayNode MethodNode NdArrayNode ObjectNode OperatorFuncNode PartialNode
    QuantileForestNode RandomGeneratorNode RandomStateNode SetNode SliceNode SparseMatrixNode
    TreeNode TupleNode TypeNode _DictWithDeprecatedKeysNode SGDNode"""
)
ARRAY_LOADERS = _words("NdArrayNode SparseMatrixNode BytesNode BytearrayNode")
ACTING = _words("MethodNode OperatorFuncNode")
"""Loaders that call or take an attribute by a name from the file."""
OPERATORS = _words("attrgetter itemgetter methodcaller")

KINDS_OF_NODE = {
    "OperatorFuncNode": frozenset(("operator", name) for name in OPERATORS),
    "PartialNode": frozenset({("functools", "partial")}),
    "SliceNode": frozenset({("builtins", "slice")}),
    "BytesNode": frozenset({("builtins", "bytes")}),
    "BytearrayNode": frozenset({("builtins", "bytearray")}),
    "DTypeNode": frozenset({("numpy", "dtype")}),
    "DefaultDictNode": frozenset({("collections", "defaultdict")}),
    "RandomStateNode": frozenset({("numpy.random.mtrand", "RandomState")}),
    "JsonNode": frozenset({("builtins", "str")}),
}
"""Loaders that ignore the type they show, or always show the same: any other one is a lie."""

PLAIN = {
    "builtins": _words(
        """dict list tuple set frozenset int float complex bool str bytes bytearray slice range
        type object NoneType function method builtin_function_or_method"""
    ),
    "collections": _words("OrderedDict defaultdict Counter deque"),
    "functools": _words("partial"),
    "operator": _words("attrgetter itemgetter methodcaller"),
    "datetime": _words("date datetime time timedelta timezone"),
    "numpy.random": _words("RandomState Generator"),
}
"""Names of the standard library that skops itself writes for data."""

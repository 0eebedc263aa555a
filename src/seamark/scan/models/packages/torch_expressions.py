"""Sizes and guards of an exported program: is the text arithmetic, or code?

``sympy.sympify`` evaluates its text as Python, and guards become the body of a function. Both are
parsed here, and only what torch's printers write is let through.
Source: torch/_export/serde/serialize.py and torch/export/_unlift.py (torch 2.13).
"""

import ast
import re

from seamark.scan.models.code.source_parsing import parse

_LONGEST = 20_000
_MOST_NODES = 5_000
_GREATEST_POWER = 64

_FUNCTIONS = frozenset(
    """Symbol Integer Float Rational Add Mul Pow Mod Max Min Abs Eq Ne Lt Le Gt Ge And Or Not
    Equality Unequality StrictLessThan LessThan StrictGreaterThan GreaterThan Piecewise ExprCondPair
    ITE Where FloorDiv ModularIndexing PythonMod CleanDiv CeilToInt FloorToInt CeilDiv LShift RShift
    PowByNatural FloatPow FloatTrueDiv IntTrueDiv IsNonOverlappingAndDenseIndicator TruncToFloat
    TruncToInt RoundToInt RoundDecimal ToFloat Identity BitwiseFn_bitwise_and BitwiseFn_bitwise_or
    BitwiseFn_bitwise_xor OpaqueUnaryFn_sqrt OpaqueUnaryFn_cos OpaqueUnaryFn_cosh OpaqueUnaryFn_acos
    OpaqueUnaryFn_sin OpaqueUnaryFn_sinh OpaqueUnaryFn_asin OpaqueUnaryFn_tan OpaqueUnaryFn_tanh
    OpaqueUnaryFn_atan OpaqueUnaryFn_exp OpaqueUnaryFn_log OpaqueUnaryFn_log2 OpaqueUnaryFn_asinh
    floor ceiling sqrt log exp sin cos tan sign Trunc true false oo int_oo NegativeInfinity
    BooleanTrue BooleanFalse NumberSymbol
    max min abs int float bool round cast_symbool_to_symint_guardless""".split()
)
_METHODS = frozenset(
    "size stride storage_offset dim numel item nelement ndimension is_contiguous __len__".split()
)
_ATTRIBUTES = _METHODS | {"shape", "ndim", "dtype", "device", "data"}
_MATH = frozenset(
    """floor ceil trunc sqrt log log2 log10 exp pow cos sin tan acos asin atan cosh sinh tanh asinh
    fabs fmod isnan isinf inf nan pi e""".split()
)
_SYMBOLIC = ("sym_",)
_PLAIN = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Constant,
    ast.Name, ast.Call, ast.keyword, ast.Tuple, ast.List, ast.Subscript, ast.Attribute, ast.Load,
    ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


def objection(text: str, *, guard: bool = False) -> str:
    """Why ``text`` is no arithmetic ("calls os.system"), or "" where it is.

    ``guard``: it may look at the shapes of inputs, as in ``L['x'].size()[0] % 2 == 0``.
    """
    if len(text) > _LONGEST:
        return f"has {len(text)} characters"
    try:
        body = parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "is no expression"
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return "is more than one expression"
    named = set() if guard else _names(body[0].value)
    for count, node in enumerate(ast.walk(body[0].value)):
        if count >= _MOST_NODES:
            return f"has more than {_MOST_NODES} parts"
        if not guard and _is_text(node) and id(node) not in named:
            return "holds text"  # which sympy evaluates wherever it meets it
        why = _objection_to(node, guard)
        if why:
            return why
    return ""


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _names(expression: ast.expr) -> set[int]:
    """The texts that are only names or numbers: what ``Symbol('s0')`` is given."""
    return {
        id(each)
        for node in ast.walk(expression)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Symbol", "Integer", "Float")
        for each in node.args
        if isinstance(each, ast.Constant) and _NAME.fullmatch(str(each.value))
    }


_NAME = re.compile(r"[A-Za-z0-9_.+-]{1,80}")


def _objection_to(node: ast.AST, guard: bool) -> str:
    if not isinstance(node, _PLAIN):
        return f"holds {type(node).__name__}"
    if isinstance(node, ast.Name):
        return f"names {node.id[:80]}" if node.id.startswith("__") else ""
    if isinstance(node, ast.Call):
        return _objection_to_call(node, guard)
    if isinstance(node, ast.Attribute):
        return "" if _is_plain_attribute(node, guard) else f"reads .{node.attr[:80]}"
    if isinstance(node, ast.Subscript) and not guard:
        return "takes a part of something"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow | ast.LShift):
        return "" if _is_small(node.right) else "raises to a huge power"
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        return "holds bytes"
    return ""


def _objection_to_call(node: ast.Call, guard: bool) -> str:
    called = node.func
    if isinstance(called, ast.Name):
        if called.id not in _FUNCTIONS:
            return f"calls {called.id[:80]}"
        if called.id not in ("Symbol", "Integer", "Float") and any(
            isinstance(each, ast.Constant) and isinstance(each.value, str) for each in node.args
        ):
            return f"hands text to {called.id[:80]}"  # sympy's functions evaluate text
        if called.id in ("Pow", "LShift") and not all(map(_is_small, node.args[1:])):
            return "raises to a huge power"
        return ""
    if isinstance(called, ast.Attribute):
        if _is_plain_attribute(called, guard) and (
            called.attr in _METHODS or isinstance(called.value, ast.Name)
        ):
            return ""
        return f"calls .{called.attr[:80]}"
    return "calls what it computes"


def _is_plain_attribute(node: ast.Attribute, guard: bool) -> bool:
    owner = node.value
    if isinstance(owner, ast.Name) and owner.id == "math":
        return node.attr in _MATH
    if isinstance(owner, ast.Name) and owner.id == "torch":
        return node.attr.startswith(_SYMBOLIC)
    return guard and node.attr in _ATTRIBUTES


def _is_small(exponent: ast.expr) -> bool:
    """Whether a power of this stays cheap: no tower of powers, no large number."""
    if isinstance(exponent, ast.UnaryOp):
        return _is_small(exponent.operand)
    if isinstance(exponent, ast.Constant):
        value = exponent.value
        return isinstance(value, int | float) and abs(value) <= _GREATEST_POWER
    return not any(
        isinstance(each, ast.Pow | ast.LShift)
        or (isinstance(each, ast.Name) and each.id in ("Pow", "LShift", "PowByNatural"))
        for each in ast.walk(exponent)
    )

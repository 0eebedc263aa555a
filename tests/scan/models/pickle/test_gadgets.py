"""Gadgets out of allowlisted parts only, end to end. Harmless payloads; nothing is ever loaded."""

import struct

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes


def g(m: str, n: str) -> bytes:
    return b"c" + m.encode() + b"\n" + n.encode() + b"\n"


def s(t: str) -> bytes:
    return b"X" + struct.pack("<I", len(t.encode())) + t.encode()


T: dict[str, bytes] = {}
T["class swap"] = (
    b"\x80\x02"
    + g("sklearn.linear_model._logistic", "LogisticRegression")
    + b")\x81N}"
    + s("__class__")
    + g("xgboost.core", "Booster")
    + b"s\x86b."
)
T["class swap dist"] = (
    b"\x80\x02"
    + g("sklearn.linear_model._logistic", "LogisticRegression")
    + b")\x81N}"
    + s("__class__")
    + g("scipy.stats._continuous_distns", "norm_gen")
    + b"s\x86b}"
    + s("_parse_arg_template")
    + s("print('seamark')")
    + b"sb."
)
T["dist exec"] = (
    b"\x80\x02"
    + g("scipy.stats._continuous_distns", "norm_gen")
    + b")\x81}"
    + s("_parse_arg_template")
    + s("print('seamark')")
    + b"sb."
)
T["dist via newobj"] = (
    b"\x80\x02"
    + g("copyreg", "__newobj__")
    + g("scipy.stats._continuous_distns", "norm_gen")
    + b"\x85R}"
    + s("_parse_arg_template")
    + s("print('seamark')")
    + b"sb."
)
T["dist via reconstructor"] = (
    b"\x80\x02"
    + g("copyreg", "_reconstructor")
    + g("scipy.stats._continuous_distns", "norm_gen")
    + g("builtins", "object")
    + b"N\x87R}"
    + s("_parse_arg_template")
    + s("print('seamark')")
    + b"sb."
)
T["dist via INST"] = (
    b"(i"
    + b"scipy.stats._continuous_distns\nnorm_gen\n}"
    + s("_parse_arg_template")
    + s("print('seamark')")
    + b"sb."
)
T["dist via OBJ"] = (
    b"("
    + g("scipy.stats._continuous_distns", "norm_gen")
    + b"o}"
    + s("_parse_arg_template")
    + s("print('seamark')")
    + b"sb."
)
T["dist second state"] = (
    b"\x80\x02"
    + g("scipy.stats._continuous_distns", "norm_gen")
    + b")\x81}b}"
    + s("_parse_arg_template")
    + s("print('seamark')")
    + b"sb."
)
T["logger state"] = (
    b"\x80\x02" + g("logging", "getLogger") + s("root") + b"\x85R}" + s("disabled") + b"\x88sb."
)
T["partial swap"] = (
    b"\x80\x02"
    + g("functools", "partial")
    + g("numpy", "log")
    + b"\x85R("
    + g("builtins", "getattr")
    + b")}Ntb."
)
T["joblib NDArrayWrapper"] = (
    b"\x80\x02"
    + g("joblib.numpy_pickle", "NDArrayWrapper")
    + b")\x81}"
    + s("filename")
    + s("../x")
    + b"sb."
)
T["ScoringMonitor"] = (
    b"\x80\x02" + g("sklearn.callback._scoring_monitor", "ScoringMonitor") + b")\x81}b."
)
T["expression"] = b"\x80\x02" + g("pandas.core.col", "Expression") + b")\x81}b."
T["ufunc import"] = (
    b"\x80\x02" + g("numpy.core", "_ufunc_reconstruct") + s("os") + s("system") + b"\x86R."
)
T["map call chain"] = b"\x80\x02" + g("builtins", "map") + g("numpy", "log") + b"]\x86R."
T["huge ndarray"] = (
    b"\x80\x02" + g("numpy", "ndarray") + b"\x8a\x06\x00\x00\x00\x00\x00\x01\x85\x85\x81."
)
T["setstate on returned builtin"] = (
    b"\x80\x02"
    + g("builtins", "getattr")
    + g("builtins", "str")
    + s("lower")
    + b"\x86R}"
    + s("x")
    + b"K\x01sb."
)
T["getattr then call"] = (
    b"\x80\x02"
    + g("builtins", "getattr")
    + g("builtins", "str")
    + s("lower")
    + b"\x86R"
    + s("X")
    + b"\x85R."
)
T["range into list"] = (
    b"\x80\x02"
    + g("builtins", "list")
    + g("builtins", "range")
    + b"\x8a\x06\x00\x00\x00\x00\x00\x01\x85R\x85R."
)
T["deque of count"] = (
    b"\x80\x02" + g("collections", "deque") + g("itertools", "count") + b")R\x85R."
)
T["defaultdict partial"] = (
    b"\x80\x02"
    + g("collections", "defaultdict")
    + g("functools", "partial")
    + g("torch.storage", "_load_from_bytes")
    + b"C\x01x\x86R\x85R."
)
T["Memory"] = b"\x80\x02" + g("joblib.memory", "Memory") + b")\x81}b."
T["constructor"] = b"\x80\x02" + g("sklearn.pipeline", "Pipeline") + b"]\x85R."
T["hidden beyond 64"] = (
    b"\x80\x02"
    + g("sklearn.linear_model._logistic", "LogisticRegression")
    + b")\x81N}("
    + b"".join(s(f"a{i}") + b"N" for i in range(70))
    + s("__class__")
    + g("xgboost.core", "Booster")
    + b"u\x86b."
)


@pytest.mark.parametrize("name", T)
def test_gadget_is_stopped(name: str) -> None:
    report = scan_bytes(T[name], name="model.pkl")
    assert report.verdict in (Verdict.REVIEW, Verdict.HOSTILE)
    assert report.findings


def test_the_honest_counterparts_are_clean() -> None:
    fitted = g("sklearn.linear_model._logistic", "LogisticRegression")
    honest = [
        b"\x80\x02" + fitted + b")\x81}" + s("C") + b"K\x01sb.",
        b"\x80\x02" + g("logging", "getLogger") + s("mylib") + b"\x85R.",
        b"\x80\x02" + g("collections", "deque") + b"]\x85R.",
    ]
    for data in honest:
        assert scan_bytes(data, name="model.pkl").verdict is Verdict.CLEAN


def call(function: bytes, *args: bytes) -> bytes:
    return function + b"(" + b"".join(args) + b"tR"


def attributes(**values: bytes) -> bytes:
    return b"}(" + b"".join(s(key) + value for key, value in values.items()) + b"u"


def i(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)


NAMESPACE = call(g("types", "SimpleNamespace"))
TOUCH = call(g("operator", "methodcaller"), s("touch"))
PATH = call(g("pathlib", "PosixPath"), s("seamark"))
LOWER = call(g("operator", "methodcaller"), s("lower"))
"""Harmless itself, so that only the way it would be called is what is found."""
ORDERED = g("collections", "OrderedDict") + b")R"
U1 = call(g("numpy", "dtype"), s("u1"), b"\x89", b"\x88")
AVERAGED = g("torch.optim.swa_utils", "AveragedModel")


def ufunc(module: str, name: str) -> bytes:
    return call(g("numpy.core", "_ufunc_reconstruct"), s(module), s(name))


def item_calls(append: bytes, method: str) -> bytes:
    """An object whose ``method`` is ``LOWER``, and an item for it."""
    return b"\x80\x04" + NAMESPACE + attributes(**{method: LOWER}) + b"b" + append + b"."


S: dict[str, bytes] = {
    "append": item_calls(s("A") + b"a", "append"),
    "appends": item_calls(b"(" + s("A") + s("B") + b"e", "extend"),
    "add": item_calls(b"(" + s("A") + b"\x90", "add"),
    "list of a user": b"\x80\x02"
    + (g("collections", "UserList") + b")\x81")
    + attributes(data=NAMESPACE + attributes(extend=LOWER) + b"b")
    + (b"b(" + s("A") + s("B") + b"e."),
    "dict of a user": b"\x80\x02"
    + (g("collections", "UserDict") + b")\x81" + attributes(data=b"]") + b"b")
    + (s("k") + s("v") + b"s."),
    "methods of a filled list": b"\x80\x02"
    + (g("collections", "deque") + b"]\x85R" + attributes(append=LOWER) + b"b")
    + (s("A") + b"a."),
    "item of a fitted model": b"\x80\x02"
    + (g("sklearn.linear_model._logistic", "LogisticRegression") + b")\x81")
    + (s("k") + s("v") + b"s."),
    "method that acts": b"\x80\x02" + TOUCH + b".",
    "walk to a module": b"\x80\x02" + call(g("operator", "attrgetter"), s("os.system")) + b".",
    "private partial": b"\x80\x02"
    + call(
        g("functools", "partial"), g("sklearn.metrics.pairwise", "_transposed_dist_wrapper"), PATH
    )
    + b".",
    "state made by a call": b"\x80\x02"
    + (g("numpy", "poly1d") + b")\x81" + ORDERED)
    + (s("__class__") + g("xgboost.core", "Booster") + b"sb."),
    "slots made by a call": b"\x80\x02"
    + (g("numpy", "poly1d") + b")\x81N" + ORDERED)
    + (s("__class__") + g("xgboost.core", "Booster") + b"s\x86b."),
    "pair made by a call": b"\x80\x02"
    + (g("numpy", "poly1d") + b")\x81")
    + call(g("builtins", "tuple"), b"N" + attributes(__class__=g("numpy", "poly1d")) + b"\x86")
    + b"b.",
    "constructor of its own": b"\x80\x02"
    + (g("copyreg", "_reconstructor") + AVERAGED + AVERAGED + NAMESPACE + b"\x87R."),
    "constructor with argument": b"\x80\x02"
    + (g("copyreg", "_reconstructor") + AVERAGED + g("builtins", "object"))
    + (NAMESPACE + b"\x87R."),
    "filled by a computed iterable": b"\x80\x02"
    + (g("copyreg", "_reconstructor") + AVERAGED + g("builtins", "list"))
    + (NAMESPACE + b"\x87R."),
    "function as ufunc": b"\x80\x02" + ufunc("numpy", "genfromtxt") + b".",
    "module as ufunc": b"\x80\x02" + ufunc("scipy.special._mptestutils", "os") + b".",
    "state of a ufunc": b"\x80\x02" + ufunc("numpy", "add") + attributes(a=b"N") + b"b.",
    "bytes by another codec": b"\x80\x02"
    + g("torch.storage", "_load_from_bytes")
    + (call(g("_codecs", "encode"), s("(U\x02\xe90N0t."), s("utf-8")) + b"\x85R."),
    "state of a storage": b"\x80\x02" + s("a") + b"Q" + attributes(a=b"N") + b"b.",
}


@pytest.mark.parametrize("name", S)
def test_what_is_called_in_passing_is_stopped(name: str) -> None:
    report = scan_bytes(S[name], name="model.pkl")
    assert report.verdict in (Verdict.REVIEW, Verdict.HOSTILE)
    assert any(finding.rule.id.startswith("PKL") for finding in report.findings)


WRAPPER = g("joblib.numpy_pickle", "NumpyArrayWrapper")
EVIL = b"cos\nsystem\n(" + s("echo seamark") + b"tR0"
MADE = {
    "reconstructor": g("copyreg", "_reconstructor")
    + (WRAPPER + g("builtins", "object") + b"N\x87R"),
    "newobj": g("copyreg", "__newobj__") + WRAPPER + b"\x85R",
    "direct": WRAPPER + b")\x81",
    "inst": b"(ijoblib.numpy_pickle\nNumpyArrayWrapper\n",
    "obj": b"(" + WRAPPER + b"o",
}


@pytest.mark.parametrize("how", MADE)
def test_bytes_that_joblib_skips_hide_nothing(how: str) -> None:
    """Read plainly, a BINBYTES swallows the call; joblib skips its first five bytes as an array."""
    hide = b"B" + struct.pack("<I", len(EVIL))
    state = attributes(subclass=g("numpy", "ndarray"), shape=i(5) + b"\x85", order=s("C"), dtype=U1)
    report = scan_bytes(b"\x80\x03" + MADE[how] + state + b"b" + hide + EVIL + b"N.", name="m.pkl")
    assert report.verdict is Verdict.HOSTILE


@pytest.mark.parametrize(
    ("code", "size", "flags"), [("V37", 5, 0), ("V5", 37, 0), ("V5", 5, 63), ("O8", -1, 0)]
)
def test_data_types_whose_state_says_otherwise(code: str, size: int, flags: int) -> None:
    dtype = call(g("numpy", "dtype"), s(code), b"\x89", b"\x88")
    dtype += b"(" + i(4) + s("|") + b"NNN" + i(size) + i(1) + i(flags) + b"tb"
    state = attributes(subclass=g("numpy", "ndarray"), shape=i(1) + b"\x85", dtype=dtype)
    hide = b"B" + struct.pack("<I", len(EVIL))
    data = b"\x80\x03" + MADE["direct"] + state + b"b" + hide + EVIL + b"N."
    assert scan_bytes(data, name="m.joblib").verdict in (Verdict.REVIEW, Verdict.HOSTILE)


def test_a_function_is_not_given_the_wrapper() -> None:
    made = call(g("sklearn.metrics._dist_metrics", "newObj"), WRAPPER)
    report = scan_bytes(b"\x80\x03" + made + b".", name="m.joblib")
    assert report.verdict in (Verdict.REVIEW, Verdict.HOSTILE)


def test_the_honest_containers_are_clean() -> None:
    honest = [
        ORDERED + s("k") + s("v") + b"s" + attributes(_metadata=b"N") + b"b.",
        g("collections", "deque") + b")R(" + s("A") + s("B") + b"e.",
        g("sklearn.utils._bunch", "Bunch") + b")\x81(" + s("k") + s("v") + b"u}b.",
        g("scipy.optimize._optimize", "OptimizeResult") + b")\x81(" + s("k") + b"Nu.",
        call(g("operator", "methodcaller"), s("lower")) + b".",
        call(g("operator", "attrgetter"), s("best_estimator_.coef_")) + b".",
        ufunc("numpy", "log1p") + b".",
        ufunc("scipy.special", "expit") + b".",
        call(g("_codecs", "encode"), s("\xe9"), s("latin1")) + b".",
        g("copyreg", "_reconstructor")
        + (g("numpy", "poly1d") + g("builtins", "object") + b"N\x87R}b."),
    ]
    for data in honest:
        report = scan_bytes(b"\x80\x02" + data, name="model.pkl")
        assert report.findings == (), (data, report.findings)


@pytest.mark.parametrize("line", [b"F1_0", b"F 1", b"I1_0", b"L1_0L", b"F" + b" " * 9000 + b"1"])
@pytest.mark.parametrize("name", ["model.pkl", "model"])
def test_numbers_that_only_python_reads(line: bytes, name: str) -> None:
    report = scan_bytes(line + b"\n0" + EVIL + b"N.", name=name)
    assert report.verdict is Verdict.HOSTILE


def test_a_chain_of_calls_names_its_beginning() -> None:
    report = scan_bytes(b"cmylib\nname\n" + b")R" * 100_000 + b".", name="model.pkl")
    assert [f.rule.id for f in report.findings] == ["PKL003"]

"""Gadgets out of allowlisted parts only, end to end. Harmless payloads; nothing is ever loaded."""

import struct

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes


def g(m: str, n: str) -> bytes:
    return b"c" + m.encode() + b"\n" + n.encode() + b"\n"


def s(t: str) -> bytes:
    return b"X" + struct.pack("<I", len(t)) + t.encode()


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

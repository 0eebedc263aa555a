"""Guards: what the library writes passes, what it never writes does not."""

import pytest

from seamark.scan.models.pickle import guards
from seamark.scan.models.pickle.decide import load_allowlist, parse_line
from seamark.scan.models.pickle.guards import GUARDS, check_call, check_state
from seamark.scan.models.pickle.states import is_template
from seamark.scan.models.pickle.trace import (
    KEPT,
    Call,
    Const,
    Map,
    Payload,
    Persistent,
    Ref,
    Seq,
    Value,
)

ALLOWLIST = load_allowlist()


def ref(path: str) -> Ref:
    module, _, name = path.partition(":")
    return Ref(module, name, 0)


def value(thing: object) -> Value:
    """Plain Python as abstract values; ``"@module:name"`` is a reference."""
    if isinstance(thing, str) and thing.startswith("@"):
        return ref(thing[1:])
    if isinstance(thing, tuple | list | set):
        items = [value(item) for item in thing]
        return Seq(type(thing).__name__, items, len(items))
    if isinstance(thing, dict):
        made = Map()
        made.raw = [part for pair in thing.items() for part in map(value, pair)]
        made.length = len(thing)
        return made
    if isinstance(thing, Call | Persistent | Ref | Seq | Payload):
        return thing
    assert thing is None or isinstance(thing, int | float | str | bytes)
    return Const(thing)


def call(path: str | Call, *args: object, opcode: str = "REDUCE") -> Call:
    function = path if isinstance(path, Call) else ref(path)
    return Call(function, value(args), None, opcode, 0)


DTYPE = call("numpy:dtype", "f8", False, True)
EMPTY = call("collections:OrderedDict")
STORAGE = Persistent(value(("storage", "@torch:FloatStorage", "0", "cpu", 1)), 0)
TENSOR = call("torch._utils:_rebuild_tensor_v2", STORAGE, 0, (1,), (1,), False, EMPTY)
HOOKS = call("collections:OrderedDict", [(1, "@os:system")])
LATIN = call("_codecs:encode", "b", "latin1")

TYPE = call("dill._dill:_load_type", "list")

MODEL = call("tokenizers.models:Model", opcode="NEWOBJ")

FINE = [
    call("statsmodels.base.data:ModelData"),
    call("statsmodels.tsa.statespace._representation:dStatespace", 1, (2, None)),
    call("tokenizers:Tokenizer", MODEL, opcode="NEWOBJ"),
    call("array:array", "d", [1.0, 2.0]),
    call("array:array", "u", "text"),
    call("array:_array_reconstructor", "@array:array", "d", 16, b"12345678"),
    call("http:HTTPStatus", 200),
    call("builtins:getattr", "@http:HTTPStatus", "OK"),
    call("ipaddress:IPv4Address", 3221225985),
    call("ipaddress:IPv6Network", "2001:db8::/32"),
    call("types:GenericAlias", "@builtins:list", ("@builtins:int",)),
    call("types:GenericAlias", "@builtins:dict", ("@builtins:str", "@typing:Any")),
    TYPE,
    call("cloudpickle.cloudpickle:_builtin_type", "SimpleNamespace"),
    call(call("cloudpickle.cloudpickle:_builtin_type", "SimpleNamespace")),
    call(TYPE, [1, 2]),
    call(call("dill._dill:_load_type", "complex"), 1.0, 2.0),
    call("collections:defaultdict", TYPE),
    call("string:Template", opcode="NEWOBJ"),
    call("sklearn.tree._tree:Tree", 4, call("joblib.numpy_pickle:NumpyArrayWrapper"), 1),
    call("collections:OrderedDict"),
    call("collections:OrderedDict", [["a", 1]]),
    call("collections:defaultdict", "@builtins:list"),
    call("collections:defaultdict", None),
    call("collections:defaultdict", call("functools:partial", "@collections:defaultdict")),
    call("collections:deque", [1], 3),
    call("collections:Counter", {"a": 1}),
    call("copyreg:_reconstructor", "@numpy:poly1d", "@builtins:object", None),
    call("copyreg:__newobj__", "@numpy:poly1d"),
    call("functools:partial", "@numpy:log"),
    call("_codecs:encode", "ab", "latin1"),
    call("builtins:bytearray", b"ab"),
    call("builtins:bytearray", "ab", "latin-1"),
    call("builtins:bytes"),
    call("builtins:bytes", [1, 2]),
    call("builtins:str", "a"),
    call("builtins:int", "12"),
    call("builtins:set", [1, 2]),
    call("builtins:range", 0, 3),
    call("builtins:slice", 0, 1, None),
    call("builtins:type", None),
    call("builtins:type", "@builtins:Ellipsis"),
    call("builtins:getattr", "@builtins:str", "lower"),
    call("builtins:getattr", "@scipy.interpolate._interpolate:interp1d", "_call_linear"),
    call(call("builtins:getattr", "@zoneinfo:ZoneInfo", "_unpickle"), "Europe/Berlin", 1),
    call("decimal:Decimal", "1.5"),
    call("fractions:Fraction", "1/3"),
    call("fractions:Fraction", 1, 3),
    call("uuid:SafeUUID", 0),
    call("numpy:ndarray", opcode="NEWOBJ"),
    call("pathlib:PosixPath", "a", "b"),
    call("re:_compile", "a+", 32),
    call("re:_compile", LATIN, 32),
    call("random:Random"),
    call("types:SimpleNamespace"),
    call("operator:attrgetter", "coef_", "tree_.value"),
    call("logging:getLogger", "mylib"),
    DTYPE,
    call("numpy:dtype", "M8[ns]"),
    call("numpy:dtype", "@numpy:float64"),
    call("numpy.dtypes:Float64DType"),
    call("numpy._core.multiarray:_reconstruct", "@numpy:ndarray", (0,), b"b"),
    call("numpy.core.multiarray:_reconstruct", "@numpy:ndarray", (0,), LATIN),
    call("numpy.core.multiarray:_reconstruct", "@numpy:ndarray", (0,), "b"),
    call("numpy._core.multiarray:scalar", DTYPE, b"12345678"),
    call("numpy._core.numeric:_frombuffer", Payload("bytes", 0, 99), DTYPE, (3,), "C"),
    call("numpy._core:_ufunc_reconstruct", "numpy.core._multiarray_umath", "log"),
    call("numpy.ma.core:_mareconstruct", "@numpy.ma:MaskedArray", "@numpy:ndarray", (0,), "b"),
    call("numpy.random._pickle:__bit_generator_ctor", "PCG64"),
    call("numpy.random._pickle:__bit_generator_ctor", "@numpy.random._pcg64:PCG64"),
    call(
        "numpy.random._pickle:__generator_ctor",
        "MT19937",
        "@numpy.random._pickle:__bit_generator_ctor",
    ),
    call(
        "numpy.random.bit_generator:__pyx_unpickle_SeedSequence",
        "@numpy.random.bit_generator:SeedSequence",
        12,
        None,
    ),
    call("sklearn.tree._tree:Tree", 4, call("numpy._core.multiarray:_reconstruct"), 1),
    call("sklearn.linear_model._sgd_fast:Hinge", 1.0),
    call("sklearn.neighbors._kd_tree:newObj", "@sklearn.neighbors._kd_tree:KDTree"),
    call("pandas.core.indexes.base:_new_Index", "@pandas:Index", {"name": None}),
    call("pandas._libs.internals:_unpickle_block", DTYPE, call("builtins:slice", 0, 1, 1), 2),
    TENSOR,
    call("torch._utils:_rebuild_tensor", STORAGE, 0, (1,), (1,)),
    call("torch._utils:_rebuild_parameter", TENSOR, True, EMPTY),
    call("torch._utils:_rebuild_parameter_with_state", TENSOR, True, EMPTY, {"a": 1}),
    call(
        "torch._utils:_rebuild_tensor_v3",
        STORAGE,
        0,
        (1,),
        (1,),
        False,
        EMPTY,
        "@torch:float8_e5m2",
    ),
    call(
        "torch._utils:_rebuild_qtensor",
        STORAGE,
        0,
        (1,),
        (1,),
        ("@torch:per_tensor_affine", 0.1, 0),
        False,
        EMPTY,
    ),
    call("torch._utils:_rebuild_sparse_tensor", "@torch:sparse_coo", (TENSOR, TENSOR, (2, 2))),
    call(
        "torch._tensor:_rebuild_from_type_v2",
        "@torch._utils:_rebuild_tensor_v2",
        "@torch.nn.parameter:Parameter",
        (STORAGE, 0, (1,), (1,), False, EMPTY),
        {},
    ),
    call("torch.storage:_load_from_bytes", Payload("bytes", 0, 10)),
    call("torch:Size", (1, 2)),
    call("torch:device", "cpu"),
    call("numpy:poly1d", opcode="NEWOBJ"),
    call("numpy:poly1d", opcode="OBJ"),
    call("datetime:date", b"\x07\xe4\x01\x01"),
    call("scipy.stats._continuous_distns:norm_gen", opcode="NEWOBJ"),
]

WRONG = [
    call("statsmodels.base.data:ModelData", [1], [2]),
    call("statsmodels.tsa.statespace._representation:dStatespace", "@os:system"),
    call("tokenizers:Tokenizer", "@tokenizers.models:Model", opcode="NEWOBJ"),
    call("array:array", "d", 1 << 40),
    call("array:array", "d", call("builtins:range", 1 << 60)),
    call("array:array", "d", [call("builtins:range", 9)]),
    call("array:_array_reconstructor", "@numpy:ndarray", "d", 16, b"12345678"),
    call("array:_array_reconstructor", "@array:array", "d", 16, TENSOR),
    call("http:HTTPStatus", "@builtins:getattr"),
    call("http:HTTPStatus", "OK", 1),
    call("builtins:getattr", "@http:HTTPStatus", "__class__"),
    call("builtins:getattr", "@http:HTTPStatus", "_missing_"),
    call("ipaddress:IPv4Address", TENSOR),
    call("types:GenericAlias", "@builtins:getattr", ("@builtins:int",)),
    call("types:GenericAlias", "@builtins:list", ("code",)),
    call("dill._dill:_load_type", "FunctionType"),
    call("dill._dill:_load_type", "CodeType"),
    call("dill._dill:_load_type", call("builtins:str", "list")),
    call("cloudpickle.cloudpickle:_builtin_type", "sys"),
    call("cloudpickle.cloudpickle:_builtin_type", "FunctionType"),
    call(call("cloudpickle.cloudpickle:_builtin_type", "FunctionType"), 1),
    call(call("cloudpickle.cloudpickle:_builtin_type", "list"), [1]),
    call(call("dill._dill:_load_type", "type"), "X", (), {}),
    call(call("dill._dill:_load_type", "type")),
    call("collections:defaultdict", call("dill._dill:_load_type", "FunctionType")),
    call("string:Template", "$x"),
    call("collections:OrderedDict", call("builtins:range", 9)),
    call("collections:defaultdict", "@os:system"),
    call("collections:defaultdict", "@numpy:dtype"),
    call("collections:defaultdict", call("functools:partial", "@torch.storage:_load_from_bytes")),
    call("collections:defaultdict", "@builtins:list", call("os:system", "x")),
    call("collections:deque", call("builtins:range", 1 << 40)),
    call("collections:Counter", call("builtins:range", 1 << 40)),
    call("copyreg:_reconstructor", "@numpy:float64", "@builtins:object", None),
    call("copyreg:_reconstructor", "@numpy:poly1d", "@subprocess:Popen", None),
    call("copyreg:_reconstructor", "@numpy:poly1d", "@builtins:object"),
    call("copyreg:_reconstructor", call("os:system"), "@builtins:object", None),
    call("copyreg:__newobj__", "@numpy:dtype"),
    call("copyreg:__newobj__"),
    call("functools:partial", "@builtins:getattr", "@builtins:str"),
    call("functools:partial", "@torch.storage:_load_from_bytes", b"x"),
    call("functools:partial", call("os:system")),
    call("functools:partial"),
    call("_codecs:encode", "ab", "rot13"),
    call("_codecs:encode", call("builtins:str", "a"), "latin1"),
    call("builtins:bytearray", 1 << 40),
    call("builtins:bytes", 1 << 40),
    call("builtins:int", "9" * 5000),
    call("builtins:str", call("numpy:poly1d", opcode="NEWOBJ")),
    call("builtins:set", call("builtins:range", 1 << 40)),
    call("builtins:range", call("builtins:int", "3")),
    call("builtins:type", "X", (), {}),
    call("builtins:type", "@numpy:poly1d"),
    call("builtins:getattr", "@builtins:str", "__class__"),
    call("builtins:getattr", "@numpy:poly1d", "__init__"),
    call("builtins:getattr", call("numpy:poly1d", opcode="NEWOBJ"), "fit"),
    call(call("builtins:getattr", "@zoneinfo:ZoneInfo", "_unpickle"), "/etc/passwd", 1),
    call(call("builtins:getattr", "@zoneinfo:ZoneInfo", "_unpickle"), "../../x", 1),
    call(call("builtins:getattr", "@builtins:str", "lower"), "X"),
    call(call("numpy:poly1d", opcode="NEWOBJ"), 1),
    call("decimal:Decimal", call("numpy:poly1d", opcode="NEWOBJ")),
    call("fractions:Fraction", "1E99999999"),
    call("uuid:SafeUUID", call("os:system")),
    call("numpy:ndarray", (1 << 40,), opcode="NEWOBJ"),
    call("pathlib:PosixPath", call("os:system")),
    call("re:_compile", "a" * 70000, 0),
    call("re:_compile", call("os:system"), 0),
    call("random:Random", 3),
    call("types:SimpleNamespace", {"a": 1}),
    call("operator:attrgetter", "__class__.__init__"),
    call("operator:methodcaller", "_private"),
    call("operator:attrgetter", call("os:system")),
    call("logging:getLogger", call("os:system")),
    call("numpy:dtype", "f8,(9)f8"),
    call("numpy:dtype", {"names": ["a"]}),
    call("numpy:dtype", "@builtins:getattr"),
    call("numpy.dtypes:Float64DType", 1),
    call("numpy._core.multiarray:_reconstruct", "@numpy:ndarray", (1 << 40,), b"b"),
    call("numpy._core.multiarray:_reconstruct", "@numpy:float64", (0,), b"b"),
    call("numpy._core.multiarray:_reconstruct", call("os:system"), (0,), b"b"),
    call("numpy._core.multiarray:scalar", "@os:system", b"1"),
    call("numpy._core.numeric:_frombuffer", call("os:system"), DTYPE, (3,), "C"),
    call("numpy._core:_ufunc_reconstruct", "os", "system"),
    call("numpy._core:_ufunc_reconstruct", "numpy", "load"),
    call("numpy._core:_ufunc_reconstruct", "numpy.core", "os.system"),
    call("numpy._core:_ufunc_reconstruct", "scipy.special", "test"),
    call("numpy.ma.core:_mareconstruct", "@numpy.ma:MaskedArray", "@numpy:ndarray", (9,), "b"),
    call("numpy.random._pickle:__bit_generator_ctor", "os"),
    call("numpy.random._pickle:__generator_ctor", "MT19937", "@os:system"),
    call("numpy.random.bit_generator:__pyx_unpickle_SeedSequence", "@numpy:float64", 12, None),
    call("sklearn.tree._tree:Tree", 1 << 40, 1, 1),
    call("sklearn.linear_model._sgd_fast:Hinge", "@numpy:log"),
    call("sklearn.neighbors._kd_tree:newObj", "@numpy:log"),
    call("sklearn.neighbors._kd_tree:newObj", "@scipy.stats._continuous_distns:norm_gen"),
    call("pandas.core.indexes.base:_new_Index", "@builtins:getattr", {"name": None}),
    call("pandas.core.indexes.base:_new_Index", "@pandas:Index", call("os:system")),
    call("pandas._libs.internals:_unpickle_block", "@builtins:getattr", 1, 2),
    call("torch._utils:_rebuild_tensor_v2", STORAGE, 0, (1,), (1,), False, HOOKS),
    call("torch._utils:_rebuild_tensor_v2", call("os:system"), 0, (1,), (1,), False, EMPTY),
    call("torch._utils:_rebuild_parameter", TENSOR, True, HOOKS),
    call("torch._utils:_rebuild_tensor_v3", STORAGE, 0, (1,), (1,), False, HOOKS, "@torch:int1"),
    call("torch._utils:_rebuild_qtensor", STORAGE, 0, (1,), (1,), ("@torch:int1",), False, HOOKS),
    call("torch._utils:_rebuild_sparse_tensor", "@os:system", "@os:system"),
    call(
        "torch._tensor:_rebuild_from_type_v2", "@os:system", "@torch:Tensor", ("echo seamark",), {}
    ),
    call(
        "torch._tensor:_rebuild_from_type_v2",
        "@torch._tensor:_rebuild_from_type_v2",
        "@torch.nn.parameter:Parameter",
        (),
        {},
    ),
    call("torch._utils:_rebuild_parameter_with_state", TENSOR, True, EMPTY, {"__class__": 1}),
    call("pandas.core.indexes.base:_new_Index", "@pandas:Index", {"__class__": 1}),
    call("torch.storage:_load_from_bytes", call("os:system")),
    call("torch:Size", "@builtins:getattr"),
    call("numpy:poly1d", [1]),
    call("numpy:poly1d", [1], opcode="OBJ"),
    call("numpy:log", 1),
    call("numpy:float64", opcode="NEWOBJ"),
    call("scipy.stats._continuous_distns:norm_gen", 1, opcode="NEWOBJ"),
    Call(ref("numpy:dtype"), call("os:system"), None, "REDUCE", 0),
    Call(Const(3), value(()), None, "REDUCE", 0),
]


@pytest.mark.parametrize("made", FINE, ids=lambda c: f"{getattr(c.function, 'name', 'method')}")
def test_what_libraries_write_passes(made: Call) -> None:
    assert check_call(made, ALLOWLIST) is None


@pytest.mark.parametrize("made", WRONG, ids=lambda c: f"{getattr(c.function, 'name', 'method')}")
def test_what_they_never_write_does_not(made: Call) -> None:
    assert check_call(made, ALLOWLIST)


def test_every_guard_is_tried_both_ways() -> None:
    def used(calls: list[Call]) -> set[str]:
        return {
            ALLOWLIST.kind(c.function.module, c.function.name) or ""
            for c in calls
            if isinstance(c.function, Ref)
        }

    shipped = {k for line in ALLOWLIST.modules.values() for k in parse_line(line).values()}
    assert {kind for kind in shipped if len(kind) > 1} <= set(GUARDS)
    assert set(GUARDS) - shipped == set()
    assert set(GUARDS) <= used(FINE)
    assert set(GUARDS) <= used(WRONG)


def test_keyword_arguments_are_refused() -> None:
    made = Call(ref("numpy:dtype"), value(("f8",)), value({"metadata": {}}), "NEWOBJ_EX", 0)
    assert check_call(made, ALLOWLIST)


def test_more_arguments_than_were_kept_are_refused() -> None:
    many = Seq("tuple", [Const("a")] * KEPT, 1000)
    assert check_call(Call(ref("pathlib:Path"), many, None, "REDUCE", 0), ALLOWLIST)


def test_deep_nesting_does_not_recurse() -> None:
    made = call("functools:partial", "@numpy:log")
    for _ in range(5000):
        made = call("functools:partial", made)
    assert check_call(made, ALLOWLIST)
    assert check_call(call("collections:defaultdict", made), ALLOWLIST)


def test_unknown_and_user_allowed_names_are_not_held_to_shapes() -> None:
    assert check_call(call("os:system", "echo seamark"), ALLOWLIST) is None
    trusted = load_allowlist(frozenset(["numpy:poly1d"]))
    assert check_call(call("numpy:poly1d", [1]), trusted) is None


TEMPLATE = """
def _parse_args(self, df,  loc=0, scale=1):
    return (df, ), loc, scale

def _parse_args_rvs(self, df,  loc=0, scale=1, size=None):
    return self._argcheck_rvs(df,  loc, scale, size=size)

def _parse_args_stats(self, df,  loc=0, scale=1, moments='mv'):
    return (df, ), loc, scale, moments
"""


def distribution(state: object) -> Call:
    made = call("scipy.stats._continuous_distns:t_gen", opcode="NEWOBJ")
    made.state = value(state)
    return made


def test_scipy_distribution_with_its_own_text() -> None:
    assert is_template(TEMPLATE)
    assert check_state(distribution({"name": "t", "_parse_arg_template": TEMPLATE})) is None


@pytest.mark.parametrize(
    "state",
    [
        {"_parse_arg_template": "print('seamark')"},
        {"_parse_arg_template": TEMPLATE + "print('seamark')\n"},
        {"_parse_arg_template": TEMPLATE.replace("loc, scale\n", "loc, print('seamark')\n", 1)},
        {"_parse_arg_template": TEMPLATE.replace("df, ", "df=print('seamark'), ")},
        {"_parse_arg_template": TEMPLATE, "_attach_methods": "@numpy:log"},
        {"_parse_arg_template": call("builtins:str", "x")},
        {"name": "t"},
        (1, 2),
        None,
    ],
)
def test_scipy_distribution_with_other_text(state: object) -> None:
    assert check_state(distribution(state))


def test_distribution_through_the_old_protocols() -> None:
    made = call("copyreg:_reconstructor", "@scipy.stats._continuous_distns:t_gen", "@x:y", None)
    made.state = value({"_parse_arg_template": "print('seamark')"})
    assert check_state(made)
    assert check_state(call("numpy:poly1d", opcode="NEWOBJ")) is None


def test_guards_are_not_changeable() -> None:
    with pytest.raises(TypeError):
        guards.GUARDS["dtype"] = None  # type: ignore[index]


def model_data(state: object) -> Call:
    made = call("statsmodels.base.data:PandasData", opcode="NEWOBJ")
    made.state = value(state)
    return made


def test_statsmodels_data_keeps_arrays() -> None:
    assert check_state(model_data({"orig_endog": 1, "formula": "y ~ x"})) is None


@pytest.mark.parametrize(
    "state",
    [
        {"restore_design_info": True, "formula": "y ~ I(1)"},
        {"restore_model_spec": False},
        {b"restore_model_spec": True},
        (None, {"restore_model_spec": True}),
        {"__class__": "@os:system"},
        {call("os:system"): 1},
    ],
)
def test_statsmodels_data_with_a_formula_is_refused(state: object) -> None:
    assert check_state(model_data(state))

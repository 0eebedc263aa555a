"""States: attributes are filled in, nothing else."""

import pytest

from seamark.scan.models.pickle.guards import check_state
from seamark.scan.models.pickle.states import Evident
from seamark.scan.models.pickle.trace import Call, Const, Map, Opaque, Ref, Seq, Value


def made(path: str, *args: Value, opcode: str = "NEWOBJ") -> Call:
    module, _, name = path.partition(":")
    return Call(Ref(module, name, 0), Seq("tuple", list(args), len(args)), None, opcode, 0)


def attributes(*names: str) -> Map:
    state = Map()
    state.raw = [part for name in names for part in (Const(name), Const(1))]
    state.length = len(names)
    return state


def pair(first: Value, second: Value) -> Seq:
    return Seq("tuple", [first, second], 2)


ESTIMATOR = "sklearn.linear_model._logistic:LogisticRegression"


@pytest.mark.parametrize(
    "state",
    [
        attributes("coef_", "_sklearn_version", "__doc__", "__orig_class__"),
        pair(attributes("a"), attributes("b")),
        pair(Const(None), attributes("slot")),
        Seq("tuple", [Const(1)] * 4, 4),
        Const(3),
    ],
)
def test_honest_states_pass(state: Value) -> None:
    call = made(ESTIMATOR)
    call.state = state
    assert check_state(call) is None


@pytest.mark.parametrize(
    "state",
    [
        attributes("coef_", "__class__"),
        pair(Const(None), attributes("__class__")),
        pair(attributes("__reduce_ex__"), attributes()),
        Opaque("a second state"),
    ],
)
def test_states_that_change_what_an_object_is(state: Value) -> None:
    call = made(ESTIMATOR)
    call.state = state
    assert check_state(call)


def test_swaps_are_evidence_and_oddities_are_not() -> None:
    call = made(ESTIMATOR)
    for name, evident in [("__class__", True), ("__setstate__", True), ("__slots__", False)]:
        call.state = attributes(name)
        assert isinstance(check_state(call), Evident) is evident
        assert check_state(call)


def test_a_type_that_is_loaded_by_name_takes_no_state() -> None:
    by_name = made("dill._dill:_load_type", Const("list"), opcode="REDUCE")
    by_name.state = attributes("append")
    assert check_state(by_name)
    instance = Call(by_name, Seq("tuple", [], 0), None, "REDUCE", 0)
    instance.state = attributes("__class__")
    assert isinstance(check_state(instance), Evident)


def test_a_computed_attribute_name_cannot_hide() -> None:
    call = made(ESTIMATOR)
    state = attributes("a")
    state.raw = [made("builtins:str", Const("__class__"), opcode="REDUCE"), Const(1)]
    call.state = state
    assert check_state(call)


def test_attributes_beyond_what_is_kept_cannot_hide() -> None:
    call = made(ESTIMATOR)
    state = attributes(*[f"a{i}" for i in range(64)])
    state.length = 65
    call.state = state
    assert check_state(call)


@pytest.mark.parametrize(
    "path", ["logging:getLogger", "builtins:getattr", "re:_compile", "zoneinfo:ZoneInfo"]
)
def test_shared_objects_take_no_state(path: str) -> None:
    call = made(path, opcode="REDUCE")
    call.state = attributes("disabled")
    assert check_state(call)


def test_partial_is_held_to_its_function_in_its_state_too() -> None:
    honest = Seq("tuple", [Ref("numpy", "log", 0), Seq("tuple", [], 0), Map(), Const(None)], 4)
    hostile = Seq("tuple", [Ref("builtins", "getattr", 0), *honest.items[1:]], 4)
    call = made("functools:partial", Ref("numpy", "log", 0), opcode="REDUCE")
    call.state = honest
    assert check_state(call) is None
    for state in (hostile, attributes("func"), Opaque("a second state")):
        call.state = state
        assert check_state(call)


def test_names_that_are_findings_already_or_trusted_are_left_alone() -> None:
    call = made("mylib:Thing")
    call.state = attributes("__class__")
    assert check_state(call) is None

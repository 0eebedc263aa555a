"""The explainer, opcode group by opcode group, each held against the judge."""

import pickle

import pytest
from scan.models.pickle.assembling import explained, judged, text

from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.pickle.decompile import decompile
from seamark.scan.models.pickle.judge import agree
from seamark.scan.models.pickle.machine import WINDOW, explain
from seamark.scan.models.pickle.opcodes import NAMES
from seamark.scan.models.pickle.trace import KEPT, Call, Const, End, Map, Oddity, Payload, Seq

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def value_of(data: bytes) -> object:
    trace = explained(data)
    assert trace.end is End.STOP, trace.reason
    assert trace.consumed == len(data)
    assert agree(trace, judged(data)) == ""
    return trace.result


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"K\x05.", 5),
        (b"M\x01\x02.", 513),
        (b"J\xff\xff\xff\xff.", -1),
        (b"\x8a\x02\x00\x80.", -32768),
        (b"\x8a\x00.", 0),
        (b"\x8b\x01\x00\x00\x00\x07.", 7),
        (b"I12\n.", 12),
        (b"I01\n.", True),
        (b"I00\n.", False),
        (b"I010\n.", 8),
        (b"I0x1f\n.", 31),
        (b"I1_0\n.", 10),
        (b"I7\0junk\n.", 7),
        (b"I\0\n.", 0),
        (b"I\0x\n.", False),
        (b"L12L\n.", 12),
        (b"L-5\n.", -5),
        (b"F1.5\n.", 1.5),
        (b"F.5e1\n.", 5.0),
        (b"G?\xf8\0\0\0\0\0\0.", 1.5),
        (b"N.", None),
        (b"\x88.", True),
        (b"\x89.", False),
        (b"S'a\\x41\\n'\n.", "aA\n"),
        (b'S"quoted"\n.', "quoted"),
        (b"Va\\u00e9\n.", "a\u00e9"),
        (b"U\x02\xe9b.", "\u00e9b"),
        (b"T\x01\0\0\0\xff.", "\u00ff"),
        (b"X\x02\0\0\0\xc3\xa9.", "\u00e9"),
        (b"\x8c\x03\xed\xa0\x80.", "\ud800"),
        (b"\x8d\x01\0\0\0\0\0\0\0a.", "a"),
        (b"B\x01\0\0\0\xff.", b"\xff"),
        (b"C\x01\xff.", b"\xff"),
        (b"\x8e\x01\0\0\0\0\0\0\0\xff.", b"\xff"),
    ],
)
def test_constants_have_the_value_that_the_unpickler_gives_them(
    data: bytes, expected: object
) -> None:
    assert value_of(data) == Const(expected)  # type: ignore[arg-type]
    assert type(value_of(data).value) is type(expected)  # type: ignore[attr-defined]
    assert pickle.loads(data, encoding="latin-1") == expected


@pytest.mark.parametrize(
    "data",
    [
        b"I\n.",
        b"I5x\n.",
        b"I 5 5\n.",
        b"L\n.",
        b"L5LL\n.",
        b"F1e999\n.",
        b"F1.5x\n.",
        b"F 1\n.",
        b"F1_0\n.",
        b"S'open\n.",
        b"Sbare\n.",
        b"S'\\x4'\n.",
        b"V\\u00e\n.",
        b"\x8c\x02\xff\xfe.",
        b"\x8c\x05ab.",
        b"T\xff\xff\xff\xffab.",
        b"\x8b\xff\xff\xff\xff.",
        b"I" + b"9" * 5000 + b"\n.",
        b"I5",
        b"K",
        b"",
        b"\x80\x06N.",
        b"\xff.",
        b".",
        b"N0.",
        b"(.",
        b"0.",
        b"1.",
        b"2.",
        b"h\x00.",
        b"g0\n.",
        b"Np-1\n.",
        b"Np\n.",
        b"Npx\n.",
        b"q\x00N.",
        b"\x94N.",
        b"NN\x87.",
        b"a.",
        b"Na.",
        b"NNa.",
        b"}Ne.",
        b"}(Nu.",
        b"}]Ns.",
        b"}(]Nu.",
        b"](]Nd.",
        b"\x8f(]\x90.",
        b"(]\x91.",
        b"(]\x85\x91.",
        b"N(N\x90.",
        b"]K\x00Ns.",
        b"NK\x00Ns.",
        b"\x97.",
        b"N\x98.",
        b"\x82\x01.",
        b"\x82\x00.",
        b"\x84\xff\xff\xff\xff.",
        b"c\nsystem\n.",
        b"cos\n\n.",
        b"c\xff\nx\n.",
        b"ios\nsystem\n.",
        b"NN\x93.",
        b"K\x01\x8c\x01a\x93.",
        b"N)R.",
        b"cos\nsystem\nNR.",
        b"cos\nsystem\n]R.",
        b"N)\x81.",
        b"cos\nx\n)N\x92.",
        b"(o.",
        b"(No.",
        b"P\xff\n.",
        b"Q.",
        b"N}b.",
        b"N(NN\x86b.",
        b"]K\x01b.",
    ],
)
def test_what_breaks_the_unpickler_breaks_the_explainer(data: bytes) -> None:
    trace = explained(data)
    assert trace.end is End.BROKEN
    assert trace.reason
    assert agree(trace, judged(data)) == ""


def test_containers_keep_their_first_items_and_count_the_rest() -> None:
    result = value_of(b"\x80\x04](" + b"K\x01" * (KEPT + 36) + b"e.")
    assert isinstance(result, Seq)
    assert (result.kind, result.length) == ("list", KEPT + 36)
    assert (len(result.items), result.omitted) == (KEPT, 36)
    pairs = b"".join(text(f"k{i}") + b"N" for i in range(KEPT + 6))
    entries = value_of(b"\x80\x04}(" + pairs + b"u.")
    assert isinstance(entries, Map)
    assert (entries.length, entries.omitted, entries.items[1][0]) == (KEPT + 6, 6, Const("k1"))


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b")\x85.", "((),)"),
        (b"K\x01K\x02K\x03\x87.", "(1, 2, 3)"),
        (b"(K\x01K\x02l.", "[1, 2]"),
        (b"(K\x01K\x02d.", "{1: 2}"),
        (b"(K\x01t.", "(1,)"),
        (b"\x8f(K\x01K\x02\x90.", "{1, 2}"),
        (b"(K\x01\x91.", "frozenset({1})"),
        (b"]K\x01a.", "[1]"),
        (b"}K\x01K\x02s.", "{1: 2}"),
        (b"]K\x01aK\x00K\x07s.", "[7]"),
        (b"]2a.", "[[[[[[…]]]]]]"),
        (b"N(NN1.", "None"),
        (b"N(0.", "None"),
        (b"K\x052\x86.", "(5, 5)"),
        (b"K\x05\x940h\x00.", "5"),
        (b"K\x05q\x070h\x07.", "5"),
        (b"K\x05r\x00\x01\0\x000j\x00\x01\0\0.", "5"),
        (b"K\x05p3\n0g 3\n.", "5"),
        (b"\x80\x05\x96\x02\0\0\0\0\0\0\0ab.", "<bytearray of 2 bytes>"),
        (b"\x80\x05\x96\x02\0\0\0\0\0\0\0ab\x98.", "<read-only view of a bytearray>"),
    ],
)
def test_stack_memo_and_containers(data: bytes, shown: str) -> None:
    assert decompile(value_of(data)) == shown  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"cos\nsystem\n(S'echo'\ntR.", "os.system('echo')"),
        (b"\x80\x04" + text("os") + text("system") + b"\x93" + text("echo") + b"\x85R.", None),
        (b"(S'echo'\nios\nsystem\n.", "os.system('echo')"),
        (b"(cos\nsystem\nS'echo'\no.", "os.system('echo')"),
        (b"\x80\x03cm\nC\nK\x01\x85\x81.", "m.C.__new__(m.C, 1)"),
        (b"\x80\x04cm\nC\n)}X\x01\0\0\0kK\x01s\x92.", "m.C.__new__(m.C, **{'k': 1})"),
        (b"\x80\x03cm\nC\n)\x81}b.", "m.C.__new__(m.C)"),
        (b"cm\nf\n)R)R.", "m.f()()"),
        (b"Pname\n)R.", "persistent_load('name')()"),
        (b"\x80\x03K\x01Q.", "persistent_load(1)"),
    ],
)
def test_calls_decompile(data: bytes, shown: str | None) -> None:
    assert decompile(value_of(data)) == (shown or "os.system('echo')")  # type: ignore[arg-type]


def test_decompiled_text_is_short_however_wide_and_deep_the_value_is() -> None:
    level = b"".join(b"\x94(" + (b"h" + bytes([i])) * 8 + b"t" for i in range(12))
    trace = explained(b")" + level + b".")
    assert trace.end is End.STOP, trace.reason
    assert len(decompile(trace.result)) <= 300  # type: ignore[arg-type]


def test_an_import_has_the_offset_of_its_opcode_and_a_name_of_python_3() -> None:
    trace = explained(b"\x80\x02N0c__builtin__\neval\n0ccopy_reg\n_reconstructor\n.")
    assert [(str(r), r.offset) for r in trace.references.values()] == [
        ("builtins.eval", 4),
        ("copyreg._reconstructor", 23),
    ]
    assert list(trace.asked) == [("__builtin__", "eval"), ("copy_reg", "_reconstructor")]


def test_names_are_not_mapped_from_protocol_3_on() -> None:
    trace = explained(b"\x80\x03c__builtin__\neval\n.")
    assert list(trace.references) == [("__builtin__", "eval")]


def test_every_call_is_watched_when_it_happens() -> None:
    seen: list[Call] = []
    data = b"cm\nf\n2K\x01\x85R0K\x01\x85R."
    explain(BytesBlob(data), meter=Meter(Limits()), watch=seen.append)
    assert [call.offset for call in seen] == [9, 14]


def test_calls_without_arguments_are_watched_once_for_each_imported_object() -> None:
    seen: list[Call] = []
    data = b"cm\nf\n22)R0)R0)\x81(cm\ng\n)R."
    explain(BytesBlob(data), meter=Meter(Limits()), watch=seen.append)
    assert [(str(call.function), call.opcode) for call in seen] == [
        ("m.f", "REDUCE"),
        ("m.f", "NEWOBJ"),
        ("m.g", "REDUCE"),
    ]


def test_more_different_imports_than_any_model_has_end_the_stream() -> None:
    names = b"".join(b"cm\nn%d\n0" % number for number in range(20_000))
    trace = explained(names + b"N.")
    assert trace.limit is not None
    assert len(trace.references) == 10_000


@pytest.mark.parametrize(
    ("data", "oddity"),
    [
        (b"cos\nx\n)R\x8c\x01a\x93.", Oddity.COMPUTED_GLOBAL),
        (b"\x80\x02\x82\x05.", Oddity.EXTENSION),
        (b"\x80\x04\x95\x02\0\0\0\0\0\0\0K\x01K\x02\x86\x95\0\0\0\0\0\0\0\0.", None),
        (b"\x80\x04\x95\x03\0\0\0\0\0\0\0K\x01K\x02\x86.", Oddity.LYING_FRAME),
        (b"\x80\x04\x95\x05\0\0\0\0\0\0\0K\x01.xyz", Oddity.LYING_FRAME),
        (b"N\x80\x020N.", Oddity.LATE_PROTO),
        (b"\x80\x2aN.", Oddity.BAD_PROTOCOL),
        (b"Nr\xff\xff\xff\x7f.", Oddity.HUGE_MEMO),
        (b"Np99999999999\n.", Oddity.HUGE_MEMO),
        (b"]" * 2000 + b"a" * 1999 + b".", Oddity.DEEP_NESTING),
        (b"})" + b"2\x86" * 40 + b"Ns.", Oddity.HASH_BOMB),
        (b"cnumpy\nsize\n}b.", Oddity.STATE_ON_IMPORT),
        (b"cos\nenviron\nNNs.", Oddity.ITEM_ON_IMPORT),
        (b"csys\npath\n(Nte.", None),
        (b"csys\npath\nNa.", Oddity.ITEM_ON_IMPORT),
        (b"cm\nf\n2)RR.", Oddity.COMPUTED_ARGUMENTS),
    ],
)
def test_oddities(data: bytes, oddity: Oddity | None) -> None:
    assert [odd.oddity for odd in explained(data).oddities] == ([oddity] if oddity else [])


def test_long_constants_are_skipped_and_cut_out() -> None:
    payload = b"x" * (1 << 20)
    data = b"\x80\x04B" + len(payload).to_bytes(4, "little") + payload + b"cos\nsystem\n\x86."
    trace = explained(data)
    assert trace.cuts == [(2, 7 + len(payload), b"C\0")]
    assert isinstance(trace.result, Seq)
    assert trace.result.items[0] == Payload("bytes", 7, 1 << 20)
    assert agree(trace, judged(data)) == ""


@pytest.mark.parametrize("bad", [False, True])
def test_a_long_string_must_be_utf8_to_its_end(bad: bool) -> None:
    body = "\u65e5".encode() * 700_000 + (b"\xff" if bad else b"")
    data = b"X" + len(body).to_bytes(4, "little") + body + b"."
    trace = explained(data)
    assert trace.end is (End.BROKEN if bad else End.STOP)
    assert agree(trace, judged(data)) == ""


def test_a_stream_is_the_same_in_any_place_of_the_window() -> None:
    one = pickle.dumps([{"key": i, "text": "x" * (i % 300)} for i in range(3000)], 4)
    data = one[:-1] + b"0" + b"N0" * (WINDOW // 2) + one[2:]
    trace = explained(data)
    assert trace.end is End.STOP, trace.reason
    assert trace.consumed == len(data)
    assert agree(trace, judged(data)) == ""


def test_limits_end_the_trace_and_keep_what_was_seen() -> None:
    data = b"cos\nsystem\n0" + b"N0" * WINDOW + b"N."
    trace = explain(BytesBlob(data), meter=Meter(Limits(opcodes=1000)))
    assert trace.limit is not None
    assert list(trace.references) == [("os", "system")]


def test_the_stack_is_bounded() -> None:
    trace = explained(b"N" * 1_700_000 + b".")
    assert trace.limit is not None
    assert "values" in trace.reason


def test_all_opcodes_have_their_pickletools_name() -> None:
    import pickletools

    assert {ord(op.code): op.name for op in pickletools.opcodes} == NAMES

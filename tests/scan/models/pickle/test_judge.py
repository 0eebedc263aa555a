"""The judge: what it records, what confines its child, and what happens when the child dies."""

import os
import signal
import sys

import pytest
from scan.models.pickle.assembling import SYSTEM, explained

from seamark.scan.models import scan_bytes
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.pickle.judge import Judge, JudgeDied, agree, shared_judge
from seamark.scan.models.pickle.trace import End, Trace

HASH_BOMB = b"})" + b"2\x86" * 40 + b"Ns."
MEMORY_BOMB = b"(" + b"}" * 8_000_000 + b"t."


@pytest.fixture
def judge():
    made = Judge()
    yield made
    made.close()


def whole(data: bytes) -> Trace:
    """What the judge needs to know of a stream, without an explainer."""
    return Trace(consumed=len(data))


def test_imports_are_counted_in_their_order(judge: Judge) -> None:
    data = b"\x80\x03cos\nsystem\n0cm\nB\n0cos\nsystem\n."
    judgment = judge.judge(BytesBlob(data), explained(data), seconds=10)
    assert list(judgment.asked.items()) == [(("os", "system"), 2), (("m", "B"), 1)]
    assert (judgment.end, judgment.consumed) == (End.STOP, len(data))


def test_names_of_any_kind_come_through(judge: Judge) -> None:
    name = "a\0b\u65e5\ud800".encode("utf-8", "surrogatepass")
    data = b"\x8c" + bytes([len(name)]) + name + b"2\x93."
    judgment = judge.judge(BytesBlob(data), explained(data), seconds=10)
    assert list(judgment.asked) == [("a\0b\u65e5\ud800", "a\0b\u65e5\ud800")]


def test_nothing_is_carried_from_one_stream_to_the_next(judge: Judge) -> None:
    first = b"cm\nC\n2}(X\x01\0\0\0kK\x01ub0h\x00."
    judge.judge(BytesBlob(first), explained(first), seconds=10)
    second = b"h\x00."
    judgment = judge.judge(BytesBlob(second), explained(second), seconds=10)
    assert judgment.asked == {}
    assert judgment.end is End.BROKEN


def test_a_large_stream_arrives_in_pieces(judge: Judge) -> None:
    data = b"\x80\x04]" + b"(" + b"K\x01" * 1_000_000 + b"e" + SYSTEM + b"\x86."
    trace = explained(data)
    assert agree(trace, judge.judge(BytesBlob(data + b"tail" * 99), trace, seconds=20)) == ""


def test_what_a_broken_stream_leaves_does_not_reach_the_next(judge: Judge) -> None:
    data = b"\xff" + b"N0" * 1_000_000
    assert judge.judge(BytesBlob(data), whole(data), seconds=20).end is End.BROKEN
    assert judge.judge(BytesBlob(b"N."), whole(b"N."), seconds=20).end is End.STOP


@pytest.mark.parametrize("bomb", [HASH_BOMB, MEMORY_BOMB], ids=["time", "memory"])
def test_a_bomb_kills_or_breaks_and_the_next_stream_is_judged(judge: Judge, bomb: bytes) -> None:
    try:
        judgment = judge.judge(BytesBlob(bomb), whole(bomb), seconds=30)
    except JudgeDied as death:
        reason = str(death)
    else:
        assert judgment.end is End.BROKEN
        reason = judgment.reason
    assert "exceeded" in reason or "MemoryError" in reason
    assert judge.judge(BytesBlob(b"N."), whole(b"N."), seconds=30).end is End.STOP


def test_a_huge_memo_index_gets_no_memory(judge: Judge) -> None:
    data = b"Nr\xff\xff\xff\x7f."
    judgment = judge.judge(BytesBlob(data), whole(data), seconds=30)
    assert judgment.end is End.BROKEN
    assert "MemoryError" in judgment.reason


def test_a_child_that_hangs_is_killed_at_the_deadline(judge: Judge) -> None:
    assert judge.judge(BytesBlob(b"N."), whole(b"N."), seconds=30).end is End.STOP
    assert judge._child is not None
    os.kill(judge._child.pid, signal.SIGSTOP)
    with pytest.raises(JudgeDied, match="in time"):
        judge.judge(BytesBlob(b"N."), whole(b"N."), seconds=0.2)
    assert judge.judge(BytesBlob(b"N."), whole(b"N."), seconds=30).end is End.STOP


def test_a_child_that_is_killed_makes_the_stream_unclear_and_keeps_the_findings() -> None:
    judge = shared_judge()
    scan_bytes(b"\x80\x04N.")
    assert judge._child is not None
    judge._child.kill()
    judge._child.wait()
    report = scan_bytes(SYSTEM + b".")
    rules = [finding.rule.id for finding in report.findings]
    assert "PKL001" in rules
    assert "PKL018" in rules
    assert scan_bytes(b"\x80\x04N.").verdict == "clean"


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_the_child_is_confined() -> None:
    judge = shared_judge()
    scan_bytes(b"\x80\x04N.")
    assert judge._child is not None
    with open(f"/proc/{judge._child.pid}/status", encoding="ascii") as file:
        status = dict(line.split(":\t", 1) for line in file.read().splitlines() if ":\t" in line)
    assert status["NoNewPrivs"].strip() == "1"
    if os.uname().machine in ("x86_64", "aarch64"):
        assert status["Seccomp"].strip() == "2"
    with open(f"/proc/{judge._child.pid}/limits", encoding="ascii") as file:
        limits = file.read()
    for name in ("Max core file size", "Max file size"):
        line = next(line for line in limits.splitlines() if line.startswith(name))
        assert line[len(name) :].split()[:2] == ["0", "0"]


STRADDLE = b"\x80\x04\x95\x03\0\0\0\0\0\0\0\x8c\x04X" + b"abcVcm\nf\n0N."
"""A string straddles the frame's end: read ahead it is Xabc, from io.BytesIO it is abcV."""


def test_an_opcode_that_straddles_a_frame_reads_differently_without_read_ahead(
    judge: Judge,
) -> None:
    blob, trace = BytesBlob(STRADDLE), whole(STRADDLE)
    assert judge.judge(blob, trace, seconds=10).asked == {}
    unbuffered = judge.judge(blob, trace, seconds=10, read_ahead=False)
    assert list(unbuffered.asked) == [("m", "f")]
    assert "m.f" in {finding.anchor for finding in scan_bytes(STRADDLE).findings}

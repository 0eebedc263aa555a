"""Streams that are judged ahead of their turn: the same answers, whatever happens in between."""

import pickle
from pathlib import Path

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.check import scan_paths
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.pickle.ahead import LARGEST, ask_ahead
from seamark.scan.models.pickle.judge import AHEAD, Judge, Judgment
from seamark.scan.models.pickle.machine import explain

HOSTILE = b"\x80\x04cos\nsystem\n(U\x04echotR."
BROKEN = b"\x80\x04]\x94(K\x01K"
STREAMS = [pickle.dumps({"n": n, "x": [n / 7] * 9}) for n in range(20)] + [HOSTILE, BROKEN]


@pytest.fixture
def judge() -> Judge:
    return Judge()


def _judged(judge: Judge, data: bytes) -> Judgment:
    blob = BytesBlob(data)
    return judge.judge(blob, explain(blob, meter=Meter(Limits())), seconds=20)


def test_the_same_judgments_as_one_by_one(judge: Judge) -> None:
    alone = [_judged(judge, data) for data in STREAMS]
    judge.ask_ahead(STREAMS)
    assert [_judged(judge, data) for data in STREAMS] == alone


def test_order_omissions_and_others_in_between_do_not_matter(judge: Judge) -> None:
    expected = {data: _judged(judge, data) for data in STREAMS}
    other = pickle.dumps(list(range(300)))
    judge.ask_ahead(STREAMS)
    assert _judged(judge, STREAMS[7]) == expected[STREAMS[7]]
    assert _judged(judge, other).consumed == len(other)
    assert _judged(judge, STREAMS[3]) == expected[STREAMS[3]]
    judge.ask_ahead(STREAMS[10:])
    assert _judged(judge, STREAMS[21]) == expected[STREAMS[21]]
    assert _judged(judge, STREAMS[0]) == expected[STREAMS[0]]


def test_a_child_that_dies_in_between_costs_nobody_else_the_judgment(judge: Judge) -> None:
    expected = [_judged(judge, data) for data in STREAMS]
    judge.ask_ahead(STREAMS)
    assert judge._child is not None
    judge._child.kill()
    judge._child.wait()
    assert [_judged(judge, data) for data in STREAMS] == expected


def test_a_stream_whose_frame_lies_is_asked_in_its_own_way(judge: Judge) -> None:
    lying = b"\x80\x04\x95\xff\0\0\0\0\0\0\0]\x94."
    alone = _judged(judge, lying)
    judge.ask_ahead([lying, *STREAMS])
    assert _judged(judge, lying) == alone


def test_files_that_changed_after_they_were_sent_are_judged_anew(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}.pkl" for n in range(4)]
    for path in paths:
        path.write_bytes(pickle.dumps([1, 2, 3, path.name]))
    ask_ahead([(str(path), path.stat().st_size) for path in paths])
    paths[1].write_bytes(HOSTILE)
    verdicts = [report.verdict for report in scan_paths([tmp_path])]
    assert verdicts == [Verdict.CLEAN, Verdict.HOSTILE, Verdict.CLEAN, Verdict.CLEAN]


def test_what_cannot_be_read_or_is_large_is_left_for_later(tmp_path: Path) -> None:
    large = tmp_path / "large.pkl"
    large.write_bytes(b"\x80\x04" + b"N" * (LARGEST + 1))
    ask_ahead([(str(tmp_path / "missing"), 10), (str(large), large.stat().st_size), ("\0", 3)])
    (report,) = scan_paths([large])
    assert report.verdict is Verdict.UNCLEAR
    assert LARGEST < AHEAD

"""Whatever a reader does, every file ends with a verdict and a reason."""

import pytest

from seamark.core.verdicts import Verdict
from seamark.scan.models import Limits, Scanner, formats, router
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import LimitExceeded, Malformed, Meter
from seamark.scan.models.scope import Scope, Tally


def scope(name="m.bin", *, route=router.route, limits=None, tally=None):
    return Scope(path=name, meter=Meter(limits or Limits()), tally=tally or Tally(), route=route)


def route_with(monkeypatch, reader, *, name="m.fake", extensions=frozenset({".fake"})):
    class Fake(formats.Format):
        def load_reader(self):
            return reader

    fake = Fake(
        name="fake",
        title="Fake format",
        sniff=lambda head, blob: head.startswith(b"FAKE"),
        reader="",
        extensions=extensions,
    )
    monkeypatch.setattr(router, "FORMATS", (fake, *formats.FORMATS))
    return list(router.route(BytesBlob(b"FAKE" + bytes(20)), scope(name)))


@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (LimitExceeded("too big"), "FIL004"),
        (Malformed("no header", 4), "FIL005"),
        (OSError(5, "Input/output error"), "FIL001"),
        (RecursionError("deep"), "FIL008"),
        (MemoryError(), "FIL008"),
        (KeyError("defect"), "FIL008"),
    ],
)
def test_what_a_reader_raises_becomes_a_finding_and_what_it_found_is_kept(monkeypatch, error, rule):
    def reader(blob, scope):
        yield scope.finding(router.rules.EMPTY, "found before")
        raise error

    found = route_with(monkeypatch, reader)
    assert [finding.rule.id for finding in found] == ["FIL009", rule]
    assert all(finding.rule.verdict is Verdict.UNCLEAR for finding in found)


def test_a_lying_extension_is_a_finding_of_its_own(monkeypatch):
    found = route_with(monkeypatch, lambda blob, scope: iter(()), name="m.safetensors")
    assert [finding.rule.id for finding in found] == ["FIL006"]
    assert route_with(monkeypatch, lambda blob, scope: iter(()), name="m.fake") == []
    assert route_with(monkeypatch, lambda blob, scope: iter(()), name="m.unheard_of") == []


def test_nesting_is_limited():
    def forever(blob, scope):
        yield from scope.examine(blob, "again")

    outer = scope(route=forever, limits=Limits(depth=5))
    with pytest.raises(LimitExceeded, match="5 levels"):
        list(outer.examine(BytesBlob(b""), "first"))
    assert outer.tally.members == 6


def test_members_count_together(monkeypatch):
    def two(blob, scope):
        if scope.depth < 3:
            yield from scope.examine(blob, "a")
            yield from scope.examine(blob, "b")

    outer = scope(route=two, limits=Limits(members=6))
    with pytest.raises(LimitExceeded, match="6 members"):
        list(two(BytesBlob(b""), outer))


def test_scope_names_the_innermost_member():
    inner = scope("dir/model.pt").inside("a/b.tar").inside("c/data.pkl")
    assert inner.member == "a/b.tar!c/data.pkl"
    assert inner.name == "data.pkl"
    assert inner.finding(router.rules.EMPTY, "x").location.path == "dir/model.pt"


def test_random_bytes_are_unclear():
    report = Scanner().scan_bytes(b"\xf1\x99\x03\xfe" * 100, name="x.bin")
    assert report.verdict is Verdict.UNCLEAR
    assert report.findings

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.models.graphs.graph_files import const, net, operation

from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path

DATA = Path(__file__).parents[3] / "data" / "graphs"
NUMBERS = bytes(range(32))


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


def pair(folder: Path, document: bytes, numbers: bytes = NUMBERS) -> tuple[FileReport, FileReport]:
    (folder / "m.xml").write_bytes(document)
    (folder / "m.bin").write_bytes(numbers)
    return scan_path(folder / "m.xml"), scan_path(folder / "m.bin")


REAL = sorted(DATA.rglob("*.xml"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: str(path.relative_to(DATA)))
def test_really_saved_models_are_clean(path: Path) -> None:
    for each in (path, path.with_suffix(".bin")):
        report = scan_path(each)
        assert (report.verdict, report.findings, report.coverage.skipped) == (
            Verdict.CLEAN,
            (),
            (),
        )
    assert scan_path(path).format == "openvino"
    assert scan_path(path.with_suffix(".bin")).format == "tensor_data"


def test_the_document_tells_of_the_model() -> None:
    said = scan_path(DATA / "openvino-dense-fp16" / "model.xml").metadata
    assert (said.framework, said.format_version, said.name) == ("OpenVINO", "11", "seamark")
    assert said.framework_version.startswith("2026.4.1")
    assert (said.parameters, dict(said.dtypes)) == (96, {"float16": 96})
    tokenizer = scan_path(DATA / "openvino-tokenizer" / "openvino_tokenizer.xml").metadata
    assert tokenizer.remote_code == ("openvino-tokenizers",)


LAYERS = {
    "extension": (net(operation("Exec", "extension")), "OVN001"),
    "own set": (net(operation("Exec", "mine")), "OVN001"),
    "unknown in a known set": (net(operation("Exec", "opset1")), "OVN001"),
    "no set": (net('<layer id="1" name="n" type="Add"/>'), "OVN001"),
    "in a body": (
        net(
            "<layer id='2' name='i' type='If' version='opset8'><then_body><layers>"
            + operation("Exec", "extension")
            + "</layers></then_body></layer>"
        ),
        "OVN001",
    ),
    "behind a long comment": (
        net(operation("Exec", "extension"), before="<!--" + "x" * 9000 + "-->"),
        "OVN001",
    ),
    "library": (net(operation("Add", "opset1", 'a="x/lib.so.1"')), "OVN002"),
    "library for Windows": (net(operation("Add", "opset1", 'a="lib.DLL"')), "OVN002"),
    "address": (net(operation("Add", "opset1", 'a="http://seamark.invalid/"')), "OVN002"),
    "a way up": (net(operation("Add", "opset1", 'a="x/../../y"')), "OVN002"),
    "inclusion": (
        net(after='<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/x"/>'),
        "PMM001",
    ),
    "entity": (
        net(operation("Add", "opset1"), before='<!DOCTYPE n [<!ENTITY e SYSTEM "/x">]>'),
        "PMM001",
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_what_needs_code_or_reaches_out_is_named(name: str) -> None:
    data, rule = LAYERS[name]
    report = scan_bytes(data, name="m.xml")
    assert rule in rules(report)
    assert report.verdict in (Verdict.HOSTILE, Verdict.REVIEW)


def test_a_newer_operation_set_is_unclear() -> None:
    report = scan_bytes(net(operation("Novelty", "opset17")), name="m.xml")
    assert (report.verdict, rules(report)) == (Verdict.UNCLEAR, set())


def test_other_networks_are_text() -> None:
    data = b'<?xml version="1.0"?><net version="1.9"><location netOffset="0,0"/></net>'
    report = scan_bytes(data, name="roads.net.xml")
    assert (report.verdict, report.findings, report.format) == (Verdict.CLEAN, (), "text")


GOOD = const("w", 0, 32)
PLACES = {
    "beyond": ([GOOD, const("v", 1 << 33, 32)], "OVN004", Verdict.REVIEW),
    "wraps": ([GOOD, const("v", (1 << 64) - 16, 32)], "OVN003", Verdict.HOSTILE),
    "more than 64 bits": ([GOOD, const("v", 1 << 80, 32)], "OVN003", Verdict.HOSTILE),
    "negative": ([GOOD, const("v", -8, 32)], "OVN003", Verdict.HOSTILE),
    "no number": ([GOOD, const("v", "0x10", 32)], "OVN003", Verdict.HOSTILE),
    "size too small": ([const("w", 0, 32, "8,9")], "OVN005", Verdict.REVIEW),
    "overlap": ([GOOD, const("v", 8, 16, "4")], "OVN006", Verdict.REVIEW),
}


@pytest.mark.parametrize("name", PLACES)
def test_constants_are_compared_with_the_weights(name: str, tmp_path: Path) -> None:
    layers, rule, verdict = PLACES[name]
    document, _ = pair(tmp_path, net(*layers))
    assert rule in rules(document)
    assert document.verdict is verdict


def test_equal_constants_may_share_a_place(tmp_path: Path) -> None:
    document, numbers = pair(tmp_path, net(GOOD, const("v", 0, 32), const("e", 40, 0, "0")))
    assert (document.findings, numbers.findings) == ((), ())


@pytest.mark.parametrize(
    ("layers", "numbers"),
    [
        ([GOOD], NUMBERS + b"payload"),
        ([const("w", 0, 16, "4"), const("v", 24, 8, "2")], NUMBERS),
    ],
)
def test_bytes_that_no_layer_reads_are_named(
    layers: list[str], numbers: bytes, tmp_path: Path
) -> None:
    document, weights = pair(tmp_path, net(*layers), numbers)
    assert document.findings == ()
    assert rules(weights) == {"OVN007"}


def test_zeros_that_no_layer_reads_are_alignment(tmp_path: Path) -> None:
    _, weights = pair(tmp_path, net(GOOD), NUMBERS + bytes(96))
    assert (weights.verdict, weights.findings) == (Verdict.CLEAN, ())


def test_a_program_as_constant_is_hidden_content(tmp_path: Path) -> None:
    program = b"\x7fELF\2\1\1" + bytes(57)
    first = const("a", 0, 32)
    document, weights = pair(
        tmp_path, net(first, const("w", 32, 64, "64", "u8")), NUMBERS + program
    )
    assert document.findings == ()
    assert rules(weights) == {"HID001"}


def test_a_pickle_is_a_pickle_whatever_claims_it(tmp_path: Path) -> None:
    pickle = b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04echo\x85R."
    _, weights = pair(tmp_path, net(const("w", 0, len(pickle), str(len(pickle)), "u8")), pickle)
    assert weights.verdict is Verdict.HOSTILE


def test_numbers_that_look_like_text_are_numbers(tmp_path: Path) -> None:
    _, weights = pair(tmp_path, net(GOOD), b"abcdefgh" * 4)
    assert (weights.format, weights.verdict) == ("tensor_data", Verdict.CLEAN)


def test_a_download_that_ended_early_is_unclear(tmp_path: Path) -> None:
    document, _ = pair(tmp_path, net(const("w", 0, 32), const("v", 32, 32)), NUMBERS)
    assert (rules(document), document.verdict) == ({"FIL005"}, Verdict.UNCLEAR)


def test_a_document_without_its_weights_is_unclear(tmp_path: Path) -> None:
    (tmp_path / "m.xml").write_bytes(net(GOOD))
    assert scan_path(tmp_path / "m.xml").verdict is Verdict.UNCLEAR


def test_raw_bytes_beside_another_document_stay_unknown(tmp_path: Path) -> None:
    (tmp_path / "m.xml").write_bytes(b"<project/>")
    (tmp_path / "m.bin").write_bytes(b"\0\1\xfe\xff" * 64)
    assert rules(scan_path(tmp_path / "m.bin")) == {"FIL003"}


def test_raw_bytes_beside_a_damaged_document_are_unclear(tmp_path: Path) -> None:
    _, weights = pair(tmp_path, net(GOOD)[:-9], b"\0\1\xfe\xff" * 64)
    assert weights.verdict is Verdict.UNCLEAR


@given(st.sampled_from([path.read_bytes() for path in REAL]), st.data())
@settings(max_examples=100, deadline=None)
def test_mutations_never_break_the_reader(raw: bytes, data: st.DataObject) -> None:
    changed = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at : at + 1] = data.draw(st.binary(max_size=8))
    assert "FIL008" not in rules(scan_bytes(bytes(changed), name="m.xml"))


def test_documents_that_only_cost_are_unclear() -> None:
    shape = ",".join(["9" * 20] * 2000)
    many = "".join(const("w", 8 * at, 8, "1", "i64") for at in range(3000))
    assert rules(scan_bytes(net(const("w", 0, 32, shape)), name="m.xml")) == {"FIL004"}
    sets = "".join(operation(f"Op{at}", "x") for at in range(21_000))
    assert "FIL004" in rules(scan_bytes(net(sets), name="m.xml"))
    report = scan_bytes(net(many), name="m.xml")
    assert (report.verdict, report.metadata.tensors) == (Verdict.UNCLEAR, 3000)

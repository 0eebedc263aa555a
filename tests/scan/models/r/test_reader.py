import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.hostile import rfiles
from proofs.hostile.rfiles import HEADER, call, environment, function, listed, pairs, promise, texts
from seamark.core.reports import FileReport
from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes, scan_path

DATA = Path(__file__).parents[3] / "data" / "r"
REAL = sorted(path for path in DATA.iterdir() if path.name != "from.json")
CODES = {
    **dict.fromkeys(
        (
            "closure-system.rds", "closure-qualified.rds", "closure-do-call.rds",
            "closure-get.rds", "closure-internal.rds", "closure-lapply.rds",
            "closure-download.rds", "closure-dyn-load.rds", "closure-source.rds",
            "closure-install.rds", "compiled-system.rds", "model-call.rds", "formula.rds",
            "expression.rds", "s4-slot.rds",
        ),
        "RDS002",
    ),
    "closure-eval-parse.rds": "RDS003", "closure-native.rds": "RDS003",
    "altrep-mmap.rds": "RDS004", "altrep-foreign.rds": "RDS004",
    "first.RData": "RDS005", "masks-print.RData": "RDS005",
    "persistent.rds": "RDS006", "trailing.rds": "RDS007", "raw-nested.rds": "RDS001",
    "raw-pickle.rds": "PKL001", "length-huge.rds": "FIL005", "nesting.rds": "FIL004",
}  # fmt: skip


def rules(report: FileReport) -> set[str]:
    return {finding.rule.id for finding in report.findings}


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_saved_data_is_clean_and_described(path: Path) -> None:
    report = scan_path(path)
    assert (report.verdict, report.findings, report.coverage.skipped) == (Verdict.CLEAN, (), ())
    assert (report.metadata.framework, report.metadata.framework_version) == ("R", "4.2.2")


@pytest.mark.parametrize("name", ["lm-gz.rds", "little.rds", "one.RData"])
def test_the_class_is_the_architecture(name: str) -> None:
    assert scan_path(DATA / name).metadata.architecture == "lm"


@pytest.mark.parametrize("name", rfiles.promises())
def test_promises_are_hostile(name: str) -> None:
    report = scan_bytes(rfiles.promises()[name], name=name)
    assert report.verdict is Verdict.HOSTILE
    assert rules(report) & {"RDS001", "RDS002"}


@pytest.mark.parametrize("name", CODES)
def test_code_has_its_rule(name: str) -> None:
    report = scan_bytes(rfiles.codes()[name], name=name)
    assert CODES[name] in rules(report) or (
        name == "raw-pickle.rds" and report.verdict is Verdict.HOSTILE
    )


def test_a_call_is_shown_as_r_prints_it() -> None:
    report = scan_bytes(rfiles.promises()["promise.rds"], name="m.rds")
    (found,) = [finding for finding in report.findings if finding.rule.id == "RDS001"]
    assert found.evidence["call"] == 'system("echo seamark-harmless")'


def test_arguments_that_nobody_used_yet_are_honest() -> None:
    held = environment(("k", promise(call("sqrt", texts("4")))))
    report = scan_bytes(HEADER + function(call("+", texts("1")), held), name="m.rds")
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_formulas_may_name_anything() -> None:
    formula = call(
        "~", rfiles.symbol("y"), call("+", rfiles.symbol("system"), rfiles.symbol("url"))
    )
    report = scan_bytes(HEADER + listed(formula, names=("terms",)), name="m.rds")
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_functions_of_a_workspace_are_honest() -> None:
    bound = pairs(("scale_it", function(call("*", texts("x")))))
    report = scan_bytes(gzip.compress(b"RDX3\n" + HEADER + bound), name="m.RData")
    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(REAL), st.data())
def test_damage_never_raises(path: Path, data: st.DataObject) -> None:
    whole = path.read_bytes()
    raw = bytearray(gzip.decompress(whole) if whole[:2] == b"\x1f\x8b" else whole)
    at = data.draw(st.integers(16, len(raw) - 1))
    raw[at : at + 4] = data.draw(st.binary(max_size=8))
    end = data.draw(st.sampled_from([len(raw), at]))
    report = scan_bytes(bytes(raw[:end]), name="m.rds")
    assert "FIL008" not in rules(report)
    if end < len(raw) - 8:  # the last line of the text encoding may lack its end
        assert report.verdict is not Verdict.CLEAN


DETOURS = sorted(rfiles.codes().keys() - CODES.keys())


@pytest.mark.parametrize("name", DETOURS)
def test_detours_to_a_function_are_found(name: str) -> None:
    report = scan_bytes(rfiles.codes()[name], name=name)
    assert rules(report) & {"RDS002", "RDS003"}


def symbols(*names: str) -> list[bytes]:
    return [rfiles.symbol(name) for name in names]


@pytest.mark.parametrize(
    "body",
    [
        call("cat", texts("x"), file=texts("")),
        call("writeLines", texts("x"), call("stderr")),
        call("saveRDS", *symbols("object", "path")),
        call("readRDS", *symbols("path")),
        call("library", *symbols("stats")),
        call("options", digits=texts("3")),
        call("lm", call("~", rfiles.symbol("y"), call("+", *symbols("x", "system")))),
        call("list", source=rfiles.symbol("source")),
        call("<-", *symbols("system", "x")),
        call("paste", call("$", *symbols("R.version", "system"))),
        call("do.call", texts("rbind"), *symbols("parts")),
        call("file", texts("x.csv"), texts("r")),
        call("lapply", call("rev", rfiles.symbol("x")), *symbols("f")),
        call("local", call("{", call("rev", rfiles.symbol("x")))),
        call("do.call", rfiles.symbol("rbind"), call("rev", rfiles.symbol("x"))),
    ],
)
def test_what_models_call_is_clean(body: bytes) -> None:
    assert scan_bytes(HEADER + function(body), name="x.rds").findings == ()


@pytest.mark.parametrize("name", ["paste0", "(", "::", "$", "file.path", "if", "rev"])
@pytest.mark.parametrize("outer", ["do.call", "readLines"])
def test_deep_expressions_are_judged_in_bounds(name: str, outer: str) -> None:
    opened = rfiles.word(6) + rfiles.symbol(name) + rfiles.word(2)
    inner = opened * 5000 + texts("x") + rfiles.NULL * 5000
    for body in (call(outer, inner), call(inner, texts("x"))):
        assert "FIL008" not in rules(scan_bytes(HEADER + function(body), name="x.rds"))


ONE = {
    "double": rfiles.word(14) + rfiles.word(1) + bytes(8),
    "integer": rfiles.word(13) + rfiles.word(1) + bytes(4),
    "logical": rfiles.word(10) + rfiles.word(1) + bytes(4),
    "two": rfiles.word(14) + rfiles.word(2) + bytes(16),
    "text": texts("x"),
    "named": rfiles.word(14 | 0x200) + rfiles.word(1) + bytes(8) + pairs(("names", texts("x"))),
    "nothing": rfiles.NULL,
}


@given(st.lists(st.sampled_from(sorted(ONE)), max_size=50), st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_single_numbers_in_a_row_hide_nothing_behind_them(kinds: list[str], cut: int) -> None:
    values = [ONE[kind] for kind in kinds]
    held = listed(*values, function(call("system", texts("echo seamark-harmless"))))
    assert rules(scan_bytes(HEADER + held, name="m.rds")) == {"RDS002"}
    honest = HEADER + listed(*values, ONE["double"])
    assert scan_bytes(honest, name="m.rds").verdict is Verdict.CLEAN
    assert scan_bytes(honest[:-cut], name="m.rds").verdict is Verdict.UNCLEAR

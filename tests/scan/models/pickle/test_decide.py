"""The allowlist: exact names only, pinned data, no look at the interpreter it runs in."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.errors import SeamarkError, UsageError
from seamark.scan.models.pickle import decide
from seamark.scan.models.pickle.decide import (
    Allowlist,
    Decision,
    format_line,
    load_allowlist,
    parse_line,
    read_allowlist,
    ruleset_digest,
    verify_all,
)

SHIPPED = load_allowlist()


@pytest.mark.parametrize(
    ("module", "name", "decision"),
    [
        ("numpy", "ndarray", Decision.GUARDED),
        ("numpy", "dtype", Decision.GUARDED),
        ("numpy.core.multiarray", "_reconstruct", Decision.GUARDED),
        ("numpy._core.multiarray", "_reconstruct", Decision.GUARDED),
        ("sklearn.linear_model._logistic", "LogisticRegression", Decision.ALLOWED),
        ("sklearn.linear_model.logistic", "LogisticRegression", Decision.UNKNOWN),
        ("torch.nn.modules.linear", "Linear", Decision.ALLOWED),
        ("torch._utils", "_rebuild_tensor_v2", Decision.GUARDED),
        ("copy_reg", "_reconstructor", Decision.GUARDED),
        ("__builtin__", "set", Decision.GUARDED),
        ("os", "system", Decision.STDLIB),
        ("nt", "system", Decision.STDLIB),
        ("commands", "getoutput", Decision.STDLIB),
        ("pip", "main", Decision.STDLIB),
        ("_interpreters", "run_string", Decision.STDLIB),
        ("string.templatelib", "Template", Decision.STDLIB),
        ("__main__", "Net", Decision.UNKNOWN),
        ("mylib.models", "Scorer", Decision.UNKNOWN),
        ("", "", Decision.UNKNOWN),
        ("numpy", "memmap", Decision.UNKNOWN),
        ("numpy", "load", Decision.UNKNOWN),
        ("joblib.numpy_pickle", "NDArrayWrapper", Decision.UNKNOWN),
        ("sklearn.callback._scoring_monitor", "ScoringMonitor", Decision.UNKNOWN),
        ("collections", "namedtuple", Decision.STDLIB),
        ("numpy", "testing.os.system", Decision.DOTTED),
        ("collections", "_sys.modules", Decision.DOTTED),
        ("logging", "os.system", Decision.DOTTED),
        ("nolib", "a.b", Decision.DOTTED),
    ],
)
def test_decision(module: str, name: str, decision: Decision) -> None:
    assert SHIPPED.decide(module, name) is decision


OWNERS = ("interp1d", "Rbf", "_VariableFunctionsClass", "HistGradientBoosting")


def test_only_listed_dotted_names_are_allowed() -> None:
    listed = [n for line in SHIPPED.modules.values() for n in parse_line(line) if "." in n]
    assert listed
    assert all(n.startswith((*OWNERS, "Base" + OWNERS[-1])) and n.count(".") == 1 for n in listed)


@settings(max_examples=200)
@given(
    st.sampled_from(sorted(SHIPPED.modules)),
    st.text("abcdef._", min_size=1, max_size=8),
    st.text("abcdef._", min_size=1, max_size=8),
)
def test_dotted_names_are_refused(module: str, first: str, second: str) -> None:
    assert SHIPPED.decide(module, f"{first}.{second}") is Decision.DOTTED


@settings(max_examples=200)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_gets_a_decision(module: str, name: str) -> None:
    assert SHIPPED.decide(module, name) in Decision


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]{0,9}", fullmatch=True),
        st.sampled_from(["c", "f", "n", "dtype"]),
    )
)
def test_lines_round_trip(kinds: dict[str, str]) -> None:
    assert parse_line(format_line(kinds)) == kinds


def test_extra_entries() -> None:
    allowlist = load_allowlist(frozenset(["mylib.models:Scorer", "mylib:Base=c", "os:system"]))
    assert allowlist.decide("mylib.models", "Scorer") is Decision.ALLOWED
    assert allowlist.kind("mylib", "Base") == decide.CLASS
    assert allowlist.decide("os", "system") is Decision.ALLOWED
    assert SHIPPED.decide("mylib.models", "Scorer") is Decision.UNKNOWN


@pytest.mark.parametrize("entry", ["mylib", "mylib:", ":x", "mylib:*", "my*:x", "a:b:c", "a:b=q"])
def test_malformed_extra_entries_are_refused(entry: str) -> None:
    with pytest.raises(UsageError):
        load_allowlist(frozenset([entry]))


def test_every_shipped_file_matches_its_pin() -> None:
    files = verify_all()
    on_disk = {path.name for path in Path(decide.FOLDER).glob("*.json")}
    assert set(files) | {decide.MANIFEST} == on_disk
    assert ruleset_digest().startswith("sha256:")


def test_shipped_data_stays_small() -> None:
    assert sum(path.stat().st_size for path in Path(decide.FOLDER).iterdir()) < 1_500_000


@pytest.mark.parametrize("victim", ["runtime.json", "manifest.json"])
@pytest.mark.parametrize("harm", ["change", "truncate", "remove"])
def test_changed_data_is_refused(tmp_path: Path, victim: str, harm: str) -> None:
    folder = tmp_path / "allowlists"
    shutil.copytree(decide.FOLDER, folder)
    path = folder / victim
    if harm == "remove":
        path.unlink()
    elif harm == "truncate":
        path.write_bytes(path.read_bytes()[:-20])
    else:
        path.write_bytes(path.read_bytes().replace(b"sha256:", b"sha256:0", 1) + b" ")
    if victim == "manifest.json" and harm == "change":
        document = json.loads(path.read_text())
        document["files"]["runtime.json"] = "sha256:" + "0" * 64
        path.write_text(json.dumps(document))
    with pytest.raises(SeamarkError, match="cannot be trusted"):
        read_allowlist(str(folder))


def test_data_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    import hashlib

    for data in (b"[]", b"{}", b'{"modules": {}, "stdlib": 5}', b"\xff", b"null"):
        (tmp_path / "runtime.json").write_bytes(data)
        pin = "sha256:" + hashlib.sha256(data).hexdigest()
        manifest = {"schema": decide.SCHEMA, "files": {"runtime.json": pin}}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(SeamarkError):
            read_allowlist(str(tmp_path))


def test_decision_does_not_look_at_the_interpreter() -> None:
    """A name of Python 2, one of 3.14 and one of Windows are all standard library, everywhere."""
    empty = Allowlist(modules={}, stdlib=SHIPPED.stdlib)
    for module in ("urllib2", "annotationlib", "winreg", "_posixsubprocess", "distutils"):
        assert empty.decide(module, "x") is Decision.STDLIB
    missing = set(sys.stdlib_module_names) - SHIPPED.stdlib
    assert not missing


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys; from seamark.scan.models.pickle.decide import load_allowlist;"
        "load_allowlist(); print([m for m in ('zipfile', 'pydantic', 'yaml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


ARITHMETIC = ("add", "mul", "or_")


def test_arithmetic_goes_by_the_name_of_its_home_and_reaches_nothing() -> None:
    for name in ARITHMETIC:
        assert SHIPPED.decide("_operator", name) is Decision.ALLOWED
    for module in ("operator", "_operator"):
        assert SHIPPED.decide(module, "getitem") is Decision.STDLIB
        assert SHIPPED.decide(module, "call") is Decision.STDLIB
    for module in ("functools", "_functools"):
        assert SHIPPED.decide(module, "reduce") is Decision.STDLIB


def test_enumerations_of_python_are_held_to_literal_values() -> None:
    for module, name in [("http", "HTTPStatus"), ("calendar", "Day"), ("signal", "Signals")]:
        assert SHIPPED.decide(module, name) is Decision.GUARDED
    for module, name in [("http.server", "HTTPServer"), ("signal", "raise_signal")]:
        assert SHIPPED.decide(module, name) is Decision.STDLIB

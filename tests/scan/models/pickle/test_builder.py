"""The allowlist builder: inert classes enter, all others are left out with a reason."""

import io
import json
import pickle
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seamark.cli.allowlist import app
from seamark.core.errors import UsageError
from seamark.scan.models.pickle import decide
from seamark.scan.models.pickle.builder import record
from seamark.scan.models.pickle.builder.build import Built, Scope, build_allowlist
from seamark.scan.models.pickle.builder.libraries import SCOPES
from seamark.scan.models.pickle.builder.merge import load_curated, merge, runtime_table
from seamark.scan.models.pickle.builder.package import parse

MODELS = """
    import os, subprocess, importlib, pickle
    from collections import namedtuple
    from enum import Enum
    from dataclasses import dataclass
    from toy.base import Base, Loader, unpickle
    from .base import Base as Again
    from .star import *

    class Plain: pass
    class Child(Base):
        def __setstate__(self, state):
            super().__setstate__(state)
            self.count = len(state)
    class Relative(Again): pass
    class Starred(Shiny): pass
    class Pair(namedtuple("Pair", "a b")):
        def __new__(cls, a, b): return super().__new__(cls, a, b)
    @dataclass
    class Config:
        name: str = "x"
    class Caught(Exception): pass
    class Renamed:
        def __setstate__(self, state):
            self.__dict__.update(state)
            self._fill()
        def _fill(self):
            self.left = {k: v for k, v in self.__dict__.items()}
    class Color(Enum): RED = 1
    class Acts:
        def fit(self): os.system("echo seamark")
    class Nested:
        def __setstate__(self, state):
            def put(key, value): self.__dict__[key] = value
            for key, value in state.items(): put(key, value)

    class Runs:
        def __setstate__(self, state): exec(state["code"])
    class RunsLater(Runs): pass
    class Deep:
        def __setstate__(self, state): self._a(state)
        def _a(self, state): self._b(state)
        def _b(self, state): unpickle(state)
    class Imports:
        def __setstate__(self, state):
            importlib.import_module(state["module"])
    class ImportsInside:
        def __setstate__(self, state):
            import socket
            self.state = state
    class Removes:
        def __del__(self): os.remove(self.path)
    class Calls:
        def __setstate__(self, state): state["function"](state["argument"])
    class Reaches:
        def __setstate__(self, state): self.x = getattr(self, state["name"])
    class Fetches:
        def __getattr__(self, name): return pickle.loads(self.blob)
    class Setter:
        @property
        def path(self): return self._path
        @path.setter
        def path(self, value): self._path = open(value)
    class Appends(list):
        def append(self, item): subprocess.run(item)
    class Key:
        def __hash__(self): return hash(eval(self.text))
    class Foreign(subprocess.Popen): pass
    class Strange(something()): pass
    class Meta(metaclass=Runs): pass
    class Assigned:
        __setstate__ = unpickle
    class Makes:
        def __setstate__(self, state): self.loader = Loader(state)

    def metric(a, b): return sum(a) - sum(b)
    def reader(path): return open(path).read()
"""
BASE = """
    import pickle
    class Base:
        def __setstate__(self, state): self.__dict__.update(state)
    class Loader:
        def __init__(self, data): self.data = pickle.loads(data)
    def unpickle(data): return pickle.loads(data)
"""
INERT = "Plain Child Relative Starred Pair Config Caught Renamed Acts Nested".split()
HARMFUL = (
    "Runs RunsLater Deep Imports ImportsInside Removes Calls Reaches Fetches Setter Appends Key "
    "Foreign Strange Meta Assigned Makes".split()
)
FILES = {
    "toy/__init__.py": "",
    "toy/models.py": textwrap.dedent(MODELS),
    "toy/base.py": textwrap.dedent(BASE),
    "toy/star.py": "class Shiny: pass\n",
    "toy/broken.py": "class Never(:\n",
    "toy/tests/test_x.py": "class InTests: pass\n",
    "toy/public.py": "@set_module('toy')\nclass Shown: pass\n",
    "toy-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Toy\nVersion: 1.0\n\nText\n",
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "toy-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
    return path


def test_inert_classes_enter_and_others_do_not(wheel: Path) -> None:
    built = build_allowlist(wheel)
    entered = set(built.entries["toy.models"])
    assert {name: built.excluded.get(f"toy.models.{name}") for name in INERT} == dict.fromkeys(
        INERT
    )
    assert set(INERT) <= entered
    assert not entered & set(HARMFUL)
    assert {name for name in HARMFUL if f"toy.models.{name}" not in built.excluded} == set()
    kinds = built.entries["toy.models"]
    assert kinds.pop("Color") == "enum"  # members are pickled as a call with the value
    assert set(kinds.values()) == {decide.CLASS}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Runs", "exec"),
        ("RunsLater", "exec"),
        ("Deep", "pickle.loads"),
        ("Imports", "importlib"),
        ("ImportsInside", "imports socket"),
        ("Removes", "os.remove"),
        ("Foreign", "subprocess.Popen"),
        ("Makes", "pickle.loads"),
        ("Appends", "subprocess.run"),
        ("Setter", "setter"),
    ],
)
def test_reasons_name_the_effect(wheel: Path, name: str, words: str) -> None:
    assert words in build_allowlist(wheel).excluded[f"toy.models.{name}"]


def test_tests_are_left_out_and_published_names_enter(wheel: Path) -> None:
    entries = build_allowlist(wheel).entries
    assert "toy.tests.test_x" not in entries
    assert entries["toy"] == {"Shown": "c"}
    assert "Shown" in entries["toy.public"]


def test_functions_only_where_asked_and_only_to_refer_to(wheel: Path) -> None:
    assert "metric" not in build_allowlist(wheel).entries["toy.models"]
    built = build_allowlist(wheel, scope=Scope(functions=("toy.models",)))
    assert built.entries["toy.models"]["metric"] == decide.NAME
    assert "reader" not in built.entries["toy.models"]
    assert "open" in built.excluded["toy.models.reader"]


def test_reviewed_methods_and_known_bases(wheel: Path) -> None:
    built = build_allowlist(
        wheel,
        reviewed={"toy.models.Runs.__setstate__": "read by a person"},
        bases=["subprocess.Popen"],
    )
    assert {"Runs", "RunsLater", "Foreign"} <= set(built.entries["toy.models"])


def test_same_release_same_bytes(wheel: Path, tmp_path: Path) -> None:
    first = build_allowlist(wheel).write(tmp_path)
    once = first.read_bytes()
    assert build_allowlist(wheel).write(tmp_path).read_bytes() == once
    assert first.name == "toy-1.0.json"
    assert json.loads(once)["built_from"].startswith("sha256:")


def test_sdist_and_folder_give_the_same_entries(wheel: Path, tmp_path: Path) -> None:
    sdist = tmp_path / "toy-1.0.tar.gz"
    with tarfile.open(sdist, "w:gz") as archive:
        for name, text in FILES.items():
            inner = "PKG-INFO" if name.endswith("METADATA") else f"src/{name}"
            info = tarfile.TarInfo(f"toy-1.0/{inner}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    folder = tmp_path / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    record_file = folder / "toy-1.0.dist-info" / "RECORD"
    record_file.write_text("".join(f"{name},,\n" for name in FILES))
    expected = build_allowlist(wheel).entries
    assert build_allowlist(sdist).entries == expected
    assert build_allowlist(folder, library="toy").entries == expected


def test_sources_that_are_not_releases(tmp_path: Path) -> None:
    (tmp_path / "x.whl").write_bytes(b"not a zip")
    (tmp_path / "x.tar.gz").write_bytes(b"\x1f\x8bnot a tar")
    (tmp_path / "x.txt").write_text("")
    with zipfile.ZipFile(tmp_path / "nameless.whl", "w") as archive:
        archive.writestr("toy/__init__.py", "")
    for name in ("x.whl", "x.tar.gz", "x.txt", "nameless.whl", "missing.whl"):
        with pytest.raises(UsageError):
            build_allowlist(tmp_path / name)
    with pytest.raises(UsageError, match="no distribution"):
        build_allowlist(tmp_path, library="toy")


def test_nothing_is_imported(wheel: Path) -> None:
    build_allowlist(wheel)
    assert not [name for name in sys.modules if name.split(".")[0] == "toy"]


def test_recorded_references_admit_nothing(wheel: Path) -> None:
    seen = {"toy.models": {"Runs": ["new"], "Plain": ["new"]}, "os": {"system": ["call"]}}
    built = build_allowlist(wheel, recorded=seen)
    assert built.unproved == ("toy.models:Runs",)
    assert "Runs" not in built.entries["toy.models"]


def test_recording_notes_uses() -> None:
    import collections
    import fractions

    result = record.record([collections.OrderedDict(a=1), fractions.Fraction(1, 2), lambda: 0])
    assert result["entries"]["collections"]["OrderedDict"] == ["call", "refer"]
    assert result["entries"]["fractions"]["Fraction"] == ["call", "refer"]
    assert len(result["failed"]) == len(record.PROTOCOLS)


def test_recording_script_stands_alone(tmp_path: Path) -> None:
    script = tmp_path / "made.py"
    script.write_text("import uuid\ndef examples():\n    yield uuid.UUID(int=1)\n")
    out = tmp_path / "out.json"
    command = [sys.executable, "-I", record.__file__, str(script), str(out)]
    subprocess.run(command, check=True, capture_output=True)
    assert json.loads(out.read_text())["entries"]["uuid"] == {"UUID": ["new", "refer"]}


def _folder(tmp_path: Path, built: Built) -> Path:
    folder = tmp_path / "lists"
    folder.mkdir()
    curated = {
        "schema": "seamark.curated/1",
        "stdlib": ["os"],
        "renamed": [["old", "toy"]],
        "groups": [
            {"module": "toy.models", "kind": "dtype", "names": ["Plain"], "reason": "checked"}
        ],
        "bases": {},
        "reviewed": {},
    }
    (folder / "curated.json").write_text(json.dumps(curated))
    built.write(folder)
    return folder


def test_merge_pins_everything_and_is_deterministic(wheel: Path, tmp_path: Path) -> None:
    folder = _folder(tmp_path, build_allowlist(wheel))
    pins = merge(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert merge(folder) == pins
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    allowlist = decide.read_allowlist(str(folder))
    assert allowlist.kind("toy.models", "Plain") == "dtype"  # curated wins
    assert allowlist.kind("toy.models", "Child") == "c"
    assert allowlist.kind("old.models", "Child") == "c"  # a package that moved
    assert decide.verify_all(str(folder)) == ("curated.json", "runtime.json", "toy-1.0.json")


def test_a_guard_beats_a_bare_kind_between_libraries() -> None:
    table = runtime_table({"m": {"a": "c"}}, ["os"], [])
    assert table["modules"] == {"m": "a"}


def test_shipped_files_are_what_merge_makes(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "again"
    shutil.copytree(decide.FOLDER, folder)
    merge(folder)
    for name in ("runtime.json", "manifest.json"):
        assert (folder / name).read_bytes() == (Path(decide.FOLDER) / name).read_bytes()


def test_every_curated_decision_has_a_reason() -> None:
    curated = load_curated()
    assert all(group["reason"] for group in curated["groups"])
    assert all(curated["bases"].values())
    assert all(curated["reviewed"].values())
    assert set(SCOPES) >= {"scikit-learn", "torch", "pandas", "scipy"}


def test_star_imports_and_relative_imports_resolve() -> None:
    package = parse(
        {"p": "from .a import *", "p.a": "from . import b\nX = b.Y", "p.b": "class Y: pass"}
    )
    assert package.resolve("p.b.Y") == "p.b.Y"
    assert package.resolve("p.nothing") == "p.nothing"


def test_command_line(wheel: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    shown = run(app, ["build", "toy==1.0", "--from", str(wheel), "--explain"])
    assert shown.exit_code == 0
    assert "toy.models:Plain=c" in shown.output
    assert "left out toy.models.Runs" in shown.output
    written = run(app, ["build", "toy==1.0", "--from", str(wheel), "--output", str(tmp_path)])
    assert written.exit_code == 0
    assert (tmp_path / "toy-1.0.json").exists()
    assert run(app, ["verify"]).exit_code == 0
    for wrong in ("toy", "toy==", "toy==2.0", "other==1.0"):
        result = run(app, ["build", wrong, "--from", str(wheel)])
        assert isinstance(result.exception, UsageError)


def test_printed_entries_are_what_settings_take(wheel: Path) -> None:
    output = CliRunner().invoke(app, ["build", "toy==1.0", "--from", str(wheel)]).output
    allowlist = decide.load_allowlist(frozenset(output.split()))
    assert allowlist.kind("toy.models", "Child") == "c"


def test_recorder_loads_only_what_it_made() -> None:
    """A class that refuses to load is noted as failed, not raised."""
    result = record.record([_Refuses()])
    assert result["failed"]
    assert pickle.PROTO


class _Refuses:
    def __reduce__(self) -> tuple[object, ...]:
        raise ValueError("no")

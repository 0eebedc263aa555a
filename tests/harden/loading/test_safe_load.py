"""Refused before anything runs; what is harmless loads as always; everything is restored."""

import _pickle
import io
import os
import pickle
import shelve
import subprocess
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import seamark
from seamark.core.errors import ConfigurationError, UsageError
from seamark.harden.loading import UnsafeModel, UnsafeModelWarning, safe_load
from seamark.harden.loading.policy import current


class Payload:
    """Leaves a marker where it runs: harmless, and seen."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


@pytest.fixture
def marker(tmp_path: Path):
    """A path that must not exist after the test."""
    place = tmp_path / "it-ran"
    yield place
    assert not place.exists()


HONEST = {"weights": [1.5, 2.5], "name": "a", "shape": (2, 3), "raw": b"\x00" * 100}


def test_the_payload_is_real(tmp_path):
    pickle.loads(pickle.dumps(Payload(tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("module", [pickle, _pickle])
def test_loads(marker, module, protocol):
    with seamark.safe_load():
        assert module.loads(pickle.dumps(HONEST, protocol)) == HONEST
        with pytest.raises(UnsafeModel) as refused:
            module.loads(pickle.dumps(Payload(marker), protocol))
    assert refused.value.report.verdict == "hostile"
    assert "mkdir" in str(refused.value)
    assert refused.value.hint


@pytest.mark.parametrize("make", [pickle.load, pickle._load, lambda f: pickle.Unpickler(f).load(),
                                  lambda f: pickle._Unpickler(f).load()])  # fmt: skip
@pytest.mark.parametrize("kind", ["file", "memory", "pipe"])
def test_streams(tmp_path, marker, make, kind):
    """``make`` may be the function as it was before the context: the audit hook catches it."""
    for value in (HONEST, Payload(marker)):
        data = pickle.dumps(value, 4)
        (tmp_path / "m.pkl").write_bytes(data)
        if kind == "file":
            file = (tmp_path / "m.pkl").open("rb")
        elif kind == "memory":
            file = io.BytesIO(data)
        else:
            there, here = os.pipe()
            os.write(here, data)
            os.close(here)
            file = os.fdopen(there, "rb")
        with file, safe_load():
            if value is HONEST:
                assert make(file) == HONEST
            else:
                with pytest.raises(UnsafeModel):
                    make(file)


@pytest.mark.parametrize("kind", ["file", "memory"])
@pytest.mark.parametrize("unpickler", [False, True])
def test_position_after_each_stream(tmp_path, kind, unpickler):
    data = b"head" + b"".join(pickle.dumps([n, "x" * n]) for n in range(200)) + b"tail"
    (tmp_path / "many").write_bytes(data)
    with (tmp_path / "many").open("rb") if kind == "file" else io.BytesIO(data) as file:
        assert file.read(4) == b"head"
        with safe_load():
            for n in range(200):
                got = pickle.Unpickler(file).load() if unpickler else pickle.load(file)
                assert got == [n, "x" * n]
        assert file.read() == b"tail"


def test_end_of_file_is_still_that(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    with safe_load():
        with (tmp_path / "empty").open("rb") as file, pytest.raises((EOFError, UnsafeModel)):
            pickle.load(file)
        with pytest.raises(EOFError):
            pickle.load(io.BytesIO())


def test_reference_taken_before_is_caught_by_the_net(marker):
    early = pickle.loads
    with safe_load():
        assert early is not pickle.loads
        assert early(pickle.dumps(HONEST)) == HONEST
        with pytest.raises(UnsafeModel, match="mkdir"):
            early(pickle.dumps(Payload(marker)))


def test_subclass_made_before_is_caught_by_the_net(marker):
    class Early(_pickle.Unpickler):
        pass

    with safe_load(), pytest.raises(UnsafeModel):
        Early(io.BytesIO(pickle.dumps(Payload(marker)))).load()


def test_persistent_ids_of_an_own_unpickler(marker):
    class Pickler(pickle.Pickler):
        def persistent_id(self, obj):
            return "seven" if obj == 7 else None

    out = io.BytesIO()
    Pickler(out).dump([7, 8])
    with safe_load():

        class Own(pickle.Unpickler):
            def persistent_load(self, pid):
                return {"seven": 7}[pid]

        assert Own(io.BytesIO(out.getvalue())).load() == [7, 8]
        with pytest.raises(UnsafeModel):
            Own(io.BytesIO(pickle.dumps(Payload(marker)))).load()


def test_shelve(tmp_path, marker):
    with shelve.open(str(tmp_path / "s")) as box:
        box["good"], box["bad"] = HONEST, Payload(marker)
    with safe_load(), shelve.open(str(tmp_path / "s"), flag="r") as box:
        assert box["good"] == HONEST
        with pytest.raises(UnsafeModel):
            box["bad"]


def test_everything_is_restored():
    before = (pickle.load, pickle.loads, pickle.Unpickler, _pickle.loads, pickle._Unpickler.load,
              threading.Thread.start, list(sys.meta_path))  # fmt: skip
    with pytest.raises(RuntimeError), safe_load(), safe_load():
        raise RuntimeError
    after = (pickle.load, pickle.loads, pickle.Unpickler, _pickle.loads, pickle._Unpickler.load,
             threading.Thread.start, list(sys.meta_path))  # fmt: skip
    assert before == after
    assert current() is None


def test_guard_kept_beyond_its_context_is_the_original(tmp_path):
    with safe_load():
        kept = pickle.loads
    kept(pickle.dumps(Payload(tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


def test_contexts_nest(marker):
    data = pickle.dumps(Payload(marker))
    with safe_load():
        with safe_load(on_refuse="warn"), warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(UnsafeModelWarning):
                pickle.loads(data)
        with pytest.raises(UnsafeModel):
            pickle.loads(data)


def test_warn_loads(tmp_path):
    with safe_load(on_refuse="warn"), pytest.warns(UnsafeModelWarning, match="PKL001"):
        pickle.loads(pickle.dumps(Payload(tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


class Own:
    """A class that no allowlist knows."""


def test_allow_and_fail_on():
    data = pickle.dumps(Own())
    with safe_load(), pytest.raises(UnsafeModel) as refused:
        pickle.loads(data)
    assert refused.value.report.verdict == "review"
    with safe_load(fail_on="hostile"):
        assert type(pickle.loads(data)) is Own
    with safe_load(allow=(f"{Own.__module__}:Own",)):
        assert type(pickle.loads(data)) is Own


def test_project_is_read_only_where_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = f"system: {{name: s}}\nscan:\n  allow: ['{Own.__module__}:Own']\n"
    Path("seamark.yaml").write_text(text, encoding="utf-8")
    data = pickle.dumps(Own())
    with safe_load(), pytest.raises(UnsafeModel):
        pickle.loads(data)
    with safe_load(project="seamark.yaml"):
        assert type(pickle.loads(data)) is Own
    with pytest.raises(ConfigurationError):
        safe_load(project="absent.yaml")


@pytest.mark.parametrize("options", [{"fail_on": "clean"}, {"on_refuse": "log"}, {"allow": "a:b"},
                                     {"allow": ("a.b",)}])  # fmt: skip
def test_options_that_mean_nothing(options):
    with pytest.raises(UsageError):
        safe_load(**options)


def test_threads_inherit_and_others_do_not(tmp_path, marker):
    data = pickle.dumps(Payload(marker))

    def attempt():
        try:
            pickle.loads(data)
        except UnsafeModel as error:
            return error

    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()  # the thread is older than the context
        with safe_load():
            assert isinstance(pool.submit(attempt).result(), UnsafeModel)
            seen = []
            thread = threading.Thread(target=lambda: seen.append(attempt()))
            thread.start()
            thread.join()
            assert isinstance(seen[0], UnsafeModel)
        assert pool.submit(current).result() is None


def test_another_thread_is_not_disturbed():
    inside, done, seen = threading.Event(), threading.Event(), []

    def other():
        inside.wait(10)
        seen.append(type(pickle.loads(pickle.dumps(Own()))))
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with safe_load():
        inside.set()
        assert done.wait(10)
    thread.join()
    assert seen == [Own]


@pytest.mark.parametrize("word", ["raise", "warn", "", "nonsense"])
def test_sitecustomize_and_subprocesses(tmp_path, word):
    (tmp_path / "sitecustomize.py").write_text("import seamark.harden.loading.sitecustomize\n")
    ran = tmp_path / "ran"
    code = (
        "import subprocess,sys\nif len(sys.argv)<3:\n"
        " code=open(sys.argv[1]).read()\n"
        " sys.exit(subprocess.call([sys.executable,'-c',code,sys.argv[1],'x']))\n"
        f"import pickle; pickle.loads({pickle.dumps(Payload(ran))!r})\n"
    )
    (tmp_path / "program").write_text(code)
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "SEAMARK_SAFE_LOAD": word}
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "program")],
        env=env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ran.exists() is (word in ("warn", ""))
    assert (run.returncode == 0) is (word in ("warn", ""))
    if word in ("raise", "warn"):
        assert "PKL001" in run.stderr


def test_import_stays_light():
    code = "import seamark,sys; print([m for m in sys.modules if m.startswith('seamark.')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_multiprocessing_is_left_alone():
    import multiprocessing

    here, there = multiprocessing.Pipe()
    with safe_load():
        here.send(Own())
        assert type(there.recv()) is Own

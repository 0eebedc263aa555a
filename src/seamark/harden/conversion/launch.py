"""Start the conversion's child with limits in proportion to the file, and read its answer."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from seamark.core.errors import UsageError

_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_BOOT = """\
import importlib.util, json, os, sys
if sys.version_info < (3, 11):
    print(json.dumps({"unsuited": "The interpreter is Python %d.%d." % sys.version_info[:2],
                      "hint": "Name one of Python 3.11 or newer with --python.",
                      "confinement": [], "python": ""}))
    sys.exit()
spec = importlib.util.spec_from_file_location(
    "seamark", os.path.join(sys.argv[1], "__init__.py"), submodule_search_locations=[sys.argv[1]])
module = importlib.util.module_from_spec(spec)
sys.modules["seamark"] = module
spec.loader.exec_module(module)
from seamark.harden.conversion.child import main
main()
"""
# The other interpreter gets our code alone: our site-packages may not suit it.

_LONGEST_ANSWER = 64 << 20
_MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a child may cost: bytes of memory, of one file it writes, seconds of CPU and wall."""

    memory: int
    file: int
    cpu: int
    wall: float


def limits_for(size: int, *, libraries: bool) -> Limits:
    """Limits for a source of ``size`` bytes; ``libraries`` such as torch need room of their own."""
    cpu = (180 if libraries else 60) + size // (5 * _MIB)
    return Limits(
        memory=((4 << 30) if libraries else (1 << 30)) + (8 if libraries else 2) * size,
        file=64 * _MIB + 4 * size,
        cpu=cpu,
        wall=4.0 * cpu,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child said. Exactly one of the first five says something; ``hint`` goes with them.

    ``died`` is set where it said nothing: by a limit, a signal or a defect.
    """

    result: Mapping[str, Any] | None = None
    refused: str = ""
    unsuited: str = ""
    missing: str = ""
    failed: str = ""
    died: str = ""
    hint: str = ""
    confinement: tuple[str, ...] = ()
    python: str = ""
    notes: str = field(default="", repr=False)


def run(job: Mapping[str, Any], *, python: str, limits: Limits) -> Answer:
    """Run one job in a child of its own. Raises ``UsageError`` where ``python`` does not start."""
    work = job["work"]
    asked = {
        **job,
        "limits": {"memory": limits.memory, "file": limits.file, "cpu": limits.cpu},
    }
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            child = subprocess.Popen(  # noqa: S603  our own script
                [_interpreter(python), "-I", "-B", "-Wignore", "-c", _BOOT, _ROOT],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                env=_environment(work),
                cwd=work,
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(
                f"Cannot run {python}: {error.strerror}.",
                hint="Name an interpreter with --python.",
            ) from error
        died = _converse(child, json.dumps(asked).encode(), limits.wall)
        out.seek(0)
        err.seek(max(0, os.fstat(err.fileno()).st_size - 4000))
        notes = err.read().decode("utf-8", "replace")
        return _read_answer(out.read(_LONGEST_ANSWER + 1), died or _why(child.returncode), notes)


def _interpreter(named: str) -> str:
    """The path of an interpreter; links are kept, a virtual environment is known by them."""
    if not named:
        return sys.executable
    found = shutil.which(named)
    return os.path.abspath(found or named)


def _converse(child: "subprocess.Popen[bytes]", job: bytes, seconds: float) -> str:
    """Give the job and wait; why it was ended, or nothing. Nothing of it survives this."""
    ended = threading.Event()

    def end() -> None:
        ended.set()
        _kill(child)

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        assert child.stdin is not None
        with suppress(BrokenPipeError):
            child.stdin.write(job)
            child.stdin.close()
        child.wait()
    finally:
        timer.cancel()
        _kill(child)
        child.wait()
    return f"it did not end within {seconds:.0f} s" if ended.is_set() else ""


def _kill(child: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _environment(work: str) -> dict[str, str]:
    """Nothing of ours, no secret: what libraries need to find a place and to compute evenly."""
    return {
        "HOME": work,
        "TMPDIR": work,
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
        "JOBLIB_MULTIPROCESSING": "0",
        "CUDA_VISIBLE_DEVICES": "",
        "JAX_PLATFORMS": "cpu",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def _why(code: int) -> str:
    if code == -signal.SIGXCPU or code == -signal.SIGKILL:
        return "it used up its CPU time or memory"
    if code == -signal.SIGXFSZ:
        return "it wrote more than the source can hold"
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it ended with code {code}" if code else ""


def _read_answer(data: bytes, died: str, notes: str) -> Answer:
    if died:
        return Answer(died=died, notes=notes)
    try:
        if len(data) > _LONGEST_ANSWER:
            raise ValueError("the answer is too long")
        body = json.loads(data)
        answers = ("refused", "unsuited", "missing", "failed")
        said = {key: str(body[key]) for key in answers if body.get(key)}
        result = body.get("result")
        if (result is not None) == bool(said) or not isinstance(result, dict | None):
            raise ValueError("it gave no answer, or two")
        return Answer(
            result=result,
            hint=str(body.get("hint", "")),
            confinement=tuple(str(each) for each in body["confinement"]),
            python=str(body["python"]),
            notes=notes,
            **said,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return Answer(died=f"its answer cannot be read ({error})", notes=notes)

"""``seamark doctor``: what this machine can do, each line found out by trying it."""

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version

from seamark import __version__
from seamark.core.errors import SeamarkError
from seamark.core.settings import read_settings

_PACKAGES = (
    "jinja2", "joblib", "lz4", "pydantic", "pyyaml", "rich", "typer", "zstandard",
)  # fmt: skip


class State(StrEnum):
    """How one thing stands. Only ``broken`` makes the exit code 1."""

    GOOD = "good"
    WEAKER = "weaker"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was tried: its name, how it stands, and what was found."""

    name: str
    state: State
    detail: str


def examine(root: str = ".", environment: Mapping[str, str] = os.environ) -> Iterator[Diagnosis]:
    """Try everything. Never raises: what fails is a diagnosis."""
    trials: tuple[tuple[str, Callable[[], Diagnosis]], ...] = (
        ("seamark", _ourselves),
        ("python", _python),
        ("judge", _judge),
        ("confinement", _confinement),
        ("checks", _checks),
        ("home", lambda: _home(root, environment)),
        ("receipts key", lambda: _key(root, environment)),
        ("git", _git),
        ("terminal", lambda: _terminal(environment)),
    )
    for name, attempt in trials[:2]:
        yield _guarded(name, attempt)
    for package in _PACKAGES:
        yield _package(package)
    for name, attempt in trials[2:]:
        yield _guarded(name, attempt)


def _guarded(name: str, attempt: Callable[[], Diagnosis]) -> Diagnosis:
    try:
        return attempt()
    except SeamarkError as error:
        return Diagnosis(name, State.BROKEN, " ".join(str(error).split()))
    except Exception as error:  # a doctor that stumbles says so and goes on
        return Diagnosis(name, State.BROKEN, f"{type(error).__name__}: {error}")


def _ourselves() -> Diagnosis:
    from seamark.scan.ruleset import ruleset_version

    return Diagnosis("seamark", State.GOOD, f"{__version__}, rule set {ruleset_version()}")


def _python() -> Diagnosis:
    right = (3, 11) <= sys.version_info < (3, 14)
    state = State.GOOD if right else State.BROKEN
    detail = f"{platform.python_version()} on {platform.platform()}"
    return Diagnosis("python", state, detail if right else f"{detail}; 3.11 to 3.13 is needed")


def _package(name: str) -> Diagnosis:
    try:
        return Diagnosis(name, State.GOOD, version(name))
    except PackageNotFoundError:
        return Diagnosis(name, State.BROKEN, "not installed; reinstall seamark")


def _judge() -> Diagnosis:
    """Both pickle engines on two small streams: one harmless, one that would call something."""
    from seamark.core.verdicts import Verdict
    from seamark.scan.models.scanner import scan_bytes

    harmless = scan_bytes(b"\x80\x04]\x94.", name="empty.pkl")
    hostile = scan_bytes(b"cos\nsystem\n(S'echo seamark'\ntR.", name="call.pkl")
    if harmless.verdict is Verdict.CLEAN and hostile.verdict is Verdict.HOSTILE:
        return Diagnosis("judge", State.GOOD, "tells a harmless pickle from a hostile one")
    detail = f"an empty list is {harmless.verdict}, a call of os.system is {hostile.verdict}"
    return Diagnosis("judge", State.BROKEN, detail)


def _confinement() -> Diagnosis:
    """Start the judge's child as a scan does, and read from its greeting what confines it."""
    from seamark.scan.models.pickle import judge_child

    ours, theirs = socket.socketpair()
    with ours, theirs:
        child = subprocess.Popen(  # noqa: S603  our own script, our own interpreter
            [sys.executable, "-I", "-S", "-B", judge_child.__file__],
            stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={}, cwd="/",
        )  # fmt: skip
        try:
            ours.settimeout(20)
            greeting = ours.recv(1)
        finally:
            child.kill()
            child.wait()
    if greeting == b"\x01":
        return Diagnosis("confinement", State.GOOD, "resource limits, audit hook, seccomp filter")
    if greeting == b"\x00":
        detail = "resource limits and audit hook; no seccomp filter on this system"
        return Diagnosis("confinement", State.WEAKER, detail)
    return Diagnosis("confinement", State.BROKEN, "the judge's child did not start")


def _checks() -> Diagnosis:
    """Load every check that a package registers, as ``seamark check`` will."""
    from seamark.system.registry import all_checks

    found = ", ".join(all_checks())
    return Diagnosis("checks", State.GOOD, f"{found}; each can be loaded")


def _home(root: str, environment: Mapping[str, str]) -> Diagnosis:
    from seamark.system.memory import home_of

    home = home_of(root, read_settings(environment, {}))
    place = home
    while not os.path.exists(place):
        place = os.path.dirname(place) or "."
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        detail = f"{home} cannot be written ({error.strerror}); receipts are not kept"
        return Diagnosis("home", State.WEAKER, detail)
    made = "" if place == home else " (made when it is needed)"
    return Diagnosis("home", State.GOOD, f"{home}{made}")


def _key(root: str, environment: Mapping[str, str]) -> Diagnosis:
    from seamark.system.keys import receipts_key

    try:
        settings = read_settings(environment, {})
    except SeamarkError as error:
        return Diagnosis("receipts key", State.BROKEN, error.what)
    key, why = receipts_key(settings, project=root)
    if key is None:
        return Diagnosis("receipts key", State.WEAKER, f"{why}; receipts are not kept")
    return Diagnosis("receipts key", State.GOOD, f"in {settings.config_home}")


def _git() -> Diagnosis:
    path = shutil.which("git")
    if path is None:
        detail = "not installed; --changed-since and --staged need it"
        return Diagnosis("git", State.WEAKER, detail)
    done = subprocess.run(  # noqa: S603  the user's own git
        [path, "--version"], capture_output=True, timeout=20, check=False
    )
    return Diagnosis("git", State.GOOD, done.stdout.decode("utf-8", "replace").strip())


def _terminal(environment: Mapping[str, str]) -> Diagnosis:
    size = shutil.get_terminal_size()
    kind = "a terminal" if sys.stdout.isatty() else "no terminal: no colors, no progress"
    color = ", NO_COLOR is set" if environment.get("NO_COLOR") else ""
    encoding = sys.stdout.encoding or "unknown"
    return Diagnosis("terminal", State.GOOD, f"{kind}, {size.columns} columns, {encoding}{color}")

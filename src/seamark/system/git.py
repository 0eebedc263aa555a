"""What changed, as git says: plumbing commands, NUL-separated names, nothing of the repository run.

A repository's own configuration can name programs that git starts (file system monitor, external
diff, hooks); each is switched off.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from seamark.core.errors import UsageError

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=off")
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Changed:
    """A changed file: where its bytes are, and its path relative to the directory asked about."""

    path: str
    shown: str


def changed_since(root: str, reference: str) -> tuple[Changed, ...]:
    """Files under ``root`` that differ from where this branch left ``reference``.

    Changes that are not committed and files that git does not know yet count. Raises
    ``UsageError`` where ``root`` is in no repository or there is no such reference.
    """
    _require_repository(root)
    commit = _resolve(root, reference)
    base = _git(root, "merge-base", commit, "HEAD", accept=(0, 1)).decode().strip() or commit
    names = _names(
        root, "diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames",
        "--diff-filter=d", "--relative", base, "--",
    )  # fmt: skip
    names += _names(root, "ls-files", "-z", "--others", "--exclude-standard")
    return tuple(Changed(os.path.join(root, name), name) for name in sorted(set(names)))


def staged(root: str, copies: str) -> tuple[Changed, ...]:
    """Files under ``root`` as they are staged: what the commit would hold.

    Where the working tree has other bytes than the index, the staged ones are written to the
    directory ``copies`` and that copy is named. Raises ``UsageError`` as above.
    """
    _require_repository(root)
    diff = ("diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames",
            "--diff-filter=d", "--relative")  # fmt: skip
    names = sorted(set(_names(root, *diff, "--cached", "--")))
    edited = set(
        _names(root, "diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv",
               "--no-renames", "--relative", "--")
    )  # fmt: skip
    differing = [name for name in names if name in edited]
    if differing:
        listed = b"\0".join(os.fsencode(name) for name in differing) + b"\0"
        prefix = f"--prefix={os.path.join(os.path.realpath(copies), '')}"
        _git(root, "checkout-index", "-z", "--stdin", "--force", prefix, stdin=listed)
        below = _git(root, "rev-parse", "--show-prefix").rstrip(b"\n")
        copies = os.path.join(copies, os.fsdecode(below))
    return tuple(
        Changed(os.path.join(copies if name in edited else root, name), name) for name in names
    )


def ignored(root: str, names: Sequence[str]) -> frozenset[str]:
    """Those of ``names``, relative to ``root``, that git ignores and does not track.

    Raises ``UsageError`` where ``root`` is in no repository or git is missing.
    """
    _require_repository(root)
    asked = b"\0".join(os.fsencode(name) for name in names) + b"\0"
    said = _git(root, "check-ignore", "-z", "--stdin", stdin=asked, accept=(0, 1))
    return frozenset(os.fsdecode(name) for name in said.split(b"\0") if name)


def _require_repository(root: str) -> None:
    inside = _git(root, "rev-parse", "--is-inside-work-tree", accept=(0, 128))
    if inside.strip() != b"true":
        raise UsageError(
            f"{root} is in no git working tree.",
            hint="Leave out --changed-since and --staged, or run it inside a repository.",
        )


def _resolve(root: str, reference: str) -> str:
    if reference.startswith("-"):
        raise UsageError(f"'{reference}' is no git reference.")
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    commit = _git(root, *asked, accept=(0, 1, 128)).decode().strip()
    if not commit:
        raise UsageError(
            f"There is no git reference '{reference}'.",
            hint="In CI, fetch it first (a shallow clone does not have it).",
        )
    return commit


def _names(root: str, *arguments: str) -> list[str]:
    return [os.fsdecode(name) for name in _git(root, *arguments).split(b"\0") if name]


def _git(root: str, *arguments: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> bytes:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603  fixed program, arguments never reach a shell
            ["git", *_SAFE, "-C", root, *arguments],  # noqa: S607  the user's own git
            input=stdin, capture_output=True, env=environment, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise UsageError("git is not installed.", hint="Install it, or scan paths.") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git {arguments[0]} took longer than {_SECONDS} s.") from None
    if done.returncode not in accept:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git {arguments[0]} failed: {said[-1] if said else done.returncode}.")
    return done.stdout

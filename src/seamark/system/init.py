"""``seamark init``: look around, then write ``seamark.yaml`` and the lines for ``.gitignore``."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

from seamark.core.errors import UsageError
from seamark.core.paths import printable
from seamark.system.discover import Found, as_globs, discover
from seamark.system.files import write_atomically
from seamark.system.memory import PROJECT_FILE

_IGNORED = ".seamark/"
_MOST = 200

_HEAD = """\
# What this AI system is, and the bar that it must pass: read by `seamark check`.
# Editors complete and check every key once `seamark schema > seamark.schema.json` has run and
# this line has lost its first two characters:
# # yaml-language-server: $schema=./seamark.schema.json

system:
  name: {name}
  owner: ""            # who answers for it: a person or a team
  purpose: ""          # what it is for
  acceptable_use: ""   # what it may and may not be used for

# Paths or globs, relative to this file. A model that is named here and missing makes a check
# incomplete; one that is not named is scanned all the same.
models:{models}
datasets: []
services: []

scan:
  exclude: []          # globs; what is left out is listed in the report
  allow: []            # your own code that pickles may refer to, exactly: "package.module:Name"

# A finding from here on fails: hostile, review, unclear, or critical, high, medium, low.
fail_on: review

# Further conditions, as expressions over the report. `seamark rules facts` lists the words.
gates: []
#  - name: nothing-new
#    require: findings.new == 0 and not incomplete

# Somebody accepts a finding for a reason until a day; then it counts again.
waivers: []
#  - rule: PKL0*
#    path: models/legacy/**
#    owner: ana
#    reason: Own training code, reviewed in the merge request that added it.
#    expires: {year}-12-31
"""


@dataclass(frozen=True, slots=True)
class Initialized:
    """What ``init`` wrote, and what it saw; ``ignored`` counts models that git ignores."""

    written: tuple[str, ...]
    models: tuple[Found, ...]
    ignored: int = 0


def init(root: str, *, year: int, force: bool = False) -> Initialized:
    """Write the project's files. Raises ``UsageError`` where ``seamark.yaml`` exists."""
    if not os.path.isdir(root):
        raise UsageError(f"There is no directory '{printable(root)}'.", hint="Create it first.")
    path = os.path.join(root, PROJECT_FILE)
    if os.path.lexists(path) and not force:
        raise UsageError(
            f"{printable(path)} exists.", hint="Edit it, or use --force to write it anew."
        )
    found = discover(root)
    name = printable(os.path.basename(os.path.realpath(root)) or "project")
    write_atomically(path, project_text(name, found.models, year=year).encode())
    written = [path]
    ignore = os.path.join(root, ".gitignore")
    if _add_line(ignore, _IGNORED):
        written.append(ignore)
    return Initialized(tuple(written), found.models, found.ignored)


def project_text(name: str, models: Sequence[Found], *, year: int) -> str:
    """The text of a first ``seamark.yaml``. Names are quoted as JSON, which YAML reads alike."""
    paths = [json.dumps(path) for path in as_globs([model.path for model in models])]
    lines = "".join(f"\n  - {path}" for path in paths[:_MOST])
    if len(paths) > _MOST:
        lines += f"\n  # and {len(paths) - _MOST} more: better name them by globs"
    return _HEAD.format(name=json.dumps(name), models=lines or " []", year=year)


def _add_line(path: str, line: str) -> bool:
    """Add a line to a text file unless it is there; gives whether it was added."""
    try:
        with open(path, "rb") as file:
            old = file.read()
    except FileNotFoundError:
        old = b""
    except OSError:
        return False
    wanted = line.encode()
    present = {each.strip().strip(b"/") for each in old.splitlines()}
    if wanted.strip(b"/") in present:
        return False
    gap = b"" if not old or old.endswith(b"\n") else b"\n"
    write_atomically(path, old + gap + wanted + b"\n")
    return True

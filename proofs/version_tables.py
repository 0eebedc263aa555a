"""Pairs of versions as the ecosystems' own programs order them, for tests/data/.../versions.

``python -m proofs.version_tables --node FOLDER --conda PYTHON --apk LIBRARY``: dpkg is asked for
Debian, the npm package ``semver`` (installed in FOLDER) for npm, conda's own ``VersionOrder`` (as
the package conda-lock of PYTHON carries it) for conda, and for Alpine a LIBRARY that was compiled
from the version rules of apk-tools, with ``valid(text)`` and ``compare(text, text)`` (1 equal,
2 less, 4 greater). Ours is not asked.
"""

import argparse
import ctypes
import json
import random
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

OUT = Path(__file__).parent.parent / "tests/data/dependencies/versions"
PAIRS = 1500
SEED = 4

Pair = tuple[str, str]
Answer = int | None
"""-1, 0 or 1; None where one of the two is no version."""

_ALPHABETS = {
    "Debian": ["0", "1", "2", "9", "10", "007", "a", "b", "rc", ".", "+", "~", "~~", "-", ":", "_"],
    "npm": ["0", "1", "2", "10", "01", ".", ".", ".", "-", "alpha", "beta", "rc", "1a", "+", "v"],
    "Alpine": ["0", "1", "2", "10", "05", ".", ".", "a", "c", "_alpha", "_rc", "_p", "_git", "_pre",
               "~c0f", "~0", "-r1", "-r0", "_foo"],
    "conda": ["0", "1", "2", "10", "01", ".", ".", "a", "rc", "dev", "post", "_", "-", "+", "!"],
}  # fmt: skip
_SHAPES = {
    "Debian": ["{0}.{1}-{2}", "{0}.{1}.{2}-{0}+deb12u{1}", "1:{0}.{1}~rc{2}-{1}",
               "{0}.{1}+dfsg-{2}"],
    "npm": ["{0}.{1}.{2}", "{0}.{1}.{2}-beta.{1}", "{0}.{1}.{2}-rc.{0}+build", "{0}.{1}.{2}-{0}"],
    "Alpine": ["{0}.{1}.{2}-r{0}", "{0}.{1}_p{2}-r{1}", "{0}.{1}{a}-r{2}", "{0}.{1}_rc{2}",
               "{0}.0{1}", "{0}.{1}_git{2}"],
    "conda": ["{0}.{1}.{2}", "{0}.{1}{a}{2}", "{0}.{1}.post{2}", "{0}.{1}.dev{2}", "{0}!{1}.{2}",
              "{0}.{1}+{2}.{a}", "{0}.{1}{a}"],
}  # fmt: skip


def _random(ecosystem: str, chance: random.Random) -> str:
    if chance.random() < 0.85:
        numbers = [chance.choice((0, 1, 2, 3, 9, 10, 11, 20230101)) for _ in range(3)]
        return chance.choice(_SHAPES[ecosystem]).format(*numbers, a=chance.choice("abc"))
    return "".join(chance.choices(_ALPHABETS[ecosystem], k=chance.randint(1, 7)))


def _changed(text: str, ecosystem: str, chance: random.Random) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(_ALPHABETS[ecosystem]) + text[at + chance.randint(0, 1) :]


def _pairs(ecosystem: str, real: list[str]) -> list[Pair]:
    chance = random.Random(f"{SEED} {ecosystem}")
    found: list[Pair] = []
    while len(found) < PAIRS:
        kind = chance.random()
        left = chance.choice(real) if real and kind < 0.4 else _random(ecosystem, chance)
        if kind < 0.55:
            right = _changed(left, ecosystem, chance)
        else:
            right = chance.choice(real) if real and kind < 0.8 else _random(ecosystem, chance)
        if left and right and not left.startswith("-") and not right.startswith("-"):
            found.append((left, right))
    return found


def _dpkg(pairs: list[Pair]) -> list[Answer]:
    def holds(*words: str) -> bool:
        return subprocess.run(["dpkg", *words], capture_output=True).returncode == 0

    def one(pair: Pair) -> Answer:
        if not all(holds("--validate-version", each) for each in pair):
            return None
        if holds("--compare-versions", pair[0], "eq", pair[1]):
            return 0
        return -1 if holds("--compare-versions", pair[0], "lt", pair[1]) else 1

    return [one(pair) for pair in pairs]


def _piped(command: list[str], pairs: list[Pair], folder: Path | None = None) -> list[Answer]:
    text = json.dumps(pairs)
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=True, cwd=folder
    )
    answers: list[Answer] = json.loads(done.stdout)
    return answers


_NODE = """
const semver = require("semver");
const pairs = JSON.parse(require("fs").readFileSync(0, "utf8"));
const one = ([a, b]) => semver.valid(a) && semver.valid(b) ? semver.compare(a, b) : null;
console.log(JSON.stringify(pairs.map(one)));
"""
_CONDA = """
import json, sys
from conda_lock._vendor.conda.models.version import VersionOrder

def one(pair):
    try:
        left, right = map(VersionOrder, pair)
    except Exception:
        return None
    return 0 if left == right else -1 if left < right else 1

print(json.dumps([one(pair) for pair in json.load(sys.stdin)]))
"""


def _apk(library: str) -> Callable[[list[Pair]], list[Answer]]:
    code = ctypes.CDLL(library)
    answers = {1: 0, 2: -1, 4: 1}

    def one(pair: Pair) -> Answer:
        left, right = (text.encode() for text in pair)
        return (
            answers[code.compare(left, right)] if code.valid(left) and code.valid(right) else None
        )

    return lambda pairs: [one(pair) for pair in pairs]


def main() -> None:
    """Write the four tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--node", required=True, type=Path)
    parser.add_argument("--conda", required=True)
    parser.add_argument("--apk", required=True)
    given = parser.parse_args()
    status = Path("/var/lib/dpkg/status").read_text()
    installed = sorted(set(re.findall(r"^Version: (.*)$", status, re.MULTILINE)))
    oracles: dict[str, tuple[list[str], Callable[[list[Pair]], list[Answer]]]] = {
        "Debian": (installed, _dpkg),
        "npm": ([], lambda pairs: _piped(["node", "-e", _NODE], pairs, given.node)),
        "conda": ([], lambda pairs: _piped([given.conda, "-c", _CONDA], pairs)),
        "Alpine": ([], _apk(given.apk)),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    for ecosystem, (real, ask) in oracles.items():
        pairs = _pairs(ecosystem, real)
        rows = [[*pair, answer] for pair, answer in zip(pairs, ask(pairs), strict=True)]
        lines = ",\n".join(json.dumps(row) for row in rows)
        (OUT / f"{ecosystem.lower()}.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()

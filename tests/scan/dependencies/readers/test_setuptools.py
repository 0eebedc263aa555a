"""``setup.cfg`` and ``setup.py``: lists are read, and what is computed is told."""

from pathlib import Path

import pytest

from seamark.scan.dependencies.find import find_sources
from seamark.scan.dependencies.inventory import named_kind, read_listing
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.source import Source


def read(folder: Path, kind: str, text: str) -> Listing:
    (folder / "list").write_text(text)
    source = Source(path=str(folder / "list"), shown="list", root=str(folder))
    return read_listing(source, named_kind(kind))


def test_setup_py_lists(tmp_path: Path) -> None:
    listing = read(
        tmp_path,
        "setup-py",
        """
import setuptools
BASE = ["a==1", "b>=2"]
EXTRA: list[str] = ["c"]
setuptools.setup(
    install_requires=[*BASE, "d"] + EXTRA,
    setup_requires="e\\nf",
    extras_require={"gpu": ["g"], "x:os_name == 'nt'": ["h"], ":python_version < '3'": BASE},
)
""",
    )
    assert not listing.unassessed
    found = [(each.name, each.version, each.groups, each.marker) for each in listing.components]
    assert found == [
        ("a", "1", (), ""),
        ("b", "", (), ""),
        ("d", "", (), ""),
        ("c", "", (), ""),
        ("e", "", ("build",), ""),
        ("f", "", ("build",), ""),
        ("g", "", ("extra:gpu",), ""),
        ("h", "", ("extra:x",), 'os_name == "nt"'),
        ("a", "1", (), 'python_version < "3"'),
        ("b", "", (), 'python_version < "3"'),
    ]
    assert listing.components[0].location.line == 3


def test_a_dictionary_that_is_filled_by_its_keys(tmp_path: Path) -> None:
    listing = read(
        tmp_path,
        "setup-py",
        """
extras = {"a": ["b"]}
extras["c"] = ["d"]
extras["dev"] = extras["a"] + extras["c"] + ["e"]
setup(extras_require=extras)
""",
    )
    assert not listing.unassessed
    assert [(each.name, each.groups) for each in listing.components] == [
        ("b", ("extra:a",)),
        ("d", ("extra:c",)),
        ("b", ("extra:dev",)),
        ("d", ("extra:dev",)),
        ("e", ("extra:dev",)),
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("e = {}\ne['a'] = ['b']\ne['a'] = ['c']\nsetup(extras_require=e)", "extras_require"),
        ("e = {}\nif x:\n    e['a'] = ['b']\nsetup(extras_require=e)", "extras_require"),
        ("e = {}\ne[x] = ['b']\nsetup(extras_require=e)", "extras_require"),
        ("e = {}\ne['a'] = e['a']\nsetup(extras_require=e)", "extras_require['a']"),
        ("setup(install_requires=read('x'))", "install_requires"),
        ("setup(install_requires=['a', name])", "install_requires"),
        ("setup(install_requires=['a', *more])", "install_requires"),
        ("setup(install_requires=[x for x in y])", "install_requires"),
        ("r = ['a']\nr.append('b')\nsetup(install_requires=r)", "install_requires"),
        ("r = ['a']\nif x:\n    r = ['b']\nsetup(install_requires=r)", "install_requires"),
        ("r = ['a']\nr += ['b']\nsetup(install_requires=r)", "install_requires"),
        ("r = ['a']\nr[0] = 'b'\nsetup(install_requires=r)", "install_requires"),
        ("setup(extras_require=dict(a=['b']))", "extras_require"),
        ("setup(extras_require={'a': f()})", "extras_require['a']"),
        ("setup(**config)", "setup()"),
        ("print('nothing')", "setup()"),
    ],
)
def test_what_only_running_tells(text: str, name: str, tmp_path: Path) -> None:
    listing = read(tmp_path, "setup-py", text)
    assert [each.name for each in listing.unassessed] == [name]
    assert "run" in listing.unassessed[0].reason


def test_nothing_is_run(tmp_path: Path) -> None:
    text = f"open({str(tmp_path / 'ran')!r}, 'w')\nsetup(install_requires=['a'])"
    listing = read(tmp_path, "setup-py", text)
    assert [each.name for each in listing.components] == ["a"]
    assert not (tmp_path / "ran").exists()


def test_what_is_no_python(tmp_path: Path) -> None:
    listing = read(tmp_path, "setup-py", "setup(install_requires=[")
    assert [each.whole for each in listing.unassessed] == [True]


def test_setup_cfg(tmp_path: Path) -> None:
    (tmp_path / "needs.txt").write_text("e==5\n")
    listing = read(
        tmp_path,
        "setup-cfg",
        """
[options]
install_requires =
    a==1
    # comment
    b>=2; python_version < "3.12"
setup_requires = c; d
[options.extras_require]
gpu = file: needs.txt, gone.txt
old:python_version < "3" = f
""",
    )
    found = [(each.name, each.groups) for each in listing.components]
    assert found == [
        ("a", ()),
        ("b", ()),
        ("c", ("build",)),
        ("d", ("build",)),
        ("e", ("extra:gpu",)),
    ]
    assert listing.components[0].location.line == 4
    # a colon ends the key in this format, so the last line asks for what is no requirement
    assert [each.name for each in listing.unassessed] == ["gone.txt", "python_version"]


def test_a_broken_setup_cfg_is_told(tmp_path: Path) -> None:
    for text in ("install_requires = a\n", "[options]\na = 1\n[options]\n"):
        assert [each.whole for each in read(tmp_path, "setup-cfg", text).unassessed] == [True]


@pytest.mark.parametrize(
    ("program", "beside", "lists"),
    [
        ("class Trainer:\n    pass\n", True, 0),
        ("class Trainer:\n    pass\n", False, 1),
        ("from setuptools import *\n", True, 1),
        ("setup(name='a')\n", True, 1),
        ("exec(open('x').read())\n", True, 1),
    ],
)
def test_a_module_called_setup_is_no_list(
    program: str, beside: bool, lists: int, tmp_path: Path
) -> None:
    (tmp_path / "setup.py").write_text(program)
    if beside:
        (tmp_path / "__init__.py").write_text("")
    assert len(list(find_sources(str(tmp_path)))) == lists


@pytest.mark.parametrize("place", ["numpy/f2py", "site-packages/numpy"])
def test_what_builds_a_part_of_a_package_is_no_list(place: str, tmp_path: Path) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "setup.py").write_text("from setuptools import setup\nsetup(**configuration())\n")
    assert len(list(find_sources(str(tmp_path)))) == 1
    (folder / "__init__.py").write_text("")
    if place.startswith("numpy"):
        (folder.parent / "__init__.py").write_text("")
    assert list(find_sources(str(tmp_path))) == []

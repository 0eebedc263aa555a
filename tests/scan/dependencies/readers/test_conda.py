"""conda: match specifications, environments, locks, explicit lists, installed records."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scan.dependencies.readers.lock_reading import read_fixture, read_text

from seamark.core.components import OriginKind
from seamark.scan.dependencies.listings import IndexUse
from seamark.scan.dependencies.readers.conda import conda_names as conda
from seamark.scan.dependencies.readers.entries import Broken

MD5 = "d41d8cd98f00b204e9800998ecf8427e"
SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("spec", "name", "version", "constraint"),
    [
        ("numpy", "numpy", "", "*"),
        ("numpy=1.26", "numpy", "", "=1.26"),
        ("numpy =1.26", "numpy", "", "=1.26"),
        ("numpy==1.26.4", "numpy", "1.26.4", ""),
        ("numpy == 1.26.4", "numpy", "1.26.4", ""),
        ("numpy 1.26.4", "numpy", "1.26.4", ""),
        ("numpy 1.26.4 py311_0", "numpy", "1.26.4", ""),
        ("numpy=1.26.4=py311_0", "numpy", "1.26.4", ""),
        ("numpy==1.26.4=py311_0", "numpy", "1.26.4", ""),
        ("numpy=1.26.4=*_0", "numpy", "", "=1.26.4 build *_0"),
        ("numpy 1.26.*", "numpy", "", "==1.26.*"),
        ("numpy=1.26.*", "numpy", "", "=1.26.*"),
        ("numpy>=1.2,<2", "numpy", "", ">=1.2,<2"),
        ("numpy >=1.2, <2", "numpy", "", ">=1.2,<2"),
        ("numpy ~=1.2", "numpy", "", "~=1.2"),
        ("numpy!=1.2", "numpy", "", "!=1.2"),
        ("numpy 1.2|1.3", "numpy", "", "==1.2|1.3"),
        ("conda-forge::numpy=1.26.4=py_0", "numpy", "1.26.4", ""),
        ("conda-forge/linux-64::numpy==1", "numpy", "1", ""),
        ("https://h.example/ch::numpy", "numpy", "", "*"),
        ("numpy[version='>=1.2,<2', build=py*]", "numpy", "", ">=1.2,<2 build py*"),
        ('numpy[version="1.26.4"]', "numpy", "1.26.4", ""),
        ("numpy[version=1.26.4,channel=conda-forge]", "numpy", "1.26.4", ""),
        ("_libgcc_mutex 0.1 main", "_libgcc_mutex", "0.1", ""),
        (f"https://h.example/ch/linux-64/numpy-1.26.4-py_0.conda#{MD5}", "numpy", "1.26.4", ""),
        ("./built/numpy-1.26.4-py_0.tar.bz2", "numpy", "1.26.4", ""),
        ("openssl=1!3.0=h0", "openssl", "1!3.0", ""),
    ],
)
def test_specifications(spec: str, name: str, version: str, constraint: str) -> None:
    found = conda.parse_spec(spec)
    assert (found.name, found.version) == (name, version)
    if not version:
        assert found.constraint == constraint


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "a b c d",
        "numpy;x",
        "numpy[",
        "numpy[version=",
        "numpy[a b]",
        "=1.2",
        "https://h.example/x.zip",
        "numpy[md5=abc]",
        f"https://h.example/x/linux-64/numpy-1-0.conda#{MD5[:-1]}",
        "numpy $(x)`",
    ],
)
def test_no_specifications(spec: str) -> None:
    with pytest.raises(Broken):
        conda.parse_spec(spec)


@given(st.text(alphabet="ab1.=<>!~,|[]'\" :/#*@-_", max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_specification_or_broken(text: str) -> None:
    try:
        found = conda.parse_spec(text)
    except Broken:
        return
    assert found.name
    assert found.version == "" or not set(found.version) & set("*<>~,|= ")


ENVIRONMENT = f"""\
name: x
channels:
  - https://u:hunter2@conda.example/t/hunter2/private
  - conda-forge
  - nodefaults
dependencies:
  - python=3.11
  - pytorch::pytorch==2.3.1  # the GPU build
  - "numpy>=1.2"
  - 5.5
  - [a]
  - {{npm: [x]}}
  - pip
  - pip:
    - requests==2.31.0 --hash=sha256:{SHA}
    - --extra-index-url https://u:hunter2@packages.example/simple
    - -r more.txt
    - 5
    - [x]
"""


def test_environment(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("flask==3.0.0\n")
    listing = read_text("conda-environment", ENVIRONMENT, tmp_path, "environment.yml")
    found = {each.title: each for each in listing.components}
    assert found["python"].constraint == "=3.11"
    assert found["python"].location.line == 7
    assert found["pytorch"].version == "2.3.1"
    assert found["pytorch"].purl == "pkg:conda/pytorch@2.3.1?channel=pytorch"
    assert found["pytorch"].location.line == 8
    assert found["pytorch"].origin is not None
    assert found["pytorch"].origin.url == "https://conda.anaconda.org/pytorch"
    assert found["numpy"].location.line == 9
    assert found["requests"].ecosystem == "PyPI"
    assert found["requests"].hashes == (f"sha256:{SHA}",)
    assert found["requests"].location.line == 15
    assert [(each.use, each.secret) for each in listing.indexes] == [
        (IndexUse.MAIN, True),
        (IndexUse.MAIN, False),
        (IndexUse.EXTRA, True),
    ]
    assert listing.indexes[0].url == "https://conda.example/private"
    assert [Path(each).name for each in listing.includes] == ["more.txt"]
    assert {"5.5", "5"} <= set(found)  # a text to YAML, and a name
    assert len(listing.unassessed) == 3  # [a], the list for npm, and [x] for pip
    assert "hunter2" not in repr(listing)


def test_lock() -> None:
    listing = read_fixture("conda-lock", "conda-lock/unified/conda-lock.yml")
    found = {(each.name, each.purl.partition("subdir=")[2]): each for each in listing.components}
    python = found["python", "linux-64"]
    assert python.purl == (
        "pkg:conda/python@3.11.9?build=h955ad1f_0_cpython&channel=conda-forge&subdir=linux-64"
    )
    assert python.requires == ("ca-certificates", "libzlib")
    assert python.origin is None
    assert found["libzlib", "linux-64"].requires == ()  # __glibc is no package
    assert found["pytest", "noarch"].groups == ("dev",)
    assert found["pytorch", "linux-64"].origin is not None
    assert [each.ecosystem for each in listing.components].count("PyPI") == 4


def test_a_lock_whose_url_is_of_another_package(tmp_path: Path) -> None:
    entry = {
        "name": "numpy",
        "version": "1.26.4",
        "manager": "conda",
        "platform": "linux-64",
        "url": "https://conda.anaconda.org/conda-forge/linux-64/evil-1.0-h0.conda",
        "hash": {"md5": MD5},
    }
    text = json.dumps({"version": 1, "metadata": {"channels": []}, "package": [entry]})
    listing = read_text("conda-lock", text, tmp_path)
    assert listing.components == ()
    assert "another package" in listing.unassessed[0].reason


def test_explicit_list() -> None:
    listing = read_fixture("conda-explicit", "conda-explicit/conda-lock/conda-linux-64.lock")
    found = {each.name: each for each in listing.components}
    assert found["python"].location.line == 7
    assert found["python"].hashes[0].startswith("md5:")
    assert found["flask"].ecosystem == "PyPI"
    assert found["flask"].origin is None
    assert found["flask"].hashes[0].startswith("sha256:")


def test_exported_list_and_broken_lines(tmp_path: Path) -> None:
    text = f"# platform: linux-64\nnumpy=1.26.4=py311_0\n\nhttps://h.example/x\nlocal/a-1-0.conda#sha256:{SHA}\n"
    listing = read_text("conda-explicit", text, tmp_path)
    assert [(each.name, each.version) for each in listing.components] == [
        ("numpy", "1.26.4"),
        ("a", "1"),
    ]
    assert listing.components[1].hashes == (f"sha256:{SHA}",)
    assert listing.components[1].origin is not None
    assert listing.components[1].origin.kind is OriginKind.PATH
    assert [each.location.line for each in listing.unassessed] == [4]


RECORD = {
    "name": "numpy",
    "version": "1.26.4",
    "build": "py311h64a7726_0",
    "build_number": 0,
    "channel": "https://conda.anaconda.org/conda-forge/linux-64",
    "subdir": "linux-64",
    "url": "https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311h64a7726_0.conda",
    "md5": MD5,
    "sha256": SHA,
    "license": "BSD-3-Clause",
    "requested_spec": "numpy",
    "depends": ["libblas >=3.9.0,<4.0a0", "python >=3.11,<3.12.0a0", "__glibc >=2.17"],
    "files": ["x"],
}


def test_installed(tmp_path: Path) -> None:
    (found,) = read_text("conda-meta", json.dumps(RECORD), tmp_path).components
    assert found.purl == (
        "pkg:conda/numpy@1.26.4?build=py311h64a7726_0&channel=conda-forge&subdir=linux-64"
    )
    assert found.requires == ("libblas", "python")
    assert found.licenses == ("BSD-3-Clause",)
    assert found.hashes == (f"md5:{MD5}", f"sha256:{SHA}")
    assert (found.direct, found.origin) == (True, None)


@pytest.mark.parametrize("key", ["name", "version", "url", "channel", "md5", "depends", "license"])
def test_broken_records(key: str, tmp_path: Path) -> None:
    listing = read_text("conda-meta", json.dumps({**RECORD, key: 5}), tmp_path)
    assert listing.components == ()
    assert len(listing.unassessed) == 1


def test_a_record_without_a_url_keeps_its_channel(tmp_path: Path) -> None:
    record = {**RECORD, "url": None, "requested_spec": "None"}
    (found,) = read_text("conda-meta", json.dumps(record), tmp_path).components
    assert found.purl.endswith("channel=conda-forge&subdir=linux-64")
    assert (found.direct, found.origin) == (False, None)

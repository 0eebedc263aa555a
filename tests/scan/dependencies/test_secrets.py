"""Credentials in lists reach no report, whichever reader met them and whatever was wrong."""

import json
from pathlib import Path

import pytest

from seamark.scan.dependencies.inventory import read_listing
from seamark.scan.dependencies.kinds import kind_of
from seamark.scan.dependencies.listings import Listing
from seamark.scan.dependencies.readers.python.python_origins import clean_url
from seamark.scan.dependencies.source import Source

SECRET = "ZQXJ99harmlessSecret99ZQXJ"
URL = f"https://user:{SECRET}@host.example/x"

FILES = {
    "requirements.txt": f"bad name {URL}\n-i {URL}\nfoo @ https://u:p/{SECRET}@h.example/a-1.zip\n"
    f"--extra-index-url https://h.example/u:{SECRET}@x/simple\n",
    "Dockerfile": f"FROM user:{SECRET}@registry.example/image:1\nFROM {URL}\n",
    "environment.yml": f"channels: [{URL}]\ndependencies:\n- {URL}::numpy=1.0\n",
    "package-lock.json": json.dumps(
        {"lockfileVersion": 3, "packages": {"": {}, "node_modules/a": {"version": f"{URL}.tgz"}}}
    ),
    "uv.lock": f'version = 1\n[[package]]\nname = "{URL}"\nversion = "1"\n'
    f'source = {{ registry = "{URL}" }}\n',
    "poetry.lock": f'[[package]]\nname = "a"\nversion = "{URL}"\n'
    '[metadata]\nlock-version = "2.1"\n',
}


def _read(name: str, text: str, folder: Path) -> Listing:
    (folder / name).write_text(text)
    kind = kind_of(name)
    assert kind is not None
    return read_listing(Source(str(folder / name), name, str(folder)), kind)


@pytest.mark.parametrize("name", FILES)
def test_no_reader_repeats_a_secret(name: str, tmp_path: Path) -> None:
    listing = _read(name, FILES[name], tmp_path)
    assert listing.components or listing.unassessed or listing.indexes
    assert SECRET not in repr(listing)


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        (f"https://u:p/{SECRET}@h.example/a.zip", "https://u:p/h.example/a.zip"),
        (f"https://h.example/u:{SECRET}@x/simple", "https://h.example/x/simple"),
        (
            "https://h.example/@scope/name/-/name-1.tgz",
            "https://h.example/@scope/name/-/name-1.tgz",
        ),
        ("https://h.example:8080/@scope/name", "https://h.example:8080/@scope/name"),
        ("git+https://h.example/o/r.git@v1", "git+https://h.example/o/r.git@v1"),
    ],
)
def test_credentials_that_got_into_the_path(url: str, cleaned: str) -> None:
    found, secret = clean_url(url)
    assert found == cleaned
    assert secret is (SECRET in url)

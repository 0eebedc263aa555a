"""Imports of the project's own code, and which packages they reach."""

import json

import pytest

from seamark.scan.dependencies.judges.imports import imported_modules
from seamark.scan.dependencies.judges.reachability import Reach, Reachability, modules_of


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import yaml\n", "yaml"),
        ("import yaml.loader as x\n", "yaml.loader"),
        ("def f():\n    from yaml import load\n", "yaml.load"),
        ("from yaml import *\n", "yaml"),
        ("import importlib\nimportlib.import_module('yaml.cyaml')\n", "yaml.cyaml"),
        ("if True: __import__('yaml')\n", "yaml"),
    ],
)
def test_ways_to_import(write, code: str, name: str) -> None:
    found = imported_modules(str(write({"a.py": code})), {"yaml"})
    assert list(found.modules) == [name]
    assert found.find("yaml") is not None
    assert found.complete


@pytest.mark.parametrize(
    "code", ["'import yaml'\n", "# import yaml\n", "from . import yaml\n", "yamls = 1\n"]
)
def test_what_is_no_import(write, code: str) -> None:
    found = imported_modules(str(write({"a.py": code})), {"yaml"})
    assert (found.modules, found.doubtful) == ({}, frozenset())


def test_first_place_and_notebooks(write) -> None:
    cells = [
        {"cell_type": "markdown", "source": ["import torch"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "!pip list\n", "import yaml\n"]},
        {"cell_type": "code", "source": "%%bash\nimport torch"},
    ]
    files = {"b.ipynb": json.dumps({"cells": cells}), "c.py": "import yaml\n"}
    found = imported_modules(str(write(files)), {"yaml", "torch"})
    assert {name: where.path for name, where in found.modules.items()} == {"yaml": "b.ipynb"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.py", "import yaml\nprint 'python 2'\n"),
        ("a.py", b"\xff\xfe\xff\xff\xff"),
        ("a.ipynb", '{"cells": [{"cell_type": "code", "source": "import yaml ("}]}'),
        ("a.ipynb", '{"cells": "yaml"}'),
    ],
)
def test_what_cannot_be_read_is_doubtful(write, name: str, content: str | bytes) -> None:
    assert imported_modules(str(write({name: content})), {"yaml"}).doubtful == {"yaml"}


def test_other_files_that_cannot_be_parsed_do_not_matter(write) -> None:
    found = imported_modules(str(write({"a.py": "print 'no such name here'\n"})), {"yaml"})
    assert found.doubtful == frozenset()


def _reaches(case) -> dict[str, Reach]:
    components = case.inventory.components
    known = Reachability(case, components)
    return {each.name: known.reach(each) for each in components}


LOCK = """[[package]]
name = 'pyyaml'
version = '6.0'
[[package]]
name = 'pillow'
version = '10.0'
[[package]]
name = 'requests'
version = '2.31'
[package.dependencies]
urllib3 = '*'
[[package]]
name = 'urllib3'
version = '1.26'
[[package]]
name = 'acme-thing'
version = '1.0'
[metadata]
lock-version = '2.0'
"""


def test_packages(case_in) -> None:
    case = case_in({"poetry.lock": LOCK, "a.py": "import yaml\nimport acme_thing.part\n"})
    assert _reaches(case) == {
        "pyyaml": Reach.IMPORTED,
        "pillow": Reach.NOT_SEEN,
        "requests": Reach.NOT_SEEN,
        "urllib3": Reach.UNKNOWN,  # requests needs it
        "acme-thing": Reach.IMPORTED,  # by its name
    }


def test_a_guessed_name_that_is_not_seen_is_unknown(case_in) -> None:
    case = case_in({"poetry.lock": LOCK, "a.py": "pass\n"})
    assert _reaches(case)["acme-thing"] is Reach.UNKNOWN


def test_nothing_is_not_seen_where_a_file_cannot_be_read(case_in) -> None:
    case = case_in({"poetry.lock": LOCK, "a.py": "import PIL (\n"})
    assert _reaches(case)["pillow"] is Reach.UNKNOWN
    assert _reaches(case)["requests"] is Reach.NOT_SEEN


def test_a_list_without_edges_tells_little(case_in) -> None:
    case = case_in({"requirements.txt": "pillow==10.0\nrequests==2.31\n", "a.py": "import PIL\n"})
    assert _reaches(case) == {"pillow": Reach.IMPORTED, "requests": Reach.UNKNOWN}


@pytest.mark.parametrize(
    ("name", "content"),
    [("top_level.txt", "thing_core\n"), ("RECORD", "thing_core/__init__.py,sha256=x,1\nx.pth,,\n")],
)
def test_installed_packages_tell_their_modules(case_in, name: str, content: str) -> None:
    folder = "site-packages/acme_thing-1.0.dist-info"
    files = {
        f"{folder}/METADATA": "Metadata-Version: 2.1\nName: acme-thing\nVersion: 1.0\n",
        f"{folder}/{name}": content,
        "a.py": "from thing_core import x\n",
    }
    case = case_in(files)
    known = Reachability(case, case.inventory.components)
    component = case.inventory.components[0]
    assert known.reach(component) is Reach.IMPORTED
    where = known.where(component)
    assert where is not None
    assert str(where) == "a.py:1"


def test_dotted_modules(case_in) -> None:
    case = case_in({"a.py": "from google.cloud import storage\n"})
    known = Reachability(case, (), modules=("google.cloud.storage", "yaml.cyaml"))
    assert known.reach_of("google.cloud.storage") is Reach.IMPORTED
    assert known.reach_of("yaml.cyaml") is Reach.NOT_SEEN
    assert "google.cloud.storage" in modules_of("google-cloud-storage")

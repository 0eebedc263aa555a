"""Texts that packages carry: what they mean, and what they leave open."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamark.scan.dependencies.licenses.expressions import parse
from seamark.scan.dependencies.licenses.names import CLASSIFIERS, NAMES
from seamark.scan.dependencies.licenses.texts import _normal, readings, spdx
from seamark.scan.dependencies.readers.python.installed import read
from seamark.scan.dependencies.source import Source

OSI = "License :: OSI Approved ::"
DATA = Path(__file__).parents[3] / "data" / "dependencies" / "installed-python"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("MIT",), "MIT"),
        (("MIT License",), "MIT"),
        (("The MIT License (MIT)",), "MIT"),
        (("Apache 2.0",), "Apache-2.0"),
        (("Apache License, Version 2.0",), "Apache-2.0"),
        (("Apache-2",), "Apache-2.0"),
        (("BSD 3-Clause License",), "BSD-3-Clause"),
        (("BSD (3-clause)",), "BSD-3-Clause"),
        (("new BSD",), "BSD-3-Clause"),
        (("GPLv3+",), "GPL-3.0-or-later"),
        (("GNU GPL v2 or later",), "GPL-2.0-or-later"),
        (("LGPLv2.1+",), "LGPL-2.1-or-later"),
        (("GNU Lesser General Public License v3 or later (LGPLv3+)",), "LGPL-3.0-or-later"),
        (("UNLICENSED",), "LicenseRef-Proprietary"),
        (("Unlicense",), "Unlicense"),
        (("MIT or Apache-2.0",), "MIT OR Apache-2.0"),
        (("Apache License 2.0 and MIT License",), "Apache-2.0 AND MIT"),
        ((f"{OSI} MIT License",), "MIT"),
        (("Apache 2.0", f"{OSI} Apache Software License"), "Apache-2.0"),
        (("BSD", f"{OSI} BSD License", "BSD-3-Clause"), "BSD-3-Clause"),
        (
            ("MIT OR Apache-2.0", f"{OSI} MIT License", f"{OSI} Apache Software License"),
            "MIT OR Apache-2.0",
        ),
        (("see LICENSE", f"{OSI} ISC License (ISCL)"), "ISC"),
        (("mit AND (bsd-3-clause or isc)",), "MIT AND (BSD-3-Clause OR ISC)"),
    ],
)
def test_what_texts_mean(texts: tuple[str, ...], expected: str) -> None:
    assert spdx(texts) == expected


@pytest.mark.parametrize(
    ("texts", "some", "count"),
    [
        (("BSD",), {"BSD-2-Clause", "BSD-3-Clause"}, 3),
        ((f"{OSI} BSD License",), {"BSD-2-Clause", "BSD-3-Clause"}, 3),
        ((f"{OSI} Apache Software License",), {"Apache-2.0", "Apache-1.1"}, 2),
        (("GPLv3",), {"GPL-3.0-only", "GPL-3.0-or-later"}, 2),
        (("MIT/ISC",), {"MIT AND ISC", "MIT OR ISC"}, 2),
        ((f"{OSI} MIT License", f"{OSI} ISC License (ISCL)"), {"MIT AND ISC", "MIT OR ISC"}, 2),
        (("BSD-3-Clause", f"{OSI} MIT License"), {"BSD-3-Clause AND MIT"}, 2),
    ],
)
def test_what_texts_leave_open(texts: tuple[str, ...], some: set[str], count: int) -> None:
    found = set(map(str, readings(texts)))
    assert some <= found
    assert len(found) == count
    assert spdx(texts) is None


@pytest.mark.parametrize(
    "text", ["", "Custom", "see LICENSE.txt", "Evil Corp License", "MIT and (BSD or GPL)", "()"]
)
def test_what_says_nothing(text: str) -> None:
    assert readings((text,)) == frozenset()
    assert spdx((text,)) is None


BODIES = {
    "MIT": "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this "
    "software ...\nThe above copyright notice and this permission notice shall be included in\nall "
    "copies or substantial portions of the Software.",
    "ISC": "Permission to use, copy, modify, and/or distribute this software for any\npurpose with "
    "or without fee is hereby granted, provided that the above copyright notice ...",
    "BSD-2-Clause": "Redistribution and use in source and binary forms, with or without\n"
    'modification, are permitted ... PROVIDED "AS IS"',
    "BSD-3-Clause": "Redistribution and use in source and binary forms, with or without\n"
    "modification, are permitted ...\n3. Neither the name of the copyright holder nor",
    "BSD-4-Clause": "Redistribution and use in source and binary forms\n3. All advertising "
    "materials mentioning\n4. Neither the name",
    "Apache-2.0": "                 Apache License\n           Version 2.0, January 2004\n",
    "MPL-2.0": "Mozilla Public License Version 2.0\n==================================\n",
    "Unlicense": "This is free and unencumbered software released into the public domain.\n\n",
}


@pytest.mark.parametrize("expected", BODIES)
def test_whole_texts(expected: str) -> None:
    text = f"Copyright (c) 2024 Somebody\nAll rights reserved.\n\n{BODIES[expected]}\n"
    assert spdx((text,)) == expected


def test_texts_of_the_gnu_licenses_leave_later_versions_open() -> None:
    text = "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n\n Copyright (C) 2007"
    assert set(map(str, readings((text,)))) == {"GPL-3.0-only", "GPL-3.0-or-later"}
    text = "GNU LESSER GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n incorporates the GPL"
    assert set(map(str, readings((text,)))) == {"LGPL-3.0-only", "LGPL-3.0-or-later"}


def test_tables_hold_licenses_of_the_list() -> None:
    for name, licenses in [*NAMES.items(), *CLASSIFIERS.items()]:
        assert licenses, name
        for each in licenses:
            assert parse(each) is not None, (name, each)
    assert [name for name in NAMES if _normal(name) != name] == []


def test_classifiers_of_the_index_are_known() -> None:
    classifiers = pytest.importorskip("trove_classifiers").classifiers
    silent = {"OSI Approved", "DFSG approved", "Free For Educational Use", "Free For Home Use",
              "Free To Use But Restricted", "Free for non-commercial use",
              "Freely Distributable", "Freeware", "GUST Font License 1.0",
              "GUST Font License 2006-09-30", "Repoze Public License"}  # fmt: skip
    last = {each.rpartition("::")[2].strip() for each in classifiers if each[:7] == "License"}
    assert last - silent <= set(CLASSIFIERS)


def test_really_installed_packages_are_understood() -> None:
    found = {}
    for file in sorted((DATA / "venv").rglob("METADATA")):
        for item in read(Source(path=str(file), shown=file.name, root=str(DATA))):
            found[item.name] = spdx(item.licenses)  # type: ignore[union-attr]
    assert found["attrs"] == "MIT"
    assert found["requests"] == "Apache-2.0"
    assert found["numpy"] == "BSD-3-Clause"
    assert found["python-dateutil"] is None  # "Dual License": both or either, of several
    assert len(found) == len(json.loads((DATA / "venv/from.json").read_text())["truth"])


@given(st.lists(st.text(max_size=30), max_size=4).map(tuple))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it(texts: tuple[str, ...]) -> None:
    expression = spdx(texts)
    assert expression is None or parse(expression) is not None

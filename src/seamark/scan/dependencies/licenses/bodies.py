"""Whole texts of licenses, recognized by the sentences that make them what they are."""

import re

_SIGNS = re.compile(r"[^a-z0-9.]+")
_TITLE = 600
"""Characters at the beginning in which a license that has a title names itself."""

_TITLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("apache license version 2.0", ("Apache-2.0",)),
    ("apache software license version 1.1", ("Apache-1.1",)),
    ("gnu affero general public license version 3", ("AGPL-3.0-only", "AGPL-3.0-or-later")),
    ("gnu lesser general public license version 3", ("LGPL-3.0-only", "LGPL-3.0-or-later")),
    ("gnu lesser general public license version 2.1", ("LGPL-2.1-only", "LGPL-2.1-or-later")),
    ("gnu library general public license version 2", ("LGPL-2.0-only", "LGPL-2.0-or-later")),
    ("gnu general public license version 3", ("GPL-3.0-only", "GPL-3.0-or-later")),
    ("gnu general public license version 2", ("GPL-2.0-only", "GPL-2.0-or-later")),
    ("mozilla public license version 2.0", ("MPL-2.0",)),
    ("mozilla public license 2.0", ("MPL-2.0",)),
    ("mozilla public license version 1.1", ("MPL-1.1",)),
    ("eclipse public license v 2.0", ("EPL-2.0",)),
    ("eclipse public license v 1.0", ("EPL-1.0",)),
    ("boost software license version 1.0", ("BSL-1.0",)),
    ("european union public licence v. 1.2", ("EUPL-1.2",)),
    ("cc0 1.0 universal", ("CC0-1.0",)),
    ("python software foundation license version 2", ("PSF-2.0", "Python-2.0")),
    ("this is free and unencumbered software released into the public domain", ("Unlicense",)),
    ("do what the fuck you want to public license version 2", ("WTFPL",)),
)
"""Titles, with ``version`` and its number beside them, the longer name before the shorter."""


def of_body(text: str) -> tuple[str, ...]:
    """The license of a text, or those between which it leaves the choice open; else empty."""
    plain = _SIGNS.sub(" ", text.lower()).strip()
    beginning = plain[:_TITLE]
    for title, licenses in _TITLES:
        if title in beginning:
            return licenses
    return _by_sentences(plain)


def _by_sentences(plain: str) -> tuple[str, ...]:
    if "permission is hereby granted free of charge to any person obtaining a copy" in plain:
        if "this permission notice shall be included in all copies" not in plain:
            return ("MIT-0",) if "the software is provided as is" in plain else ()
        return ("X11",) if "except as contained in this notice" in plain else ("MIT",)
    if "redistribution and use in source and binary forms" in plain:
        if "advertising materials" in plain:
            return ("BSD-4-Clause",)
        third = "neither the name" in plain or "to endorse or promote products" in plain
        if third:
            return ("BSD-3-Clause",)
        return ("BSD-2-Clause",) if "as is" in plain else ()
    if re.search(r"permission to use copy modify and (?:or )?distribute this software", plain):
        if "provided that the above copyright notice" in plain:
            return ("ISC",)
        return ("0BSD",) if "is hereby granted. the software is provided as is" in plain else ()
    if "altered source versions must be plainly marked as such" in plain:
        return ("Zlib",)
    return ()

"""Names of licenses as packages write them, and Python's classifiers, with what each may mean.

Several identifiers are readings of an ambiguous name. PEP 639 lists the classifiers that are.
"""

from collections.abc import Iterator
from itertools import product

_BSD = ("BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause")
_APACHE = ("Apache-1.1", "Apache-2.0")
_PYTHON = ("PSF-2.0", "Python-2.0")
_AGPL3 = ("AGPL-3.0-only", "AGPL-3.0-or-later")
_AGPL = ("AGPL-1.0-only", "AGPL-1.0-or-later", *_AGPL3)
_GPL2 = ("GPL-2.0-only", "GPL-2.0-or-later")
_GPL3 = ("GPL-3.0-only", "GPL-3.0-or-later")
_GPL = ("GPL-1.0-only", "GPL-1.0-or-later", *_GPL2, *_GPL3)
_LGPL21 = ("LGPL-2.1-only", "LGPL-2.1-or-later")
_LGPL2 = ("LGPL-2.0-only", "LGPL-2.0-or-later", *_LGPL21)
_LGPL2_LATER = ("LGPL-2.0-or-later", "LGPL-2.1-or-later")
_LGPL3 = ("LGPL-3.0-only", "LGPL-3.0-or-later")
_MPL = ("MPL-1.0", "MPL-1.1", "MPL-2.0")
_ZPL = ("ZPL-1.1", "ZPL-2.0", "ZPL-2.1")
_AFL = ("AFL-1.1", "AFL-1.2", "AFL-2.0", "AFL-2.1", "AFL-3.0")
_GFDL = (
    "GFDL-1.1-only", "GFDL-1.1-or-later", "GFDL-1.2-only", "GFDL-1.2-or-later", "GFDL-1.3-only",
    "GFDL-1.3-or-later",
)  # fmt: skip
_ARTISTIC = ("Artistic-1.0", "Artistic-2.0")
_PROPRIETARY = ("LicenseRef-Proprietary",)
_PUBLIC_DOMAIN = ("LicenseRef-Public-Domain",)

CLASSIFIERS: dict[str, tuple[str, ...]] = {
    "Aladdin Free Public License (AFPL)": ("Aladdin",),
    "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": ("CC0-1.0",),
    "CeCILL-B Free Software License Agreement (CECILL-B)": ("CECILL-B",),
    "CeCILL-C Free Software License Agreement (CECILL-C)": ("CECILL-C",),
    "Eiffel Forum License (EFL)": ("EFL-1.0", "EFL-2.0"),
    "Netscape Public License (NPL)": ("NPL-1.0", "NPL-1.1"),
    "Nokia Open Source License (NOKOS)": ("Nokia",),
    "Academic Free License (AFL)": _AFL,
    "Apache Software License": _APACHE,
    "Apple Public Source License": ("APSL-1.0", "APSL-1.1", "APSL-1.2", "APSL-2.0"),
    "Artistic License": _ARTISTIC,
    "Attribution Assurance License": ("AAL",),
    "BSD License": _BSD,
    "Blue Oak Model License (BlueOak-1.0.0)": ("BlueOak-1.0.0",),
    "Boost Software License 1.0 (BSL-1.0)": ("BSL-1.0",),
    "CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)": ("CECILL-2.1",),
    "CMU License (MIT-CMU)": ("MIT-CMU",),
    "Common Development and Distribution License 1.0 (CDDL-1.0)": ("CDDL-1.0",),
    "Common Public License": ("CPL-1.0",),
    "Eclipse Public License 1.0 (EPL-1.0)": ("EPL-1.0",),
    "Eclipse Public License 2.0 (EPL-2.0)": ("EPL-2.0",),
    "Educational Community License, Version 2.0 (ECL-2.0)": ("ECL-2.0",),
    "Eiffel Forum License": ("EFL-1.0", "EFL-2.0"),
    "European Union Public Licence 1.0 (EUPL 1.0)": ("EUPL-1.0",),
    "European Union Public Licence 1.1 (EUPL 1.1)": ("EUPL-1.1",),
    "European Union Public Licence 1.2 (EUPL 1.2)": ("EUPL-1.2",),
    "GNU Affero General Public License v3": _AGPL3,
    "GNU Affero General Public License v3 or later (AGPLv3+)": ("AGPL-3.0-or-later",),
    "GNU Free Documentation License (FDL)": _GFDL,
    "GNU General Public License (GPL)": _GPL,
    "GNU General Public License v2 (GPLv2)": _GPL2,
    "GNU General Public License v2 or later (GPLv2+)": ("GPL-2.0-or-later",),
    "GNU General Public License v3 (GPLv3)": _GPL3,
    "GNU General Public License v3 or later (GPLv3+)": ("GPL-3.0-or-later",),
    "GNU Lesser General Public License v2 (LGPLv2)": _LGPL2,
    "GNU Lesser General Public License v2 or later (LGPLv2+)": _LGPL2_LATER,
    "GNU Lesser General Public License v3 (LGPLv3)": _LGPL3,
    "GNU Lesser General Public License v3 or later (LGPLv3+)": ("LGPL-3.0-or-later",),
    "GNU Library or Lesser General Public License (LGPL)": (*_LGPL2, *_LGPL3),
    "Historical Permission Notice and Disclaimer (HPND)": ("HPND",),
    "IBM Public License": ("IPL-1.0",),
    "ISC License (ISCL)": ("ISC",),
    "Intel Open Source License": ("Intel",),
    "MIT License": ("MIT",),
    "MIT No Attribution License (MIT-0)": ("MIT-0",),
    "MirOS License (MirOS)": ("MirOS",),
    "Motosoto License": ("Motosoto",),
    "Mozilla Public License 1.0 (MPL)": ("MPL-1.0",),
    "Mozilla Public License 1.1 (MPL 1.1)": ("MPL-1.1",),
    "Mozilla Public License 2.0 (MPL 2.0)": ("MPL-2.0",),
    "Mulan Permissive Software License v2 (MulanPSL-2.0)": ("MulanPSL-2.0",),
    "NASA Open Source Agreement v1.3 (NASA-1.3)": ("NASA-1.3",),
    "Nethack General Public License": ("NGPL",),
    "Nokia Open Source License": ("Nokia",),
    "Open Group Test Suite License": ("OGTSL",),
    "Open Software License 3.0 (OSL-3.0)": ("OSL-3.0",),
    "PostgreSQL License": ("PostgreSQL",),
    "Python License (CNRI Python License)": ("CNRI-Python",),
    "Python Software Foundation License": _PYTHON,
    "Qt Public License (QPL)": ("QPL-1.0",),
    "Ricoh Source Code Public License": ("RSCPL",),
    "SIL Open Font License 1.1 (OFL-1.1)": ("OFL-1.1",),
    "Sleepycat License": ("Sleepycat",),
    "Sun Industry Standards Source License (SISSL)": ("SISSL",),
    "Sun Public License": ("SPL-1.0",),
    "The Unlicense (Unlicense)": ("Unlicense",),
    "Universal Permissive License (UPL)": ("UPL-1.0",),
    "University of Illinois/NCSA Open Source License": ("NCSA",),
    "Vovida Software License 1.0": ("VSL-1.0",),
    "W3C License": ("W3C",),
    "X.Net License": ("Xnet",),
    "Zero-Clause BSD (0BSD)": ("0BSD",),
    "Zope Public License": _ZPL,
    "zlib/libpng License": ("Zlib", "Libpng"),
    "Other/Proprietary License": _PROPRIETARY,
    "Public Domain": _PUBLIC_DOMAIN,
}
"""By the last part of ``License :: OSI Approved :: …``."""

NAMES: dict[str, tuple[str, ...]] = {
    "apache": _APACHE,
    "asl": _APACHE,
    "apache 2": ("Apache-2.0",),
    "asl 2": ("Apache-2.0",),
    "apache foundation 2": ("Apache-2.0",),
    "al 2": ("Apache-2.0",),
    "apache 1.1": ("Apache-1.1",),
    "bsd": _BSD,
    "bsd style": _BSD,
    "bsd like": _BSD,
    "new bsd": ("BSD-3-Clause",),
    "modified bsd": ("BSD-3-Clause",),
    "revised bsd": ("BSD-3-Clause",),
    "bsd new": ("BSD-3-Clause",),
    "bsd 3": ("BSD-3-Clause",),
    "bsd 3 clause": ("BSD-3-Clause",),
    "bsd 3clause": ("BSD-3-Clause",),
    "3 clause bsd": ("BSD-3-Clause",),
    "3 clauses bsd": ("BSD-3-Clause",),
    "three clause bsd": ("BSD-3-Clause",),
    "bsd 3 clause new or revised": ("BSD-3-Clause",),
    "simplified bsd": ("BSD-2-Clause",),
    "freebsd": ("BSD-2-Clause",),
    "bsd 2": ("BSD-2-Clause",),
    "bsd 2 clause": ("BSD-2-Clause",),
    "2 clause bsd": ("BSD-2-Clause",),
    "two clause bsd": ("BSD-2-Clause",),
    "bsd 4 clause": ("BSD-4-Clause",),
    "original bsd": ("BSD-4-Clause",),
    "bsd zero clause": ("0BSD",),
    "zero clause bsd": ("0BSD",),
    "mit": ("MIT",),
    "expat": ("MIT",),
    "mit expat": ("MIT",),
    "expat mit": ("MIT",),
    "mit no attribution": ("MIT-0",),
    "isc": ("ISC",),
    "iscl": ("ISC",),
    "isc iscl": ("ISC",),
    "psf": _PYTHON,
    "psfl": _PYTHON,
    "psf 2": ("PSF-2.0",),
    "python": _PYTHON,
    "python foundation": _PYTHON,
    "zlib": ("Zlib",),
    "zlib libpng": ("Zlib", "Libpng"),
    "unlicense": ("Unlicense",),
    "boost": ("BSL-1.0",),
    "boost 1": ("BSL-1.0",),
    "wtfpl": ("WTFPL",),
    "zpl": _ZPL,
    "zpl 2.1": ("ZPL-2.1",),
    "zope": _ZPL,
    "zope public": _ZPL,
    "cc 0": ("CC0-1.0",),
    "cc 0 1": ("CC0-1.0",),
    "mpl": _MPL,
    "mpl 2": ("MPL-2.0",),
    "mpl 1.1": ("MPL-1.1",),
    "mozilla public": _MPL,
    "mozilla public 2": ("MPL-2.0",),
    "mozilla public 2 mpl 2": ("MPL-2.0",),
    "epl": ("EPL-1.0", "EPL-2.0"),
    "eclipse public": ("EPL-1.0", "EPL-2.0"),
    "eclipse public 2": ("EPL-2.0",),
    "artistic": _ARTISTIC,
    "public domain": _PUBLIC_DOMAIN,
    "proprietary": _PROPRIETARY,
    "unlicensed": _PROPRIETARY,
    "commercial": _PROPRIETARY,
    "all rights reserved": _PROPRIETARY,
    "other proprietary": _PROPRIETARY,
    "nvidia proprietary": _PROPRIETARY,
}
"""By the name without case, punctuation, ``the``, ``license``, ``version`` and ``software``."""

_GNU = {
    ("gpl", "gnu gpl", "gnu general public", "general public"): {
        "": _GPL, "2": _GPL2, "3": _GPL3,
    },
    ("lgpl", "gnu lgpl", "gnu lesser general public", "lesser general public"): {
        "": (*_LGPL2, *_LGPL3), "2": _LGPL2, "2.1": _LGPL21, "3": _LGPL3,
    },
    ("agpl", "gnu agpl", "gnu affero general public", "affero general public"): {
        "": _AGPL, "3": _AGPL3,
    },
}  # fmt: skip
_LATER = ("+", " or later", " or greater", " or newer", " or above", " and later")


def _gnu_names() -> Iterator[tuple[str, tuple[str, ...]]]:
    for titles, versions in _GNU.items():
        for title, (version, found) in product(titles, versions.items()):
            name = f"{title} {version}".strip()
            yield name, found
            yield f"{name} {titles[0]} {version}".strip(), found
            yield f"{name} only", tuple(each for each in found if each.endswith("-only"))
            for later in _LATER if version else ():
                yield f"{name}{later}", tuple(each for each in found if each.endswith("-or-later"))


NAMES.update(_gnu_names())

NOTHING = frozenset(
    (
        "", "unknown", "none", "n a", "other", "dual", "multiple", "see", "see file", "file",
        "see in", "see txt", "see.txt", "txt", "custom", "osi approved", "free", "open source",
        "freeware", "tbd",
    )
)  # fmt: skip
"""Names that say nothing."""

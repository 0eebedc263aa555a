"""Archives that offer torch.load a choice (tried with torch 2.13): each reading is examined."""

import pytest
from scan.models.archives.build_zip import PAYLOAD, Part, build

from seamark.core.verdicts import Verdict
from seamark.scan.models import scan_bytes

GOOD = b"\x80\x02}."
VERSION = Part("a/version", b"3\n")


@pytest.mark.parametrize(
    "parts",
    [
        (Part("a/data.pkl", PAYLOAD), VERSION, Part("a/data.pkl", GOOD)),
        (Part("a/data.pkl", GOOD), VERSION, Part("a/data.pkl", PAYLOAD)),
        (Part("a/DATA.PKL", PAYLOAD), VERSION, Part("a/data.pkl", GOOD)),
        (Part("a/DATA.PKL", PAYLOAD), VERSION),
        (Part("a/data.pkl", PAYLOAD), Part("a/.data/version", b"3\n")),
        (Part("a/data.pkl", PAYLOAD, method=8), VERSION),
        (Part("a/data.pkl", PAYLOAD, local={"name": b"a/datx.pkl"}), VERSION),
        (Part("a/data.pkl", PAYLOAD, central={"name": b"a/DATA.pkl"}), VERSION),
        (Part("a/data.pkl", PAYLOAD, local={"method": 8}), VERSION),
        (Part("a/data.pkl", PAYLOAD, local={"crc": 0}, central={"crc": 0}), VERSION),
        (Part("/data.pkl", PAYLOAD), Part("/version", b"3\n")),
    ],
)
def test_whatever_torch_picks_is_examined(parts: tuple[Part, ...]) -> None:
    assert scan_bytes(build(*parts), name="m.pt").verdict is Verdict.HOSTILE

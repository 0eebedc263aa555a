"""Which addresses are connected to."""

import pytest

from seamark.scan.models.remote.hosts import admit
from seamark.scan.models.remote.sources import RemoteError
from seamark.scan.models.remote.web import _next


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "fe80::1%eth0",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fd00:ec2::254",
        "100.100.100.200",
        "0.0.0.0",
        "::",
        "224.0.0.1",
    ],
)
def test_refused(address: str) -> None:
    with pytest.raises(RemoteError, match="refused"):
        admit("http", "h", 80, resolver=lambda _h, _p: ["93.184.216.34", address])


def test_redirect_into_the_private_network() -> None:
    place = admit("http", "h", 80, resolver=lambda _h, _p: ["127.0.0.1"])
    assert not place.public
    with pytest.raises(RemoteError, match="private"):
        admit("http", "h", 80, public_only=True, resolver=lambda _h, _p: ["10.0.0.1"])


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://h/x", "http://h/x", "", "https://u:p@h/"]
)
def test_redirects_that_are_refused(target: str) -> None:
    with pytest.raises(RemoteError):
        _next("https://first/x", target)

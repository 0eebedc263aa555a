"""Which machines an http(s) URL may lead to: decided on the address that is connected to.

A URL in somebody's list, or a redirect, must not make the scanner ask a cloud's metadata service
(it hands out credentials to whoever asks from inside), nor lead from the public network to the
private one. The name is resolved once and the connection goes to that very address, so a second
answer of the name server changes nothing.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from seamark.scan.models.remote.sources import RemoteError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], list[str]]

_METADATA = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254"))
)
"""Metadata services outside the link-local range (Alibaba, Oracle, Azure, Amazon over IPv6)."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Place:
    """One machine to connect to: the address that was judged, and the name for TLS and Host."""

    scheme: str
    host: str
    port: int
    address: str
    public: bool


def resolve(host: str, port: int) -> list[str]:
    """Addresses of a host, in the system's order."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RemoteError("the host's name has no address") from None
    return [str(each[4][0]) for each in found]


def admit(
    scheme: str, host: str, port: int, *, public_only: bool = False, resolver: Resolver = resolve
) -> Place:
    """The place to connect to. Raises ``RemoteError`` where one of its addresses is refused.

    ``public_only`` refuses private and loopback addresses: after a redirect from a public host.
    """
    found = [_address(text) for text in resolver(host, port)]
    if not found:
        raise RemoteError("the host's name has no address")
    for address in found:
        if _is_forbidden(address):
            raise RemoteError("the host is a link-local or metadata address, which is refused")
        if public_only and not address.is_global:
            raise RemoteError("a public host redirects into a private network, which is refused")
    return Place(scheme, host, port, str(found[0]), all(each.is_global for each in found))


def connect(place: Place, seconds: float) -> http.client.HTTPConnection:
    """A connection to exactly the admitted address; ``https`` checks the name's certificate."""
    if place.scheme == "https":
        return _PinnedTls(place, seconds)
    return _Pinned(place, seconds)


class _Pinned(http.client.HTTPConnection):
    def __init__(self, place: Place, seconds: float) -> None:
        super().__init__(place.host, place.port, timeout=seconds)
        self._place = place
        self._seconds = seconds

    def connect(self) -> None:
        where = (self._place.address, self._place.port)
        self.sock = socket.create_connection(where, self._seconds)


class _PinnedTls(_Pinned):
    default_port = 443

    def connect(self) -> None:
        super().connect()
        context = ssl.create_default_context()
        try:
            self.sock = context.wrap_socket(self.sock, server_hostname=self._place.host)
        except ssl.SSLCertVerificationError:
            raise RemoteError("the server's certificate is not valid for its name") from None


def _address(text: str) -> Address:
    """The IPv4 address where an IPv6 one only wraps it, as far as the network would unwrap it."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_forbidden(address: Address) -> bool:
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or address in _METADATA
        or (isinstance(address, ipaddress.IPv4Address) and int(address) >> 24 == 0)
    )

"""Which addresses are not of the internet but of this machine or the network that it stands in."""

import ipaddress
import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

# Set to 1 by whoever trusts what is in his own network, and whatever a URL may lead to there.
SWITCH = "VIDREC_ALLOW_INTERNAL"
# An address and a port, as a socket is connected to.
Place = tuple[str, int]

# All that IPv6 has given out to be routed; what carries an IPv4 address is as internal as that.
PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")
# IPv4 behind a translator (RFC 6052): the address is the last four bytes.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}
# What a SOCKS proxy listens at if its URL does not say.
SOCKS_PORT = 1080


def is_internal(address: str) -> bool:
    """Whether `address`, which must be one and not a name, is not of the internet.

    So are loopback, private, link-local (the metadata of clouds), shared (CGNAT), multicast and
    reserved ones, and their forms in IPv6. What cannot be read counts as internal.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    carried = found if isinstance(found, IPv4Address) else _carried(found)
    if carried is not None:
        return not carried.is_global or carried.is_multicast
    return found not in PUBLIC_IPV6 or not found.is_global


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address in an address of IPv6 that leads to it."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def typed(url: str) -> frozenset[Place]:
    """Where `url` leads if it says so itself, by an address or as `localhost`; else nowhere."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host != "localhost":
            return frozenset()
    return frozenset(places(url))


def places(url: str) -> list[Place]:
    """Where `url` leads, by the names that this machine knows; none for what it does not know."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [(str(sockaddr[0]), int(sockaddr[1])) for *_, sockaddr in found]


def _port(parts: SplitResult) -> int:
    return parts.port or PORTS.get(parts.scheme, SOCKS_PORT)


def is_refused(place: tuple[object, ...], allowed: Collection[Place]) -> bool:
    """Whether a socket must not be connected to `place`: it is internal, and not `allowed`."""
    address, port, *_ = place
    return (address, port) not in allowed and is_internal(str(address))

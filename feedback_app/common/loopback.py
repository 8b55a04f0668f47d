"""This very machine, by its names. Pure."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Return whether ``host``, as URLs and sockets name it, is this machine: ``localhost``, 127.0.0.0/8 or ::1.

    A name that only begins like one of these is somebody else's (RFC 6761 6.3, RFC 6890 2.2.2).
    """
    bare = host.removeprefix("[").removesuffix("]")
    try:
        return ip_address(bare).is_loopback
    except ValueError:  # a name
        return bare.lower() == "localhost"

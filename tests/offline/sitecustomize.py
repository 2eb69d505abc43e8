"""Makes a Python process behave as on a machine without a network, loopback excepted.

Python runs a module of this name at start when its folder is on PYTHONPATH, so the guard holds in
pytest and in every process a test starts, the app's server included. Each refused attempt is also
written to the file named by TESTS_OUTSIDE_LOG, because a caller may swallow the error.
"""

import ipaddress
import os
import sys
from typing import Any

# Audit event → position of the host, or of the (host, port) address, among its arguments.
_WATCHED = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
}


class OutsideHostRefusedError(ConnectionRefusedError):
    """A test, or the server it runs, wanted to reach another machine."""


def is_local(host: object) -> bool:
    """Whether `host` is this machine: a loopback address, its name, or the unspecified address."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _refuse_outside_hosts(event: str, args: tuple[Any, ...]) -> None:
    position = _WATCHED.get(event)
    if position is None:
        return
    target = args[position]
    if event in ("socket.connect", "socket.sendto"):
        if not isinstance(target, tuple):  # a Unix socket's path, or Netlink
            return
        target = target[0]
    if is_local(target):
        return
    log = os.environ.get("TESTS_OUTSIDE_LOG")
    if log:
        with open(log, "a", encoding="utf-8") as out:
            out.write(f"{event} {target}\n")
    raise OutsideHostRefusedError(f"tests reach no other machine; {event} to {target!r} was refused")


sys.addaudithook(_refuse_outside_hosts)

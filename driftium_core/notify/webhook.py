"""A generic webhook: a JSON document posted to a URL, signed where the address carries a secret.

The document, version 1, and the signature are described in ``docs/webhook.md``: fields are added, never renamed or
removed within a version. The signature covers the time of sending, so that a recorded request cannot be sent again
later, and the secret, which stands behind the ``#`` of the address, never leaves this machine.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from driftium_core.errors import DeliveryError, InputError
from driftium_core.formats import whole
from driftium_core.notify import posting
from driftium_core.notify.message import Message
from driftium_core.notify.placeholders import has_placeholder

__all__ = ["VERSION", "channel_address", "deliver", "document", "masked", "signature"]

VERSION = 1

_SECRET = "secret="
_SHORTEST_SECRET = 16

_WORD = re.compile(r"[a-z]{1,12}|[a-z]{1,12}[_-][a-z]{1,12}|v[0-9]")
"""Part of a path that is no token: ``hooks``, ``api``, ``drift-alerts``, ``v1``."""

_EXPECTED = "Give a URL such as https://example.org/hooks/drift, with #secret=… at its end to have requests signed"


def channel_address(text: str) -> str:
    """The URL; `InputError` when it cannot be meant."""
    address = text.strip()
    if not (has_placeholder(address) and address.startswith("${")) and (why := _flaw(address)):
        raise InputError(f"{why} {_EXPECTED}.")
    return address


def _flaw(address: str) -> str:
    """Why an address cannot be used; empty when it can."""
    if any(sign.isspace() or not sign.isprintable() for sign in address):
        return "The URL of a webhook has no blanks in it."
    parts = _split(address)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return "This is not the URL of a webhook."
    if parts.fragment and not parts.fragment.startswith(_SECRET):
        return "What follows the # in the URL of a webhook is the secret for its signature."
    secret = parts.fragment.removeprefix(_SECRET)
    if parts.fragment and len(secret) < _SHORTEST_SECRET and not has_placeholder(secret):
        return f"The secret of a webhook takes at least {_SHORTEST_SECRET} characters."
    return ""


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def masked(address: str) -> str:
    """Host and path, without user, query and secret; of a path only its words are shown, as the rest may be a token."""
    parts = _split(address)
    if parts is None or not parts.hostname:
        return "JSON webhook"
    path = "/".join(_short(part) for part in parts.path.split("/"))
    return f"{_host(parts)}{path.rstrip('/')}"


def _short(part: str) -> str:
    return (
        part if not part or _WORD.fullmatch(part) or has_placeholder(part) else f"{part[:2] if len(part) >= 8 else ''}…"
    )


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port}" if parts.port else host


def deliver(address: str, message: Message, *, expand: Callable[[str], str], timeout_s: float) -> None:
    """Post the document; `DeliveryError` unless the answer's status is of the 200s."""
    expanded = expand(address).strip()
    if why := _flaw(expanded):
        raise DeliveryError(f"{why} {_EXPECTED}.", permanent=True)
    parts = urlsplit(expanded)
    body = json.dumps(document(message), ensure_ascii=False).encode()
    headers: dict[str, str] = {"X-Driftium-Event": message.event}
    if secret := parts.fragment.removeprefix(_SECRET):
        headers["X-Driftium-Signature"] = signature(secret, body, at=int(time.time()))
    service = f"The webhook at {_host(parts)}"

    def judge(answer: posting.Answer) -> DeliveryError | None:
        return None if answer.taken else posting.refusal(service, answer.status)

    url = urlunsplit(parts._replace(fragment=""))
    posting.post_json(url, body, service=service, timeout_s=timeout_s, judge=judge, headers=headers)


def signature(secret: str, body: bytes, *, at: int) -> str:
    """The value of ``X-Driftium-Signature`` for a body that is sent at this second.

    >>> signature("correct horse battery", b"{}", at=1)
    't=1,v1=41f327a51beedaa695ba7e5bf97611e5ea7426069e20ce38ebcb359dbd7c5f3b'
    """
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def document(message: Message) -> dict[str, Any]:
    """The JSON document of a message; see the module."""
    return {
        "version": VERSION,
        "event": message.event,
        "incident": message.incident_id,
        "project": whole(message.project),
        "monitor": whole(message.monitor),
        "rule": whole(message.rule),
        "severity": message.severity.value if message.severity else None,
        "at": message.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "title": whole(message.title),
        "verdict": whole(message.verdict),
        "effect": whole(message.effect),
        "evidence": [whole(item) for item in message.evidence],
        "action": whole(message.action),
        "link": message.link,
    }

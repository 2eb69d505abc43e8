"""Who may call the API: this machine, or whoever sends the token."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Collection
from typing import Any

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["Bearer", "may_see_details"]

OPEN_PATHS = ("/health", "/openapi.json", "/docs")
"""What needs no token: it tells nothing of the data. Health leaves its details out then."""

FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")
"""Set by a proxy, behind which anybody may be; so is whatever begins with ``x-forwarded``."""

PASSED = "driftium.passed"

NO_TOKEN_SET = (
    "Other machines can reach this app, so its API needs a token. Set DRIFTIUM_API_TOKEN (at least 16 characters "
    "without blanks), start Driftium again, and send the header `Authorization: Bearer <token>`."
)


class Bearer:
    """Pure ASGI middleware: with a token set, every call needs it; without one, only this machine may call.

    Parameters
    ----------
    token : SecretStr or None
    allowed_hosts : collection of str
        Names under which the app answers: one that is not of this machine means that others use it.
    """

    def __init__(self, app: ASGIApp, *, token: SecretStr | None, allowed_hosts: Collection[str]) -> None:
        self._app = app
        self._token = token.get_secret_value().encode() if token else None
        self._is_local = all(map(_is_local_name, allowed_hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 403, or pass on."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        passed = self._passes(scope)
        if passed or _is_open(scope):
            return await self._app({**scope, PASSED: passed}, receive, send)
        return await self._refusal(scope)(scope, receive, send)

    def _passes(self, scope: Scope) -> bool:
        if self._token is None:
            return self._is_local and _is_from_here(scope)
        sent = _sent_token(scope)
        return sent is not None and hmac.compare_digest(sent, self._token)

    def _refusal(self, scope: Scope) -> JSONResponse:
        if self._token is None:
            return JSONResponse({"detail": NO_TOKEN_SET}, 403)
        challenge = 'Bearer realm="Driftium"'
        if _sent_token(scope) is None:
            detail = "This call needs the token of DRIFTIUM_API_TOKEN, in the header `Authorization: Bearer <token>`."
            return JSONResponse({"detail": detail}, 401, {"WWW-Authenticate": challenge})
        headers = {"WWW-Authenticate": f'{challenge}, error="invalid_token"'}
        return JSONResponse({"detail": "The token is not the one of DRIFTIUM_API_TOKEN."}, 401, headers)


def may_see_details(request: Request) -> bool:
    """Whether the caller of an open path has the token, or needs none."""
    return bool(request.scope.get(PASSED))


def _sent_token(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name.lower() == b"authorization":
            scheme, _, token = bytes(value).strip().partition(b" ")
            return token.strip() if scheme.lower() == b"bearer" and token.strip() else None
    return None


def _is_open(scope: Scope) -> bool:
    path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
    return path in OPEN_PATHS or path.startswith("/docs/")


def _is_from_here(scope: Scope) -> bool:
    """Both ends of the connection are of this machine, and no proxy stands between."""
    ends: tuple[Any, Any] = (scope.get("client"), scope.get("server"))
    proxied = any(name in FORWARDED or name.startswith("x-forwarded") for name in Headers(scope=scope))
    return not proxied and all(end and _is_local_name(str(end[0])) for end in ends)


def _is_local_name(host: str) -> bool:
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback

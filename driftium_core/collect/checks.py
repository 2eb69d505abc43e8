"""Origins as users write them: what cannot be meant is refused before it is stored, and what is shown has no secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from driftium_core.collect.sql_query import checked_query
from driftium_core.errors import InputError
from driftium_core.formats import fmt_name

if TYPE_CHECKING:
    from driftium_core.origin import FileOrigin, HttpOrigin, SqlOrigin

__all__ = ["check_file", "check_http", "check_sql", "masked_address", "masked_database", "placeholders"]

_PLACEHOLDER = re.compile(r"\$\{\w+\}")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_DATABASE = re.compile(r"(?P<kind>[A-Za-z][\w+]*)://(?:[^/]*@)?(?P<rest>[^?#]*)", re.DOTALL)
_SECRET_PART = re.compile(r"^.*@", re.DOTALL)


def placeholders(text: str) -> list[str]:
    """The ``${NAME}`` in a text."""
    return _PLACEHOLDER.findall(text)


def check_file(origin: FileOrigin) -> None:
    """Refuse a path or pattern that cannot be meant; whether there is such a file is not looked at."""
    if not origin.path.strip():
        raise InputError("A source of files needs the path of a file or folder.")
    if any(not sign.isprintable() for sign in origin.path + origin.pattern):
        raise InputError("The path or pattern holds a sign that no file's name has. Correct it.")
    if "://" in origin.path:
        raise InputError("The path is a URL. Give the path of a file or folder, or set up an HTTP source.")
    if "/" in origin.pattern or "\\" in origin.pattern:
        raise InputError("The pattern is matched with the names of files in one folder, so it can hold no slash.")


def check_sql(origin: SqlOrigin) -> None:
    """Refuse a URL or query that cannot be meant."""
    from driftium_core.collect.sql_engine import parse_url

    if not origin.url.strip():
        raise InputError("A source of a database needs its URL.")
    checked_query(origin.query)
    if _PLACEHOLDER.search(origin.url):
        # What stands for a secret is not known here; all else of the URL can be read without it.
        if origin.url.strip() != _PLACEHOLDER.search(origin.url)[0]:  # type: ignore[index]
            parse_url(_PLACEHOLDER.sub("1", origin.url))
        return
    parse_url(origin.url)


def check_http(origin: HttpOrigin) -> None:
    """Refuse a URL, header or parameter that cannot be meant."""
    if not origin.url.strip():
        raise InputError("An HTTP source needs a URL.")
    if not _PLACEHOLDER.match(origin.url.strip()):
        _check_url(_PLACEHOLDER.sub("1", origin.url.strip()))
    for name, value in origin.headers:
        if not _TOKEN.fullmatch(name):
            raise InputError(f"`{fmt_name(name)}` cannot be the name of a header. Write it as in Authorization.")
        if any(sign in value for sign in "\r\n\0") or not value.isascii():
            raise InputError(f"The value of the header {fmt_name(name)} holds signs that HTTP does not allow.")
    if origin.since and not origin.watermark:
        raise InputError(
            f"The parameter `{fmt_name(origin.since)}` needs a watermark: the field whose greatest value it is given."
        )


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port
    except ValueError:
        usable = False
    if not usable or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise InputError("The URL cannot be used. Write it as in https://host/path, with http or https.")


def masked_database(url: str) -> str:
    """Kind, host and name of a database as written; no user, password or option."""
    found = _DATABASE.match(url.strip())
    if not found:
        return "a database" if "://" in url else _only_placeholder(url) or "a database"
    kind = found["kind"].split("+")[0]
    return f"{kind}://{_SECRET_PART.sub('', found['rest'])}"


def masked_address(url: str) -> str:
    """Scheme, host and path of an address as written; no user, password or parameter's value."""
    parts = _split(url.strip())
    if parts is None or not parts.netloc:
        return _only_placeholder(url) or "an HTTP endpoint"
    names = [pair.split("=")[0] for pair in parts.query.split("&") if pair]
    query = f"?{'&'.join(f'{name}=…' for name in names)}" if names else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _only_placeholder(url: str) -> str:
    """A URL that is nothing but the name of a variable."""
    return url.strip() if _PLACEHOLDER.fullmatch(url.strip()) else ""

"""Origins: what cannot be meant is refused, what is shown has no secret, and nothing heavy is loaded for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from driftium_core.collect.open import check_origin, masked_origin
from driftium_core.errors import InputError
from driftium_core.origin import FileOrigin, HttpOrigin, Origin, SqlOrigin


@pytest.mark.parametrize(
    ("origin", "shown"),
    [
        (FileOrigin(path="/logs/app.log"), "/logs/app.log"),
        (FileOrigin(path="/logs", pattern="*.jsonl"), "/logs, files *.jsonl"),
        (
            SqlOrigin(
                url="postgresql+psycopg://me:s3cret@db:5432/logs?sslkey=s3cret", query="SELECT 1", watermark="id"
            ),
            "a query on postgresql://db:5432/logs, by `id`",
        ),
        (SqlOrigin(url="postgresql://me:s3/cret@x@db/logs", query="SELECT 1"), "a query on postgresql://db/logs"),
        (SqlOrigin(url="sqlite:////data/logs.db", query="SELECT 1"), "a query on sqlite:////data/logs.db"),
        (SqlOrigin(url="${DRIFTIUM_SECRET_DB}", query="SELECT 1"), "a query on ${DRIFTIUM_SECRET_DB}"),
        (SqlOrigin(url="s3cret", query="SELECT 1"), "a query on a database"),
        (
            HttpOrigin(url="https://me:s3cret@api.example/v1/logs?key=s3cret&limit=5", headers=(("A", "s3cret"),)),
            "https://api.example/v1/logs?key=…&limit=…",
        ),
        (HttpOrigin(url="https://api/${DRIFTIUM_SECRET_A}/logs"), "https://api/${DRIFTIUM_SECRET_A}/logs"),
        (HttpOrigin(url="${DRIFTIUM_SECRET_URL}"), "${DRIFTIUM_SECRET_URL}"),
        (HttpOrigin(url="s3cret"), "an HTTP endpoint"),
        (HttpOrigin(url="http://[s3cret"), "an HTTP endpoint"),
    ],
)
def test_what_is_shown_has_no_secret(origin: Origin, shown: str) -> None:
    assert masked_origin(origin) == shown


@pytest.mark.parametrize(
    "origin",
    [
        FileOrigin(path="relative/app.log"),
        FileOrigin(path="/logs", pattern="app-*.jsonl"),
        SqlOrigin(url="sqlite:////data/logs.db", query="SELECT 1"),
        SqlOrigin(url="postgresql://u:${DRIFTIUM_SECRET_P}@db/x", query="SELECT 1"),
        SqlOrigin(url="${DRIFTIUM_SECRET_DB}", query="SELECT 1"),
        HttpOrigin(url="https://api/logs", headers=(("Authorization", "Bearer ${DRIFTIUM_SECRET_A}"),)),
        HttpOrigin(url="${DRIFTIUM_SECRET_URL}/logs"),
        HttpOrigin(url="https://${DRIFTIUM_SECRET_HOST}/logs", watermark="id", since="after"),
    ],
)
def test_what_can_be_meant(origin: Origin) -> None:
    check_origin(origin)


@pytest.mark.parametrize(
    ("origin", "sentence"),
    [
        (FileOrigin(path=" "), "needs the path"),
        (FileOrigin(path="a\0b"), "no file's name has"),
        (FileOrigin(path="https://x/y"), "The path is a URL"),
        (FileOrigin(path="/x", pattern="a/*.log"), "no slash"),
        (SqlOrigin(url="", query="SELECT 1"), "needs its URL"),
        (SqlOrigin(url="s3cret", query="SELECT 1"), "cannot be read"),
        (SqlOrigin(url="postgresql://u:s3cret@h:port/x", query="SELECT 1"), "cannot be read"),
        (SqlOrigin(url="sqlite://", query="SELECT 1"), "names no file"),
        (SqlOrigin(url="sqlite:///:memory:", query="SELECT 1"), "names no file"),
    ],
)
def test_what_cannot_be_meant(origin: Origin, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence) as caught:
        check_origin(origin)
    assert "s3cret" not in str(caught.value)


def test_nothing_heavy_is_loaded_before_it_is_used() -> None:
    code = (
        "import sys, driftium_core.collect.open as o, driftium_core.origin as r\n"
        "o.masked_origin(r.HttpOrigin(url='http://x')); o.check_origin(r.FileOrigin(path='x'))\n"
        "print([m for m in ('sqlalchemy', 'httpx', 'pandas', 'pyarrow', 'stamina') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"

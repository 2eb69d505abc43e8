"""Where scheduled work reads from: only the fields that its kind needs. What is typed is judged by the core."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from driftium_core.origin import FileOrigin, HttpOrigin, Origin, SqlOrigin

__all__ = ["choose_origin"]

OriginKind = Literal["file", "sql", "http"]

ORIGINS: dict[OriginKind, str] = {"file": "File or folder", "sql": "Database", "http": "HTTP endpoint"}

MOST_HEADERS = 8

SECRETS = (
    "It is stored and not shown again. To store no secret, write `${DRIFTIUM_SECRET_NAME}` in its place, and set that "
    "environment variable when Driftium starts; any name that begins with `DRIFTIUM_SECRET_` will do."
)


def choose_origin(key: str, *, of_table: bool) -> Origin:
    """Draw the kinds and the fields of the chosen one; fields may be empty.

    Parameters
    ----------
    key : str
        Of the draft; what is typed is kept under it for the session.
    of_table : bool
        It is read as a table, not as a log of answers.
    """
    kind: OriginKind = st.segmented_control(
        "From",
        list(ORIGINS),
        default="file",
        format_func=ORIGINS.__getitem__,
        required=True,
        key=f"{key}-from",
        persist_state="session",
    )
    if kind == "sql":
        return _sql(key, of_table=of_table)
    if kind == "http":
        return _http(key, of_table=of_table)
    return _file(key, of_table=of_table)


def _text(label: str, key: str, placeholder: str = "", words: str = "", *, secret: bool = False) -> str:
    return st.text_input(
        label,
        key=key,
        placeholder=placeholder,
        help=words or None,
        type="password" if secret else "default",
        autocomplete="off" if not secret else "new-password",
        persist_state="session",
    ).strip()


def _file(key: str, *, of_table: bool) -> Origin:
    if of_table:
        path = _text(
            "Path",
            f"{key}-path",
            "/data/exports/customers.parquet",
            "A file on the machine that Driftium runs on: CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too. Of a "
            "folder the newest file is read. It is checked when its content is new.",
        )
    else:
        path = _text(
            "Path",
            f"{key}-path",
            "/var/log/support-bot/answers.jsonl",
            "A JSON Lines or CSV file on the machine that Driftium runs on, which grows, or a folder of such files. "
            "Each run reads what was added; a rotated or truncated file is noticed. Logs in the form of OpenAI and "
            "Ollama are recognised.",
        )
    pattern = _text(
        "Files of the folder",
        f"{key}-pattern",
        "*.csv" if of_table else "*.jsonl",
        "For a folder; empty takes every file.",
    )
    return FileOrigin(path=path, pattern=pattern)


def _sql(key: str, *, of_table: bool) -> Origin:
    url = _text(
        "Database URL",
        f"{key}-url",
        "postgresql+psycopg://reader:${DRIFTIUM_SECRET_DB}@db.example.org/app",
        "As for SQLAlchemy: `postgresql+psycopg://…`, `sqlite:////data/app.db`. A user who may only read is enough.",
        secret=True,
    )
    st.caption(SECRETS)
    query = st.text_area(
        "Query",
        key=f"{key}-query",
        placeholder="SELECT * FROM customers" if of_table else "SELECT id, question, answer, created_at FROM answers",
        height=110,
        help="A SELECT; nothing else is run.",
        persist_state="session",
    ).strip()
    watermark = _text(
        "Watermark column",
        f"{key}-watermark",
        "id",
        "A column of the result that only grows, such as an id or a time: each run reads the rows above the last one. "
        "Empty reads the whole result each time.",
    )
    return SqlOrigin(url=url, query=query, watermark=watermark)


def _http(key: str, *, of_table: bool) -> Origin:
    url = _text(
        "URL",
        f"{key}-address",
        f"https://logs.example.org/{'customers' if of_table else 'answers'}.json",
        "It answers a GET with JSON or JSON Lines. A token belongs into a header, or stands here as "
        "`${DRIFTIUM_SECRET_NAME}`.",
    )
    headers = _headers(key)
    with st.expander("Parts of the answer", icon=":material/data_object:"):
        records = _text(
            "Records", f"{key}-records", "data.items", "Dotted path to the list in the answer; empty finds it."
        )
        watermark = _text(
            "Watermark field",
            f"{key}-field",
            "created_at",
            "A field of each record that only grows: each run takes the records above the last one.",
        )
        since = _text(
            "Query parameter", f"{key}-since", "since", "Is given the greatest watermark seen; empty sends none."
        )
    return HttpOrigin(url=url, headers=headers, records=records, watermark=watermark, since=since)


def _headers(key: str) -> tuple[tuple[str, str], ...]:
    """One pair of fields more than are filled."""
    pairs: list[tuple[str, str]] = []
    more = True
    while more:
        number = len(pairs)
        left, right = st.columns([1, 1.6])
        with left:
            name = _text(
                f"Header {number + 1}" if number else "Header",
                f"{key}-header-{number}",
                "" if number else "Authorization",
            )
        with right:
            value = _text(
                f"Value {number + 1}" if number else "Value",
                f"{key}-value-{number}",
                "" if number else "Bearer ${DRIFTIUM_SECRET_TOKEN}",
                secret=True,
            )
        more = bool(name or value) and number < MOST_HEADERS - 1
        pairs.append((name, value))
    st.caption(SECRETS)
    return tuple(pair for pair in pairs if any(pair))

"""Prompts that are pasted, or read from a column of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core.formats import fmt_count, fmt_name
from driftium_core.logs import read_prompts
from pages.ui.jobs import run_job
from pages.ui.widgets import prose

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from driftium_core.jobs import Progress
    from driftium_core.logs import PromptFile
    from driftium_core.services import Services

__all__ = ["offer_prompts"]

PASTED, FILE, N = "play_pasted", "play_prompt_file", "play_added_n"


def offer_prompts(services: Services) -> tuple[str, ...]:
    """Draw both ways to add prompts; the prompts once they were added, else none."""
    n = st.session_state.get(N, 0)  # a new key empties both after they were used
    pasted = st.text_area("Paste a list, one prompt per line", key=f"{PASTED}-{n}", height=140)
    lines = tuple(line.strip() for line in (pasted or "").splitlines() if line.strip())
    if st.button(
        f"Add {fmt_count(len(lines), 'line')}" if lines else "Add lines", key="play-add-lines", disabled=not lines
    ):
        st.session_state[N] = n + 1
        return lines
    upload = st.file_uploader(
        "Or a file with a column of prompts: CSV, TSV, JSON Lines, JSON or Parquet; gzip or zip too",
        key=f"{FILE}-{n}",
        max_upload_size=services.settings.max_upload_mb,
    )
    if upload is None:
        return ()
    found = _read(services, upload)
    if found is None:
        return ()
    column = st.selectbox("Column", found.columns, index=found.columns.index(found.column), key=f"play_column-{n}")
    if column != found.column:
        found = _read(services, upload, column)
        if found is None:
            return ()
    st.caption(prose(f"First: {fmt_name(found.prompts[0], limit=120)}"))
    for note in found.notes:
        st.caption(prose(note))
    if st.button(f"Add {fmt_count(len(found.prompts), 'prompt')}", key="play-add-file", type="primary"):
        st.session_state[N] = n + 1
        return found.prompts
    return ()


def _read(services: Services, upload: UploadedFile, column: str | None = None) -> PromptFile | None:
    """The prompts of a file, read once for all runs of the page; None while it is being read, and when it cannot be."""
    data, limit = upload.getvalue(), services.settings.max_upload_bytes

    def read(progress: Progress) -> PromptFile:
        return read_prompts(data, upload.name, column, or_first=True, max_bytes=limit, progress=progress)

    return run_job(services, f"prompts {upload.file_id} {column or ''}", f"Reading {upload.name}", read)

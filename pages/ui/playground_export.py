"""Downloads of a prompt run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.monitor.documents import run_answer_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRun, RunAnswer

__all__ = ["offer_downloads"]


def offer_downloads(services: Services, run: PromptRun) -> None:
    """Draw the download of all answers as JSON Lines, which ``driftium import`` reads; made when it is asked for."""
    st.download_button(
        "JSON Lines",
        data=lambda: json_lines(run, monitor.run_answers(services, run.id)),
        file_name=f"driftium-run-{run.id}.jsonl",
        mime="application/jsonl",
        key="play-run-jsonl",
        icon=":material/download:",
        disabled=not sum(run.done) + sum(run.failed),
        on_click="ignore",
    )


def json_lines(run: PromptRun, answers: Sequence[RunAnswer]) -> bytes:
    """One line per answer or failure."""
    lines = [json.dumps(run_answer_document(run, answer), ensure_ascii=True) for answer in answers]
    return "".join(f"{line}\n" for line in lines).encode()

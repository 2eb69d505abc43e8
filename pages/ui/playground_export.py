"""Downloads of a prompt run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRun, RunAnswer

__all__ = ["offer_downloads"]


def offer_downloads(services: Services, run: PromptRun) -> None:
    """Draw the download of all answers as JSON Lines, which `driftium import` reads; made when it is asked for."""
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
    lines = [json.dumps(_record(run, answer), ensure_ascii=True) for answer in answers]
    return "".join(f"{line}\n" for line in lines).encode()


def _record(run: PromptRun, answer: RunAnswer) -> dict[str, object]:
    arm = run.arms[answer.arm]
    content = answer.content
    return {
        "run": run.id,
        "arm": "AB"[answer.arm],
        "prompt": run.prompts[answer.position],
        "response": content.response if content else None,
        "error": answer.error,
        "model": content.model if content else arm.model,
        "backend": content.backend if content else None,
        "latency_ms": content.latency_ms if content else None,
        "first_token_ms": content.first_token_ms if content else None,
        "tokens": content.tokens if content else None,
        "prompt_tokens": content.prompt_tokens if content else None,
        "stop_reason": content.stop_reason if content else None,
        "created_at": content.created_at.isoformat() if content and content.created_at else None,
        "system": arm.system,
        "temperature": arm.temperature,
        "max_tokens": arm.max_tokens,
        "seed": arm.seed,
    }

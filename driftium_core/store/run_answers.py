"""Rows of the answers of prompt runs: found, counted, and made from responses and back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from driftium_core.response import Response
from driftium_core.store.prompt_records import RunAnswer
from driftium_core.store.schema import PromptRunAnswerRow

__all__ = ["ArmCounts", "answered_places", "count_answers", "json_of", "key_of", "read_answers", "unsent_answers"]


def key_of(run_id: str, arm: int, position: int) -> str:
    """The key of an answer, by which a project's telemetry has it at most once."""
    return f"run:{run_id}:{arm}:{position}"


def json_of(content: Response) -> dict[str, Any]:
    """A response as JSON values, without what is unknown."""
    values = {name: value for name, value in asdict(content).items() if value is not None}
    if content.created_at is not None:
        values["created_at"] = content.created_at.isoformat()
    return values


class ArmCounts(NamedTuple):
    """Of one arm: answers, failures, and answers that were sent to telemetry."""

    done: int = 0
    failed: int = 0
    sent: int = 0


def count_answers(session: Session, run_ids: Collection[str]) -> dict[str, dict[int, ArmCounts]]:
    """Answers and failures per run and arm."""
    row = PromptRunAnswerRow
    query = (
        select(row.run_id, row.arm, func.count(), func.count(row.error), func.count(row.response_id))
        .where(row.run_id.in_(run_ids))
        .group_by(row.run_id, row.arm)
    )
    counts: dict[str, dict[int, ArmCounts]] = {run_id: {} for run_id in run_ids}
    for run_id, arm, tried, failed, sent in session.execute(query):
        counts[run_id][arm] = ArmCounts(tried - failed, failed, sent)
    return counts


def answered_places(session: Session, run_id: str) -> set[tuple[int, int]]:
    """Position and arm of every answer of a run, failures left out."""
    row = PromptRunAnswerRow
    query = select(row.position, row.arm).where(row.run_id == run_id, row.error.is_(None))
    return {(position, arm) for position, arm in session.execute(query)}


def unsent_answers(session: Session, run_id: str, arm: int) -> list[tuple[PromptRunAnswerRow, Response]]:
    """The answers of an arm that were not sent to telemetry yet, in order."""
    row = PromptRunAnswerRow
    query = (
        select(row)
        .where(row.run_id == run_id, row.arm == arm, row.error.is_(None), row.response_id.is_(None))
        .order_by(row.position)
        .options(undefer(row.content))
    )
    return [(answer, _content(answer.content)) for answer in session.scalars(query)]


def read_answers(session: Session, run_id: str, positions: range | None) -> list[RunAnswer]:
    """Answers and failures of a run by position and arm, of all prompts or of those at the positions."""
    row = PromptRunAnswerRow
    query = select(row.arm, row.position, row.content, row.error, row.response_id).where(row.run_id == run_id)
    if positions is not None:
        query = query.where(row.position >= positions.start, row.position < positions.stop)
    return [
        RunAnswer(
            arm=arm,
            position=position,
            content=None if content is None else _content(content),
            error=error,
            response_id=response_id,
        )
        for arm, position, content, error, response_id in session.execute(query.order_by(row.position, row.arm))
    ]


def _content(values: Any) -> Response:
    """The response that `json_of` wrote down."""
    if "created_at" in values:
        values = {**values, "created_at": datetime.fromisoformat(values["created_at"])}
    return Response(**values)

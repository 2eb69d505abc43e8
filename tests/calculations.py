"""Calculations as they come out of the store."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from driftium_core.store.records import Calculation
from tests.store.make import new_calculation


def calculation(id_: str, **changes: Any) -> Calculation:
    """A plausible one; every field can be changed."""
    new = new_calculation(id_)
    values = {field.name: getattr(new, field.name) for field in fields(new) if field.name != "report"}
    values |= {"id": id_, "project": "default", "created_at": datetime(2024, 11, 22, 14, 2, tzinfo=UTC)}
    return Calculation(**values | changes)

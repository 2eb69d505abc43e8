"""The columns of a record that is read of all projects, and the record made of them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select

from driftium_core.severity import Severity
from driftium_core.store.survey_records import PoolResult, TableResult

__all__ = ["Names", "columns", "record", "scalar"]

Result = TypeVar("Result", PoolResult, TableResult)

_FIELDS: dict[object, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (PoolResult, TableResult)
}

_PLACES = {kind: (names.index("project"), names.index("severity")) for kind, names in _FIELDS.items()}

Names = dict[int, str]
"""Names of the projects by their keys."""


def columns(entity: Any, kind: type[PoolResult] | type[TableResult]) -> list[Any]:
    """What to select of a table for records of this kind, in the order that `record` takes."""
    return [getattr(entity, "project_id" if name == "project" else name) for name in _FIELDS[kind]]


def record(kind: type[Result], values: tuple[Any, ...], names: Names) -> Result:
    """A record of the selected values; `ValueError` for a severity that is none."""
    project, severity = _PLACES[kind]
    made = list(values)  # by position, as there are thousands
    made[project] = names[made[project]]
    made[severity] = Severity(made[severity]) if made[severity] else None
    return kind(*made)


def scalar(expression: ColumnElement[Any]) -> Any:
    """An expression over a whole table as a value inside another statement."""
    return select(expression).scalar_subquery()

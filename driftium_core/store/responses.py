"""Responses of all projects: stored once per key, listed, searched, and told by their texts' hashes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from driftium_core.errors import InputError, NotFoundError
from driftium_core.formats import fmt_n, fmt_name
from driftium_core.response import Response
from driftium_core.store.projects import change_pools, project_key, project_names
from driftium_core.store.records import DEFAULT_PROJECT, Added, ResponseFacts, StoredResponse
from driftium_core.store.response_rows import Stored, add_responses, chunks, n_changed, read_responses
from driftium_core.store.schema import ResponseRow

if TYPE_CHECKING:
    from driftium_core.store.store import Store

__all__ = ["ResponseRepository"]


class ResponseRepository:
    """The responses of all projects. Thread-safe as its store is."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self, responses: Sequence[Response], *, project: str = DEFAULT_PROJECT, progress: Stored | None = None
    ) -> Added:
        """Store responses as current telemetry, in one transaction.

        A response whose key the project has already, in whichever pool, or that came before in the same call is
        left out and counted. A latency that is not finite is stored as unknown. ``progress`` is called with responses
        done and in all; what it raises ends the work, and nothing is stored.

        Raises
        ------
        InputError
            A number or time in a response cannot be stored; then none is.
        """
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            added = add_responses(session, responses, project_id=key, project=project, progress=progress)
            if added.stored:
                change_pools(session, key)
            return added

    def current(
        self,
        *,
        project: str = DEFAULT_PROJECT,
        limit: int | None = None,
        offset: int = 0,
        search: str = "",
        newest_first: bool = False,
    ) -> list[StoredResponse]:
        """The project's current telemetry in order of arrival.

        ``search`` keeps those with that text in prompt or response; case counts for letters outside ASCII on SQLite.
        """
        with self._store.session() as session:
            key = project_key(session, project)
            where = [*_pool(key, None), *_matching(search)]
            return read_responses(session, *where, limit=limit, offset=offset, newest_first=newest_first)

    def count(
        self,
        *,
        project: str = DEFAULT_PROJECT,
        baseline_id: str | None = None,
        search: str = "",
        usable: bool | None = None,
        after_seq: int = 0,
    ) -> int:
        """How many responses are current, or in a baseline; only (un)usable ones, or later ones, when asked.

        ``after_seq`` counts those that arrived after the response of this number.
        """
        with self._store.session() as session:
            key = project_key(session, project)
            where = [*_pool(key, baseline_id), *_matching(search)]
            if usable is not None:
                where.append(ResponseRow.usable == usable)
            if after_seq:
                where.append(ResponseRow.seq > after_seq)
            return session.scalar(select(func.count()).select_from(ResponseRow).where(*where)) or 0

    def n_usable(self) -> int:
        """How many usable responses all projects have together, in telemetry and in all baselines."""
        with self._store.session() as session:
            return session.scalar(select(func.count()).select_from(ResponseRow).where(ResponseRow.usable)) or 0

    def any(self) -> bool:
        """Whether any project has a response."""
        with self._store.session() as session:
            return session.scalar(select(ResponseRow.seq).limit(1)) is not None

    def get(self, response_id: str) -> StoredResponse:
        """One response; `NotFoundError` when it is not stored."""
        with self._store.session() as session:
            found = read_responses(session, ResponseRow.id == response_id)
        if not found:
            raise NotFoundError(f"Response {fmt_name(response_id)} is not stored, or no longer.")
        return found[0]

    def by_ids(self, ids: Collection[str]) -> dict[str, StoredResponse]:
        """Those of the responses that are stored, by id and in the order of the ids."""
        wanted = list(dict.fromkeys(ids))
        with self._store.session() as session:
            found = {
                response.id: response
                for part in chunks(wanted)
                for response in read_responses(session, ResponseRow.id.in_(part))
            }
        return {id_: found[id_] for id_ in wanted if id_ in found}

    def starts(self, ids: Collection[str], *, length: int) -> dict[str, str]:
        """The first characters of those of the responses that are stored, by id."""
        found: dict[str, str] = {}
        start = func.substr(ResponseRow.response, 1, length)
        with self._store.session() as session:
            for part in chunks(list(set(ids))):
                query = select(ResponseRow.id, start).where(ResponseRow.id.in_(part))
                found |= {row.id: row[1] for row in session.execute(query)}
        return found

    def matching(self, ids: Collection[str], search: str) -> set[str]:
        """Which of the responses, in whichever pool, have that text in prompt or response; searched as by `current`."""
        found: set[str] = set()
        with self._store.session() as session:
            for part in chunks(list(ids)):
                query = select(ResponseRow.id).where(ResponseRow.id.in_(part), *_matching(search))
                found.update(session.scalars(query))
        return found

    def delete(self, ids: Collection[str], *, project: str = DEFAULT_PROJECT) -> int:
        """Remove current responses; return how many there were. Ids that are not stored are ignored.

        Raises
        ------
        InputError
            One belongs to a baseline, whose responses never change; nothing is removed.
        """
        wanted = list(set(ids))
        with self._store.session(write=True) as session:
            key = project_key(session, project, lock=True)
            kept = sum(_in_baselines(session, key, part) for part in chunks(wanted))
            if kept:
                raise InputError(
                    f"{fmt_n(kept)} of the chosen responses belong to a baseline, which never changes. "
                    "Choose current responses only, or delete the whole baseline."
                )
            removed = 0
            for part in chunks(wanted):
                of_part = (*_pool(key, None), ResponseRow.id.in_(part))
                removed += n_changed(session, delete(ResponseRow).where(*of_part))
            if removed:
                change_pools(session, key)
            return removed

    def hashes(self) -> set[str]:
        """Hashes of all distinct prompts and responses, of all projects."""
        with self._store.session() as session:
            found = set(session.scalars(select(ResponseRow.response_hash).distinct()))
            found |= {value for value in session.scalars(select(ResponseRow.prompt_hash).distinct()) if value}
        return found

    def texts(self, hashes: Collection[str]) -> dict[str, str]:
        """Those of the texts that are stored, by hash."""
        found: dict[str, str] = {}
        with self._store.session() as session:
            for part in chunks(list(set(hashes))):
                for column, text in (
                    (ResponseRow.response_hash, ResponseRow.response),
                    (ResponseRow.prompt_hash, ResponseRow.prompt),
                ):
                    one_each = select(func.min(ResponseRow.seq)).where(column.in_(part)).group_by(column)
                    query = select(column, text).where(ResponseRow.seq.in_(one_each))
                    found |= {hash_: value for hash_, value in session.execute(query) if hash_ and value is not None}
        return found

    def facts(self) -> dict[str, ResponseFacts]:
        """What the vectors of every stored response depend on, by id and in order of arrival."""
        query = select(
            ResponseRow.id,
            ResponseRow.project_id,
            ResponseRow.baseline_id,
            ResponseRow.response_hash,
            ResponseRow.prompt_hash,
            ResponseRow.usable,
        ).order_by(ResponseRow.seq)
        with self._store.session() as session:
            names = project_names(session)
            return {
                id_: ResponseFacts(
                    project=names[project_id],
                    baseline_id=baseline_id,
                    response_hash=response_hash,
                    prompt_hash=prompt_hash,
                    usable=usable,
                )
                for id_, project_id, baseline_id, response_hash, prompt_hash, usable in session.execute(query)
            }


def _pool(project_id: int, baseline_id: str | None) -> list[ColumnElement[bool]]:
    return [ResponseRow.project_id == project_id, ResponseRow.baseline_id == baseline_id]


def _matching(search: str) -> list[ColumnElement[bool]]:
    if not search.strip():
        return []
    columns = (ResponseRow.prompt, ResponseRow.response)
    return [or_(*(column.icontains(search.strip(), autoescape=True) for column in columns))]


def _in_baselines(session: Session, project_id: int, ids: Sequence[str]) -> int:
    query = select(func.count()).where(
        ResponseRow.project_id == project_id, ResponseRow.id.in_(ids), ResponseRow.baseline_id.is_not(None)
    )
    return session.scalar(query) or 0

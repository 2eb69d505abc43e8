"""From telemetry to baseline: what will be promoted, what speaks against it, and the way back."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError, InputError
from driftium_core.formats import fmt_count, fmt_n, fmt_time
from pages.ui.jobs import run_job
from pages.ui.playground_prompt import show_text
from pages.ui.playground_telemetry import picked_ids
from pages.ui.project import current_project, of_project
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.monitor import PoolStatus, PromotionPreview
    from driftium_core.services import Services
    from driftium_core.store.records import Baseline

__all__ = ["show_promotion"]

OPEN = "play_promoting"
NAME, NOTE = "play_baseline_name", "play_baseline_note"
REFUSED = "play_promotion_refused"
"""The pools' revision at which a promotion was refused, and why: said until they change again, or another try."""


def show_promotion(services: Services, status: PoolStatus) -> None:
    """Draw the bar that offers a promotion, or the preview once it was asked for, and the baselines."""
    revision, refused = st.session_state.get(of_project(REFUSED), (None, ""))
    if revision == status.revision:
        st.error(prose(refused), icon=":material/error:")
    running = monitor.running_to_current(services, project=current_project())
    if status.n_current and not running:  # part of a batch is no baseline
        if st.session_state.get(of_project(OPEN)):
            _show_preview(services, status)
        else:
            _show_offer(status)
    if status.baseline:
        _show_baselines(services, status.baseline)


def _show_offer(status: PoolStatus) -> None:
    picked = picked_ids()
    n = len(picked) or status.n_current
    what = "the answer" if n == 1 else f"{'the' if picked else 'all'} {fmt_n(n)} {'picked ' if picked else ''}answers"
    leave = "It leaves" if n == 1 else "They leave"
    stays = f" “{escape(status.baseline.name)}” stays and can be restored." if status.baseline else ""
    with st.container(key="promote"):
        left, right = st.columns([1.9, 1], vertical_alignment="center")
        left.markdown(
            f"**Promote {what} to baseline.** {leave} the current pool, and later answers are compared with the "
            f"baseline.{stays}"
        )
        right.button("Preview and promote", key="play-promote", width="stretch", on_click=_open)


def _show_preview(services: Services, status: PoolStatus) -> None:
    project, picked = current_project(), picked_ids()
    with st.container(key="promote-preview"):
        st.subheader("New baseline: preview", anchor=False)
        preview = run_job(
            services,
            f"preview {project} {status.revision} {','.join(picked)}",
            "Looking at the answers",
            lambda progress: monitor.preview_promotion(
                services, ids=picked or None, project=project, progress=progress
            ),
        )
        if preview is None:
            st.button("Cancel", key="play-promote-leave", on_click=_close)
            return
        _describe(preview)
        st.text_input(
            "Name",
            key=NAME,
            max_chars=200,
            persist_state="session",  # answers that come meanwhile take the form away until they were looked at
            placeholder=f"e.g. {preview.newest:%B %Y}" if preview.newest else "e.g. v1",
        )
        st.text_area(
            "Note",
            key=NOTE,
            height=70,
            persist_state="session",
            placeholder="Optional: why these, for those who come later.",
        )
        with st.container(horizontal=True):
            st.button(
                f"Promote {fmt_n(preview.n)} to version {preview.next_version}",
                type="primary",
                key="play-promote-now",
                icon=":material/verified:",
                on_click=_promote,
                args=(services, preview, picked),
            )
            st.button("Cancel", key="play-promote-cancel", on_click=_close)


def _describe(preview: PromotionPreview) -> None:
    models = ", ".join(f"{escape(name)} ({fmt_n(count)})" for name, count in preview.by_model)
    facts = [f"{fmt_count(preview.n, 'answer')} to {fmt_count(preview.n_prompts, 'different prompt')}"]
    facts += [f"by {models}"] if models else []
    if preview.oldest and preview.newest:
        first, last = fmt_time(preview.oldest), fmt_time(preview.newest)
        facts.append(f"from {first} to {last}" if first != last else f"made {first}")
    st.markdown(f"{', '.join(facts)}.")
    for caution in preview.cautions:
        st.warning(prose(caution), icon=":material/warning:")
    if preview.examples:
        with st.expander("The most typical of them" if len(preview.examples) > 1 else "The most typical one"):
            for place, example in enumerate(preview.examples):
                st.caption(escape((example.content.prompt or "no prompt")[:200]))
                show_text(example.content.response, f"typical-{place}")


def _promote(services: Services, preview: PromotionPreview, picked: Sequence[str]) -> None:
    """Promote what was shown when the button was pressed, and nothing that came, or was picked, after that."""
    name = st.session_state[NAME]
    try:
        if not name.strip():
            raise InputError("Give the baseline a name first.")
        baseline = monitor.promote(
            services,
            name,
            note=st.session_state[NOTE],
            ids=picked or None,
            project=current_project(),
            expected_revision=None if picked else preview.revision,  # picks are checked one by one
        )
    except DriftiumError as error:
        with suppress(DriftiumError):  # what is wrong with a database is said by the page itself
            now = monitor.pool_status(services, project=current_project())
            st.session_state[of_project(REFUSED)] = (now.revision, str(error))
        return
    _close()
    st.session_state[NAME] = st.session_state[NOTE] = ""
    st.toast(f"Version {baseline.version}, “{escape(baseline.name)}”, is the baseline now.", icon=":material/verified:")


def _show_baselines(services: Services, active: Baseline) -> None:
    project = current_project()
    versions = monitor.baselines(services, project=project)
    with st.container(key="card-baselines"):
        note = f" {escape(active.note)}" if active.note else ""
        st.markdown(
            f":violet-badge[baseline v{active.version}] **{escape(active.name)}**, "
            f"{fmt_count(active.size, 'answer')}, made {fmt_time(active.created_at)}.{note}"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            if monitor.promotion_to_undo(services, project=project):
                former = next((version for version in versions if version.version < active.version), None)
                then = f"they are compared with “{former.name}” again" if former else "there is no baseline again"
                st.button(
                    "Undo the promotion",
                    key="play-undo",
                    icon=":material/undo:",
                    help=prose(f"The {fmt_count(active.size, 'answer')} are current again, and {then}."),
                    on_click=_undo,
                    args=(services, active),
                )
            if len(versions) < 2:
                return
            with st.popover("All versions", type="tertiary", icon=":material/history:"):
                for version in versions:
                    _show_version(services, version)


def _show_version(services: Services, version: Baseline) -> None:
    mark = ":violet-badge[active]" if version.active else ""
    st.markdown(
        f"**v{version.version}** {escape(version.name)}, {fmt_count(version.size, 'answer')}, "
        f"{fmt_time(version.created_at)} {mark}"
    )
    if version.note:
        st.caption(escape(version.note))
    if not version.active:
        st.button("Restore", key=f"play-restore-{version.id}", on_click=_restore, args=(services, version))


def _undo(services: Services, active: Baseline) -> None:
    """Undo the promotion that was shown, not one that another window made meanwhile."""
    try:
        former = monitor.undo_promotion(services, active.id)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
        return
    then = f"v{former.version} is the baseline again" if former else "there is no baseline again"
    st.toast(f"Undone: {then}, and {fmt_count(active.size, 'answer')} current.", icon=":material/undo:")


def _restore(services: Services, version: Baseline) -> None:
    try:
        monitor.restore_baseline(services, version.id)
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
    else:
        st.toast(f"Answers are compared with v{version.version} again.", icon=":material/history:")


def _open() -> None:
    st.session_state[of_project(OPEN)] = True
    st.session_state.pop(of_project(REFUSED), None)


def _close() -> None:
    st.session_state[of_project(OPEN)] = False
    st.session_state.pop(of_project(REFUSED), None)

"""One prompt run: what was answered and what failed, two models side by side, and sending to current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError, NotFoundError
from driftium_core.formats import UNKNOWN, fmt_effect, fmt_n, fmt_name, fmt_time
from driftium_core.store.prompt_records import ARM_NAMES
from pages.ui.jobs import run_job
from pages.ui.playground_export import offer_downloads
from pages.ui.playground_prompt import show_text
from pages.ui.playground_runs import RUN, open_run, run_state
from pages.ui.project import choose_project, current_project
from pages.ui.widgets import card, escape, prose, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.elements.lib.column_types import ColumnConfig

    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptRun, RunAnswer, RunArm

__all__ = ["show_run"]

PER_PAGE = 100


def show_run(services: Services) -> None:
    """Draw the run of the link: counts, answers, the comparison of two models, and what can be done with it."""
    run_id = st.query_params.get(RUN)
    if not run_id:
        return
    try:
        run = monitor.open_prompt_run(services, run_id)
    except NotFoundError as error:
        st.error(prose(str(error)), icon=":material/link_off:")
        return
    if run.project != current_project():  # a link names the run; the picker follows
        choose_project(run.project)
    with card("run", f"{run.name}: {run_state(services, run)}"):
        _show_actions(services, run)
        if len(run.arms) == 2:
            _show_comparison(services, run)
        _show_answers(run, _choose_answers(services, run))


def _show_actions(services: Services, run: PromptRun) -> None:
    missing = len(run.prompts) * len(run.arms) - sum(run.done)
    where = "Answers became telemetry as they came." if run.to_current else _sent(run)
    failed = f", {fmt_n(sum(run.failed))} failed" if sum(run.failed) else ""
    st.caption(
        f"{fmt_n(sum(run.done))} of {fmt_n(len(run.prompts) * len(run.arms))} answered{failed}. {where} "
        f"Started {fmt_time(run.created_at)}."
    )
    if why := monitor.why_run_ended(services, run.id):
        st.error(prose(why), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center"):
        if missing and not monitor.run_job(services, run.id):
            label = f"Continue: {fmt_n(missing)} to go"
            if st.button(label, key="play-continue", type="primary", icon=":material/play_arrow:"):
                monitor.continue_run(services, run.id)
                st.rerun()
        if not run.to_current:
            for arm in range(len(run.arms)):
                _offer_sending(services, run, arm)
        offer_downloads(services, run)
        with st.popover("Delete", icon=":material/delete:", type="tertiary"):
            st.markdown("Delete this run? Answers that were sent to current stay there.")
            if st.button("Delete run", key="play-delete-run"):
                monitor.delete_prompt_run(services, run.id)
                open_run(None)
                st.rerun()


def _sent(run: PromptRun) -> str:
    """Which answers are telemetry."""
    names = [ARM_NAMES[arm] if len(run.arms) > 1 else "They" for arm in range(len(run.arms)) if run.sent[arm]]
    if not names:
        return "Nothing is telemetry until you send it."
    became = f"{' and '.join(names)} became telemetry."
    return became if len(names) == len(run.arms) else f"{became} The other does when you send it."


def _offer_sending(services: Services, run: PromptRun, arm: int) -> None:
    unsent = run.done[arm] - run.sent[arm]
    name = ARM_NAMES[arm] if len(run.arms) > 1 else "answers"
    label = f"Send {name} to current ({fmt_n(unsent)})" if unsent or not run.done[arm] else f"{name} sent to current"
    if not st.button(label, key=f"play-send-{arm}", icon=":material/send:", disabled=not unsent):
        return
    try:
        added = monitor.send_to_current(services, run.id, arm)
    except DriftiumError as error:
        st.error(prose(str(error)), icon=":material/error:")
        return
    st.toast(f"{fmt_n(len(added.stored))} answers are telemetry now.", icon=":material/send:")
    st.rerun()


def _show_comparison(services: Services, run: PromptRun) -> None:
    """Do both answer alike? Tested once the run is at rest, on the prompts that both have answered."""
    if monitor.run_job(services, run.id) or not min(run.done):
        return
    report = run_job(
        services,
        f"arms {run.id} {run.done}",
        "Comparing the answers of A and B",
        lambda progress: monitor.compare_arms(services, run.id, progress=progress),
    )
    if report:
        headline = monitor.arms_headline(report)
        verdict(report.drift.severity, headline, report.drift.reason, "A is taken for the baseline, B for current.")


def _choose_answers(services: Services, run: PromptRun) -> list[RunAnswer]:
    """The answers of one page, or all that failed."""
    if sum(run.failed) and st.toggle(f"Only the {fmt_n(sum(run.failed))} that failed", key=f"play_failed-{run.id}"):
        return [answer for answer in monitor.run_answers(services, run.id) if answer.error]
    n_pages = -(-run.n_prompts // PER_PAGE)
    page = int(st.pagination(n_pages, key=f"play_run_page-{run.id}")) if n_pages > 1 else 1
    return monitor.run_answers(services, run.id, positions=range(PER_PAGE * (page - 1), PER_PAGE * page))


def _show_answers(run: PromptRun, answers: Sequence[RunAnswer]) -> None:
    if not answers:
        st.caption("No answer yet.")
        return
    at = {(answer.position, answer.arm): answer for answer in answers}
    positions = sorted({answer.position for answer in answers})
    columns, config = _columns(run, at, positions)
    event = st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        key=f"play_answers-{run.id}-{hash(tuple(positions))}",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        height=min(420, 40 + 36 * len(positions)),
        alt="Answers of the run, by prompt",
        column_config=config,
    )
    chosen = [positions[row] for row in event.selection.rows if row < len(positions)]
    if chosen:
        _show_pair(run, at, chosen[0])
    else:
        st.caption("Pick a prompt to read what was answered.")


def _columns(
    run: PromptRun, at: dict[tuple[int, int], RunAnswer], positions: Sequence[int]
) -> tuple[dict[str, list[object]], dict[str, ColumnConfig]]:
    """Values and looks of the table's columns: prompt, then answer, seconds and tokens of each arm."""
    columns: dict[str, list[object]] = {
        "#": [position + 1 for position in positions],
        "Prompt": [fmt_name(run.prompts[position], limit=120) for position in positions],
    }
    config = {"#": st.column_config.NumberColumn(width=44), "Prompt": st.column_config.TextColumn(width=260)}
    both = len(run.arms) > 1
    for arm in range(len(run.arms)):
        name = f"{ARM_NAMES[arm]}: " if both else ""
        found = [at.get((position, arm)) for position in positions]
        contents = [answer.content if answer else None for answer in found]
        columns[f"{name}answer"] = [_excerpt(answer) for answer in found]
        columns[f"{name}s"] = [c.latency_ms / 1000 if c and c.latency_ms is not None else None for c in contents]
        columns[f"{name}tok"] = [c.tokens if c else None for c in contents]
        config[f"{name}answer"] = st.column_config.TextColumn(width=290 if both else 520)
        config[f"{name}s"] = st.column_config.NumberColumn(format="%.2f", width=60, help="Seconds to the end.")
        config[f"{name}tok"] = st.column_config.NumberColumn(width=60, help="Tokens of the answer.")
    return columns, config


def _settings(arm: RunArm) -> str:
    """How a model of the run was asked, in a few words."""
    parts = [f"temperature {fmt_effect(arm.temperature)}", f"up to {fmt_n(arm.max_tokens)} tokens"]
    parts += [f"seed {arm.seed}"] if arm.seed is not None else []
    parts += [f"system prompt “{fmt_name(arm.system, limit=60)}”"] if arm.system.strip() else []
    return " · ".join(parts)


def _excerpt(answer: RunAnswer | None) -> str:
    if answer is None:
        return UNKNOWN
    return f"✕ {answer.error}" if answer.content is None else fmt_name(answer.content.response, limit=160)


def _show_pair(run: PromptRun, at: dict[tuple[int, int], RunAnswer], position: int) -> None:
    """One prompt, and the answers to it side by side."""
    st.caption(f"Prompt {position + 1}")
    show_text(run.prompts[position], f"run-prompt-{run.id}-{position}")
    for arm, place in enumerate(st.columns(len(run.arms))):
        answer = at.get((position, arm))
        with place:
            model = answer.content.model if answer and answer.content else run.arms[arm].model
            name = f"{ARM_NAMES[arm]} · " if len(run.arms) > 1 else ""
            st.caption(escape(f"{name}{model} · {_settings(run.arms[arm])}"))
            if answer is None:
                st.caption("Not answered yet.")
            elif answer.content is None:
                st.error(prose(answer.error or ""), icon=":material/error:")
            else:
                show_text(answer.content.response, f"run-{run.id}-{position}-{arm}")

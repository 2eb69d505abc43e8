"""Prompt sets: written, pasted or uploaded, saved as versions, and run on a model or on two side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.examples import EXAMPLES
from driftium_core.formats import fmt_count, fmt_time, whole
from driftium_core.monitor import ModelChoice
from pages.ui.generator_chip import chosen_model
from pages.ui.playground_model import choose_options, model_labels
from pages.ui.playground_runs import open_run
from pages.ui.playground_upload import offer_prompts
from pages.ui.project import current_project, of_project
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from driftium_core.services import Services
    from driftium_core.store.prompt_records import PromptSet, RunArm

__all__ = ["show_sets"]

DRAFT, DRAFT_N, LOADED = "play_draft", "play_draft_n", "play_loaded_set"
EDITED, VERSION = "play_edited", "play_version"
SETTINGS, SECOND_SETTINGS = "play_run", "play_second"
"""Settings of a run: apart from those of the single prompt, as a set brings its system prompt."""

CHOSEN, NAME, SECOND, SECOND_MODEL = "play_set", "play_set_name", "play_second", "play_second_model"
NEW = "new"


def show_sets(services: Services) -> None:
    """Draw the set that is chosen, its editor, and how to run it."""
    saved = monitor.prompt_sets(services, project=current_project())
    with card("sets", "Prompt set"):
        loaded = _choose(services, saved)
        prompts = _edit()
        _offer_saving(services, loaded, prompts)
    with card("run-set", "Run it"):
        _offer_run(services, loaded, prompts)


def _choose(services: Services, saved: Sequence[PromptSet]) -> PromptSet | None:
    """The set to begin with; choosing another loads its prompts into the editor."""
    names = {f"set {item.name}": item.name for item in saved}
    names |= {f"example {e.name}": e.name for e in EXAMPLES if e.name not in names.values()}
    names[NEW] = "New set"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Set",
            list(names),
            format_func=names.__getitem__,
            key=of_project(CHOSEN),
            persist_state="session",
            label_visibility="collapsed",
        )
        loaded = _choose_version(services, names[chosen]) if chosen.startswith("set ") else None
        _offer_prompts_and_removal(services, loaded)
    source = loaded.id if loaded else chosen
    if st.session_state.get(of_project(LOADED)) != source:
        example = next((e for e in EXAMPLES if chosen == f"example {e.name}"), None)
        _load(loaded.prompts if loaded else example.prompts if example else ())
        st.session_state[of_project(LOADED)] = source
        st.session_state[of_project(NAME)] = "" if chosen == NEW else names[chosen]
        st.session_state[_system_key()] = whole(loaded.system) if loaded else example.system if example else ""
    return loaded


def _choose_version(services: Services, name: str) -> PromptSet | None:
    versions = monitor.prompt_set_versions(services, name, project=current_project())
    if len(versions) < 2:
        return versions[0] if versions else None
    by_id = {version.id: version for version in versions}
    key, loaded = of_project(f"{VERSION}-{name}"), st.session_state.get(of_project(LOADED))
    if key not in st.session_state and loaded in by_id:  # a newer one of somebody else must not replace what is edited
        st.session_state[key] = loaded
    chosen = st.selectbox(
        "Version",
        list(by_id),
        format_func=lambda id_: f"v{by_id[id_].version} · {fmt_time(by_id[id_].created_at)}",
        key=key,
        label_visibility="collapsed",
        width=170,
    )
    return by_id[chosen]


def _offer_prompts_and_removal(services: Services, loaded: PromptSet | None) -> None:
    with st.popover("Add prompts", icon=":material/playlist_add:"):
        added = offer_prompts(services)
        if added:
            _load((*st.session_state.get(of_project(EDITED), _draft()), *added))
            st.rerun()
    if loaded:
        with st.popover("Delete", icon=":material/delete:", type="tertiary"):
            st.markdown(f"Delete all versions of {escape(loaded.name)}? Runs keep the prompts they were given.")
            st.button("Delete set", key="play-delete-set", on_click=_delete, args=(services, loaded.name))


def _edit() -> tuple[str, ...]:
    """The prompts as they are edited; blank rows do not count."""
    key = f"{of_project('play_editor')}-{st.session_state.get(of_project(DRAFT_N), 0)}"
    if key not in st.session_state and of_project(EDITED) in st.session_state:
        # While another view or project was open, Streamlit forgot what had been typed.
        st.session_state[of_project(DRAFT)] = st.session_state[of_project(EDITED)]
    edited = st.data_editor(
        pd.DataFrame({"Prompt": pd.Series(_draft(), dtype="str")}),
        key=key,
        num_rows="dynamic",
        hide_index=True,
        height=300,
        alt="Prompts of the set",
        column_config={"Prompt": st.column_config.TextColumn(width="large", required=True)},
    )
    values = [whole(value) for value in edited["Prompt"].tolist() if isinstance(value, str)]
    prompts = tuple(value for value in values if value.strip())
    st.session_state[of_project(EDITED)] = prompts
    return prompts


def _offer_saving(services: Services, loaded: PromptSet | None, prompts: tuple[str, ...]) -> None:
    same = loaded is not None and (loaded.prompts, loaded.system, loaded.name) == (prompts, _system(), _name())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name",
            key=of_project(NAME),
            persist_state="session",
            max_chars=200,
            placeholder="Name of the set",
            width=260,
        )
        st.button(
            "Saved" if same else "Save version",
            key="play-save-set",
            icon=":material/save:",
            disabled=same or not prompts or not _name(),
            on_click=_save,
            args=(services, prompts),
        )
        count = fmt_count(len(prompts), "prompt")
        st.caption(f"{count}, version {loaded.version}" if same and loaded else f"{count}, not saved")


def _offer_run(services: Services, loaded: PromptSet | None, prompts: tuple[str, ...]) -> None:
    labels = model_labels(services, str(chosen_model()), *filter(None, [st.session_state.get(SECOND_MODEL)]))
    st.markdown(f"**A** {escape(labels[str(chosen_model())])}, as chosen above")
    arms = [monitor.run_arm(chosen_model(), choose_options(of_project(SETTINGS)))]
    if st.toggle(
        "Compare with a second model or other settings", key=SECOND, persist_state="session", on_change=_begin_second
    ):
        arms.append(_second_arm(labels))
        st.caption("Both answer every prompt; then you look at them side by side and send either to current.")
    else:
        st.caption("Each answer becomes telemetry as it comes, and the drift verdict follows when all are there.")
    standings = [monitor.standing(services, ModelChoice.parse(arm.model)) for arm in arms]
    nobody = next((standing for standing in standings if standing.backend is None), None)
    st.button(
        f"Run {fmt_count(len(prompts), 'prompt')}",
        type="primary",
        key="play-run-set",
        icon=":material/play_arrow:",
        disabled=not prompts or nobody is not None,
        help=prose(f"No model answers. {nobody.text}") if nobody else None,
        on_click=_run,
        args=(services, _name() or "Unnamed set", prompts, arms, loaded),
    )


def _begin_second() -> None:
    """Begin with A's settings, so that only what is changed then differs."""
    mine, second = of_project(SETTINGS), of_project(SECOND_SETTINGS)
    for name in ("system", "temperature", "max_tokens", "seed"):
        if st.session_state.get(SECOND) and f"{mine}_{name}" in st.session_state:
            st.session_state[f"{second}_{name}"] = st.session_state[f"{mine}_{name}"]


def _second_arm(labels: dict[str, str]) -> RunArm:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**B**", width="content")
        second = st.selectbox(
            "Second model",
            list(labels),
            format_func=labels.__getitem__,
            key=SECOND_MODEL,
            persist_state="session",
            label_visibility="collapsed",
            width=390,
        )
        return monitor.run_arm(ModelChoice.parse(second), choose_options(of_project(SECOND_SETTINGS)))


def _run(
    services: Services, name: str, prompts: tuple[str, ...], arms: Sequence[RunArm], loaded: PromptSet | None
) -> None:
    set_id = loaded.id if loaded and loaded.prompts == prompts else None
    try:
        run = monitor.start_run(
            services, name, prompts, arms, to_current=len(arms) == 1, set_id=set_id, project=current_project()
        )
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
    else:
        open_run(run.id)


def _save(services: Services, prompts: tuple[str, ...]) -> None:
    try:
        saved = monitor.save_prompt_set(
            services,
            _name(),
            prompts,
            system=_system(),
            project=current_project(),
        )
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:", duration="long")
        return
    st.session_state[of_project(CHOSEN)] = f"set {saved.name}"
    st.session_state[of_project(LOADED)] = saved.id  # what is in the editor is what was saved
    st.session_state.pop(of_project(f"{VERSION}-{saved.name}"), None)
    st.toast(f"Saved as version {saved.version} of {escape(saved.name)}.", icon=":material/save:")


def _delete(services: Services, name: str) -> None:
    try:
        monitor.delete_prompt_set(services, name, project=current_project())
    except DriftiumError as error:
        st.toast(prose(str(error)), icon=":material/error:")
    st.session_state[of_project(CHOSEN)] = NEW


def _name() -> str:
    return str(st.session_state.get(of_project(NAME)) or "").strip()


def _system_key() -> str:
    return f"{of_project(SETTINGS)}_system"


def _system() -> str:
    return str(st.session_state.get(_system_key()) or "")


def _draft() -> tuple[str, ...]:
    prompts: tuple[str, ...] = st.session_state.get(of_project(DRAFT), ())
    return prompts


def _load(prompts: Sequence[str]) -> None:
    """Put prompts into the editor, which keeps what was typed under its key: so it gets another one."""
    st.session_state[of_project(DRAFT)] = tuple(map(whole, prompts))
    st.session_state.pop(of_project(EDITED), None)
    st.session_state[of_project(DRAFT_N)] = st.session_state.get(of_project(DRAFT_N), 0) + 1

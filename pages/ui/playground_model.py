"""Choosing the model that answers, how it answers, and having Ollama download another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.formats import fmt_effect, fmt_n
from driftium_core.monitor import GenerationOptions
from pages.ui.generator_chip import MODEL, chosen_model
from pages.ui.jobs import show_progress
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from driftium_core.jobs import Job
    from driftium_core.services import Services

__all__ = ["choose_model", "choose_options", "model_labels", "show_standing"]

PULL_NAME, PULL = "play_pull_name", "play_pull_job"


def model_labels(services: Services, *also: str) -> dict[str, str]:
    """Text form and label of every model that can be chosen; ``also`` are kept though nobody offers them now."""
    labels = {str(offer.choice): offer.label for offer in monitor.models(services)}
    for text in also:
        labels.setdefault(text, f"{text.partition(':')[2] or text} (not there now)")
    return labels


def choose_model(services: Services) -> None:
    """Draw the picker, and the popover that downloads a model."""
    labels = model_labels(services, str(chosen_model()))
    st.selectbox(
        "Model",
        list(labels),
        format_func=labels.__getitem__,
        key=MODEL,
        persist_state="session",
        label_visibility="collapsed",
        width=390,
        help="Automatic takes Ollama's model where Ollama answers, else the embedded one, and says so. "
        "A model you choose is the only one that answers.",
    )
    with st.popover("Get a model", icon=":material/download:"):
        st.markdown(
            f"Ollama at `{services.settings.ollama_host.replace('`', '')}` downloads models from its library, such as "
            "`smollm:135m` (92 MB), `qwen3:0.6b` or `llama3.2:3b`."
        )
        with st.form("play_pull", border=False):
            st.text_input("Model", key=PULL_NAME, placeholder="name:tag")
            st.form_submit_button("Download", type="primary", on_click=_start_pull, args=(services,))


def _start_pull(services: Services) -> None:
    name = st.session_state[PULL_NAME].strip()
    if name:
        st.session_state[PULL] = monitor.start_pull(services, name)
        st.session_state[PULL].wait(0.5)  # a wrong name is said at once


def _show_pull() -> None:
    """How far the download of this browser is, or how it ended; told until the next one or until it is closed."""
    pull: Job[str] | None = st.session_state.get(PULL)
    if pull is None:
        return
    if not pull.finished:
        show_progress(pull)
    elif pull.state == "done":
        _forget_pull()
        st.toast(f"{escape(pull.result)} is there and can be chosen.", icon=":material/check_circle:")
    else:
        with st.container(key=f"job-ended-{pull.id}"):
            if pull.state == "failed":
                st.error(prose(pull.error or ""), icon=":material/error:")
            else:
                st.info(f"{escape(pull.title)} was stopped. It goes on there next time.", icon=":material/cancel:")
            st.button("Close", key="play-pull-close", on_click=_forget_pull)


def _forget_pull() -> None:
    st.session_state.pop(PULL, None)


def show_standing(services: Services) -> None:
    """Say why nobody, or somebody else, answers; and how far a download is."""
    _show_pull()
    standing = monitor.standing(services, chosen_model())
    if standing.backend is None:
        st.error(prose(f"No model answers. {standing.text}"), icon=":material/power_off:")
    elif standing.fallback:
        st.caption(prose(standing.text))


def choose_options(key: str) -> GenerationOptions:
    """Draw the settings as a popover whose label says what is set; ``key`` tells two of them apart."""
    with st.popover(_options_label(key), icon=":material/tune:"):
        system = st.text_area(
            "System prompt",
            key=f"{key}_system",
            persist_state="session",
            height=100,
            placeholder="Optional: who the model is and how it should answer.",
        )
        temperature = st.slider(
            "Temperature",
            0.0,
            2.0,
            0.7,
            0.05,
            key=f"{key}_temperature",
            persist_state="session",
            help="0 always takes the likeliest next token; higher values vary more.",
        )
        max_tokens = st.number_input(
            "Token limit of an answer", 1, 4096, 128, 32, key=f"{key}_max_tokens", persist_state="session"
        )
        seed = st.number_input(
            "Seed",
            0,
            2**32 - 1,
            None,
            1,
            key=f"{key}_seed",
            persist_state="session",
            placeholder="a new one each time",
            help="With the same seed, settings and model the answer is the same again.",
        )
    return GenerationOptions(
        system=system or "",
        temperature=float(temperature),
        max_tokens=int(max_tokens),
        seed=None if seed is None else int(seed),
    )


def _options_label(key: str) -> str:
    state = st.session_state
    seed = state.get(f"{key}_seed")
    parts = [
        f"Settings: temperature {fmt_effect(state.get(f'{key}_temperature', 0.7))}",
        f"up to {fmt_n(state.get(f'{key}_max_tokens', 128))} tokens",
        "" if seed is None else f"seed {seed}",
        "system prompt" if (state.get(f"{key}_system") or "").strip() else "",
    ]
    return " · ".join(filter(None, parts))

"""One prompt and its answer: streamed, stopped, asked again, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import UNKNOWN, fmt_n, whole
from driftium_core.monitor import BACKEND_NAMES
from pages.ui.generator_chip import chosen_model
from pages.ui.playground_model import choose_options
from pages.ui.project import current_project, of_project
from pages.ui.widgets import card, escape, prose

if TYPE_CHECKING:
    from driftium_core.monitor import Answer, Generation, GenerationOptions, LiveCheck
    from driftium_core.services import Services

__all__ = ["show_prompt", "show_text"]

PROMPT = "play_prompt"
ANSWER = "play_answer"
CLOSENESS = "play_closeness"
"""Which answer and baseline the last search was about, and its job."""

ENDINGS = {
    "stop": ":green-badge[● finished]",
    "length": ":yellow-badge[◆ cut off at the token limit]",
    "cancelled": ":gray-badge[○ stopped: partial]",
    "deadline": ":orange-badge[▲ out of time: partial]",
    "interrupted": ":red-badge[✕ broke off: partial]",
}


def show_prompt(services: Services, live: LiveCheck) -> None:
    """Draw the prompt card, and under it the answer of this browser in this project."""
    answer: Answer | None = st.session_state.get(of_project(ANSWER))
    with card("prompt"):
        prompt = st.text_area(
            "Prompt",
            key=of_project(PROMPT),
            persist_state="session",
            height=110,
            placeholder="Ask something. The answer streams in below, and is kept as telemetry.",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            nobody = monitor.standing(services, chosen_model()).backend is None
            sent = st.button(
                "Send",
                type="primary",
                icon=":material/send:",
                shortcut="Ctrl+Enter",
                key="play-send",
                disabled=nobody,
                help="No model answers; the line at the top says what to do." if nobody else None,
            )
            options = choose_options(of_project("play"))
    if sent:
        answer = _send(services, prompt or "", options)
    if answer is None:
        return
    with card("answer"):
        if answer.ended:
            with st.container():  # as a fragment has one: else the next answer is for a moment above this one
                _draw(services, answer)
                _show_actions(services, answer, live)
        else:
            _follow(services, answer)


def show_text(text: str, key: str) -> None:
    """Text from a model as text, whatever is in it, in the page's own type and with a copy button."""
    with st.container(key=f"said-{key}"):
        st.code(whole(text), language=None, wrap_lines=True)


def _show_metrics(generation: Generation) -> None:
    """Four figures of an answer; a dash for what the backend did not say."""
    tokens_in = UNKNOWN if generation.prompt_tokens is None else fmt_n(generation.prompt_tokens)
    tokens_out = UNKNOWN if generation.tokens is None else fmt_n(generation.tokens)
    speed = UNKNOWN if generation.tokens_per_s is None else f"{generation.tokens_per_s:.1f} tok/s"
    with st.container(key="metrics"):
        for place, (label, value) in zip(
            st.columns(4),
            (
                ("First token", _seconds(generation.first_token_ms)),
                ("Total", _seconds(generation.latency_ms)),
                ("Tokens in / out", f"{tokens_in} / {tokens_out}"),
                ("Speed", speed),
            ),
            strict=True,
        ):
            place.metric(label, value)


def _seconds(milliseconds: float | None) -> str:
    return UNKNOWN if milliseconds is None else f"{milliseconds / 1000:.2f} s"


def _send(services: Services, prompt: str, options: GenerationOptions) -> Answer:
    running: Answer | None = st.session_state.get(of_project(ANSWER))
    if running and not running.ended:
        running.stop()
    answer = monitor.start_answer(services, prompt, options, choice=chosen_model(), project=current_project())
    st.session_state[of_project(ANSWER)] = answer
    answer.wait(0.15)  # what cannot be sent at all is said at once
    return answer


@st.fragment(run_every=0.25)
def _follow(services: Services, answer: Answer) -> None:
    """The answer so far; when it has ended, the whole page shows what became of it."""
    if answer.ended:
        st.rerun()
    _draw(services, answer)
    st.button("Stop", key=f"play-stop-{answer.id}", icon=":material/stop_circle:", on_click=answer.stop)


def _draw(services: Services, answer: Answer) -> None:
    generation = answer.generation
    if generation:
        st.markdown(
            f":blue-badge[{escape(generation.model)}] :gray-badge[{BACKEND_NAMES[generation.backend]}] "
            f"{ENDINGS[generation.stop_reason]}"
        )
    elif not answer.ended:
        waiting = (answer.activity or "waiting for the first token") if answer.state == "waiting" else "answering"
        st.markdown(f":blue-badge[◌ {escape(waiting)}]")
    if answer.text:
        show_text(answer.text, f"answer-{answer.id}")
    elif generation and generation.complete:
        st.caption("The model answered with nothing. That is kept as it is.")
    if generation:
        _show_metrics(generation)
        _explain(services, generation)
    if answer.error:
        st.error(prose(answer.error), icon=":material/error:")
    elif answer.ended and not generation:
        st.error(
            prose(answer.job.error if answer.job and answer.job.error else "Nothing came."), icon=":material/error:"
        )


def _explain(services: Services, generation: Generation) -> None:
    why = monitor.why_partial(services, generation)
    if why:
        st.error(prose(why), icon=":material/link_off:")
    if not generation.complete:
        st.caption("This is a part of an answer. It is shown, and not stored.")
    if generation.note:
        st.caption(prose(generation.note))


def _show_actions(services: Services, answer: Answer, live: LiveCheck) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = bool(answer.prompt.strip())
        if asked and st.button(
            "Ask again", key="play-again", icon=":material/refresh:", help="The same prompt and settings."
        ):
            _send(services, answer.prompt, answer.options)
            st.rerun()
        if answer.state == "complete" and answer.stored is None and st.button("Store it", key="play-store"):
            try:
                monitor.keep_answer(services, answer)
            except DriftiumError as error:
                st.toast(prose(str(error)), icon=":material/database_off:")
            else:
                st.rerun()
        if answer.stored:
            st.caption("Kept as telemetry.")
    if answer.stored and live.current and live.status.baseline:
        _show_closeness(services, answer.stored.id, live.status.baseline.id)


def _show_closeness(services: Services, response_id: str, baseline_id: str) -> None:
    """A caption once it is known; looked for once per answer and baseline, as the page runs again and again."""
    about, search = st.session_state.get(of_project(CLOSENESS), ((), None))
    if search is None or about != (response_id, baseline_id):
        search = monitor.start_closeness(services, response_id)
        st.session_state[of_project(CLOSENESS)] = ((response_id, baseline_id), search)
        search.wait(0.2)
    if search.result:  # a failure is not worth an error here; the verdict line says what fails
        st.caption(search.result.text)

"""The form for a channel: the kind first, then only the fields that it needs. Secrets are typed once and not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import DriftiumError
from driftium_core.formats import fmt_name
from driftium_core.notify.port import CHANNEL_KINDS, CHANNEL_NAMES, email_address
from pages.ui.project import current_project, of_project
from pages.ui.widgets import escape, prose

if TYPE_CHECKING:
    from driftium_core.notify.port import ChannelKind
    from driftium_core.services import Services

__all__ = ["close_form", "form_is_open", "open_form", "show_form"]

OPEN, ERROR, FORM = "alerts_channel_open", "alerts_channel_error", "alerts_channel"

ADDRESS: dict[ChannelKind, tuple[str, str, str]] = {
    "slack": (
        "Webhook URL",
        "https://hooks.slack.com/services/…",
        "In Slack: api.slack.com/apps, your app, Incoming Webhooks, Add New Webhook to Workspace; pick the channel and "
        "copy the Webhook URL.",
    ),
    "teams": (
        "Webhook URL",
        "https://….logic.azure.com/workflows/…",
        "In Teams: the ⋯ of the channel, Workflows, “Send webhook alerts to a channel”; copy the URL that it shows at "
        "the end.",
    ),
    "pagerduty": (
        "Integration key",
        "32 letters and digits",
        "In PagerDuty: Services, your service, Integrations, Add an integration, Events API V2; copy the Integration "
        "Key.",
    ),
    "webhook": ("URL", "https://…", "Each message is sent there by POST, as one JSON object."),
    "apprise": (
        "Apprise URL",
        "discord://…, tgram://…, ntfys://…",
        "The documentation of Apprise lists the address of each service that it knows.",
    ),
}
"""Label, placeholder, and where to find it."""

SECRET_HELP = (
    "It is stored and not shown again. `${DRIFTIUM_SECRET_…}` may stand instead: the environment variable of that name "
    "is read when a message is sent."
)

SECURITY = {"starttls": "STARTTLS", "ssl": "SSL/TLS", "none": "None"}


def form_is_open() -> bool:
    """Whether a channel of the current project is being made."""
    return bool(st.session_state.get(of_project(OPEN)))


def open_form() -> None:
    """Begin with empty fields."""
    st.session_state[of_project(OPEN)] = True


def close_form() -> None:
    """Forget what was typed, the secrets first of all."""
    for key in [key for key in st.session_state if str(key).startswith(f"{of_project(FORM)}-")]:
        del st.session_state[key]
    st.session_state.pop(of_project(OPEN), None)
    _forget_error()


def show_form(services: Services) -> None:
    """Draw the kind, the fields it needs, and why the last try was refused."""
    kind: ChannelKind = st.selectbox(
        "Kind", CHANNEL_KINDS, format_func=CHANNEL_NAMES.__getitem__, key=_key("kind"), persist_state="session",
        on_change=_forget_error,
    )  # fmt: skip
    with st.form("channel-form", border=False):
        _text("Name", "name", "e.g. #ops", help="What rules and messages call it.")
        if kind == "email":
            _show_email()
        else:
            label, placeholder, where = ADDRESS[kind]
            st.text_input(
                label, key=_key(f"address-{kind}"), placeholder=placeholder, type="password", autocomplete="off",
                help=SECRET_HELP, persist_state="session",
            )  # fmt: skip
            st.caption(prose(where))
        st.caption(SECRET_HELP)
        if error := st.session_state.get(of_project(ERROR)):
            st.error(prose(error), icon=":material/error:")
        st.form_submit_button(
            "Add channel", type="primary", icon=":material/add:", key="channel-save", on_click=_add, args=(services,)
        )


def _forget_error() -> None:
    st.session_state.pop(of_project(ERROR), None)


def _show_email() -> None:
    left, right = st.columns([2, 1])
    with left:
        _text("Server", "host", "smtp.example.org")
    right.number_input(
        "Port", 1, 65_535, None, key=_key("port"), placeholder="usual", help="Empty for the usual one.",
        persist_state="session",
    )  # fmt: skip
    st.segmented_control(
        "Security", list(SECURITY), default="starttls", format_func=SECURITY.__getitem__, required=True,
        key=_key("security"), persist_state="session",
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        _text("User", "user", "empty for none")
    right.text_input(
        "Password", key=_key("password"), type="password", autocomplete="off", help=SECRET_HELP,
        persist_state="session",
    )  # fmt: skip
    left, right = st.columns(2)
    with left:
        _text("From", "from", "driftium@example.org")
    with right:
        _text("To", "to", "ops@example.org, …", help="Several are separated by commas.")


def _text(label: str, name: str, placeholder: str, **options: str) -> None:
    st.text_input(
        label, key=_key(name), placeholder=placeholder, autocomplete="off", persist_state="session", **options
    )


def _key(name: str) -> str:
    return f"{of_project(FORM)}-{name}"


def _typed(name: str) -> str:
    return str(st.session_state.get(_key(name)) or "").strip()


def _address(kind: ChannelKind) -> str:
    if kind != "email":
        return _typed(f"address-{kind}")
    return email_address(
        host=_typed("host"),
        port=st.session_state.get(_key("port")),
        security=st.session_state.get(_key("security")) or "starttls",
        user=_typed("user"),
        password=str(st.session_state.get(_key("password")) or ""),
        sender=_typed("from"),
        to=_typed("to"),
    )


def _add(services: Services) -> None:
    """Store what is typed; what is refused stays in its fields."""
    kind = st.session_state.get(_key("kind")) or CHANNEL_KINDS[0]
    try:
        channel = monitor.add_channel(services, kind, _address(kind), name=_typed("name"), project=current_project())
    except DriftiumError as error:
        st.session_state[of_project(ERROR)] = str(error)
        return
    close_form()
    st.toast(
        f"{escape(fmt_name(channel.name))} is added. Nothing was sent; send a test to see whether it arrives.",
        icon=":material/check_circle:",
    )
